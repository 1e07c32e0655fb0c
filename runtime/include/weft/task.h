/**
 * @file task.h
 * @brief Tasks: futures that a scheduler runs, and the handles to await and to abort them.
 *
 * Shape:     one allocation holds a header, the future's frame and in it the output. One atomic word holds the
 *            task's state and the count of references to it (detail/task_state.h).
 * Life:      spawned and queued -> polled when notified, until READY -> complete. Or dropped instead of polled, once
 *            an abort was asked for. Its future ends exactly once. Its output goes to exactly one place: it is moved to
 *            the join handle's `value`, or destroyed.
 * Threads:   one thread of the scheduler at a time runs a task. Its wakers, join handle and abort handles may be used on
 *            any thread, each of them by one thread at a time.
 * Memory:    freed with the last reference: of the scheduler, the join handle, each waker, each abort handle.
 * Source:    Tokio's task module; smol's async-task.
 *
 * A spawn without memory does nothing. One on a closed scheduler drops the frame once, and frees it. One without a scheduler
 * panics. A call that ignores the result does not compile with warnings as errors.
 *
 * @clause{G.29,0,"WF_SPAWN builds the frame in the task, which its scheduler takes over once. A spawn that fails returns WF_ENOMEM or WF_ECLOSED, keeps nothing, and leaves the handle empty."}
 * @clause{G.30,0,"While wf_task_run polls or drops a task, the context names it as task and root, and each poll begins with a full budget; afterwards the context is as before."}
 * @clause{03.30,4,"Each future of this lab keeps the laws of futures (docs/laws.md), at every edge of what it is built of."}
 * @clause{G.31,0,"A task's id is never 0, and different from its scheduler's other ones until 2^26 tasks were spawned; its name is its async function's, unless the spawner gave another."}
 * @clause{G.89,0,"A task that WF_SPAWN detaches, by a handle that is NULL as the program is written, is allocated without the slot for a join waker: 16 bytes less."}
 */
#ifndef WEFT_TASK_H
#define WEFT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/async.h"
#include "weft/context.h"
#include "weft/detail/compiler.h"
#include "weft/detail/task_state.h"
#include "weft/error.h"
#include "weft/future.h"
#include "weft/scheduler.h"

WF_BEGIN_DECLS

/* --- spawn --- */

/** Awaits a task: a future. Built by WF_SPAWN(); drop it to detach the task. Clauses: 03.8 03.9 03.10 03.11 03.17 03.24 03.25 */
struct wf_join_handle {
    struct wf_future future; /**< the head */
    struct wf_task *task;    /**< a reference, and the join interest; NULL once READY or dropped */
    /** Where the task's output goes, of its size; set it before the first poll. NULL: it is destroyed. */
    void *value;
    int out;       /**< 0: the task was READY; WF_ECANCELED: it was aborted, or its scheduler shut down */
    bool gave_way; /**< the task is over, and there was no budget for it: the next poll is READY without */
};

/**
 * @brief Allocate a task with room for a frame. The next call is wf_task_spawn().
 * @param frame_bytes  of the future's frame, as its ops say; build it at wf_task_frame().
 * @return NULL: no memory.
 */
WF_MUST_USE struct wf_task *wf_task_new(size_t frame_bytes);

/** @brief wf_task_new() for tasks of one place in the program: they have its name, and where it says so no slot. */
WF_MUST_USE struct wf_task *wf_task_new_at(const struct wf_spawn_site *site, size_t frame_bytes);

/** @brief The future of a task. */
static inline struct wf_future *wf_task_frame(struct wf_task *task)
{
    return (struct wf_future *)(void *)task->frame;
}

/**
 * @brief Hand a task, whose frame is built, to a scheduler. It may be running when this returns.
 * @param handle      is built here, to await the task; NULL: it is detached from the begin.
 * @return 0; or WF_ECLOSED: the scheduler is shut down; the frame was dropped, the task freed, `handle` is empty.
 *
 * Clauses: G.29 G.31
 * Threads: any that may use the scheduler.
 */
WF_MUST_USE int wf_task_spawn(struct wf_task *task, struct wf_scheduler *scheduler,
                              struct wf_join_handle *handle);

/** @brief What WF_SPAWN() evaluates to. It must not be ignored: after a failure the handle is empty, and no future. */
static inline WF_MUST_USE int wf_spawn_result(int status)
{
    return status;
}

/**
 * @brief Spawn an async function: WF_SPAWN_NAMED(scheduler, handle, task_name, fn, .member = value, ...).
 * @param task_name  what dumps call it: a string literal.
 * @param handle     a `struct wf_join_handle *` to await it with; NULL: detached.
 * @return 0, or WF_ENOMEM or WF_ECLOSED: it does not run, and `handle` is empty: no future.
 *
 * Clauses: G.29 G.31 G.33 G.34
 * Cost:    one allocation.
 */
