/**
 * @file hazard.c
 * @brief A hazard pointer: a reader says which object it uses, and who replaces the object looks before it
 * frees.
 *
 * BUG 1: no fence between saying and looking again. "I write first and read second."
 * BUG 2: does not look again. "I have said which one I use."
 * BUG 3: the reader withdraws relaxed. "Nobody waits for that."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static _Atomic(int *) current;
static _Atomic(int *) hazard; /* the one that the reader uses */
static int *unreclaimed;      /* the writer's: it would try again later */

static void *reader(void *arg)
{
    int *object = atomic_load_explicit(&current, memory_order_acquire);
    atomic_store_explicit(&hazard, object, memory_order_relaxed);
#if BUG != 1
    atomic_thread_fence(memory_order_seq_cst);
#endif
    if (BUG == 2 || atomic_load_explicit(&current, memory_order_acquire) == object)
        assert(*object == 42);
    atomic_store_explicit(&hazard, NULL, BUG == 3 ? memory_order_relaxed : memory_order_release);
    return arg;
}

static int *object_new(void)
{
    int *object = malloc(sizeof *object);
    *object = 42;
    return object;
}

static void *writer(void *arg)
{
    int *old = atomic_exchange_explicit(&current, object_new(), memory_order_acq_rel);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&hazard, memory_order_acquire) == old)
        unreclaimed = old;
    else
        free(old);
    return arg;
}

MODEL(hazard, "-", "one reads, one replaces")
{
    interleave_name(&current, "current");
    interleave_name(&hazard, "hazard");
    atomic_init(&current, object_new());
    both(reader, writer);
    free(unreclaimed);
    free(atomic_load(&current));
}
