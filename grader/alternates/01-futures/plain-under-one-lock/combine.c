/**
 * @file combine.c
 * @brief join, try_join, select and race: several futures inside one task.
 *
 * ## What the four share
 *
 * A poll goes once through the branches, starting at the one whose turn it is, and skips those that are
 * disabled or finished ("live" below is the rest). A branch says itself that it is finished, in its head;
 * so nothing has to be recorded when one completes, and nothing can disagree with the branch.
 *
 * ## What differs
 *
 *     join      goes through all;             READY when none is left live
 *     try_join  looks for an old failure, then stops at the first new one; READY then, or when none is left live
 *     select    stops at the first READY;     READY then, the others untouched
 *     race      stops at the first READY;     READY then, the others dropped
 *
 * ## The turn
 *
 * Were branch 0 always first, a branch 0 that is ready at every poll would win every select, and the
 * others would never be heard. So the first place moves on by one at each poll (WF_FAIR).
 */
#include "weft/combine.h"

#include <assert.h>
#include <stdbool.h>

#include "weft/error.h"
#include "weft/panic.h"

static struct wf_branches branches_of(struct wf_future *futures[], size_t count, enum wf_order order)
{
    return (struct wf_branches){.futures = futures, .count = (uint32_t)count, .order = order};
}

/* Still to be polled, and to be dropped if it comes to that. */
static bool is_live(const struct wf_future *branch)
{
    return branch && !wf_future_is_done(branch);
}

/* The index after `index`, round at the end. */
static uint32_t next_index(const struct wf_branches *branches, uint32_t index)
{
    return index + 1 < branches->count ? index + 1 : 0;
}

/* The index that goes first in this poll; the turn moves on. */
static uint32_t begin_turn(struct wf_branches *branches)
{
    if (branches->order == WF_BIASED)
        return 0;
    uint32_t first = branches->turn;
    branches->turn = next_index(branches, first);
    return first;
}

static void drop_live(struct wf_branches *branches)
{
    for (uint32_t i = branches->count; i-- > 0;)
        if (is_live(branches->futures[i]))
            wf_future_drop(branches->futures[i]);
}

/* Stops at the first branch that is READY: its index, or WF_EDISABLED when there is none to wait for. */
static enum wf_poll poll_first_ready(struct wf_branches *branches, struct wf_cx *cx, int *out)
{
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
}

/* --- join --- */

static enum wf_poll join_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_join *self = (struct wf_join *)future;
    struct wf_branches *branches = &self->branches;
    bool waiting = false;
    uint32_t index = begin_turn(branches);
    for (uint32_t polled = 0; polled < branches->count; polled++, index = next_index(branches, index))
        if (is_live(branches->futures[index]) && wf_future_poll(branches->futures[index], cx) == WF_PENDING)
            waiting = true;
    return waiting ? WF_PENDING : WF_READY;
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

static enum wf_poll fail(struct wf_try_join *self, uint32_t index)
{
    self->out = wf_future_int_out(self->branches.futures[index]);
    self->failed = index;
    drop_live(&self->branches);
    return WF_READY;
}

static enum wf_poll try_join_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_try_join *self = (struct wf_try_join *)future;
    struct wf_branches *branches = &self->branches;
    uint32_t index = begin_turn(branches), live = 0;
    for (uint32_t i = 0; i < branches->count; i++) {
        struct wf_future *branch = branches->futures[i];
        if (!branch)
            continue;
        if (is_live(branch))
            live++;
        else if (wf_future_int_out(branch) < 0)
            return fail(self, i);
    }
    for (uint32_t left = live, waiting = 0;; index = next_index(branches, index)) {
        if (left == 0)
            return waiting ? WF_PENDING : WF_READY;
        struct wf_future *branch = branches->futures[index];
        if (!is_live(branch))
            continue;
        left--;
        if (wf_future_poll(branch, cx) == WF_PENDING)
            waiting = 1;
        else if (wf_future_int_out(branch) < 0)
            return fail(self, index);
    }
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
    return poll_first_ready(&self->branches, cx, &self->out);
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
    select->future = (struct wf_future){.ops = &select_ops};
    select->out = 0;
    return select;
}

/* --- race --- */

static enum wf_poll race_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_race *self = (struct wf_race *)future;
    if (poll_first_ready(&self->branches, cx, &self->out) == WF_PENDING)
        return WF_PENDING;
    drop_live(&self->branches);
    return WF_READY;
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
