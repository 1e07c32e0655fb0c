/**
 * @file tests_local.c
 * @brief Clauses 04.17, 04.26 and 04.27: what a run of a local set does, and for how long.
 */
#include "rig.h"
#include "tests.h"

/* The local set, its run's body, a task of the runtime beside it; local tasks are probes from 1. */
enum { SET = 0, BODY = 70, BESIDE = 80, RUNS = 90 };

/* --- 04.17 --- */

static void only_inside_the_run(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 3, "local tasks 1 to 3: look, and wait", DO(DO_KEEP, 0, 0), DO(DO_FACTS, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: waits until it may end", DO(DO_KEEP, 0, 0), DO(DO_WAIT, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(
        judge, ROOT, ROOT, "root: makes a local set with tasks 1 and 2; woken, runs it with 70; waits; again",
        DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1),
        DO(DO_SPAWN, ON_LOCAL + SET, 2), DO(DO_PEND, 0, 0), DO(DO_RUN_LOCAL, SET, BODY), DO(DO_NOTE, 1, 0),
        DO(DO_PEND, 0, 0), DO(DO_RUN_LOCAL, SET, BODY + 1), DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY + 1, BODY + 1, "71, the next body: waits until it may end", DO(DO_KEEP, 0, 0),
            DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    WAKE(judge, "thread 0: wakes the root, which runs the set", ROOT);
    const struct story *story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT(judge, count_of(story, EVENT_POLLED, BODY) == 1, "a poll of the run polls its body once",
           "%d times", count_of(story, EVENT_POLLED, BODY));
    for (int task = 1; task <= 2; task++) {
        int at = find(story, 0, EVENT_FACTS, task);
        EXPECT(judge, count_of(story, EVENT_POLLED, task) == 1 && at >= 0, "a poll of the run polls its tasks",
               "%s is polled %d times", name_of(task), count_of(story, EVENT_POLLED, task));
        int64_t bits = story->events[at].b % 16;
        EXPECT(judge, bits & FACT_ON_LOCAL && bits & FACT_TASK_IS_MINE,
               "a local task is polled with the set as its scheduler, and itself as the current task",
               "%s sees something else", name_of(task));
    }
    WAKE(judge, "thread 0: wakes the body", BODY);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, BODY);
    LET_GO(judge, "thread 0: wakes the body, which is READY then", BODY);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1); /* it goes on behind the run in the same poll */
    EXPECT(judge, find(story, 0, EVENT_NOTE, 1) >= 0, "the run is READY in the poll in which its body is",
           "it is not");
    WAKE(judge, "thread 0: wakes task 1, while the set is not run", 1);
    DRIVER(judge, "thread 0: spawns task 3 on the set", DO(DO_SPAWN, ON_LOCAL + SET, 3));
    LET_GO(judge, "thread 0: wakes the root, which runs the set again", ROOT);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "tasks that are left go on in the next run",
           "task 1 is polled %d times", count_of(story, EVENT_POLLED, 1));
    EXPECT(judge, find(story, 0, EVENT_POLLED, 3) > 0, "so does a task that was spawned in between",
           "task 3 is not polled");
    EXPECT(judge, find(story, 0, EVENT_POLLED, 1) > find(story, 0, EVENT_POLLED, ROOT),
           "tasks that are left are polled by the next run, and not before", "task 1 is polled before it");
    LET_GO(judge, "thread 0: wakes the body, which is READY then", BODY + 1);
    until_done(judge);
    drop_runtime(judge);
}

/* Local tasks yield and are awaited; the executor around the run is the runtime, or lab 01's, which knows no turns. */
static void under_any_executor(struct judge *judge, bool plain)
{
    enum { ALONE = 95 };
    PROGRAM(judge, 1, 2, "local tasks 1 and 2: yield 3 times, then are READY", DO(DO_YIELD, 0, 0),
            DO(DO_REPEAT, 0, 2), DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: spawns tasks 1 and 2, awaits both",
            DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_SPAWN, ON_LOCAL + SET, 2), DO(DO_AWAIT, 1, 0),
            DO(DO_AWAIT, 2, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ALONE, ALONE, "95: makes a local set and runs it with 70", DO(DO_LOCAL_NEW, SET, 0),
            DO(DO_RUN_LOCAL, SET, BODY), DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    if (plain)
        THREAD(judge, ACTOR, "thread 1: wf_block_on(95)", DO(DO_PLAIN_BLOCK_ON, ALONE, 0));
    else
        THREAD(judge, ACTOR, "thread 1: wf_current_thread_block_on(runtime, 95)",
               DO(DO_BLOCK_ON, RUNTIME, ALONE));
    const struct story *story = until_done(judge);
    for (int task = 1; task <= 2; task++)
        EXPECT(judge, count_of(story, EVENT_POLLED, task) == 4 && count_of(story, EVENT_READY, task) == 1,
               "a local task may yield, and goes on", "%s is polled %d times", name_of(task),
               count_of(story, EVENT_POLLED, task));
    drop_runtime(judge);
}

/* A run that is dropped drops its body; the tasks stay. */
static void dropped_while_it_runs(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "local task 1: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, BODY, BODY + 1, "70 and 71, the bodies: wait until they may end", DO(DO_KEEP, 0, 0),
            DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, RUNS, RUNS, "task 90, of the runtime: runs the set with 70", DO(DO_RUN_LOCAL, SET, BODY),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT,
            "root: makes a local set with task 1, spawns task 90; then runs it itself, with 71",
            DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1),
            DO(DO_SPAWN_RANGE, RUNS, RUNS), DO(DO_WAIT, 0, 0), DO(DO_RUN_LOCAL, SET, BODY + 1),
            DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, "thread 0: aborts task 90", DO(DO_ABORT, RUNS, 0));
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_DROPPED, BODY) == 1, "a run that is dropped drops its body, once",
           "%d times", count_of(story, EVENT_DROPPED, BODY));
    EXPECT(judge, count_of(story, EVENT_DROPPED, 1) == 0, "the tasks stay in the set", "task 1 is dropped");
    LET_GO(judge, "thread 0: lets the root run the set", ROOT);
    until_asleep(judge);
    WAKE(judge, "thread 0: wakes local task 1", 1);
    story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "they go on in the next run", "%d polls",
           count_of(story, EVENT_POLLED, 1));
    LET_GO(judge, "thread 0: lets the body 71 end", BODY + 1);
    until_done(judge);
    drop_runtime(judge);
}

