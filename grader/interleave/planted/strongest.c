/**
 * @file strongest.c
 * @brief seq_cst for the data, and what else it takes.
 *
 * BUG 1: the flag is relaxed. "The data is seq_cst, and there is nothing stronger." But nothing reads the store of the data, so
 * it publishes nothing, and the flag is not part of the order of seq_cst operations.
 * BUG 2: two threads store to two objects, the last store of each being the larger, with release. "One of the two stores that
 * ran last is last, so a 2 stays." But each object has a sequence of its own, and both first stores may be the last of theirs.
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_int data, flag, left, right;

static void *sender(void *arg)
{
    atomic_store(&data, 1);
    atomic_store_explicit(&flag, 1, BUG == 1 ? memory_order_relaxed : memory_order_release);
    return arg;
}

static void *receiver(void *arg)
{
    if (atomic_load_explicit(&flag, BUG == 1 ? memory_order_relaxed : memory_order_acquire))
        assert(atomic_load(&data) == 1);
    return arg;
}

static void *from_the_left(void *arg)
{
    atomic_store_explicit(&left, 1, BUG == 2 ? memory_order_release : memory_order_seq_cst);
    atomic_store_explicit(&right, 2, BUG == 2 ? memory_order_release : memory_order_seq_cst);
    return arg;
}

static void *from_the_right(void *arg)
{
    atomic_store_explicit(&right, 1, BUG == 2 ? memory_order_release : memory_order_seq_cst);
    atomic_store_explicit(&left, 2, BUG == 2 ? memory_order_release : memory_order_seq_cst);
    return arg;
}

MODEL(strongest, "-", "one message; two threads that store to two objects")
{
    interleave_name(&data, "data");
    interleave_name(&flag, "flag");
    both(sender, receiver);
    both(from_the_left, from_the_right);
    assert(!(atomic_load(&left) == 1 && atomic_load(&right) == 1));
}
