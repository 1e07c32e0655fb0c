/**
 * @file laws_expect.c
 * @brief What a plain life of a future must look like, from what the lab's table says of it.
 *
 * A small model: it knows which leaves are READY and what polls and drops follow from that. Laws 1 to 3, 5, 6, 7 and 9 to 11 are
 * here; the others compare two lives (laws.c).
 */
#include <stddef.h>
#include <string.h>

#include "laws_internal.h"

/* The future as it should be. */
struct model {
    const struct law_future *future;
    const struct kit_life *life;
    bool armed[KIT_COUNT_MAX], done[KIT_COUNT_MAX], over, dropped, failed_to_build, dry, kicked, witnessed;
    int32_t results[KIT_COUNT_MAX];
    int alive, done_count, drops, polls, leaf_polls, turns, callbacks, out, wakes, destroyed;
    int fresh, gave_way; /* tasks that can run: not polled yet; to be polled again, as they gave way */
    int went_on;         /* what somebody else went on with */
    bool polls_known, held_known;
    int poll;
};

#define MUST(field, value, why)                                                                              \
    do {                                                                                                     \
        enum { FIELD = offsetof(struct kit_seen, field) / sizeof(int32_t) };                                 \
        expected->seen.field = (int32_t)(value);                                                             \
        expected->known[FIELD] = true;                                                                       \
        expected->law[FIELD] = (why);                                                                        \
    } while (0)

static const char *const
    law_1 = "law 1: building a future does nothing but what its header says",
    *const law_2 = "law 2: a future that is PENDING has the newest waker kept, and no older one",
    *const law_3 = "law 3: a future that is dropped gives back all that it has, once",
    *const law_5 = "law 5: a future writes nothing outside of its frame",
    *const law_6 = "law 6: the tree of a suspended future shows what it waits for",
    *const law_7 = "law 7: an output goes to its receiver once, or is destroyed once",
    *const law_9 = "law 9: READY comes in the first poll that can have it, and what it owns is over then",
    *const law_10 = "law 10: without a unit of budget that it needs it gives way, and only then",
    *const law_12 = "law 12: its public fields are right after each step, and for whatever it calls",
    *const law_13 = "law 13: without memory there is the documented error, and nothing else",
    *const law_15 = "law 15: the thread's context is as before";

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

static bool all_done(const struct model *model)
{
    return model->done_count == model->life->shape.count;
}

/* Leaves that it owns and that are not READY are dropped. */
static void drop_leaves(struct model *model)
{
    if (model->future->leaves == OWNS_LEAVES) {
        model->drops += model->alive;
        model->alive = 0;
    }
}

static void leaf_ready(struct model *model, int leaf)
{
    model->done[leaf] = true;
    model->done_count++;
    model->alive--;
}

static void all_that_can(struct model *model)
{
    for (int i = 0; i < model->life->shape.count; i++) {
        model->leaf_polls += !model->done[i];
        if (model->armed[i] && !model->done[i])
            leaf_ready(model, i);
    }
}

/* The first armed leaf; in the polls that matter there is one, or the order of the first poll is the array's. */
static int first_armed(const struct model *model, bool failed)
{
    for (int i = 0; i < model->life->shape.count; i++)
        if (model->armed[i] && !model->done[i] && (!failed || model->results[i] < 0))
            return i;
    return -1;
}

static bool poll_any(struct model *model)
{
    int winner = first_armed(model, false), count = model->life->shape.count;
    if (count == 0) {
        model->out = WF_EDISABLED;
        return true;
    }
    if (winner < 0) {
        model->leaf_polls += count;
        return false;
    }
    model->polls_known = model->held_known = false;
    leaf_ready(model, winner);
    model->out = winner;
    drop_leaves(model);
    return true;
}

static bool poll_or_fails(struct model *model)
{
    int failing = first_armed(model, true);
    if (failing < 0) {
        all_that_can(model);
        model->out = 0;
        return all_done(model);
    }
    model->polls_known = false;
    leaf_ready(model, failing);
    model->out = model->results[failing];
    drop_leaves(model);
    return true;
}

