/**
 * @file tests_combine.c
 * @brief Clauses 01.5, 01.6, 01.8 to 01.12, 01.14, 01.15 and 01.29 to 01.33: join, try_join, select, race.
 *
 * Most tests are the same random walk through one combinator's life, looked at in different aspects.
 */
#include <stdio.h>
#include <string.h>

#include "many.h"
#include "rig.h"
#include "tests.h"
#include "weft/combine.h"
#include "weft/error.h"

enum { ROUNDS = 10, POLLS_MAX = 12 };

/* How a walk treats the branches. */
struct walk {
    uint32_t kind;
    unsigned aspects;
    bool some_missing; /* disabled and finished branches too */
    bool errors;       /* some outputs are negative */
    bool drop_early;   /* drop the combinator at a random moment, in half of the rounds */
};

static void arm_some(struct judge *judge, const struct walk *walk, int one_in)
{
    struct rig *rig = rig_of(judge);
    for (int i = 0; i < rig->count; i++)
        if (branch_is_live(rig, i) && !rig->probes[rig->branch[i]].armed && judge_random(judge, one_in) == 0) {
            int value = judge_random(judge, 4) ? judge_random(judge, 1000) : 0; /* 0 is no error */
            arm_probe(judge, rig->branch[i], walk->errors && judge_random(judge, 2) ? -1 - value : value);
        }
}

/* One life: built, polled while branches become ready, READY or dropped. */
static void walk_once(struct judge *judge, const struct walk *walk, bool drop_early, int round)
{
    random_branches(judge, walk->kind, walk->some_missing && round % 3 != 2);
    rig_of(judge)->biased = round % 4 == 1;
    build_combinator(judge);
    int polls = drop_early ? round / 2 % 3 : POLLS_MAX; /* never polled, too */
    bool ready = false;
    for (int poll = 0; poll < polls && !ready; poll++) {
        arm_some(judge, walk,
                 poll + 2 < POLLS_MAX ? 4 : 1); /* in the end all of them: it must be READY then */
        ready = poll_and_check(judge, walk->aspects);
    }
    if (drop_early || ready)
        drop_and_check(judge, walk->aspects);
    EXPECT(judge, ready || drop_early, "READY in the end: every branch is", "%s is still PENDING",
           kind_name(walk->kind));
    drop_leftovers(judge);
}

static void walk_all(struct judge *judge, struct walk walk)
{
    for (int round = 0; round < ROUNDS; round++)
        walk_once(judge, &walk, walk.drop_early && round % 2 == 0, round);
}

/* Over no branches at all, or only disabled ones, in either order. */
static void check_empty(struct judge *judge, uint32_t kind, int64_t out)
{
    struct rig *rig = rig_of(judge);
    for (int round = 0; round < 6; round++) {
        *rig = (struct rig){.kind = kind, .biased = round % 2, .count = round / 2, .branch = {-1, -1}};
        build_combinator(judge);
        struct judge_reply reply = poll_future(judge, COMBINATOR, kind_name(kind));
        EXPECT(judge, reply.a == WF_READY, "READY at once: there is no branch to wait for", "PENDING");
        char expected[40];
        snprintf(expected, sizeof expected, "out is %s", judge_code(out));
        EXPECT(judge, reply.b == out, expected, "out is %s", judge_code(reply.b));
    }
}

/* Any number of branches fits. */
static void check_many(struct judge *judge, uint32_t kind)
{
    int count = 50 + judge_random(judge, 400);
    char text[100];
    snprintf(text, sizeof text, "wf_%s over %d futures that are pending once, polled twice", kind_name(kind),
             count);
    struct judge_reply reply = STEP(judge, STEP_MANY, text, kind, count, -1);
    EXPECT(judge, reply.a == WF_READY && reply.b == count, "READY at the second poll, and every future too",
           "%s, and %lld of the futures are READY", reply.a == WF_READY ? "READY" : "PENDING",
           (long long)reply.b);
}

/* A try_join of four branches, in array order. */
static void four_branches(struct judge *judge)
{
    struct rig *rig = rig_of(judge);
    *rig = (struct rig){.kind = STEP_TRY_JOIN, .biased = true, .count = 4, .branch = {0, 1, 2, 3}};
    for (int i = 0; i < 4; i++)
        build_probe(judge, i);
}

