/**
 * @file tests_coop.c
 * @brief Clauses 04.8, 04.9 and 04.23: the budget.
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

/* Those that gave way may run again; run the set until no task can. */
static const struct story *next_turn(struct judge *judge)
{
    end_set_turn(judge);
    return run_set(judge, ALL);
}

/* --- 04.8: by hand --- */

static void consume_by_hand(struct judge *judge)
{
    int some = 1 + judge_random(judge, 50);
    PROGRAM(judge, 1, 1, ACT(facts), ACT(consume, some), ACT(facts), ACT(consume, 300), ACT(facts),
            ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(rest));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, 2)));
    const struct story *story = run_set(judge, ALL);
    int at = expect_budget(judge, story, 0, 1, BUDGET);
    at = expect_consumed(judge, story, at, 1, some);
    at = expect_budget(judge, story, at, 1, BUDGET - some);
    expect_consumed(judge, story, at, 1, BUDGET - some);
    EXPECT_POLLS(judge, story, 1, 2); /* no unit is left: it gives way, as by a yield */
    int consumed = BUDGET - some;
    while (consumed + BUDGET < 300) {
        WAKE(judge, 2);
        story = next_turn(judge);
        EXPECT_POLLS(judge, story, 2, 1);
        consumed += BUDGET;
        expect_consumed(judge, story, 0, 1, consumed);
    }
    story = next_turn(judge);
    EXPECT_POLLS(judge, story, 1);
    at = expect_consumed(judge, story, 0, 1, 300);
    expect_budget(judge, story, at, 1, BUDGET - (300 - consumed));
    end_set(judge, 2, 2);
}

/* So many units that the last poll takes one, or leaves one, or none; and many polls of them. */
static void consume_edges(struct judge *judge)
{
    enum { EDGES = 9 };
    make_set(judge);
    for (int i = 0; i < EDGES; i++) {
        int units = (int)DRAW(judge, consume, units), consumed = 0;
        PROGRAM(judge, 1, 1, ACT(facts), ACT(consume, units), ACT(facts), ACT(ready));
        DRIVER(judge, ACT(spawn_all, RANGE(1, 1)));
        const struct story *story = run_set(judge, ALL);
        int at = expect_budget(judge, story, 0, 1, BUDGET);
        for (; units - consumed > BUDGET; at = 0) {
            consumed += BUDGET;
            expect_consumed(judge, story, at, 1, consumed);
            EXPECT_POLLS(judge, story, 1);
            story = next_turn(judge);
        }
        at = expect_consumed(judge, story, at, 1, units);
        expect_budget(judge, story, at, 1, BUDGET - (units - consumed));
        EXPECT(judge, count_of(story, EVENT_READY, 1) == 1, "it ends in the poll that has its last unit",
               "it does not");
        DRIVER(judge, ACT(detach, 1), ACT(forget_abort, 1));
    }
    end_set(judge, 1, 0);
}

/* A task that could consume for ever lets the other branch of its select win. */
static void consume_in_a_select(struct judge *judge)
{
    PROGRAM(judge, 3, 3, ACT(race, 4), ACT(note, 3), ACT(ready));
    PROGRAM(judge, 4, 4, ACT(wake_self), ACT(pend), ACT(repeat, 0, 2), ACT(ready));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(3, 4)));
    bool won = false;
    for (int turn = 0; turn < 6 && !won; turn++)
        won = count_of(next_turn(judge), EVENT_NOTE, 3) > 0;
    EXPECT(judge, won, "the other branch wins", "it does not");
    end_set(judge, 3, 4);
}

void test_budget(struct judge *judge)
{
    judge_start(judge, "executor");
    consume_by_hand(judge);
    consume_edges(judge);
    consume_in_a_select(judge);
    judge_finish(judge);
}

/* --- 04.23: in block_on --- */

