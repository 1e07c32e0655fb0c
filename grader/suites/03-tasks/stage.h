/**
 * @file stage.h
 * @brief Threads that act when they are told to, and orders nothing that ThreadSanitizer could see.
 *
 * One thread acts at a time; the others wait. The hand-over is real, with acquire and release, but it is hidden from
 * ThreadSanitizer (UNSEEN): so what it sees of the order between two threads is what the code under test makes. A
 * missing release or acquire is found then in each run, not by chance.
 */
#ifndef WEFT_SUITE_03_STAGE_H
#define WEFT_SUITE_03_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"
#include "steps.h"

/** Start the threads 1 to THREADS_MAX - 1. `perform` does a step, `enter` prepares a thread. */
void stage_begin(void (*enter)(void),
                 struct step_reply (*perform)(uint32_t operation, const int64_t *arguments));
/** End them. */
void stage_end(void);

/** The number of this thread. */
int64_t stage_self(void);

/** Whether a step can be done now: its thread is this one, or waits for something to do. */
bool stage_can(uint32_t operation, const int64_t *arguments);
/** Do a step on the thread that its first argument names. Returns when that is done, or IS_HELD when it is held. */
struct step_reply stage_do(uint32_t operation, const int64_t *arguments);
/** Hold this thread, not the driver, until it is told to go on. */
void stage_hold(void);
/** Let a held thread go on; returns like stage_do(). NOT_HELD, and nothing done, if it is not. */
struct step_reply stage_go_on(int64_t thread);

/** Tell of an event: from the driver at once, from other threads with the next reply. */
void stage_tell(uint32_t kind, int64_t a, int64_t b);
/** Send what other threads told. The driver, before a reply. */
void stage_flush(void);

#endif