/* One of them had failed before the construction. */
static void failed_earlier(struct judge *judge, int failed, unsigned aspects)
{
    struct rig *rig = rig_of(judge);
    four_branches(judge);
    char name[2] = {probe_letter(failed), '\0'};
    arm_probe(judge, failed, -7 - judge_random(judge, 90));
    poll_future(judge, failed, name);
    rig->probes[failed].done = true;
    build_combinator(judge);
    EXPECT(judge, poll_and_check(judge, aspects), "READY: a branch had failed", "PENDING");
    drop_leftovers(judge);
}

/* One of them fails while all others are pending. */
static void failing_now(struct judge *judge, int failed, unsigned aspects)
{
    four_branches(judge);
    build_combinator(judge);
    poll_and_check(judge, aspects);
    arm_probe(judge, failed, -7 - judge_random(judge, 90));
    EXPECT(judge, poll_and_check(judge, aspects), "READY: a branch has failed", "PENDING");
    drop_leftovers(judge);
}

void test_join_result(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = STEP_JOIN, .aspects = RESULT, .some_missing = true});
    check_empty(judge, STEP_JOIN, 0);
    check_many(judge, STEP_JOIN);
    finish_futures(judge);
}

void test_join_polls_each_once(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = STEP_JOIN, .aspects = POLLS, .some_missing = true});
    finish_futures(judge);
}

void test_join_drop(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge,
             (struct walk){.kind = STEP_JOIN, .aspects = DROPS, .some_missing = true, .drop_early = true});
    finish_futures(judge);
}

/* The last of so many fails. */
static void check_failed(struct judge *judge, int count)
{
    char text[100], expected[60];
    snprintf(text, sizeof text, "wf_try_join over %d futures that are pending once; the last one fails",
             count);
    struct judge_reply reply = STEP(judge, STEP_MANY, text, STEP_TRY_JOIN, count, count - 1);
    EXPECT(judge, reply.a == WF_READY, "READY at the second poll", "PENDING");
    snprintf(expected, sizeof expected, "failed is %d", count - 1);
    EXPECT(judge, reply.b == count - 1, expected, "failed is %lld", (long long)reply.b);
}

void test_try_join_error(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge,
             (struct walk){
                 .kind = STEP_TRY_JOIN, .aspects = RESULT | POLLS, .some_missing = true, .errors = true});
    for (int failed = 0; failed < 4; failed++)
        failing_now(judge, failed, RESULT | POLLS);
    for (int i = 0; i < MANY_COUNTS; i++)
        check_failed(judge, many_counts[i]);
    finish_futures(judge);
}

void test_try_join_all(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = STEP_TRY_JOIN, .aspects = RESULT | POLLS, .some_missing = true});
    check_empty(judge, STEP_TRY_JOIN, 0);
    check_many(judge, STEP_TRY_JOIN);
    finish_futures(judge);
}

void test_try_join_older_error(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int failed = 0; failed < 4; failed++)
        failed_earlier(judge, failed, RESULT | POLLS);
    finish_futures(judge);
}

void test_try_join_drops_rest(struct judge *judge)
{
    judge_start(judge, "futures");
    struct walk walk = {
        .kind = STEP_TRY_JOIN, .aspects = DROPS, .some_missing = true, .errors = true, .drop_early = true};
    walk_all(judge, walk);
    for (int failed = 0; failed < 4; failed++) {
        failed_earlier(judge, failed, DROPS);
        failing_now(judge, failed, DROPS);
    }
    finish_futures(judge);
}

/* Lives of a select whose branches are polled on when it is over. */
static void select_and_go_on(struct judge *judge, unsigned aspects)
{
    struct walk walk = {.kind = STEP_SELECT, .aspects = aspects};
    for (int round = 0; round < ROUNDS; round++) {
        random_branches(judge, walk.kind, false);
        build_combinator(judge);
        int polls = round % 2 ? judge_random(judge, 3) : POLLS_MAX;
        bool ready = false;
        for (int poll = 0; poll < polls && !ready; poll++) {
            arm_some(judge, &walk, poll + 2 < POLLS_MAX ? 4 : 1);
            ready = poll_and_check(judge, walk.aspects);
        }
        drop_and_check(judge, walk.aspects);
        /* the losers are as they were: each can be polled to its end */
        struct rig *rig = rig_of(judge);
        for (int i = 0; i < rig->count; i++)
            if (branch_is_live(rig, i)) {
                char name[2] = {probe_letter(i), '\0'};
                arm_probe(judge, i, i + 1);
                EXPECT(judge, poll_future(judge, i, name).a == WF_READY, "a loser can still become READY",
                       "it does not");
                rig->probes[i].done = true;
            }
    }
}

