/**
 * @file time.h
 * @brief Time: instants, durations, sleep and timeout.
 *
 *     wf_sleep(&self->pause, WF_MILLISECONDS(250));
 *     AWAIT(&self->pause);
 *
 *     wf_timeout(&self->limit, WF_SECONDS(30), &self->read.future);
 *     AWAIT(&self->limit);
 *     if (self->limit.out == WF_ETIMEDOUT) ...
 *
 * Units:   nanoseconds in a uint64_t. An instant is a point on the clock of wf_now(), a duration the distance of two. Sums do not
 *          overflow: what is too large is WF_FOREVER.
 * Grain:   a deadline is rounded up to a millisecond of the runtime's clock, so nothing is early. What waits goes on up to a
 *          millisecond after it, and up to WF_WATCH_NS later where no worker sleeps in the driver, or later if the threads are busy.
 * Driver:  a sleep needs a runtime with a time driver, which wf_runtime_new() makes. A sleep finds its driver
 *          at its first poll, and is woken by that driver, wherever it is polled next. The deadline of wf_sleep() and wf_timeout() counts from the call, not from the
 *          first poll; where the runtime's clock is paused, build them inside: outside, the deadline is of the real clock.
 * Threads: as any future. A sleep whose runtime was dropped may be dropped afterwards, but not at the same time.
 * Source:  Tokio's time module.
 *
 * @clause{07.20,4,"Sleep and timeout keep the laws of futures (docs/laws.md), at every edge of what they are built of."}
 */
#ifndef WEFT_TIME_H
#define WEFT_TIME_H

#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/detail/timer.h"
#include "weft/future.h"
#include "weft/park.h"

WF_BEGIN_DECLS

/** @brief The sum of an instant or duration and a duration; WF_FOREVER, if it is larger. */
static inline uint64_t wf_add_ns(uint64_t ns, uint64_t duration_ns)
{
    uint64_t sum;
    return __builtin_add_overflow(ns, duration_ns, &sum) ? WF_FOREVER : sum;
}

/** @brief How long `until` is after `from`; 0, if it is before it. */
static inline uint64_t wf_since_ns(uint64_t until, uint64_t from)
{
    return until > from ? until - from : 0;
}

/** @brief `count` times a duration; WF_FOREVER, if it is larger. */
static inline uint64_t wf_times_ns(uint64_t count, uint64_t duration_ns)
{
    uint64_t product;
    return __builtin_mul_overflow(count, duration_ns, &product) ? WF_FOREVER : product;
}

/** So many microseconds, as a duration. */
#define WF_MICROSECONDS(count) wf_times_ns((count), UINT64_C(1000))
/** So many milliseconds. */
#define WF_MILLISECONDS(count) wf_times_ns((count), UINT64_C(1000000))
/** So many seconds. */
#define WF_SECONDS(count) wf_times_ns((count), UINT64_C(1000000000))
/** So many minutes. */
#define WF_MINUTES(count) wf_times_ns((count), UINT64_C(60000000000))
/** So many hours. */
#define WF_HOURS(count) wf_times_ns((count), UINT64_C(3600000000000))

/**
 * @brief What time it is: on the clock of the runtime that this thread is in, which a test may have paused; else on CLOCK_MONOTONIC.
 *
 * It never goes back on one clock. Cost: a read of the clock, some 20 ns.
 */
uint64_t wf_now(void);

/** Waits for a time. Clauses: 07.11 07.12 */
struct wf_sleep {
    struct wf_future future; /**< the head */
    struct wf_timer timer;   /**< its deadline */
    int out;                 /**< 0; WF_ECANCELED; WF_ECLOSED: the runtime was shut down before */
};

/**
 * @brief Build a future that is READY when `duration_ns` has passed since this call.
 * @param duration_ns  0: READY at its first poll. WF_FOREVER: not while the runtime lives.
 * @return `sleep`.
 *
 * Cancel safety: SAFE: the deadline stays what it was; build the same one again by wf_sleep_until().
 *
 * @clause{07.11,5,"A sleep is PENDING at each poll before its deadline, and READY with 0 at the first one after its timer fired, or at a late first poll."}
 * @clause{07.12,4,"A poll of a sleep takes a unit of budget, given back where it is PENDING. Where cancellation was asked for it is READY with WF_ECANCELED, and disarmed."}
 */
struct wf_sleep *wf_sleep(struct wf_sleep *sleep, uint64_t duration_ns);

/** @brief The same, with a deadline on the clock of wf_now(). Clauses: 07.11 07.12 */
struct wf_sleep *wf_sleep_until(struct wf_sleep *sleep, uint64_t deadline_ns);

/**
 * @brief Give a sleep another deadline, earlier or later.
 *
 * It may be PENDING: what was to wake its task does so at the new deadline. It may have fired, and even be READY or dropped: then it is built anew.
 *
 * Clauses: 07.9 07.13
 *
 * @clause{07.13,3,"A sleep that is reset is READY at no poll before its new deadline, in whatever state it was, READY and dropped included."}
 */
void wf_sleep_reset(struct wf_sleep *sleep, uint64_t deadline_ns);

/** Waits for another future, but not for ever. Clauses: 07.14 07.15 07.16 */
struct wf_timeout {
    struct wf_future future; /**< the head */
    struct wf_future *inner; /**< owned */
    struct wf_timer timer;   /**< its deadline */
    int out; /**< 0: the inner future is READY, its own frame holds its output; WF_ETIMEDOUT; WF_ECLOSED: the runtime was shut down */
};

/**
 * @brief Build a future that is READY with `inner`, or `duration_ns` after this call, whichever is first.
 * @param inner  owned from now on; dropped if the time is over first.
 * @return `timeout`.
 *
 * Cancel safety: that of `inner`.
 * Cost:          where `inner` is READY at once no timer is armed.
 *
 * @clause{07.14,5,"A timeout polls its inner future first. If that is READY, so is the timeout, in that poll, with 0, even at its deadline or later, and holds no timer."}
 * @clause{07.15,4,"A timeout whose deadline has come while its inner future is PENDING drops it, once, and is READY with WF_ETIMEDOUT in that poll; dropped before, it drops it and disarms."}
 * @clause{07.16,3,"A timeout looks at its deadline whenever its inner future is PENDING, also when that used the budget up, or cancellation was asked for: it takes no unit itself."}
 */
struct wf_timeout *wf_timeout(struct wf_timeout *timeout, uint64_t duration_ns, struct wf_future *inner);

/** @brief The same, with a deadline on the clock of wf_now(). Clauses: 07.14 07.15 07.16 */
struct wf_timeout *wf_timeout_at(struct wf_timeout *timeout, uint64_t deadline_ns, struct wf_future *inner);

WF_END_DECLS

#endif
