/**
 * @file laws_scripts.c
 * @brief Which operations a life has.
 */
#include "laws_internal.h"

/* Polls that nobody asked for, wakers that change, READY bit by bit, a drop in the end. `way`: the leaf that moves first. */
static void script(const struct law_future *future, struct kit_life *life, int way, int32_t result)
{
    bool is_empty = law_stays_empty(future, &life->shape);
    int leaves = life->shape.count;
    life->count = 0;
    switch (is_empty ? WAITS_FOR_NOTHING : future->waits) {
    case WAITS_FOR_NOTHING:
        if (!is_empty)
            add(life, ACT_POLL, 0, 0);
        break;
    case WAITS_ONE_TURN:
        add(life, ACT_POLL, 0, 0);
        add(life, ACT_POLL, 1, 0);
        break;
    default:
        add(life, ACT_POLL, 0, 0);
        if (future->waits != WAITS_FOR_EVER && leaves == 0)
            break;
        add(life, ACT_POLL, 1, 0);
        add(life, ACT_POLL, 1, 0);
        add(life, ACT_POLL, 2, 0);
        if (future->waits == WAITS_FOR_EVER)
            break;
        add(life, ACT_ARM, way, result);
        add(life, ACT_POLL, 2, 0);
        if (future->waits == WAITS_FOR_ANY || (future->waits == WAITS_OR_FAILS && result < 0) || leaves == 1)
            break;
        add(life, ACT_POLL, 3, 0);
        add(life, ACT_ARM_ALL, 0, result);
        add(life, ACT_POLL, 3, 0);
    }
    add(life, ACT_DROP, 0, 0);
}

/* READY in the first poll that there is. */
static void short_script(struct kit_life *life, int32_t result)
{
    life->count = 0;
    add(life, ACT_ARM_ALL, 0, result);
    add(life, ACT_POLL, 1, 0);
    add(life, ACT_DROP, 0, 0);
}

/* One leaf can be READY, and the first poll finds no budget left. `early`: none can be yet. */
static void dry_script(struct kit_life *life, bool early, int way, int32_t result)
{
    life->count = 0;
    if (early)
        add(life, ACT_POLL_WITH, 1, 0);
    if (life->shape.count > 0)
        add(life, ACT_ARM, way, result);
    add(life, early ? ACT_POLL : ACT_POLL_WITH, 0, 0);
    add(life, ACT_POLL, 1, 0);
    add(life, ACT_DROP, 0, 0);
}

/* The waker of its own is the newest too: also where that differs from the one before by its table alone, and once more. */
static void newest_script(const struct law_future *future, struct kit_life *life, int32_t result)
{
    bool elsewhere = future->leaves == RUN_ELSEWHERE;
    life->count = 0;
    for (int waker = 0; waker < (elsewhere ? 2 : KIT_WAKERS); waker++) {
        add(life, ACT_POLL, waker, 0);
        if (waker % 2)
            add(life, elsewhere ? ACT_ARM : ACT_KICK, 0, result);
    }
    add(life, ACT_DROP, 0, 0);
}

struct kit_life law_scarce_life(const struct law_future *future, const struct kit_shape *shape, int units,
                                int32_t result)
{
    enum { SCARCE_POLLS = 4 };
    struct kit_life life = {.shape = *shape, .variation = {.rubbish = 0xa5, .where = IN_CONTEXT}};
    life.shape.result = result;
    if (future->waits == WAITS_FOR_ANY) /* one: which of several wins is the turn's affair */
        add(&life, ACT_ARM, shape->count - 1, result);
    else if (shape->count > 0)
        add(&life, ACT_ARM_ALL, 0, result);
    for (int poll = 0; poll < SCARCE_POLLS; poll++)
        add(&life, ACT_POLL_WITH, poll % KIT_WAKERS, units);
    add(&life, ACT_POLL, 0, 0);
    add(&life, ACT_DROP, 0, 0);
    return life;
}

struct kit_life law_cut_off(const struct kit_life *life, int cut)
{
    struct kit_life part = *life;
    if (cut < part.count - 1) {
        part.count = cut;
        add(&part, ACT_DROP, 0, 0);
    }
    return part;
}

void law_go_on_without(const struct law_future *future, struct kit_life *life, int32_t result)
{
    bool has_tasks = future->flags & RUNS_TASKS, at_once = life->count % 2; /* before a kick, too */
    if (future->leaves != RUN_ELSEWHERE && (at_once || !has_tasks))
        add(life, ACT_WITNESS, 0, 0);
    if (has_tasks) {
        add(life, ACT_KICK, 0, 0);
        add(life, ACT_WITNESS, 0, 0);
    }
    if (future->leaves != NO_LEAVES && life->shape.count > 0)
        add(life, ACT_ARM_ALL, 0, result);
}

struct kit_life law_plain_life(const struct law_future *future, const struct kit_shape *shape, int way,
                               int32_t result)
{
    struct kit_life life = {.shape = *shape, .variation = {.rubbish = 0xa5}};
    life.shape.result = result;
    life.variation.where = law_ranges_over(future, DOMAIN_WHERE, NO_CONTEXT) ? NO_CONTEXT : IN_CONTEXT;
    script(future, &life, way, result);
    return life;
}

int law_other_lives(const struct law_future *future, const struct kit_life *plain, int way, int32_t result,
                    struct kit_life lives[LAW_OTHER_LIVES])
{
    int count = 0;
    bool has_leaves = future->leaves != NO_LEAVES && plain->shape.count > 0;
    for (int i = 0; i < LAW_OTHER_LIVES; i++)
        lives[i] = *plain;
    if (has_leaves && !law_stays_empty(future, &plain->shape))
        short_script(&lives[count++], result);
    if (future->flags & KEEPS_WAKER)
        newest_script(future, &lives[count++], result);
    if (law_takes_units(future, &plain->shape)) {
        dry_script(&lives[count++], false, way, result);
        if (has_leaves)
            dry_script(&lives[count++], true, way, result);
    }
    return count;
}
