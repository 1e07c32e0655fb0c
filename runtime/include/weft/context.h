/**
 * @file context.h
 * @brief What a thread knows while it runs futures: the root, the budget, the hooks.
 *
 * All of it hangs on one thread-local pointer to the innermost context. A context lies on the stack of the function that
 * entered it, and points to the one outside. Given parts reach upward only through it.
 *
 * The budget keeps one task from holding a thread for ever: each leaf operation that could complete takes
 * one unit; at zero it lets the others run first.
 *
 * @clause{G.19,0,"wf_context_enter makes a context the thread's current one, inheriting those of its members that say so; wf_context_leave restores the one outside; leaving any but the current one panics."}
 * @clause{G.20,0,"wf_budget_spend takes one unit and is true while units are left; at zero it is false and the task is woken, so that it is polled again."}
 * @clause{G.21,0,"Where there is no context, or it is not constrained, wf_budget_spend is always true; wf_budget_refund gives one unit back, never beyond WF_BUDGET."}
 */
#ifndef WEFT_CONTEXT_H
#define WEFT_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/error.h"
#include "weft/event.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

struct wf_blocking_pool;
struct wf_future;
struct wf_local_scope;
struct wf_poll_slot;
struct wf_reactor;
struct wf_resolver;
struct wf_scheduler;
struct wf_task;
struct wf_time_driver;

enum {
    WF_BUDGET = 128,       /**< operations a poll of a task may complete */
    WF_IDS_PER_BLOCK = 64, /**< numbers for new tasks that a thread takes from its scheduler at once */
};

/** A thread's surroundings. Zero it, set what differs, enter it; the caller's storage. */
struct wf_context {
    struct wf_context *outer;         /**< the context outside; set by wf_context_enter() */
    const char *runs;                 /**< the function that runs futures here: "block_on"; NULL: none */
    const struct wf_future *root;     /**< the future being run here, or NULL; panics print its tree */
    struct wf_event_hook *event_hook; /**< told of events, or NULL; inherited from outside when NULL */
    /** Told that the task gives way, or ran out of budget: wake `waker` after others had their turn. NULL: at once. */
    void (*defer)(struct wf_context *context, const struct wf_waker *waker);
    bool constrained;     /**< whether there is a budget here */
    uint32_t budget;      /**< units left, where constrained */
    struct wf_task *task; /**< the task being run here, or NULL */
    uint32_t spare_references; /**< to `task`: of wakers that it dropped in this poll, kept for those that it clones */
    bool yielded;              /**< the task being polled gave way: poll it again, after the others */
    struct wf_scheduler *scheduler; /**< whose thread this is while the context is current, or NULL */
    struct wf_scheduler
        *spawns_on;   /**< where `scheduler` is NULL: to which tasks are spawned here nevertheless, or NULL */
    uint32_t last_id; /**< the last number that this thread gave to a task of the scheduler */
    uint32_t ids_left;             /**< how many more it has in hand, behind last_id */
    struct wf_local_scope *locals; /**< the innermost scope of a task-local value being polled, or NULL */
    struct wf_time_driver *time_driver; /**< with which leaves wait for a time, or NULL; inherited when NULL */
    struct wf_reactor *reactor; /**< with which leaves wait for a descriptor, or NULL; inherited when NULL */
    struct wf_blocking_pool *blocking_pool; /**< threads for calls that block, or NULL; inherited when NULL */
    struct wf_resolver *resolver;           /**< what looks names up, or NULL; inherited when NULL */
    struct wf_poll_slot *poll_slot; /**< where a watch looks (long_poll.h), or NULL; inherited when NULL */
    WF_ATOMIC(uint64_t) * choices; /**< the state of wf_choose(), at first a seed; or NULL; inherited when NULL */
    /** Points to whether what is polled here was asked to end. NULL: nobody can ask. The scope that polls sets it, and no
     * context inherits it. */
    const WF_ATOMIC(bool) * canceled;
};

/** @brief This thread's innermost context, or NULL. Owned by the function that entered it; only wf_context_*() change it. */
extern __thread struct wf_context *wf_context_current;

/** @brief Make `context` current on this thread. Clauses: G.19 */
void wf_context_enter(struct wf_context *context);
/** @brief Restore the context outside of `context`, which must be the current one. Clauses: G.19 */
void wf_context_leave(struct wf_context *context);

