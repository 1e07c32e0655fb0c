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
    /* LAB 03.T1 { NOTIFIED becomes RUNNING in one step. A task from the queue is notified, and neither running nor complete: panic with 03.1 otherwise */
    /* acquire: pairs with the release of every wake and abort, and of the to_idle before. Relaxed would let this poll miss
     * what a thread wrote before it woke the task, or what the last poll left in the frame. */
    uint32_t before = wf_fetch_xor_acquire(&task->state, WF_TASK_NOTIFIED | WF_TASK_RUNNING);
    if ((before & (WF_TASK_NOTIFIED | WF_TASK_RUNNING | WF_TASK_COMPLETE)) != WF_TASK_NOTIFIED)
        wf_panic("03.1", "task %s is run, and is not in a queue: its state is 0x%x", wf_task_name(task),
                 before);
    return before & WF_TASK_CANCELLED ? WF_RUN_CANCEL : WF_RUN_POLL;
    /* LAB 03.T1 } */
}

enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded)
{
    /* LAB 03.T1 { three ways out of a PENDING poll: cancelled meanwhile, to be polled again, or neither. Where does the queue's reference go in each? */
    uint32_t state = wf_load_relaxed(&task->state);
    for (;;) {
        if (state & WF_TASK_CANCELLED) {
            /* acquire: pairs with to_cancelled; the clean-up sees what was written before the abort. Still RUNNING:
             * no other thread may touch the frame that the caller now drops. */
            (void)wf_load_acquire(&task->state);
            return WF_IDLE_CANCEL;
        }
        bool again = yielded || (state & WF_TASK_NOTIFIED);
        uint32_t idle = state & ~(uint32_t)WF_TASK_RUNNING;
        idle = again ? idle | WF_TASK_NOTIFIED : idle - WF_TASK_REFERENCE;
        /* release: publishes the frame to the thread that polls next, and that the task's link was read to the thread that
         * schedules it next. Relaxed would let the one see an older frame, and the other write the link too early. */
        if (wf_compare_exchange_release(&task->state, &state, idle))
            return again ? WF_IDLE_AGAIN : WF_IDLE_PARKED;
    }
    /* LAB 03.T1 } */
}

enum wf_to_complete wf_task_to_complete(struct wf_task *task)
{
    /* LAB 03.T1 { RUNNING becomes COMPLETE in one step; what the word said before is the answer */
    /* release: publishes the output to the join handle. acquire: the join waker that the handle shared is seen. */
    uint32_t before = wf_fetch_xor_acq_rel(&task->state, WF_TASK_RUNNING | WF_TASK_COMPLETE);
    if (!(before & WF_TASK_JOIN_INTEREST))
        return WF_COMPLETE_UNCLAIMED;
    return before & WF_TASK_JOIN_WAKER ? WF_COMPLETE_WAKE : WF_COMPLETE_QUIET;
    /* LAB 03.T1 } */
}

/* --- references --- */

void wf_task_reference(struct wf_task *task)
{
    /* LAB 03.T2 { one more; panic with 03.20 if there were WF_TASK_REFERENCES_MAX: the count must never run out of the word */
    /* relaxed: the reference that the caller holds keeps the task alive; nothing is published by counting up */
    uint32_t before = wf_fetch_add_relaxed(&task->state, (uint32_t)WF_TASK_REFERENCE);
    if (WF_UNLIKELY(before / WF_TASK_REFERENCE >= WF_TASK_REFERENCES_MAX))
        wf_panic("03.20", "task %s has %u references: a waker is cloned and never dropped",
                 wf_task_name(task), before / WF_TASK_REFERENCE);
    /* LAB 03.T2 } */
}

bool wf_task_unreference(struct wf_task *task, uint32_t count)
{
    /* LAB 03.T2 { count down; were they the last? The thread that frees must have seen all that the others did */
    /* A thread that holds all references there are is the only one that can make another: so a load will do, which is
     * cheaper. acquire: as below. */
    if (wf_load_acquire(&task->state) / WF_TASK_REFERENCE == count)
        return true;
    /* acq_rel: release, so that what this thread did with the task is over before another thread frees it; acquire, so
     * that the thread that frees it sees that. */
    uint32_t before = wf_fetch_sub_acq_rel(&task->state, count * WF_TASK_REFERENCE);
    return before / WF_TASK_REFERENCE == count;
    /* LAB 03.T2 } */
}

/* --- wake --- */

/* Neither queued, nor being polled (then the polling thread queues it), nor over. */
static bool is_idle(uint32_t state)
{
    return !(state & (WF_TASK_RUNNING | WF_TASK_COMPLETE | WF_TASK_NOTIFIED));
}

bool wf_task_to_notified_by_reference(struct wf_task *task)
{
    /* LAB 03.T2 { complete: nothing. Else NOTIFIED; and if it was idle, a reference for the queue */
    uint32_t state = wf_load_relaxed(&task->state);
    while (!(state & WF_TASK_COMPLETE)) {
        bool submit = is_idle(state);
        uint32_t notified = (state | WF_TASK_NOTIFIED) + (submit ? WF_TASK_REFERENCE : 0);
        /* release: publishes what this thread wrote to the poll that follows. So the word is written also when no bit
         * changes: without the write that poll need not see it.
         * acquire: the thread that schedules writes `next`, which the thread of the last run has read. */
        if (wf_compare_exchange_acq_rel(&task->state, &state, notified))
            return submit;
    }
    return false;
    /* LAB 03.T2 } */
}

enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task)
{
    /* LAB 03.T2 { as above, with the caller's own reference: where does it go in each case? */
    uint32_t state = wf_load_relaxed(&task->state);
    while (!(state & WF_TASK_COMPLETE)) {
        bool submit = is_idle(state);
        /* It cannot be the last: a queued or running task has the reference of the queue. */
        uint32_t notified = (state | WF_TASK_NOTIFIED) - (submit ? 0 : WF_TASK_REFERENCE);
        if (wf_compare_exchange_acq_rel(&task->state, &state, notified)) /* as above */
            return submit ? WF_NOTIFIED_SUBMIT : WF_NOTIFIED_NOTHING;
    }
    return wf_task_unreference(task, 1) ? WF_NOTIFIED_FREE : WF_NOTIFIED_NOTHING;
    /* LAB 03.T2 } */
}

/* --- join: see join_handle.c for the protocol --- */

bool wf_task_share_join_waker(struct wf_task *task)
{
    /* LAB 03.T3 { set JOIN_WAKER unless the task is complete; the thread that completes it must see the waker in the slot */
    uint32_t state = wf_load_relaxed(&task->state);
    do {
        if (state & WF_TASK_COMPLETE) {
            /* acquire: pairs with to_complete. The caller takes the output next. */
            (void)wf_load_acquire(&task->state);
            return false;
        }
        /* release: publishes the waker in the slot to to_complete. */
    } while (!wf_compare_exchange_release(&task->state, &state, state | WF_TASK_JOIN_WAKER));
    return true;
    /* LAB 03.T3 } */
}

bool wf_task_unshare_join_waker(struct wf_task *task)
{
    /* LAB 03.T3 { clear JOIN_WAKER unless the task is complete */
    uint32_t state = wf_load_relaxed(&task->state);
    do {
        if (state & WF_TASK_COMPLETE) {
            (void)wf_load_acquire(&task->state); /* as above */
            return false;
        }
    } while (!wf_compare_exchange_release(&task->state, &state, state & ~(uint32_t)WF_TASK_JOIN_WAKER));
    return true;
    /* LAB 03.T3 } */
}

bool wf_task_end_join_waker(struct wf_task *task)
{
    /* LAB 03.T3 { clear JOIN_WAKER: the slot goes back to the join handle. Is there still one? */
    /* release: pairs with the join handle's look at JOIN_WAKER and with to_join_dropped. This thread has read the slot and
     * woken the waker; only then may the join handle write the slot, or drop the waker.
     * acquire: pairs with to_join_dropped. Where this thread drops the waker, the join handle has finished with the slot. */
    uint32_t before = wf_fetch_and_acq_rel(&task->state, ~(uint32_t)WF_TASK_JOIN_WAKER);
    return !(before & WF_TASK_JOIN_INTEREST);
    /* LAB 03.T3 } */
}

uint32_t wf_task_to_join_dropped(struct wf_task *task)
{
    /* LAB 03.T3 { clear JOIN_INTEREST, and JOIN_WAKER if the task is not complete. The answer: what is the join handle's to drop now? */
    uint32_t state = wf_load_acquire(&task->state);
    if ((state & WF_TASK_COMPLETE) && state / WF_TASK_REFERENCE == 1)
        return WF_JOIN_DROP_OUTPUT | WF_JOIN_DROP_WAKER; /* the last reference: no other thread looks again */
    for (;;) {
        bool complete = state & WF_TASK_COMPLETE;
        uint32_t dropped = state & ~(uint32_t)(WF_TASK_JOIN_INTEREST | (complete ? 0 : WF_TASK_JOIN_WAKER));
        /* release: pairs with end_join_waker. A waker that stays in the slot is dropped by the thread that completes the
         * task, after this thread has read it. acquire: pairs with to_complete and end_join_waker: the output, the slot. */
        if (wf_compare_exchange_acq_rel(&task->state, &state, dropped))
            return (complete ? WF_JOIN_DROP_OUTPUT : 0) |
                   (dropped & WF_TASK_JOIN_WAKER ? 0 : WF_JOIN_DROP_WAKER);
    }
    /* LAB 03.T3 } */
}

/* --- abort --- */

bool wf_task_to_cancelled(struct wf_task *task)
{
    /* LAB 03.T5 { complete or cancelled already: nothing. Else CANCELLED, and an idle task must run once more, to be dropped */
    uint32_t state = wf_load_relaxed(&task->state);
    while (!(state & (WF_TASK_COMPLETE | WF_TASK_CANCELLED))) {
        bool submit = is_idle(state);
        uint32_t cancelled = state | WF_TASK_CANCELLED;
        if (submit)
            cancelled = (cancelled | WF_TASK_NOTIFIED) + WF_TASK_REFERENCE;
        /* release: publishes what this thread wrote to the clean-up. acquire: as in a wake. */
        if (wf_compare_exchange_acq_rel(&task->state, &state, cancelled))
            return submit;
    }
    return false;
    /* LAB 03.T5 } */
}
