/**
 * @file tests_at_once.c
 * @brief Clauses 04.3, 04.11, 04.17 and 04.24 with two runtimes: on two threads at once, and one that is woken inside another.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

/* --- whole lives, which share nothing: what a solution keeps in static storage, they share --- */

enum { THREADS = 2, WORKERS = 3, WAITERS = 2 };

static void at_once(struct judge *judge, int64_t what)
{
    judge_start(judge, "executor");
    for (int round = 0; round < 2; round++) {
        long long lives = DRAW(judge, lives, times), ready = lives * THREADS * WORKERS,
                  dropped = what == RUNTIMES ? 0 : lives * THREADS * WAITERS;
        struct judge_reply sum = DO(judge, lives, .what = what, .times = lives);
        judge_returned(judge, "%lld tasks were READY, %lld dropped", (long long)sum.a, (long long)sum.b);
        char expected[120];
        snprintf(expected, sizeof expected, "in all %lld tasks are READY: they do not disturb each other",
                 ready);
        EXPECT(judge, sum.a == ready, expected, "%lld", (long long)sum.a);
        snprintf(expected, sizeof expected, "in all %lld tasks are dropped: they do not disturb each other",
                 dropped);
        EXPECT(judge, sum.b == dropped, expected, "%lld", (long long)sum.b);
    }
    judge_finish(judge);
}

void test_runtimes_at_once(struct judge *judge)
{
    at_once(judge, RUNTIMES);
}

void test_drops_at_once(struct judge *judge)
{
    at_once(judge, DROPS);
}

void test_local_sets_at_once(struct judge *judge)
{
    at_once(judge, LOCAL_SETS);
}

/* --- 04.24: from another thread, which is inside a runtime of its own --- */

enum { WAKES_OTHERS = 5, ITS_ROOT = 40 };

/* A task of the runtime acts, and its root is READY then. The other runtime, on thread 2, polls that probe, and sleeps or is
 * done. */
static void expect_reached(struct judge *judge, struct step_act act, int polled)
{
    char awaited[100];
    snprintf(awaited, sizeof awaited, "%s, of the other runtime, is polled, and that one sleeps again",
             name_of(polled));
    PROGRAM(judge, WAKES_OTHERS, WAKES_OTHERS, act, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(WAKES_OTHERS, WAKES_OTHERS)), ACT(await, WAKES_OTHERS),
            ACT(ready));
    run_root(judge);
    for (bool done = false, reached = false, over = false; !done || !over;) {
        const struct channel_record *event = &until_any(judge, awaited)->events[0];
        reached |= is(event, EVENT_POLLED, polled);
        done |= is(event, EVENT_BLOCK_ON_DONE, RUNTIME);
        over |= reached && (is(event, EVENT_BLOCK_ON_DONE, OTHER) ||
                            (is(event, EVENT_PARK, OTHER) && event->b == PARK_ASLEEP));
    }
}

void test_wakes_from_inside_another(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    new_runtime(judge, OTHER, MOCK_PARK, 0);
    PROGRAM(judge, 1, 2, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, 3, 4, ACT(ready));
    PROGRAM(judge, ITS_ROOT, ITS_ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 2)), ACT(pend), ACT(ready));
    DRIVER(judge, ACT(spawn, ON_OTHER, 4));
    THREAD(judge, 2, ACT(block_on, OTHER, ITS_ROOT));
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_READY, 4) == 1,
           "a task that was spawned before block_on is polled in it", "it is not");
    expect_reached(judge, ACT(wake, 1), 1);
    expect_reached(judge, ACT(wake_ref, 2), 2);
    expect_reached(judge, ACT(spawn, ON_OTHER, 3), 3);
    expect_reached(judge, ACT(wake, ITS_ROOT), ITS_ROOT);
    end_runtime(judge);
    THREAD(judge, ACTOR, ACT(end, OTHER));
    until(judge, EVENT_RUNTIME_DROPPED, "the other runtime is given up");
    judge_finish(judge);
}
