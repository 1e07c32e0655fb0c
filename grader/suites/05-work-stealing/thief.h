/**
 * @file thief.h
 * @brief A thief that is stopped in the middle of its steal, for the scenarios "rings" and "worker".
 */
#ifndef WEFT_SUITE_05_THIEF_H
#define WEFT_SUITE_05_THIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "steps.h"
#include "weft/detail/run_queue.h"

void thief_begin(void);
/** Also where it was not let go on. */
void thief_end(void);

/** Its ring, which is to begin with THIEF_FIRST. */
struct wf_run_queue *thief_ring(void);

/**
 * Steal from the ring, on a thread of its own, until the first slot of thief_ring() is written to, or to the end.
 * @return whether `head` says now that a thief is at work. If it does not, the thief was not stopped for long: it goes on.
 */
bool thief_stops(struct wf_run_queue *from);

/** Whether there is one that was not waited for. */
bool thief_exists(void);

/** Let it go on, and wait for its end: what its steal has returned. */
struct wf_task *thief_goes_on(uint32_t *count);

#endif
