/**
 * @file local_set.h
 * @brief Tasks that stay on one thread, inside a task of any runtime.
 *
 * On a runtime with several threads a task may be polled on a different one each time. Tasks of a local set, the local tasks,
 * never leave the thread that polls the set's run: they may share what is not made for threads. So a task that may move
 * cannot run a set: run it in the root of such a runtime's block_on, or in a task of a current-thread runtime.
 *
 * Source: Tokio's LocalSet.
 */
#ifndef WEFT_LOCAL_SET_H
#define WEFT_LOCAL_SET_H

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/scheduler.h"

WF_BEGIN_DECLS

/** A set of local tasks. Opaque. */
struct wf_local_set;

/** @brief Make an empty set. @return NULL: no memory. Cost: one allocation. */
WF_MUST_USE struct wf_local_set *wf_local_set_new(void);

/** @brief Where to spawn local tasks: WF_SPAWN(wf_local_set_scheduler(set), ...). Borrowed, as the set. */
struct wf_scheduler *wf_local_set_scheduler(struct wf_local_set *set);

/** Runs the tasks of a set until a future of its own is READY. Clauses: 04.17 04.18 04.20 04.21 04.26 04.27 04.28 04.29 04.33 */
struct wf_local_run {
    struct wf_future future;  /**< the head; there is no output: `body` keeps its own */
    struct wf_local_set *set; /**< borrowed */
    struct wf_future *body;   /**< owned: dropped with the run */
};

/**
 * @brief Build a future that runs the tasks of `set` until `body` is READY. One at a time for a set.
 * @return `run`. Tasks that are left stay in the set, for another run. The set outlives its runs.
 *
 * The body is no task: wf_task_current() is NULL in it. Task-local values of outside are in force for the body, and not for
 * the local tasks. Where no context is outside, the body has a budget. Body and local tasks are inside a runtime, also where
 * the run is polled by hand: no other one may run there (01.24, 04.10).
 *
 * Threads:       the first poll of a run says which thread is the set's; a poll of any run of it on another panics, and
 *                so does the set's drop.
 * Cancel safety: that of `body`; the tasks stay in the set.
 *
 * @clause{04.17,3,"The tasks of a local set are polled only inside polls of its run, with the set as their scheduler; the run is READY in the same poll as body."}
 * @clause{04.26,2,"A poll of a run polls the body once and at most WF_TASKS_PER_TURN local tasks; it gives way if more could run, or if the body gave way."}
 * @clause{04.27,2,"The body and each local task have a budget of their own in each poll. Inside unconstrained (04.9) the local tasks still have theirs, and the body has none."}
 * @clause{04.33,1,"Task-local values of outside are in force for a run's body; local tasks find none of them, in their polls and in their clean-ups."}
 * @clause{04.28,1,"A run that is polled on another thread than before, or inside itself, panics."}
 * @clause{04.18,3,"A wake or spawn from outside of the run, on any thread, wakes the task that polls the run; a wake of a local task from inside wakes nothing outside."}
 * @clause{04.29,1,"A set whose run is over keeps no waker of it."}
 * @clause{04.20,2,"What a local set's tasks and body wake or spawn outside of it, on the same thread, comes in its turn (04.1), and the park is not unparked (04.24)."}
 * @clause{04.21,1,"A run polled by a task whose scheduler may move it (`migrates`) panics at its first poll, on whichever thread; in a root of any runtime it runs."}
 */
struct wf_local_run *wf_local_set_run(struct wf_local_run *run, struct wf_local_set *set,
                                      struct wf_future *body);

/**
 * @brief Drop every task that is left, and give the set up. Threads: the set's.
 *
 * @clause{04.19,3,"Before wf_local_set_drop returns it drops the future of every task that is not over, once; afterwards spawns fail with WF_ECLOSED and kept wakers do nothing."}
 * @clause{04.30,1,"wf_local_set_drop panics inside the set's own run, and on another thread than the set's."}
 */
void wf_local_set_drop(struct wf_local_set *set);

WF_END_DECLS

#endif
