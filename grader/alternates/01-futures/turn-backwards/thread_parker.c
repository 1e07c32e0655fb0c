/**
 * @file thread_parker.c
 * @brief A parker that sleeps on a POSIX semaphore, which is posted once for each announced sleep that an unpark ends.
 *
 *     EMPTY     nobody sleeps, no permit is stored
 *     PARKED    the owner sleeps on the semaphore, or is about to: the next unpark posts
 *     NOTIFIED  a permit is stored; where it took the place of PARKED, a post is on its way too
 *
 * A post that comes before the wait is kept by the semaphore, so there is no gap. But each must be waited for, also by a
 * park whose deadline has passed: else the next sleep would end at once.
 */
#include "weft/park.h"

#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <time.h>

#include "weft/alloc.h"
#include "weft/detail/atomic.h"

enum parker_state { EMPTY, PARKED, NOTIFIED };

struct thread_parker {
    struct wf_park park; /* first: the parker is a park */
    WF_ATOMIC(int) state;
    WF_ATOMIC(uint32_t) references;
    sem_t woken;
};

static void wait_for_post(struct thread_parker *self)
{
    while (sem_wait(&self->woken) != 0)
        ; /* interrupted by a signal */
}

/* False: the deadline passed. */
static bool wait_until(struct thread_parker *self, uint64_t deadline_ns)
{
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    while (sem_clockwait(&self->woken, CLOCK_MONOTONIC, &deadline) != 0)
        if (errno == ETIMEDOUT)
            return false;
    return true;
}

static enum wf_parked parker_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct thread_parker *self = (struct thread_parker *)park;
    int expected = NOTIFIED;
    /* acquire, here and below: what was written before the unpark is seen */
    if (wf_compare_exchange_acquire(&self->state, &expected, EMPTY))
        return WF_PARK_WOKEN;
    if (deadline_ns == 0)
        return WF_PARK_TIMED_OUT;
    expected = EMPTY;
    if (!wf_compare_exchange_acquire(&self->state, &expected, PARKED)) {
        (void)wf_exchange_acquire(&self->state, EMPTY); /* a permit came meanwhile, and no post with it */
        return WF_PARK_WOKEN;
    }
    bool posted = true;
    if (deadline_ns == WF_FOREVER)
        wait_for_post(self);
    else
        posted = wait_until(self, deadline_ns);
    bool permit = wf_exchange_acquire(&self->state, EMPTY) == NOTIFIED;
    if (permit && !posted)
        wait_for_post(self);
    return permit ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void parker_unpark(struct wf_park *park)
{
    struct thread_parker *self = (struct thread_parker *)park;
    /* release: publishes what this thread did before, to the park that takes the permit */
    if (wf_exchange_release(&self->state, NOTIFIED) == PARKED)
        sem_post(&self->woken);
}

static const struct wf_park_ops parker_ops = {
    .name = "thread parker",
    .park = parker_park,
    .unpark = parker_unpark,
    .drop = wf_thread_parker_drop,
};

struct wf_park *wf_thread_parker_new(void)
{
    struct thread_parker *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct thread_parker){.park = {&parker_ops}, .state = EMPTY, .references = 1};
    sem_init(&self->woken, 0, 0);
    return &self->park;
}

/* Only the last reference calls this. */
static void parker_free(struct thread_parker *self)
{
    sem_destroy(&self->woken);
    wf_free(self, sizeof *self);
}

void wf_thread_parker_drop(struct wf_park *parker)
{
    struct thread_parker *self = (struct thread_parker *)parker;
    /* acq_rel: release, so that all this thread did with the parker is over before another frees it;
     * acquire, so that the one that frees sees it so. Relaxed would free it under a running unpark. */
    if (wf_fetch_sub_acq_rel(&self->references, 1) == 1)
        parker_free(self);
}

/* --- the waker: its datum is the parker, and each waker holds one reference --- */

static void *waker_clone(void *data)
{
    struct thread_parker *self = data;
    /* relaxed: the reference that is cloned keeps the parker alive; nothing is published by counting up */
    wf_fetch_add_relaxed(&self->references, 1);
    return self;
}

static void waker_wake_by_ref(void *data)
{
    struct thread_parker *self = data;
    wf_unpark(&self->park);
}

static void waker_drop(void *data)
{
    struct thread_parker *self = data;
    wf_thread_parker_drop(&self->park);
}

static void waker_wake(void *data)
{
    waker_wake_by_ref(data);
    waker_drop(data); /* last: it may free the parker */
}

static const struct wf_waker_ops waker_ops = {
    .clone = waker_clone,
    .wake = waker_wake,
    .wake_by_ref = waker_wake_by_ref,
    .drop = waker_drop,
};

struct wf_waker wf_thread_parker_waker(struct wf_park *parker)
{
    const struct wf_waker borrowed = {&waker_ops, parker};
    return wf_waker_clone(&borrowed);
}
