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

/* --- tables --- */

#define SEEN_TEXT(name, text) text,
const char *const law_seen_texts[SEEN_COUNT] = {KIT_OBSERVED(SEEN_TEXT)};

struct domain {
    const char *name;
    int count;
    const int32_t *edges;
};
#define DOMAIN_EDGES(name, ...)                                                                              \
    [DOMAIN_##name] = {#name, sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t),                      \
                       (const int32_t[]){__VA_ARGS__}},
static const struct domain domains[DOMAINS] = {KIT_DOMAINS(DOMAIN_EDGES)};

/* The members of a shape are in the order of their domains, and so are those of a variation. */
#define SHAPED_DOMAIN(name, domain) DOMAIN_##domain,
static const enum kit_domain shape_domains[] = {KIT_SHAPE(SHAPED_DOMAIN)};
enum { SHAPE_MEMBERS = sizeof shape_domains / sizeof *shape_domains };

static int32_t *shape_member(struct kit_shape *shape, int member)
{
    return (int32_t *)shape + 1 + member;
}

/* --- what was drawn --- */

/* A set of edges for each domain; the suite's state of a test. */
struct account {
    uint32_t drawn[DOMAINS];
};

static void draw(struct judge *judge, enum kit_domain domain, int32_t value)
{
    struct account *account = judge_state(judge);
    for (int i = 0; i < domains[domain].count; i++)
        if (domains[domain].edges[i] == value)
            account->drawn[domain] |= 1u << i;
}

/* Whether the future is tried with this edge. */
static bool ranges_over(const struct law_future *future, enum kit_domain domain, int32_t edge)
{
    if (domain == DOMAIN_WHERE && edge == NO_CONTEXT)
        return !(future->flags & NEEDS_CONTEXT);
    if (domain == DOMAIN_FORM && edge > 1 && (future->flags & STAYS_EMPTY))
        return false;
    return domain > DOMAIN_RESULT || (future->flags & (1u << domain));
}

static void expect_drawn(struct judge *judge, const struct law_future *future)
{
    const struct account *account = judge_state(judge);
    for (int d = 0; d < DOMAINS; d++)
        for (int i = 0; i < domains[d].count; i++) {
            if (ranges_over(future, (enum kit_domain)d, domains[d].edges[i]) && !(account->drawn[d] & (1u << i)))
                judge_fail(judge, "every edge of each domain is drawn: this is a fault of the suite",
                           "the edge %d of the domain %s was never drawn for %s", domains[d].edges[i],
                           domains[d].name, future->name);
        }
}

/* --- one life --- */

/* How a member of a shape reads. */
static void describe(char *text, size_t size, enum kit_domain domain, int32_t value)
{
    static const char *const rooms[] = {
        "no slot (NULL, 0)",         "no slot (NULL), but a size", "a slot of which 0 bytes may be used",
        "a slot one byte too short", "a slot that just fits",      "a slot larger than needed"};
    switch (domain) {
    case DOMAIN_COUNT:
        snprintf(text, size, "over %d branch%s", value, value == 1 ? "" : "es");
        break;
    case DOMAIN_ORDER:
        snprintf(text, size, "%s", value ? "WF_BIASED" : "WF_FAIR");
        break;
    case DOMAIN_BYTES:
        snprintf(text, size, "output%s of %d byte%s", value == 1 ? "" : "s", value, value == 1 ? "" : "s");
        break;
    case DOMAIN_OWNED:
        snprintf(text, size, value ? "with drop_out" : "without drop_out");
        break;
    case DOMAIN_WANT:
        snprintf(text, size, value ? "into a value" : "value NULL");
        break;
    case DOMAIN_ROOM:
        snprintf(text, size, "%s", rooms[value]);
        break;
    default:
        snprintf(text, size, "kind %d", value);
    }
}

static void describe_shape(char *text, size_t size, const struct law_future *future,
                           const struct kit_life *life)
{
    size_t length = (size_t)snprintf(text, size, "%s", future->name);
    struct kit_shape shape = life->shape;
    for (int m = 0; m < SHAPE_MEMBERS; m++) {
        char member[64];
        if (!(future->flags & (1u << shape_domains[m])))
            continue;
        describe(member, sizeof member, shape_domains[m], *shape_member(&shape, m));
        length += (size_t)snprintf(text + length, size - length, ", %s", member);
        if (length >= size)
            return;
    }
}