void test_root_budget(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(facts), ACT(consume, 300), ACT(facts), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(wake_self), ACT(pend), ACT(repeat, 0, 399), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(consume, 100), ACT(wake, ROOT), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(2, 2)), ACT(facts), ACT(consume, 300), ACT(facts),
            ACT(spawn_all, RANGE(1, 1)), ACT(keep), ACT(pend), ACT(spawn_all, RANGE(3, 3)), ACT(pend),
            ACT(facts), ACT(ready));
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
    at = expect_consumed(judge, story, at, 1, BUDGET);
    at = expect_consumed(judge, story, at, 1, 2 * BUDGET);
    at = expect_consumed(judge, story, at, 1, 300);
    expect_budget(judge, story, at, 1, 3 * BUDGET - 300);
    expect_turns(judge, story, 1, 2);
    WAKE(judge, ROOT);
    story = until_done(judge);
    expect_budget(judge, story, 0, ROOT, BUDGET); /* whatever task 3 left of its own */
    end_runtime(judge);
    judge_finish(judge);
}

/* --- 04.9: by hand --- */

void test_unconstrained(struct judge *judge)
{
    judge_start(judge, "executor");
    int some = 1 + judge_random(judge, 50);
    PROGRAM(judge, 1, 1, ACT(consume, some), ACT(consume_freely, 1000, FREELY), ACT(facts), ACT(consume, 200),
            ACT(ready));
    PROGRAM(judge, 2, 2, ACT(consume, some), ACT(consume_freely, 1000, FREELY_PENDING), ACT(facts),
            ACT(consume, 200), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(consume, some), ACT(refund_freely, 1000), ACT(facts), ACT(ready));
    PROGRAM(judge, 4, 4, ACT(consume, some), ACT(hold, 20), ACT(facts), ACT(consume, 200), ACT(ready));
    PROGRAM(judge, 20, 20, ACT(consume_freely, 10, FREELY), ACT(consume, 1000), ACT(ready));
    PROGRAM(judge, 5, 5, ACT(hold, 21), ACT(ready));
    PROGRAM(judge, 6, 6, ACT(consume, some), ACT(consume_freely, 257, FREELY_TWICE), ACT(facts), ACT(ready));
    PROGRAM(judge, 21, 21, ACT(keep), ACT(rest));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, 6)));
    const struct story *story = run_set(judge, ALL);

    int at = expect_consumed(judge, story, 0, 1, some);
    at = expect_consumed(judge, story, at, 1, 1000);
    at = expect_budget(judge, story, at, 1, BUDGET - some);
    expect_consumed(judge, story, at, 1, BUDGET - some);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "1000 units in one poll", "%d polls",
           count_of(story, EVENT_POLLED, 1));

    at = expect_consumed(judge, story, find(story, 0, EVENT_CONSUMED, 2) + 1, 2, 1000);
    EXPECT(judge, count_between(story, 0, at, EVENT_POLLED, 2) == 2, "1000 units in two polls", "%d polls",
           count_between(story, 0, at, EVENT_POLLED, 2));
    at = expect_budget(judge, story, at, 2, BUDGET);
    expect_consumed(judge, story, at, 2, BUDGET);

    expect_budget(judge, story, 0, 3, BUDGET - some);
    expect_budget(judge, story, 0, 6, BUDGET - some);
    EXPECT(judge, count_of(story, EVENT_POLLED, 6) == 1, "257 units in one poll, two deep", "%d polls",
           count_of(story, EVENT_POLLED, 6));

    at = expect_consumed(judge, story, 0, 20, 10);
    at = expect_consumed(judge, story, at, 20, 1000);
    EXPECT(judge, count_between(story, 0, at, EVENT_POLLED, 20) == 1,
           "an unconstrained that ends leaves the one around it in force", "%d polls",
           count_between(story, 0, at, EVENT_POLLED, 20));
    at = expect_budget(judge, story, at, 4, BUDGET - some);
    expect_consumed(judge, story, at, 4, BUDGET - some);

    EXPECT(judge, count_of(story, EVENT_POLLED, 21) == 1 && count_of(story, EVENT_READY, 5) == 0,
           "it is PENDING while its inner future is", "it is READY");
    DRIVER(judge, ACT(abort, 5));
    story = next_turn(judge);
    EXPECT(judge, count_of(story, EVENT_DROPPED, 21) == 1, "it drops its inner future once", "%d times",
           count_of(story, EVENT_DROPPED, 21));
    for (int task = 1; task <= 4; task++) /* what was left of their 200 */
        if (task != 3)
            expect_consumed(judge, story, 0, task, 200);
    end_set(judge, 1, 5);
    judge_finish(judge);
}
