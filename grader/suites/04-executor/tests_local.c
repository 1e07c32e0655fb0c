/**
 * @file tests_local.c
 * @brief Clauses 04.17, 04.26 and 04.27: what a run of a local set does, and for how long.
 */
#include "rig.h"
#include "tests.h"

/* The local set, its run's body, a task of the runtime beside it; local tasks are probes from 1. */
enum { BODY = 70, BESIDE = 80, RUNS = 90 };

/* --- 04.17 --- */

static void only_inside_the_run(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 3, ACT(keep), ACT(facts), ACT(pend), ACT(go_to, 1));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1),
            ACT(spawn, ON_LOCAL, 2), ACT(pend), ACT(run_local, SET, BODY), ACT(note, 1), ACT(pend),
            ACT(run_local, SET, BODY + 1), ACT(local_drop, SET), ACT(ready));
    PROGRAM(judge, BODY + 1, BODY + 1, ACT(keep), ACT(wait), ACT(ready));
    run_root(judge);
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    WAKE(judge, ROOT);
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
    WAKE(judge, BODY);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, BODY);
    LET_GO(judge, BODY);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1); /* it goes on behind the run in the same poll */
    EXPECT(judge, find(story, 0, EVENT_NOTE, 1) >= 0, "the run is READY in the poll in which its body is",
           "it is not");
    WAKE(judge, 1);
    DRIVER(judge, ACT(spawn, ON_LOCAL, 3));
    LET_GO(judge, ROOT);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "tasks that are left go on in the next run",
           "task 1 is polled %d times", count_of(story, EVENT_POLLED, 1));
    EXPECT(judge, find(story, 0, EVENT_POLLED, 3) > 0, "so does a task that was spawned in between",
           "task 3 is not polled");
    EXPECT(judge, find(story, 0, EVENT_POLLED, 1) > find(story, 0, EVENT_POLLED, ROOT),
           "tasks that are left are polled by the next run, and not before", "task 1 is polled before it");
    LET_GO(judge, BODY + 1);
    until_done(judge);
    drop_runtime(judge);
}

/* Local tasks yield and are awaited; the executor around the run is the runtime, or lab 01's, which knows no turns. */
static void under_any_executor(struct judge *judge, bool plain)
{
    enum { ALONE = 95 };
    PROGRAM(judge, 1, 2, ACT(yield), ACT(repeat, 0, 2), ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(spawn, ON_LOCAL, 1), ACT(spawn, ON_LOCAL, 2), ACT(await, 1), ACT(await, 2),
            ACT(ready));
    PROGRAM(judge, ALONE, ALONE, ACT(local_new, SET), ACT(run_local, SET, BODY), ACT(local_drop, SET),
            ACT(ready));
    make_runtime(judge, false);
    if (plain)
        THREAD(judge, ACTOR, ACT(plain_block_on, ALONE));
    else
        THREAD(judge, ACTOR, ACT(block_on, RUNTIME, ALONE));
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
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, BODY, BODY + 1, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, RUNS, RUNS, ACT(run_local, SET, BODY), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1),
            ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(wait), ACT(run_local, SET, BODY + 1), ACT(local_drop, SET),
            ACT(ready));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, ACT(abort, RUNS));
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_DROPPED, BODY) == 1, "a run that is dropped drops its body, once",
           "%d times", count_of(story, EVENT_DROPPED, BODY));
    EXPECT(judge, count_of(story, EVENT_DROPPED, 1) == 0, "the tasks stay in the set", "task 1 is dropped");
    LET_GO(judge, ROOT);
    until_asleep(judge);
    WAKE(judge, 1);
    story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "they go on in the next run", "%d polls",
           count_of(story, EVENT_POLLED, 1));
    LET_GO(judge, BODY + 1);
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
    enum { MANY = 300, BUSY = 1, TURN = 61 };
    int runner = in_task ? RUNS : ROOT;
    make_runtime(judge, false);
    PROGRAM(judge, BUSY, BUSY, ACT(wake_self), ACT(pend), ACT(repeat, 0, 299), ACT(let_go, BODY), ACT(ready));
    PROGRAM(judge, 100, 100 + MANY - 1, ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(spawn, ON_LOCAL, BUSY),
            ACT(spawn_all, RANGE(100, 100 + MANY - 1)), ACT(wait), ACT(ready));
    PROGRAM(judge, BESIDE, BESIDE, ACT(spin));
    PROGRAM(judge, RUNS, RUNS, ACT(run_local, SET, BODY), ACT(note, 1), ACT(local_drop, SET), ACT(ready));
    if (in_task)
        PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(spawn_all, RANGE(BESIDE, BESIDE)),
                ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(await, RUNS), ACT(ready));
    else
        PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(spawn_all, RANGE(BESIDE, BESIDE)),
                ACT(run_local, SET, BODY), ACT(local_drop, SET), ACT(ready));
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

