/**
 * @file message.c
 * @brief A flag says that a message is there.
 *
 * BUG 1: stores the flag relaxed. "An atomic store is seen at once."
 * BUG 2: loads the flag relaxed. "The sender has released it, that is enough."
 * BUG 3: both relaxed, and the message atomic. "There is no data race any more, so it is right."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_int flag;
#if BUG == 3
static atomic_int message;
#else
static int message; /* the sender's until flag is 1 */
#endif

static void *sender(void *arg)
{
#if BUG == 3
    atomic_store_explicit(&message, 42, memory_order_relaxed);
#else
    message = 42;
#endif
    atomic_store_explicit(&flag, 1, BUG == 1 || BUG == 3 ? memory_order_relaxed : memory_order_release);
    return arg;
}

static void *receiver(void *arg)
{
    if (!atomic_load_explicit(&flag, BUG == 2 || BUG == 3 ? memory_order_relaxed : memory_order_acquire))
        return arg;
#if BUG == 3
    assert(atomic_load_explicit(&message, memory_order_relaxed) == 42);
#else
    assert(message == 42);
#endif
    return arg;
}

MODEL(message, "-", "one message, one look")
{
    interleave_name(&flag, "flag");
    interleave_name(&message, "message");
    both(sender, receiver);
}
