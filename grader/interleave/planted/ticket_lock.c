/**
 * @file ticket_lock.c
 * @brief A ticket lock: threads enter in the order in which they drew their tickets; two threads.
 *
 * BUG 1: draws a ticket with a load and a store. "Each variable is atomic already."
 * BUG 2: a thread in a hurry walks away when it is not its turn, and keeps its ticket. "Then the next one has
 *        its turn."
 * BUG 3: reads `serving` relaxed. "It is only compared."
 */
#include <sched.h>
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_uint next_ticket;
static atomic_uint serving;
static int counter; /* guarded by the lock */

static bool is_served(unsigned ticket)
{
    return atomic_load_explicit(&serving, BUG == 3 ? memory_order_relaxed : memory_order_acquire) == ticket;
}

static void lock(void)
{
#if BUG == 1
    unsigned ticket = atomic_load_explicit(&next_ticket, memory_order_relaxed);
    atomic_store_explicit(&next_ticket, ticket + 1, memory_order_relaxed);
#else
    unsigned ticket = atomic_fetch_add_explicit(&next_ticket, 1, memory_order_relaxed);
#endif
    while (!is_served(ticket))
        sched_yield();
}

static bool try_lock(void)
{
#if BUG == 2
    return is_served(atomic_fetch_add_explicit(&next_ticket, 1, memory_order_relaxed));
#else
    unsigned ticket = atomic_load_explicit(&serving, memory_order_acquire);
    return atomic_compare_exchange_strong_explicit(&next_ticket, &ticket, ticket + 1, memory_order_relaxed,
                                                   memory_order_relaxed);
#endif
}

static void unlock(void)
{
    unsigned now = atomic_load_explicit(&serving, memory_order_relaxed);
    atomic_store_explicit(&serving, now + 1, memory_order_release);
}

static void *patient(void *arg)
{
    for (int i = 0; i < 2; i++) {
        lock();
        counter++;
        unlock();
    }
    return arg;
}

static void *hasty(void *arg)
{
    if (!try_lock())
        return arg;
    counter++;
    unlock();
    return arg;
}

MODEL(ticket_lock, "-", "one thread locks twice, one tries once")
{
    interleave_name(&next_ticket, "next_ticket");
    interleave_name(&serving, "serving");
    both(patient, BUG == 1 ? patient : hasty);
}
