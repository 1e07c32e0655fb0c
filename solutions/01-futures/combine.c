/**
 * @file combine.c
 * @brief join, try_join, select and race: several futures inside one task.
 *
 * ## What the four share
 *
 * A poll goes once through the branches, and starts at the one that is first in this poll. It polls only live branches:
 * those that are neither disabled nor finished. A branch says in its own head that it is finished; so nothing has to be
 * recorded when one completes, and nothing can disagree with the branch. join, select and race pass finished branches
 * over. try_join may not: it looks at the output of a finished branch too, which may be an error.
 *
 * ## What differs
 *
 *     join      goes through all;             READY when none is left live
 *     try_join  stops at the first failure;   READY then, or when none is left live
 *     select    stops at the first READY;     READY then, the others untouched
 *     race      stops at the first READY;     READY then, the others dropped
 *
 * ## The turn
 *
 * If branch 0 were always first and READY at every poll, it would win every select, and no other branch would be
 * polled. So the first place moves on by one at each poll (WF_FAIR). `turn` is the index that is first in the next poll.
 */
#include "weft/combine.h"

#include <assert.h>
#include <stdbool.h>

#include "weft/error.h"
#include "weft/panic.h"

/* The first turn is any branch's: a seed of the runtime draws it, and without one it is 0. */
static struct wf_branches branches_of(struct wf_future *futures[], size_t count, enum wf_order order)
{
    return (struct wf_branches){.futures = futures,
                                .count = (uint32_t)count,
                                .turn = order == WF_FAIR ? wf_choose((uint32_t)count) : 0,
                                .order = order};
}

/* Neither disabled nor finished: it is polled, and where the combinator owns it, dropped. */
static bool is_live(const struct wf_future *branch)
{
    return branch && !wf_future_is_done(branch);
}

/* The index after `index`, round at the end. */
static uint32_t next_index(const struct wf_branches *branches, uint32_t index)
{
    return index + 1 < branches->count ? index + 1 : 0;
}

/* The index that goes first in this poll; the next poll begins one further. */
static uint32_t begin_turn(struct wf_branches *branches)
{
    /* LAB 01.T3 { WF_BIASED: always 0. WF_FAIR: one further at each poll, and round again at the end */
    if (branches->order == WF_BIASED)
        return 0;
    uint32_t first = branches->turn;
    branches->turn = next_index(branches, first);
    return first;
    /* LAB 01.T3 } */
}

static void drop_live(struct wf_branches *branches)
{
    /* LAB 01.T4 { drop each branch that is still live, polled or not, and no other */
    for (uint32_t i = 0; i < branches->count; i++)
        if (is_live(branches->futures[i]))
            wf_future_drop(branches->futures[i]);
    /* LAB 01.T4 } */
}

/* Stops at the first branch that is READY: `out` is its index, or WF_EDISABLED where no branch is live. */
static enum wf_poll poll_first_ready(struct wf_branches *branches, struct wf_cx *cx, int *out)
{
    /* LAB 01.T5 { go through the live branches from the one whose turn it is; stop at the first that is READY */
    bool waiting = false;
    uint32_t index = begin_turn(branches);
    for (uint32_t polled = 0; polled < branches->count; polled++, index = next_index(branches, index)) {
        if (!is_live(branches->futures[index]))
            continue;
        if (wf_future_poll(branches->futures[index], cx) == WF_READY) {
            *out = (int)index;
            return WF_READY;
        }
        waiting = true;
    }
    if (waiting)
        return WF_PENDING;
    *out = WF_EDISABLED;
    return WF_READY;
    /* LAB 01.T5 } */
}

/* --- join --- */

static enum wf_poll join_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_join *self = (struct wf_join *)future;
    struct wf_branches *branches = &self->branches;
    /* LAB 01.T3 { poll every live branch once, beginning with the one whose turn it is; READY when none is left live */
    bool waiting = false;
    uint32_t index = begin_turn(branches);
    for (uint32_t polled = 0; polled < branches->count; polled++, index = next_index(branches, index))
        if (is_live(branches->futures[index]) && wf_future_poll(branches->futures[index], cx) == WF_PENDING)
            waiting = true;
    return waiting ? WF_PENDING : WF_READY;
    /* LAB 01.T3 } */
}

static void join_drop(struct wf_future *future)
{
    drop_live(&((struct wf_join *)future)->branches);
}

