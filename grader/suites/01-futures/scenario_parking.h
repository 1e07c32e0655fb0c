/**
 * @file scenario_parking.h
 * @brief What the files of the scenario "parking" share: its steps about block_on, threads, and wakers by number.
 */
#ifndef WEFT_SUITE_01_SCENARIO_PARKING_H
#define WEFT_SUITE_01_SCENARIO_PARKING_H

#include <stddef.h>

#include "steps.h"

enum { GATE = 0 }; /* the one that there is */

struct wf_waker *waker_at(int64_t number);
/** Let this thread do a job, with a copy of these arguments, from now on: the reply to its step. */
struct step_reply run_on(int64_t thread, void (*job)(const void *arguments), const void *arguments,
                         size_t bytes);

BLOCK_ON_STEPS(STEP_DECLARE, STEP_NOTHING)

#endif
