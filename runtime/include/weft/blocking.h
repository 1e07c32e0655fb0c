/**
 * @file blocking.h
 * @brief Threads for calls that block: a pool that grows while calls wait, and shrinks when threads have nothing to do.
 *
 *     status = wf_spawn_blocking(pool, &self->handle, read_whole_file, request);
 *     if (status == 0)
 *         AWAIT_TO(status, &self->handle);       the workers run other tasks meanwhile
 *
 * A blocking call is a task of one poll: it has a join handle, may be aborted as long as no thread has begun it, and is dropped
 * unbegun when the pool ends, unless it is mandatory. What it is given by `arg` lives until the call is over, or was dropped.
 *
 * Inside:  a call may do what a plain thread may: block, block_on, spawn blocking calls and await them. wf_scheduler_current() is
 *          the scheduler that the pool was made for.
 * Threads: spawn: any number, on any thread. drop: one, on a thread that is not the pool's.
 *
 * @clause{06.5,8,"A spawn fails with WF_ECLOSED once the pool is being dropped, with WF_ENOMEM without memory, and with WF_EAGAIN where there is no thread and none is to be had."}
 * @clause{06.6,16,"wf_blocking_pool_drop lets the calls end that have begun, runs each mandatory one, and drops all others unbegun: their handles are READY with WF_ECANCELED."}
 * @clause{06.7,12,"Before wf_blocking_pool_drop returns no thread of the pool is left; each was joined. Of those that ended earlier at most one stays unjoined until then."}
 * @clause{06.8,4,"The handle of a blocking call keeps the laws of futures (docs/laws.md), whatever call it is of."}
 */
#ifndef WEFT_BLOCKING_H
#define WEFT_BLOCKING_H

#include <stddef.h>
#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/compiler.h"
#include "weft/scheduler.h"
#include "weft/task.h"

WF_BEGIN_DECLS

enum { WF_BLOCKING_THREADS_MAX = 512 /**< of a pool that does not say */ };
#define WF_BLOCKING_KEEP_ALIVE_NS UINT64_C(10000000000) /**< of a pool that does not say: 10 s */

/** A pool. Opaque. */
struct wf_blocking_pool;

/** How a pool is to be. Zeroes are right for most. */
struct wf_blocking_config {
    uint32_t threads_max;           /**< 0: WF_BLOCKING_THREADS_MAX */
    uint64_t keep_alive_ns;         /**< how long an idle thread stays; 0: WF_BLOCKING_KEEP_ALIVE_NS */
    struct wf_scheduler *spawns_on; /**< wf_scheduler_current() in calls; borrowed until the drop. NULL: none */
    const struct wf_context
        *base; /**< what the threads' contexts inherit: event hook, drivers; copied. NULL: nothing */
    struct wf_hooks hooks; /**< thread_started and thread_stopped; the others are not called */
    const char *name;   /**< of the threads, cut to 8 characters; "-" and the number follow. NULL: "block" */
    size_t stack_bytes; /**< of each thread; 0: the system's default */
    /** Told how many calls there are more: +1 before one is queued, -1 when it is over, dropped, or was refused. On any thread. NULL: nobody. */
    void (*calls_changed)(void *arg, int difference);
    void *calls_changed_arg; /**< its first argument */
};

/**
 * @brief Make a pool. It starts no thread before a call comes. @return NULL: no memory.
 *
 * @clause{G.108,0,"A pool that does not say has up to WF_BLOCKING_THREADS_MAX threads, which stay for WF_BLOCKING_KEEP_ALIVE_NS when they are idle; a call beyond them runs later."}
 */
WF_MUST_USE struct wf_blocking_pool *wf_blocking_pool_new(const struct wf_blocking_config *config);

/**
 * @brief Run `run(arg)` on a thread of the pool.
 * @param handle  to await it: `value` gets what `run` returned; NULL: it is detached.
 * @return 0, WF_ENOMEM, WF_ECLOSED or WF_EAGAIN: then `run` is not called, and the handle is empty.
 *
 * Clauses: 06.1 06.5
 * Cost:    one allocation; a thread, where none is idle.
 */
WF_MUST_USE int wf_spawn_blocking(struct wf_blocking_pool *pool, struct wf_join_handle *handle,
                                  int (*run)(void *arg), void *arg);

/** @brief The same, of a call that must run once it is accepted, such as a flush: the pool's drop waits for it. An abort counts. */
WF_MUST_USE int wf_spawn_blocking_mandatory(struct wf_blocking_pool *pool, struct wf_join_handle *handle,
                                            int (*run)(void *arg), void *arg);

/**
 * @brief Call `run(arg)` here and now, in a task of a runtime of several threads, and let another thread run its worker meanwhile.
 * @return what `run` returned.
 *
 * For code in the middle of a poll that has to block. The tasks of the worker go on, on a thread of the context's blocking pool;
 * where that has none to give they wait. The task's other branches wait in any case: wf_spawn_blocking() is the better way. On a thread of a
 * pool, in a root of several threads, in a hook that no task called, and outside of every runtime it only calls `run`.
 *
 * @clause{G.80,0,"While a task is in wf_block_in_place all other tasks go on, also if each worker's task is in it; no worker is lost."}
 * @clause{G.81,0,"wf_block_in_place panics in a task or root of a runtime of one thread, and in a local set."}
 * @clause{G.82,0,"Inside a blocking call, and inside wf_block_in_place, block_on and further such calls are allowed, spawns go to the runtime, and there is no budget."}
 */
int wf_block_in_place(int (*run)(void *arg), void *arg);

/** What a pool has. */
struct wf_blocking_metrics {
    uint32_t threads; /**< that exist */
    uint32_t idle;    /**< of these: that sleep */
    uint32_t queued;  /**< calls that wait for a thread */
    uint32_t started; /**< threads, so far */
};

/** @brief What the pool has, at one moment. Threads: any. */
void wf_blocking_pool_metrics(struct wf_blocking_pool *pool, struct wf_blocking_metrics *metrics);

/**
 * @brief Refuse spawns, wait until the threads have ended; give the pool up.
 *
 * When a call that need not run is dropped is open: at once, or when its turn comes; it counts as queued until then.
 * Handles and wf_scheduler_reference() to wf_blocking_pool_scheduler() may be kept longer.
 *
 * @clause{G.83,0,"wf_blocking_pool_drop panics on a thread of the pool, and in a runtime's task whose context names the pool."}
 *
 * Clauses: 06.6 06.7
 */
void wf_blocking_pool_drop(struct wf_blocking_pool *pool);

/** @brief The scheduler of the pool: a reference to it keeps the pool's memory. Borrowed. */
struct wf_scheduler *wf_blocking_pool_scheduler(struct wf_blocking_pool *pool);

WF_END_DECLS

#endif
