/**
 * @file detail/worker.h
 * @brief A worker of the work-stealing executor, and what all workers share.
 *
 * A worker is what runs tasks; it is not a thread. A thread runs it by wf_worker_run(), and may lose it to another thread while it
 * polls a task that blocks (lab 06): it finishes that poll, and returns.
 *
 * Threads: what stands under "the owner's" belongs to the thread that runs the worker. Ring, park and idle word are shared, by
 *          their own rules.
 * Open:    whether a park that returns for nothing ends the sleep, or is one of several in it: so `parks` and the hooks count either.
 *          Whether the room for a share is counted from `steal`, or from `real`, which is more while a thief is at work: then some
 *          tasks of the share overflow again.
 *
 * @clause{05.9,5,"A worker runs its own tasks first, the oldest first; then injected ones; then it searches: it asks each other worker, and the inject queue once more."}
 * @clause{05.10,5,"A worker with tasks of its own looks at the inject queue after at most WF_POLLS_PER_INJECT polls, so that an endless chain of own tasks keeps no injected one out."}
 * @clause{05.11,6,"A worker's park has a turn after at most WF_TASKS_PER_TURN polls. A task that yields comes last in the ring, and its worker polls it after a turn only."}
 * @clause{05.12,4,"From the inject queue a worker takes at least one task, and at most its share: an even part of the queue, WF_INJECT_BATCH_MAX, or what its ring has room for."}
 * @clause{05.13,4,"A worker that searched and has found a task wakes another before it polls the task, if no other searches then, and tasks are left in some queue."}
 * @clause{05.14,4,"A task that is scheduled on a worker's thread waits for no long poll's end: where nobody searches, a sleeping worker is woken, or looks out for it."}
 * @clause{05.15,8,"A worker that found no task sleeps, until another thread wakes it, its park's driver has woken a task, or all tasks are over; then it looks again."}
 * @clause{05.16,3,"before_park is called before a worker may sleep, and after_unpark once after it; if before_park made a task ready, the park has a turn without sleep instead."}
 * @clause{05.17,4,"wf_worker_run returns true when all tasks are over; false when the worker was taken from its thread: after the poll that was in progress, and without another."}
 * @clause{05.19,4,"The counts of a worker are what it did: each poll, schedule, overflow, steal, stolen task, sleep, idle sleep and wake once, and nothing else."}
 */
#ifndef WEFT_DETAIL_WORKER_H
#define WEFT_DETAIL_WORKER_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/idle.h"
#include "weft/detail/inject_queue.h"
#include "weft/detail/run_queue.h"
#include "weft/list.h"
#include "weft/park.h"
#include "weft/scheduler.h"

WF_BEGIN_DECLS

enum {
    WF_INJECT_BATCH_MAX = 128, /**< tasks that a worker takes from the inject queue at once */
};

/** What a worker did, so far. Written by the thread that runs it, read by any: each is true for some recent time. */
struct wf_worker_counts {
    WF_ATOMIC(uint64_t) polls;      /**< tasks that it ran */
    WF_ATOMIC(uint64_t) scheduled;  /**< tasks that were scheduled on its thread */
    WF_ATOMIC(uint64_t) overflowed; /**< tasks that went from its ring to the inject queue */
    WF_ATOMIC(uint64_t) steals;     /**< times that it took tasks from another worker */
    WF_ATOMIC(uint64_t) stolen;     /**< tasks that it took so */
    WF_ATOMIC(uint64_t) parks;      /**< times that it slept */
    WF_ATOMIC(uint64_t) idle_parks; /**< of these: times that it found no task to run afterwards */
    WF_ATOMIC(uint64_t) wakes;      /**< sleeping workers that it woke */
};

/** One worker. */
struct wf_worker {
    struct wf_workers *all; /**< constant */
    uint32_t number;        /**< constant: its place among all workers */
    struct wf_park *park;   /**< constant: what it sleeps on */

    struct wf_run_queue queue; /**< its tasks; others steal from it */
    struct wf_list idle_link;  /**< in the list of sleepers, under the lock of the idle word */

