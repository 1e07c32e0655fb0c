/**
 * @file park.h
 * @brief Parking: how a thread that has nothing to run sleeps, and how it is told to run again.
 *
 * To park is to put a thread to sleep that has nothing to run; to unpark is to wake it. A park is the object that does
 * both. This is the seam between executors and what they wait on: the thread parker here, and the timers and sockets of
 * later labs, whose drivers stack on it. An executor calls wf_park() and never knows which kind it is.
 *
 * Invariant: an unpark is never lost. If no thread is parked, the unpark leaves a permit; the next park takes the permit
 *            and returns at once. There is one permit, or none: two unparks before a park leave one.
 * Threads:   park: one thread, the owner. unpark: any number, at any time.
 * Source:    Java's LockSupport, Rust's thread::park, Tokio's runtime/park.
 *
 * @clause{01.16,5,"An unpark that comes before the park is kept: the park returns WF_PARK_WOKEN at once. Two before a park are one: the park after that sleeps."}
 * @clause{01.17,5,"A park sleeps, and uses no processor time, until an unpark from another thread ends it. After the park its thread sees what was written before the unpark."}
 * @clause{01.18,3,"A park whose deadline passes returns WF_PARK_TIMED_OUT, never before the deadline; an unpark ends it sooner."}
 */
#ifndef WEFT_PARK_H
#define WEFT_PARK_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/event.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

/** The deadline that never comes. */
#define WF_FOREVER UINT64_MAX

/** Why a park returned. */
enum wf_parked {
    WF_PARK_WOKEN,    /**< look at the queues: unparked, now or before, or a driver ran something */
    WF_PARK_TIMED_OUT /**< the deadline passed: there was no permit, and a driver, if any, ran nothing */
};

struct wf_park;

/** What a kind of park does. */
struct wf_park_ops {
    const char *name;                                                   /**< for events */
    enum wf_parked (*park)(struct wf_park *park, uint64_t deadline_ns); /**< see wf_park() */
    void (*unpark)(struct wf_park *park);                               /**< see wf_unpark() */
    void (*shutdown)(struct wf_park *park); /**< see wf_park_shutdown(); NULL: nothing can wait on it */
    void (*drop)(struct wf_park *park);     /**< see wf_park_drop(); NULL: it has no memory of its own */
};

/** The head of every park. */
struct wf_park {
    const struct wf_park_ops *ops; /**< what kind it is */
};

/**
 * @brief Sleep until unparked, until a driver ran something, or until the deadline.
 * @param deadline_ns  on CLOCK_MONOTONIC; WF_FOREVER: none.
 *
 * Each return has taken the permit, if there was one; so the caller looks at all its queues before the next park.
 *
 * With a deadline that has passed (0 always has) the call does not sleep: it takes the permit, and gives a driver, if
 * there is one, its turn. The driver gets its turn even if a permit is there; else steady wakes would starve what it
 * drives. A driver calls wakers in here, on this thread: the context stays entered, and the caller holds no lock.
 *
 * Clauses: 01.16 01.17 01.18
 * Threads: the owner only.
 */
static inline enum wf_parked wf_park(struct wf_park *park, uint64_t deadline_ns)
{
    wf_event_report(WF_EVENT_PARK, 0, park->ops->name, park);
    wf_calls_out("a park");
    enum wf_parked parked = park->ops->park(park, deadline_ns);
    wf_event_report(WF_EVENT_UNPARKED, (int)parked, park->ops->name, park);
    return parked;
}

/** @brief End the park, or the next one. After a shutdown it is harmless. Clauses: 01.16 01.17. Threads: any. */
static inline void wf_unpark(struct wf_park *park)
{
    wf_event_report(WF_EVENT_UNPARK, 0, park->ops->name, park);
    wf_calls_out("a park");
    park->ops->unpark(park);
}

/** @brief Fail all that waits on the driver, now and later. Once, by the scheduler, when no thread parks any more. */
static inline void wf_park_shutdown(struct wf_park *park)
{
    wf_calls_out("a park");
    if (park->ops->shutdown)
        park->ops->shutdown(park);
}

/** @brief Give the owner's reference up. No thread parks any more, and all unparks have returned. Threads: any. */
static inline void wf_park_drop(struct wf_park *park)
{
    wf_calls_out("a park");
    if (park->ops->drop)
        park->ops->drop(park);
}

/**
 * @brief Make a park that sleeps on the operating system and drives nothing.
 * @return one reference to it, to be given to wf_thread_parker_drop(); NULL: no memory.
 *
 * Cost: one allocation.
 */
WF_MUST_USE struct wf_park *wf_thread_parker_new(void);

/**
 * @brief Give the reference of wf_thread_parker_new() up. Wakers of it may still exist.
 *
 * Clauses: 01.19
 * Threads: any, once.
 */
void wf_thread_parker_drop(struct wf_park *parker);

/**
 * @brief A waker that unparks `parker`, and holds a reference of its own.
 *
 * Threads: any, while the caller holds a reference.
 *
 * @clause{01.19,3,"The owner and each waker of a thread parker hold a reference. The memory is freed with the last reference, neither sooner nor never."}
 * @clause{01.20,1,"wf_waker_will_wake is true between the wakers of one thread parker, and false between those of two."}
 * @clause{01.27,2,"A wake of a thread parker's waker unparks it, by value or by reference. A wake by value gives its reference up, even the last of all."}
 */
WF_MUST_USE struct wf_waker wf_thread_parker_waker(struct wf_park *parker);

WF_END_DECLS

#endif
