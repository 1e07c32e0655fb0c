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

void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits)
{
    /* LAB 08.T2 { under the lock, all that are served go to a list of your own: a waiter that waits anew is not among them. Then, as often as it takes: their wakers to an array, under the lock, WOKEN last; and woken behind it */
    struct wf_list served;
    struct wf_waker wakers[WF_WAKE_AT_ONCE];
    bool more = true;
    wf_list_init(&served);
    pthread_mutex_lock(readiness->lock);
    for (struct wf_list *node = readiness->waiters.next, *next; node != &readiness->waiters; node = next) {
        next = node->next;
        if (wf_serves(bits, WF_CONTAINER_OF(node, struct wf_waiter, link)->interest)) {
            wf_list_remove(node);
            wf_list_push_back(&served, node); /* still WAITING: its owner may take it out, under the lock */
        }
    }
    while (more) {
        struct wf_list *node;
        unsigned count = 0;
        for (; count < WF_WAKE_AT_ONCE && (node = wf_list_pop_front(&served)); count++) {
            struct wf_waiter *waiter = WF_CONTAINER_OF(node, struct wf_waiter, link);
            wakers[count] = waiter->waker;
            /* release, and last: the owner that reads it may free the waiter */
            wf_store_release(&waiter->state, (int)WF_WAITER_WOKEN);
        }
        more = !wf_list_is_empty(&served);
        pthread_mutex_unlock(readiness->lock);
        for (unsigned i = 0; i < count; i++)
            wf_waker_wake(&wakers[i]);
        if (more)
            pthread_mutex_lock(readiness->lock);
    }
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
    pthread_mutex_lock(readiness->lock);
    *seen = wf_readiness_look(readiness);
    bool served = wf_serves(*seen, interest);
    if (!served) {
        if (state_of(waiter) != WF_WAITER_WAITING) {
            waiter->waker = (struct wf_waker){NULL, NULL}; /* who woke it has taken it */
            waiter->lock = readiness->lock;
            waiter->interest = interest;
            wf_list_push_back(&readiness->waiters, &waiter->link);
            wf_store_relaxed(&waiter->state,
                             (int)WF_WAITER_WAITING); /* relaxed: others read it under the lock */
        }
        struct wf_waker old = waiter->waker;
        waiter->waker = spare;
        spare = old;
    }
    pthread_mutex_unlock(readiness->lock);
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
        pthread_mutex_lock(waiter->lock);
        if (state_of(waiter) == WF_WAITER_WAITING) {
            wf_list_remove(&waiter->link);
            waker = waiter->waker;
            wf_store_relaxed(&waiter->state,
                             (int)WF_WAITER_IDLE); /* relaxed: nobody else knows the waiter now */
        }
        pthread_mutex_unlock(waiter->lock);
        wf_waker_drop(&waker);
    }
    wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE); /* relaxed, as above */
    /* LAB 08.T2 } */
}
