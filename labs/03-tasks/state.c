/**
 * @file state.c
 * @brief The transitions of a task's state word: all there is to a task's safety across threads.
 *
 * The word and its invariants are described in detail/task_state.h, and there is the table of who releases what to whom.
 * Each transition is one atomic step. It either knows what it changes, and does so with one read-modify-write; or it decides
 * by what it finds, and tries again when another thread was faster. Since every change is a read-modify-write, what one of
 * them releases is acquired by any later one that acquires, whatever lies between: a plain store anywhere would break that.
 *
 * A race that is safely handled: a wake comes while the polling thread leaves. Either the wake finds RUNNING and sets
 * NOTIFIED, and to_idle finds that and schedules; or to_idle was first, and the wake finds an idle task and schedules.
 * Never both, never neither.
 */
#include "weft/detail/task_state.h"

#include "weft/panic.h"
#include "weft/task.h"

/* --- run --- */

enum wf_to_running wf_task_to_running(struct wf_task *task)
{
    /* 03.T1: NOTIFIED becomes RUNNING in one step. A task from the queue is notified, and neither
     * running nor complete: panic with 03.1 otherwise */
    LAB_TODO("03.T1");
}

enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded)
{
    /* 03.T1: three ways out of a PENDING poll: cancelled meanwhile, to be polled again, or neither.
     * Where does the queue's reference go in each? */
    LAB_TODO("03.T1");
}

enum wf_to_complete wf_task_to_complete(struct wf_task *task)
{
    /* 03.T1: RUNNING becomes COMPLETE in one step; what the word said before is the answer */
    LAB_TODO("03.T1");
}

/* --- references --- */

void wf_task_reference(struct wf_task *task)
{
    /* 03.T2: one more; panic with 03.20 if there were WF_TASK_REFERENCES_MAX: the count must never
     * run out of the word */
    LAB_TODO("03.T2");
}

bool wf_task_unreference(struct wf_task *task, uint32_t count)
{
    /* 03.T2: count down; were they the last? The thread that frees must have seen all that the
     * others did */
    LAB_TODO("03.T2");
}

/* --- wake --- */

/* Neither queued, nor being polled (then the polling thread queues it), nor over. */
static bool is_idle(uint32_t state)
{
    return !(state & (WF_TASK_RUNNING | WF_TASK_COMPLETE | WF_TASK_NOTIFIED));
}

bool wf_task_to_notified_by_reference(struct wf_task *task)
{
    /* 03.T2: complete: nothing. Else NOTIFIED; and if it was idle, a reference for the queue */
    LAB_TODO("03.T2");
}

enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task)
{
    /* 03.T2: as above, with the caller's own reference: where does it go in each case? */
    LAB_TODO("03.T2");
}

/* --- join: see join_handle.c for the protocol --- */

bool wf_task_share_join_waker(struct wf_task *task)
{
    /* 03.T3: set JOIN_WAKER unless the task is complete; the thread that completes it must see the
     * waker in the slot */
    LAB_TODO("03.T3");
}

bool wf_task_unshare_join_waker(struct wf_task *task)
{
    /* 03.T3: clear JOIN_WAKER unless the task is complete */
    LAB_TODO("03.T3");
}

bool wf_task_end_join_waker(struct wf_task *task)
{
    /* 03.T3: clear JOIN_WAKER: the slot goes back to the join handle. Is there still one? */
    LAB_TODO("03.T3");
}

uint32_t wf_task_to_join_dropped(struct wf_task *task)
{
    /* 03.T3: clear JOIN_INTEREST, and JOIN_WAKER if the task is not complete. The answer: what is
     * the join handle's to drop now? */
    LAB_TODO("03.T3");
}

/* --- abort --- */

bool wf_task_to_cancelled(struct wf_task *task)
{
    /* 03.T5: complete or cancelled already: nothing. Else CANCELLED, and an idle task must run once
     * more, to be dropped */
    LAB_TODO("03.T5");
}
