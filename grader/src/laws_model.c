/**
 * @file laws_model.c
 * @brief What becomes of a future, by what the lab's table says of it.
 */
#include <limits.h>
#include <string.h>

#include "laws_model.h"

bool law_stays_empty(const struct law_future *future, const struct kit_shape *shape)
{
    return (future->flags & STAYS_EMPTY) && shape->form == 1;
}

bool law_allocates(const struct law_future *future, const struct kit_shape *shape)
{
    return (future->flags & BY_ROOM) && shape->room <= ROOM_ONE_SHORT;
}

bool law_takes_units(const struct law_future *future, const struct kit_shape *shape)
{
    if (law_stays_empty(future, shape))
        return false;
    return (future->flags & (SPENDS_ONE | SPENDS_NONE)) || (future->leaves != NO_LEAVES && shape->count > 0);
}

bool law_model_all_done(const struct law_model *model)
{
    return model->done_count == model->life->shape.count;
}

/* A unit of the budget for something that could complete; or it gives way, and its task is woken. */
static bool spend(struct law_model *model)
{
    if (model->units == 0) {
        model->wakes++;
        return false;
    }
    model->units--;
    model->spent += model->scarce;
    return true;
}

/* Leaves that it owns and that are not READY are dropped. */
static void drop_leaves(struct law_model *model)
{
    if (model->future->leaves == OWNS_LEAVES) {
        model->drops += model->alive;
        model->alive = 0;
    }
}

static void leaf_ready(struct law_model *model, int leaf)
{
    model->done[leaf] = true;
    model->done_count++;
    model->alive--;
}

/* Of those that could be READY the budget lets some be: which ones is the turn's affair, and makes no difference here. */
static void all_that_can(struct law_model *model)
{
    for (int i = 0; i < model->life->shape.count; i++) {
        model->leaf_polls += !model->done[i];
        if (model->armed[i] && !model->done[i] && spend(model))
            leaf_ready(model, i);
    }
}

/* The first armed leaf; in the polls that matter there is one, or the order of the first poll is the array's. */
static int first_armed(const struct law_model *model, bool failed)
{
    for (int i = 0; i < model->life->shape.count; i++)
        if (model->armed[i] && !model->done[i] && (!failed || model->results[i] < 0))
            return i;
    return -1;
}

static bool poll_any(struct law_model *model)
{
    int winner = first_armed(model, false), count = model->life->shape.count;
    if (count == 0) {
        model->out = WF_EDISABLED;
        return true;
    }
    if (winner < 0 || model->units == 0) {
        all_that_can(model);
        return false;
    }
    spend(model);
    model->polls_known = model->held_known = false;
    leaf_ready(model, winner);
    model->out = winner;
    drop_leaves(model);
    return true;
}

static bool poll_or_fails(struct law_model *model)
{
    int failing = first_armed(model, true);
    if (failing < 0 || model->units == 0) {
        all_that_can(model);
        model->out = 0;
        return law_model_all_done(model);
    }
    spend(model);
    model->polls_known = false;
    leaf_ready(model, failing);
    model->out = model->results[failing];
    drop_leaves(model);
    return true;
}

static bool poll_in_turn(struct law_model *model)
{
    if ((model->future->flags & BUILDS_LATE) && model->done_count == 0)
        model->alive = 1;
    for (int i = model->done_count; i < 2; i++) {
        model->leaf_polls++;
        if (!model->armed[i] || !spend(model))
            return false;
        leaf_ready(model, i);
        if (i == 0) {
            model->callbacks += model->future->output == TO_CALLBACK;
            model->alive = 1;
        }
    }
    model->out = model->results[1];
    return true;
}

/* It polls none: it looks whether a task has. Once it gave way it needs no unit any more. */
static bool poll_elsewhere(struct law_model *model)
{
    model->out = 0;
    if (!law_model_all_done(model))
        return false;
    if (!model->gave_way_once && !spend(model)) {
        model->gave_way_once = true;
        return false;
    }
    return true;
}

static bool poll_model(struct law_model *model)
{
    if (model->future->flags & SPENDS_NONE)
        model->units = INT_MAX; /* what it polls has another budget, or none */
    switch (model->future->waits) {
    case WAITS_FOR_NOTHING:
        if ((model->future->flags & SPENDS_ONE) && !spend(model))
            return false;
        model->out = model->future->flags & BY_RESULT  ? model->life->shape.result
                     : model->future->flags & SAYS_ONE ? 1
                                                       : 0;
        return true;
    case WAITS_FOR_EVER:
        return false;
    case WAITS_ONE_TURN:
        model->wakes += model->polls == 1;
        return model->polls > 1;
    case WAITS_FOR_ANY:
        return poll_any(model);
    case WAITS_OR_FAILS:
        return poll_or_fails(model);
    case WAITS_IN_TURN:
        return poll_in_turn(model);
    case WAITS_FOR_ALL:
        break;
    }
    if (model->future->leaves == RUN_ELSEWHERE)
        return poll_elsewhere(model);
    all_that_can(model);
    model->out = 0;
    if (!law_model_all_done(model))
        return false;
    if (model->future->output == TO_CALLBACK) {
        model->callbacks++;
        model->out = model->results[0] ^ KIT_MAP_KEY;
    }
    return true;
}

