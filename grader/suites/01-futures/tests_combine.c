/**
 * @file tests_combine.c
 * @brief Clauses 01.5, 01.6, 01.8 to 01.12, 01.14, 01.15 and 01.29 to 01.33: join, try_join, select, race.
 *
 * Most tests are the same random walk through one combinator's life, looked at in different aspects.
 */
#include <stdio.h>

#include "nested.h"
#include "tests.h"
#include "weft/combine.h"
#include "weft/error.h"

enum { ROUNDS = 10, POLLS_MAX = 12 };

static const int64_t large_counts[] = {LARGE_COUNTS};
enum { LARGE_COUNTS_COUNT = sizeof large_counts / sizeof *large_counts };

/* How a walk treats the branches. */
struct walk {
    enum future kind;
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
            bool may_fail = walk->errors || walk->kind != TRY_JOIN; /* the others do not look at outputs */
            (may_fail && judge_random(judge, 2) ? fail_probe : arm_probe)(judge, rig->branch[i]);
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
           future_name(walk->kind));
    drop_leftovers(judge);
}

static void walk_all(struct judge *judge, struct walk walk)
{
    for (int round = 0; round < ROUNDS; round++)
        walk_once(judge, &walk, walk.drop_early && round % 2 == 0, round);
}

/* Over no branches at all, or only disabled ones, in either order. */
static void check_empty(struct judge *judge, enum future kind, int64_t out)
{
    struct rig *rig = rig_of(judge);
    for (int round = 0; round < 6; round++) {
        *rig = (struct rig){.kind = kind, .biased = round % 2, .count = round / 2, .branch = {-1, -1}};
        build_combinator(judge);
        struct judge_reply reply = poll_future(judge, kind);
        EXPECT(judge, reply.a == WF_READY, "READY at once: there is no branch to wait for", "PENDING");
        char expected[40];
        snprintf(expected, sizeof expected, "out is %s", judge_code(out));
        EXPECT(judge, reply.b == out, expected, "out is %s", judge_code(reply.b));
    }
}

/* Any number of branches fits. */
static void check_many(struct judge *judge, enum future kind)
{
    for (int i = 0; i < LARGE_COUNTS_COUNT; i++) {
        int64_t count = large_counts[i];
        struct judge_reply reply = DO(judge, many, .kind = kind, .count = count);
        EXPECT(judge, reply.a == WF_READY && reply.b == count,
               "READY at the second poll, and every future too", "%s, and %lld of the futures are READY",
               reply.a == WF_READY ? "READY" : "PENDING", (long long)reply.b);
    }
}

/* The last of so many decides: it is READY, or fails. */
static void check_last(struct judge *judge, enum future kind, unsigned aspects)
{
    const char *member = kind == TRY_JOIN ? "failed" : "out";
    char expected[60];
    for (int i = 0; i < LARGE_COUNTS_COUNT; i++) {
        int64_t count = large_counts[i], dropped = kind == SELECT ? 0 : count - 1;
        struct judge_reply reply = DO(judge, last, .kind = kind, .count = count);
        EXPECT(judge, reply.a != -1, "READY at the second poll", "PENDING");
        snprintf(expected, sizeof expected, "%s is %lld", member, (long long)count - 1);
        if (aspects & RESULT)
            EXPECT(judge, reply.a == count - 1, expected, "%s is %lld", member, (long long)reply.a);
        snprintf(expected, sizeof expected, "%lld futures are dropped", (long long)dropped);
        if (aspects & DROPS)
            EXPECT(judge, reply.b == dropped, expected, "%lld are", (long long)reply.b);
    }
}

/* All of so many are pending when it is dropped. */
static void check_dropped(struct judge *judge, enum future kind)
{
    char expected[60];
    for (int i = 0; i < LARGE_COUNTS_COUNT; i++) {
        int64_t count = large_counts[i], dropped = kind == SELECT ? 0 : count;
        struct judge_reply reply = DO(judge, dropped, .kind = kind, .count = count);
        snprintf(expected, sizeof expected, "%lld futures are dropped", (long long)dropped);
        EXPECT(judge, reply.a == dropped, expected, "%lld are", (long long)reply.a);
    }
}

