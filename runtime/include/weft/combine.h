/**
 * @file combine.h
 * @brief Several futures inside one task: join, try_join, select, race; and one after another: and_then.
 *
 * Shape:     a combinator is a future that polls other futures, its branches. It holds an array of pointers to them.
 *            The array and the branches are the caller's storage, and stay where they are until the combinator is
 *            READY or dropped. There are at most INT_MAX branches, and each stands in the array once.
 *            A NULL entry is a disabled branch. A branch that is READY is finished: its own head says so
 *            (wf_future_is_done). A combinator neither polls nor drops a disabled or finished branch.
 * Ownership: join, try_join and race own their branches: none is left pending when they are READY or
 *            dropped. select borrows: a branch that did not win stays as it is, and the caller polls or drops it.
 * Wake-up:   every poll of a combinator polls its branches with the cx that it was given itself, so each
 *            pending branch holds the newest waker.
 * Threads:   one task; branches run in turn, never at once.
 * Source:    Tokio's join!, try_join!, select!; futures' select.
 *
 * @clause{01.34,4,"Each future of this lab keeps the laws of futures (docs/laws.md), at every edge of what it is built of."}
 * @clause{01.15,2,"Each poll of a combinator polls its branches with the cx that it was given, so a branch that keeps the waker keeps the newest one."}
 */
#ifndef WEFT_COMBINE_H
#define WEFT_COMBINE_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** In which order a poll goes through the branches: their fairness. */
enum wf_order {
    WF_FAIR,  /**< another branch goes first at each poll; each is first once in `count` polls */
    WF_BIASED /**< always in array order: the first ones have priority */
};

/** The branches of a combinator. Built by its constructor. */
struct wf_branches {
    struct wf_future **futures; /**< the caller's array; NULL: disabled */
    uint32_t count;             /**< entries in the array */
    uint32_t turn; /**< WF_FAIR: the index that goes first in the next poll; at first wf_choose() says it */
    enum wf_order order; /**< as the constructor was given it */
};

/** Waits for all branches. Clauses: 01.5 01.6 01.7 01.8 01.15 01.28 */
struct wf_join {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out;                     /**< 0 */
};

/**
 * @brief Build a future that is READY when all branches are. Their outputs stay in their own frames.
 * @param futures  `count` pointers, borrowed until READY or dropped; the futures are owned from now on.
 * @return `join`.
 *
 * Cancel safety: that of its branches; dropping it drops each unfinished one.
 * Cost:          a poll polls every unfinished branch once.
 *
 * @clause{01.5,4,"A join becomes READY in the same poll as the last of its branches, or at its first poll if it has none to wait for."}
 * @clause{01.6,4,"Each poll of a join polls every unfinished branch once, and no disabled or finished branch, even one that was finished before the construction."}
 * @clause{01.7,3,"Of any `count` consecutive polls of a WF_FAIR combinator, each branch that stays unfinished goes first in at least one. This holds for all four."}
 * @clause{01.28,1,"A WF_BIASED combinator always polls its branches in array order. This holds for all four."}
 * @clause{01.8,4,"A join that is dropped before it is READY drops each unfinished branch once, polled or not, and no finished one."}
 */
struct wf_join *wf_join(struct wf_join *join, struct wf_future *futures[], size_t count, enum wf_order order);

/** Waits for all branches, or for the first error. Clauses: 01.7 01.9 01.10 01.15 01.28 01.29 01.30 */
struct wf_try_join {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out;                     /**< 0: all succeeded; else the first error, a negative code */
    uint32_t failed;             /**< the index of the branch that failed; `count` if none */
};

/**
 * @brief Build a future that is READY when all branches succeeded, or one failed (its `int` output is negative).
 * @param futures  as for wf_join(); each has an `int` output (else wf_future_int_out() panics).
 * @return `try_join`.
 *
 * Cancel safety: that of its branches; dropping it drops each unfinished one.
 *
 * @clause{01.9,3,"A try_join becomes READY in the same poll as the first branch that fails: out is that negative output, failed its index, and no other branch is polled after it."}
 * @clause{01.29,1,"If no branch of a try_join fails, it becomes READY in the same poll as the last: out is 0, failed is `count`. Without branches the first poll is READY."}
 * @clause{01.30,1,"A branch that had failed before the construction ends a try_join at its first poll; branches whose turn comes earlier may be polled before that."}
 * @clause{01.10,4,"A try_join that ends by an error, or is dropped while it is pending, drops each unfinished branch once; an error's drops come before READY."}
 */
struct wf_try_join *wf_try_join(struct wf_try_join *try_join, struct wf_future *futures[], size_t count,
                                enum wf_order order);

