/**
 * @file task.c
 * @brief The life of a task: spawned, run until it is over, freed. And its waker.
 *
 * Given with the lab: it shows where each transition of state.c is used. The steps of a run, and which reference is whose:
 *
 * 1. The scheduler takes the task out of its queue: it now holds the queue's reference. to_running.
 * 2. The future is polled, with a waker that owns nothing: the reference of step 1 outlives the poll.
 * 3. PENDING: to_idle. Parked: the reference was given up, and the task must not be touched any more. Again: it goes
 *    back to the queue with the reference. Cancelled: on to 4.
 * 4. READY, or dropped: the scheduler, as the owner, forgets the task, and the task uses the scheduler no more. to_complete.
 *    The output goes to the join handle or is destroyed. Two references, the owner's and the queue's, are given up.
 *
 * A task that is polled mostly drops the waker that it left with one child, and clones another for the next. So a reference that a
 * task's own thread gives up while it runs the task is kept in the context, and the next clone takes it: two atomic
 * operations fewer for an await. What is left is given up at the end of the poll. Nobody can miss it before: while a task runs,
 * references of steps 1 and 4 keep it.
 */
#include "weft/task.h"

#include <string.h>

#include "weft/alloc.h"
#include "weft/detail/poll_watch.h"
#include "weft/panic.h"

#ifdef WF_DEBUG
static __thread uint32_t scheduling; /* calls of `schedule` in which this thread is */

static void check_runs_outside(const struct wf_task *task)
{
    if (scheduling > 0)
        wf_panic("G.116", "task %s is run inside of a call of schedule, which only queues",
                 wf_task_name(task));
}

static void check_is_over(const struct wf_task *task)
{
    if (!(wf_load_relaxed(&task->state) & WF_TASK_COMPLETE))
        wf_panic("G.116", "a waker gives up the last reference to task %s, which is not over",
                 wf_task_name(task));
}
#endif

static inline bool is_traced(void)
{
    const struct wf_context *context = wf_context_current;
    return WF_UNLIKELY(context && context->event_hook);
}

/* Report an event about this task. The caller makes the call before the step itself: after that the task may be gone. */
static inline void report(enum wf_event_kind kind, int value, const struct wf_task *task)
{
    if (is_traced())
        wf_event_report_task(kind, value, wf_task_name(task), task, wf_task_id(task));
}

void wf_task_schedule(struct wf_task *task, bool is_polled)
{
    report(WF_EVENT_SCHEDULE, is_polled, task);
    WF_DEBUG_ONLY(scheduling++);
    task->scheduler->ops->schedule(task->scheduler, task);
    WF_DEBUG_ONLY(scheduling--);
}

/* The bytes of a task that it has no memory for. */
static size_t missing_bytes(const struct wf_spawn_site *site)
{
    return site && site->detached ? offsetof(struct wf_task, site) : 0;
}

struct wf_task *wf_task_new_at(const struct wf_spawn_site *site, size_t frame_bytes)
{
    size_t missing = missing_bytes(site);
    char *memory = wf_alloc(sizeof(struct wf_task) - missing + frame_bytes);
    if (!memory)
        return NULL;
    struct wf_task *task = (struct wf_task *)(void *)(memory - missing);
    if (!missing)
        task->join_waker = (struct wf_waker){0};
    memset((char *)task + offsetof(struct wf_task, site), 0, sizeof *task - offsetof(struct wf_task, site));
    task->site = site;
    wf_list_init(&task->owned);
    return task;
}

struct wf_task *wf_task_new(size_t frame_bytes)
{
    return wf_task_new_at(NULL, frame_bytes);
}

void wf_task_free(struct wf_task *task)
{
    size_t missing = missing_bytes(task->site);
    wf_free((char *)task + missing, sizeof *task - missing + wf_task_frame(task)->ops->size);
}

const char *wf_task_name(const struct wf_task *task)
{
    return task->site ? task->site->name : ((const struct wf_future *)(const void *)task->frame)->ops->name;
}

/* A thread of the scheduler's takes numbers by the block, so a spawn there dirties no line that other threads' wakes read. What a
 * context has left when it ends is given to no task. */