/* A try_join of four branches, in array order. One of them had failed before the construction. */
static void failed_earlier(struct judge *judge, int failed, unsigned aspects)
{
    struct rig *rig = rig_of(judge);
    *rig = (struct rig){.kind = TRY_JOIN, .biased = true, .count = 4, .branch = {0, 1, 2, 3}};
    for (int i = 0; i < 4; i++)
        build_probe(judge, i);
    finish_probe(judge, failed, true);
    build_combinator(judge);
    EXPECT(judge, poll_and_check(judge, aspects), "READY: a branch had failed", "PENDING");
    drop_leftovers(judge);
}

/* One of them fails while all others are pending. */
static void failing_now(struct judge *judge, int failed, unsigned aspects)
{
    fresh_branches(judge, TRY_JOIN, true, 4);
    poll_and_check(judge, aspects);
    fail_probe(judge, failed);
    EXPECT(judge, poll_and_check(judge, aspects), "READY: a branch has failed", "PENDING");
    drop_leftovers(judge);
}

/* --- the tests --- */

void test_join_result(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = JOIN, .aspects = RESULT, .some_missing = true});
    check_empty(judge, JOIN, 0);
    nested_all(judge, JOIN, RESULT);
    check_many(judge, JOIN);
    finish_futures(judge);
}

void test_join_polls_each_once(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = JOIN, .aspects = POLLS, .some_missing = true});
    nested_all(judge, JOIN, POLLS);
    finish_futures(judge);
}

void test_join_drop(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = JOIN, .aspects = DROPS, .some_missing = true, .drop_early = true});
    nested_dropped(judge, JOIN);
    check_dropped(judge, JOIN);
    finish_futures(judge);
}

void test_try_join_error(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge,
             (struct walk){.kind = TRY_JOIN, .aspects = RESULT | POLLS, .some_missing = true, .errors = true});
    for (int round = 0; round < 12; round++) /* so many that each error is drawn */
        failing_now(judge, round % 4, RESULT | POLLS);
    nested_first(judge, TRY_JOIN, RESULT | POLLS);
    check_last(judge, TRY_JOIN, RESULT);
    finish_futures(judge);
}

void test_try_join_all(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = TRY_JOIN, .aspects = RESULT | POLLS, .some_missing = true});
    check_empty(judge, TRY_JOIN, 0);
    nested_all(judge, TRY_JOIN, RESULT | POLLS);
    check_many(judge, TRY_JOIN);
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
        .kind = TRY_JOIN, .aspects = DROPS, .some_missing = true, .errors = true, .drop_early = true};
    walk_all(judge, walk);
    for (int failed = 0; failed < 4; failed++) {
        failed_earlier(judge, failed, DROPS);
        failing_now(judge, failed, DROPS);
    }
    check_last(judge, TRY_JOIN, DROPS);
    nested_first(judge, TRY_JOIN, DROPS);
    nested_dropped(judge, TRY_JOIN);
    check_dropped(judge, TRY_JOIN);
    finish_futures(judge);
}

/* Lives of a select whose branches are polled on when it is over. */
static void select_and_go_on(struct judge *judge, unsigned aspects)
{
    struct walk walk = {.kind = SELECT, .aspects = aspects};
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
                arm_probe(judge, i);
                EXPECT(judge, poll_future(judge, (enum future)i).a == WF_READY,
                       "a loser can still become READY", "it does not");
                rig->probes[i].done = true;
            }
    }
}

void test_select_first_ready(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = SELECT, .aspects = RESULT | POLLS});
    nested_first(judge, SELECT, RESULT | POLLS);
    check_last(judge, SELECT, RESULT);
    finish_futures(judge);
}

void test_select_borrows(struct judge *judge)
{
    judge_start(judge, "futures");
    select_and_go_on(judge, DROPS);
    check_last(judge, SELECT, DROPS);
    nested_first(judge, SELECT, DROPS);
    nested_dropped(judge, SELECT);
    check_dropped(judge, SELECT);
    finish_futures(judge);
}

