/**
 * @file oneshot.c
 * @brief A channel for one value, shared by a sender and a receiver that may sleep; the last one frees it.
 *
 * BUG 1: the receiver stores WAITING after it saw EMPTY. "I have just looked: it is empty."
 * BUG 2: drops its reference relaxed. "A counter needs no order."
 * BUG 3: frees when fetch_sub returns 0. "It returns the new count."
 * BUG 4: subtracts, then reads the counter to see whether it was the last. "Both steps are atomic."
 */
#include "both.h"
#include "interleave.h"
#include "park.h"

#ifndef BUG
#define BUG 0
#endif

enum { EMPTY, WAITING, VALUE };

struct channel {
    atomic_int state;
    atomic_int references;
    int value; /* the sender's until state is VALUE */
    struct park receiver;
};

static struct channel *channel;

static void drop(struct channel *self)
{
#if BUG == 4
    atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel);
    if (atomic_load_explicit(&self->references, memory_order_acquire) == 0)
        free(self);
#else
    memory_order order = BUG == 2 ? memory_order_relaxed : memory_order_acq_rel;
    if (atomic_fetch_sub_explicit(&self->references, 1, order) == (BUG == 3 ? 0 : 1))
        free(self);
#endif
}

static void *sender(void *arg)
{
    channel->value = 42;
    if (atomic_exchange_explicit(&channel->state, VALUE, memory_order_acq_rel) == WAITING)
        unpark(&channel->receiver);
    drop(channel);
    return arg;
}

static void *receiver(void *arg)
{
#if BUG == 1
    if (atomic_load_explicit(&channel->state, memory_order_acquire) == EMPTY) {
        atomic_store_explicit(&channel->state, WAITING, memory_order_release);
        park(&channel->receiver);
    }
#else
    int expected = EMPTY;
    if (atomic_compare_exchange_strong_explicit(&channel->state, &expected, WAITING, memory_order_acq_rel,
                                                memory_order_acquire))
        park(&channel->receiver);
#endif
    assert(channel->value == 42);
    drop(channel);
    return arg;
}

MODEL(oneshot, "-", "one value from a sender to a receiver")
{
    channel = malloc(sizeof *channel);
    *channel = (struct channel){.state = EMPTY, .references = 2, .receiver = PARK_INIT};
    interleave_name(&channel->state, "state", "EMPTY", "WAITING", "VALUE");
    interleave_name(&channel->references, "references");
    both(sender, receiver);
}
