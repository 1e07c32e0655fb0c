/**
 * @file tests_coop.c
 * @brief Clauses 04.8 and 04.9: the budget.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { BUDGET = 128 };

/* The next EVENT_FACTS of a probe tells this budget. */
static int expect_budget(struct judge *judge, const struct story *story, int from, int probe, int budget)
{
    int at = find(story, from, EVENT_FACTS, probe);
    char expected[80];
    snprintf(expected, sizeof expected, "%d units are left", budget);
    EXPECT(judge, at >= 0, "the probe goes on and looks at its budget", "it does not");
    EXPECT(judge, story->events[at].b / 16 == budget, expected, "%s has %lld", name_of(probe),
           (long long)story->events[at].b / 16);
    return at + 1;
}

/* The next EVENT_CONSUMED of a probe tells this count. */
static int expect_consumed(struct judge *judge, const struct story *story, int from, int probe, int count)
{
    int at = find(story, from, EVENT_CONSUMED, probe);
    char expected[100];
    snprintf(expected, sizeof expected, "it has consumed %d units when it stops, or is done", count);
    EXPECT(judge, at >= 0, expected, "%s tells of none", name_of(probe));
    EXPECT(judge, story->events[at].b == count, expected, "%s has consumed %lld", name_of(probe),
           (long long)story->events[at].b);
    return at + 1;
}

/* The poll that ran out of budget is followed by those of others, and by a turn of the park. */
static void expect_turns(struct judge *judge, const struct story *story, int probe, int other)
{
    for (int at = find(story, 0, EVENT_POLLED, probe), next;
         (next = find(story, at + 1, EVENT_POLLED, probe)) >= 0; at = next) {
        EXPECT(judge, count_between(story, at, next, EVENT_POLLED, other) > 0,
               "others are polled before the one that ran out of budget", "%s is not polled before %s",
               name_of(other), name_of(probe));
        EXPECT(judge, count_between(story, at, next, EVENT_PARK, -1) > 0,
               "the park is given a turn before the one that ran out of budget goes on", "%s goes on before",
               name_of(probe));
    }
}

void test_budget(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    int some = 1 + judge_random(judge, 50);
    PROGRAM(judge, 1, 1,
            "task 1: looks, consumes some, looks, consumes 300; waits; looks, consumes 100, wakes the root",
            DO(DO_FACTS, 0, 0), DO(DO_CONSUME, some, 0), DO(DO_FACTS, 0, 0), DO(DO_CONSUME, 300, 0),
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_FACTS, 0, 0), DO(DO_CONSUME, 100, 0),
            DO(DO_WAKE, ROOT, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "task 2: wakes itself 400 times", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_REPEAT, 0, 399), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: looks, consumes 300, looks; spawns tasks 1 and 2",
            DO(DO_SPAWN_RANGE, 2, 2), DO(DO_FACTS, 0, 0), DO(DO_CONSUME, 300, 0), DO(DO_FACTS, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 1), DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_FACTS, 0, 0),
            DO(DO_SPAWN_RANGE, 3, 4), DO(DO_AWAIT, 3, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_asleep(judge);
    int at = expect_budget(judge, story, 0, ROOT, BUDGET);
    at = expect_consumed(judge, story, at, ROOT, BUDGET);
    EXPECT(judge, count_of(story, EVENT_POLLED, ROOT) == 3, "300 units take 3 polls of the root", "%d",
           count_of(story, EVENT_POLLED, ROOT));
    expect_turns(judge, story, ROOT, 2);
    at = expect_consumed(judge, story, at, ROOT, 2 * BUDGET);
    at = expect_consumed(judge, story, at, ROOT, 300);
    expect_budget(judge, story, at, ROOT, 3 * BUDGET - 300);

    at = expect_budget(judge, story, 0, 1, BUDGET);
    at = expect_consumed(judge, story, at, 1, some);
    at = expect_budget(judge, story, at, 1, BUDGET - some);
    at = expect_consumed(judge, story, at, 1, BUDGET - some);
    at = expect_consumed(judge, story, at, 1, 2 * BUDGET - some);
    if (3 * BUDGET - some < 300)
        at = expect_consumed(judge, story, at, 1, 3 * BUDGET - some);
    expect_consumed(judge, story, at, 1, 300);
    expect_turns(judge, story, 1, 2);

    /* who could consume for ever lets the other branch of its select win */
    PROGRAM(judge, 3, 3, "task 3: select, biased: a loop that consumes for ever, or the end of task 4",
            DO(DO_RACE, 4, 0), DO(DO_NOTE, 3, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 4, 4, "task 4: wakes itself 3 times, then is READY", DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, 2), DO(DO_READY, 0, 0));
    DRIVER(judge, "thread 0: wakes task 1, which wakes the root, which spawns tasks 3 and 4",
           DO(DO_WAKE, 1, 0));
    story = until_done(judge);
    expect_budget(judge, story, 0, 1, BUDGET);
    expect_budget(judge, story, 0, ROOT, BUDGET);
    EXPECT(judge, find(story, 0, EVENT_NOTE, 3) >= 0, "the other branch wins", "it does not");
    drop_runtime(judge);
    judge_finish(judge);
}

