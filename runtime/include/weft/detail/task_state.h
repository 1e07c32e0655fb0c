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
 * Any thread that knows the task may load the word. Only the transitions change it: to_running, to_idle and to_complete each in
 * one write, so that a load sees a whole state. Read-modify-writes make a transition one step; so may a lock. Open to the others
 * is more than one write, such as a reference that is made first and given back where it is not needed.
 *
 * ## What always holds
 *
 *     COMPLETE and RUNNING are never both set.
 *     NOTIFIED, and neither RUNNING nor COMPLETE: the task is in its scheduler's queue, once, and the queue holds a
 *     reference. So the thread that takes it out of the queue may run it, and no other thread can.
 *     RUNNING: the thread that runs it holds the reference that the queue held.
 *     The scheduler, as the task's owner, holds a reference until COMPLETE: before that no reference is the last.
 *
 * ## Who may touch what
 *
 *     the frame        the thread that runs the task. Once COMPLETE, the output in it: the join handle while JOIN_INTEREST is
 *                      set, else the thread that completes the task
 *     join_waker       JOIN_WAKER clear: the join handle alone. JOIN_WAKER set: the join handle and the thread that completes
 *                      the task, which only read it. The join handle changes the bit only before COMPLETE, the thread
 *                      that completes the task only after it
 *     next             the scheduler's queue, while the task is in it. The thread that schedules the task writes it, the
 *                      thread that takes the task out reads it
 *     owned            the scheduler, from bind to released
 *     the rest         written before the task is bound, then only read
 *
 * ## Which order is for whom
 *
 * Memory passes from one thread to another only where one step releases and another acquires. These are all such pairs:
 *
 * | what                          | left by                        | for                          | released in              | acquired in |
 * | ----------------------------- | ------------------------------ | ---------------------------- | ------------------------ | ----------- |
 * | what was written before a wake | the thread that wakes         | the next poll                | a wake, of either kind   | to_running |
 * | the frame                     | the last poll                  | the next poll, or the drop   | to_idle                  | to_running |
 * | what was written before an abort | the thread that aborts      | the clean-up                 | to_cancelled             | to_running; a to_idle that finds CANCELLED |
 * | the link `next`               | the thread that took the task out of the queue, and read it | the thread that schedules it next, and writes it | to_idle | a wake, or to_cancelled, that says to schedule |
 * | the output, and what `released` did | the thread that completes the task | the join handle    | to_complete              | the join handle's look for COMPLETE; share or unshare that finds COMPLETE; to_join_dropped |
 * | the waker in the slot         | the join handle                | the thread that completes the task | share              | to_complete |
 * | the slot, handed back: it was read, its waker woken | the thread that completes the task | the join handle, which writes it or drops its waker | end_join_waker | the join handle's look for JOIN_WAKER; to_join_dropped |
 * | the slot, left behind: it was read | the join handle that goes | the thread that completes the task, which drops the waker | to_join_dropped | end_join_waker |
 * | each thread's last use of the task | every thread that gives a reference up | the thread that frees the task | unreference, a wake by value, to_idle | the unreference, or wake by value, that finds the last one |
 *
 * In C11 such a pair holds although other threads change the word in between, as long as each change is a read-modify-write.
 * What stands in no row may be relaxed: counting up, and the load with which a loop of compare-and-exchange begins. But where
 * what was loaded ends the function without a write (COMPLETE in share and unshare, CANCELLED in to_idle), it acquires.
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
    /** A task that has so many references gets no more: wf_task_reference() panics. */
    WF_TASK_REFERENCES_MAX = 1u << 25,
};

/** Where a task comes from. Static. */
struct wf_spawn_site {
    const char *name; /**< of its async function, or as the spawner said */
    const char *at;   /**< "file:line" */
    bool detached;    /**< its tasks have no join handle, and no slot for a waker of one */
};

/**
 * One allocation: the header, 64 bytes, then the future's frame, which holds the output in the end.
 *
 * The slot is first, because a task that is detached from the begin has none: its memory begins behind the slot, 16 bytes later
 * (wf_task_new_at()), and nobody looks at a slot without a join handle. Then, side by side, what a wake from another
 * thread touches, then what only the scheduler's own threads do.
 */
struct wf_task {
    struct wf_waker join_waker;                 /**< the slot: wakes the task that awaits the join handle */
    const struct wf_spawn_site *site;           /**< where it was spawned, or NULL: not known */
    struct wf_scheduler *scheduler;             /**< that runs it */
    WF_ATOMIC(uint32_t) state;                  /**< WF_TASK_*: bits, and the count of references */
    uint32_t id;                                /**< its number at its scheduler; see G.31 */
    struct wf_task *next;                       /**< in the scheduler's queue */
    struct wf_list owned;                       /**< in the scheduler's list of its tasks */
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
    WF_IDLE_PARKED, /**< nothing: a wake will schedule it. Do not touch it: another thread may have freed it */
    WF_IDLE_AGAIN,  /**< schedule it: it was woken during the poll, or gave way */
    WF_IDLE_CANCEL  /**< drop its future: it is still RUNNING, and an abort came during the poll */
};

/** What to do once the future is over. */
enum wf_to_complete {
    WF_COMPLETE_QUIET,    /**< nothing: the join handle has left no waker, and will look */
    WF_COMPLETE_WAKE,     /**< wake the join waker, then wf_task_end_join_waker() */
    WF_COMPLETE_UNCLAIMED /**< destroy the output: there is no join handle */
};

