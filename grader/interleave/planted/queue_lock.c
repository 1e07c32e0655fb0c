/**
 * @file queue_lock.c
 * @brief The lock of Mellor-Crummey and Scott: each thread waits at a flag of its own, and hands the lock to the next; three
 * threads.
 *
 * BUG 1: releases the lock although a successor is about to link itself. "Nobody is behind me."
 * BUG 2: links itself, then says that it waits. "Both are there before it looks."
 * BUG 3: hands the lock over relaxed. "The flag is only looked at."
 */
#include <stdbool.h>

#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

struct node {
    _Atomic(struct node *) next;
    atomic_bool waits;
};

static struct node nodes[3];
static _Atomic(struct node *) tail;
static int counter; /* guarded by the lock */

static void lock(struct node *own)
{
    atomic_store_explicit(&own->next, NULL, memory_order_relaxed);
    struct node *before = atomic_exchange_explicit(&tail, own, memory_order_acq_rel);
    if (!before)
        return;
#if BUG == 2
    atomic_store_explicit(&before->next, own, memory_order_release);
    atomic_store_explicit(&own->waits, true, memory_order_relaxed);
#else
    atomic_store_explicit(&own->waits, true, memory_order_relaxed);
    atomic_store_explicit(&before->next, own, memory_order_release);
#endif
    while (atomic_load_explicit(&own->waits, memory_order_acquire))
        ;
}

static void unlock(struct node *own)
{
    struct node *next = atomic_load_explicit(&own->next, memory_order_acquire), *expected = own;
    if (!next) {
        if (atomic_compare_exchange_strong_explicit(&tail, &expected, NULL, memory_order_acq_rel,
                                                    memory_order_relaxed))
            return;
#if BUG == 1
        return;
#endif
        while (!(next = atomic_load_explicit(&own->next, memory_order_acquire)))
            ;
    }
    atomic_store_explicit(&next->waits, false, BUG == 3 ? memory_order_relaxed : memory_order_release);
}

static void *work(void *own)
{
    lock(own);
    counter++;
    unlock(own);
    return own;
}

MODEL(queue_lock, "-", "three threads, each once")
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, work, &nodes[i]);
    work(&nodes[2]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert(counter == 3);
}