static uint32_t next_id(struct wf_scheduler *scheduler)
{
    struct wf_context *context = wf_context_of(scheduler);
    uint32_t id;
    if (!context) {
        id = wf_fetch_add_relaxed(&scheduler->last_id, 1) +
             1; /* relaxed: a number is only different from the others */
    } else {
        if (context->ids_left == 0) {
            context->last_id =
                wf_fetch_add_relaxed(&scheduler->last_id, WF_IDS_PER_BLOCK); /* relaxed: as above */
            context->ids_left = WF_IDS_PER_BLOCK;
        }
        context->ids_left--;
        id = ++context->last_id;
    }
    return id ? id : next_id(scheduler);
}

int wf_task_spawn(struct wf_task *task, struct wf_scheduler *scheduler, struct wf_join_handle *handle)
{
    if (!scheduler)
        wf_panic("G.29", "task %s is spawned without a scheduler: this thread is not inside a runtime",
                 wf_task_name(task));
    task->scheduler = scheduler;
    task->id = next_id(scheduler);
    /* relaxed: no other thread knows the task yet; bind publishes it */
    if (handle) {
        wf_store_relaxed(&task->state, WF_TASK_NOTIFIED | WF_TASK_JOIN_INTEREST | 3u * WF_TASK_REFERENCE);
        wf_join_handle_init(handle, task);
    } else {
        wf_store_relaxed(&task->state, WF_TASK_NOTIFIED | 2u * WF_TASK_REFERENCE);
    }
    report(WF_EVENT_SPAWN, 0, task);
    int bound = scheduler->ops->bind(scheduler, task);
    if (bound == 0)
        return 0;
    if (handle)
        *handle = (struct wf_join_handle){.task = NULL};
    wf_future_drop(wf_task_frame(task));
    wf_task_free(task);
    return bound;
}

void wf_join_into(struct wf_join_handle *handle, void *value, size_t bytes)
{
    if (!handle->task)
        wf_panic("G.64", "a join handle that is empty or over is told where the output goes");
    const struct wf_future_ops *ops = wf_task_frame(handle->task)->ops;
    if (ops->out_size != bytes)
        wf_panic("G.64", "the output of %s has %u bytes, and goes to a variable of %zu",
                 wf_task_name(handle->task), ops->out_size, bytes);
    handle->value = value;
}

/* Destroy the output, for which no join handle will ask. A future that was dropped has none. */
static void drop_output(struct wf_task *task)
{
    struct wf_future *frame = wf_task_frame(task);
    wf_calls_out("an output's destructor");
    if (frame->ops->drop_out && wf_future_is_done(frame))
        frame->ops->drop_out(wf_future_out(frame));
}

static void complete(struct wf_task *task, struct wf_context *context)
{
    if (is_traced()) /* asked before the line is looked at: untraced tasks need not pay for that */
        report(WF_EVENT_END, wf_future_is_done(wf_task_frame(task)), task);
    /* First: a thread that sees COMPLETE, woken or not, may end the scheduler. RUNNING is still set, so until then no wake
     * and no abort hands the task to it again. */
    task->scheduler->ops->released(task->scheduler, task);
    switch (wf_task_to_complete(task)) {
    case WF_COMPLETE_QUIET:
        break;
    case WF_COMPLETE_WAKE:
        wf_waker_wake_by_ref(&task->join_waker);
        if (wf_task_end_join_waker(task))
            wf_waker_drop(&task->join_waker);
        break;
    case WF_COMPLETE_UNCLAIMED:
        drop_output(task);
        break;
    }
    uint32_t spares = context->spare_references;
    context->spare_references = 0;
    if (wf_task_unreference(task, 2 + spares))
        wf_task_free(task);
}

/* A poll is over, or another task is run inside of it. */
static void give_spares_up(struct wf_task *task, struct wf_context *context)
{
    if (WF_LIKELY(context->spare_references == 0))
        return;
    (void)!wf_task_unreference(task, context->spare_references); /* not the last: the owner has one */
    context->spare_references = 0;
}