static bool poll_in_turn(struct model *model)
{
    if ((model->future->flags & BUILDS_LATE) && model->done_count == 0)
        model->alive = 1;
    for (int i = model->done_count; i < 2; i++) {
        model->leaf_polls++;
        if (!model->armed[i])
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

static bool poll_model(struct model *model)
{
    switch (model->future->waits) {
    case WAITS_FOR_NOTHING:
        model->out = model->future->flags & BY_RESULT ? model->life->shape.result : 0;
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
    if (model->future->leaves != RUN_ELSEWHERE)
        all_that_can(model);
    model->out = 0;
    if (!all_done(model))
        return false;
    if (model->future->output == TO_CALLBACK) {
        model->callbacks++;
        model->out = model->results[0] ^ KIT_MAP_KEY;
    }
    return true;
}

/* No leaf can be READY without a unit: those that could give way. */
static bool poll_dry(struct model *model)
{
    bool takes_none_yet = model->future->leaves == RUN_ELSEWHERE && !all_done(model);
    if ((model->future->flags & SPENDS_NONE) || takes_none_yet)
        return poll_model(model);
    if (model->future->flags & SPENDS_ONE) {
        model->wakes++;
        return false;
    }
    if (model->future->waits == WAITS_IN_TURN)
        model->alive = 1;
    model->leaf_polls += model->alive;
    for (int i = 0; i < model->life->shape.count; i++)
        model->wakes += model->armed[i] && !model->done[i];
    return false;
}

/* What the leaves that are alive do when they become READY: they wake, if they were ever polled. Those that a task polls have
 * been, and are polled once more, in that task. */
static void arm(struct model *model, int leaf, int32_t result)
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
static void run_tasks(struct model *model)
{
    model->gave_way = model->life->shape.form == 2 ? model->fresh : 0;
    model->fresh = 0;
    model->wakes += model->gave_way > 0;
}

/* What outlives it is what it had lent, or tasks: somebody else polls these. */
static void witness(struct model *model)
{
    model->witnessed = true;
    model->went_on += model->future->flags & RUNS_TASKS ? model->fresh + model->gave_way : model->alive;
    model->fresh = model->gave_way = 0; /* they come to their end, or wait */
    model->leaf_polls += model->alive;
    for (int i = 0; i < model->life->shape.count && model->alive > 0; i++)
        if (model->armed[i] && !model->done[i])
            leaf_ready(model, i);
}

static void operate(struct model *model, const struct kit_op *op)
{
    model->poll = -1;
    model->dry = op->act == ACT_POLL_DRY;
    switch ((enum kit_act)op->act) {
    case ACT_POLL:
    case ACT_POLL_DRY:
        if (model->over)
            break; /* READY without budget already */
        model->polls++;
        model->kicked = false;
        if (model->failed_to_build) {
            model->out = WF_ENOMEM;
            model->over = true;
        } else {
            model->over = op->act == ACT_POLL_DRY ? poll_dry(model) : poll_model(model);
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
            model->destroyed = model->future->leaves == RUN_ELSEWHERE && all_done(model);
        }
        break;
    }
}

static void expect_now(struct model *model, struct law_expected *expected, bool at_release)
{
    const struct law_future *future = model->future;
    const struct kit_shape *shape = &model->life->shape;
    bool is_over = model->over || model->dropped, is_new = model->polls == 0 && !is_over;
    bool boxed = law_allocates(future, shape) && !model->failed_to_build;
    const char *phase = is_new ? law_1 : model->dropped ? law_3 : law_9;

    MUST(damage, 0, law_5);
    MUST(twice, 0, law_9);
    MUST(bypassed, 0, law_3);
    MUST(wakes_older, 0, law_2);
    MUST(callback_wrong, 0, law_7);
    MUST(value_wrong, 0, law_7);
    MUST(context_lost, 0, law_15);
    MUST(surroundings_wrong, 0, law_15);
    MUST(tree_wrong, 0, is_new ? law_1 : law_6);
    MUST(uncounted, 0, law_12);
    MUST(room_wrong, 0, law_1);
    MUST(returned_wrong, 0, law_1);
    MUST(finals_early, 0, law_3);
    MUST(ops_wrong, 0, law_12);
    MUST(failures, model->failed_to_build, law_13);
    MUST(allocations, boxed, law_1);
    MUST(frees, boxed && (is_over || at_release), phase);
    if (at_release) {
        MUST(clones, 0, law_3);
        MUST(live, 0, law_3);
        return;
    }
    MUST(poll, model->poll, model->failed_to_build ? law_13 : model->dry ? law_10 : law_9);
    MUST(head, model->over ? 2 : model->dropped ? 3 : model->polls > 0, phase);
    MUST(leaf_done, model->done_count, phase);
    MUST(leaf_drops, model->drops, phase);
    MUST(leaf_alive, model->alive, phase);
    MUST(callbacks, model->callbacks, phase);
    if (future->flags & HAS_PARENT)
        MUST(books, !is_over && !model->failed_to_build, law_12);
    MUST(finals, (future->flags & CLEANS_UP) && is_over, law_3);
    if (model->polls_known)
        MUST(leaf_polls, model->leaf_polls, law_9);
    if (model->over)
        MUST(out, model->out, model->failed_to_build ? law_13 : law_9);
    bool elsewhere = future->leaves == RUN_ELSEWHERE;
    if (model->held_known) {
        int holding = model->polls > 0 && !elsewhere && !model->witnessed ? model->alive : 0;
        if (future->leaves == OWNS_LEAVES && is_over)
            holding = 0;
        bool keeps = (future->flags & KEEPS_WAKER) && model->polls > 0 && !is_over;
        MUST(holding, holding, law_2);
        /* between a wake and the poll that it asks for, its own waker may be kept, or was used up */
        bool woken = keeps && (model->kicked || (elsewhere && all_done(model)));
        if (!woken)
            MUST(clones, holding + keeps, law_2);
        MUST(wakes_newest, model->wakes, model->dry ? law_10 : law_2);
    }
    if (!model->over)
        MUST(went_on, model->went_on, law_3);
    if (!is_over && model->polls > 0)
        MUST(reached, elsewhere ? 0 : model->alive, law_6);
    bool has_owner = shape->owned && shape->bytes > 0;
    if (has_owner && future->output == TO_CALLBACK) {
        MUST(claimed, model->callbacks, law_7);
        MUST(destroyed, 0, law_7);
    } else if (has_owner && future->output == TO_VALUE) {
        MUST(claimed, model->over && shape->want && !model->failed_to_build, law_7);
        MUST(destroyed, model->destroyed + (model->over && !shape->want && !model->failed_to_build), law_7);
    } else {
        MUST(destroyed, 0, law_7);
    }
}

static void compare(struct judge *judge, const struct model *model, const struct law_record *record, int at,
                    const struct law_expected *expected)
{
    const int32_t *seen = (const int32_t *)&record->seen[at], *should = (const int32_t *)&expected->seen;
    for (int i = 0; i < SEEN_COUNT; i++)
        if (expected->known[i] && seen[i] != should[i])
            law_broken(judge, model->future, model->life, record, at, expected->law[i], i, should[i]);
}

void law_expect(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                const struct law_record *record)
{
    static struct model model;
    memset(&model, 0, sizeof model);
    model.future = future;
    model.life = life;
    model.poll = -1;
    model.polls_known = model.held_known = true;
    model.failed_to_build = life->variation.fail == 1 && law_allocates(future, &life->shape);
    bool is_empty = law_stays_empty(future, &life->shape);
    model.alive = future->leaves == NO_LEAVES || model.failed_to_build || is_empty ? 0
                  : future->waits == WAITS_IN_TURN ? !(future->flags & BUILDS_LATE)
                                                   : life->shape.count;
    model.callbacks = (future->flags & CALLS_TO_BUILD) && !model.failed_to_build;
    model.leaf_polls = future->leaves == RUN_ELSEWHERE; /* in its task */
    model.fresh = (future->flags & RUNS_TASKS) && life->shape.form != 0;
    for (int at = 0; at <= life->count + 1; at++) {
        struct law_expected expected = {.known = {false}};
        if (at > 0 && at <= life->count)
            operate(&model, &life->ops[at - 1]);
        expect_now(&model, &expected, at == life->count + 1);
        compare(judge, &model, record, at, &expected);
    }
    const struct kit_seen *end = &record->seen[life->count + 1];
    if (end->made != end->destroyed + end->claimed)
        law_broken(judge, future, life, record, life->count + 1, law_7,
                   offsetof(struct kit_seen, made) / sizeof(int32_t), end->destroyed + end->claimed);
}