void test_local_run(struct judge *judge)
{
    judge_start(judge, "executor");
    under_any_executor(judge, false);
    under_any_executor(judge, true);
    dropped_while_it_runs(judge);
    only_inside_the_run(judge);
    judge_finish(judge);
}

/* --- 04.26 --- */

/* More tasks than a poll may run, and one that is always ready; in the root, or in a task. */
static void gives_way(struct judge *judge, bool in_task)
{
    enum { MANY = 150, BUSY = 1, TURN = 61 };
    int runner = in_task ? RUNS : ROOT;
    make_runtime(judge, false);
    PROGRAM(judge, BUSY, BUSY, "local task 1: wakes itself 300 times, then lets the body end",
            DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, 299), DO(DO_LET_GO, BODY, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 100, 100 + MANY - 1, "150 more local tasks: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: spawns them, and waits until it may end", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN, ON_LOCAL + SET, BUSY), DO(DO_SPAWN_RANGE, 100, 100 + MANY - 1), DO(DO_WAIT, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, BESIDE, BESIDE, "task 80, of the runtime: always wakes itself", DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 0, 0));
    PROGRAM(judge, RUNS, RUNS, "task 90, of the runtime: runs the set with 70", DO(DO_RUN_LOCAL, SET, BODY),
            DO(DO_NOTE, 1, 0), DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    if (in_task)
        PROGRAM(judge, ROOT, ROOT, "root: makes a local set, spawns tasks 80 and 90, awaits 90",
                DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN_RANGE, BESIDE, BESIDE), DO(DO_SPAWN_RANGE, RUNS, RUNS),
                DO(DO_AWAIT, RUNS, 0), DO(DO_READY, 0, 0));
    else
        PROGRAM(judge, ROOT, ROOT, "root: makes a local set, spawns task 80, runs the set with 70",
                DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN_RANGE, BESIDE, BESIDE), DO(DO_RUN_LOCAL, SET, BODY),
                DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_done(judge);
    int at = find(story, 0, EVENT_POLLED, runner), next;
    for (; (next = find(story, at + 1, EVENT_POLLED, runner)) >= 0; at = next) {
        int outside = count_between(story, at, next, EVENT_POLLED, BESIDE) +
                      count_between(story, at + 1, next, EVENT_POLLED, ROOT);
        int body = count_between(story, at, next, EVENT_POLLED, BODY);
        int tasks = count_between(story, at + 1, next, EVENT_POLLED, -1) - outside - body;
        EXPECT(judge, tasks <= TURN, "a poll of the run polls at most 61 local tasks", "%d", tasks);
        EXPECT(judge, body == 1, "a poll of the run polls its body once", "%d times", body);
        EXPECT(judge, count_between(story, at, next, EVENT_POLLED, BESIDE) > 0,
               "the run gives way when more could run: others are polled before it", "task 80 is not");
        bool more = count_between(story, at, next, EVENT_READY, BUSY) == 0;
        EXPECT(judge, !more || count_between(story, at, next, EVENT_PARK, -1) > 0,
               "the run gives way when more could run: the park is given a turn before it", "it is not");
    }
    EXPECT(judge,
           count_of(story, EVENT_POLLED, BUSY) == 301 && count_of(story, EVENT_READY, 100 + MANY - 1) == 1,
           "all of the local tasks have their polls", "%d of task 1", count_of(story, EVENT_POLLED, BUSY));
    drop_runtime(judge);
}

