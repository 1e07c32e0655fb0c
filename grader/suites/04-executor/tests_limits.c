/**
 * @file tests_limits.c
 * @brief Clauses 04.1, 04.2, 04.3, 04.22 and 04.26 at their limits: 0, 31 and 61, one less and one more; and where the
 * inject queue is never empty.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { TURN = 61, SET = 0, BODY = 70 };

/* --- 04.1: so many as it may, and no more --- */

void test_run_limits(struct judge *judge)
{
    static const int limits[] = {0, 1, 2, 0, 30, 31, 32, 33, 60, 61, 62, 127, 128, 129, 0};
    enum { LIMITS = sizeof limits / sizeof *limits, ABORTED = 3, BUSY = 5 };
    judge_start(judge, "executor");
    PROGRAM(judge, 1, BUSY, "tasks 1 to 5: always wake themselves", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 0, 0));
    make_set(judge);
    DRIVER(judge, "thread 0: spawns tasks 1 to 5", DO(DO_SPAWN_RANGE, 1, BUSY));
    int next = 0;
    for (int i = 0; i < LIMITS; i++) {
        const struct story *story = run_set(judge, limits[i]);
        int polls = count_of(story, EVENT_POLLED, -1);
        char expected[80];
        snprintf(expected, sizeof expected, "%d tasks are polled: so many as it may run", limits[i]);
        EXPECT(judge, polls == limits[i], expected, "%d are", polls);
        EXPECT(judge, story->events[story->count - 1].b == limits[i],
               "wf_task_set_run returns how many tasks it ran", "it returns %lld",
               (long long)story->events[story->count - 1].b);
        for (int at = find(story, 0, EVENT_POLLED, -1); at >= 0; at = find(story, at + 1, EVENT_POLLED, -1))
            EXPECT(judge, story->events[at].a == 1 + next++ % BUSY, "each in its turn, across calls",
                   "%s is polled", name_of(story->events[at].a));
    }
    DRIVER(judge, "thread 0: aborts task 3", DO(DO_ABORT, ABORTED, 0));
    const struct story *story = run_set(judge, BUSY);
    int ran = count_of(story, EVENT_POLLED, -1) + count_of(story, EVENT_DROPPED, ABORTED);
    EXPECT(judge, ran == BUSY && story->events[story->count - 1].b == BUSY,
           "one that is dropped after an abort counts as run", "it ran %d, and returns %lld", ran,
           (long long)story->events[story->count - 1].b);
    end_set(judge, 1, BUSY);
    judge_finish(judge);
}

/* --- a steady stream: each of two tasks has another thread wake the other one, while it is polled --- */

static void stream_programs(struct judge *judge, int times, int64_t at_the_end)
{
    PROGRAM(judge, 1, 1, "task 1: always has another thread wake task 2", DO(DO_KEEP, 0, 0),
            DO(DO_ASIDE, 0, 0), DO(DO_WAKE, 2, 0), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 1, times - 1), at_the_end,
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 6, 0));
    PROGRAM(judge, 2, 2, "task 2: keeps its waker; woken, has another thread wake task 1", DO(DO_KEEP, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_ASIDE, 0, 0), DO(DO_WAKE, 1, 0), DO(DO_GOTO, 1, 0));
}

/* Without the check of a limit behind each look a stream would keep the set for ever. Task 2 comes first, and keeps its waker. */
void test_injected_stream(struct judge *judge)
{
    static const int limits[] = {1, 2, 30, 31, 32, 33, 61, 62};
    enum { LIMITS = sizeof limits / sizeof *limits };
    judge_start(judge, "executor");
    stream_programs(judge, 300, DO(DO_NOTE, 1, 0));
    make_set(judge);
    DRIVER(judge, "thread 0: spawns task 2, then task 1", DO(DO_SPAWN, ON_CURRENT, 2),
           DO(DO_SPAWN, ON_CURRENT, 1));
    for (int i = 0; i < LIMITS; i++) {
        int polls = count_of(run_set(judge, limits[i]), EVENT_POLLED, -1);
        char expected[100];
        snprintf(expected, sizeof expected,
                 "%d tasks are polled: there is always one, and it may not run more", limits[i]);
        EXPECT(judge, polls == limits[i], expected, "%d are", polls);
    }
    end_set(judge, 1, 2);
    judge_finish(judge);
}

