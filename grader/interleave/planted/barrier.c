/**
 * @file barrier.c
 * @brief A barrier for two threads that is used twice; the one that waits spins on the phase.
 *
 * BUG 1: the last one opens the phase, then resets the count. "Nobody is here any more."
 * BUG 2: reads the phase after it has arrived. "The phase changes only when I have arrived."
 * BUG 3: arrives relaxed. "Only the count matters."
 */
#include <sched.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { THREADS = 2 };

static atomic_int arrived;
static atomic_int phase;
static int results[THREADS]; /* each written by its thread before the barrier, read by the other after it */

static void barrier(void)
{
    int mine = atomic_load_explicit(&phase, memory_order_relaxed);
    memory_order order = BUG == 3 ? memory_order_relaxed : memory_order_acq_rel;
    if (atomic_fetch_add_explicit(&arrived, 1, order) == THREADS - 1) {
        if (BUG != 1)
            atomic_store_explicit(&arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&phase, mine + 1, memory_order_release);
        if (BUG == 1)
            atomic_store_explicit(&arrived, 0, memory_order_relaxed);
        return;
    }
#if BUG == 2
    mine = atomic_load_explicit(&phase, memory_order_relaxed);
#endif
    while (atomic_load_explicit(&phase, memory_order_acquire) == mine)
        sched_yield();
}

static void work(int me)
{
    results[me] = 1;
    barrier();
    assert(results[1 - me] == 1);
    barrier();
    results[me] = 2;
}

static void *first(void *arg)
{
    work(0);
    return arg;
}

static void *second(void *arg)
{
    work(1);
    return arg;
}

MODEL(barrier, "-", "two threads, two phases")
{
    interleave_name(&arrived, "arrived");
    interleave_name(&phase, "phase");
    both(first, second);
}
