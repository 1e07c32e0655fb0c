/**
 * @file detail/blocking_pool.h
 * @brief The pool of threads behind blocking.h: what its two files share.
 *
 * Invariant: idle threads sleep and are in no one's debt: a thread that was told of a call counts as busy from then on. So
 *            queued calls are waited for by busy threads, and a call that finds an idle thread never waits for a busy one.
 * Threads:   what stands below `lock` is guarded by it.
 * Source:    Tokio's blocking pool.
 *
 * @clause{06.1,14,"A call runs once, on a thread of the pool: an idle one, else a new one below threads_max, else it waits. Calls begin in the sequence of their spawns."}
 * @clause{06.2,14,"At most threads_max threads exist, and each is started for a call that found no idle one: as many as calls that block at once, and no more."}
 * @clause{06.3,18,"However spawns, ends of calls, keep-alives and wake-ups without a reason interleave, each accepted call is begun as long as a thread is idle or one may be started."}
 * @clause{06.4,14,"A thread that has been idle for keep_alive_ns ends, unless it was told of a call meanwhile; it never ends sooner, and a busy one never ends."}
 */
#ifndef WEFT_DETAIL_BLOCKING_POOL_H
#define WEFT_DETAIL_BLOCKING_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/task_queue.h"
#include "weft/scheduler.h"

WF_BEGIN_DECLS

/** The pool. It must not move. */
struct wf_blocking_pool {
    struct wf_scheduler scheduler;    /**< first: a call is a task of the pool's */
    struct wf_blocking_config config; /**< constant, with its zeroes filled in */
    struct wf_context base;           /**< constant: what each thread enters first */
    /** Constant: starts a thread that calls wf_blocking_pool_run(), under the lock. Returns 0, or a code of the system's. */
    int (*start_thread)(struct wf_blocking_pool *pool);
    WF_ATOMIC(uint32_t) references; /**< to the memory */

    pthread_mutex_t lock;       /**< guards what follows; no user's code runs under it */
    pthread_cond_t told;        /**< calls_told has grown, or closed was set */
    pthread_cond_t ended;       /**< threads has become 0 */
    struct wf_task_queue calls; /**< not begun, in the sequence of their spawns */
    uint32_t queued;            /**< how many */
    uint32_t threads;           /**< that exist: started, and not on their way out */
    uint32_t idle;              /**< of these: that sleep, and were told of nothing */
    uint32_t calls_told; /**< calls that a sleeping thread was told of and has not got up for: else its wake-up has no reason */
    uint32_t started; /**< threads, so far: the next one's number */
    bool closed;      /**< spawns are refused; the threads end when no call is left */
    bool has_left;    /**< there is a thread to be joined: */
    pthread_t left;   /**< the last one that ended; it joins the one before */
};

/**
 * @brief Take a call over: queue it, and see to a thread for it. The operation `bind` of the pool's scheduler.
 * @return 0, or WF_ECLOSED; or WF_EAGAIN: the system gives no thread, and the pool has none. The call was not taken over then.
 *
 * Clauses: 06.1 06.2 06.3 06.5
 */
WF_MUST_USE int wf_blocking_pool_bind(struct wf_scheduler *scheduler, struct wf_task *call);

/**
 * @brief What a thread of the pool does until it ends. Clauses: 06.1 06.3 06.4 06.6
 * @param context  entered; calls are run with it.
 */
void wf_blocking_pool_run(struct wf_blocking_pool *pool, struct wf_context *context);

/** @brief Refuse spawns, and wait until no thread is left. Clauses: 06.6 06.7 */
void wf_blocking_pool_close(struct wf_blocking_pool *pool);

/**
 * @brief Run a call that was taken from the queue, or drop it unbegun. Without the lock. Given.
 * @param context  entered, with the pool's `base` entered before it: the event hook is in there.
 */
void wf_blocking_pool_run_call(struct wf_task *call, struct wf_context *context, bool begin);

/** @brief Whether a call must run, also in a pool that is closed. Given. */
bool wf_blocking_call_is_mandatory(struct wf_task *call);

WF_END_DECLS

#endif
