/**
 * @file readiness.c
 * @brief The readiness of a descriptor: the word that the reactor writes and readers clear, and the list of those who wait.
 *
 * The word is changed without the lock, by compare and exchange. The list is changed under it. What keeps the two together: an event is
 * in the word *before* the lock is taken to look for waiters, and a waiter looks at the word once more *under* the lock before it lies
 * down. So either the waiter sees the event, or the event finds the waiter.
 */
#include "weft/detail/readiness.h"

#include <stddef.h>

/* --- the word --- */

void wf_readiness_add(struct wf_readiness *readiness, unsigned bits)
{
    /* LAB 08.T1 { bits and tick in one step, so that no clear comes between */
    uint64_t word = wf_load_relaxed(&readiness->word);
    /* release: pairs with wf_readiness_look(). A clear behind it is an exchange, which hands it on. */
    while (!wf_compare_exchange_release(&readiness->word, &word, (word | bits) + WF_READY_TICK))
        ;
    /* LAB 08.T1 } */
}

void wf_readiness_clear(struct wf_readiness *readiness, uint64_t seen, unsigned bits)
{
    /* LAB 08.T1 { only while the tick is that of `seen`; what is closed stays closed. Another clear may come between: look anew */
    uint64_t gone = bits & WF_INTERESTS, word = seen;
    do {
        if (word / WF_READY_TICK != seen / WF_READY_TICK)
            return;
        /* relaxed: it publishes nothing, and what was published before is handed on */
    } while (!wf_compare_exchange_relaxed(&readiness->word, &word, word & ~gone));
    /* LAB 08.T1 } */
}

/* --- those who wait --- */

/* acquire: pairs with the store of WOKEN: nobody else touches the waiter any more. */
static int state_of(const struct wf_waiter *waiter)
{
    return wf_load_acquire(&waiter->state);
}

/* Wakers that are taken under the lock. */
struct batch {
    struct batch *before; /* that of the call around; NULL: this is the first */
    unsigned count;
    struct wf_waker wakers[WF_WAKE_AT_ONCE];
};

static void wake_batches(struct batch *last)
{
    if (last->before)
        wake_batches(last->before);
    for (unsigned i = 0; i < last->count; i++)
        wf_waker_wake(&last->wakers[i]);
}

/* Wake those from `node` on whom `bits` serve, behind those in `before`. With the lock, which it gives back: all are WOKEN by then. */
static void wake_from(struct wf_readiness *readiness, struct wf_list *node, unsigned bits,
                      struct batch *before)
{
    /* LAB 08.T2 { from each that is served its waker, then WOKEN, last; until the batch is full, or nobody is left. The innermost call wakes them all, without the lock */
    struct batch own; /* the array is not made zero */
    own.before = before;
    own.count = 0;
    for (struct wf_list *next; node != &readiness->waiters && own.count < WF_WAKE_AT_ONCE; node = next) {
        struct wf_waiter *waiter = WF_CONTAINER_OF(node, struct wf_waiter, link);
        next = node->next;
        if (wf_serves(bits, waiter->interest)) {
            wf_list_remove(node);
            own.wakers[own.count++] = waiter->waker;
            /* release, and last: the owner that reads it may free the waiter */
            wf_store_release(&waiter->state, (int)WF_WAITER_WOKEN);
        }
    }
    if (node != &readiness->waiters) {
        wake_from(readiness, node, bits, &own);
        return;
    }
    pthread_mutex_unlock(&readiness->lock);
    wake_batches(&own);
    /* LAB 08.T2 } */
}

void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits)
{
    /* LAB 08.T2 { all that are served are WOKEN under one lock, before the first waker is called: the task that it wakes may drop another of them, and by then the readiness may be closed and gone */
    pthread_mutex_lock(&readiness->lock);
    wake_from(readiness, readiness->waiters.next, bits, NULL);
    /* LAB 08.T2 } */
}

enum wf_poll wf_waiter_poll(struct wf_waiter *waiter, struct wf_readiness *readiness, unsigned interest,
                            const struct wf_waker *waker, uint64_t *seen)
{
    /* LAB 08.T2 { served? Waiting with this very waker? Else clone, lock, look at the word once more. Not served: swap wakers, and lie down if you do not lie yet */
    *seen = wf_readiness_look(readiness);
    if (wf_serves(*seen, interest)) {
        wf_waiter_drop(waiter);
        return WF_READY;
    }
    if (state_of(waiter) == WF_WAITER_WAITING && wf_waker_will_wake(&waiter->waker, waker))
        return WF_PENDING;
    struct wf_waker spare = wf_waker_clone(waker);
    pthread_mutex_lock(&readiness->lock);
    *seen = wf_readiness_look(readiness);
    bool served = wf_serves(*seen, interest);
    if (!served) {
        if (state_of(waiter) != WF_WAITER_WAITING) {
            waiter->waker = (struct wf_waker){NULL, NULL}; /* who woke it has taken it */
            waiter->readiness = readiness;
            waiter->interest = interest;
            wf_list_push_back(&readiness->waiters, &waiter->link);
            wf_store_relaxed(&waiter->state,
                             (int)WF_WAITER_WAITING); /* relaxed: others read it under the lock */
        }
        struct wf_waker old = waiter->waker;
        waiter->waker = spare;
        spare = old;
    }
    pthread_mutex_unlock(&readiness->lock);
    wf_waker_drop(&spare); /* the old one, or the new one that is not needed; empty at first */
    if (!served)
        return WF_PENDING;
    wf_waiter_drop(waiter);
    return WF_READY;
    /* LAB 08.T2 } */
}

void wf_waiter_drop(struct wf_waiter *waiter)
{
    /* LAB 08.T2 { only one that is WAITING lies in a list and owns a waker; it may be woken while you wait for the lock */
    if (state_of(waiter) == WF_WAITER_WAITING) {
        struct wf_waker waker = {NULL, NULL};
        pthread_mutex_lock(&waiter->readiness->lock);
        if (state_of(waiter) == WF_WAITER_WAITING) {
            wf_list_remove(&waiter->link);
            waker = waiter->waker;
            wf_store_relaxed(&waiter->state,
                             (int)WF_WAITER_IDLE); /* relaxed: nobody else knows the waiter now */
        }
        pthread_mutex_unlock(&waiter->readiness->lock);
        wf_waker_drop(&waker);
    }
    wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE); /* relaxed, as above */
    /* LAB 08.T2 } */
}
