/**
 * @file thread_parker.c
 * @brief A parker that knows its own thread: an unpark by the thread that parks has nobody to wake.
 *
 * A thread's name is the address of a thread-local variable.
 *
 * ## The state
 *
 *     EMPTY     nobody sleeps, no permit is stored
 *     PARKED    the owner sleeps on the condition variable, or is about to while it holds the lock
 *     NOTIFIED  a permit is stored: the next park takes it
 *
 * ## The protocol
 *
 * 1. park takes a permit without the lock, if there is one.
 * 2. Else it takes the lock, and only then announces PARKED. If that fails, a permit came meanwhile: it is
 *    taken, and the thread does not sleep.
 * 3. unpark stores the permit by an exchange. If that finds PARKED, it takes the lock and releases it
 *    before it signals. Between the announcement and the wait the owner holds the lock; so the signal
 *    cannot fall into that gap, where nobody would hear it.
 * 4. A park that returns has taken the permit. A wake-up of the condition variable without one is spurious.
 *
 * ## The memory
 *
 * The owner and each waker hold a reference. A waker may be kept by another thread, and may be woken after
 * the owner is gone: that unparks a parker that nobody owns, which is harmless, and frees it.
 */
#include "weft/park.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "weft/alloc.h"
#include "weft/detail/atomic.h"
#include "weft/detail/clock.h"

enum parker_state { EMPTY, PARKED, NOTIFIED };

struct thread_parker {
    struct wf_park park; /* first: the parker is a park */
    WF_ATOMIC(int) state;
    WF_ATOMIC(char *) owner; /* the thread that parked last: it is not asleep when it unparks */
    WF_ATOMIC(uint32_t) references;
    pthread_mutex_t lock; /* orders the announcement PARKED and the wait against the signal */
    pthread_cond_t woken;
};

static _Thread_local char here;

/* Take the permit, if there is one. */
static bool take_permit(struct thread_parker *self)
{
    int expected = NOTIFIED;
    /* acquire: pairs with the release half of the exchange in unpark. Relaxed would let the owner run on
     * without seeing what was written before the unpark. */
    return wf_compare_exchange_acquire(&self->state, &expected, EMPTY);
}

/* Sleep until signalled, until the deadline, or for no reason at all. Returns ETIMEDOUT or 0. */
static int wait_for_signal(struct thread_parker *self, uint64_t deadline_ns)
{
    if (deadline_ns == WF_FOREVER)
        return pthread_cond_wait(&self->woken, &self->lock);
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    return pthread_cond_clockwait(&self->woken, &self->lock, CLOCK_MONOTONIC, &deadline);
}

static enum wf_parked parker_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct thread_parker *self = (struct thread_parker *)park;
    wf_store_relaxed(&self->owner, &here);
    if (take_permit(self))
        return WF_PARK_WOKEN;
    if (deadline_ns == 0) /* no need to ask the clock: a scheduler's turn, which should cost nothing */
        return WF_PARK_TIMED_OUT;

    enum wf_parked parked = WF_PARK_WOKEN;
    pthread_mutex_lock(&self->lock);
    int expected = EMPTY;
    /* The announcement. Only unpark changes the state meanwhile, and only to NOTIFIED; so failure means
     * that a permit is there, and the loop below takes it without a wait. Acquire suffices: the lock
     * publishes what this thread wrote. */
    (void)wf_compare_exchange_acquire(&self->state, &expected, PARKED);
    int status = 0;
    while (!take_permit(self)) {
        if (status == ETIMEDOUT) {
            /* An unpark may have come since take_permit(): the exchange finds it. */
            if (wf_exchange_acquire(&self->state, EMPTY) != NOTIFIED)
                parked = WF_PARK_TIMED_OUT;
            break;
        }
        status = wait_for_signal(self, deadline_ns);
    }
    pthread_mutex_unlock(&self->lock);
    return parked;
}

static void parker_unpark(struct wf_park *park)
{
    struct thread_parker *self = (struct thread_parker *)park;
    /* release: publishes what this thread did before, to the park that takes the permit. A store that is
     * not an exchange could overwrite PARKED unseen, and nobody would signal. */
    int was = wf_exchange_release(&self->state, NOTIFIED);
    /* relaxed: a thread finds its own name only where it wrote that itself, whatever else it may find */
    if (was != PARKED || wf_load_relaxed(&self->owner) == &here)
        return;
    pthread_mutex_lock(&self->lock); /* wait until the owner is inside its wait */
    pthread_mutex_unlock(&self->lock);
    pthread_cond_signal(&self->woken);
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
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->woken, NULL);
    return &self->park;
}

/* Only the last reference calls this. */
static void parker_free(struct thread_parker *self)
{
    pthread_cond_destroy(&self->woken);
    pthread_mutex_destroy(&self->lock);
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