    alignas(64) uint32_t polls_since_turn; /**< the owner's: polls of tasks, since the park had a turn */
    uint32_t polls_since_inject;           /**< the owner's: and since it looked at the inject queue */
    uint32_t turn_before; /**< the owner's: where turn_is_due: the number in the ring of the first task that yielded since the turn */
    bool turn_is_due;               /**< the owner's: a task has yielded since the last turn */
    bool searching;                 /**< the owner's: it counts as one of those that search */
    bool in_park;                   /**< the owner's: what is woken now is woken by the park's driver */
    uint32_t random;                /**< the owner's: the state of its generator; never 0 */
    struct wf_worker_counts counts; /**< what it did, so far */
    uint64_t polls_seen;            /**< the lookout's: its polls at the last look */
};

/** What they share. Embed it first. */
struct wf_workers {
    struct wf_scheduler scheduler; /**< first: they are one scheduler */
    struct wf_hooks hooks;         /**< constant; all NULL: none */
    uint32_t count;                /**< constant: of workers */
    struct wf_worker *workers;     /**< constant: where they stand */
    /** What keeps the workers from their end: lists of tasks that are open, or not yet empty. 0: all tasks are over. */
    WF_ATOMIC(uint32_t) lists_left;
    uint64_t lookout_ns;                      /**< constant: how often a lookout looks; 0: there is none */
    alignas(64) WF_ATOMIC(uint32_t) lookouts; /**< 1: a sleeper looks out for tasks behind a long poll; or 0 */
    alignas(64) struct wf_idle idle;          /**< who sleeps, and how many search */
    alignas(64) struct wf_inject_queue inject; /**< tasks from outside */
};

/** The context of a thread that runs a worker, or a root. */
struct wf_worker_context {
    struct wf_context context; /**< first; its scheduler is that of the workers */
    struct wf_worker *worker;  /**< whose thread this is; NULL: none: what is scheduled here is injected */
};

/**
 * @brief Set up worker `number`: everything but its park.
 * @param ring_size  WF_RUN_QUEUE_SIZE; or smaller: wf_run_queue_init().
 * @param seed       any; where it is the same, each worker draws the same victims.
 */
void wf_worker_init(struct wf_worker *worker, struct wf_workers *all, uint32_t number, uint32_t ring_size,
                    uint64_t seed);

/**
 * @brief Run the worker until all tasks are over, or until it is taken from this thread.
 * @return true: all tasks are over, and this thread sees what they did. false: another thread runs the worker now.
 *
 * Clauses: 05.9 to 05.17
 */
bool wf_worker_run(struct wf_worker *worker);

/** @brief Queue a task on its worker's thread, by `schedule` of the workers' scheduler. Clauses: 05.11 05.14 */
void wf_worker_schedule(struct wf_worker *self, struct wf_task *task);

/** The table of a runtime of several threads: a context whose scheduler has it is a wf_worker_context. Of multi_thread.c. */
extern const struct wf_scheduler_ops wf_multi_thread_ops;

/** @brief wf_worker_run(), and the runtime is told when all is over: for a thread to which a worker was handed. Of multi_thread.c. */
void wf_multi_thread_run_worker(struct wf_worker *worker);

/** @brief The worker that this thread runs for `workers`, or NULL. */
static inline struct wf_worker *wf_worker_current(const struct wf_workers *workers)
{
    struct wf_context *context = wf_context_of(&workers->scheduler);
    return context ? ((struct wf_worker_context *)context)->worker : NULL;
}

/* --- the lookout: lookout.c says what it is for --- */

/** @brief Whether a sleeper looks out: the caller has pushed a task, and need not wake one. Threads: any. */
bool wf_lookout_is_there(struct wf_workers *all);

/** @brief A worker that sleeps looks out from now on. @return false: another does, or nobody is awake. */
WF_MUST_USE bool wf_lookout_begin(struct wf_workers *all);

/** @brief A look. @return true: tasks have waited behind one poll since the last look. Threads: the lookout. */
WF_MUST_USE bool wf_lookout_look(struct wf_workers *all);

/** @brief It looks out no more; it looks at every queue once more now. */
void wf_lookout_end(struct wf_workers *all);

/** @brief Work was published: wake a worker for it, if one is needed. @return whether one was. Threads: any. */
bool wf_workers_notify(struct wf_workers *workers);

WF_END_DECLS

#endif