/**
 * @brief The context in which this thread runs futures, or NULL: not inside a runtime.
 *
 * A runtime that is being dropped has no root, but runs clean-ups, hooks and its park's shutdown: that is inside too.
 */
static inline struct wf_context *wf_context_running(void)
{
    struct wf_context *context = wf_context_current;
    while (context && !context->root && !context->runs)
        context = context->outer;
    return context;
}

/** @brief What wf_choose() does where the context has choices. */
uint32_t wf_choose_by_seed(const struct wf_context *context, uint32_t count);

/**
 * @brief Choose one of `count` possibilities, from 0 on, where any is right.
 *
 * Threads: any; several share the draws of one seed.
 * Cost:    one thread-local load and a branch, where the runtime has no seed.
 *
 * @clause{G.123,0,"Where the context has choices wf_choose draws below `count`, by the seed and the number of draws before; elsewhere it returns 0."}
 */
static inline uint32_t wf_choose(uint32_t count)
{
    const struct wf_context *context = wf_context_current;
    return WF_UNLIKELY(context && context->choices) ? wf_choose_by_seed(context, count) : 0;
}

/** @brief Panic inside a runtime, where `what` would wait for ever, and name what runs there. `clause`: of the function that asks. */
void wf_context_check_outside(const char *clause, const char *what);

/** @brief The name of the future that a context runs; "" where it runs none now. For messages: "inside runs(name)". */
const char *wf_context_root_name(const struct wf_context *context);

/**
 * @brief The innermost context of this thread that names the scheduler: this is the scheduler's thread. NULL: none does.
 *
 * Not the innermost context alone: a local set enters one of its own inside of a poll of the scheduler's.
 *
 * Cost: one thread-local load and one comparison, where it is the innermost one, or there is none.
 */
static inline struct wf_context *wf_context_of(const struct wf_scheduler *scheduler)
{
    struct wf_context *context = wf_context_current;
    while (context && context->scheduler != scheduler)
        context = context->outer;
    return context;
}

/**
 * @brief Have the task polled again, after others had their turn where there is a defer hook. If that takes a wake, it takes one.
 * Threads: the one that polls.
 */
void wf_give_way(const struct wf_waker *waker);

/**
 * @brief Take one unit of this poll's budget, before an operation that could complete.
 * @param waker  the task's; woken (later, where there is a defer hook) if nothing is left.
 * @return false: nothing is left; the caller returns WF_PENDING and will be polled again.
 *
 * Clauses: G.20 G.21
 * Cost:    one thread-local load, one subtraction.
 */
static inline WF_MUST_USE bool wf_budget_spend(const struct wf_waker *waker)
{
    struct wf_context *context = wf_context_current;
    if (!context || !context->constrained)
        return true;
    if (WF_UNLIKELY(context->budget == 0)) {
        wf_give_way(waker);
        return false;
    }
    context->budget--;
    return true;
}

/** @brief Give a unit back: the operation that took it made no progress. Clauses: G.21 */
static inline void wf_budget_refund(void)
{
    struct wf_context *context = wf_context_current;
    if (context && context->constrained && context->budget < WF_BUDGET)
        context->budget++;
}

/**
 * @brief What every leaf does first, before an operation that could complete: it takes a unit, and looks whether it may go on.
 * @param waker  the task's; woken (later, where there is a defer hook) if no unit is left.
 * @return 0: go on; WF_EAGAIN: no unit is left, return WF_PENDING; WF_ECANCELED: be READY with that, having done nothing.
 *
 * A leaf that then has to wait gives the unit back by wf_budget_refund(). A request to end takes a unit like an operation: a
 * loop that goes on regardless gives way like any other.
 *
 * Cost: one thread-local load, four comparisons, one subtraction.
 *
 * @clause{G.63,0,"wf_leaf_begin returns WF_EAGAIN where wf_budget_spend is false; else it has taken a unit, and returns WF_ECANCELED where the context's cancellation was asked for, and 0 elsewhere."}
 */
static inline WF_MUST_USE int wf_leaf_begin(const struct wf_waker *waker)
{
    const struct wf_context *context = wf_context_current;
    if (!wf_budget_spend(waker))
        return WF_EAGAIN;
    /* acquire: pairs with the store of the thread that asks: the operation's caller sees why */
    if (WF_UNLIKELY(context && context->canceled && wf_load_acquire(context->canceled)))
        return WF_ECANCELED;
    return 0;
}

WF_END_DECLS

#endif
