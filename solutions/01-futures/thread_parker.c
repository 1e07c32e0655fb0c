/**
 * @file thread_parker.c
 * @brief The park that sleeps on the operating system, and the waker that ends the sleep.
 *
 * ## The state
 *
 *     EMPTY     no thread sleeps, no permit is stored
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
 *    cannot fall into that gap, where no thread waits for it.
 * 4. A park that returns has taken the permit. A wake-up of the condition variable without one is spurious.
 *
 * ## The memory
 *
 * The owner and each waker hold a reference. Another thread may keep a waker, and wake it after the owner gave its
 * reference up. That unparks a parker on which no thread will park, which is harmless; the last reference frees it.
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
    WF_ATOMIC(uint32_t) references;
    pthread_mutex_t lock; /* orders the announcement PARKED and the wait against the signal */
    pthread_cond_t woken;
};

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
    /* LAB 01.T8 { take a stored permit, else sleep until there is one; find the gap in which a signal would go unheard */
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
    /* LAB 01.T8 } */
}

static void parker_unpark(struct wf_park *park)
{
    struct thread_parker *self = (struct thread_parker *)park;
    /* LAB 01.T8 { store the permit; signal only if the owner sleeps, and not into the gap before its wait */
    /* release: publishes what this thread did before, to the park that takes the permit. A store that is
     * not an exchange could overwrite PARKED unseen, and then no thread would signal. */
    if (wf_exchange_release(&self->state, NOTIFIED) != PARKED)
        return;
    pthread_mutex_lock(&self->lock); /* wait until the owner is inside its wait */
    pthread_mutex_unlock(&self->lock);
    pthread_cond_signal(&self->woken);
    /* LAB 01.T8 } */
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
    /* LAB 01.T7 { give one reference up; the last one calls parker_free() */
    /* acq_rel: release, so that all this thread did with the parker is over before another frees it;
     * acquire, so that the one that frees sees it so. Relaxed would free it under a running unpark. */
    if (wf_fetch_sub_acq_rel(&self->references, 1) == 1)
        parker_free(self);
    /* LAB 01.T7 } */
}

/* --- the waker: its datum is the parker, and each waker holds one reference --- */

static void *waker_clone(void *data)
{
    struct thread_parker *self = data;
    /* LAB 01.T7 { a clone is a waker of its own: it needs a reference of its own */
    /* relaxed: the reference that is cloned keeps the parker alive; nothing is published by counting up */
    wf_fetch_add_relaxed(&self->references, 1);
    return self;
    /* LAB 01.T7 } */
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
    /* LAB 01.T7 { wake, then give this waker's reference up: what goes wrong in the other order? */
    waker_wake_by_ref(data);
    waker_drop(data); /* last: it may free the parker */
    /* LAB 01.T7 } */
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
