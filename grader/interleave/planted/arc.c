/**
 * @file arc.c
 * @brief A counted reference, and a weak one that can be turned into a strong one while the object lives.
 *
 * The count stands outside of the object, so that a weak reference may always look at it.
 *
 * BUG 1: upgrades with a fetch_add. "The object is kept alive by my own count."
 * BUG 2: looks whether the count is zero, then adds. "It was alive."
 * BUG 3: the last drop does not acquire. "It only frees, it reads nothing."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_int strong = 1;
static int *object;

static void drop(void)
{
    memory_order order = BUG == 3 ? memory_order_release : memory_order_acq_rel;
    if (atomic_fetch_sub_explicit(&strong, 1, order) == 1)
        free(object);
}

static bool upgrade(void)
{
#if BUG == 1
    atomic_fetch_add_explicit(&strong, 1, memory_order_relaxed);
    return true;
#elif BUG == 2
    if (atomic_load_explicit(&strong, memory_order_relaxed) == 0)
        return false;
    atomic_fetch_add_explicit(&strong, 1, memory_order_relaxed);
    return true;
#else
    int now = atomic_load_explicit(&strong, memory_order_relaxed);
    while (now > 0)
        if (atomic_compare_exchange_weak_explicit(&strong, &now, now + 1, memory_order_relaxed,
                                                  memory_order_relaxed))
            return true;
    return false;
#endif
}

static void *owner(void *arg)
{
    drop();
    return arg;
}

static void *observer(void *arg)
{
    if (!upgrade())
        return arg;
    assert(*object == 42);
    drop();
    return arg;
}

MODEL(arc, "-", "an owner drops, an observer upgrades, reads and drops")
{
    interleave_name(&strong, "strong");
    object = malloc(sizeof *object);
    *object = 42;
    both(owner, observer);
}