#define WF_SPAWN_NAMED(scheduler, handle, task_name, ...)                                                    \
    WF_SPAWN_NUMBERED(scheduler, handle, task_name, __COUNTER__, __VA_ARGS__, )

/** WF_SPAWN_NAMED() with the name of the async function: WF_SPAWN(scheduler, handle, fn, .member = value, ...). */
#define WF_SPAWN(scheduler, handle, ...) WF_SPAWN_UNNAMED(scheduler, handle, __VA_ARGS__, )

/** Implementation of WF_SPAWN(). */
#define WF_SPAWN_UNNAMED(scheduler, handle, fn, ...)                                                         \
    WF_SPAWN_NUMBERED(scheduler, handle, #fn, __COUNTER__, fn, __VA_ARGS__)

/** Implementation of WF_SPAWN_NAMED(): each use has a number, so that one may stand inside of another. */
#define WF_SPAWN_NUMBERED(scheduler, handle, task_name, number, ...)                                         \
    WF_SPAWN_BUILD(scheduler, handle, task_name, number, __VA_ARGS__)

/** Whether a handle is NULL as the program is written, and not only as it runs: a constant. */
#define WF_IS_NULL_CONSTANT(handle)                                                                          \
    __builtin_choose_expr(__builtin_constant_p(handle), (const void *)(handle) == NULL, false)

/** Implementation of WF_SPAWN_NUMBERED(), where `number` is one. */
#define WF_SPAWN_BUILD(scheduler, handle, task_name, number, fn, ...)                                        \
    wf_spawn_result(__extension__({                                                                          \
        static const struct wf_spawn_site wf_site_##number = {                                               \
            (task_name), __FILE__ ":" WF_TEXT_OF(__LINE__), WF_IS_NULL_CONSTANT(handle)};                    \
        struct wf_task *const wf_new_##number = wf_task_new_at(&wf_site_##number, sizeof(struct fn));        \
        struct wf_join_handle *const wf_handle_##number = (handle);                                          \
        int wf_status_##number = WF_ENOMEM;                                                                  \
        if (wf_handle_##number)                                                                              \
            *wf_handle_##number = (struct wf_join_handle){.task = NULL};                                     \
        if (wf_new_##number) {                                                                               \
            (void)WF_ASYNC_BUILD((struct fn *)(void *)wf_new_##number->frame, number, fn, __VA_ARGS__);      \
            wf_status_##number = wf_task_spawn(wf_new_##number, (scheduler), wf_handle_##number);            \
        }                                                                                                    \
        wf_status_##number;                                                                                  \
    }))

/* --- run: the scheduler's side --- */

/**
 * @brief Poll a task that was taken out of the queue, or drop it if an abort was asked for; complete it if it is over.
 * @param context  the thread's current context; it names the task meanwhile.
 *
 * Takes the queue's reference over. The task may be queued again, or freed, when this returns.
 *
 * Clauses: 03.1 03.2 03.3 03.18 G.30
 * Threads: the one that took it out of the queue.
 */
void wf_task_run(struct wf_task *task, struct wf_context *context);

/**
 * @brief Hand a task to its scheduler's queue, with the queue's reference: what a transition says to do.
 * @param is_polled  by the caller: it goes back to the queue.
 */
void wf_task_schedule(struct wf_task *task, bool is_polled);

/** @brief The task that this thread runs now, or NULL. Borrowed until it ends. Clauses: G.30 */
static inline struct wf_task *wf_task_current(void)
{
    return wf_context_current ? wf_context_current->task : NULL;
}

/** @brief The number of a task among its scheduler's; not in the order of the spawns: each thread has some in hand. Clauses: G.31 */
static inline uint32_t wf_task_id(const struct wf_task *task)
{
    return task->id;
}

/** @brief What a task is called: a static string. Clauses: G.31 */
const char *wf_task_name(const struct wf_task *task);

/** @brief Free a task of which wf_task_unreference() returned true. */
void wf_task_free(struct wf_task *task);

/* --- wake --- */

/**
 * @brief The waker that a task's polls are given; it owns no reference: clone it to keep it.
 *
 * @clause{03.6,5,"Each clone of a task's waker holds a reference, on any thread, also once the task is complete. The memory is freed with the last reference, neither sooner nor never."}
 * @clause{03.7,4,"What a thread wrote before it woke a task is seen by the next poll of the task, also when the task was notified already or is being polled."}
 * @clause{G.118,0,"A reference that a poll of its task drops with a waker goes to the next clone in that poll, or is given up at the end of the poll."}
 * @clause{03.21,2,"What one poll of a task wrote is seen by the next poll, on whichever thread."}
 */
struct wf_waker wf_task_waker(struct wf_task *task);

/* --- join --- */

/**
 * @brief Whether a handle's task is over: awaiting it will not suspend. Threads: the handle's.
 */
bool wf_join_handle_is_finished(const struct wf_join_handle *handle);

/**
 * @brief Build a handle: of a task that has JOIN_INTEREST set and a reference for it. For wf_task_spawn().
 *
 * Cancel safety: SAFE for the task, which goes on: dropping the handle detaches it.
 * Stack:         what is dropped is dropped at once. So an output that owns the handle of a finished task, whose output owns
 *                the next, and so on, takes about 64 bytes of stack for each (240 without optimisation; x86-64), beside
 *                its own drop_out. Take a long chain apart in a loop: await the first into `value`, then the handle in it.
 *                Tasks that await each other are no such chain: none is dropped inside another.
 *
 * @clause{03.8,3,"Once its task was READY a join handle is READY, with 0 and the output, which is moved once to where `value` points."}
 * @clause{03.24,2,"What a task wrote before its end is seen by the thread that finds its join handle READY."}
 * @clause{03.9,3,"While its task is not over, a join handle is PENDING and keeps the waker of its newest poll; the same waker again is not cloned again."}
 * @clause{03.25,3,"The end of a task wakes the waker of its join handle's newest poll, also if the task ends between that poll's look and its leaving the waker."}
 * @clause{03.10,4,"The waker that a join handle left is dropped once, at the latest when handle and task are over, also while something else keeps the task's memory."}
 * @clause{03.11,4,"Dropping a join handle that is not READY detaches the task, which goes on. Its output is then destroyed exactly once, as it is where `value` is NULL."}
 * @clause{03.17,2,"To be READY a join handle takes a unit of budget; with none left it gives way and is PENDING, but only once. Before the end it takes none."}
 */
void wf_join_handle_init(struct wf_join_handle *handle, struct wf_task *task);

/** @brief What WF_JOIN_INTO() does. Clauses: G.64 */
void wf_join_into(struct wf_join_handle *handle, void *value, size_t bytes);

/**
 * @brief Say where the output of the handle's task goes: `WF_JOIN_INTO(&handle, &answer)`. Before the handle's first poll.
 *
 * As `handle.value = &answer`, which looks at no size: an output that is larger than the variable would be written beyond it.
 *
 * @clause{G.64,0,"WF_JOIN_INTO sets where an output goes. It panics where the variable has another size than the output, and on a handle that is empty or over."}
 */
#define WF_JOIN_INTO(handle, pointer) wf_join_into((handle), (pointer), sizeof *(pointer))

/* --- abort --- */

/**
 * @brief Ask for the end of the handle's task: its scheduler drops the future instead of polling it again.
 *
 * Returns at once. To wait for the end, await the handle.
 *
 * Clauses: 03.12 03.13 03.14 03.26 03.27
 * Threads: any.
 *
 * @clause{03.12,4,"An abort of an idle task schedules it, and drops nothing itself, on whichever thread it is called. A second abort changes nothing."}
 * @clause{03.26,3,"The thread that runs an aborted task drops its future, once, instead of polling it; the join handle is then READY with WF_ECANCELED."}
 * @clause{03.13,4,"An abort during a poll takes effect after it: a PENDING future is dropped; one that is READY in that poll keeps its output and is joined with 0."}
 * @clause{03.27,2,"The clean-up of an aborted task sees what was written before the abort, and what the last poll wrote."}
 * @clause{03.14,2,"An abort of a task that is over, or of one that is queued already, schedules nothing; the output of a task that is over is kept."}
 */
void wf_join_handle_abort(struct wf_join_handle *handle);

/** Aborts a task, beside its join handle: keeps the task's memory alive, and nothing else of it. */
struct wf_abort_handle {
    struct wf_task *task; /**< a reference; NULL: empty */
};

/**
 * @brief A handle with which to abort the task. Give it to wf_abort_handle_drop().
 *
 * @clause{03.15,2,"An abort handle keeps the task's memory, and neither its future nor its output. Dropping the last reference frees it, also for two tasks that hold each other's abort handles."}
 */
WF_MUST_USE struct wf_abort_handle wf_join_handle_abort_handle(const struct wf_join_handle *handle);
/** @brief Abort the task, as wf_join_handle_abort() does. Threads: any. Clauses: 03.12 03.13 03.14 03.26 03.27 */
void wf_abort(const struct wf_abort_handle *handle);
/** @brief Give the handle up: it is empty afterwards. Clauses: 03.15 */
void wf_abort_handle_drop(struct wf_abort_handle *handle);

WF_END_DECLS

#endif
