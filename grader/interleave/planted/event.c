/**
 * @file event.c
 * @brief An event whose waiter lives on the waiting thread's stack; one waits, one fires.
 *
 * Once `done` is set the waiter may return, and the same piece of its stack is used for something else, here
 * for the next wait: the thread that fires must not touch the waiter then.
 *
 * BUG 1: marks the waiter done, then reads which park to wake. "The waiter sleeps until I wake it."
 * BUG 2: the waiter leaves although it could not take itself off the list. "The event has fired, so nobody
 *        needs me."
 * BUG 3: does not look whether the event has fired after it is on the list. "I looked before."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"
#include "park.h"

#ifndef BUG
#define BUG 0
#endif

struct waiter {
    struct park *park;
    atomic_bool done; /* the last of it that another thread touches */
};

struct event {
    _Atomic(struct waiter *) list; /* of one place */
    atomic_bool fired;
};

static struct event first, second;
static struct park waiter_park = PARK_INIT;

static void fire(struct event *event)
{
    atomic_store(&event->fired, true);
    struct waiter *waiter = atomic_exchange(&event->list, NULL);
    if (!waiter)
        return;
#if BUG == 1
    atomic_store_explicit(&waiter->done, true, memory_order_release);
    unpark(waiter->park);
#else
    struct park *park = waiter->park;
    atomic_store_explicit(&waiter->done, true, memory_order_release);
    unpark(park);
#endif
}

static void __attribute__((noinline)) wait_for(struct event *event)
{
    struct waiter me = {.park = &waiter_park};
    if (BUG == 3 && atomic_load(&event->fired))
        return;
    atomic_store(&event->list, &me);
    if (BUG != 3 && atomic_load(&event->fired) && (BUG == 2 || atomic_exchange(&event->list, NULL) == &me))
        return;
    while (!atomic_load_explicit(&me.done, memory_order_acquire))
        park(&waiter_park);
}

static void *waits(void *arg)
{
    wait_for(&first);
    wait_for(&second);
    return arg;
}

static void *fires(void *arg)
{
    fire(&first);
    return arg;
}

MODEL(event, "-", "one waits for two events, of which one has fired and one is fired meanwhile")
{
    interleave_name(&first.list, "first.list");
    interleave_name(&first.fired, "first.fired", "false", "true");
    fire(&second);
    both(waits, fires);
}
