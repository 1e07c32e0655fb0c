/**
 * @file combine.h
 * @brief Several futures inside one task: join, try_join, select, race.
 *
 * Shape:     a combinator holds an array of pointers to its branches. The array and the branches are the
 *            caller's storage and stay where they are until the combinator is READY or dropped.
 *            A NULL entry is a disabled branch; one that is READY already is a finished one. Neither is
 *            ever polled or dropped. That a branch is finished stands in its own head (wf_future_is_done):
 *            a combinator needs no list of its own, and up to INT_MAX branches fit; all are different.
 * Ownership: join, try_join and race own their branches: none is left pending when they are READY or
 *            dropped. select borrows: whatever did not win stays as it is, the caller's to poll or drop.
 * Wake-up:   every poll of a combinator polls its branches with the context it was given itself, so each
 *            pending branch holds the newest waker.
 * Threads:   one task; branches run in turn, never at once.
 * Source:    Tokio's join!, try_join!, select!; futures' select.
 *
 * @clause{01.15,2,"Every combinator polls its branches with the context of its own poll: a branch that keeps the waker keeps the newest one."}
 */
#ifndef WEFT_COMBINE_H
#define WEFT_COMBINE_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** In which order a poll goes through the branches. */
enum wf_order {
    WF_FAIR,  /**< a different branch goes first at each poll, so that all get their turn */
    WF_BIASED /**< always in array order: the first ones have priority */
};

/** The branches of a combinator. Built by its constructor. */
struct wf_branches {
    struct wf_future **futures; /**< the caller's array; NULL: disabled */
    uint32_t count;             /**< entries in the array */
    uint32_t turn;              /**< WF_FAIR: the index that goes first in the next poll; 0 at first */
    enum wf_order order;        /**< as the constructor was given it */
};

/** Waits for all branches. Clauses: 01.5 01.6 01.7 01.8 01.15 */
struct wf_join {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out; /**< 0 */
};

/**
 * @brief Build a future that is READY when all branches are. Their outputs stay in their own frames.
 * @param futures  `count` pointers, borrowed until READY or dropped; the futures are owned from now on.
 * @return `join`.
 *
 * Cancel safety: that of its branches; dropping it drops each unfinished one.
 * Cost:          a poll polls every unfinished branch once.
 *
 * @clause{01.5,5,"A join is READY in the poll in which its last branch is, not before and not later; at once if there is none to wait for."}
 * @clause{01.6,4,"Each poll of a join polls every unfinished branch exactly once, and never a disabled or a finished one, also if it was finished before."}
 * @clause{01.7,4,"WF_FAIR: of any `count` consecutive polls, each branch that is unfinished all the while goes first in at least one. WF_BIASED: always in array order. This holds for join, try_join, select and race."}
 * @clause{01.8,4,"A join that is dropped before it is READY drops each unfinished branch exactly once, polled or not, and no finished one."}
 */
struct wf_join *wf_join(struct wf_join *join, struct wf_future *futures[], size_t count, enum wf_order order);

/** Waits for all branches, or for the first error. Clauses: 01.7 01.8 01.9 01.10 01.15 */
struct wf_try_join {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out;         /**< 0: all succeeded; else the first error, a negative code */
    uint32_t failed; /**< the index of the branch that failed; `count` if none */
};

/**
 * @brief Build a future that is READY when all branches succeeded, or one failed (its `int` output is negative).
 * @param futures  as for wf_join(); each has an `int` output (else wf_future_int_out() panics).
 * @return `try_join`.
 *
 * Cancel safety: that of its branches; dropping it drops each unfinished one.
 *
 * @clause{01.9,5,"A try_join ends at the first branch whose output is negative, in that very poll and without polling another branch: out is that output and failed is its index; if none fails, out is 0 and failed is the count. A branch that had failed before the construction counts; branches whose turn comes earlier may be polled first."}
 * @clause{01.10,5,"A try_join that ends by an error drops each unfinished branch exactly once, before it is READY; dropped while pending, it does the same."}
 */
struct wf_try_join *wf_try_join(struct wf_try_join *try_join, struct wf_future *futures[], size_t count,
                                enum wf_order order);

/** Waits for the first of several branches, which it borrows. Clauses: 01.7 01.11 01.12 01.13 01.15 */
struct wf_select {
    struct wf_future future;     /**< the head */
    struct wf_branches branches; /**< what it waits for */
    int out; /**< the index of the branch that is READY, or WF_EDISABLED */
};

/**
 * @brief Build a future that is READY with the index of the first branch found READY.
 * @param futures  `count` pointers, borrowed until READY or dropped, and so are the futures.
 * @return `select`.
 *
 * Cancel safety: SAFE: no branch is dropped, so none loses anything; poll the rest again, or drop it.
 *
 * @clause{01.11,5,"A select is READY with the index of the first branch that becomes READY when polled and polls none after it in that poll; the others stay pending, undropped, and can be polled again. Dropping a select drops no branch."}
 * @clause{01.12,3,"A select never polls a disabled or a finished branch; where all are, it is READY at once with WF_EDISABLED."}
 */
struct wf_select *wf_select(struct wf_select *select, struct wf_future *futures[], size_t count,
                            enum wf_order order);

/**
 * @brief Build the next select in the same storage, over the same array: the turn goes on.
 *
 * For loops: rebuild or disable (set to NULL) the branch that won, then select again. A select built anew
 * with wf_select() would give the first branch the first turn each time.
 *
 * @param select  READY or dropped.
 * @return `select`.
 *
 * @clause{01.13,3,"After wf_select_next a WF_FAIR select over branches that are all READY at every poll lets each win once in `count` selects; the turn is not started over."}
 */
struct wf_select *wf_select_next(struct wf_select *select);

/** Waits for the first of several branches, which it owns. Clauses: 01.7 01.14 01.15 */
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
 * @clause{01.14,6,"A race is READY with the index of the first branch that becomes READY when polled; each loser is dropped exactly once before that, polled or not, and the winner never; with no branch to wait for it is READY at once with WF_EDISABLED. Dropped while pending, it drops every unfinished branch once."}
 */
struct wf_race *wf_race(struct wf_race *race, struct wf_future *futures[], size_t count, enum wf_order order);

WF_END_DECLS

#endif
