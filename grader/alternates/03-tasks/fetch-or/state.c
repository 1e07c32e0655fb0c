#include "weft/detail/task_state.h"

#include "weft/panic.h"
#include "weft/task.h"

enum { ONE = WF_TASK_REFERENCE, BUSY = WF_TASK_RUNNING | WF_TASK_COMPLETE | WF_TASK_NOTIFIED };

static bool exchange(struct wf_task *task, uint32_t *expected, uint32_t desired)
{
    return atomic_compare_exchange_weak_explicit(&task->state, expected, desired, memory_order_acq_rel,
                                                 memory_order_acquire);
}

/* --- run --- */

enum wf_to_running wf_task_to_running(struct wf_task *task)
{
    uint32_t state = wf_load_acquire(&task->state);
    do {
        if ((state & BUSY) != WF_TASK_NOTIFIED)
            wf_panic("03.1", "wf_task_to_running: %s has the state 0x%x", wf_task_name(task), state);
    } while (!exchange(task, &state, state - WF_TASK_NOTIFIED + WF_TASK_RUNNING));
    return state & WF_TASK_CANCELLED ? WF_RUN_CANCEL : WF_RUN_POLL;
}

enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded)
{
    uint32_t state = wf_load_acquire(&task->state);
    for (;;) {
        if (state & WF_TASK_CANCELLED)
            return WF_IDLE_CANCEL;
        if (state & WF_TASK_NOTIFIED) { /* stays so: only this thread could clear it */
            if (!exchange(task, &state, state - WF_TASK_RUNNING))
                continue;
            return WF_IDLE_AGAIN;
        }
        if (!exchange(task, &state, state - WF_TASK_RUNNING + (yielded ? WF_TASK_NOTIFIED : -ONE)))
            continue;
        return yielded ? WF_IDLE_AGAIN : WF_IDLE_PARKED;
    }
}

enum wf_to_complete wf_task_to_complete(struct wf_task *task)
{
    /* RUNNING is set and COMPLETE is not, so this clears the one and sets the other */
    uint32_t before =
        atomic_fetch_add_explicit(&task->state, WF_TASK_COMPLETE - WF_TASK_RUNNING, memory_order_acq_rel);
    switch (before & (WF_TASK_JOIN_INTEREST | WF_TASK_JOIN_WAKER)) {
    case WF_TASK_JOIN_INTEREST | WF_TASK_JOIN_WAKER:
        return WF_COMPLETE_WAKE;
    case WF_TASK_JOIN_INTEREST:
        return WF_COMPLETE_QUIET;
    default:
        return WF_COMPLETE_UNCLAIMED;
    }
}

/* --- references --- */

void wf_task_reference(struct wf_task *task)
{
    uint32_t state = wf_load_relaxed(&task->state);
    do {
        if (state / ONE >= WF_TASK_REFERENCES_MAX)
            wf_panic("03.20", "%s: too many references", wf_task_name(task));
    } while (!exchange(task, &state, state + ONE));
}

bool wf_task_unreference(struct wf_task *task, uint32_t count)
{
    if (wf_fetch_sub_release(&task->state, count * ONE) / ONE != count)
        return false;
    (void)wf_load_acquire(&task->state); /* the last one sees what all others did */
    return true;
}

/* --- wake --- */

/* A reference is made first. True: the queue has it now; false: it is the caller's still. */
static bool notify(struct wf_task *task)
{
    uint32_t state = wf_load_acquire(&task->state);
    while (!(state & WF_TASK_COMPLETE))
        if (exchange(task, &state, state | WF_TASK_NOTIFIED))
            return !(state & BUSY);
    return false;
}

bool wf_task_to_notified_by_reference(struct wf_task *task)
{
    atomic_fetch_add_explicit(&task->state, (uint32_t)ONE, memory_order_relaxed);
    if (notify(task))
        return true;
    wf_fetch_sub_acq_rel(&task->state, (uint32_t)ONE); /* not the last: the caller has one */
    return false;
}

enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task)
{
    if (notify(task))
        return WF_NOTIFIED_SUBMIT;
    /* no reference of the queue's may be given up beside ours before this: so it may be the last in any case */
    return wf_task_unreference(task, 1) ? WF_NOTIFIED_FREE : WF_NOTIFIED_NOTHING;
}

/* --- join --- */

bool wf_task_share_join_waker(struct wf_task *task)
{
    uint32_t state = wf_load_acquire(&task->state);
    while (!(state & WF_TASK_COMPLETE))
        if (exchange(task, &state, state | WF_TASK_JOIN_WAKER))
            return true;
    return false;
}

bool wf_task_unshare_join_waker(struct wf_task *task)
{
    uint32_t state = wf_load_acquire(&task->state);
    while (!(state & WF_TASK_COMPLETE))
        if (exchange(task, &state, state & ~(uint32_t)WF_TASK_JOIN_WAKER))
            return true;
    return false;
}

bool wf_task_end_join_waker(struct wf_task *task)
{
    return !(wf_fetch_and_acq_rel(&task->state, ~(uint32_t)WF_TASK_JOIN_WAKER) & WF_TASK_JOIN_INTEREST);
}

uint32_t wf_task_to_join_dropped(struct wf_task *task)
{
    uint32_t state = wf_load_acquire(&task->state);
    while (!(state & WF_TASK_COMPLETE))
        if (exchange(task, &state, state & ~(uint32_t)(WF_TASK_JOIN_INTEREST | WF_TASK_JOIN_WAKER)))
            return WF_JOIN_DROP_WAKER;
    /* COMPLETE stays, so one step does */
    state = wf_fetch_and_acq_rel(&task->state, ~(uint32_t)WF_TASK_JOIN_INTEREST);
    return WF_JOIN_DROP_OUTPUT | (state & WF_TASK_JOIN_WAKER ? 0 : WF_JOIN_DROP_WAKER);
}

/* --- abort --- */

bool wf_task_to_cancelled(struct wf_task *task)
{
    /* two steps: once it is noted, a task that is woken by anybody is dropped; and a second abort leaves it to the first */
    if (atomic_fetch_or_explicit(&task->state, WF_TASK_CANCELLED, memory_order_acq_rel) & WF_TASK_CANCELLED)
        return false;
    return wf_task_to_notified_by_reference(task);
}
