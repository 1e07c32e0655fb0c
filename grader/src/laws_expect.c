/**
 * @file laws_expect.c
 * @brief What a plain life of a future must look like, from what the lab's table says of it.
 *
 * Laws 1 to 3, 5, 6, 7 and 9 to 13 are here; the others compare two lives (laws_vary.c).
 */
#include <stddef.h>

#include "laws_model.h"

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

static void expect_now(struct law_model *model, struct law_expected *expected, bool at_release)
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
    MUST(spent, model->spent, law_10);
    MUST(poll, model->poll, model->failed_to_build ? law_13 : model->scarce ? law_10 : law_9);
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
        bool woken = keeps && (model->kicked || (elsewhere && law_model_all_done(model)));
        if (!woken)
            MUST(clones, holding + keeps, law_2);
        MUST(wakes_newest, model->wakes, model->scarce ? law_10 : law_2);
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

static void compare(struct judge *judge, const struct law_model *model, const struct law_record *record,
                    int at, const struct law_expected *expected)
{
    const int32_t *seen = (const int32_t *)&record->seen[at], *should = (const int32_t *)&expected->seen;
    for (int i = 0; i < SEEN_COUNT; i++)
        if (expected->known[i] && seen[i] != should[i])
            law_broken(judge, model->future, model->life, record, at, expected->law[i], i, should[i]);
}

void law_expect(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                const struct law_record *record)
{
    static struct law_model model;
    law_model_begin(&model, future, life);
    for (int at = 0; at <= life->count + 1; at++) {
        struct law_expected expected = {.known = {false}};
        if (at > 0 && at <= life->count)
            law_model_do(&model, &life->ops[at - 1]);
        expect_now(&model, &expected, at == life->count + 1);
        compare(judge, &model, record, at, &expected);
    }
    const struct kit_seen *end = &record->seen[life->count + 1];
    if (end->made != end->destroyed + end->claimed)
        law_broken(judge, future, life, record, life->count + 1, law_7,
                   offsetof(struct kit_seen, made) / sizeof(int32_t), end->destroyed + end->claimed);
}
