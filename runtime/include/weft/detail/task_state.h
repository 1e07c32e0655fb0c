/**
 * @file detail/task_state.h
 * @brief A task's cell, its state word, and the transitions: every change of the word has a name.
 *
 * ## The word
 *
 *     bit            set while
 *     RUNNING        a thread polls the future, or drops it
 *     COMPLETE       the future is READY or dropped; never cleared
 *     NOTIFIED       it shall be polled (again)
 *     JOIN_INTEREST  the join handle exists and has not taken the output
 *     JOIN_WAKER     the slot `join_waker` may be read by the thread that completes the task
 *     CANCELLED      an abort was asked for; never cleared
 *     the rest       counts references, in steps of WF_TASK_REFERENCE
 *
 * Any thread that knows the task may load the word; only the transitions change it, each in one write, so that a load sees
 * a whole state. Whether read-modify-writes make a transition one step, or a lock, is its own affair.
 *
 * ## What always holds
 *
 *     COMPLETE and RUNNING are never both set.
 *     NOTIFIED without RUNNING and COMPLETE: the task is in its scheduler's queue, once, and the queue holds a
 *     reference. So who takes it out of the queue may run it, and nobody else can.
 *     RUNNING: the thread that runs it holds the reference that the queue held.
 *
 * ## Who may touch what
 *
 *     the frame        the thread that runs the task; once COMPLETE, whoever takes or destroys the output: the join handle
 *                      while JOIN_INTEREST is set, else the thread that completes it
 *     join_waker       JOIN_WAKER clear: the join handle alone; without JOIN_INTEREST nobody.
 *                      JOIN_WAKER set: both may read it. The handle changes the bit only before COMPLETE, the thread that
 *                      completes the task only after.
 *     next             the scheduler's queue, while the task is in it: written by who schedules, read by who takes it out. So
 *                      who schedules has seen the end of the last run
 *     owned            the scheduler, from bind to released
 *     the rest         written before the task is bound, then only read
 *
 * Source: Tokio's task states; smol's async-task.
 */
#ifndef WEFT_DETAIL_TASK_STATE_H
#define WEFT_DETAIL_TASK_STATE_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/list.h"
#include "weft/scheduler.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

/** The bits of a task's state word. */
enum {
    WF_TASK_RUNNING = 1u << 0,       /**< a thread polls or drops the future */
    WF_TASK_COMPLETE = 1u << 1,      /**< it is over */
    WF_TASK_NOTIFIED = 1u << 2,      /**< to be polled */
    WF_TASK_JOIN_INTEREST = 1u << 3, /**< there is a join handle */
    WF_TASK_JOIN_WAKER = 1u << 4,    /**< the join waker's slot is shared */
    WF_TASK_CANCELLED = 1u << 5,     /**< to be dropped instead of polled */
    WF_TASK_REFERENCE = 1u << 6,     /**< one reference */
    WF_TASK_REFERENCES_MAX = 1u << 25, /**< so many panic: somebody clones without dropping */
};

/** Where a task comes from. Static. */
struct wf_spawn_site {
    const char *name; /**< of its async function, or as the spawner said */
    const char *at;   /**< "file:line" */
};

/** One allocation: the header, 64 bytes, then the future's frame, which holds the output in the end. */
struct wf_task {
    WF_ATOMIC(uint32_t) state;      /**< WF_TASK_RUNNING and the other bits, and the count of references */
    uint32_t id;                    /**< its number among its scheduler's tasks, which repeats after 2^32 - 1 */
    struct wf_task *next;           /**< in the scheduler's queue */
    struct wf_list owned;           /**< in the scheduler's list of its tasks */
    struct wf_scheduler *scheduler; /**< who runs it */
    struct wf_waker join_waker;     /**< wakes whoever awaits the join handle */
    const struct wf_spawn_site *site; /**< where it was spawned, or NULL: not known */
    alignas(max_align_t) unsigned char frame[]; /**< the future */
};

/* --- run --- */

/** What to do with a task that was taken out of the queue. */
enum wf_to_running {
    WF_RUN_POLL,  /**< poll it */
    WF_RUN_CANCEL /**< drop its future: an abort was asked for */
};

/** What to do after a poll that was PENDING. */
enum wf_to_idle {
    WF_IDLE_PARKED, /**< nothing: a wake will schedule it. The task is not this thread's any more: do not touch it */
    WF_IDLE_AGAIN,  /**< schedule it: it was woken during the poll, or gave way */
    WF_IDLE_CANCEL  /**< drop its future: it is still RUNNING, and an abort came during the poll */
};

