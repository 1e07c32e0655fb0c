/**
 * @file claim.c
 * @brief Of two threads exactly one claims a job.
 *
 * BUG 1: a weak compare-exchange without a loop. "It fails only if another was first."
 * BUG 2: looks and then stores. "It was free."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_bool claimed;
static atomic_int winners;

static bool claim(void)
{
    bool expected = false;
#if BUG == 1
    return atomic_compare_exchange_weak_explicit(&claimed, &expected, true, memory_order_relaxed,
                                                 memory_order_relaxed);
#elif BUG == 2
    expected = atomic_load_explicit(&claimed, memory_order_relaxed);
    atomic_store_explicit(&claimed, true, memory_order_relaxed);
    return !expected;
#else
    return atomic_compare_exchange_strong_explicit(&claimed, &expected, true, memory_order_relaxed,
                                                   memory_order_relaxed);
#endif
}

static void *candidate(void *arg)
{
    if (claim())
        atomic_fetch_add_explicit(&winners, 1, memory_order_relaxed);
    return arg;
}

MODEL(claim, "-", "two threads, one job")
{
    interleave_name(&claimed, "claimed", "false", "true");
    both(candidate, candidate);
    assert(atomic_load_explicit(&winners, memory_order_relaxed) == 1);
}
