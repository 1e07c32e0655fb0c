/**
 * @file stage.h
 * @brief What the files of lab 08's scenarios share.
 */
#ifndef WEFT_SUITE_08_STAGE_H
#define WEFT_SUITE_08_STAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"
#include "steps.h"
#include "weft/park.h"

#define FLOOD_STEPS(STEP, ARG)                                                                               \
    STEP(lock_gone, , )                                                                                      \
    STEP(flood_some, , )                                                                                     \
    STEP(flood, , )                                                                                          \
    STEP(flood_again, , )                                                                                    \
    STEP(flood_end, , ) STEP(ping_pong, , ) STEP(drops_storm, , ) STEP(publish, , ) STEP(adders, , )
FLOOD_STEPS(STEP_DECLARE, STEP_NOTHING)

/** Of each readiness here, which it outlives. */
extern pthread_mutex_t lock_of_all;
/** Whether the lock is held, by whomever. */
bool is_held(pthread_mutex_t *lock);
/** For a thread to sleep on. */
struct wf_park *new_parker(void);

#endif