/* The body of a local run yields: the task that runs it gives way. */
static void yield_of_a_body(struct judge *judge)
{
    PROGRAM(judge, 1, 5, "tasks 1 to 5: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70: yields", DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, RUNS, RUNS, "task 90: runs a local set with 70 as the body", DO(DO_LOCAL_NEW, 0, 0),
            DO(DO_RUN_LOCAL, 0, BODY), DO(DO_LOCAL_DROP, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 90 and tasks 1 to 5, awaits 90",
            DO(DO_SPAWN_RANGE, RUNS, RUNS), DO(DO_SPAWN_RANGE, 1, 5), DO(DO_AWAIT, RUNS, 0),
            DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    expect_gave_way(judge, until_done(judge), RUNS, 1, 5);
    drop_runtime(judge);
}

void test_local_gives_way(struct judge *judge)
{
    judge_start(judge, "executor");
    gives_way(judge, false);
    gives_way(judge, true);
    yield_of_a_body(judge);
    judge_finish(judge);
}

/* --- 04.27 --- */

/* A probe that consumes so many units stops each time that a budget of its own is spent. */
static void expect_own_budget(struct judge *judge, const struct story *story, int probe, int units)
{
    enum { BUDGET = 128 };
    int at = -1, seen = 0;
    while (seen < units) {
        at = find(story, at + 1, EVENT_CONSUMED, probe);
        EXPECT(judge, at >= 0, "it consumes all of its units", "%s stops at %d", name_of(probe), seen);
        int expected = seen + BUDGET < units ? seen + BUDGET : units;
        seen = (int)story->events[at].b;
        EXPECT(judge, seen == expected, "the body, and a local task, has 128 units of its own in each poll",
               "%s has consumed %d units when it stops, or is done, not %d", name_of(probe), seen, expected);
    }
}

static void budgets_of_their_own(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "local task 1: consumes 300", DO(DO_CONSUME, 300, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: consumes 1000", DO(DO_CONSUME, 1000, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, BESIDE, BESIDE, "task 80, of the runtime: always wakes itself", DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 0, 0));
    PROGRAM(judge, RUNS, RUNS, "task 90, of the runtime: consumes 100, makes a local set with task 1, runs it",
            DO(DO_CONSUME, 100, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1),
            DO(DO_RUN_LOCAL, SET, BODY), DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 80 and 90, awaits 90", DO(DO_SPAWN_RANGE, BESIDE, BESIDE),
            DO(DO_SPAWN_RANGE, RUNS, RUNS), DO(DO_AWAIT, RUNS, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_done(judge);
    expect_own_budget(judge, story, BODY, 1000);
    expect_own_budget(judge, story, 1, 300);
    for (int at = find(story, 0, EVENT_POLLED, BODY), next;
         (next = find(story, at + 1, EVENT_POLLED, BODY)) >= 0; at = next)
        EXPECT(judge, count_between(story, at, next, EVENT_POLLED, BESIDE) > 0,
               "a body that spent its budget gives way: others are polled before it", "task 80 is not");
    drop_runtime(judge);
}

/* Inside unconstrained the body has no budget; a local task has: it must not hold the thread. */
static void budgets_inside_unconstrained(struct judge *judge)
{
    enum { BUDGET = 128, HOLDS = 6, INNER = 22 };
    make_runtime(judge, false);
    int some = 1 + judge_random(judge, 50);
    PROGRAM(judge, 1, 1, "local task 1: consumes 300", DO(DO_CONSUME, 300, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: consumes 1000, awaits local task 1", DO(DO_CONSUME, 1000, 0),
            DO(DO_AWAIT, 1, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, INNER, INNER, "22: runs a local set with task 1 and the body 70", DO(DO_LOCAL_NEW, SET, 0),
            DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_RUN_LOCAL, SET, BODY), DO(DO_LOCAL_DROP, SET, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, HOLDS, HOLDS, "task 6: consumes some, awaits 22 inside unconstrained, looks",
            DO(DO_CONSUME, some, 0), DO(DO_HOLD, INNER, 0), DO(DO_FACTS, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 6, and awaits it", DO(DO_SPAWN_RANGE, HOLDS, HOLDS),
            DO(DO_AWAIT, HOLDS, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_done(judge);
    int done = find(story, 0, EVENT_CONSUMED, BODY);
    EXPECT(judge,
           done >= 0 && story->events[done].b == 1000 &&
               count_between(story, 0, done, EVENT_POLLED, BODY) == 1,
           "the body inside unconstrained has no budget: 1000 units in one poll", "it stops before that");
    expect_own_budget(judge, story, 1, 300);
    int looks = find(story, 0, EVENT_FACTS, HOLDS);
    EXPECT(judge, looks >= 0 && story->events[looks].b / 16 == BUDGET,
           "128 units are left after unconstrained", "%lld",
           looks < 0 ? -1LL : (long long)story->events[looks].b / 16);
    drop_runtime(judge);
}

void test_local_budgets(struct judge *judge)
{
    judge_start(judge, "executor");
    budgets_of_their_own(judge);
    budgets_inside_unconstrained(judge);
    judge_finish(judge);
}
