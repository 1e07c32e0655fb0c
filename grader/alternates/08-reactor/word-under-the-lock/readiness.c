/**
 * @file readiness.c
 * @brief The readiness of a descriptor, by the lock: what changes word or list has it, and only looks do without.
 *
 * So the word is never exchanged, only stored. The store of a clear releases what the events before it did as well: their
 * stores stand before it under the same lock. A poll goes to sleep on the word that it saw last, or looks anew.
 */
#include "weft/detail/readiness.h"

#include <stddef.h>

/* With the lock: the thread that changed the word before has given the lock back, so this release publishes what that one did too. */
static void set_word(struct wf_readiness *readiness, uint64_t word)
{
    wf_store_release(&readiness->word, word);
}

void wf_readiness_add(struct wf_readiness *readiness, unsigned bits)
{
    pthread_mutex_lock(readiness->lock);
    set_word(readiness, (wf_load_relaxed(&readiness->word) | bits) + WF_READY_TICK);
    pthread_mutex_unlock(readiness->lock);
}

void wf_readiness_clear(struct wf_readiness *readiness, uint64_t seen, unsigned bits)
{
    pthread_mutex_lock(readiness->lock);
    uint64_t word = wf_load_relaxed(&readiness->word);
    if (word >> 32 == seen >> 32)
        set_word(readiness, word & ~(uint64_t)(bits & WF_INTERESTS));
    pthread_mutex_unlock(readiness->lock);
}

static bool is_served(const struct wf_list *node, unsigned bits)
{
    return wf_serves(bits, WF_CONTAINER_OF(node, struct wf_waiter, link)->interest) != 0;
}

void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits)
{
    size_t count = 0, taken = 0;
    pthread_mutex_lock(readiness->lock);
    for (const struct wf_list *node = readiness->waiters.next; node != &readiness->waiters; node = node->next)
        count += is_served(node, bits);
    struct wf_waker wakers[count + 1]; /* never empty */
    for (struct wf_list *node = readiness->waiters.next; taken < count;) {
        struct wf_list *this = node;
        node = node->next;
        if (!is_served(this, bits))
            continue;
        struct wf_waiter *waiter = WF_CONTAINER_OF(this, struct wf_waiter, link);
        wf_list_remove(this);
        wakers[taken++] = waiter->waker;
        wf_store_release(&waiter->state, (int)WF_WAITER_WOKEN); /* last: its owner may free it */
    }
    pthread_mutex_unlock(readiness->lock);
    for (size_t i = 0; i < count; i++)
        wf_waker_wake(&wakers[i]);
}

enum wf_poll wf_waiter_poll(struct wf_waiter *waiter, struct wf_readiness *readiness, unsigned interest,
                            const struct wf_waker *waker, uint64_t *seen)
{
    bool cloned = false;
    struct wf_waker spare = {NULL, NULL};
    for (;;) {
        *seen = wf_readiness_look(readiness);
        if (wf_serves(*seen, interest)) {
            wf_waker_drop(&spare);
            wf_waiter_drop(waiter);
            return WF_READY;
        }
        if (!cloned) {
            if (wf_load_acquire(&waiter->state) == WF_WAITER_WAITING &&
                wf_waker_will_wake(&waiter->waker, waker))
                return WF_PENDING;
            spare = wf_waker_clone(waker);
            cloned = true;
        }
        pthread_mutex_lock(readiness->lock);
        if (wf_load_relaxed(&readiness->word) == *seen)
            break;
        pthread_mutex_unlock(readiness->lock); /* it has changed: look anew */
    }
    struct wf_waker old = {NULL, NULL};
    if (wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING)
        old = waiter->waker;
    else
        wf_list_push_back(&readiness->waiters, &waiter->link);
    waiter->lock = readiness->lock;
    waiter->interest = interest;
    waiter->waker = spare;
    wf_store_relaxed(&waiter->state, (int)WF_WAITER_WAITING);
    pthread_mutex_unlock(readiness->lock);
    wf_waker_drop(&old);
    return WF_PENDING;
}

void wf_waiter_drop(struct wf_waiter *waiter)
{
    struct wf_waker waker = {NULL, NULL};
    if (wf_load_acquire(&waiter->state) == WF_WAITER_WAITING) {
        pthread_mutex_lock(waiter->lock);
        if (wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING) {
            wf_list_remove(&waiter->link);
            waker = waiter->waker;
        }
        pthread_mutex_unlock(waiter->lock);
    }
    wf_waiter_init(waiter);
    wf_waker_drop(&waker);
}