/* All four frames hold their branches at the same place, so one visitor serves them. */
static void visit_branches(const struct wf_future *future, wf_visit *visit, void *arg)
{
    static_assert(offsetof(struct wf_join, branches) == offsetof(struct wf_try_join, branches), "");
    static_assert(offsetof(struct wf_join, branches) == offsetof(struct wf_select, branches), "");
    static_assert(offsetof(struct wf_join, branches) == offsetof(struct wf_race, branches), "");
    const struct wf_branches *branches = &((const struct wf_join *)future)->branches;
    for (uint32_t i = 0; i < branches->count; i++)
        if (is_live(branches->futures[i]))
            visit(arg, branches->futures[i]);
}

static const struct wf_future_ops join_ops = {
    .name = "join",
    .poll = join_poll,
    .drop = join_drop,
    .children = visit_branches,
    WF_FRAME(struct wf_join),
};

struct wf_join *wf_join(struct wf_join *join, struct wf_future *futures[], size_t count, enum wf_order order)
{
    *join = (struct wf_join){.future = {.ops = &join_ops}, .branches = branches_of(futures, count, order)};
    return join;
}

/* --- try_join --- */

static enum wf_poll try_join_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_try_join *self = (struct wf_try_join *)future;
    struct wf_branches *branches = &self->branches;
    /* LAB 01.T4 { like join, but a finished branch whose wf_future_int_out() is negative ends it: note which, drop the rest */
    bool waiting = false;
    uint32_t index = begin_turn(branches);
    for (uint32_t polled = 0; polled < branches->count; polled++, index = next_index(branches, index)) {
        struct wf_future *branch = branches->futures[index];
        if (!branch)
            continue;
        if (is_live(branch) && wf_future_poll(branch, cx) == WF_PENDING) {
            waiting = true;
            continue;
        }
        int result = wf_future_int_out(branch);
        if (result < 0) {
            self->out = result;
            self->failed = index;
            drop_live(branches); /* before READY: a drop after it does nothing */
            return WF_READY;
        }
    }
    return waiting ? WF_PENDING : WF_READY;
    /* LAB 01.T4 } */
}

static void try_join_drop(struct wf_future *future)
{
    drop_live(&((struct wf_try_join *)future)->branches);
}

static const struct wf_future_ops try_join_ops = {
    .name = "try_join",
    .poll = try_join_poll,
    .drop = try_join_drop,
    .children = visit_branches,
    WF_FRAME(struct wf_try_join),
};

struct wf_try_join *wf_try_join(struct wf_try_join *try_join, struct wf_future *futures[], size_t count,
                                enum wf_order order)
{
    *try_join = (struct wf_try_join){
        .future = {.ops = &try_join_ops},
        .branches = branches_of(futures, count, order),
        .failed = (uint32_t)count,
    };
    return try_join;
}

/* --- select --- */

static enum wf_poll select_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_select *self = (struct wf_select *)future;
    /* LAB 01.T5 { poll_first_ready() does it: the branches are only borrowed */
    return poll_first_ready(&self->branches, cx, &self->out);
    /* LAB 01.T5 } */
}

/* No drop: the branches are the caller's. */
static const struct wf_future_ops select_ops = {
    .name = "select",
    .poll = select_poll,
    .children = visit_branches,
    WF_FRAME(struct wf_select),
};

struct wf_select *wf_select(struct wf_select *select, struct wf_future *futures[], size_t count,
                            enum wf_order order)
{
    *select =
        (struct wf_select){.future = {.ops = &select_ops}, .branches = branches_of(futures, count, order)};
    return select;
}

struct wf_select *wf_select_next(struct wf_select *select)
{
    if (wf_load_relaxed(&select->future.line) < WF_LINE_DROPPED)
        wf_panic("01.13", "wf_select_next on a select that is neither READY nor dropped");
    /* LAB 01.T5 { a new future in the old storage: build the head again, and keep the branches with their turn */
    select->future = (struct wf_future){.ops = &select_ops};
    select->out = 0;
    return select;
    /* LAB 01.T5 } */
}

/* --- race --- */

static enum wf_poll race_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_race *self = (struct wf_race *)future;
    /* LAB 01.T6 { like select, but the branches are owned: none may be left pending when this is READY */
    if (poll_first_ready(&self->branches, cx, &self->out) == WF_PENDING)
        return WF_PENDING;
    drop_live(&self->branches);
    return WF_READY;
    /* LAB 01.T6 } */
}

static void race_drop(struct wf_future *future)
{
    drop_live(&((struct wf_race *)future)->branches);
}

static const struct wf_future_ops race_ops = {
    .name = "race",
    .poll = race_poll,
    .drop = race_drop,
    .children = visit_branches,
    WF_FRAME(struct wf_race),
};

struct wf_race *wf_race(struct wf_race *race, struct wf_future *futures[], size_t count, enum wf_order order)
{
    *race = (struct wf_race){.future = {.ops = &race_ops}, .branches = branches_of(futures, count, order)};
    return race;
}
