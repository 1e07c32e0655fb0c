/**
 * @file tests_local_values.c
 * @brief Clause 04.33: task-local values around a local set, and inside of it. And clause 04.11, for a set that is shut down by hand.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { SET = 0, AROUND = 20, OWN_SCOPE = 30, BODY = 70, RUNS = 90, OUTER = 7, INNER = 9 };

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
static void programs(struct judge *judge)
{
    PROGRAM(judge, 1, 2, "local tasks 1 and 2: look, and wait; look again", DO(DO_KEEP, 0, 0),
            DO(DO_VALUES, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    DROP_PROGRAM(judge, 1, 2, "their clean-up: looks", DO(DO_VALUES, 0, 0));
    PROGRAM(judge, 3, 3, "local task 3: awaits 30 in a scope of key 1 with 9; looks",
            DO(DO_SCOPE, KEY_VALUES + INNER, OWN_SCOPE), DO(DO_VALUES, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, OWN_SCOPE, OWN_SCOPE, "30: looks, yields, looks", DO(DO_VALUES, 0, 0), DO(DO_YIELD, 0, 0),
            DO(DO_VALUES, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: looks, spawns local task 2, yields, looks; waits, looks",
            DO(DO_KEEP, 0, 0), DO(DO_VALUES, 0, 0), DO(DO_SPAWN, ON_CURRENT, 2), DO(DO_YIELD, 0, 0),
            DO(DO_VALUES, 0, 0), DO(DO_WAIT, 0, 0), DO(DO_VALUES, 0, 0), DO(DO_READY, 0, 0));
    DROP_PROGRAM(judge, BODY, BODY, "its clean-up: looks", DO(DO_VALUES, 0, 0));
    PROGRAM(judge, AROUND, AROUND, "20: runs the set with 70, looks, drops the set, looks",
            DO(DO_RUN_LOCAL, SET, BODY), DO(DO_VALUES, 0, 0), DO(DO_LOCAL_DROP, SET, 0), DO(DO_VALUES, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, RUNS, RUNS,
            "task 90: makes a local set with tasks 1 and 3; awaits 20 in a scope of key 0 with 7",
            DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_SPAWN, ON_LOCAL + SET, 3),
            DO(DO_SCOPE, OUTER, AROUND), DO(DO_VALUES, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 90 and awaits it", DO(DO_SPAWN_RANGE, RUNS, RUNS),
            DO(DO_AWAIT, RUNS, 0), DO(DO_READY, 0, 0));
}

void test_local_values(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int ends = 0; ends < 2; ends++) { /* by its body, or by an abort of the task that runs it */
        make_runtime(judge, false);
        programs(judge);
        run_root(judge);
        const struct story *story = until_asleep(judge);
        expect_values(judge, story, BODY, 2, OUTER, 0, for_the_body);
        expect_values(judge, story, 1, 1, 0, 0, for_tasks);
        expect_values(judge, story, 2, 1, 0, 0, for_tasks);
        expect_values(judge, story, OWN_SCOPE, 2, 0, INNER, for_tasks);
        expect_values(judge, story, 3, 1, 0, 0, for_tasks);
        WAKE(judge, "thread 0: wakes local task 1", 1);
        story = until_asleep(judge);
        expect_values(judge, story, 1, 1, 0, 0, for_tasks);
        if (ends) {
            LET_GO(judge, "thread 0: lets the body end", BODY);
            story = until_done(judge);
            expect_values(judge, story, BODY, 1, OUTER, 0, for_the_body);
            expect_values(judge, story, AROUND, 2, OUTER, 0,
                          "after the run, and after the set's drop, they are in force as before");
            expect_values(judge, story, RUNS, 1, 0, 0, "and outside of the scope none is");
        } else {
            DRIVER(judge, "thread 0: aborts task 90", DO(DO_ABORT, RUNS, 0));
            story = until_done(judge);
            expect_values(judge, story, BODY, 1, OUTER, 0, for_the_body);
            THREAD(judge, ACTOR, "thread 1: drops the local set", DO(DO_LOCAL_DROP, SET, 0));
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
    PROGRAM(judge, 1, 2, "tasks 1 and 2: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 3, 4, "tasks 3 and 4: yield for ever", DO(DO_YIELD, 0, 0), DO(DO_GOTO, 0, 0));
    PROGRAM(judge, 5, 6, "tasks 5 and 6: always wake themselves", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 0, 0));
    PROGRAM(judge, 7, LATE, "tasks 7 to 9: wait", DO(DO_PEND, 0, 0), DO(DO_GOTO, 0, 0));
    for (int yields_only = 0; yields_only < 2; yields_only++) {
        int first = yields_only ? 3 : 1, polled = yields_only ? 4 : 6, last = yields_only ? 4 : LAST;
        make_set(judge);
        judge_step(judge, STEP_DO, (const int64_t[]){DO(DO_SPAWN_RANGE, first, polled)}, 1,
                   "thread 0: spawns tasks %d to %d", first, polled);
        run_set(judge, yields_only ? ALL : 15);
        if (last > polled)
            DRIVER(judge, "thread 0: spawns tasks 7 and 8", DO(DO_SPAWN_RANGE, polled + 1, last));
        DRIVER(judge, "thread 0: wf_task_set_shutdown(set)", DO(DO_SET_SHUTDOWN, 0, 0));
        const struct story *story = driver_story(judge);
        for (int task = first; task <= last; task++)
            EXPECT(judge, count_of(story, EVENT_DROPPED, task) == 1,
                   "the future of every task that is not over is dropped, once, yielded or not",
                   "%s %d times", name_of(task), count_of(story, EVENT_DROPPED, task));
        EXPECT(judge, count_of(story, EVENT_POLLED, -1) == 0, "nothing is polled any more", "a task is");
        DRIVER(judge, "thread 0: spawns task 9", DO(DO_SPAWN, ON_CURRENT, LATE));
        EXPECT(judge, driver_events(judge, EVENT_DROPPED, LATE) == 1, "a spawn after that is refused",
               "it is not");
        DRIVER(judge, "thread 0: leaves the set's context, and gives the set up", DO(DO_SET_END, 0, 0));
    }
    judge_finish(judge);
}
