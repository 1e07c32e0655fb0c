/**
 * @file tests_local_values.c
 * @brief Clause 04.33: task-local values around a local set, and inside of it. And clause 04.11, for a set that is shut down by hand.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { AROUND = 20, OWN_SCOPE = 30, BODY = 70, RUNS = 90 };

/* What the probe found, each time that it looked in [from, to): the value of key 0, and that of key 1. */
static void expect_values(struct judge *judge, const struct story *story, int64_t probe, int times, int first,
                          int second, const char *expected)
{
    int seen = 0;
    for (int at = find(story, 0, EVENT_VALUES, probe); at >= 0;
         at = find(story, at + 1, EVENT_VALUES, probe)) {
        long long values = (long long)story->events[at].b;
        EXPECT(judge, values == first + KEY_VALUES * second, expected, "%s finds %lld and %lld, not %d and %d",
               name_of(probe), values % KEY_VALUES, values / KEY_VALUES, first, second);
        seen++;
    }
    EXPECT(judge, seen == times, "it is polled or dropped, and looks", "%s looks %d times, not %d",
           name_of(probe), seen, times);
}

static const char *const for_the_body = "task-local values of outside are in force for the body",
                         *const for_tasks = "task-local values of outside are not in force for local tasks",
                         *const for_cleanups = "and not for the clean-ups of local tasks";

/* Who runs the set does it inside of a scope. The tasks look in each poll, and in their drop; one has a scope of its own, of the
 * other key, and yields in it. */
static void programs(struct judge *judge, int outer, int inner)
{
    PROGRAM(judge, 1, 2, ACT(keep), ACT(values), ACT(pend), ACT(go_to, 1));
    DROP_PROGRAM(judge, 1, 2, ACT(values));
    PROGRAM(judge, 3, 3, ACT(scope, 1, inner, OWN_SCOPE), ACT(values), ACT(ready));
    PROGRAM(judge, OWN_SCOPE, OWN_SCOPE, ACT(values), ACT(yield), ACT(values), ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(values), ACT(spawn, ON_CURRENT, 2), ACT(yield), ACT(values),
            ACT(wait), ACT(values), ACT(ready));
    DROP_PROGRAM(judge, BODY, BODY, ACT(values));
    PROGRAM(judge, AROUND, AROUND, ACT(run_local, SET, BODY), ACT(values), ACT(local_drop, SET), ACT(values),
            ACT(ready));
    PROGRAM(judge, RUNS, RUNS, ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1), ACT(spawn, ON_LOCAL, 3),
            ACT(scope, 0, outer, AROUND), ACT(values), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(await, RUNS), ACT(ready));
}

void test_local_values(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int round = 0; round < 4; round++) {
        bool ends = round % 2; /* by its body, or by an abort of the task that runs it */
        int drawn = (int)DRAW(judge, scope, value), other = 1 + judge_random(judge, KEY_VALUES - 1);
        int outer = round < 2 ? other : drawn, inner = round < 2 ? drawn : other;
        make_runtime(judge, false);
        programs(judge, outer, inner);
        run_root(judge);
        const struct story *story = until_asleep(judge);
        expect_values(judge, story, BODY, 2, outer, 0, for_the_body);
        expect_values(judge, story, 1, 1, 0, 0, for_tasks);
        expect_values(judge, story, 2, 1, 0, 0, for_tasks);
        expect_values(judge, story, OWN_SCOPE, 2, 0, inner, for_tasks);
        expect_values(judge, story, 3, 1, 0, 0, for_tasks);
        WAKE(judge, 1);
        story = until_asleep(judge);
        expect_values(judge, story, 1, 1, 0, 0, for_tasks);
        if (ends) {
            LET_GO(judge, BODY);
            story = until_done(judge);
            expect_values(judge, story, BODY, 1, outer, 0, for_the_body);
            expect_values(judge, story, AROUND, 2, outer, 0,
                          "after the run, and after the set's drop, they are in force as before");
            expect_values(judge, story, RUNS, 1, 0, 0, "and outside of the scope none is");
        } else {
            DRIVER(judge, ACT(abort, RUNS));
            story = until_done(judge);
            expect_values(judge, story, BODY, 1, outer, 0, for_the_body);
            THREAD(judge, ACTOR, ACT(local_drop, SET));
            story = until(judge, EVENT_LOCAL_DROPPED, "wf_local_set_drop returns");
        }
        for (int task = 1; task <= 2; task++)
            EXPECT(judge, count_of(story, EVENT_DROPPED, task) == 1, "a local task that is left is dropped",
                   "%s is not", name_of(task));
        int from = find(story, 0, EVENT_DROPPED, 1);
        for (int i = from; i < story->count; i++)
            EXPECT(judge,
                   !is(&story->events[i], EVENT_VALUES, -1) || story->events[i].a > 2 ||
                       story->events[i].b == 0,
                   for_cleanups, "%s finds %lld and %lld", name_of(story->events[i].a),
                   (long long)story->events[i].b % KEY_VALUES, (long long)story->events[i].b / KEY_VALUES);
        drop_runtime(judge);
    }
    judge_finish(judge);
}

/* --- 04.11: by hand --- */

/* Some are queued, some wait, some yielded in a turn that was not ended, some were never polled. */
void test_shutdown_by_hand(struct judge *judge)
{
    enum { LAST = 8, LATE = 9 };
    judge_start(judge, "executor");
    PROGRAM(judge, 1, 2, ACT(keep), ACT(rest));
    PROGRAM(judge, 3, 4, ACT(yield), ACT(go_to, 0));
    PROGRAM(judge, 5, 6, ACT(spin));
    PROGRAM(judge, 7, LATE, ACT(rest));
    for (int yields_only = 0; yields_only < 2; yields_only++) {
        int first = yields_only ? 3 : 1, polled = yields_only ? 4 : 6, last = yields_only ? 4 : LAST;
        make_set(judge);
        DRIVER(judge, ACT(spawn_all, RANGE(first, polled)));
        run_set(judge, yields_only ? ALL : 15);
        if (last > polled)
            DRIVER(judge, ACT(spawn_all, RANGE(polled + 1, last)));
        DRIVER(judge, ACT(set_shutdown));
        const struct story *story = driver_story(judge);
        for (int task = first; task <= last; task++)
            EXPECT(judge, count_of(story, EVENT_DROPPED, task) == 1,
                   "the future of every task that is not over is dropped, once, yielded or not",
                   "%s %d times", name_of(task), count_of(story, EVENT_DROPPED, task));
        EXPECT(judge, count_of(story, EVENT_POLLED, -1) == 0, "nothing is polled any more", "a task is");
        DRIVER(judge, ACT(spawn, ON_CURRENT, LATE));
        EXPECT(judge, driver_events(judge, EVENT_DROPPED, LATE) == 1, "a spawn after that is refused",
               "it is not");
        DRIVER(judge, ACT(set_end));
    }
    judge_finish(judge);
}
