/**
 * @file spin_lock.c
 * @brief A spin lock around a counter; two threads.
 *
 * BUG 1: tests the flag, then sets it. "Nobody comes between two neighbouring lines."
 * BUG 2: releases the lock with a relaxed store. "The flag is atomic, so the lock is."
 * BUG 3: takes the lock with a relaxed exchange. "Release is enough: it is the writer's business."
 */
#include <sched.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_int locked;
static int counter; /* guarded by locked */

static void lock(void)
{
#if BUG == 1
    while (atomic_load_explicit(&locked, memory_order_acquire))
        sched_yield();
    atomic_store_explicit(&locked, 1, memory_order_relaxed);
#else
    memory_order order = BUG == 3 ? memory_order_relaxed : memory_order_acquire;
    while (atomic_exchange_explicit(&locked, 1, order))
        sched_yield();
#endif
}

static void unlock(void)
{
    atomic_store_explicit(&locked, 0, BUG == 2 ? memory_order_relaxed : memory_order_release);
}

static void *count(void *arg)
{
    lock();
    counter++;
    unlock();
    return arg;
}

MODEL(spin_lock, "-", "two threads count to two under a spin lock")
{
    interleave_name(&locked, "locked", "FREE", "HELD");
    both(count, count);
    assert(counter == 2);
}