/* In short, for a crash or a panic, after which there are no observations. */
static void describe_operations(char *text, size_t size, const struct kit_life *life)
{
    static const char *const words[] = {" poll", " ready", " all ready", " drop"};
    size_t length = 0;
    *text = '\0';
    for (int i = 0; i < life->count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s", words[life->ops[i].act]);
    if (life->crowd)
        snprintf(text, size, " %d of them alive at once", life->crowd);
}

void law_live(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              struct law_record *record, struct law_record *twin)
{
    char shape[160], operations[160];
    describe_shape(shape, sizeof shape, future, life);
    describe_operations(operations, sizeof operations, life);
    struct law_record *records[] = {record, twin};
    for (int i = 0; i < 2; i++)
        if (records[i])
            records[i]->count = 0;
    int64_t arguments[CHANNEL_ARGUMENTS_MAX] = {0};
    memcpy(arguments, life, sizeof *life);
    judge_forget_trace(judge);
    judge_step(judge, STEP_LIFE, arguments, CHANNEL_ARGUMENTS_MAX, "a life of %s:%s", shape, operations);
    int events;
    const struct channel_record *event = judge_events(judge, &events);
    const char *text = judge_event_text(judge);
    for (int i = 0; i < events; i++, text += sizeof(struct kit_seen)) {
        struct law_record *to = records[event[i].kind != EVENT_SEEN];
        if (event[i].text_bytes != sizeof(struct kit_seen) || !to || to->count == KIT_OPS_MAX + 2)
            judge_fail(judge, "a vector of observations for each step", "something else was told");
        memcpy(&to->seen[to->count++], text, sizeof(struct kit_seen));
    }
    int expected = life->crowd ? 1 : life->count + 2;
    if (record->count != expected || (twin && twin->count != expected))
        judge_fail(judge, "a vector of observations for each step", "%d of %d came", record->count, expected);
}

static void note_operation(struct judge *judge, const struct kit_op *op, const struct kit_seen *seen)
{
    switch ((enum kit_act)op->act) {
    case ACT_POLL:
        judge_note(judge, "       poll it with waker %d -> %s", op->a, seen->poll == 1 ? "READY" : "PENDING");
        break;
    case ACT_ARM:
        judge_note(judge, "       branch %d becomes READY with %s, and wakes its waker", op->a,
                   judge_code(op->result));
        break;
    case ACT_ARM_ALL:
        judge_note(judge, "       every other one becomes READY with %s, and wakes its waker",
                   judge_code(op->result));
        break;
    case ACT_DROP:
        judge_note(judge, "       drop it");
        break;
    }
}

/* The life as a person would tell it, after its line in the trace. */
static void note_life(struct judge *judge, const struct kit_life *life, const struct law_record *record,
                      int at)
{
    static const char *const wheres[] = {"outside of any context", "in a context without a budget",
                                         "in a context with a budget", "each time on another thread",
                                         "inside of wf_block_on()"};
    static const char *const places[PLACES] = {"",
                                               "in the poll of a branch",
                                               "in the drop of a branch",
                                               "in its callback",
                                               "where a waker is cloned",
                                               "where a waker is woken",
                                               "where a waker is dropped",
                                               "in an allocation",
                                               "in a free",
                                               "where an output is destroyed",
                                               "in its clean-up"};
    static const char *const intruders[] = {"", "somebody prints its tree",
                                            "somebody builds, polls and drops another one like it",
                                            "somebody polls a second one that is alive"};
    const struct kit_variation *varied = &life->variation;
    if (varied->where)
        judge_note(judge, "       it is polled and dropped %s", wheres[varied->where]);
    if (varied->place)
        judge_note(judge, "       %s %s", places[varied->place], intruders[varied->intruder]);
    if (varied->twin)
        judge_note(judge, "       a second one lives at the same time, and does each step after the first");
    if (varied->fail)
        judge_note(judge, "       allocation %d of its construction fails", varied->fail);
    for (int i = 0; i < life->count && i < at; i++)
        note_operation(judge, &life->ops[i], &record->seen[i + 1]);
    if (at > life->count)
        judge_note(judge, "       give back what is left of it");
}

void law_broken(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                const struct law_record *record, int at, const char *law, int field, int32_t expected)
{
    char text[400];
    (void)future;
    note_life(judge, life, record, at);
    snprintf(text, sizeof text, "%s: %s %s", law, law_seen_texts[field], judge_code(expected));
    judge_fail(judge, text, "%s %s", law_seen_texts[field],
               judge_code(((const int32_t *)&record->seen[at])[field]));
    __builtin_unreachable();
}

/* --- scripts --- */

static void add(struct kit_life *life, enum kit_act act, int32_t a, int32_t result)
{
    life->ops[life->count++] = (struct kit_op){(uint8_t)act, a, result};
}

/* Polls that nobody asked for, wakers that change, READY bit by bit, a drop in the end. `way`: the leaf that moves first. */
static void script(const struct law_future *future, struct kit_life *life, int way, int32_t result)
{
    bool is_empty = (future->flags & STAYS_EMPTY) && life->shape.form == 1;
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

static void vary(struct judge *judge, const struct law_future *future, const struct kit_life *life)
{
    struct law_record plain, varied, twin;
    law_live(judge, future, life, &plain, NULL);
    struct kit_life other = *life;
    other.variation.twin = 1;
    law_live(judge, future, &other, &varied, &twin);
    expect_same(judge, future, &other, "law 4: two that are alive at once do not touch each other", &plain,
                &varied);
    expect_same(judge, future, &other, "law 4: two that are alive at once do not touch each other", &plain,
                &twin);
    other = *life;
    for (int i = 0; i < domains[DOMAIN_RUBBISH].count; i++) {
        other.variation.rubbish = domains[DOMAIN_RUBBISH].edges[i];
        draw(judge, DOMAIN_RUBBISH, other.variation.rubbish);
        law_live(judge, future, &other, &varied, NULL);
        expect_same(judge, future, &other, "law 5: what its storage held before changes nothing", &plain,
                    &varied);
    }
    other = *life;
    for (int i = 0; i < domains[DOMAIN_WHERE].count; i++) {
        int32_t where = other.variation.where = domains[DOMAIN_WHERE].edges[i];
        bool has_budget = where == IN_BUDGET || where == IN_BLOCK_ON;
        if (!ranges_over(future, DOMAIN_WHERE, where) || (has_budget && life->shape.count > 100))
            continue;
        draw(judge, DOMAIN_WHERE, where);
        law_live(judge, future, &other, &varied, NULL);
        expect_same(judge, future, &other,
                    where == OTHER_THREAD ? "law 14: it may be moved to another thread between polls"
                                          : "law 15: inside and outside of a runtime it does the same",
                    &plain, &varied);
        const struct kit_seen *end = &varied.seen[varied.count - 1];
        if (where == IN_BUDGET && end->spent != end->leaf_done)
            law_broken(judge, future, &other, &varied, varied.count - 1,
                       "law 10: it spends what its branches spend, and nothing of its own",
                       (int)(offsetof(struct kit_seen, spent) / sizeof(int32_t)), end->leaf_done);
    }
    other = *life;
    for (int p = 0; p < domains[DOMAIN_PLACE].count; p++)
        for (int i = 0; i < domains[DOMAIN_INTRUDER].count; i++) {
            other.variation.place = domains[DOMAIN_PLACE].edges[p];
            other.variation.intruder = domains[DOMAIN_INTRUDER].edges[i];
            other.variation.twin = other.variation.intruder == POLLS_TWIN;
            draw(judge, DOMAIN_PLACE, other.variation.place);
            law_live(judge, future, &other, &varied, other.variation.twin ? &twin : NULL);
            expect_same(judge, future, &other, "law 4: what others do in the middle of it changes nothing",
                        &plain, &varied);
            if (varied.seen[varied.count - 1].intrusions == 0)
                break; /* it has no such place */
        }
    for (int i = 0; i < domains[DOMAIN_INTRUDER].count; i++)
        draw(judge, DOMAIN_INTRUDER, domains[DOMAIN_INTRUDER].edges[i]);
}

/* --- shapes --- */

static void try_life(struct judge *judge, const struct law_future *future, const struct kit_life *life)
{
    struct law_record record;
    law_live(judge, future, life, &record, NULL);
    law_expect(judge, future, life, &record);
}

/* Plain and cut at each step; `deep`: in every circumstance too. */
static void try_shape(struct judge *judge, const struct law_future *future, const struct kit_shape *shape,
                      int32_t result, bool deep)
{
    struct kit_life life = {.shape = *shape, .variation = {.rubbish = 0xa5}};
    life.shape.result = result;
    life.variation.where = future->flags & NEEDS_CONTEXT ? IN_CONTEXT : NO_CONTEXT;
    for (int m = 0; m < SHAPE_MEMBERS; m++)
        draw(judge, shape_domains[m], *shape_member(&life.shape, m));
    draw(judge, DOMAIN_RESULT, result);
    int way = shape->count < 2 || future->waits == WAITS_IN_TURN ? 0 : judge_random(judge, shape->count);
    script(future, &life, way, result);
    struct kit_life whole = life;
    for (int cut = whole.count; cut >= 0; cut -= shape->count > 66 ? 3 : 1) {
        life = cut_off(&whole, cut);
        try_life(judge, future, &life);
        if (deep && cut > 0 && cut % 3 == whole.count % 3)
            vary(judge, future, &life);
    }
    if (future->leaves != NO_LEAVES && shape->count > 0 &&
        !((future->flags & STAYS_EMPTY) && shape->form == 1)) {
        short_script(&life, result);
        try_life(judge, future, &life);
        if (deep)
            vary(judge, future, &life);
    }
    if (law_allocates(future, shape)) {
        life = cut_off(&whole, 1);
        life.variation.fail = 1;
        try_life(judge, future, &life);
        life = cut_off(&whole, 0);
        life.variation.fail = 1;
        try_life(judge, future, &life);
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
        edge = domains[domain].edges[judge_random(judge, domains[domain].count)];
    while (!ranges_over(future, domain, edge));
    return edge;
}

void laws_check(struct judge *judge, const struct law_future *future)
{
    enum { RANDOM_SHAPES = 6, DEEP_COUNT_MAX = 5 };
    const struct kit_shape base = base_shape(future);
    judge_start(judge, "laws");
    try_shape(judge, future, &base, 5, true);
    for (int m = 0; m < SHAPE_MEMBERS; m++) {
        enum kit_domain domain = shape_domains[m];
        for (int i = 0; i < domains[domain].count; i++) {
            struct kit_shape shape = base;
            if (!ranges_over(future, domain, domains[domain].edges[i]))
                continue;
            *shape_member(&shape, m) = domains[domain].edges[i];
            try_shape(judge, future, &shape, 5, domain != DOMAIN_COUNT && domain != DOMAIN_BYTES);
        }
    }
    for (int i = 0; i < domains[DOMAIN_RESULT].count && (future->flags & BY_RESULT); i++)
        try_shape(judge, future, &base, domains[DOMAIN_RESULT].edges[i], false);
    for (int i = 0; i < RANDOM_SHAPES; i++) {
        struct kit_shape shape = base;
        for (int m = 0; m < SHAPE_MEMBERS; m++)
            if (future->flags & (1u << shape_domains[m]))
                *shape_member(&shape, m) = random_edge(judge, future, shape_domains[m]);
        int32_t result = future->flags & BY_RESULT ? random_edge(judge, future, DOMAIN_RESULT) : 5;
        try_shape(judge, future, &shape, result, shape.count <= DEEP_COUNT_MAX);
    }
    if (future->flags & HAS_PARENT)
        for (int i = 0; i < domains[DOMAIN_COUNT].count; i++)
            if (domains[DOMAIN_COUNT].edges[i] > 0)
                try_crowd(judge, future, &base, domains[DOMAIN_COUNT].edges[i]);
    expect_drawn(judge, future);
    judge_finish(judge);
}