void test_select_disabled(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = SELECT, .aspects = RESULT | POLLS, .some_missing = true});
    check_empty(judge, SELECT, WF_EDISABLED);
    /* all finished before */
    struct rig *rig = rig_of(judge);
    *rig = (struct rig){.kind = SELECT, .count = 2, .branch = {0, 1}};
    for (int i = 0; i < 2; i++) {
        build_probe(judge, i);
        finish_probe(judge, i, i);
    }
    build_combinator(judge);
    poll_and_check(judge, RESULT | POLLS);
    finish_futures(judge);
}

void test_race_drops_losers(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = RACE, .aspects = RESULT | POLLS | DROPS, .some_missing = true});
    nested_first(judge, RACE, RESULT | POLLS | DROPS);
    check_last(judge, RACE, RESULT | DROPS);
    finish_futures(judge);
}

void test_race_drop(struct judge *judge)
{
    judge_start(judge, "futures");
    walk_all(judge, (struct walk){.kind = RACE, .aspects = DROPS, .some_missing = true, .drop_early = true});
    nested_dropped(judge, RACE);
    check_dropped(judge, RACE);
    finish_futures(judge);
}

void test_race_without_branches(struct judge *judge)
{
    judge_start(judge, "futures");
    check_empty(judge, RACE, WF_EDISABLED);
    finish_futures(judge);
}

/* A probe wakes the waker that it keeps: that of the newest poll. */
static void expect_newest_woken(struct judge *judge, int probe)
{
    int count, waker = rig_of(judge)->waker;
    char expected[60];
    DO(judge, wake_kept, .probe = probe);
    const struct channel_record *events = judge_events(judge, &count);
    snprintf(expected, sizeof expected, "waker %d, of the newest poll, is woken", waker);
    EXPECT(judge, count == 1 && events[0].kind == EVENT_WAKER_WOKEN, expected, "%s keeps no waker",
           future_name(probe));
    EXPECT(judge, events[0].a == waker, expected, "waker %lld is woken", (long long)events[0].a);
}

void test_newest_waker(struct judge *judge)
{
    static const enum future kinds[] = {JOIN, TRY_JOIN, SELECT, RACE};
    judge_start(judge, "futures");
    struct rig *rig = rig_of(judge);
    for (int round = 0; round < 12; round++) {
        int count = round < 4 ? 1 : round < 8 ? BRANCHES_MAX : 2 + judge_random(judge, 4);
        judge_forget_trace(judge);
        fresh_branches(judge, kinds[round % 4], judge_random(judge, 3) == 0, count);
        for (int poll = 0; poll < 3; poll++) {
            rig->waker = (int)DRAW(judge, poll, waker);
            poll_and_check(judge, POLLS);
            expect_newest_woken(judge, judge_random(judge, rig->count));
        }
        drop_and_check(judge, POLLS);
        drop_leftovers(judge);
    }
    /* map hands its context on as well */
    build_probe(judge, PROBE_A);
    DO(judge, map, .inner = PROBE_A);
    for (int poll = 0; poll < 2; poll++) {
        rig->waker = (int)DRAW(judge, poll, waker);
        poll_future(judge, MAP);
        expect_newest_woken(judge, PROBE_A);
    }
    drop_future(judge, MAP);
    finish_futures(judge);
}

/* ThreadSanitizer sees what the two have in common; the answers seldom show it. */
void test_two_threads(struct judge *judge)
{
    const int64_t polls_of_each = 1000, polls = 2 * polls_of_each, futures = 6;
    judge_start(judge, "futures");
    for (int kind = JOIN; kind <= RACE; kind++)
        for (int64_t order = WF_FAIR; order <= WF_BIASED; order++) {
            int64_t dropped = kind == SELECT ? 0 : futures;
            struct judge_reply reply =
                DO(judge, two_threads, .kind = kind, .order = order, .polls = polls_of_each);
            EXPECT(judge, reply.a == polls, "each poll is PENDING: every branch is", "%lld polls are READY",
                   (long long)(polls - reply.a));
            EXPECT(judge, reply.b == dropped, "each drops what it owns", "%lld futures are dropped, not %lld",
                   (long long)reply.b, (long long)dropped);
        }
    finish_futures(judge);
}
