/**
 * @file state.c
 * @brief The transitions of a task's state word under a lock: one of 64, which the task's address chooses.
 *
 * Not in the task: a lock in there would be freed with it, by the very thread that holds it. join_handle.c looks at the
 * word without the lock, so each transition writes it once.
 */
#include "weft/detail/task_state.h"

#include <pthread.h>

#include "weft/panic.h"
#include "weft/task.h"

static pthread_mutex_t locks[64] = {[0 ... 63] = PTHREAD_MUTEX_INITIALIZER};

static uint32_t enter(struct wf_task *task)
{
    pthread_mutex_lock(&locks[(uintptr_t)task / 64 % 64]);
    return wf_load_relaxed(&task->state);
}

static void leave(struct wf_task *task, uint32_t state)
{
    pthread_mutex_t *lock = &locks[(uintptr_t)task / 64 % 64];
    /* release: publishes the output to is_complete() in join_handle.c, which has no lock */
    wf_store_release(&task->state, state);
    pthread_mutex_unlock(lock);
}

enum wf_to_running wf_task_to_running(struct wf_task *task)
{
    uint32_t state = enter(task);
    if ((state & (WF_TASK_NOTIFIED | WF_TASK_RUNNING | WF_TASK_COMPLETE)) != WF_TASK_NOTIFIED)
        wf_panic("03.1", "task %s is not queued", wf_task_name(task));
    leave(task, (state & ~(uint32_t)WF_TASK_NOTIFIED) | WF_TASK_RUNNING);
    return state & WF_TASK_CANCELLED ? WF_RUN_CANCEL : WF_RUN_POLL;
}

enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded)
{
    uint32_t state = enter(task);
    if (state & WF_TASK_CANCELLED) {
        leave(task, state);
        return WF_IDLE_CANCEL;
    }
    bool again = yielded || (state & WF_TASK_NOTIFIED);
    uint32_t idle = state & ~(uint32_t)WF_TASK_RUNNING;
    leave(task, again ? idle | WF_TASK_NOTIFIED : idle - WF_TASK_REFERENCE);
    return again ? WF_IDLE_AGAIN : WF_IDLE_PARKED;
}

enum wf_to_complete wf_task_to_complete(struct wf_task *task)
{
    uint32_t state = enter(task);
    leave(task, (state & ~(uint32_t)WF_TASK_RUNNING) | WF_TASK_COMPLETE);
    return !(state & WF_TASK_JOIN_INTEREST) ? WF_COMPLETE_UNCLAIMED
           : state & WF_TASK_JOIN_WAKER     ? WF_COMPLETE_WAKE
                                            : WF_COMPLETE_QUIET;
}

void wf_task_reference(struct wf_task *task)
{
    uint32_t state = enter(task);
    if (state / WF_TASK_REFERENCE >= WF_TASK_REFERENCES_MAX)
        wf_panic("03.20", "task %s has too many references", wf_task_name(task));
    leave(task, state + WF_TASK_REFERENCE);
}

bool wf_task_unreference(struct wf_task *task, uint32_t count)
{
    uint32_t state = enter(task);
    leave(task, state - count * WF_TASK_REFERENCE);
    return state / WF_TASK_REFERENCE == count;
}

static bool is_idle(uint32_t state)
{
    return !(state & (WF_TASK_RUNNING | WF_TASK_COMPLETE | WF_TASK_NOTIFIED));
}

bool wf_task_to_notified_by_reference(struct wf_task *task)
{
    uint32_t state = enter(task);
    bool submit = is_idle(state);
    leave(task,
          state & WF_TASK_COMPLETE ? state : (state | WF_TASK_NOTIFIED) + (submit ? WF_TASK_REFERENCE : 0));
    return submit;
}

enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task)
{
    uint32_t state = enter(task);
    bool submit = is_idle(state);
    leave(task,
          (state & WF_TASK_COMPLETE ? state : state | WF_TASK_NOTIFIED) - (submit ? 0 : WF_TASK_REFERENCE));
    return submit                           ? WF_NOTIFIED_SUBMIT
           : state / WF_TASK_REFERENCE == 1 ? WF_NOTIFIED_FREE
                                            : WF_NOTIFIED_NOTHING;
}

bool wf_task_share_join_waker(struct wf_task *task)
{
    uint32_t state = enter(task);
    bool complete = state & WF_TASK_COMPLETE;
    leave(task, complete ? state : state | WF_TASK_JOIN_WAKER);
    return !complete;
}

bool wf_task_unshare_join_waker(struct wf_task *task)
{
    uint32_t state = enter(task);
    bool complete = state & WF_TASK_COMPLETE;
    leave(task, complete ? state : state & ~(uint32_t)WF_TASK_JOIN_WAKER);
    return !complete;
}

bool wf_task_end_join_waker(struct wf_task *task)
{
    uint32_t state = enter(task);
    leave(task, state & ~(uint32_t)WF_TASK_JOIN_WAKER);
    return !(state & WF_TASK_JOIN_INTEREST);
}

uint32_t wf_task_to_join_dropped(struct wf_task *task)
{
    uint32_t state = enter(task);
    bool complete = state & WF_TASK_COMPLETE;
    uint32_t dropped = state & ~(uint32_t)(WF_TASK_JOIN_INTEREST | (complete ? 0 : WF_TASK_JOIN_WAKER));
    leave(task, dropped);
    return (complete ? WF_JOIN_DROP_OUTPUT : 0) | (dropped & WF_TASK_JOIN_WAKER ? 0 : WF_JOIN_DROP_WAKER);
}

bool wf_task_to_cancelled(struct wf_task *task)
{
    uint32_t state = enter(task);
    bool submit = is_idle(state) && !(state & WF_TASK_CANCELLED);
    if (!(state & WF_TASK_COMPLETE))
        state |= WF_TASK_CANCELLED;
    leave(task, submit ? (state | WF_TASK_NOTIFIED) + WF_TASK_REFERENCE : state);
    return submit;
}