/* Polls of tasks between two events of a kind. */
static void expect_often(struct judge *judge, const struct story *story, enum event kind, int64_t a,
                         const char *expected)
{
    int last = find(story, 0, EVENT_POLLED, 1), end = find(story, last, EVENT_NOTE, 1);
    while (last < end) {
        int next = find(story, last + 1, kind, a);
        if (next < 0 || next > end)
            next = end;
        int polls = count_between(story, last, next, EVENT_POLLED, 1) +
                    count_between(story, last, next, EVENT_POLLED, 2);
        EXPECT(judge, polls <= TURN, expected, "%d polls of tasks without", polls);
        last = next;
    }
}

void test_stream_in_a_runtime(struct judge *judge)
{
    enum { TIMES = 150 };
    judge_start(judge, "executor");
    stream_programs(judge, TIMES, DO(DO_NOTE, 1, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns them; always wakes itself, until 150 polls of task 1 are over",
            DO(DO_KEEP, 0, 0), DO(DO_SPAWN_RANGE, 2, 2), DO(DO_SPAWN_RANGE, 1, 1), DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_REPEAT, 3, 4 * TIMES), DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    expect_often(judge, story, EVENT_PARK, -1,
                 "the park is given a turn after at most 61 polls, however many are injected");
    expect_often(judge, story, EVENT_POLLED, ROOT,
                 "the root, which was woken, is polled after at most 61 polls, however many are injected");
    end_runtime(judge);
    judge_finish(judge);
}

/* --- 04.26 --- */

void test_local_stream(struct judge *judge)
{
    enum { TIMES = 100 };
    judge_start(judge, "executor");
    make_runtime(judge, false);
    stream_programs(judge, TIMES, DO(DO_LET_GO, BODY, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: spawns local tasks 2 and 1, and waits until it may end",
            DO(DO_KEEP, 0, 0), DO(DO_SPAWN, ON_LOCAL + SET, 2), DO(DO_SPAWN, ON_LOCAL + SET, 1),
            DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: runs a local set with 70", DO(DO_LOCAL_NEW, SET, 0),
            DO(DO_RUN_LOCAL, SET, BODY), DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_done(judge);
    for (int at = find(story, 0, EVENT_POLLED, ROOT), next; at >= 0; at = next) {
        next = find(story, at + 1, EVENT_POLLED, ROOT);
        int end = next < 0 ? story->count : next;
        int polls =
            count_between(story, at, end, EVENT_POLLED, 1) + count_between(story, at, end, EVENT_POLLED, 2);
        EXPECT(judge, polls <= TURN,
               "a poll of the run polls at most 61 local tasks, however many are injected", "%d", polls);
    }
    drop_runtime(judge);
    judge_finish(judge);
}

/* --- 04.3: a wake that comes before a poll of the root is answered by that poll --- */

void test_root_woken_in_a_turn(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "task 1: always wakes itself, 61 times", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_REPEAT, 0, TURN - 1), DO(DO_READY, 0, 0));
    for (int yields = 0; yields < 2; yields++) {
        if (yields)
            PROGRAM(judge, ROOT, ROOT, "root: yields, then waits", DO(DO_KEEP, 0, 0), DO(DO_YIELD, 0, 0),
                    DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
        else
            PROGRAM(judge, ROOT, ROOT, "root: spawns task 1 and wakes itself, then waits", DO(DO_KEEP, 0, 0),
                    DO(DO_SPAWN_RANGE, 1, 1), DO(DO_WAKE_SELF, 0, 0), DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
        STEP(judge, STEP_IN_PARK, "in the next park that is a turn: a driver wakes the root", RUNTIME, 0, 0,
             DO(DO_WAKE, ROOT, 0));
        run_root(judge);
        const struct story *story = until_asleep(judge);
        int turn = find(story, 0, EVENT_PARK, -1);
        int after = count_between(story, turn, story->count, EVENT_POLLED, ROOT);
        EXPECT(judge, after == 1,
               "the root is polled once after a turn in which it was woken, be it woken before that turn too",
               "%d times", after);
        LET_GO(judge, "thread 0: lets the root end", ROOT);
        until_done(judge);
    }
    end_runtime(judge);
    judge_finish(judge);
}
