/**
 * @file laws.c
 * @brief The laws of futures: which lives are tried, and what may not change from one to another.
 *
 * A life is built, polled with wakers that change, made READY bit by bit, and dropped. Each edge of each domain that the future
 * ranges over is drawn in every run; some shapes are drawn from the seed. A plain life is held against the model
 * (laws_expect.c), whole and cut at each step. Then it is lived again in other circumstances, in which nothing that is
 * observed may differ: that one comparison is laws 4, 5, 6, 8, 14 and 15.
 */
#include "laws.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "laws_internal.h"

/* --- what was drawn --- */

/* A set of edges for each domain; the suite's state of a test. */
struct account {
    uint32_t drawn[DOMAINS];
};

static void draw(struct judge *judge, enum kit_domain domain, int32_t value)
{
    struct account *account = judge_state(judge);
    for (int i = 0; i < law_domains[domain].count; i++)
        if (law_domains[domain].edges[i] == value)
            account->drawn[domain] |= 1u << i;
}

/* Whether the future is tried with this edge. */
static bool ranges_over(const struct law_future *future, enum kit_domain domain, int32_t edge)
{
    if (domain == DOMAIN_WHERE && edge == NO_CONTEXT)
        return !(future->flags & NEEDS_CONTEXT);
    if (domain == DOMAIN_WHERE && edge == OTHER_THREAD)
        return !(future->flags & STAYS_ON_THREAD);
    if (domain == DOMAIN_WHERE && edge == IN_TASK)
        return future->flags & IN_TASKS;
    if (domain == DOMAIN_FORM && edge > 1 && (future->flags & STAYS_EMPTY))
        return false;
    return domain > DOMAIN_RESULT || (future->flags & (1u << domain));
}

static void expect_drawn(struct judge *judge, const struct law_future *future)
{
    const struct account *account = judge_state(judge);
    for (int d = 0; d < DOMAINS; d++)
        for (int i = 0; i < law_domains[d].count; i++) {
            if (ranges_over(future, (enum kit_domain)d, law_domains[d].edges[i]) &&
                !(account->drawn[d] & (1u << i)))
                judge_fail(judge, "every edge of each domain is drawn: this is a fault of the suite",
                           "the edge %d of the domain %s was never drawn for %s", law_domains[d].edges[i],
                           law_domains[d].name, future->name);
        }
}

/* --- scripts --- */

static void add(struct kit_life *life, enum kit_act act, int32_t a, int32_t result)
{
    life->ops[life->count++] = (struct kit_op){(uint8_t)act, a, result};
}

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
        add(life, ACT_POLL_DRY, 1, 0);
    if (life->shape.count > 0)
        add(life, ACT_ARM, way, result);
    add(life, early ? ACT_POLL : ACT_POLL_DRY, 0, 0);
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

/* What it waits for goes on without it. */
static void detach_script(struct kit_life *life, int32_t result)
{
    life->count = 0;
    add(life, ACT_POLL, 0, 0);
    add(life, ACT_DROP, 0, 0);
    add(life, ACT_ARM_ALL, 0, result);
}

/* The first `cut` operations, then a drop. */
static struct kit_life cut_off(const struct kit_life *life, int cut)
{
    struct kit_life part = *life;
    if (cut < part.count - 1) {
        part.count = cut;
        add(&part, ACT_DROP, 0, 0);
    }
    return part;
}

/* --- what may not change --- */

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

/* Of budget, in its whole life: what its leaves take, or what it declares. `head` 2: it was READY. */
static int32_t law_units(const struct law_future *future, const struct kit_seen *end)
{
    return future->flags & SPENDS_ONE ? end->head == 2 : future->flags & SPENDS_NONE ? 0 : end->leaf_done;
}

