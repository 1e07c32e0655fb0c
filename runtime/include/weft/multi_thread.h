/**
 * @file multi_thread.h
 * @brief The executor of several threads: workers with a run queue each, which steal from one another.
 *
 *     struct wf_multi_thread *runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = 4});
 *     wf_multi_thread_block_on(runtime, &ASYNC_INIT(&root, serve)->future);
 *     wf_multi_thread_drop(runtime);
 *
 * Tasks:   run on any worker, at each poll perhaps on another one. What is bound to a thread belongs into a current-thread runtime.
 * Roots:   are polled by the thread that called block_on, which is no worker; any number of threads may at once.
 * Sleep:   each worker sleeps on a park of its own. Where the runtime has a driver one sleeping worker waits in it, and a thread of
 *          the runtime looks every WF_WATCH_NS whether that was forgotten: so a task that polls long stops no timer and no socket.
 * Threads: block_on, spawns, wakes, metrics: any number, on any thread. drop: one, outside.
 * Source:  Tokio's multi-thread scheduler; Go's, whose sysmon is our watch.
 *
 * @clause{05.18,6,"Each task that is spawned is run on a worker's thread, never on two at once, until it is over, wherever it is spawned and woken."}
 * @clause{G.130,0,"A task that was made ready in a poll, and is the only one of its worker, is run by a sleeping worker where that poll goes on."}
 * @clause{G.78,0,"Each root of wf_multi_thread_block_on is polled on the thread that called, at once and whenever it was woken, whatever other threads' roots do."}
 */
#ifndef WEFT_MULTI_THREAD_H
#define WEFT_MULTI_THREAD_H

#include <stddef.h>
#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/long_poll.h"
#include "weft/park.h"
#include "weft/scheduler.h"

WF_BEGIN_DECLS

enum {
    WF_WATCH_NS = 10000000, /**< how long a driver may wait for a worker to look at it: 10 ms */
};

/** A runtime of several threads. Opaque. */
struct wf_multi_thread;

/** How a runtime of several threads is to be. Zeroes, but for `workers`, are right for most. */
struct wf_multi_thread_config {
    uint32_t workers;       /**< from 1 to WF_WORKERS_MAX, 1,024; the number of processors is a good one */
    struct wf_park *driver; /**< what drives timers and sockets; the runtime's from now on. NULL: none */
    struct wf_hooks hooks; /**< called by any worker, and task_spawned by the thread that spawns: several at once */
    /** What the workers' contexts inherit: event hook, drivers, blocking pool. Copied. NULL: nothing. */
    const struct wf_context *base;
    const char *name;   /**< of the threads, cut to 8 characters; "-" and the number follow. NULL: "weft" */
    size_t stack_bytes; /**< of each thread; 0: the system's default */
    uint64_t seed;      /**< workers that steal begin with the same victims where it is the same */
    struct wf_poll_watch *watch; /**< of long polls, with a slot for each worker; borrowed. NULL: none */
    /** Where a reference to the scheduler is put before the first thread starts, for what hooks may call; the caller's to give up, also
     *  where no runtime is made. NULL: nowhere. */
    struct wf_scheduler **scheduler;
};

/**
 * @brief Make a runtime, and start its threads.
 * @return NULL: nothing is left, and the driver is still the caller's. `errno` is ENOMEM: no memory; EAGAIN: the system gives no
 *         more threads; EINVAL: it has no stacks of that size.
 *
 * @clause{G.71,0,"wf_multi_thread_new panics where workers is 0 or above WF_WORKERS_MAX. Without memory or threads it returns NULL with errno set, has ended what it started, and has not dropped the driver."}
 * @clause{G.109,0,"Each hook is called once for its event: a task is spawned, or ends, dropped or not; a thread starts, or stops; a worker sleeps, or has slept."}
 */
WF_MUST_USE struct wf_multi_thread *wf_multi_thread_new(const struct wf_multi_thread_config *config);

/** @brief Where to spawn; borrowed, as wf_current_thread_scheduler(). */
struct wf_scheduler *wf_multi_thread_scheduler(struct wf_multi_thread *runtime);

/**
 * @brief Run `root` to its end on this thread, while the workers run the tasks.
 * @return 0, or WF_ENOMEM: there was no memory to sleep on, and `root` was not polled.
 *
 * Where another thread drops the runtime meanwhile, the root is polled to its end all the same; what it spawns is refused.
 *
 * @clause{G.72,0,"wf_multi_thread_block_on panics inside any runtime, and names what runs there."}
 */
WF_MUST_USE int wf_multi_thread_block_on(struct wf_multi_thread *runtime, struct wf_future *root);

/**
 * @brief Refuse spawns, abort all tasks, wait until they are over and the threads have ended; give the runtime up.
 *
 * 1. Every list of tasks is closed, and each task in it is aborted: the workers drop the futures, several at once.
 * 2. When the last task is over the workers end, each after its thread_stopped hook.
 * 3. The driver is shut down, when no thread is in it any more. It is dropped with the last reference to the runtime.
 *
 * A task that polls on is waited for: the thread cannot be taken from it.
 *
 * @clause{G.73,0,"Before wf_multi_thread_drop returns the future of each task is dropped once, or was READY; each join handle is READY, the threads have ended, the driver is shut down."}
 * @clause{G.74,0,"wf_multi_thread_drop panics inside any runtime, and where the runtime was dropped. Wakers, handles, and scheduler references may be used on any thread during it and after it."}
 * @clause{G.126,0,"wf_multi_thread_drop panics in wf_block_in_place of the runtime, and in a blocking call that spawns on it."}
 */
void wf_multi_thread_drop(struct wf_multi_thread *runtime);

/** What a worker did, or all workers, since the runtime was made. */
struct wf_worker_metrics {
    uint64_t polls;      /**< tasks that it ran */
    uint64_t scheduled;  /**< tasks that were spawned or woken on its thread */
    uint64_t overflowed; /**< tasks that its full ring gave to the inject queue */
    uint64_t steals;     /**< times that it took tasks from another worker */
    uint64_t stolen;     /**< tasks that it took so */
    uint64_t parks;      /**< times that it slept */
    uint64_t idle_parks; /**< of these: times that it found no task to run afterwards */
    uint64_t wakes;      /**< sleeping workers that it woke */
    uint32_t queued;     /**< tasks in its ring, now */
};

/** What a runtime has and did. */
struct wf_multi_thread_metrics {
    uint32_t workers;             /**< constant */
    uint32_t alive;               /**< tasks that are not over, now */
    uint32_t queued;              /**< tasks in the inject queue, now */
    uint64_t injected;            /**< tasks that came to the inject queue, from full rings too */
    uint64_t watched;             /**< times that the watch drove the driver, for want of a worker that did */
    struct wf_worker_metrics sum; /**< over all workers */
};

/** @brief What the runtime has and did. Exact when no worker runs; a recent truth of each number otherwise. Threads: any. */
void wf_multi_thread_metrics(struct wf_multi_thread *runtime, struct wf_multi_thread_metrics *metrics);

/**
 * @brief What worker `number`, from 0 on, did.
 *
 * @clause{G.75,0,"Each number of the metrics is what happened, exactly, once the workers rest: polls, schedules, overflows, steals, sleeps and injections are each counted once."}
 */
void wf_multi_thread_worker_metrics(struct wf_multi_thread *runtime, uint32_t number,
                                    struct wf_worker_metrics *metrics);

WF_END_DECLS

#endif
