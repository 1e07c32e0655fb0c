/**
 * @file models.h
 * @brief Of lab 08's models: a waker that is a count of its references and wakes, and the second thread.
 */
#ifndef MODELS_H
#define MODELS_H

#include "interleave.h"

#include "weft/detail/atomic.h"
#include "weft/waker.h"

struct counted {
    WF_ATOMIC(int) references, wakes;
};

/* A waker of this count, with the model's own reference. */
struct wf_waker new_waker(struct counted *counted);

/* The same waker. */
struct wf_waker waker_of(struct counted *counted);

/* Relaxed: it orders nothing of what is under test. */
int wakes_of(const struct counted *counted);

/* Until it is woken, as a scheduler waits that polls the task then: what is behind this comes behind what was before the wake. */
void wait_for_wake(const struct counted *counted);

/* What was cloned was given back, or used up by a wake. */
void expect_no_clone(const struct counted *counted);

/* Start the second thread. */
pthread_t start(void *(*run)(void *arg));

#endif
