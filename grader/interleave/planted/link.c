/**
 * @file link.c
 * @brief A queue of many producers: each exchanges the head, then links its node behind the one that it found.
 *
 * A new node's link is NULL, and the next producer overwrites that. Only the exchange of the head orders these two stores.
 *
 * BUG 1: the exchange is relaxed. "The link itself is released, and that is all the consumer reads." But then the NULL may take
 * effect after the link, whichever ran first, and the queue ends there.
 *
 * Source: the queue of Pony's runtime (ponyc, pull request 2174).
 */
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

struct node {
    _Atomic(struct node *) next;
};

static _Atomic(struct node *) head;
static struct node stub, nodes[2];

static void *push(void *arg)
{
    struct node *node = arg;
    atomic_store_explicit(&node->next, NULL, memory_order_relaxed);
    struct node *before =
        atomic_exchange_explicit(&head, node, BUG == 1 ? memory_order_relaxed : memory_order_acq_rel);
    atomic_store_explicit(&before->next, node, memory_order_release);
    return arg;
}

MODEL(link, "-", "two producers; the consumer looks when both have ended")
{
    pthread_t producers[2];
    int found = 0;
    atomic_store_explicit(&head, &stub, memory_order_relaxed);
    for (int i = 0; i < 2; i++)
        pthread_create(&producers[i], NULL, push, &nodes[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(producers[i], NULL);
    for (struct node *at = &stub; (at = atomic_load_explicit(&at->next, memory_order_acquire));)
        found++;
    assert(found == 2);
}
