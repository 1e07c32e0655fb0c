/**
 * @file peterson.c
 * @brief Peterson's lock for two threads: each says that it wants to enter, then gives way, then looks at the
 * other.
 *
 * BUG 1: acquire and release. "They are the orders of a lock."
 * BUG 2: gives way before it says that it wants to enter. "Only the two stores matter, not which is first."
 */
#include <sched.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { LOADS = BUG == 1 ? memory_order_acquire : memory_order_seq_cst };
enum { STORES = BUG == 1 ? memory_order_release : memory_order_seq_cst };

static atomic_int wants[2];
static atomic_int turn;
static int counter; /* guarded by the lock */

static void lock(int me)
{
    int other = 1 - me;
#if BUG == 2
    atomic_store_explicit(&turn, other, STORES);
    atomic_store_explicit(&wants[me], 1, STORES);
#else
    atomic_store_explicit(&wants[me], 1, STORES);
    atomic_store_explicit(&turn, other, STORES);
#endif
    while (atomic_load_explicit(&wants[other], LOADS) && atomic_load_explicit(&turn, LOADS) == other)
        sched_yield();
}

static void unlock(int me)
{
    atomic_store_explicit(&wants[me], 0, STORES);
}

static void *first(void *arg)
{
    lock(0);
    counter++;
    unlock(0);
    return arg;
}

static void *second(void *arg)
{
    lock(1);
    counter++;
    unlock(1);
    return arg;
}

MODEL(peterson, "-", "two threads, one critical section each")
{
    interleave_name(&wants[0], "wants[0]");
    interleave_name(&wants[1], "wants[1]");
    interleave_name(&turn, "turn");
    both(first, second);
    assert(counter == 2);
}
