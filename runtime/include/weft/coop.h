/**
 * @file coop.h
 * @brief Cooperation: how a task that could go on lets others run.
 *
 * A task is polled until it returns. One that always finds its next operation ready would hold the thread; so each
 * poll has a budget (context.h), leaf operations spend it, and at zero they are PENDING although they could go on. What
 * is here is for the code in between: to give way by hand, to count long computations, and to be let off.
 *
 * Source: Tokio's coop and yield_now.
 */
#ifndef WEFT_COOP_H
#define WEFT_COOP_H

#include <stdbool.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** Gives way once. Clauses: 04.6 */
struct wf_yield {
    struct wf_future future; /**< the head */
    bool yielded;            /**< it gave way */
};

/**
 * @brief Build a future that is PENDING once, then READY: everybody else who can run is polled meanwhile.
 * @return `yield`.
 *
 * Cancel safety: SAFE.
 * Cost:          no allocation; a turn of the loop.
 *
 * @clause{04.6,6,"A yield is PENDING at its first poll, and READY at its second; the task that yielded is polled again without a wake by anybody else, but only behind every task that was queued, and after the park was given a turn; a root that yielded, after that turn."}
 */
struct wf_yield *wf_yield(struct wf_yield *yield);

/** Takes one unit of the budget. Clauses: 04.8 */
struct wf_consume {
    struct wf_future future; /**< the head */
};

/**
 * @brief Build a future that spends one unit of the budget: for a loop that computes long and awaits nothing else.
 * @return `consume`. READY at once while units are left; else once others had their turn.
 *
 * Cancel safety: SAFE.
 *
 * @clause{04.8,6,"Each poll of a task, and of the root, begins with WF_BUDGET units; a consume is READY at once and takes one; when none is left it is PENDING, the task is deferred as by a yield, and goes on in its next poll."}
 */
struct wf_consume *wf_consume(struct wf_consume *consume);

/** Runs a future without a budget. Clauses: 04.9 */
struct wf_unconstrained {
    struct wf_future future; /**< the head; there is no output: the inner future keeps its own */
    struct wf_future *inner; /**< owned: dropped with it */
};

/**
 * @brief Build a future that runs `inner` without a budget. It can starve others; know why you want it.
 * @return `unconstrained`. READY when `inner` is.
 *
 * Cancel safety: that of `inner`.
 *
 * @clause{04.9,5,"What is polled inside an unconstrained future, but for local tasks (04.17), never runs out of budget and spends none; afterwards, and between its polls, the budget is in force as before, with the units that were left. It is READY when its inner future is; dropped before, it drops that."}
 */
struct wf_unconstrained *wf_unconstrained(struct wf_unconstrained *unconstrained, struct wf_future *inner);

WF_END_DECLS

#endif
