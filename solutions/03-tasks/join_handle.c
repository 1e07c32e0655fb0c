/**
 * @file join_handle.c
 * @brief Awaiting a task, leaving it alone, and asking for its end.
 *
 * ## The join waker's slot
 *
 * Two threads meet at the slot `join_waker` of the task: the one that polls the join handle and leaves a waker there, and
 * the one that completes the task and wakes that waker. The bit JOIN_WAKER says whose the slot is: clear, the join handle's;
 * set, it is shared, and both threads only read it.
 *
 * 1. A poll that finds the task complete takes the output.
 * 2. Else, if the slot is shared and its waker wakes what the waker of this poll wakes, there is nothing to do.
 * 3. Else the join handle takes the slot back, if it was shared, writes its waker, and shares the slot.
 * 4. To take back and to share both fail if the task is complete meanwhile: no wake will come, so the output is taken now.
 * 5. The thread that completes the task and finds the slot shared wakes the waker, then gives the slot back. If the join
 *    handle is gone by then, it drops the waker too.
 */
#include "weft/task.h"

#include <string.h>

static bool is_complete(const struct wf_task *task)
{
    /* acquire: pairs with to_complete; the thread that sees COMPLETE sees the output. */
    return wf_load_acquire(&task->state) & WF_TASK_COMPLETE;
}

bool wf_join_handle_is_finished(const struct wf_join_handle *handle)
{
    return !handle->task || is_complete(handle->task);
}

/* Leave `waker` for the thread that completes the task. False: it is complete already. */
static bool wait_for_end(struct wf_task *task, const struct wf_waker *waker)
{
    /* LAB 03.T4 { steps 2 to 4 of the protocol above */
    /* acquire: pairs with end_join_waker. The task may be complete by now, and its thread have given the slot back: that
     * thread has read the slot, and this one may write it. */
    if (wf_load_acquire(&task->state) & WF_TASK_JOIN_WAKER) {
        if (wf_waker_will_wake(&task->join_waker, waker))
            return true;
        if (!wf_task_unshare_join_waker(task))
            return false;
    }
    wf_waker_store(&task->join_waker, waker);
    return wf_task_share_join_waker(task);
    /* LAB 03.T4 } */
}

/* The join handle goes: it drops what of the task is its own to drop, and gives its reference up. */
static void let_go(struct wf_join_handle *self, bool output_taken)
{
    struct wf_task *task = self->task;
    self->task = NULL;
    /* LAB 03.T4 { wf_task_to_join_dropped() says what is the handle's to drop; then give its reference up, perhaps the last */
    uint32_t ours = wf_task_to_join_dropped(task);
    struct wf_future *frame = wf_task_frame(task);
    if ((ours & WF_JOIN_DROP_OUTPUT) && !output_taken && frame->ops->drop_out && wf_future_is_done(frame))
        frame->ops->drop_out(wf_future_out(frame));
    if (ours & WF_JOIN_DROP_WAKER)
        wf_waker_drop(&task->join_waker);
    if (wf_task_unreference(task, 1))
        wf_task_free(task);
    /* LAB 03.T4 } */
}

static enum wf_poll join_handle_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_join_handle *self = (struct wf_join_handle *)future;
    struct wf_task *task = self->task;
    /* LAB 03.T4 { complete: take a unit of the budget; how the future ended says which outcome it is; move the output, and let go. Else wait for the end */
    if (!is_complete(task) && wait_for_end(task, cx->waker))
        return WF_PENDING;
    /* Without this a task that awaits thousands of complete tasks keeps its thread for all of them. Once only: otherwise a
     * branch of a biased select, behind one that always spends the whole budget, would never be READY. */
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
    /* LAB 03.T4 } */
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
    /* LAB 03.T5 { ask for the abort, and schedule the task if the answer says so: the future is not this thread's to drop */
    if (wf_task_to_cancelled(task))
        wf_task_schedule(task, false);
    /* LAB 03.T5 } */
}

void wf_join_handle_abort(struct wf_join_handle *handle)
{
    if (handle->task)
        abort_task(handle->task);
}

/* The task that a new abort handle points to. NULL: the join handle was READY, and names no task any more. */
static struct wf_task *hold(struct wf_task *task)
{
    /* LAB 03.T5 { an abort handle needs a reference of its own, if there is a task */
    if (task)
        wf_task_reference(task);
    return task;
    /* LAB 03.T5 } */
}

struct wf_abort_handle wf_join_handle_abort_handle(const struct wf_join_handle *handle)
{
    return (struct wf_abort_handle){hold(handle->task)};
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
    /* LAB 03.T5 { give the reference up, if there is one */
    if (task && wf_task_unreference(task, 1))
        wf_task_free(task);
    /* LAB 03.T5 } */
}
