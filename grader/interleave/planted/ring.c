/**
 * @file ring.c
 * @brief A ring of one producer and one consumer; two slots, three items.
 *
 * BUG 1: holds an item more than it has slots. "Full is when the counts differ by the capacity, plus one."
 * BUG 2: moves the tail, then writes the slot. "The slot is reserved first."
 * BUG 3: reads the head relaxed before it uses a slot again. "The consumer writes nothing into the slots."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { SLOTS = 2, ITEMS = 3 };

static int slots[SLOTS];
static atomic_int head, tail; /* free running: items taken, items put */

static bool put(int item)
{
    int at = atomic_load_explicit(&tail, memory_order_relaxed);
    int taken = atomic_load_explicit(&head, BUG == 3 ? memory_order_relaxed : memory_order_acquire);
    if (at - taken == SLOTS + (BUG == 1))
        return false;
    if (BUG == 2)
        atomic_store_explicit(&tail, at + 1, memory_order_release);
    slots[at % SLOTS] = item;
    if (BUG != 2)
        atomic_store_explicit(&tail, at + 1, memory_order_release);
    return true;
}

static bool get(int *item)
{
    int at = atomic_load_explicit(&head, memory_order_relaxed);
    if (at == atomic_load_explicit(&tail, memory_order_acquire))
        return false;
    *item = slots[at % SLOTS];
    atomic_store_explicit(&head, at + 1, memory_order_release);
    return true;
}

static void *producer(void *arg)
{
    for (int item = 1; item <= ITEMS; item++)
        if (!put(item))
            break;
    return arg;
}

static void *consumer(void *arg)
{
    int item;
    for (int want = 1; want <= ITEMS && get(&item); want++)
        assert(item == want);
    return arg;
}

MODEL(ring, "-", "three items through two slots")
{
    interleave_name(&head, "head");
    interleave_name(&tail, "tail");
    both(producer, consumer);
}
