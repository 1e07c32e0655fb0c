/**
 * @file detail/timer.h
 * @brief A timer: one deadline, and the waker that is woken when it comes. What sleeps, timeouts and intervals have inside.
 *
 * Life:      IDLE -> (polled before its deadline) ARMED -> FIRED or CLOSED. A drop, or a reset, makes it IDLE again.
 * Ownership: the owner (one task) polls, resets and drops. While the timer is ARMED its entry, `waker` and `state` are guarded by
 *            the driver's lock. The driver, which fires it, takes the waker and stores the state *last*: behind that store it
 *            touches the timer no more, and an owner that reads FIRED may free it without the lock.
 * Invariant: ARMED: the entry is in the driver's wheel, and `waker` is a clone that the timer owns. Else: it owns no waker, and
 *            the driver does not know it.
 * Reads:     only the owner writes `waker`, under the lock; so it may read it without.
 * Places:    a timer that is armed belongs to the driver of the poll that armed it, wherever it is polled, reset and dropped until it is
 *            idle again: in another runtime, or in none. One that is over may outlive its driver.
 * Nesting:   the wakers that a call clones, wakes and drops may act on other timers of the driver, and on the clock. What they do to
 *            the very timer of that call is undefined.
 *
 * @clause{07.6,7,"A timer is PENDING at each poll before its deadline. It is READY at a first poll that comes at the deadline or later, else once its driver fired it."}
 * @clause{07.7,7,"When its deadline comes, the waker of the timer's latest poll is woken, once, and no other. No waker is cloned, woken or dropped under the driver's lock."}
 * @clause{07.8,9,"A timer that is dropped is in no driver, and has no waker but one just being woken: its memory may be used at once, whatever the driver does."}
 * @clause{07.9,7,"A timer that is reset is READY at its new deadline, not before. An armed one keeps its waker, or if late wakes it at once; others are as new."}
 * @clause{07.10,3,"When its driver is shut down an armed timer is woken, and READY as closed; one that is polled first afterwards, before its deadline, is READY as closed too."}
 */
#ifndef WEFT_DETAIL_TIMER_H
#define WEFT_DETAIL_TIMER_H

#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/timer_wheel.h"
#include "weft/future.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

struct wf_time_driver;

/** Where a timer is in its life. */
enum wf_timer_state {
    WF_TIMER_IDLE,   /**< the driver does not know it */
    WF_TIMER_ARMED,  /**< in the driver's wheel */
    WF_TIMER_FIRED,  /**< its deadline has come */
    WF_TIMER_CLOSED, /**< its driver was shut down before that */
};

/** A timer. All zero but for the deadline: idle. */
struct wf_timer {
    struct wf_wheel_entry entry;   /**< in the driver's wheel while ARMED */
    uint64_t deadline_ns;          /**< the owner's; on the clock of wf_now() */
    struct wf_time_driver *driver; /**< while ARMED: whose it is; else it may be gone, or NULL */
    struct wf_waker waker;         /**< while ARMED: of the latest poll */
    WF_ATOMIC(int) state;          /**< enum wf_timer_state */
};

/** @brief Make an idle timer. */
static inline void wf_timer_init(struct wf_timer *timer, uint64_t deadline_ns)
{
    wf_wheel_entry_init(&timer->entry);
    timer->deadline_ns = deadline_ns;
    timer->driver = NULL;
    timer->waker.ops = NULL;
    timer->waker.data = NULL;
    wf_store_relaxed(&timer->state, (int)WF_TIMER_IDLE); /* relaxed: nobody else knows it */
}

/**
 * @brief Ask whether the deadline has come; if not, arm the timer with a clone of `waker`.
 * @return WF_READY: its time has come, or its driver is closed: wf_timer_status(). Nothing is armed then.
 *
 * It neither spends budget nor looks at cancellation; the leaf above it does.
 *
 * Clauses: 07.6 07.7 07.10
 * Cost:    the first time the clock and the driver's lock; later polls with the same waker take no lock.
 */
WF_MUST_USE enum wf_poll wf_timer_poll(struct wf_timer *timer, const struct wf_waker *waker);

/** @brief Another deadline, in any state. Clauses: 07.9. Cost: the driver's lock, where it is armed. */
void wf_timer_reset(struct wf_timer *timer, uint64_t deadline_ns);

/** @brief Disarm, in any state: it is idle afterwards. Clauses: 07.8. Cost: the driver's lock, where it is armed. */
void wf_timer_drop(struct wf_timer *timer);

/** @brief What a timer that is READY came to: 0, or WF_ECLOSED. */
int wf_timer_status(const struct wf_timer *timer);

WF_END_DECLS

#endif
