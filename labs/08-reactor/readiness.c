/**
 * @file readiness.c
 * @brief The readiness of a descriptor: the word that the reactor writes and readers clear, and the list of those who wait.
 *
 * The word is changed without the lock, by compare and exchange. The list is changed under it. What keeps the two together: an event is
 * in the word *before* the lock is taken to look for waiters, and a waiter looks at the word once more *under* the lock before it lies
 * down. So either the waiter sees the event, or the event finds the waiter.
 */
#include "weft/detail/readiness.h"
#include "weft/panic.h"

#include <stddef.h>

/* --- the word --- */

void wf_readiness_add(struct wf_readiness *readiness, unsigned bits)
{
    /* 08.T1: bits and tick in one step, so that no clear comes between */
    LAB_TODO("08.T1");
}

void wf_readiness_clear(struct wf_readiness *readiness, uint64_t seen, unsigned bits)
{
    /* 08.T1: only while the tick is that of `seen`; what is closed stays closed. Another clear may
     * come between: look anew */
    LAB_TODO("08.T1");
}

/* --- those who wait --- */

/* acquire: pairs with the store of WOKEN: nobody else touches the waiter any more. */
static int state_of(const struct wf_waiter *waiter)
{
    return wf_load_acquire(&waiter->state);
}

void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits)
{
    /* 08.T2: under the lock, all that are served go to a list of your own: a waiter that waits anew
     * is not among them. Then, as often as it takes: their wakers to an array, under the lock,
     * WOKEN last; and woken behind it */
    LAB_TODO("08.T2");
}

enum wf_poll wf_waiter_poll(struct wf_waiter *waiter, struct wf_readiness *readiness, unsigned interest,
                            const struct wf_waker *waker, uint64_t *seen)
{
    /* 08.T2: served? Waiting with this very waker? Else clone, lock, look at the word once more.
     * Not served: swap wakers, and lie down if you do not lie yet */
    LAB_TODO("08.T2");
}

void wf_waiter_drop(struct wf_waiter *waiter)
{
    /* 08.T2: only one that is WAITING lies in a list and owns a waker; it may be woken while you
     * wait for the lock */
    LAB_TODO("08.T2");
}
