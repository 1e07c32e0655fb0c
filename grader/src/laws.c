/**
 * @file laws.c
 * @brief The laws of futures: which lives are tried.
 *
 * A life is built, polled with wakers that change, made READY bit by bit, and dropped. Each edge of each domain that the future
 * ranges over is drawn in every run; some shapes are drawn from the seed. A plain life is held against the model
 * (laws_model.c), whole and cut at each step. Then it is lived again in other circumstances (laws_vary.c).
 */
#include "laws.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "judge_internal.h"
#include "laws_internal.h"

/* --- shapes --- */

/* `deep`: in every circumstance too. */
static void try_life(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                     bool deep)
{
    struct law_record record;
    law_live(judge, future, life, &record, NULL);
    law_expect(judge, future, life, &record);
    if (deep)
        law_vary(judge, future, life, &record);
}

/* Whole and cut at each step. */
static void try_cuts(struct judge *judge, const struct law_future *future, const struct kit_life *whole,
                     int32_t result, bool deep)
{
    for (int cut = whole->count; cut >= 0; cut -= whole->shape.count > 66 ? 3 : 1) {
        struct kit_life life = law_cut_off(whole, cut);
        law_go_on_without(future, &life, result);
        try_life(judge, future, &life, deep && (cut == 0 || cut % 3 == whole->count % 3));
    }
}

/* Budgets that end between two children, at once, or not at all. `deep`: cut at each step. */
static void try_units(struct judge *judge, const struct law_future *future, const struct kit_shape *shape,
                      int32_t result, bool deep)
{
    const struct law_domain *units = &law_domains[DOMAIN_UNITS];
    for (int i = 0; i < units->count && law_takes_units(future, shape); i++) {
        struct kit_life life = law_scarce_life(future, shape, units->edges[i], result);
        law_drawn(judge, future, DOMAIN_UNITS, units->edges[i]);
        for (int cut = life.count; cut >= (deep ? 0 : life.count); cut--) {
            const struct kit_life part = law_cut_off(&life, cut);
            try_life(judge, future, &part, false);
        }
    }
}

/* Each allocation fails in turn, the first of the life and so on, until the life gets by without a failure. */
static void try_sites(struct judge *judge, const struct law_future *future, const struct kit_life *whole)
{
    bool fails = true;
    for (int site = 1; fails; site++) {
        struct law_record record;
        struct kit_life life = *whole;
        bool is_one = site == 1 && law_allocates(future, &life.shape);
        for (int cut = is_one ? 1 : whole->count; cut >= 0; cut = cut > 0 && is_one ? 0 : -1) {
            life = law_cut_off(whole, cut);
            life.variation.fail = site;
            law_live(judge, future, &life, &record, NULL);
            law_expect(judge, future, &life, &record);
            fails = record.seen[record.count - 1].failures > 0;
            law_drawn(judge, future, DOMAIN_SITE, fails ? site : 0);
        }
    }
}

/* Polls without a budget, wakers that change, a READY that comes at once. */
static void try_other_scripts(struct judge *judge, const struct law_future *future, struct kit_life life,
                              int way, int32_t result, bool deep)
{
    struct kit_life scripts[LAW_OTHER_LIVES];
    int count = law_other_lives(future, &life, way, result, scripts);
    for (int i = 0; i < count; i++) {
        if (deep)
            try_cuts(judge, future, &scripts[i], result, false);
        try_life(judge, future, &scripts[i], deep && i == 0 && future->leaves != NO_LEAVES);
    }
}

/* `deep`: in every circumstance too. `errs`: with mistakes. */
static void try_shape(struct judge *judge, const struct law_future *future, const struct kit_shape *shape,
                      int32_t result, bool deep, bool errs)
{
    int way = shape->count < 2 || future->waits == WAITS_IN_TURN ? 0 : judge_random(judge, shape->count);
    struct kit_life life = law_plain_life(future, shape, way, result);
    for (int m = 0; m < LAW_SHAPE_MEMBERS; m++)
        law_drawn(judge, future, law_shape_domains[m], *law_shape_member(&life.shape, m));
    law_drawn(judge, future, DOMAIN_RESULT, result);
    try_cuts(judge, future, &life, result, deep);
    if (deep || law_allocates(future, shape))
        try_sites(judge, future, &life);
    if (errs)
        law_try_mistakes(judge, future, &life);
    try_other_scripts(judge, future, life, way, result, deep);
    if (deep)
        try_units(judge, future, shape, result, errs);
}

/* Many over one parent, which counts them. */
static void try_crowd(struct judge *judge, const struct law_future *future, const struct kit_shape *shape,
                      int count)
{
    struct kit_life life = {.shape = *shape, .variation = {.rubbish = 0xa5}, .crowd = count};
    struct law_record record;
    law_live(judge, future, &life, &record, NULL);
    const struct kit_seen *seen = &record.seen[0];
    EXPECT(judge, seen->books == count + 1, "law 4: a parent counts each one that is alive over it",
           "%d are alive, and it counts %d", count + 1, seen->books);
    EXPECT(judge, seen->callbacks == 1, "law 4: a parent counts each one that is alive over it",
           "all but one are over, and it counts %d", seen->callbacks);
    EXPECT(
        judge, seen->twin_wrong == 0, "law 4: many over one parent do not touch each other",
        "of %d that were alive at once %d went wrong: not PENDING, not READY when they could be, or with something left",
        count, seen->twin_wrong);
    EXPECT(judge, seen->live == 0, "law 3: a future that is dropped gives back all that it has",
           "%d bytes are left", seen->live);
}

