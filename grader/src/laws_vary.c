/**
 * @file laws_vary.c
 * @brief A life in other circumstances: among others, in other storage, elsewhere, with somebody in the middle of it.
 *
 * Nothing that is observed may differ from the plain life: that one comparison is laws 4, 5, 6, 8, 14 and 15.
 */
#include "laws_internal.h"

static const char *const law_4 = "law 4: those that are alive at once do not touch each other";

/* The polls of leaves that a budget or an intruder costs are not compared; all else is. */
static void expect_same(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                        const char *law, const struct law_record *plain, const struct law_record *varied)
{
    for (int at = 0; at < plain->count; at++) {
        struct kit_seen a = plain->seen[at], b = varied->seen[at];
        a.intrusions = b.intrusions = a.spent = b.spent = a.live = b.live = 0;
        const int32_t *x = (const int32_t *)&a, *y = (const int32_t *)&b;
        for (int i = 0; i < SEEN_COUNT; i++)
            if (x[i] != y[i])
                law_broken(judge, future, life, varied, at, law, i, x[i]);
    }
}

/* The second one was polled, woken or dropped in the middle of the first: its life is another, and nothing in it is wrong. */
static void expect_sound(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                         const struct law_record *twin)
{
    static const int never[] = {
        LAW_FIELD(twice),       LAW_FIELD(bypassed),       LAW_FIELD(clones),
        LAW_FIELD(wakes_older), LAW_FIELD(callback_wrong), LAW_FIELD(finals_early),
        LAW_FIELD(value_wrong), LAW_FIELD(context_lost),   LAW_FIELD(surroundings_wrong),
        LAW_FIELD(tree_wrong),  LAW_FIELD(uncounted),      LAW_FIELD(damage),
        LAW_FIELD(twin_wrong)};
    int end = twin->count - 1;
    const int32_t *seen = (const int32_t *)&twin->seen[end];
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (seen[never[i]] != 0)
            law_broken(judge, future, life, twin, end, law_4, never[i], 0);
    for (int at = 0; at < end && future->leaves == OWNS_LEAVES; at++)
        if (twin->seen[at].head >= 2 && twin->seen[at].leaf_alive != 0)
            law_broken(judge, future, life, twin, at, law_4, LAW_FIELD(leaf_alive), 0);
    int32_t gone = twin->seen[end].destroyed + twin->seen[end].claimed;
    if (twin->seen[end].made != gone)
        law_broken(judge, future, life, twin, end, law_4, LAW_FIELD(made), gone);
}

static void vary_by_twin(struct judge *judge, const struct law_future *future, struct kit_life life,
                         const struct law_record *plain)
{
    struct law_record varied, twin;
    life.variation.twin = 1;
    law_live(judge, future, &life, &varied, &twin);
    expect_same(judge, future, &life, law_4, plain, &varied);
    expect_same(judge, future, &life, law_4, plain, &twin);
}

static void vary_by_storage(struct judge *judge, const struct law_future *future, struct kit_life life,
                            const struct law_record *plain)
{
    struct law_record varied;
    for (int i = 0; i < law_domains[DOMAIN_RUBBISH].count; i++) {
        life.variation.rubbish = law_domains[DOMAIN_RUBBISH].edges[i];
        law_drawn(judge, future, DOMAIN_RUBBISH, life.variation.rubbish);
        law_live(judge, future, &life, &varied, NULL);
        expect_same(judge, future, &life, "law 5: what its storage held before changes nothing", plain,
                    &varied);
    }
}

/* --- elsewhere --- */

static bool has_budget(int32_t where)
{
    return where == IN_BUDGET || where == IN_BLOCK_ON || where == IN_TASK || where == IN_ROOT ||
           where == IN_RUNTIME || where == IN_LOCAL_TASK;
}

