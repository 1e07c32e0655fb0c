#include "weft/task.h"

#include <string.h>

static bool is_complete(const struct wf_task *task)
{
    /* acquire: pairs with to_complete; a thread that sees COMPLETE sees the output. */
    return wf_load_acquire(&task->state) & WF_TASK_COMPLETE;
}

bool wf_join_handle_is_finished(const struct wf_join_handle *handle)
{
    return !handle->task || is_complete(handle->task);
}

/* Leave `waker` for whoever completes the task. False: it is complete already. */
static bool wait_for_end(struct wf_task *task, const struct wf_waker *waker)
{
    /* the slot is ours first, then it is looked at */
    if (wf_load_acquire(&task->state) & WF_TASK_JOIN_WAKER && !wf_task_unshare_join_waker(task))
        return false;
    if (is_complete(task))
        return false;
    if (!wf_waker_will_wake(&task->join_waker, waker)) {
        struct wf_waker clone = wf_waker_clone(waker);
        wf_waker_drop(&task->join_waker);
        task->join_waker = clone;
    }
    return wf_task_share_join_waker(task);
}

/* The handle is over: whatever of the task is its own to release is released, and its reference given up. */
static void let_go(struct wf_join_handle *self, bool output_taken)
{
    struct wf_task *task = self->task;
    self->task = NULL;
    uint32_t ours = wf_task_to_join_dropped(task);
    struct wf_future *frame = wf_task_frame(task);
    if ((ours & WF_JOIN_DROP_OUTPUT) && !output_taken && frame->ops->drop_out && wf_future_is_done(frame))
        frame->ops->drop_out(wf_future_out(frame));
    if (ours & WF_JOIN_DROP_WAKER)
        wf_waker_drop(&task->join_waker);
    if (wf_task_unreference(task, 1))
        wf_task_free(task);
}

static enum wf_poll join_handle_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_join_handle *self = (struct wf_join_handle *)future;
    struct wf_task *task = self->task;
    if (!is_complete(task) && wait_for_end(task, cx->waker))
        return WF_PENDING;
    if (!self->gave_way && !wf_budget_spend(cx->waker)) {
        self->gave_way = true;
        return WF_PENDING;
    }
    struct wf_future *frame = wf_task_frame(task);
    /* not by CANCELLED: an abort may have been asked for when the last poll was READY anyway */
    bool ready = wf_future_is_done(frame);
    self->out = ready ? 0 : WF_ECANCELED;
    if (ready && self->value)
        memcpy(self->value, wf_future_out(frame), frame->ops->out_size);
    let_go(self, ready && self->value);
    return WF_READY;
}

static void join_handle_drop(struct wf_future *future)
{
    let_go((struct wf_join_handle *)future, false);
}

static const struct wf_future_ops join_handle_ops = {
    .name = "join_handle",
    .poll = join_handle_poll,
    .drop = join_handle_drop,
    WF_FRAME(struct wf_join_handle),
};

void wf_join_handle_init(struct wf_join_handle *handle, struct wf_task *task)
{
    *handle = (struct wf_join_handle){.future = {.ops = &join_handle_ops}, .task = task};
}

/* --- abort --- */

static void abort_task(struct wf_task *task)
{
    if (wf_task_to_cancelled(task))
        task->scheduler->ops->schedule(task->scheduler, task);
}

void wf_join_handle_abort(struct wf_join_handle *handle)
{
    if (handle->task)
        abort_task(handle->task);
}

struct wf_abort_handle wf_join_handle_abort_handle(const struct wf_join_handle *handle)
{
    if (handle->task)
        wf_task_reference(handle->task);
    return (struct wf_abort_handle){handle->task};
}

void wf_abort(const struct wf_abort_handle *handle)
{
    if (handle->task)
        abort_task(handle->task);
}

void wf_abort_handle_drop(struct wf_abort_handle *handle)
{
    struct wf_task *task = handle->task;
    handle->task = NULL;
    if (task && wf_task_unreference(task, 1))
        wf_task_free(task);
}
