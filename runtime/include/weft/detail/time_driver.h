/**
 * @file detail/time_driver.h
 * @brief The time driver: a park with a wheel of timers, which sleeps until the next one, and fires what is due.
 *
 * It stacks on any park. A park in it takes the earlier of the caller's deadline and its wheel's next tick, parks inside, then
 * fires. A timer that is armed by another thread, and is earlier than what the driver sleeps for, ends the inner park.
 *
 * Clock:   CLOCK_MONOTONIC; or a paused one, which stands still until it is advanced (test_clock.h).
 * Tick:    a millisecond. Deadlines are rounded up, so no timer is early.
 * Threads: park and shutdown: one at a time. Everything else: any. `lock` guards what the structure says.
 *
 * @clause{G.140,0,"A time driver's park returns not later than the caller's deadline, and in time for each timer that is due before, also one that another thread arms meanwhile."}
 * @clause{G.141,0,"A park or a turn of the time driver fires each timer whose deadline has come, and returns WF_PARK_WOKEN if it fired one, or the inner park was woken."}
 * @clause{G.142,0,"After the time driver's shutdown each timer that was armed is closed and woken; the shutdown of the inner park follows."}
 * @clause{G.143,0,"A timer that is to be armed where no time driver is panics, and says which runtime has one."}
 */
#ifndef WEFT_DETAIL_TIME_DRIVER_H
#define WEFT_DETAIL_TIME_DRIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/timer.h"
#include "weft/detail/timer_wheel.h"
#include "weft/park.h"
#include "weft/time.h"

WF_BEGIN_DECLS

enum {
    WF_TICK_NS = 1000000, /**< a tick is a millisecond */
    WF_FIRE_AT_ONCE = 32, /**< wakers that are taken under the lock at once, and woken behind it */
};

/** @brief The first tick that is not before the instant, where tick 0 is at `start_ns`. For ever is behind every instant: the last tick. */
static inline uint64_t wf_tick_from(uint64_t start_ns, uint64_t ns)
{
    uint64_t since_ns = wf_since_ns(ns, start_ns);
    return ns == WF_FOREVER ? WF_TICK_NEVER - 1 : since_ns / WF_TICK_NS + (since_ns % WF_TICK_NS > 0);
}

/** @brief The last tick that is not behind the instant. */
static inline uint64_t wf_tick_at(uint64_t start_ns, uint64_t ns)
{
    return wf_since_ns(ns, start_ns) / WF_TICK_NS;
}

/** @brief When a tick begins; WF_FOREVER, also of WF_TICK_NEVER, where no number of nanoseconds says so. */
static inline uint64_t wf_tick_ns(uint64_t start_ns, uint64_t tick)
{
    return wf_add_ns(start_ns, wf_times_ns(tick, WF_TICK_NS));
}

/** A time driver. */
struct wf_time_driver {
    struct wf_park park;           /**< first: the driver is a park */
    struct wf_park *inner;         /**< constant, owned: what it sleeps on */
    uint64_t start_ns;             /**< constant: tick 0 */
    bool is_paused;                /**< constant: the clock stands still */
    WF_ATOMIC(uint64_t) paused_ns; /**< what a paused clock shows; only the parking thread changes it */
    WF_ATOMIC(uint32_t) holds;     /**< reasons for which a paused clock does not advance by itself */
    WF_ATOMIC(uint32_t) armed;     /**< timers in the wheel; written under the lock, for tests and metrics */
    /** No timer's tick comes before; WF_TICK_NEVER: there is no timer. Written under the lock, read without it by a turn. */
    WF_ATOMIC(uint64_t) none_before;

    pthread_mutex_t lock; /**< guards what follows, and every armed timer; no user's code runs under it */
    struct wf_timer_wheel wheel; /**< of the timers' entries */
    uint64_t sleeps_until;       /**< in nanoseconds, while it parks inside; else 0: nothing is earlier */
    bool alarm;  /**< the inner park is to end, behind the lock: a timer is earlier than that */
    bool closed; /**< shut down */
};

/**
 * @brief Make a time driver.
 * @param inner   what it sleeps on; its own from now on, dropped with it. NULL: a thread parker.
 * @param paused  its clock stands still: test_clock.h.
 * @return its park, to be dropped by wf_park_drop(); NULL: no memory, and `inner` is still the caller's.
 *
 * Cost: one allocation, of some 8 KB.
 */
WF_MUST_USE struct wf_time_driver *wf_time_driver_new(struct wf_park *inner, bool paused);

/** @brief The driver of the context that this thread is in. Panics where there is none. Clauses: G.143 */
struct wf_time_driver *wf_time_driver_here(void);

/** @brief What the driver's clock shows, in nanoseconds. Threads: any. */
uint64_t wf_time_driver_now(const struct wf_time_driver *driver);

/** @brief Take the lock that guards the driver's armed timers. */
void wf_time_driver_lock(struct wf_time_driver *driver);

/** @brief Give it back, and end the driver's sleep, if a timer was put in that is earlier. */
void wf_time_driver_unlock(struct wf_time_driver *driver);

/**
 * @brief Put a timer into the wheel, at its deadline, rounded up to a tick. With the lock; the timer is in no wheel.
 *
 * It is ARMED then; or CLOSED, where the driver was shut down.
 */
void wf_time_driver_put(struct wf_time_driver *driver, struct wf_timer *timer);

/** @brief Take an armed timer out of the wheel. With the lock. It is IDLE then. */
void wf_time_driver_take(struct wf_time_driver *driver, struct wf_timer *timer);

/** @brief Advance a paused clock by `ns`, and fire what is due. On the thread that parks. */
void wf_time_driver_advance(struct wf_time_driver *driver, uint64_t ns);

/** @brief From now on a paused clock does not advance by itself, as often as this is called. Threads: any. */
void wf_time_driver_hold(struct wf_time_driver *driver);
/** @brief Take one wf_time_driver_hold() back. Threads: any. */
void wf_time_driver_unhold(struct wf_time_driver *driver);

WF_END_DECLS

#endif
