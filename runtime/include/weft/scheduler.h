/**
 * @file scheduler.h
 * @brief The schedule seam: all that a task knows of the scheduler that runs it.
 *
 * Shape:     a scheduler is the head of a structure of its own; tasks point to it.
 * Ownership: a task has an owner's reference and, while it is notified, a queue's reference; both are the
 *            scheduler's. It owns a task from `bind` until `released`, and has it queued from `bind` or
 *            `schedule` until it calls wf_task_run().
 * Lifetime:  a scheduler lives until `released` has returned for each task that it took over. A task names it no more
 *            then, and is complete only afterwards: so a thread that sees the end of the last task may end the scheduler,
 *            and a waker or a handle that is kept longer touches only the task's own memory. One thing a scheduler must see
 *            to itself: a call of `schedule` may have queued a task that is over before that call has returned.
 *
 * @clause{G.50,0,"A task uses its scheduler until `released` has returned, and is complete only after that: a thread that sees it complete sees that this use is over."}
 * @clause{G.116,0,"A wake or an abort queues, and destroys nothing in place. A debug build panics where `schedule` runs a task, or a waker frees one that is not over."}
 */
#ifndef WEFT_SCHEDULER_H
#define WEFT_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

struct wf_scheduler;
struct wf_task;

enum {
    WF_TASKS_PER_TURN = 61,   /**< polls of tasks between two looks at everything else */
    WF_POLLS_PER_INJECT = 31, /**< polls of tasks between two looks at the inject queue */
};

/** What a kind of scheduler does. */
struct wf_scheduler_ops {
    const char *name; /**< for traces */
    /** Take a new task over, with the owner's and the queue's reference, and queue it. Any thread.
     *  @return 0; or WF_ECLOSED: the scheduler is shut down, and took nothing. */
    int (*bind)(struct wf_scheduler *self, struct wf_task *task);
    /** Queue a task that was notified, with the queue's reference, and run none. Any thread; a task is never queued twice. What
     *  the caller did before is seen by the thread that takes the task out, as with any queue between threads. */
    void (*schedule)(struct wf_scheduler *self, struct wf_task *task);
    /** The task's future is over: forget the task, without giving up its reference. On the thread that runs it, which then
     *  completes it: the join handle is not READY yet. */
    void (*released)(struct wf_scheduler *self, struct wf_task *task);
    /** See wf_scheduler_reference(); NULL: its memory outlives all. */
    void (*reference)(struct wf_scheduler *self);
    void (*unreference)(struct wf_scheduler *self); /**< the counterpart of `reference`; NULL as well */
    /** Its tasks may be polled on another thread than before: what is bound to one refuses them (04.21). */
    bool migrates;
};

/** The head of every scheduler. */
struct wf_scheduler {
    const struct wf_scheduler_ops *ops; /**< what kind it is */
    WF_ATOMIC(uint32_t) last_id;        /**< the last number that a thread took for a task (context.h) */
};

/** What a runtime calls when something happens in it. Any may be NULL. A runtime of several threads calls them on any, at once. */
struct wf_hooks {
    /** Before the task runs: on the runtime's thread; of several threads, on the one that spawns. A task that is spawned in here may
     *  run before that one, or after it. */
    void (*task_spawned)(void *arg, const struct wf_task *task);
    /** On the thread that ran the task, when its future is over; then its join handle is READY. */
    void (*task_ended)(void *arg, const struct wf_task *task);
    void (*before_park)(void *arg);    /**< on its thread, before it would sleep; may spawn and wake */
    void (*after_unpark)(void *arg);   /**< and after it */
    void (*thread_started)(void *arg); /**< on a thread that the runtime has started, first of all */
    void (*thread_stopped)(void *arg); /**< and last of all */
    void *arg;                         /**< passed to each */
};

/**
 * @brief The scheduler whose task or root this thread polls; in a blocking call that of its runtime; or NULL. Borrowed meanwhile.
 *
 * Cost: one thread-local load.
 */
static inline struct wf_scheduler *wf_scheduler_current(void)
{
    const struct wf_context *context = wf_context_current;
    if (!context)
        return NULL;
    return context->scheduler ? context->scheduler : context->spawns_on;
}

/**
 * @brief A further reference to a scheduler: its memory stays, also when it is shut down. Give it back with
 * wf_scheduler_unreference().
 * @return `scheduler`: spawn on it from any thread; once it is shut down that fails with WF_ECLOSED.
 */
static inline WF_MUST_USE struct wf_scheduler *wf_scheduler_reference(struct wf_scheduler *scheduler)
{
    if (scheduler->ops->reference)
        scheduler->ops->reference(scheduler);
    return scheduler;
}

/** @brief Give a reference of wf_scheduler_reference() back. Threads: any. */
static inline void wf_scheduler_unreference(struct wf_scheduler *scheduler)
{
    if (scheduler->ops->unreference)
        scheduler->ops->unreference(scheduler);
}

WF_END_DECLS

#endif