static void vary(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                 const struct law_record *plain)
{
    struct law_record varied, twin;
    struct kit_life other = *life;
    other.variation.twin = 1;
    law_live(judge, future, &other, &varied, &twin);
    expect_same(judge, future, &other, "law 4: two that are alive at once do not touch each other", plain,
                &varied);
    expect_same(judge, future, &other, "law 4: two that are alive at once do not touch each other", plain,
                &twin);
    other = *life;
    for (int i = 0; i < law_domains[DOMAIN_RUBBISH].count; i++) {
        other.variation.rubbish = law_domains[DOMAIN_RUBBISH].edges[i];
        draw(judge, DOMAIN_RUBBISH, other.variation.rubbish);
        law_live(judge, future, &other, &varied, NULL);
        expect_same(judge, future, &other, "law 5: what its storage held before changes nothing", plain,
                    &varied);
    }
    other = *life;
    for (int i = 0; i < law_domains[DOMAIN_WHERE].count; i++) {
        int32_t where = other.variation.where = law_domains[DOMAIN_WHERE].edges[i];
        bool has_budget = where == IN_BUDGET || where == IN_BLOCK_ON;
        if (!ranges_over(future, DOMAIN_WHERE, where) || (has_budget && life->shape.count > 100))
            continue;
        draw(judge, DOMAIN_WHERE, where);
        law_live(judge, future, &other, &varied, NULL);
        expect_same(judge, future, &other,
                    where == OTHER_THREAD ? "law 14: it may be moved to another thread between polls"
                                          : "law 15: inside and outside of a runtime it does the same",
                    plain, &varied);
        const struct kit_seen *end = &varied.seen[varied.count - 1];
        int32_t units = law_units(future, end);
        if (where == IN_BUDGET && end->spent != units)
            law_broken(judge, future, &other, &varied, varied.count - 1,
                       "law 10: it spends the units that its header says",
                       (int)(offsetof(struct kit_seen, spent) / sizeof(int32_t)), units);
    }
    other = *life;
    for (int p = 0; p < law_domains[DOMAIN_PLACE].count; p++)
        for (int i = 0; i < law_domains[DOMAIN_INTRUDER].count; i++) {
            other.variation.place = law_domains[DOMAIN_PLACE].edges[p];
            other.variation.intruder = law_domains[DOMAIN_INTRUDER].edges[i];
            other.variation.twin = other.variation.intruder == POLLS_TWIN;
            draw(judge, DOMAIN_PLACE, other.variation.place);
            law_live(judge, future, &other, &varied, other.variation.twin ? &twin : NULL);
            expect_same(judge, future, &other, "law 4: what others do in the middle of it changes nothing",
                        plain, &varied);
            if (varied.seen[varied.count - 1].intrusions == 0)
                break; /* it has no such place */
        }
    for (int i = 0; i < law_domains[DOMAIN_INTRUDER].count; i++)
        draw(judge, DOMAIN_INTRUDER, law_domains[DOMAIN_INTRUDER].edges[i]);
}

/* --- shapes --- */

/* `deep`: in every circumstance too. */
static void try_life(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                     bool deep)
{
    struct law_record record;
    law_live(judge, future, life, &record, NULL);
    law_expect(judge, future, life, &record);
    if (deep)
        vary(judge, future, life, &record);
}