void test_unconstrained(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    int some = 1 + judge_random(judge, 50);
    char text[120];
    snprintf(text, sizeof text,
             "task 1: consumes %d, then 1000 inside unconstrained; looks, and consumes 200", some);
    PROGRAM(judge, 1, 1, text, DO(DO_CONSUME, some, 0), DO(DO_CONSUME_FREELY, 1000, 0), DO(DO_FACTS, 0, 0),
            DO(DO_CONSUME, 200, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "task 2: the same; the inner future is PENDING once", DO(DO_CONSUME, some, 0),
            DO(DO_CONSUME_FREELY, 1000, 1), DO(DO_FACTS, 0, 0), DO(DO_CONSUME, 200, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "task 3: the same; gives each unit back", DO(DO_CONSUME, some, 0),
            DO(DO_REFUND_FREELY, 1000, 0), DO(DO_FACTS, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 4, 4, "task 4: the same; 20 is the inner future", DO(DO_CONSUME, some, 0),
            DO(DO_HOLD, 20, 0), DO(DO_FACTS, 0, 0), DO(DO_CONSUME, 200, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 20, 20, "20: consumes 10 inside another unconstrained, then 1000",
            DO(DO_CONSUME_FREELY, 10, 0), DO(DO_CONSUME, 1000, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 5, 5, "task 5: 21 is the inner future of its unconstrained", DO(DO_HOLD, 21, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 21, 21, "21: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 6, 6,
            "task 6: the same; the inner future runs a local set; body 23 consumes 1000, local task 24 300",
            DO(DO_CONSUME, some, 0), DO(DO_HOLD, 22, 0), DO(DO_FACTS, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 22, 22, "22: runs a local set with task 24 and the body 23", DO(DO_LOCAL_NEW, 0, 0),
            DO(DO_SPAWN, ON_LOCAL + 0, 24), DO(DO_RUN_LOCAL, 0, 23), DO(DO_LOCAL_DROP, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 23, 23, "23: consumes 1000, awaits local task 24", DO(DO_CONSUME, 1000, 0),
            DO(DO_AWAIT, 24, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 24, 24, "local task 24: consumes 300", DO(DO_CONSUME, 300, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 to 6, and waits", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 6), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_asleep(judge);

    int at = expect_consumed(judge, story, 0, 1, some);
    at = expect_consumed(judge, story, at, 1, 1000);
    EXPECT(judge, count_between(story, 0, at, EVENT_POLLED, 1) == 1, "1000 units in one poll", "%d polls",
           count_between(story, 0, at, EVENT_POLLED, 1));
    at = expect_budget(judge, story, at, 1, BUDGET - some);
    at = expect_consumed(judge, story, at, 1, BUDGET - some);
    expect_consumed(judge, story, at, 1, 200);

    at = expect_consumed(judge, story, find(story, 0, EVENT_CONSUMED, 2) + 1, 2, 1000);
    EXPECT(judge, count_between(story, 0, at, EVENT_POLLED, 2) == 2, "1000 units in two polls", "%d polls",
           count_between(story, 0, at, EVENT_POLLED, 2));
    at = expect_budget(judge, story, at, 2, BUDGET);
    at = expect_consumed(judge, story, at, 2, BUDGET);
    expect_consumed(judge, story, at, 2, 200);

    expect_budget(judge, story, 0, 3, BUDGET - some);

    at = expect_consumed(judge, story, 0, 20, 10);
    at = expect_consumed(judge, story, at, 20, 1000);
    EXPECT(judge, count_between(story, 0, at, EVENT_POLLED, 20) == 1,
           "an unconstrained that ends leaves the one around it in force", "%d polls",
           count_between(story, 0, at, EVENT_POLLED, 20));
    at = expect_budget(judge, story, at, 4, BUDGET - some);
    expect_consumed(judge, story, at, 4, BUDGET - some);

    at = expect_consumed(judge, story, 0, 23, 1000);
    EXPECT(judge, count_between(story, 0, at, EVENT_POLLED, 23) == 1, "1000 units in one poll", "%d polls",
           count_between(story, 0, at, EVENT_POLLED, 23));
    at = expect_consumed(judge, story, 0, 24, BUDGET); /* a task is a task: it must not hold the thread */
    at = expect_consumed(judge, story, at, 24, 2 * BUDGET);
    at = expect_consumed(judge, story, at, 24, 300);
    expect_budget(judge, story, at, 6, BUDGET);

    EXPECT(judge, count_of(story, EVENT_POLLED, 21) == 1 && count_of(story, EVENT_READY, 5) == 0,
           "it is PENDING while its inner future is", "it is READY");
    DRIVER(judge, "thread 0: aborts task 5", DO(DO_ABORT, 5, 0));
    story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_DROPPED, 21) == 1, "it drops its inner future once", "%d times",
           count_of(story, EVENT_DROPPED, 21));
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    until_done(judge);
    drop_runtime(judge);
    judge_finish(judge);
}