/* What the leaves that are alive do when they become READY: they wake, if they were ever polled. Those that a task polls have
 * been, and are polled once more, in that task. */
static void arm(struct law_model *model, int leaf, int32_t result)
{
    if (model->future->leaves == RUN_ELSEWHERE) {
        model->wakes += model->polls > 0 && !model->over && !model->dropped;
        model->results[leaf] = result;
        model->armed[leaf] = true;
        model->leaf_polls++;
        leaf_ready(model, leaf);
        model->destroyed += model->dropped;
        return;
    }
    bool is_built = model->future->waits != WAITS_IN_TURN || leaf == model->done_count;
    bool is_gone = model->future->leaves == OWNS_LEAVES && (model->over || model->dropped);
    model->wakes += is_built && model->polls > 0 && !model->done[leaf] && !is_gone && !model->witnessed;
    model->armed[leaf] = true;
    model->results[leaf] = result;
}

/* In a poll that is PENDING each that can is polled once. The run gives way itself, if one could go on. */
static void run_tasks(struct law_model *model)
{
    model->gave_way = model->life->shape.form == 2 ? model->fresh : 0;
    model->fresh = 0;
    model->wakes += model->gave_way > 0;
}

/* What outlives it is what it had lent, or tasks: somebody else polls these. */
static void witness(struct law_model *model)
{
    model->witnessed = true;
    model->went_on += model->future->flags & RUNS_TASKS ? model->fresh + model->gave_way : model->alive;
    model->fresh = model->gave_way = 0; /* they come to their end, or wait */
    model->leaf_polls += model->alive;
    for (int i = 0; i < model->life->shape.count && model->alive > 0; i++)
        if (model->armed[i] && !model->done[i])
            leaf_ready(model, i);
}

void law_model_do(struct law_model *model, const struct kit_op *op)
{
    model->poll = -1;
    model->scarce = op->act == ACT_POLL_WITH && !(model->future->flags & SPENDS_NONE);
    model->units = op->act == ACT_POLL_WITH ? op->result : INT_MAX;
    switch ((enum kit_act)op->act) {
    case ACT_POLL:
    case ACT_POLL_WITH:
        if (model->over)
            break; /* READY without budget already */
        model->polls++;
        model->kicked = false;
        if (model->failed_to_build) {
            model->out = WF_ENOMEM;
            model->over = true;
        } else {
            model->over = poll_model(model);
        }
        model->poll = model->over;
        if (!model->over)
            run_tasks(model);
        break;
    case ACT_ARM:
        arm(model, op->a, op->result);
        break;
    case ACT_ARM_ALL:
    case ACT_ARM_REST:
        for (int i = 0; i < model->life->shape.count; i++)
            if (!model->armed[i] && (op->act == ACT_ARM_ALL || i != op->a))
                arm(model, i, op->result);
        break;
    case ACT_KICK:
        model->wakes += model->polls > 0 && !model->over && !model->dropped;
        model->kicked = true;
        model->fresh++;
        break;
    case ACT_WITNESS:
        witness(model);
        break;
    case ACT_ERR:
        break; /* by a copy of the program */
    case ACT_DROP:
        if (!model->over) {
            drop_leaves(model);
            model->dropped = true;
            model->destroyed = model->future->leaves == RUN_ELSEWHERE && law_model_all_done(model);
        }
        break;
    }
}

void law_model_begin(struct law_model *model, const struct law_future *future, const struct kit_life *life)
{
    memset(model, 0, sizeof *model);
    model->future = future;
    model->life = life;
    model->poll = -1;
    model->polls_known = model->held_known = true;
    model->failed_to_build = life->variation.fail == 1 && law_allocates(future, &life->shape);
    bool is_empty = law_stays_empty(future, &life->shape);
    model->alive = future->leaves == NO_LEAVES || model->failed_to_build || is_empty ? 0
                   : future->waits == WAITS_IN_TURN ? !(future->flags & BUILDS_LATE)
                                                    : life->shape.count;
    model->callbacks = (future->flags & CALLS_TO_BUILD) && !model->failed_to_build;
    model->leaf_polls = future->leaves == RUN_ELSEWHERE; /* in its task */
    model->fresh = (future->flags & RUNS_TASKS) && life->shape.form != 0;
}
