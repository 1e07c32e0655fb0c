/**
 * @file coop.h
 * @brief Cooperation: how a task that could go on lets others run.
 *
 * No one can take the thread from a poll. A task that always finds its next operation ready would hold it; so each poll has
 * a budget (context.h), leaf operations spend it, and at zero they are PENDING although they could go on. What is here is for
 * the code in between: to give way by hand, to spend budget in a long computation, and to be exempt from the budget.
 *
 * Source: Tokio's coop and yield_now.
 *
 * @clause{04.32,4,"Each future of this lab keeps the laws of futures (docs/laws.md), at every edge of what it is built of."}
 */
#ifndef WEFT_COOP_H
#define WEFT_COOP_H

#include <stdbool.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** Gives way once. Clauses: 04.6 04.31 */
struct wf_yield {
    struct wf_future future; /**< the head */
    bool yielded;            /**< it gave way */
};

/**
 * @brief Build a future that is PENDING once, then READY: every other task that can run is polled meanwhile.
 * @return `yield`.
 *
 * Cancel safety: SAFE.
 * Cost:          no allocation; a turn of the loop.
 *
 * @clause{04.6,3,"A yield is PENDING at its first poll, READY at its second. Its task is polled again without a further wake: after wf_task_set_end_turn(), behind every task that was queued."}
 * @clause{04.31,3,"In block_on a task that yielded is polled again only after the park was given a turn; so is a root that yielded."}
 */
struct wf_yield *wf_yield(struct wf_yield *yield);

/** Takes one unit of the budget. Clauses: 04.8 04.23 */
struct wf_consume {
    struct wf_future future; /**< the head */
};

/**
 * @brief Build a future that spends one unit of the budget: for a loop that computes long and awaits nothing else.
 * @return `consume`. READY at once while units are left; else in a later poll of its task.
 *
 * Cancel safety: SAFE.
 *
 * @clause{04.8,3,"A consume takes one unit of the budget and is READY. With none left it is PENDING, and its task gives way as by a yield."}
 * @clause{04.23,2,"Each poll of a task, and each poll of the root, begins with WF_BUDGET units."}
 */
struct wf_consume *wf_consume(struct wf_consume *consume);

/** Runs a future without a budget. Clauses: 04.9 */
struct wf_unconstrained {
    struct wf_future future; /**< the head; there is no output: the inner future keeps its own */
    struct wf_future *inner; /**< owned: dropped with it */
};

/**
 * @brief Build a future that runs `inner` without a budget. It can starve others; know why you want it.
 * @return `unconstrained`. READY when `inner` is; dropped before, it drops `inner`.
 *
 * Cancel safety: that of `inner`.
 *
 * @clause{04.9,3,"What is polled inside an unconstrained future, but for local tasks (04.27), never runs out of budget and spends none; between and after its polls the budget is as before."}
 */
struct wf_unconstrained *wf_unconstrained(struct wf_unconstrained *unconstrained, struct wf_future *inner);

WF_END_DECLS

#endif
