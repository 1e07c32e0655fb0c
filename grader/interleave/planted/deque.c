/**
 * @file deque.c
 * @brief The work-stealing deque of Chase and Lev: the owner pushes and takes at the bottom, thieves steal at
 * the top.
 *
 * Source: Le, Pop, Cohen, Zappa Nardelli: Correct and Efficient Work-Stealing for Weak Memory Models (2013).
 *
 * BUG 1: no fence in take(). "The owner has written bottom itself, of course it is seen."
 * BUG 2: no fence in steal(). "Two acquire loads stay in order."
 * BUG 3: push() publishes bottom relaxed, without a fence. "Only the owner writes bottom."
 * BUG 4: take() pops the last item without a compare-exchange. "My side of the deque is mine."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { ITEMS = 2, SLOTS = 4 };

static atomic_int top, bottom;
static atomic_int slots[SLOTS];
static int payload[ITEMS + 1];      /* written by the owner before the push */
static atomic_int taken[ITEMS + 1]; /* how often */

static void push(int item)
{
    int at = atomic_load_explicit(&bottom, memory_order_relaxed);
    atomic_store_explicit(&slots[at % SLOTS], item, memory_order_relaxed);
    if (BUG != 3)
        atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&bottom, at + 1, memory_order_relaxed);
}

/** Returns an item, or 0. */
static int take(void)
{
    int last = atomic_load_explicit(&bottom, memory_order_relaxed) - 1;
    atomic_store_explicit(&bottom, last, memory_order_relaxed);
    if (BUG != 1)
        atomic_thread_fence(memory_order_seq_cst);
    int first = atomic_load_explicit(&top, memory_order_relaxed);
    int item = 0;
    if (first <= last)
        item = atomic_load_explicit(&slots[last % SLOTS], memory_order_relaxed);
    if (first < last)
        return item;
    if (first == last && BUG != 4 &&
        !atomic_compare_exchange_strong_explicit(&top, &first, first + 1, memory_order_seq_cst,
                                                 memory_order_relaxed))
        item = 0;
    atomic_store_explicit(&bottom, last + 1, memory_order_relaxed);
    return item;
}

/** Returns an item, or 0: empty, or another was quicker. */
static int steal(void)
{
    int first = atomic_load_explicit(&top, memory_order_acquire);
    if (BUG != 2)
        atomic_thread_fence(memory_order_seq_cst);
    if (first >= atomic_load_explicit(&bottom, memory_order_acquire))
        return 0;
    int item = atomic_load_explicit(&slots[first % SLOTS], memory_order_relaxed);
    if (!atomic_compare_exchange_strong_explicit(&top, &first, first + 1, memory_order_seq_cst,
                                                 memory_order_relaxed))
        return 0;
    return item;
}

static void use(int item)
{
    if (item == 0)
        return;
    assert(payload[item] == 100 + item);
    assert(atomic_fetch_add_explicit(&taken[item], 1, memory_order_relaxed) == 0);
}

static void *owner(void *arg)
{
    for (int item = 1; item <= ITEMS; item++) {
        payload[item] = 100 + item;
        push(item);
    }
    use(take());
    use(take());
    return arg;
}

static void *thief(void *arg)
{
    use(steal());
    use(steal());
    return arg;
}

MODEL(deque, "-", "the owner pushes two and takes two, a thief steals twice")
{
    interleave_name(&top, "top");
    interleave_name(&bottom, "bottom");
    both(owner, thief);
}