/* Of budget, so far: what its leaves took, or what it declares. `head` 2: it was READY. */
static int32_t units_of(const struct law_future *future, const struct kit_seen *seen)
{
    return future->flags & SPENDS_ONE ? seen->head == 2 : future->flags & SPENDS_NONE ? 0 : seen->leaf_done;
}

/* After how many operations somebody else goes on without it. */
static int own_end(const struct kit_life *life)
{
    int count = 0;
    while (count < life->count && life->ops[count].act != ACT_WITNESS)
        count++;
    return count;
}

static void vary_by_where(struct judge *judge, const struct law_future *future, struct kit_life life,
                          const struct law_record *plain)
{
    enum { COUNT_MAX = 100 }; /* more need more than one poll's budget */
    struct law_record varied;
    for (int i = 0; i < law_domains[DOMAIN_WHERE].count; i++) {
        int32_t where = life.variation.where = law_domains[DOMAIN_WHERE].edges[i];
        if (!law_ranges_over(future, DOMAIN_WHERE, where) ||
            (has_budget(where) && life.shape.count > COUNT_MAX))
            continue;
        law_drawn(judge, future, DOMAIN_WHERE, where);
        law_live(judge, future, &life, &varied, NULL);
        expect_same(judge, future, &life,
                    where == OTHER_THREAD ? "law 14: it may be moved to another thread between polls"
                    : where == IN_ANOTHER ? "law 4: inside of another one like it it does the same"
                                          : "law 15: inside and outside of a runtime it does the same",
                    plain, &varied);
        for (int at = 0; at <= own_end(&life) && has_budget(where); at++)
            if (varied.seen[at].spent != units_of(future, &varied.seen[at]))
                law_broken(judge, future, &life, &varied, at,
                           "law 10: it spends the units that its header says, and none without progress",
                           LAW_FIELD(spent), units_of(future, &varied.seen[at]));
    }
}

/* --- somebody in the middle --- */

static void vary_by_intruders(struct judge *judge, const struct law_future *future, struct kit_life life,
                              const struct law_record *plain)
{
    struct law_record varied, twin;
    for (int p = 0; p < law_domains[DOMAIN_PLACE].count; p++)
        for (int i = 0; i < law_domains[DOMAIN_INTRUDER].count; i++) {
            life.variation.place = law_domains[DOMAIN_PLACE].edges[p];
            life.variation.intruder = law_domains[DOMAIN_INTRUDER].edges[i];
            life.variation.twin = life.variation.intruder >= POLLS_TWIN;
            law_live(judge, future, &life, &varied, life.variation.twin ? &twin : NULL);
            expect_same(judge, future, &life, "law 4: what others do in the middle of it changes nothing",
                        plain, &varied);
            if (life.variation.twin)
                expect_sound(judge, future, &life, &twin);
            if (varied.seen[varied.count - 1].intrusions == 0)
                break; /* it does not come there in this life */
            law_drawn(judge, future, DOMAIN_PLACE, life.variation.place);
            law_drawn(judge, future, DOMAIN_INTRUDER, life.variation.intruder);
        }
}

void law_vary(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              const struct law_record *plain)
{
    if ((future->flags & RUNS_TASKS) && life->shape.form == 2)
        return; /* what gives way has what stands around it give way, too: here others do change something */
    vary_by_twin(judge, future, *life, plain);
    vary_by_storage(judge, future, *life, plain);
    vary_by_where(judge, future, *life, plain);
    vary_by_intruders(judge, future, *life, plain);
}

void law_vary_by_many(struct judge *judge, const struct law_future *future, const struct kit_life *life)
{
    enum { OTHERS = 299 }; /* more than fit into a byte, or into a table of 256 */
    struct law_record plain, varied, twin;
    struct kit_life many = *life;
    law_live(judge, future, &many, &plain, NULL);
    many.variation.twin = OTHERS;
    law_live(judge, future, &many, &varied, &twin);
    expect_same(judge, future, &many, law_4, &plain, &varied);
    expect_same(judge, future, &many, law_4, &plain, &twin);
}