/* The body of a local run yields: the task that runs it gives way, also where a local task that did not yield was polled since. */
static void yield_of_a_body(struct judge *judge, bool among_tasks)
{
    enum { LOCAL_TASK = 6 };
    PROGRAM(judge, 1, 5, ACT(ready));
    PROGRAM(judge, LOCAL_TASK, LOCAL_TASK, ACT(rest));
    PROGRAM(judge, BODY, BODY, ACT(yield), ACT(ready));
    if (among_tasks)
        PROGRAM(judge, RUNS, RUNS, ACT(local_new, SET), ACT(spawn, ON_LOCAL, LOCAL_TASK),
                ACT(run_local, SET, BODY), ACT(local_drop, SET), ACT(ready));
    else
        PROGRAM(judge, RUNS, RUNS, ACT(local_new, SET), ACT(run_local, SET, BODY), ACT(local_drop, SET),
                ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(spawn_all, RANGE(1, 5)),
            ACT(await, RUNS), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    expect_gave_way(judge, until_done(judge), RUNS, 1, 5);
    drop_runtime(judge);
}

/* In each poll a local task yields, so the run gives way, and wakes its waker once: where that is not the task's own, whatever stands
 * between is polled for each wake. */
static void gives_way_once(struct judge *judge)
{
    enum { TIMES = 3, WOKEN = 9 };
    PROGRAM(judge, 1, 1, ACT(yield), ACT(repeat, 0, (int64_t)2 * TIMES), ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(spawn, ON_LOCAL, 1), ACT(pend), ACT(pend), ACT(pend), ACT(ready));
    PROGRAM(judge, RUNS, RUNS, ACT(keep), ACT(local_new, SET), ACT(on_wake, EACH_TIME), ACT(note, WOKEN),
            ACT(run_local, SET, BODY), ACT(local_drop, SET), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(await, RUNS), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    int polls = count_of(story, EVENT_POLLED, RUNS);
    EXPECT(judge, polls == TIMES + 1, "the run gives way 3 times, and is READY in its 4th poll", "%d polls",
           polls);
    for (int at = find(story, 0, EVENT_POLLED, RUNS), next;
         (next = find(story, at + 1, EVENT_POLLED, RUNS)) >= 0; at = next) {
        int woken = count_between(story, at, next, EVENT_NOTE, WOKEN);
        EXPECT(judge, woken == 1, "a run that gives way wakes the waker that it was polled with, once",
               "it is woken %d times", woken);
    }
    drop_runtime(judge);
}

void test_local_gives_way(struct judge *judge)
{
    judge_start(judge, "executor");
    gives_way_once(judge);
    gives_way(judge, false);
    gives_way(judge, true);
    yield_of_a_body(judge, false);
    yield_of_a_body(judge, true);
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
    PROGRAM(judge, 1, 1, ACT(consume, 300), ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(consume, 1000), ACT(ready));
    PROGRAM(judge, BESIDE, BESIDE, ACT(spin));
    PROGRAM(judge, RUNS, RUNS, ACT(consume, 100), ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1),
            ACT(run_local, SET, BODY), ACT(local_drop, SET), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(BESIDE, BESIDE)), ACT(spawn_all, RANGE(RUNS, RUNS)),
            ACT(await, RUNS), ACT(ready));
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
    PROGRAM(judge, 1, 1, ACT(consume, 300), ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(consume, 1000), ACT(await, 1), ACT(ready));
    PROGRAM(judge, INNER, INNER, ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1), ACT(run_local, SET, BODY),
            ACT(local_drop, SET), ACT(ready));
    PROGRAM(judge, HOLDS, HOLDS, ACT(consume, some), ACT(hold, INNER), ACT(facts), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(HOLDS, HOLDS)), ACT(await, HOLDS), ACT(ready));
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
