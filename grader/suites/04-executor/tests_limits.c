/**
 * @file tests_limits.c
 * @brief Clauses 04.1, 04.2, 04.3, 04.22 and 04.26 at their limits: 0, 31 and 61, one less and one more; and where the
 * inject queue is never empty.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { TURN = 61, BODY = 70 };

/* --- 04.1: so many as it may, and no more --- */

enum { BUSY = 5, TOLD_MAX = 129 };

/* Tasks 1 to 5 always wake themselves. `next`: so many polls there were. */
static void run_with_limit(struct judge *judge, int limit, int *next)
{
    bool is_told =
        limit <= TOLD_MAX; /* more events than a step may have: then the next call shows what became of it */
    if (!is_told)
        for (int task = 1; task <= BUSY; task++)
            DRIVER(judge, ACT(quiet, task));
    const struct story *story = run_set(judge, limit);
    int polls = count_of(story, EVENT_POLLED, -1);
    char expected[80];
    snprintf(expected, sizeof expected, "%d tasks are polled: so many as it may run", limit);
    EXPECT(judge, polls == limit || !is_told, expected, "%d are", polls);
    EXPECT(judge, story->events[story->count - 1].b == limit, "wf_task_set_run returns how many tasks it ran",
           "it returns %lld", (long long)story->events[story->count - 1].b);
    for (int at = find(story, 0, EVENT_POLLED, -1), n = *next; at >= 0;
         at = find(story, at + 1, EVENT_POLLED, -1))
        EXPECT(judge, story->events[at].a == 1 + n++ % BUSY, "each in its turn, across calls", "%s is polled",
               name_of(story->events[at].a));
    *next += limit;
    if (!is_told)
        PROGRAM(judge, 1, BUSY, ACT(spin));
}

void test_run_limits(struct judge *judge)
{
    enum { ABORTED = 3 };
    judge_start(judge, "executor");
    PROGRAM(judge, 1, BUSY, ACT(spin));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, BUSY)));
    int next = 0;
    for (int64_t limit; (limit = DRAW(judge, set_run, limit)) != ALL;) { /* the last edge: these never end */
        run_with_limit(judge, (int)limit, &next);
        run_with_limit(judge, judge_random(judge, 4), &next);
    }
    run_with_limit(judge, 0, &next);
    DRIVER(judge, ACT(abort, ABORTED));
    const struct story *story = run_set(judge, BUSY);
    int ran = count_of(story, EVENT_POLLED, -1) + count_of(story, EVENT_DROPPED, ABORTED);
    EXPECT(judge, ran == BUSY && story->events[story->count - 1].b == BUSY,
           "one that is dropped after an abort counts as run", "it ran %d, and returns %lld", ran,
           (long long)story->events[story->count - 1].b);
    end_set(judge, 1, BUSY);
    judge_finish(judge);
}

/* --- a steady stream: each of two tasks has another thread wake the other one, while it is polled --- */

static void stream_programs(struct judge *judge, int times, struct step_act at_the_end)
{
    PROGRAM(judge, 1, 1, ACT(keep), ACT(aside), ACT(wake, 2), ACT(pend), ACT(repeat, 1, times - 1),
            at_the_end, ACT(rest));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(pend), ACT(aside), ACT(wake, 1), ACT(go_to, 1));
}

/* Without the check of a limit behind each look a stream would keep the set for ever. Task 2 comes first, and keeps its waker. */
void test_injected_stream(struct judge *judge)
{
    static const int limits[] = {1, 2, 30, 31, 32, 33, 61, 62};
    enum { LIMITS = sizeof limits / sizeof *limits };
    judge_start(judge, "executor");
    stream_programs(judge, 300, ACT(note, 1));
    make_set(judge);
    DRIVER(judge, ACT(spawn, ON_CURRENT, 2), ACT(spawn, ON_CURRENT, 1));
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
    enum { TIMES = 150, ROOT_TIMES = 600 };
    judge_start(judge, "executor");
    stream_programs(judge, TIMES, ACT(note, 1));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(2, 2)), ACT(spawn_all, RANGE(1, 1)),
            ACT(wake_self), ACT(pend), ACT(repeat, 3, ROOT_TIMES), ACT(ready));
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
    stream_programs(judge, TIMES, ACT(let_go, BODY));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(spawn, ON_LOCAL, 2), ACT(spawn, ON_LOCAL, 1), ACT(wait),
            ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(run_local, SET, BODY), ACT(local_drop, SET),
            ACT(ready));
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
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, TURN - 1), ACT(ready));
    for (int yields = 0; yields < 2; yields++) {
        if (yields)
            PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(yield), ACT(wait), ACT(ready));
        else
            PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 1)), ACT(wake_self), ACT(wait),
                    ACT(ready));
        CARRY(judge, ACT(in_park, RUNTIME, IN_TURN), ACT(wake, ROOT));
        run_root(judge);
        const struct story *story = until_asleep(judge);
        int turn = find(story, 0, EVENT_PARK, -1);
        int after = count_between(story, turn, story->count, EVENT_POLLED, ROOT);
        EXPECT(judge, after == 1,
               "the root is polled once after a turn in which it was woken, be it woken before that turn too",
               "%d times", after);
        LET_GO(judge, ROOT);
        until_done(judge);
    }
    end_runtime(judge);
    judge_finish(judge);
}