static struct kit_shape base_shape(const struct law_future *future)
{
    return (struct kit_shape){.kind = future->kind,
                              .count = future->flags & BY_COUNT         ? 3
                                       : future->waits == WAITS_IN_TURN ? 2
                                       : future->leaves == NO_LEAVES    ? 0
                                                                        : 1,
                              .bytes = sizeof(int),
                              .want = 1,
                              .room = ROOM_AMPLE};
}

static int32_t random_edge(struct judge *judge, const struct law_future *future, enum kit_domain domain)
{
    int32_t edge;
    do
        edge = law_domains[domain].edges[judge_random(judge, law_domains[domain].count)];
    while (!law_ranges_over(future, domain, edge));
    return edge;
}

/* Each pair of edges of two domains. What has many branches is left to the single edges and to chance: it costs too much. */
static void try_pairs(struct judge *judge, const struct law_future *future, const struct kit_shape *base)
{
    for (int m = 0; m < LAW_SHAPE_MEMBERS; m++)
        for (int n = 0; n < m; n++) {
            const struct law_domain *one = &law_domains[law_shape_domains[m]],
                                    *two = &law_domains[law_shape_domains[n]];
            if (law_shape_domains[n] == DOMAIN_COUNT)
                continue;
            for (int i = 0; i < one->count * two->count; i++) {
                struct kit_shape shape = *base;
                int32_t a = *law_shape_member(&shape, m) = one->edges[i / two->count];
                int32_t b = *law_shape_member(&shape, n) = two->edges[i % two->count];
                if (law_ranges_over(future, law_shape_domains[m], a) &&
                    law_ranges_over(future, law_shape_domains[n], b))
                    try_shape(judge, future, &shape, 5, false, false);
            }
        }
}

void laws_check(struct judge *judge, const struct law_future *future)
{
    enum { RANDOM_SHAPES = 6, DEEP_COUNT_MAX = 5 };
    const struct kit_shape base = base_shape(future);
    judge_start(judge, "laws");
    law_account_begin(judge, future);
    try_shape(judge, future, &base, 5, true, true);
    struct kit_life whole = law_plain_life(future, &base, 0, 5);
    law_vary_by_many(judge, future, &whole);
    for (int m = 0; m < LAW_SHAPE_MEMBERS; m++) {
        enum kit_domain domain = law_shape_domains[m];
        for (int i = 0; i < law_domains[domain].count; i++) {
            struct kit_shape shape = base;
            if (!law_ranges_over(future, domain, law_domains[domain].edges[i]))
                continue;
            *law_shape_member(&shape, m) = law_domains[domain].edges[i];
            try_shape(judge, future, &shape, 5, domain != DOMAIN_COUNT && domain != DOMAIN_BYTES,
                      domain == DOMAIN_FORM);
            if (domain == DOMAIN_COUNT && shape.count > 1)
                law_try_last(judge, future, &shape);
            if (domain == DOMAIN_COUNT)
                try_units(judge, future, &shape, 5, false);
        }
    }
    try_pairs(judge, future, &base);
    struct kit_shape other = base; /* what is either one or the other is the other */
    other.order = !base.order;
    other.owned = future->flags & BY_OWNED ? !base.owned : base.owned;
    other.want = !base.want;
    other.room = ROOM_NONE;
    try_shape(judge, future, &other, 5, true, true);
    try_pairs(judge, future, &other);
    for (int i = 0; i < law_domains[DOMAIN_RESULT].count && (future->flags & BY_RESULT); i++)
        try_shape(judge, future, &base, law_domains[DOMAIN_RESULT].edges[i], false, false);
    for (int i = 0; i < RANDOM_SHAPES; i++) {
        struct kit_shape shape = base;
        for (int m = 0; m < LAW_SHAPE_MEMBERS; m++)
            if (future->flags & (1u << law_shape_domains[m]))
                *law_shape_member(&shape, m) = random_edge(judge, future, law_shape_domains[m]);
        if (shape.count > DEEP_COUNT_MAX && shape.bytes > 4096)
            shape.bytes = 4096; /* both at once cost too much */
        int32_t result = future->flags & BY_RESULT ? random_edge(judge, future, DOMAIN_RESULT) : 5;
        try_shape(judge, future, &shape, result, shape.count <= DEEP_COUNT_MAX, false);
    }
    if (future->flags & READS_INTS)
        law_try_other_outputs(judge, future, &base);
    if (future->flags & HAS_PARENT)
        for (int i = 0; i < law_domains[DOMAIN_COUNT].count; i++)
            if (law_domains[DOMAIN_COUNT].edges[i] > 0)
                try_crowd(judge, future, &base, law_domains[DOMAIN_COUNT].edges[i]);
    law_account_end(judge);
    judge_finish(judge);
}

/* A life of the last one, which comes with the last tasks, is the witness that the files do something. */
void laws_check_memory(struct judge *judge, const struct law_future *futures)
{
    while (futures[1].name)
        futures++;
    struct kit_shape shape = base_shape(futures);
    struct kit_life life = law_plain_life(futures, &shape, 0, 5);
    judge_start(judge, "laws");
    try_life(judge, futures, &life, false);
    EXPECT(
        judge, !judge->memory_imports,
        "law 13: memory comes from wf_alloc() of weft/alloc.h and goes back by wf_free(), in each file (G.95)",
        "%s", judge->memory_imports);
    judge_finish(judge);
}
