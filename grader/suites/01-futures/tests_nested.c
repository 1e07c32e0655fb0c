/**
 * @file tests_nested.c
 * @brief A combinator that is a branch of one of its own kind: for clauses 01.5, 01.6, 01.8 to 01.11, 01.14, 01.29, 01.31, 01.32.
 *
 * A and B are branches of the outer one, the nested one stands at each place beside them, and has C and D. What the outer one
 * notes of its own poll must outlive that of the nested one.
 */
#include "nested.h"

#include <stdio.h>
#include <string.h>

/* Of the nested one's branches only these two are not NULL: their indices are none of the outer one. */
enum { INNER_FIRST = 3, INNER_SECOND = 4, INNER_COUNT = 6, OUTER_COUNT = 3 };

struct nest {
    enum future kind;
    int64_t order;
    int position; /* of the nested one */
    unsigned aspects;
};

/* --- what became of the four --- */

static void note_ends(struct judge *judge)
{
    for (int probe = PROBE_A; probe <= PROBE_D; probe++) {
        struct probe_model *model = &rig_of(judge)->probes[probe];
        model->done |= model->armed && judge_count_events(judge, EVENT_PROBE_POLLED, probe) > 0;
        model->dropped |= judge_count_events(judge, EVENT_PROBE_DROPPED, probe) > 0;
    }
}

static void expect_polled(struct judge *judge, const struct nest *nest, const char *probes)
{
    for (int probe = PROBE_A; nest->aspects & POLLS && probe <= PROBE_D; probe++) {
        int polls = judge_count_events(judge, EVENT_PROBE_POLLED, probe);
        EXPECT(judge, polls == (strchr(probes, *future_name(probe)) != NULL),
               "each unfinished branch of both is polled once", "%s is polled %d times", future_name(probe),
               polls);
    }
}

/* Those from A to `last`: by what owns them. */
static void expect_dropped(struct judge *judge, const struct nest *nest, int last)
{
    for (int probe = PROBE_A; nest->aspects & DROPS && probe <= PROBE_D; probe++) {
        int drops = judge_count_events(judge, EVENT_PROBE_DROPPED, probe);
        EXPECT(judge, drops == (nest->kind != SELECT && probe <= last),
               nest->kind == SELECT ? "no branch is dropped"
                                    : "each unfinished branch of both is dropped once, and no other",
               "%s is dropped %d times", future_name(probe), drops);
    }
}

static struct judge_reply poll_outer(struct judge *judge, const struct nest *nest, int64_t poll,
                                     const char *expected)
{
    struct judge_reply reply = poll_future(judge, nest->kind);
    note_ends(judge);
    EXPECT(judge, reply.a == poll, expected, "it is %s", reply.a == WF_READY ? "READY" : "PENDING");
    return reply;
}

static void drop_rest(struct judge *judge)
{
    const struct rig *rig = rig_of(judge);
    for (int probe = PROBE_A; probe <= PROBE_D; probe++)
        if (!rig->probes[probe].done && !rig->probes[probe].dropped)
            drop_future(judge, (enum future)probe);
}

/* --- lives --- */

static void build(struct judge *judge, const struct nest *nest)
{
    int64_t inner = 0, outer = 0;
    judge_forget_trace(judge);
    for (int probe = PROBE_A; probe <= PROBE_D; probe++)
        build_probe(judge, probe);
    for (int i = 0; i < INNER_COUNT; i++)
        inner = with_branch(inner, i == INNER_FIRST ? PROBE_C : i == INNER_SECOND ? PROBE_D : -1);
    for (int i = 0, probe = PROBE_A; i < OUTER_COUNT; i++)
        outer = with_branch(outer, i == nest->position ? (int)INNER : probe++);
    DO(judge, combine, .kind = nest->kind, .future = INNER, .branches = inner, .order = nest->order);
    DO(judge, combine, .kind = nest->kind, .future = nest->kind, .branches = outer, .order = nest->order);
    poll_outer(judge, nest, WF_PENDING, "PENDING: every branch is");
    expect_polled(judge, nest, "ABCD");
}

static void all(struct judge *judge, const struct nest *nest)
{
    build(judge, nest);
    arm_probe(judge, PROBE_C);
    arm_probe(judge, PROBE_D);
    poll_outer(judge, nest, WF_PENDING, "PENDING: A and B are");
    expect_polled(judge, nest, "ABCD");
    arm_probe(judge, PROBE_B);
    poll_outer(judge, nest, WF_PENDING, "PENDING: A is");
    expect_polled(judge, nest, "AB");
    arm_probe(judge, PROBE_A);
    poll_outer(judge, nest, WF_READY, "READY: every branch is");
}

static void first(struct judge *judge, const struct nest *nest)
{
    bool fails = nest->kind == TRY_JOIN;
    char expected[60];
    build(judge, nest);
    (fails ? fail_probe : arm_probe)(judge, PROBE_D);
    struct judge_reply reply = poll_outer(judge, nest, WF_READY, "READY: the nested one is");
    expect_dropped(judge, nest, PROBE_C);
    if (nest->aspects & RESULT) {
        int64_t index = fails ? DO(judge, failed).a : reply.b;
        snprintf(expected, sizeof expected, "%s is %d, the nested one", fails ? "failed" : "out",
                 nest->position);
        EXPECT(judge, index == nest->position, expected, "it is %lld", (long long)index);
        EXPECT(judge, !fails || reply.b == rig_of(judge)->probes[PROBE_D].value,
               "out is that of D, which failed", "out is %s", judge_code(reply.b));
    }
    drop_rest(judge);
}

static void dropped(struct judge *judge, const struct nest *nest)
{
    build(judge, nest);
    drop_future(judge, nest->kind);
    note_ends(judge);
    expect_dropped(judge, nest, PROBE_D);
    if (nest->kind == SELECT)
        drop_future(judge, INNER);
    drop_rest(judge);
}

static void check(struct judge *judge, void (*live)(struct judge *judge, const struct nest *nest),
                  enum future kind, unsigned aspects)
{
    for (int64_t order = WF_FAIR; order <= WF_BIASED; order++)
        for (int position = 0; position < OUTER_COUNT; position++)
            live(judge, &(struct nest){kind, order, position, aspects});
}

void nested_all(struct judge *judge, enum future kind, unsigned aspects)
{
    check(judge, all, kind, aspects);
}

void nested_first(struct judge *judge, enum future kind, unsigned aspects)
{
    check(judge, first, kind, aspects);
}

void nested_dropped(struct judge *judge, enum future kind)
{
    check(judge, dropped, kind, DROPS);
}
