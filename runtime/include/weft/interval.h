/**
 * @file interval.h
 * @brief An interval: ticks a period apart, and what becomes of those that nobody awaited in time.
 *
 *     wf_interval(&self->beat, WF_SECONDS(1), WF_MISSED_SKIP);
 *     for (;;) {
 *         wf_interval_tick(&self->tick, &self->beat);
 *         AWAIT(&self->tick);
 *         ...
 *     }
 *
 * A tick is a future; between two of them the interval holds no timer and no waker. The instants do not drift: each is the one before
 * plus the period, however late the task was, unless the interval was told otherwise.
 *
 * Threads: one task.
 * Source:  Tokio's interval and MissedTickBehavior.
 *
 * @clause{07.17,3,"The first tick of an interval is READY at its start. Each tick's out is when it was due. One that is dropped while PENDING is not lost."}
 */
#ifndef WEFT_INTERVAL_H
#define WEFT_INTERVAL_H

#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/time.h"

WF_BEGIN_DECLS

/** What is done about ticks that were missed: when a tick is taken more than WF_INTERVAL_LATE_NS after it was due. */
enum wf_missed {
    WF_MISSED_BURST, /**< take them one after the other, until the present is reached: as many ticks as periods */
    WF_MISSED_DELAY, /**< the next one comes a period from now */
    WF_MISSED_SKIP,  /**< leave them out: the next one is the next multiple of the period after now */
};

/** A tick that is taken at most so late counts as on time: the next one is due a period after this one was due. 5 ms. */
#define WF_INTERVAL_LATE_NS UINT64_C(5000000)

/** An interval. It must not move while a tick of it is awaited. */
struct wf_interval {
    uint64_t due_ns;       /**< of the next tick */
    uint64_t period_ns;    /**< constant */
    enum wf_missed missed; /**< constant */
};

/**
 * @brief Make an interval whose first tick is due now.
 * @param period_ns  at least 1; 0 panics.
 *
 * @clause{G.144,0,"An interval of no period panics; wf_interval_at, wf_interval_reset and wf_interval_reset_at make the next tick due when they say."}
 */
void wf_interval(struct wf_interval *interval, uint64_t period_ns, enum wf_missed missed);

/** @brief The same, with a first tick that is due at `start_ns`. Clauses: G.144 */
void wf_interval_at(struct wf_interval *interval, uint64_t start_ns, uint64_t period_ns,
                    enum wf_missed missed);

/** @brief The next tick is due a period from now. No tick is awaited meanwhile. Clauses: G.144 */
void wf_interval_reset(struct wf_interval *interval);

/** @brief The next tick is due at `due_ns`. No tick is awaited meanwhile. Clauses: G.144 */
void wf_interval_reset_at(struct wf_interval *interval, uint64_t due_ns);

/**
 * @brief When the tick after the one that was due at `due_ns` is due, if that one was taken at `now_ns`, which is not before.
 *
 * Sums do not overflow: what is too large is WF_FOREVER.
 *
 * @clause{07.18,4,"In burst, and wherever a tick is taken at most WF_INTERVAL_LATE_NS after it was due, the next one is due a period after that one was due."}
 * @clause{07.19,4,"After a late tick the next is due, in delay, a period after it was taken; in skip, whole periods after its due time, at the first such instant ahead."}
 */
uint64_t wf_interval_next(enum wf_missed missed, uint64_t due_ns, uint64_t now_ns, uint64_t period_ns);

/** Waits for an interval's next tick. Clauses: 07.17 */
struct wf_interval_tick {
    struct wf_future future;      /**< the head */
    struct wf_interval *interval; /**< borrowed */
    struct wf_sleep sleep;        /**< until this tick is due */
    uint64_t out; /**< when it was due; WF_FOREVER: cancellation was asked for, or the runtime was shut down */
};

/**
 * @brief Build a future that is READY when the interval's next tick is due.
 * @param interval  borrowed until READY or dropped; it has one such future at a time.
 * @return `tick`.
 *
 * Cancel safety: SAFE: the tick stays the interval's next one.
 *
 * Clauses: 07.17
 */
struct wf_interval_tick *wf_interval_tick(struct wf_interval_tick *tick, struct wf_interval *interval);

WF_END_DECLS

#endif
