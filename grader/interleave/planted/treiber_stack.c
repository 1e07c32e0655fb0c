/**
 * @file treiber_stack.c
 * @brief A lock-free stack whose nodes are used again; one pops, the other pops two and pushes one back.
 *
 * The top is a node's number and a count of changes in one word: a compare-exchange that slept through a pop
 * and a push of the same node fails.
 *
 * BUG 1: the count never changes (ABA). "The top is still the same node, so nothing has happened."
 * BUG 2: `next` is a plain field. "Only who owns the node writes it."
 * BUG 3: pushes relaxed. "The compare-exchange is atomic."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { NODES = 3 }; /* node 0 stands for none */

#if BUG == 2
static int next[NODES];
#define NEXT(node) next[node]
#define SET_NEXT(node, to) next[node] = (to)
#else
static atomic_int next[NODES];
#define NEXT(node) atomic_load_explicit(&next[node], memory_order_relaxed)
#define SET_NEXT(node, to) atomic_store_explicit(&next[node], (to), memory_order_relaxed)
#endif

static atomic_uint top;  /* number of the node, and changes << 8 */
static int owner[NODES]; /* written by who has popped the node */

static unsigned changed(unsigned before, int node)
{
    return BUG == 1 ? (unsigned)node : (((before >> 8) + 1) << 8 | (unsigned)node);
}

static void push(int node)
{
    unsigned before = atomic_load_explicit(&top, memory_order_relaxed);
    do {
        SET_NEXT(node, (int)(before & 255));
    } while (!atomic_compare_exchange_weak_explicit(&top, &before, changed(before, node),
                                                    BUG == 3 ? memory_order_relaxed : memory_order_release,
                                                    memory_order_relaxed));
}

static int pop(int who)
{
    unsigned before = atomic_load_explicit(&top, memory_order_acquire);
    int node, rest;
    do {
        node = (int)(before & 255);
        if (node == 0)
            return 0;
        rest = NEXT(node);
    } while (!atomic_compare_exchange_weak_explicit(&top, &before, changed(before, rest),
                                                    memory_order_acquire, memory_order_acquire));
    assert(owner[node] == 0);
    owner[node] = who;
    return node;
}

static void *one(void *arg)
{
    pop(1);
    return arg;
}

static void *two(void *arg)
{
    int node = pop(2);
    pop(2);
    if (node) {
        owner[node] = 0;
        push(node);
    }
    return arg;
}

MODEL(treiber_stack, "-", "two nodes; one pop against two pops and a push", .spurious = -1)
{
    interleave_name(&top, "top");
    push(1);
    push(2);
    both(one, two);
    while (pop(3))
        ;
}
