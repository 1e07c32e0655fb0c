/**
 * @file scenario_parking.h
 * @brief What the files of the scenario "parking" share: its steps about block_on, and wakers by number.
 */
#ifndef WEFT_SUITE_01_SCENARIO_PARKING_H
#define WEFT_SUITE_01_SCENARIO_PARKING_H

#include "steps.h"

struct wf_waker *waker_at(int64_t number);

BLOCK_ON_STEPS(STEP_DECLARE, STEP_NOTHING)

#endif
