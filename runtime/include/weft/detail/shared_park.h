/**
 * @file detail/shared_park.h
 * @brief The parks of workers that share one driver.
 *
 * Each worker sleeps on a park of its own. The first one to sleep takes the driver and sleeps in it; the others sleep on thread
 * parkers. A driver that brings work leaves its worker running a task, perhaps for long, and others asleep who do not know that
 * nobody waits in the driver. To wake one of them each time would double the cost of each answer that comes through the driver.
 * So a thread of its own, the watch, looks every WF_WATCH_NS; if nobody has driven the driver since it last looked, it does.
 * While all workers sleep one of them is in the driver, and the watch sleeps too.
 *
 * Threads: park: each worker on its own. unpark: any. The driver is entered by one thread at a time.
 * Source:  Go's sysmon. Tokio lets the driver wait, which its users noticed.
 *
 * @clause{G.76,0,"One thread at a time is in the driver. A worker that sleeps, in the driver or beside it, is woken by its unpark; an unpark before that is kept."}
 * @clause{G.77,0,"A driver that no worker has driven for WF_WATCH_NS, while some worker is awake, is given turns by the watch."}
 */
#ifndef WEFT_DETAIL_SHARED_PARK_H
#define WEFT_DETAIL_SHARED_PARK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/park.h"

WF_BEGIN_DECLS

/** A driver, and whose turn it is. */
struct wf_shared_driver {
    struct wf_park *driver;      /**< constant */
    WF_ATOMIC(bool) taken;       /**< a thread is in the driver */
    WF_ATOMIC(uint32_t) turns;   /**< the driver's turns by workers, so far */
    WF_ATOMIC(bool) resting;     /**< the watch sleeps until it is called */
    WF_ATOMIC(bool) ending;      /**< the watch is to end */
    WF_ATOMIC(uint64_t) watched; /**< the driver's turns by the watch, so far */
    struct wf_park *watch_park;  /**< constant: what the watch sleeps on */
    pthread_t watch;             /**< constant: its thread */
};

/** @brief Prepare to share `driver`, and start the watch, with such a stack (0: the default). @return 0, or a positive code of the system's; then nothing is left. */
WF_MUST_USE int wf_shared_driver_init(struct wf_shared_driver *shared, struct wf_park *driver,
                                      size_t stack_bytes);
/** @brief End the watch. No worker parks any more. The driver stays as it is. */
void wf_shared_driver_end(struct wf_shared_driver *shared);

/** @brief A park for one worker. @return NULL: no memory. It is dropped by wf_park_drop(). */
WF_MUST_USE struct wf_park *wf_shared_park_new(struct wf_shared_driver *shared);

WF_END_DECLS

#endif