/** Waits for the first of several branches, which it borrows. Clauses: 01.7 01.11 01.12 01.13 01.15 01.28 01.31 */
struct wf_select {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out;                     /**< the index of the branch that is READY, or WF_EDISABLED */
};

/**
 * @brief Build a future that is READY with the index of the first branch found READY.
 * @param futures  `count` pointers, borrowed until READY or dropped, and so are the futures.
 * @return `select`.
 *
 * Cancel safety: SAFE: no branch is dropped, so none loses anything; poll the rest again, or drop it.
 *
 * @clause{01.11,3,"A select becomes READY in the same poll as the first of its branches: out is its index, and no branch after it is polled in that poll."}
 * @clause{01.31,2,"A select drops no branch, neither when it becomes READY nor when it is dropped: the branches that did not win can be polled on."}
 * @clause{01.12,3,"A select polls no disabled and no finished branch. If it has no other branch, it is READY at its first poll, with WF_EDISABLED."}
 */
struct wf_select *wf_select(struct wf_select *select, struct wf_future *futures[], size_t count,
                            enum wf_order order);

/**
 * @brief Build the next select in the same storage, over the same array: the turn goes on.
 *
 * For loops: the caller builds the branch that won anew, or disables it (NULL), then selects again. A select that is
 * built anew with wf_select() polls the first branch first, each time; or one that is drawn, where the runtime has a seed.
 *
 * @param select  READY or dropped; any other is a mistake, and panics (01.13).
 * @return `select`.
 *
 * @clause{01.13,3,"In `count` WF_FAIR selects in a row, begun by wf_select_next and polled once each, each branch goes first once, after READY and after a drop: the turn goes on."}
 */
struct wf_select *wf_select_next(struct wf_select *select);

/** Waits for the first of several branches, which it owns. Clauses: 01.7 01.14 01.15 01.28 01.32 01.33 */
struct wf_race {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out; /**< the index of the winner, whose own frame holds its output; or WF_EDISABLED */
};

/**
 * @brief Build a future that is READY with the index of the first branch found READY, the others dropped.
 * @param futures  as for wf_join().
 * @return `race`.
 *
 * Cancel safety: that of its branches; dropping it drops each unfinished one.
 *
 * @clause{01.14,4,"A race becomes READY in the same poll as the first of its branches: out is its index, and every other unfinished branch was dropped once, polled or not."}
 * @clause{01.32,1,"A race that is dropped while it is pending drops each unfinished branch once."}
 * @clause{01.33,1,"A race that has no branch to wait for is READY at its first poll, with WF_EDISABLED."}
 */
struct wf_race *wf_race(struct wf_race *race, struct wf_future *futures[], size_t count, enum wf_order order);

/**
 * Runs one future, then a second one that is made from the first one's output: two awaits, written out by hand.
 *
 * Clauses: 02.1 02.2 02.3 02.4 02.18
 */
struct wf_and_then {
    struct wf_future future;                         /**< the head */
    struct wf_future *first;                         /**< owned */
    struct wf_future *(*next)(void *arg, void *out); /**< called once, with the output of `first` */
    void *arg;                                       /**< its first argument */
    int out;                                         /**< the output of the second future, or 0 without one */
};

/** The states of a struct wf_and_then, in its `future.line`, while it is suspended. */
enum wf_and_then_state {
    WF_AND_THEN_FIRST = 1, /**< waits for the first future */
    WF_AND_THEN_SECOND = 2 /**< waits for the second */
};

/**
 * @brief Build a future that runs `first`, then the future that `next` returns.
 * @param first  owned from now on.
 * @param next   called once, in the poll in which `first` becomes READY; takes its output over; returns a future
 *               with an `int` output, in storage of its own that is owned from then on, or NULL: there is no second.
 * @param arg    passed on, not looked at.
 * @return `and_then`.
 *
 * Cancel safety: that of the future that is running.
 *
 * @clause{02.1,6,"In the same poll in which its first future becomes READY, an and_then calls next, with arg and the output, and polls the future that next returned."}
 * @clause{02.2,4,"An and_then becomes READY in the same poll as its second future, with that output. It polls no future after READY, and calls next only once."}
 * @clause{02.18,2,"If next returns NULL, an and_then is READY in that same poll, with 0."}
 * @clause{02.3,7,"An and_then that is dropped drops once the one future that it has: the first, polled or not, or the second once the first is READY."}
 * @clause{02.4,4,"While an and_then is suspended, its head tells where: awaiting is the future that it waits for, and line is WF_AND_THEN_FIRST or WF_AND_THEN_SECOND."}
 */
struct wf_and_then *wf_and_then(struct wf_and_then *and_then, struct wf_future *first,
                                struct wf_future *(*next)(void *arg, void *out), void *arg);

WF_END_DECLS

#endif
