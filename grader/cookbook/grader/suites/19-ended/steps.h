/**
 * @file steps.h
 * @brief The steps of lab 19's scenario. Future 0 is a probe, future 1 waits for its end.
 */
#ifndef WEFT_SUITE_19_STEPS_H
#define WEFT_SUITE_19_STEPS_H

#include "step_table.h"

enum { PROBE, ENDED };

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD) NUMBERS(OUTPUT, 0, 1, -1, INT32_MIN, INT32_MAX)

/* Replies: the poll, and out; how many clones of wakers are alive. */
#define LAB_STEPS(STEP, ARG)                                                                                 \
    STEP(build, "wf_ended(ended, probe)", )                                                                  \
    STEP(arm, "the probe will be READY with {output} at its next poll", ARG(output, OUTPUT))                 \
    STEP(poll, "wf_future_poll(ended)", )                                                                    \
    STEP(drop, "wf_future_drop(ended)", )                                                                    \
    STEP(clones, "the clones of wakers that are alive", )
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

#endif