/**
 * @brief NOTIFIED becomes RUNNING: the caller took the task out of the queue, with the queue's reference.
 *
 * NOTIFIED is clear when the poll begins, so a wake from then on asks for one more poll.
 *
 * @clause{03.1,5,"to_running replaces NOTIFIED by RUNNING and tells whether an abort was asked for. On a task that is not notified, or is running or complete, it panics."}
 */
WF_MUST_USE enum wf_to_running wf_task_to_running(struct wf_task *task);

/**
 * @brief RUNNING ends after a PENDING poll, unless an abort came.
 * @param yielded  the task gave way in that poll: as good as a wake, without the cost of one.
 *
 * @clause{03.2,4,"to_idle of a notified or yielded task leaves NOTIFIED without RUNNING, and the caller keeps the queue's reference and schedules. Else it clears RUNNING and gives that reference up."}
 * @clause{03.18,2,"to_idle of a cancelled task, notified or not, leaves RUNNING set and tells the caller to drop the future."}
 */
WF_MUST_USE enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded);

/**
 * @brief RUNNING becomes COMPLETE.
 *
 * @clause{03.3,4,"to_complete replaces RUNNING by COMPLETE, and tells whether the output is unclaimed, or the join waker is to be woken, or neither."}
 * @clause{03.29,3,"to_running, to_idle and to_complete each are one atomic step: no change that another thread makes meanwhile is lost, or seen half made."}
 */
WF_MUST_USE enum wf_to_complete wf_task_to_complete(struct wf_task *task);

/* --- wake --- */

/** What a wake leaves to do. */
enum wf_to_notified {
    WF_NOTIFIED_NOTHING, /**< nothing */
    WF_NOTIFIED_SUBMIT,  /**< schedule it, with the queue's reference, which was made or handed over */
    WF_NOTIFIED_FREE     /**< free it: the last reference was given up */
};

/**
 * @brief One more reference. The caller holds one already.
 *
 * Clauses: 03.6
 *
 * @clause{03.20,1,"wf_task_reference panics on a task that has WF_TASK_REFERENCES_MAX references, so that the count never runs out of the word."}
 */
void wf_task_reference(struct wf_task *task);

/** @brief Give `count` references up. @return true: they were the last, the caller frees the task. Clauses: 03.6 */
WF_MUST_USE bool wf_task_unreference(struct wf_task *task, uint32_t count);

/**
 * @brief Wake; the caller's reference stays.
 * @return true: schedule it; a reference for the queue was made.
 *
 * @clause{03.4,4,"A wake by reference of an idle task sets NOTIFIED, makes the queue's reference and says to schedule; of a running task it sets NOTIFIED only; else it changes nothing."}
 * @clause{03.19,4,"However many wakes come before a poll begins, the task is queued once and polled once for them."}
 */
WF_MUST_USE bool wf_task_to_notified_by_reference(struct wf_task *task);

/**
 * @brief Wake, and give the caller's reference up: to the queue, or for good.
 *
 * @clause{03.5,6,"A wake by value does what a wake by reference does. The waker's reference becomes the queue's if the task was idle, else it is given up; the last frees."}
 */
WF_MUST_USE enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task);

/* --- join --- */

/** What a join handle that goes has to drop: two answers, as bits. */
enum {
    WF_JOIN_DROP_OUTPUT = 1, /**< the task is complete: destroy the output, unless the handle has taken it */
    WF_JOIN_DROP_WAKER = 2   /**< the slot is the handle's: drop the waker in it */
};

/**
 * @brief The join handle, which has filled the slot, sets JOIN_WAKER.
 * @return false: COMPLETE came first, and the slot stays the join handle's.
 *
 * @clause{03.22,4,"Sharing the slot sets JOIN_WAKER, taking it back clears the bit; on a complete task either changes nothing and returns false."}
 */
WF_MUST_USE bool wf_task_share_join_waker(struct wf_task *task);

/** @brief The join handle takes the slot back. @return false: COMPLETE came first, and the bit stays as it is. Clauses: 03.22 */
WF_MUST_USE bool wf_task_unshare_join_waker(struct wf_task *task);

/**
 * @brief The thread that completes the task has woken the join waker, and clears JOIN_WAKER.
 * @return true: the join handle is gone, so the caller drops the waker. False: the slot is the join handle's again.
 *
 * @clause{03.23,4,"end_join_waker clears JOIN_WAKER; to_join_dropped clears JOIN_INTEREST and, before COMPLETE, JOIN_WAKER. Each tells its caller what is now the caller's to drop."}
 */
WF_MUST_USE bool wf_task_end_join_waker(struct wf_task *task);

/**
 * @brief The join handle goes: it was dropped, or is READY.
 *
 * Before COMPLETE it clears JOIN_INTEREST and JOIN_WAKER: the slot is the join handle's. After COMPLETE it clears JOIN_INTEREST
 * only. Where JOIN_WAKER is set then, the thread that completes the task is still reading the slot, and drops the waker.
 *
 * @return bits WF_JOIN_DROP_*: before COMPLETE the waker; after it the output, and the waker if JOIN_WAKER is clear.
 *
 * Clauses: 03.23
 */
WF_MUST_USE uint32_t wf_task_to_join_dropped(struct wf_task *task);

/* --- abort --- */

/**
 * @brief Ask for an abort; the caller's reference stays.
 * @return true: schedule it; a reference for the queue was made.
 *
 * Clauses: 03.12
 * Open: whether a running task is NOTIFIED too, and whether CANCELLED is set on one that is over.
 */
WF_MUST_USE bool wf_task_to_cancelled(struct wf_task *task);

WF_END_DECLS

#endif
