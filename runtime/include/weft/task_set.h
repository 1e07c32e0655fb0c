/**
 * @file task_set.h
 * @brief The tasks that one thread runs: a scheduler without a loop of its own.
 *
 * What a current-thread executor and a local set have in common. The executor adds a root future and a park, the local set
 * a future that runs the tasks.
 *
 * Shape:     the run queue and the list of all tasks belong to one thread, "the set's thread": the one that has a context
 *            which names this scheduler (wf_context_of()), be it the innermost or not. Every other thread hands tasks over
 *            through the inject queue, under a lock.
 * Invariant: every task that is not over is in `owned`, or in `injected` and not yet seen by the set's thread.
 * Lifetime:  counted. A thread that injects a task holds a reference until its call of `notify` has returned: by then the
 *            task may be over, and the set given up.
 *
 * @clause{G.88,0,"What a set's thread changes at each poll, what other threads change at each wake, and what none of them changes lie WF_CACHE_LINE bytes apart."}
 */
#ifndef WEFT_TASK_SET_H
#define WEFT_TASK_SET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/task_queue.h"
#include "weft/list.h"
#include "weft/scheduler.h"

WF_BEGIN_DECLS

struct wf_task_set;

/** What differs between the owners of sets. */
struct wf_task_set_ops {
    void (*notify)(struct wf_task_set *set); /**< something was injected; any thread, without the lock */
    void (*free)(struct wf_task_set *set);   /**< no reference is left; calls wf_task_set_destroy() */
};

/**
 * A set of tasks. Embed it first.
 *
 * Three groups, which different threads use: what all read and none changes, but for the last number of a task; what the set's thread
 * changes at each poll; and what other threads change at each wake. No two of them share a line of the processor's cache, wherever
 * the set lies.
 */
struct wf_task_set {
    struct wf_scheduler scheduler;     /**< first: the set is a scheduler */
    const struct wf_task_set_ops *ops; /**< the owner's */
    struct wf_hooks hooks;             /**< the owner's; all NULL: none */
    bool closed; /**< nothing may be spawned any more; changed once, by the set's thread, under the lock */
    char gap_of_owner[WF_CACHE_LINE]; /**< nothing */

    struct wf_task_queue run;      /**< the set's thread: to be polled next */
    struct wf_task_queue deferred; /**< the set's thread: yielded; back in `run` after wf_task_set_end_turn() */
    struct wf_list owned;          /**< the set's thread: every task that is not over */
    uint32_t polls;                /**< the set's thread: of tasks, so far */
    bool turn_due;                 /**< the set's thread: something yielded since wf_task_set_end_turn() */
    char gap_of_others[WF_CACHE_LINE]; /**< nothing */

    WF_ATOMIC(uint32_t) references; /**< to the memory */
    WF_ATOMIC(bool) has_injected;   /**< `injected` is not empty; changed under the lock, read anywhere */
    pthread_mutex_t lock;           /**< guards `injected` and, but for the set's thread, `closed` */
    struct wf_task_queue injected;  /**< scheduled or spawned elsewhere */
    /** Signalled while closed: the thread that shuts down may wait for a task on its way. */
    pthread_cond_t injected_one;
};

/** @brief Build an empty set with one reference. @param hooks copied; NULL: none. */
void wf_task_set_init(struct wf_task_set *set, const struct wf_task_set_ops *ops,
                      const struct wf_hooks *hooks);

/** @brief Release what wf_task_set_init() made. No task is left in the set. */
void wf_task_set_destroy(struct wf_task_set *set);

/** @brief A context in which this thread is the set's: zeroes, but for scheduler and defer. Enter it. */
struct wf_context wf_task_set_context(struct wf_task_set *set);

/**
 * @brief Run tasks, at most `limit`; fewer when none is left to run.
 * @param context  current, of wf_task_set_context().
 * @return how many were run: polled, or dropped after an abort.
 *
 * @clause{04.1,5,"Tasks of a set are polled in the order in which they were spawned or woken; one that is woken while it is polled goes to the end."}
 * @clause{04.2,5,"A task that was spawned or woken outside of the set's thread joins the queue at once if the queue is empty, else after at most WF_POLLS_PER_INJECT polls."}
 */
uint32_t wf_task_set_run(struct wf_task_set *set, struct wf_context *context, uint32_t limit);

/** @brief Whether a task waits to be run: queued, deferred or injected. */
bool wf_task_set_has_work(const struct wf_task_set *set);

/** @brief A turn is over: those that yielded go to the end of the run queue. */
void wf_task_set_end_turn(struct wf_task_set *set);

/**
 * @brief Shut down: refuse spawns, abort every task and run until all are over.
 * @param context  current, of wf_task_set_context().
 */
void wf_task_set_shutdown(struct wf_task_set *set, struct wf_context *context);

/** @brief Give a reference up; the last one frees. Threads: any. */
void wf_task_set_unreference(struct wf_task_set *set);

WF_END_DECLS

#endif
