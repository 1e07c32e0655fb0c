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
 * @clause{G.19,0,"wf_context_enter makes a context the thread's current one, inheriting the event hook; wf_context_leave restores the one outside; leaving any but the current one panics."}
 * @clause{G.20,0,"wf_budget_spend takes one unit and is true while units are left; at zero it is false and the task is woken, so that it is polled again."}
 * @clause{G.21,0,"Where there is no context, or it is not constrained, wf_budget_spend is always true; wf_budget_refund gives one unit back, never beyond WF_BUDGET."}
 */
#ifndef WEFT_CONTEXT_H
#define WEFT_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/event.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

struct wf_future;
struct wf_local_scope;
struct wf_scheduler;
struct wf_task;

enum {
    WF_BUDGET = 128, /**< operations a poll of a task may complete */
};

/** A thread's surroundings. Zero it, set what differs, enter it; the caller's storage. */
struct wf_context {
    struct wf_context *outer;         /**< the context outside; set by wf_context_enter() */
    const char *runs;                 /**< the function that runs futures here: "block_on"; NULL: none */
    const struct wf_future *root;     /**< the future being run here, or NULL; panics print its tree */
    struct wf_event_hook *event_hook; /**< told of events, or NULL; inherited from outside when NULL */
    /** Told that the task gives way, or ran out of budget: wake `waker` after others had their turn. NULL: at once. */
    void (*defer)(struct wf_context *context, const struct wf_waker *waker);
    bool constrained;               /**< whether there is a budget here */
    uint32_t budget;                /**< units left, where constrained */
    struct wf_task *task;           /**< the task being run here, or NULL */
    bool yielded;                   /**< the task being polled gave way: poll it again, after the others */
    struct wf_scheduler *scheduler; /**< whose thread this is while the context is current, or NULL */
    struct wf_local_scope *locals;  /**< the innermost scope of a task-local value being polled, or NULL */
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

/** @brief Have the task polled again, after others had their turn where there is a defer hook. Threads: the one that polls. */
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

WF_END_DECLS

#endif
