/**
 * @file readiness.c
 * @brief The readiness of a descriptor whose waiters have no path without the lock, but for the drop of one that was woken.
 *
 * The lock of a waiter that is WOKEN may be gone already, with the source: so the state is read before anything is locked.
 */
#include "weft/detail/readiness.h"

#include <stddef.h>

/* --- the word --- */

void wf_readiness_add(struct wf_readiness *readiness, unsigned bits)
{
    uint64_t word, more;
    do {
        word = wf_load_relaxed(&readiness->word);
        more = (word | bits) + WF_READY_TICK;
    } while (!wf_compare_exchange_acq_rel(&readiness->word, &word, more));
}

void wf_readiness_clear(struct wf_readiness *readiness, uint64_t seen, unsigned bits)
{
    const uint64_t closed = WF_READ_CLOSED | WF_WRITE_CLOSED | WF_SOURCE_CLOSED;
    uint64_t ticks = ~(WF_READY_TICK - 1), word = wf_load_relaxed(&readiness->word);
    while ((word & ticks) == (seen & ticks)) {
        uint64_t left = word & (~(uint64_t)bits | closed);
        if (left == word || wf_compare_exchange_acq_rel(&readiness->word, &word, left))
            return;
    }
}

/* --- those who wait --- */

static struct wf_waiter *waiter_at(struct wf_list *node)
{
    return WF_CONTAINER_OF(node, struct wf_waiter, link);
}

/* As many wakers as one call of the wake takes, in its frame; those behind are taken by a call inside of it. */
struct taken {
    const struct taken *outer;
    size_t count;
    struct wf_waker wakers[2 * WF_WAKE_AT_ONCE];
};

static void call_from_the_first(const struct taken *taken)
{
    if (!taken)
        return;
    call_from_the_first(taken->outer);
    for (size_t i = 0; i < taken->count; i++) {
        struct wf_waker waker = taken->wakers[i];
        wf_waker_wake(&waker);
    }
}

/* With the lock, which it gives back. Where more are served than fit, the list is looked through again, by the next call. */
static void take_and_call(struct wf_readiness *readiness, unsigned bits, const struct taken *outer)
{
    struct taken own;
    bool all = true;
    own.outer = outer;
    own.count = 0;
    for (struct wf_list *node = readiness->waiters.next, *next; node != &readiness->waiters; node = next) {
        next = node->next;
        struct wf_waiter *waiter = waiter_at(node);
        if (!wf_serves(bits, waiter->interest))
            continue;
        all = own.count < sizeof own.wakers / sizeof *own.wakers;
        if (!all)
            break;
        wf_list_remove(node);
        own.wakers[own.count++] = waiter->waker;
        wf_store_release(&waiter->state, (int)WF_WAITER_WOKEN); /* last: its owner may free it */
    }
    if (!all) {
        take_and_call(readiness, bits, &own);
        return;
    }
    pthread_mutex_unlock(readiness->lock);
    call_from_the_first(&own);
}

void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits)
{
    pthread_mutex_lock(readiness->lock);
    take_and_call(readiness, bits, NULL);
}

enum wf_poll wf_waiter_poll(struct wf_waiter *waiter, struct wf_readiness *readiness, unsigned interest,
                            const struct wf_waker *waker, uint64_t *seen)
{
    struct wf_waker own = wf_waker_clone(waker), old = own;
    pthread_mutex_lock(readiness->lock);
    *seen = wf_readiness_look(readiness);
    bool ready = wf_serves(*seen, interest) != 0;
    if (wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING) {
        if (!ready) {
            old = waiter->waker;
            waiter->waker = own;
        }
    } else if (!ready) {
        *waiter = (struct wf_waiter){.lock = readiness->lock, .waker = own, .interest = interest};
        wf_store_relaxed(&waiter->state, (int)WF_WAITER_WAITING);
        wf_list_push_back(&readiness->waiters, &waiter->link);
        old = (struct wf_waker){NULL, NULL};
    }
    pthread_mutex_unlock(readiness->lock);
    wf_waker_drop(&old);
    if (ready)
        wf_waiter_drop(waiter);
    return ready ? WF_READY : WF_PENDING;
}

void wf_waiter_drop(struct wf_waiter *waiter)
{
    struct wf_waker waker = {NULL, NULL};
    if (wf_load_acquire(&waiter->state) == WF_WAITER_WAITING) {
        pthread_mutex_lock(waiter->lock);
        if (wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING) {
            waker = waiter->waker;
            wf_list_remove(&waiter->link);
            wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE);
        }
        pthread_mutex_unlock(waiter->lock);
    }
    wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE);
    wf_waker_drop(&waker);
}
