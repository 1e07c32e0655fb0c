/**
 * @file wait_mutex.c
 * @brief A mutex that sleeps: its queue of waiters has one place, enough for two threads.
 *
 * lock() enters the queue and then looks at `held` again; unlock() clears `held` and then looks at the queue.
 * One of the two sees what the other did. That takes all four in one order: seq_cst.
 *
 * BUG 1: does not look again after it entered the queue. "It was held a moment ago."
 * BUG 2: looks at the queue before it clears `held`. "First see who is next, then let go."
 * BUG 3: acquire and release in place of seq_cst. "A lock needs acquire and release, no more."
 */
#include "both.h"
#include "interleave.h"
#include "park.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_int held;
static _Atomic(struct park *) waiter;
static struct park parks[2] = {PARK_INIT, PARK_INIT};
static int counter; /* guarded by held */

static void lock(struct park *me)
{
    while (atomic_exchange(&held, 1)) {
        atomic_store_explicit(&waiter, me, BUG == 3 ? memory_order_release : memory_order_seq_cst);
#if BUG != 1
        if (!atomic_load_explicit(&held, BUG == 3 ? memory_order_acquire : memory_order_seq_cst))
            continue; /* a permit may come all the same: one more turn of the loop */
#endif
        park(me);
    }
}

static void unlock(void)
{
#if BUG == 2
    struct park *next = atomic_exchange(&waiter, NULL);
    atomic_store(&held, 0);
#elif BUG == 3
    atomic_store_explicit(&held, 0, memory_order_release);
    struct park *next = atomic_load_explicit(&waiter, memory_order_acquire);
#else
    atomic_store(&held, 0);
    struct park *next = atomic_load(&waiter);
#endif
    if (next)
        unpark(next);
}

static void *first(void *arg)
{
    lock(&parks[0]);
    counter++;
    unlock();
    return arg;
}

static void *second(void *arg)
{
    lock(&parks[1]);
    counter++;
    unlock();
    return arg;
}

MODEL(wait_mutex, "-", "two threads, one critical section each")
{
    interleave_name(&held, "held", "FREE", "HELD");
    interleave_name(&waiter, "waiter");
    both(first, second);
    assert(counter == 2);
}
