/**
 * @file stage.h
 * @brief What the files of the scenario "time" share.
 */
#ifndef WEFT_SUITE_07_STAGE_H
#define WEFT_SUITE_07_STAGE_H

#include <stdint.h>

#include "scenario.h"
#include "steps.h"
#include "weft/detail/time_driver.h"
#include "weft/waker.h"

/** The paused clock's driver. */
struct wf_time_driver *driver(void);
/** In nanoseconds since the clock was made. -1: WF_FOREVER. */
int64_t since_begin(uint64_t instant_ns);
/** A call of a waker: it is counted if the driver's lock is held meanwhile, by whomever: there is one thread. */
void see_lock(void);

#define MANY_STEPS(STEP, ARG)                                                                                \
    STEP(crowd, , )                                                                                          \
    STEP(crowd_now, , )                                                                                      \
    STEP(crowd_end, , )                                                                                      \
    STEP(flood, , ) STEP(flood_now, , ) STEP(flood_end, , ) STEP(storm, , ) STEP(real, , ) STEP(workers, , )
MANY_STEPS(STEP_DECLARE, STEP_NOTHING)

#endif
