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

enum {
    WF_TASKS_PER_TURN = 61,  /**< polls of tasks between two looks at everything else */
    WF_POLLS_PER_INJECT = 31 /**< polls of tasks between two looks at the inject queue */
};

/** What a runtime calls when something happens in it. Any may be NULL. */
struct wf_hooks {
    /** On the runtime's thread, before the task runs. A task that is spawned in here may run before that one, or after it. */
    void (*task_spawned)(void *arg, const struct wf_task *task);
    /** On the runtime's thread, when the task's future is over; then its join handle is READY. */
    void (*task_ended)(void *arg, const struct wf_task *task);
    void (*before_park)(void *arg);  /**< on its thread, before it would sleep; may spawn and wake */
    void (*after_unpark)(void *arg); /**< and after it */
    void *arg;                       /**< passed to each */
};

struct wf_task_set;

/** What differs between the owners of sets. */
struct wf_task_set_ops {
    void (*notify)(struct wf_task_set *set); /**< something was injected; any thread, without the lock */
    void (*free)(struct wf_task_set *set);   /**< no reference is left; calls wf_task_set_destroy() */
};

/** A set of tasks. Embed it first. */
struct wf_task_set {
    struct wf_scheduler scheduler;     /**< first: the set is a scheduler */
    const struct wf_task_set_ops *ops; /**< the owner's */
    struct wf_hooks hooks;             /**< the owner's; all NULL: none */

    struct wf_task_queue run;      /**< the set's thread: to be polled next */
    struct wf_task_queue deferred; /**< the set's thread: yielded; back in `run` after wf_task_set_end_turn() */
    struct wf_list owned;          /**< the set's thread: every task that is not over */
    bool turn_due;                 /**< the set's thread: something yielded since wf_task_set_end_turn() */
    uint32_t polls;                /**< the set's thread: of tasks, so far */

    pthread_mutex_t lock;          /**< guards what follows */
    struct wf_task_queue injected; /**< scheduled or spawned elsewhere */
    bool closed;                   /**< nothing may be spawned any more; changed by the set's thread */
    /** Signalled while closed: the thread that shuts down may wait for a task on its way. */
    pthread_cond_t injected_one;
    WF_ATOMIC(bool) has_injected;   /**< `injected` is not empty; changed under the lock, read anywhere */
    WF_ATOMIC(uint32_t) references; /**< to the memory */
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
