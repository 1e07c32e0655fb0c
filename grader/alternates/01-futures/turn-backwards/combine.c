/**
 * @file combine.c
 * @brief join, try_join, select and race, whose turn walks backwards through the array.
 *
 * A poll is `count` steps; step k of a poll that begins at `first` is for branch (first - k) mod count, or k where
 * the order is biased. The next poll begins one place further back: of `count` polls in a row each place is first in
 * one. The first poll of all begins at branch 0, as the header says of `turn`.
 */
#include "weft/combine.h"

#include <stdbool.h>

#include "weft/error.h"
#include "weft/panic.h"

/* The order of one poll. */
struct order {
    uint32_t first, count;
    bool backwards;
};

static struct wf_branches branches_of(struct wf_future *futures[], size_t count, enum wf_order order)
{
    return (struct wf_branches){.futures = futures, .count = (uint32_t)count, .order = order};
}

static struct order next_order(struct wf_branches *branches)
{
    if (branches->order == WF_BIASED || branches->count == 0)
        return (struct order){0, branches->count, false};
    uint32_t first = branches->turn;
    branches->turn = (first ? first : branches->count) - 1;
    return (struct order){first, branches->count, true};
}

static uint32_t index_at(struct order order, uint32_t step)
{
    return order.backwards ? (order.first + order.count - step) % order.count : step;
}

/* What a branch has to say in this poll. */
enum state { DISABLED, FINISHED_BEFORE, STILL_PENDING, READY_NOW };

static enum state ask(struct wf_future *branch, struct wf_cx *cx)
{
    if (!branch)
        return DISABLED;
    if (wf_future_is_done(branch))
        return FINISHED_BEFORE;
    return wf_future_poll(branch, cx) == WF_READY ? READY_NOW : STILL_PENDING;
}

static void drop_unfinished(struct wf_branches *branches)
{
    for (struct wf_future **each = branches->futures, **end = each + branches->count; each < end; each++)
        if (*each && !wf_future_is_done(*each))
            wf_future_drop(*each);
}

static void visit_unfinished(const struct wf_branches *branches, wf_visit *visit, void *arg)
{
    for (struct wf_future **each = branches->futures, **end = each + branches->count; each < end; each++)
        if (*each && !wf_future_is_done(*each))
            visit(arg, *each);
}

/* --- join --- */

static enum wf_poll join_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_join *self = (struct wf_join *)future;
    struct order order = next_order(&self->branches);
    uint32_t pending = 0;
    for (uint32_t step = 0; step < order.count; step++)
        pending += ask(self->branches.futures[index_at(order, step)], cx) == STILL_PENDING;
    return pending ? WF_PENDING : WF_READY;
}

static void join_drop(struct wf_future *future)
{
    drop_unfinished(&((struct wf_join *)future)->branches);
}

static void join_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_unfinished(&((const struct wf_join *)future)->branches, visit, arg);
}

static const struct wf_future_ops join_ops = {
    .name = "join",
    .poll = join_poll,
    .drop = join_drop,
    .children = join_children,
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
    struct order order = next_order(&self->branches);
    uint32_t pending = 0;
    for (uint32_t step = 0; step < order.count; step++) {
        uint32_t index = index_at(order, step);
        struct wf_future *branch = self->branches.futures[index];
        enum state state = ask(branch, cx);
        pending += state == STILL_PENDING;
        if (state != READY_NOW && state != FINISHED_BEFORE)
            continue;
        int result = wf_future_int_out(branch);
        if (result < 0) {
            self->out = result;
            self->failed = index;
            drop_unfinished(&self->branches);
            return WF_READY;
        }
    }
    return pending ? WF_PENDING : WF_READY;
}

static void try_join_drop(struct wf_future *future)
{
    drop_unfinished(&((struct wf_try_join *)future)->branches);
}

static void try_join_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_unfinished(&((const struct wf_try_join *)future)->branches, visit, arg);
}

static const struct wf_future_ops try_join_ops = {
    .name = "try_join",
    .poll = try_join_poll,
    .drop = try_join_drop,
    .children = try_join_children,
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

/* --- select and race --- */

/* Go on to the first branch that gets READY: its index, WF_EDISABLED if there is none to wait for, else WF_EAGAIN. */
static int find_winner(struct wf_branches *branches, struct wf_cx *cx)
{
    struct order order = next_order(branches);
    int none = WF_EDISABLED;
    for (uint32_t step = 0; step < order.count; step++) {
        uint32_t index = index_at(order, step);
        enum state state = ask(branches->futures[index], cx);
        if (state == READY_NOW)
            return (int)index;
        if (state == STILL_PENDING)
            none = WF_EAGAIN;
    }
    return none;
}

static enum wf_poll select_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_select *self = (struct wf_select *)future;
    self->out = find_winner(&self->branches, cx);
    return self->out == WF_EAGAIN ? WF_PENDING : WF_READY;
}

static void select_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_unfinished(&((const struct wf_select *)future)->branches, visit, arg);
}

/* No drop: the branches are the caller's. */
static const struct wf_future_ops select_ops = {
    .name = "select",
    .poll = select_poll,
    .children = select_children,
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
    const struct wf_branches kept = select->branches; /* the turn goes on */
    *select = (struct wf_select){.future = {.ops = &select_ops}, .branches = kept};
    return select;
}

static enum wf_poll race_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_race *self = (struct wf_race *)future;
    self->out = find_winner(&self->branches, cx);
    if (self->out == WF_EAGAIN)
        return WF_PENDING;
    drop_unfinished(&self->branches);
    return WF_READY;
}

static void race_drop(struct wf_future *future)
{
    drop_unfinished(&((struct wf_race *)future)->branches);
}

static void race_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_unfinished(&((const struct wf_race *)future)->branches, visit, arg);
}

static const struct wf_future_ops race_ops = {
    .name = "race",
    .poll = race_poll,
    .drop = race_drop,
    .children = race_children,
    WF_FRAME(struct wf_race),
};

struct wf_race *wf_race(struct wf_race *race, struct wf_future *futures[], size_t count, enum wf_order order)
{
    *race = (struct wf_race){.future = {.ops = &race_ops}, .branches = branches_of(futures, count, order)};
    return race;
}