bool wf_poll_begin_task(const struct wf_context *context)
{
    const struct wf_task *task = context->task;
    return context->poll_slot && wf_poll_begin(context->poll_slot, wf_task_frame(context->task), task->id,
                                               wf_task_name(task), task->site ? task->site->at : NULL);
}

/* What wf_poll_begin_task() began is over. The slot is gone where the thread was taken the worker meanwhile. */
static void end_watched(const struct wf_context *context, bool is_watched)
{
    if (is_watched && context->poll_slot)
        wf_poll_end(context->poll_slot, wf_task_frame(context->task));
}

/* Poll or drop the future. True: the task is over. */
static bool step(struct wf_task *task, struct wf_context *context)
{
    struct wf_future *frame = wf_task_frame(task);
    if (wf_task_to_running(task) == WF_RUN_POLL) {
        const struct wf_waker waker = wf_task_waker(task);
        struct wf_cx cx = {.waker = &waker};
        context->constrained = true;
        context->budget = WF_BUDGET;
        context->yielded = false;
        bool is_watched = WF_UNLIKELY(context->poll_slot) && wf_poll_begin_task(context);
        enum wf_poll poll = wf_future_poll(frame, &cx);
        end_watched(context, is_watched);
        if (poll == WF_READY)
            return true;
        give_spares_up(task, context);
        switch (wf_task_to_idle(task, context->yielded)) {
        case WF_IDLE_PARKED:
            return false;
        case WF_IDLE_AGAIN:
            wf_task_schedule(task, true);
            return false;
        case WF_IDLE_CANCEL:
            break;
        }
    }
    bool is_watched = WF_UNLIKELY(context->poll_slot) && wf_poll_begin_task(context);
    wf_future_drop(frame); /* its clean-up may take as long as a poll */
    end_watched(context, is_watched);
    return true;
}

void wf_task_run(struct wf_task *task, struct wf_context *context)
{
    WF_DEBUG_ONLY(check_runs_outside(task));
    struct wf_task *const outer_task = context->task;
    const struct wf_future *const outer_root = context->root;
    const char *const outer_runs = context->runs;
    give_spares_up(outer_task, context);
    context->task = task;
    context->root = wf_task_frame(task);
    context->runs = "task";
    if (step(task, context))
        complete(task, context);
    context->task = outer_task;
    context->root = outer_root;
    context->runs = outer_runs;
}

/* --- the waker: its datum is the task, and each clone holds one reference --- */

static void *waker_clone(void *data)
{
    struct wf_context *context = wf_context_current;
    if (context && context->task == data && context->spare_references > 0)
        context->spare_references--;
    else
        wf_task_reference(data);
    return data;
}

static void waker_wake(void *data)
{
    struct wf_task *task = data;
    report(WF_EVENT_WAKE, 0, task);
    switch (wf_task_to_notified_by_value(task)) {
    case WF_NOTIFIED_NOTHING:
        break;
    case WF_NOTIFIED_SUBMIT:
        wf_task_schedule(task, false);
        break;
    case WF_NOTIFIED_FREE:
        WF_DEBUG_ONLY(check_is_over(task));
        wf_task_free(task);
        break;
    }
}

static void waker_wake_by_ref(void *data)
{
    struct wf_task *task = data;
    report(WF_EVENT_WAKE, 0, task);
    if (wf_task_to_notified_by_reference(task))
        wf_task_schedule(task, false);
}

static void waker_drop(void *data)
{
    struct wf_task *task = data;
    struct wf_context *context = wf_context_current;
    if (context && context->task == task)
        context->spare_references++;
    else if (wf_task_unreference(task, 1)) {
        WF_DEBUG_ONLY(check_is_over(task));
        wf_task_free(task);
    }
}

static const struct wf_waker_ops waker_ops = {
    .clone = waker_clone,
    .wake = waker_wake,
    .wake_by_ref = waker_wake_by_ref,
    .drop = waker_drop,
};

struct wf_waker wf_task_waker(struct wf_task *task)
{
    return (struct wf_waker){&waker_ops, task};
}
