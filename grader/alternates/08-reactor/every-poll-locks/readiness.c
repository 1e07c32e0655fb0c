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

struct batch {
    struct batch *next;
    unsigned count;
    struct wf_waker wakers[WF_WAKE_AT_ONCE];
};

/* With the lock, which it gives back. `node`: where to go on; `first`: the wakers that were taken before, `last` the end of that list. */
static void wake_from(struct wf_readiness *readiness, struct wf_list *node, unsigned bits,
                      struct batch *first, struct batch *last)
{
    struct batch own = {.next = NULL};
    if (last)
        last->next = &own;
    else
        first = &own;
    while (node != &readiness->waiters && own.count < WF_WAKE_AT_ONCE) {
        struct wf_waiter *waiter = WF_CONTAINER_OF(node, struct wf_waiter, link);
        node = node->next;
        if (wf_serves(bits, waiter->interest)) {
            wf_list_remove(&waiter->link);
            own.wakers[own.count++] = waiter->waker;
            wf_store_release(&waiter->state, (int)WF_WAITER_WOKEN); /* last: its owner may free it */
        }
    }
    if (node != &readiness->waiters) {
        wake_from(readiness, node, bits, first, &own);
        return;
    }
    pthread_mutex_unlock(&readiness->lock);
    for (struct batch *batch = first; batch; batch = batch->next)
        for (unsigned i = 0; i < batch->count; i++)
            wf_waker_wake(&batch->wakers[i]);
}

void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits)
{
    pthread_mutex_lock(&readiness->lock);
    wake_from(readiness, readiness->waiters.next, bits, NULL, NULL);
}

enum wf_poll wf_waiter_poll(struct wf_waiter *waiter, struct wf_readiness *readiness, unsigned interest,
                            const struct wf_waker *waker, uint64_t *seen)
{
    struct wf_waker own = wf_waker_clone(waker), old = own;
    pthread_mutex_lock(&readiness->lock);
    *seen = wf_readiness_look(readiness);
    bool ready = wf_serves(*seen, interest) != 0;
    if (wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING) {
        if (!ready) {
            old = waiter->waker;
            waiter->waker = own;
        }
    } else if (!ready) {
        *waiter = (struct wf_waiter){.readiness = readiness, .waker = own, .interest = interest};
        wf_store_relaxed(&waiter->state, (int)WF_WAITER_WAITING);
        wf_list_push_back(&readiness->waiters, &waiter->link);
        old = (struct wf_waker){NULL, NULL};
    }
    pthread_mutex_unlock(&readiness->lock);
    wf_waker_drop(&old);
    if (ready)
        wf_waiter_drop(waiter);
    return ready ? WF_READY : WF_PENDING;
}

void wf_waiter_drop(struct wf_waiter *waiter)
{
    struct wf_waker waker = {NULL, NULL};
    if (wf_load_acquire(&waiter->state) == WF_WAITER_WAITING) {
        struct wf_readiness *readiness = waiter->readiness;
        pthread_mutex_lock(&readiness->lock);
        if (wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING) {
            waker = waiter->waker;
            wf_list_remove(&waiter->link);
            wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE);
        }
        pthread_mutex_unlock(&readiness->lock);
    }
    wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE);
    wf_waker_drop(&waker);
}
