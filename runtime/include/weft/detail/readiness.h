/**
 * @file detail/readiness.h
 * @brief Of one descriptor: what it is ready for, and who waits for that.
 *
 * The reactor learns from the kernel that something *became* ready, once, and writes it down in a word. A reader takes the word for true, makes
 * its system call, and if that finds nothing takes the note away. In between the kernel may have told more: so the word has a tick
 * too, which moves with each event, and a note is taken away only by a reader that saw the last one.
 *
 *     63            32 31        7 6        0
 *     +---------------+-----------+----------+
 *     | tick          |     0     | bits     |
 *     +---------------+-----------+----------+
 *
 * Waiters: lie in the futures that wait. IDLE -> (polled, not served) WAITING -> (served by an event) WOKEN. A drop makes one IDLE again.
 * Ownership: the owner (one task) polls and drops. While the waiter is WAITING its `link`, `waker` and `state` are guarded by the lock. A
 *            wake takes the waker and stores WOKEN *last*: behind that store nobody but the owner touches the waiter, and an owner
 *            that reads WOKEN may free it without the lock.
 * Invariant: WAITING: the waiter is in a list, and `waker` is a clone that it owns. Else: it owns no waker, and is in no list.
 * Reads:     only the owner writes `waker`, under the lock; so it may read it without.
 * Nesting:   the wakers that a call clones, wakes and drops may act on other waiters of the same readiness, and cause events. What they
 *            do to the very waiter of that call is undefined.
 *
 * @clause{08.1,6,"An event adds its bits to the word, and moves the tick by one. Bits stay until cleared. A reader that sees them sees what was written before the event."}
 * @clause{08.2,9,"A clear takes its bits away if no event came since the word that it is given; else nothing. Bits of a closed side or source stay."}
 * @clause{08.3,7,"A waiter is READY at a poll if a bit of the word serves its interest, as wf_serves says, and tells the word; else it is PENDING."}
 * @clause{08.4,8,"An event wakes each waiter that its bits serve, once, by the waker of its latest poll, in the sequence in which they began to wait; and no other."}
 * @clause{08.5,8,"No event is lost: a poll that is PENDING has its waker woken by each event that serves it and that its look at the word did not see."}
 * @clause{08.6,8,"A waiter that is dropped, or READY, is in no list, and has no waker but one just being woken: its memory may be used at once, whatever events come."}
 * @clause{08.7,6,"No waker is cloned, woken or dropped under the lock. A waiter that is woken, and waits again in its waker's wake, is not woken by the same event again."}
 * @clause{08.8,5,"After a close each waiter is woken and READY, whatever its interest, and each later poll READY at once. No clear or event changes that."}
 */
#ifndef WEFT_DETAIL_READINESS_H
#define WEFT_DETAIL_READINESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/list.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

/** What a descriptor is ready for. The first four are also what one can be interested in. */
enum wf_ready_bits {
    WF_READABLE = 1, /**< a read would not wait; of a socket that listens: an accept */
    WF_WRITABLE = 2, /**< a write would not wait; of a socket that connects: it is over */
    WF_PRIORITY = 4, /**< there is data out of band, or what else poll() calls POLLPRI */
    WF_ERROR = 8,    /**< there is an error to be asked for, as SO_ERROR */
    WF_READ_CLOSED =
        16, /**< the other side writes no more: a read finds the end, behind what is left; stays */
    WF_WRITE_CLOSED = 32, /**< the other side reads no more: a write fails; stays */
    WF_SOURCE_CLOSED =
        64 /**< nothing comes any more: the descriptor was given back, or the runtime is over; stays */
};

enum {
    WF_INTERESTS = WF_READABLE | WF_WRITABLE | WF_PRIORITY | WF_ERROR, /**< all that one can wait for */
    WF_WAKE_AT_ONCE =
        32, /**< wakers in one array, of those that are taken under the lock and woken behind it */
};

/** An event more, in the word. */
#define WF_READY_TICK (UINT64_C(1) << 32)

/** What a descriptor is ready for, and who waits. Owned by the reactor. */
struct wf_readiness {
    WF_ATOMIC(uint64_t) word; /**< enum wf_ready_bits, and the tick */
    pthread_mutex_t *
        lock; /**< guards the list and every waiter in it; no user's code runs under it. Borrowed: see wf_readiness_init() */
    struct wf_list waiters; /**< those that are WAITING, the first to wait first */
};

