/**
 * @file seqlock.c
 * @brief A pair that is read without a lock: the reader checks that no writer came between.
 *
 * BUG 1: no fence before the second look at the sequence. "An acquire load keeps what is above it above."
 * BUG 2: no fence after the sequence became odd. "The store of the sequence comes first in the text."
 * BUG 3: does not refuse an odd sequence. "It has not changed, that is what counts."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_uint sequence; /* odd: the pair is being written */
static atomic_int pair[2];   /* both alike */

static void *writer(void *arg)
{
    unsigned before = atomic_load_explicit(&sequence, memory_order_relaxed);
    atomic_store_explicit(&sequence, before + 1, memory_order_relaxed);
    if (BUG != 2)
        atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&pair[0], 1, memory_order_relaxed);
    atomic_store_explicit(&pair[1], 1, memory_order_relaxed);
    atomic_store_explicit(&sequence, before + 2, memory_order_release);
    return arg;
}

static void *reader(void *arg)
{
    unsigned before = atomic_load_explicit(&sequence, memory_order_acquire);
    int first = atomic_load_explicit(&pair[0], memory_order_relaxed);
    int second = atomic_load_explicit(&pair[1], memory_order_relaxed);
    if (BUG != 1)
        atomic_thread_fence(memory_order_acquire);
    unsigned after = atomic_load_explicit(&sequence, memory_order_relaxed);
    if (before == after && (before % 2 == 0 || BUG == 3))
        assert(first == second);
    return arg;
}

MODEL(seqlock, "-", "one write, one read")
{
    interleave_name(&sequence, "sequence");
    interleave_name(&pair[0], "pair[0]");
    interleave_name(&pair[1], "pair[1]");
    both(writer, reader);
}
