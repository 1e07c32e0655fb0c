/**
 * @file combine.c
 * @brief join, try_join, select and race as one walk that is told by each combinator when to stop.
 *
 * ## The walk
 *
 * It counts the live branches, then polls them in turn. Each that gets READY is taken off the count and shown to
 * the combinator, which may end the walk there. What is left of the count at the end says whether to wait.
 *
 * ## The turn
 *
 * `turn` is the place after the branch that went first in the last poll; the walk begins at the first live branch
 * from there on. Places pass in array order, so between two firsts of one branch each other branch is first at most
 * once; one that stays live is therefore first at least once in `count` polls. Finished branches take no turn:
 * of n live ones each is first in every n-th poll.
 */
#include "weft/combine.h"

#include <stdbool.h>

#include "weft/error.h"
#include "weft/panic.h"

static struct wf_branches branches_of(struct wf_future *futures[], size_t count, enum wf_order order)
{
    return (struct wf_branches){.futures = futures, .count = (uint32_t)count, .order = order};
}

static bool is_live(const struct wf_future *branch)
{
    return branch && !wf_future_is_done(branch);
}

static uint32_t count_live(const struct wf_branches *branches)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < branches->count; i++)
        live += is_live(branches->futures[i]);
    return live;
}

static void drop_live(const struct wf_branches *branches)
{
    for (uint32_t i = branches->count; i-- > 0;)
        if (is_live(branches->futures[i]))
            wf_future_drop(branches->futures[i]);
}

static void visit_live(const struct wf_branches *branches, wf_visit *visit, void *arg)
{
    for (uint32_t i = 0; i < branches->count; i++)
        if (is_live(branches->futures[i]))
            visit(arg, branches->futures[i]);
}

/* The branch `step` places after `start`, round at the end. Both are less than the count. */
static uint32_t place(const struct wf_branches *branches, uint32_t start, uint32_t step)
{
    uint32_t left = branches->count - start;
    return step < left ? start + step : step - left;
}

/* Where this walk begins. At least one branch is live. */
static uint32_t begin_walk(struct wf_branches *branches)
{
    if (branches->order == WF_BIASED)
        return 0;
    uint32_t first = branches->turn;
    while (!is_live(branches->futures[first]))
        first = place(branches, first, 1 % branches->count);
    branches->turn = place(branches, first, 1 % branches->count);
    return first;
}

/* Told that branch `index` got READY. True: that decides, poll no other. */
typedef bool decides(struct wf_future *self, uint32_t index);

/* Poll each live branch once, until one decides. READY: one did, or none is left. */
static enum wf_poll walk(struct wf_future *self, struct wf_branches *branches, struct wf_cx *cx,
                         decides *decide)
{
    uint32_t left = count_live(branches);
    if (left == 0)
        return WF_READY;
    uint32_t first = begin_walk(branches);
    for (uint32_t step = 0; step < branches->count; step++) {
        uint32_t index = place(branches, first, step);
        if (!is_live(branches->futures[index]) || wf_future_poll(branches->futures[index], cx) == WF_PENDING)
            continue;
        left--;
        if (decide(self, index))
            return WF_READY;
    }
    return left == 0 ? WF_READY : WF_PENDING;
}

/* --- join: nothing decides before the end --- */

static bool join_decides(struct wf_future *self, uint32_t index)
{
    (void)self;
    (void)index;
    return false;
}

static enum wf_poll join_poll(struct wf_future *future, struct wf_cx *cx)
{
    return walk(future, &((struct wf_join *)future)->branches, cx, join_decides);
}

static void join_drop(struct wf_future *future)
{
    drop_live(&((struct wf_join *)future)->branches);
}

static void join_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_live(&((const struct wf_join *)future)->branches, visit, arg);
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

/* --- try_join: a negative output decides --- */

static bool try_join_decides(struct wf_future *future, uint32_t index)
{
    struct wf_try_join *self = (struct wf_try_join *)future;
    int result = wf_future_int_out(self->branches.futures[index]);
    if (result >= 0)
        return false;
    self->out = result;
    self->failed = index;
    return true;
}

/* Whether a branch had failed before this poll; that happens only before the construction. */
static bool failed_before(struct wf_try_join *self)
{
    for (uint32_t i = 0; i < self->branches.count; i++) {
        const struct wf_future *branch = self->branches.futures[i];
        if (branch && wf_future_is_done(branch) && try_join_decides(&self->future, i))
            return true;
    }
    return false;
}

static enum wf_poll try_join_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_try_join *self = (struct wf_try_join *)future;
    if (!failed_before(self) && walk(future, &self->branches, cx, try_join_decides) == WF_PENDING)
        return WF_PENDING;
    drop_live(&self->branches); /* there are some if it failed */
    return WF_READY;
}

static void try_join_drop(struct wf_future *future)
{
    drop_live(&((struct wf_try_join *)future)->branches);
}

static void try_join_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_live(&((const struct wf_try_join *)future)->branches, visit, arg);
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

/* --- select: the first READY decides --- */

static bool select_decides(struct wf_future *future, uint32_t index)
{
    ((struct wf_select *)future)->out = (int)index;
    return true;
}

static enum wf_poll select_poll(struct wf_future *future, struct wf_cx *cx)
{
    return walk(future, &((struct wf_select *)future)->branches, cx, select_decides);
}

static void select_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_live(&((const struct wf_select *)future)->branches, visit, arg);
}

/* No drop: the branches are the caller's. */
static const struct wf_future_ops select_ops = {
    .name = "select",
    .poll = select_poll,
    .children = select_children,
    WF_FRAME(struct wf_select),
};

/* The output stands until a branch decides; if none is there to do so, it is the answer. */
static struct wf_select *build_select(struct wf_select *select, struct wf_branches branches)
{
    *select = (struct wf_select){.future = {.ops = &select_ops}, .branches = branches, .out = WF_EDISABLED};
    return select;
}

struct wf_select *wf_select(struct wf_select *select, struct wf_future *futures[], size_t count,
                            enum wf_order order)
{
    return build_select(select, branches_of(futures, count, order));
}

struct wf_select *wf_select_next(struct wf_select *select)
{
    if (wf_load_relaxed(&select->future.line) < WF_LINE_DROPPED)
        wf_panic("01.13", "wf_select_next on a select that is neither READY nor dropped");
    return build_select(select, select->branches); /* with the turn that is in them */
}

/* --- race: the first READY decides, and the others go --- */

static bool race_decides(struct wf_future *future, uint32_t index)
{
    ((struct wf_race *)future)->out = (int)index;
    return true;
}

static enum wf_poll race_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_race *self = (struct wf_race *)future;
    if (walk(future, &self->branches, cx, race_decides) == WF_PENDING)
        return WF_PENDING;
    drop_live(&self->branches);
    return WF_READY;
}

static void race_drop(struct wf_future *future)
{
    drop_live(&((struct wf_race *)future)->branches);
}

static void race_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit_live(&((const struct wf_race *)future)->branches, visit, arg);
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
    *race = (struct wf_race){
        .future = {.ops = &race_ops}, .branches = branches_of(futures, count, order), .out = WF_EDISABLED};
    return race;
}
