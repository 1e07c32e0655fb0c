/**
 * @file shared_park.c
 * @brief One driver for several workers: who sleeps in it, who beside it, and the watch.
 *
 * ## A worker's park
 *
 *     EMPTY      it does not sleep, and no permit is stored
 *     IN_DRIVER  it sleeps in the driver, or is about to: an unpark ends the driver's sleep
 *     IN_PARKER  it sleeps on its thread parker, or is about to: an unpark ends that
 *     NOTIFIED   a permit is stored: the next park takes it
 *
 * An unpark changes the state first and acts on what it was. The worker announces where it will sleep, and so finds a permit that came
 * before. Both its sleeps keep an unpark themselves, so none falls into the gap between announcement and sleep. A thread that is about
 * to unpark the driver may come late, when another worker sleeps in it: that one wakes, finds no permit of its own, and sleeps on.
 *
 * ## When the watch may sleep
 *
 * While somebody is in the driver and stays there. The watch says that it rests, and then tries to take the driver. A worker that leaves
 * gives the driver back, and then looks whether the watch rests. Both touch `taken` by an exchange: either the watch's comes first,
 * and the worker sees that it rests, and calls it; or the worker's does, and the watch gets the driver.
 */
#include "weft/detail/shared_park.h"

#include <errno.h>

#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/detail/thread.h"
#include "weft/multi_thread.h"

enum worker_park_state { EMPTY, IN_DRIVER, IN_PARKER, NOTIFIED };

struct worker_park {
    struct wf_park park; /* first: it is a park */
    struct wf_shared_driver *shared;
    struct wf_park *parker; /* owned */
    WF_ATOMIC(int) state;
};

/* --- the driver --- */

static bool take_driver(struct wf_shared_driver *shared)
{
    /* acquire: what the last thread in the driver did is seen. release: see above; the watch's `resting`. */
    return !wf_exchange_acq_rel(&shared->taken, true);
}

static void give_driver_back(struct wf_shared_driver *shared)
{
    (void)wf_exchange_acq_rel(&shared->taken, false); /* release, acquire: the counterpart of both */
}

/* A worker has driven the driver, and leaves it. */
static void leave_driver(struct wf_shared_driver *shared)
{
    /* relaxed: only the thread in the driver changes it, and the watch only looks whether it changed */
    wf_store_relaxed(&shared->turns, wf_load_relaxed(&shared->turns) + 1);
    give_driver_back(shared);
    if (wf_load_relaxed(&shared->resting) && wf_exchange_acquire(&shared->resting, false))
        wf_unpark(shared->watch_park);
}

/* --- a worker's park --- */

static bool take_permit(struct worker_park *self)
{
    return wf_exchange_acquire(&self->state, EMPTY) == NOTIFIED; /* acquire: pairs with unpark */
}

/* False: a permit is there. */
static bool announce(struct worker_park *self, int where)
{
    int expected = EMPTY;
    return wf_compare_exchange_acquire(&self->state, &expected, where); /* acquire: where it fails, as above */
}

static enum wf_parked shared_turn(struct worker_park *self)
{
    enum wf_parked parked = WF_PARK_TIMED_OUT;
    if (take_driver(self->shared)) {
        parked = self->shared->driver->ops->park(self->shared->driver, 0);
        leave_driver(self->shared);
    }
    return take_permit(self) ? WF_PARK_WOKEN : parked;
}

static enum wf_parked shared_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct worker_park *self = (struct worker_park *)park;
    enum wf_parked parked;
    if (deadline_ns == 0)
        return shared_turn(self);
    if (take_driver(self->shared)) {
        /* a permit: the driver gets its turn, and does not sleep */
        uint64_t until = announce(self, IN_DRIVER) ? deadline_ns : 0;
        parked = self->shared->driver->ops->park(self->shared->driver, until);
        leave_driver(self->shared);
        return take_permit(self) ? WF_PARK_WOKEN : parked;
    }
    parked = WF_PARK_WOKEN;
    if (announce(self, IN_PARKER))
        while (parked == WF_PARK_WOKEN && wf_load_relaxed(&self->state) != NOTIFIED)
            parked = self->parker->ops->park(self->parker, deadline_ns);
    return take_permit(self) ? WF_PARK_WOKEN : parked;
}

static void shared_unpark(struct wf_park *park)
{
    struct worker_park *self = (struct worker_park *)park;
    /* release: publishes what this thread did before, to the park that takes the permit */
    switch (wf_exchange_release(&self->state, NOTIFIED)) {
    case IN_DRIVER:
        self->shared->driver->ops->unpark(self->shared->driver);
        break;
    case IN_PARKER:
        self->parker->ops->unpark(self->parker);
        break;
    default: /* it does not sleep, and finds the permit */
        break;
    }
}

static void shared_drop(struct wf_park *park)
{
    struct worker_park *self = (struct worker_park *)park;
    wf_park_drop(self->parker);
    wf_free(self, sizeof *self);
}

static const struct wf_park_ops shared_park_ops = {
    .name = "shared park",
    .park = shared_park,
    .unpark = shared_unpark,
    .drop = shared_drop,
};

struct wf_park *wf_shared_park_new(struct wf_shared_driver *shared)
{
    struct wf_park *parker = wf_thread_parker_new();
    struct worker_park *self = parker ? wf_alloc(sizeof *self) : NULL;
    if (self) {
        *self = (struct worker_park){.park = {&shared_park_ops}, .shared = shared, .parker = parker};
        return &self->park;
    }
    if (parker)
        wf_park_drop(parker);
    return NULL;
}

/* --- the watch --- */

/* Nobody has driven the driver since the last look. True: because somebody sleeps in it, so the watch may sleep as well. */
static bool drive_or_rest(struct wf_shared_driver *shared)
{
    (void)wf_exchange_release(&shared->resting, true);
    if (!take_driver(shared))
        return true;
    wf_store_relaxed(&shared->resting, false); /* relaxed: a worker that calls all the same does no harm */
    (void)shared->driver->ops->park(shared->driver, 0);
    wf_store_relaxed(&shared->watched, wf_load_relaxed(&shared->watched) + 1); /* relaxed: one writer */
    give_driver_back(shared);
    return false;
}

static void *watch(void *argument)
{
    struct wf_shared_driver *shared = argument;
    bool rests = false;
    while (!wf_load_acquire(&shared->ending)) {
        uint32_t before = wf_load_relaxed(&shared->turns);
        (void)shared->watch_park->ops->park(shared->watch_park,
                                            rests ? WF_FOREVER : wf_clock_ns() + WF_WATCH_NS);
        rests = !rests && wf_load_relaxed(&shared->turns) == before && drive_or_rest(shared);
    }
    return NULL;
}

int wf_shared_driver_init(struct wf_shared_driver *shared, struct wf_park *driver, size_t stack_bytes)
{
    *shared = (struct wf_shared_driver){.driver = driver, .watch_park = wf_thread_parker_new()};
    if (!shared->watch_park)
        return ENOMEM;
    int failed = wf_thread_start(&shared->watch, stack_bytes, watch, shared);
    if (failed)
        wf_park_drop(shared->watch_park);
    return failed;
}

void wf_shared_driver_end(struct wf_shared_driver *shared)
{
    wf_store_release(&shared->ending, true);
    wf_unpark(shared->watch_park);
    pthread_join(shared->watch, NULL);
    wf_park_drop(shared->watch_park);
}
