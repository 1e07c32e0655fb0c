/**
 * @file mpsc.c
 * @brief Vyukov's queue of many producers and one consumer that sleeps; two producers, an item each.
 *
 * The consumer says that it sleeps and then looks again; a producer links its node and then looks whether the
 * consumer sleeps. A seq_cst fence stands between the two steps on both sides: one of them sees the other.
 *
 * BUG 1: does not look again before it sleeps. "It was empty a moment ago."
 * BUG 2: links the node relaxed. "The exchange of tail was a full barrier."
 * BUG 3: appends with a load and a store of tail. "The others will see the new tail."
 * BUG 4: no fence before the consumer looks again. "Program order is order."
 */
#include "both.h"
#include "interleave.h"
#include "park.h"

#ifndef BUG
#define BUG 0
#endif

struct node {
    _Atomic(struct node *) next;
    int value; /* the producer's until it is linked */
};

static struct node stub, nodes[2];
static _Atomic(struct node *) tail; /* the newest node */
static struct node *head = &stub;   /* the consumer's: the last one that it took */
static atomic_bool sleeping;
static struct park consumer_park = PARK_INIT;

static void push(struct node *node)
{
    node->value = 42;
#if BUG == 3
    struct node *before = atomic_load_explicit(&tail, memory_order_acquire);
    atomic_store_explicit(&tail, node, memory_order_release);
#else
    struct node *before = atomic_exchange_explicit(&tail, node, memory_order_acq_rel);
#endif
    atomic_store_explicit(&before->next, node, BUG == 2 ? memory_order_relaxed : memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&sleeping, memory_order_relaxed))
        unpark(&consumer_park);
}

static struct node *pop(void)
{
    struct node *next = atomic_load_explicit(&head->next, memory_order_acquire);
    if (next)
        head = next;
    return next;
}

static void consume(void)
{
    struct node *node = pop();
    while (!node) {
        atomic_store_explicit(&sleeping, true, memory_order_relaxed);
#if BUG != 4
        atomic_thread_fence(memory_order_seq_cst);
#endif
#if BUG != 1
        node = pop();
        if (node)
            break;
#endif
        park(&consumer_park);
        node = pop();
    }
    assert(node->value == 42);
}

static void *first(void *arg)
{
    push(&nodes[0]);
    return arg;
}

static void *second(void *arg)
{
    push(&nodes[1]);
    return arg;
}

MODEL(mpsc, "-", "two producers, an item each; the consumer takes both", .spurious = -1)
{
    atomic_init(&tail, &stub);
    interleave_name(&tail, "tail");
    interleave_name(&sleeping, "sleeping");
    pthread_t producers[2];
    pthread_create(&producers[0], NULL, first, NULL);
    pthread_create(&producers[1], NULL, second, NULL);
    consume();
    consume();
    pthread_join(producers[0], NULL);
    pthread_join(producers[1], NULL);
}