/** What to do once the future is over. */
enum wf_to_complete {
    WF_COMPLETE_QUIET,    /**< nothing: the join handle will come and look */
    WF_COMPLETE_WAKE,     /**< wake the join waker, then wf_task_end_join_waker() */
    WF_COMPLETE_UNCLAIMED /**< destroy the output: there is no join handle */
};

/**
 * @brief NOTIFIED becomes RUNNING: the caller took the task out of the queue, with the queue's reference.
 *
 * @clause{03.1,6,"to_running clears NOTIFIED and sets RUNNING and tells whether an abort was asked for; a wake after it counts for the poll after this one. On a task that is not notified, or is running or complete, it panics."}
 */
WF_MUST_USE enum wf_to_running wf_task_to_running(struct wf_task *task);

/**
 * @brief RUNNING ends after a PENDING poll, unless an abort came.
 * @param yielded  the task gave way in that poll: as good as a wake, without the cost of one.
 *
 * @clause{03.2,7,"to_idle: cancelled: RUNNING stays set and the caller is told; notified, or yielded: RUNNING is cleared, NOTIFIED is set and the caller, who keeps the queue's reference, is told to schedule; else RUNNING is cleared and the queue's reference given up."}
 */
WF_MUST_USE enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded);

/**
 * @brief RUNNING becomes COMPLETE.
 *
 * @clause{03.3,5,"to_complete replaces RUNNING by COMPLETE in one step, whatever else changes meanwhile, and tells whether the output is unclaimed, or the join waker is to be woken, or neither."}
 */
WF_MUST_USE enum wf_to_complete wf_task_to_complete(struct wf_task *task);

/* --- wake --- */

/** What a wake leaves to do. */
enum wf_to_notified {
    WF_NOTIFIED_NOTHING, /**< nothing */
    WF_NOTIFIED_SUBMIT,  /**< schedule it, with the queue's reference, which was made or handed over */
    WF_NOTIFIED_FREE     /**< free it: the last reference was given up */
};

/** @brief One more reference, by who holds one. Panics at WF_TASK_REFERENCES_MAX. Clauses: 03.6 */
void wf_task_reference(struct wf_task *task);

/** @brief Give `count` references up. @return true: they were the last, free the task. Clauses: 03.6 */
WF_MUST_USE bool wf_task_unreference(struct wf_task *task, uint32_t count);

/**
 * @brief Wake; the caller's reference stays.
 * @return true: schedule it; a reference for the queue was made.
 *
 * @clause{03.4,7,"A wake of an idle task sets NOTIFIED, makes the queue's reference and says to schedule; one of a running task sets NOTIFIED only; one of a notified or complete task changes nothing. So however many wakes come, the task is queued once and polled once."}
 */
WF_MUST_USE bool wf_task_to_notified_by_reference(struct wf_task *task);

/**
 * @brief Wake, and give the caller's reference up: to the queue, or for good.
 *
 * @clause{03.5,6,"A wake by value does the same with the waker's own reference: an idle task's becomes the queue's, any other is given up; where it was the last one of a complete task, the caller is told to free."}
 */
WF_MUST_USE enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task);

/* --- join --- */

/** What the join handle leaves behind: two questions, as bits. */
enum {
    WF_JOIN_DROP_OUTPUT = 1, /**< the task is complete: the output is the handle's to destroy, if it has not taken it */
    WF_JOIN_DROP_WAKER = 2   /**< the slot is the handle's: drop the waker in it */
};

/** @brief The handle shares the slot, which it has filled. @return false: COMPLETE came first, the slot stays its own. Clauses: 03.9 */
WF_MUST_USE bool wf_task_share_join_waker(struct wf_task *task);

/** @brief The handle takes the slot back. @return false: COMPLETE came first, the slot stays shared. Clauses: 03.9 */
WF_MUST_USE bool wf_task_unshare_join_waker(struct wf_task *task);

/** @brief The completing thread has woken the join waker. @return true: the handle is gone; drop the waker. Clauses: 03.10 */
WF_MUST_USE bool wf_task_end_join_waker(struct wf_task *task);

/** @brief The handle goes away, or has what it wanted. @return bits WF_JOIN_DROP_*. Clauses: 03.10 03.11 */
WF_MUST_USE uint32_t wf_task_to_join_dropped(struct wf_task *task);

/* --- abort --- */

/** @brief Ask for an abort; the caller's reference stays. @return true: schedule it; a reference for the queue was made. Clauses: 03.12 */
WF_MUST_USE bool wf_task_to_cancelled(struct wf_task *task);

WF_END_DECLS

#endif