/* Whole and cut at each step. */
static void try_shape(struct judge *judge, const struct law_future *future, const struct kit_shape *shape,
                      int32_t result, bool deep)
{
    struct kit_life life = {.shape = *shape, .variation = {.rubbish = 0xa5}};
    life.shape.result = result;
    life.variation.where = future->flags & NEEDS_CONTEXT ? IN_CONTEXT : NO_CONTEXT;
    for (int m = 0; m < LAW_SHAPE_MEMBERS; m++)
        draw(judge, law_shape_domains[m], *law_shape_member(&life.shape, m));
    draw(judge, DOMAIN_RESULT, result);
    int way = shape->count < 2 || future->waits == WAITS_IN_TURN ? 0 : judge_random(judge, shape->count);
    script(future, &life, way, result);
    struct kit_life whole = life;
    for (int cut = whole.count; cut >= 0; cut -= shape->count > 66 ? 3 : 1) {
        life = cut_off(&whole, cut);
        try_life(judge, future, &life, deep && cut > 0 && cut % 3 == whole.count % 3);
    }
    if (future->leaves != NO_LEAVES && shape->count > 0 && !law_stays_empty(future, shape)) {
        short_script(&life, result);
        try_life(judge, future, &life, deep);
    }
    if (future->leaves == RUN_ELSEWHERE) {
        detach_script(&life, result);
        try_life(judge, future, &life, false);
    }
    if (future->flags & KEEPS_WAKER) {
        newest_script(future, &life, result);
        try_life(judge, future, &life, false);
    }
    if (law_takes_units(future, shape)) {
        dry_script(&life, false, way, result);
        try_life(judge, future, &life, false);
        if (future->leaves != NO_LEAVES && shape->count > 0) {
            dry_script(&life, true, way, result);
            try_life(judge, future, &life, false);
        }
    }
    if (law_allocates(future, shape)) {
        life = cut_off(&whole, 1);
        life.variation.fail = 1;
        try_life(judge, future, &life, false);
        life = cut_off(&whole, 0);
        life.variation.fail = 1;
        try_life(judge, future, &life, false);
    }
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
    while (!ranges_over(future, domain, edge));
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
                if (ranges_over(future, law_shape_domains[m], a) &&
                    ranges_over(future, law_shape_domains[n], b))
                    try_shape(judge, future, &shape, 5, false);
            }
        }
}

void laws_check(struct judge *judge, const struct law_future *future)
{
    enum { RANDOM_SHAPES = 6, DEEP_COUNT_MAX = 5 };
    const struct kit_shape base = base_shape(future);
    judge_start(judge, "laws");
    try_shape(judge, future, &base, 5, true);
    for (int m = 0; m < LAW_SHAPE_MEMBERS; m++) {
        enum kit_domain domain = law_shape_domains[m];
        for (int i = 0; i < law_domains[domain].count; i++) {
            struct kit_shape shape = base;
            if (!ranges_over(future, domain, law_domains[domain].edges[i]))
                continue;
            *law_shape_member(&shape, m) = law_domains[domain].edges[i];
            try_shape(judge, future, &shape, 5, domain != DOMAIN_COUNT && domain != DOMAIN_BYTES);
            if (domain == DOMAIN_COUNT && shape.count > 1)
                law_try_last(judge, future, &shape);
        }
    }
    try_pairs(judge, future, &base);
    struct kit_shape other = base; /* what is either one or the other is the other */
    other.order = !base.order;
    other.owned = !base.owned;
    other.want = !base.want;
    try_pairs(judge, future, &other);
    for (int i = 0; i < law_domains[DOMAIN_RESULT].count && (future->flags & BY_RESULT); i++)
        try_shape(judge, future, &base, law_domains[DOMAIN_RESULT].edges[i], false);
    for (int i = 0; i < RANDOM_SHAPES; i++) {
        struct kit_shape shape = base;
        for (int m = 0; m < LAW_SHAPE_MEMBERS; m++)
            if (future->flags & (1u << law_shape_domains[m]))
                *law_shape_member(&shape, m) = random_edge(judge, future, law_shape_domains[m]);
        if (shape.count > DEEP_COUNT_MAX && shape.bytes > 4096)
            shape.bytes = 4096; /* both at once cost too much */
        int32_t result = future->flags & BY_RESULT ? random_edge(judge, future, DOMAIN_RESULT) : 5;
        try_shape(judge, future, &shape, result, shape.count <= DEEP_COUNT_MAX);
    }
    if (future->flags & READS_INTS)
        law_try_other_outputs(judge, future, &base);
    if (future->flags & HAS_PARENT)
        for (int i = 0; i < law_domains[DOMAIN_COUNT].count; i++)
            if (law_domains[DOMAIN_COUNT].edges[i] > 0)
                try_crowd(judge, future, &base, law_domains[DOMAIN_COUNT].edges[i]);
    expect_drawn(judge, future);
    judge_finish(judge);
}