void test_select_first_ready(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = STEP_SELECT, .aspects = RESULT | POLLS});
    finish_futures(judge);
}

void test_select_borrows(struct judge *judge)
{
    judge_start(judge, "futures");
    select_and_go_on(judge, DROPS);
    finish_futures(judge);
}

void test_select_disabled(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = STEP_SELECT, .aspects = RESULT | POLLS, .some_missing = true});
    check_empty(judge, STEP_SELECT, WF_EDISABLED);
    /* all finished before */
    struct rig *rig = rig_of(judge);
    *rig = (struct rig){.kind = STEP_SELECT, .count = 2, .branch = {0, 1}};
    for (int i = 0; i < 2; i++) {
        char name[2] = {probe_letter(i), '\0'};
        build_probe(judge, i);
        arm_probe(judge, i, 1);
        poll_future(judge, i, name);
        rig->probes[i].done = true;
    }
    build_combinator(judge);
    poll_and_check(judge, RESULT | POLLS);
    finish_futures(judge);
}

void test_race_drops_losers(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = STEP_RACE, .aspects = RESULT | POLLS | DROPS, .some_missing = true});
    finish_futures(judge);
}

void test_race_drop(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge,
             (struct walk){.kind = STEP_RACE, .aspects = DROPS, .some_missing = true, .drop_early = true});
    finish_futures(judge);
}

void test_race_without_branches(struct judge *judge)
{
    judge_start(judge, "futures");
    check_empty(judge, STEP_RACE, WF_EDISABLED);
    finish_futures(judge);
}

void test_newest_waker(struct judge *judge)
{
    static const uint32_t kinds[] = {STEP_JOIN, STEP_TRY_JOIN, STEP_SELECT, STEP_RACE};
    judge_start(judge, "futures");
    for (int round = 0; round < 8; round++) {
        random_branches(judge, kinds[round % 4], false);
        build_combinator(judge);
        struct rig *rig = rig_of(judge);
        for (int poll = 0; poll < 3; poll++) {
            rig->waker = judge_random(judge, WAKERS_MAX);
            char text[80];
            judge_note(judge, "         (the next poll is given waker %d)", rig->waker);
            poll_and_check(judge, POLLS);
            int probe = judge_random(judge, rig->count);
            snprintf(text, sizeof text, "%c wakes the waker that it keeps", probe_letter(probe));
            STEP(judge, STEP_WAKE, text, probe);
            int count;
            const struct channel_record *events = judge_events(judge, &count);
            char expected[60];
            snprintf(expected, sizeof expected, "waker %d, of the newest poll, is woken", rig->waker);
            EXPECT(judge, count == 1 && events[0].kind == EVENT_WOKEN, expected, "%c keeps no waker",
                   probe_letter(probe));
            EXPECT(judge, events[0].a == rig->waker, expected, "waker %lld is woken", (long long)events[0].a);
        }
        drop_future(judge, COMBINATOR, kind_name(rig->kind));
        int count;
        const struct channel_record *events = judge_events(judge, &count);
        for (int i = 0; i < count; i++)
            if (events[i].kind == EVENT_PROBE_DROPPED)
                rig->probes[events[i].a].dropped = true;
        drop_leftovers(judge);
    }
    /* map hands its context on as well */
    build_probe(judge, 0);
    STEP(judge, STEP_MAP, "wf_map(map, A, function, arg)", MAP, 0, 0);
    for (int poll = 0; poll < 2; poll++) {
        struct rig *rig = rig_of(judge);
        rig->waker = judge_random(judge, WAKERS_MAX);
        poll_future(judge, MAP, "map");
        STEP(judge, STEP_WAKE, "A wakes the waker that it keeps", 0);
        int count;
        const struct channel_record *events = judge_events(judge, &count);
        EXPECT(judge, count == 1 && events[0].kind == EVENT_WOKEN && events[0].a == rig->waker,
               "the waker of the newest poll is woken", "it is not");
    }
    drop_future(judge, MAP, "map");
    finish_futures(judge);
}