/** Where a waiter is in its life. */
enum wf_waiter_state {
    WF_WAITER_IDLE,    /**< nobody knows it */
    WF_WAITER_WAITING, /**< in the list */
    WF_WAITER_WOKEN,   /**< an event has served it */
};

/** One that waits. All zero: idle. */
struct wf_waiter {
    struct wf_list link;   /**< in the list while WAITING */
    pthread_mutex_t *lock; /**< while WAITING: that of what it waits for */
    struct wf_waker waker; /**< while WAITING: of the latest poll */
    unsigned interest;     /**< while WAITING: for what */
    WF_ATOMIC(int) state;  /**< enum wf_waiter_state */
};

/**
 * @brief Nothing is ready, and nobody waits.
 * @param lock  guards it, and perhaps others; it outlives it. For a task that a close has woken may drop a second wait of its own while the
 *              close goes on elsewhere: it takes the lock, and finds that this one was woken too.
 */
static inline void wf_readiness_init(struct wf_readiness *readiness, pthread_mutex_t *lock)
{
    wf_store_relaxed(&readiness->word, (uint64_t)0); /* relaxed: nobody else knows it */
    readiness->lock = lock;
    wf_list_init(&readiness->waiters);
}

/** @brief The word now. acquire: pairs with the event that wrote it (08.1). */
static inline uint64_t wf_readiness_look(const struct wf_readiness *readiness)
{
    return wf_load_acquire(&readiness->word);
}

/**
 * @brief Those bits of a word that end a wait for `interest`.
 *
 * A side that is closed is as good as ready, since the call that follows does not wait. A closed source serves all.
 */
static inline unsigned wf_serves(uint64_t word, unsigned interest)
{
    unsigned serving = interest | WF_SOURCE_CLOSED;
    if (interest & (WF_READABLE | WF_PRIORITY))
        serving |= WF_READ_CLOSED;
    if (interest & WF_WRITABLE)
        serving |= WF_WRITE_CLOSED;
    return (unsigned)word & serving;
}

/** @brief Write an event down. Nobody is woken yet. Clauses: 08.1. Threads: any. */
void wf_readiness_add(struct wf_readiness *readiness, unsigned bits);

/**
 * @brief Wake those whom an event serves, which was written down before.
 *
 * Clauses: 08.4 08.7
 * Threads: any; `readiness` stays until the call has returned.
 * Cost:    the lock, once for each WF_WAKE_AT_ONCE that are served, and once where none is.
 */
void wf_readiness_wake(struct wf_readiness *readiness, unsigned bits);

/** @brief An event: write it down, and wake. */
static inline void wf_readiness_event(struct wf_readiness *readiness, unsigned bits)
{
    wf_readiness_add(readiness, bits);
    wf_readiness_wake(readiness, bits);
}

/** @brief Nothing will come any more. Clauses: 08.8 */
static inline void wf_readiness_close(struct wf_readiness *readiness)
{
    wf_readiness_event(readiness, WF_SOURCE_CLOSED);
}

/**
 * @brief Take bits away that were tried, and were not true.
 * @param seen  the word of before the try.
 *
 * Clauses: 08.2
 * Threads: any.
 */
void wf_readiness_clear(struct wf_readiness *readiness, uint64_t seen, unsigned bits);

/** @brief Make an idle waiter. */
static inline void wf_waiter_init(struct wf_waiter *waiter)
{
    wf_list_init(&waiter->link);
    waiter->lock = NULL;
    waiter->waker.ops = NULL;
    waiter->waker.data = NULL;
    waiter->interest = 0;
    wf_store_relaxed(&waiter->state, (int)WF_WAITER_IDLE); /* relaxed: nobody else knows it */
}

/**
 * @brief Ask whether `readiness` serves `interest`; if not, wait for that with a clone of `waker`.
 * @param seen  READY: the word that served.
 *
 * One waiter waits on one readiness, with one interest, until it is READY or dropped.
 *
 * Clauses: 08.3 08.5
 * Cost:    one atomic load where it is served, or waits with the same waker already; else the lock.
 */
WF_MUST_USE enum wf_poll wf_waiter_poll(struct wf_waiter *waiter, struct wf_readiness *readiness,
                                        unsigned interest, const struct wf_waker *waker, uint64_t *seen);

/**
 * @brief Wait no more, in any state: it is idle afterwards.
 *
 * Clauses: 08.6
 * Cost:    the lock, where it waits. Else no lock is touched: that of an ended wait may be gone.
 */
void wf_waiter_drop(struct wf_waiter *waiter);

WF_END_DECLS

#endif
