/**
 * @file tests_local_wakes.c
 * @brief Clauses 04.18, 04.20 and 04.29: wakes and spawns from outside reach local tasks, and those from inside the outside.
 */
#include "rig.h"
#include "tests.h"

/* The local set, its run's body, a task of the runtime beside it; local tasks are probes from 1. */
enum { SET = 0, BODY = 70, BESIDE = 80, RUNS = 90 };

/* Somebody outside wakes or spawns: the one that runs the set is polled, and so is the local task. */
static void expect_reached(struct judge *judge, const struct story *story, int runner, int task)
{
    EXPECT(judge, count_of(story, EVENT_POLLED, task) == 1,
           "a local task that was woken or spawned outside of the run is polled", "%s is polled %d times",
           name_of(task), count_of(story, EVENT_POLLED, task));
    EXPECT(judge, count_of(story, EVENT_POLLED, runner) >= 1, "the task that runs the set is woken",
           "it is not");
}

/* Whatever the waker of the run does, it may do so: no lock of the set is held meanwhile. */
static void waker_that_spawns(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "local task 1: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "local task 2: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: waits until it may end", DO(DO_KEEP, 0, 0), DO(DO_WAIT, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(
        judge, ROOT, ROOT,
        "root: runs a local set with task 1; the waker that it gives to the run spawns task 2 on the set, once",
        DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_ON_WAKE, 0, 0),
        DO(DO_SPAWN, ON_LOCAL + SET, 2), DO(DO_RUN_LOCAL, SET, BODY), DO(DO_LOCAL_DROP, SET, 0),
        DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, "thread 0: wakes local task 1", 1);
    until_polled(judge, 2);
    until_asleep(judge);
    LET_GO(judge, "thread 0: lets the body end", BODY);
    until_done(judge);
    drop_runtime(judge);
}

static void wakes_as_fast_as_it_comes_back(struct judge *judge)
{
    int rounds = 300 + judge_random(judge, 100), spin = 50 + judge_random(judge, 300);
    EXPECT(judge, STEP(judge, STEP_NEW, "runtime = wf_current_thread_new(NULL, NULL)", RUNTIME, 0, 0).a,
           "a runtime", "NULL");
    PROGRAM(judge, BODY, BODY, "70, the body: waits until it may end", DO(DO_KEEP, 0, 0), DO(DO_WAIT, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 7, 7, "local task 7: is woken whenever it was polled, then lets the body end",
            DO(DO_KEEP, 0, 0), DO(DO_QUIET, 7, 0), DO(DO_QUIET, ROOT, 0), DO(DO_QUIET, BODY, 0),
            DO(DO_PONG, 0, 0), DO(DO_REPEAT, 4, rounds - 1), DO(DO_LET_GO, BODY, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: runs a local set with task 7", DO(DO_LOCAL_NEW, SET, 0),
            DO(DO_SPAWN, ON_LOCAL + SET, 7), DO(DO_RUN_LOCAL, SET, BODY), DO(DO_LOCAL_DROP, SET, 0),
            DO(DO_READY, 0, 0));
    run_root(judge);
    STEP(judge, STEP_STORM, "thread 0: wakes local task 7 at varying moments, whenever it was polled", 7,
         rounds, spin);
    until_done(judge);
    drop_runtime(judge);
}

void test_local_wakes(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 2, "local tasks 1 and 2: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 3, 3, "local task 3: waits; then wakes local task 2", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_WAKE, 2, 0), DO(DO_PEND, 0, 0), DO(DO_ASIDE, 0, 0), DO(DO_WAKE, 2, 0), DO(DO_PEND, 0, 0));
    PROGRAM(judge, 4, 20, "tasks 4 to 20: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, BESIDE, BESIDE,
            "task 80, of the runtime: waits; then wakes local task 1; then spawns local task 5",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_WAKE, 1, 0), DO(DO_PEND, 0, 0),
            DO(DO_SPAWN, ON_LOCAL + SET, 5), DO(DO_PEND, 0, 0));
    PROGRAM(judge, BODY, BODY + 1, "70 and 71, the bodies: wait until they may end", DO(DO_KEEP, 0, 0),
            DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, RUNS, RUNS, "task 90, of the runtime: runs the set with 70, then wakes 91",
            DO(DO_KEEP, 0, 0), DO(DO_RUN_LOCAL, SET, BODY), DO(DO_WAKE, RUNS + 1, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 3, 0));
    PROGRAM(judge, RUNS + 1, RUNS + 1, "task 91, of the runtime: waits, then runs the set with 71",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_RUN_LOCAL, SET, BODY + 1), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT,
            "root: makes a local set with tasks 1 to 3; spawns 80, 90 and 91; at the end drops it",
            DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1),
            DO(DO_SPAWN, ON_LOCAL + SET, 2), DO(DO_SPAWN, ON_LOCAL + SET, 3),
            DO(DO_SPAWN_RANGE, BESIDE, BESIDE), DO(DO_SPAWN_RANGE, RUNS, RUNS + 1), DO(DO_PEND, 0, 0),
            DO(DO_LOCAL_DROP, SET, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);

    WAKE(judge, "thread 0: wakes local task 1", 1);
    expect_reached(judge, until_asleep(judge), RUNS, 1);
    DRIVER(judge, "thread 0: spawns task 4 on the set", DO(DO_SPAWN, ON_LOCAL + SET, 4));
    expect_reached(judge, until_asleep(judge), RUNS, 4);
    WAKE(judge, "thread 0: wakes task 80, which wakes local task 1", BESIDE);
    expect_reached(judge, until_asleep(judge), RUNS, 1);
    WAKE(judge, "thread 0: wakes task 80, which spawns local task 5", BESIDE);
    expect_reached(judge, until_asleep(judge), RUNS, 5);

    WAKE(judge, "thread 0: wakes local task 3, which wakes local task 2", 3);
    const struct story *story = until_asleep(judge);
    expect_reached(judge, story, RUNS, 2);
    EXPECT(judge, count_of(story, EVENT_POLLED, RUNS) == 1,
           "a local task that is woken inside needs no other poll",
           "the task that runs the set is polled %d times", count_of(story, EVENT_POLLED, RUNS));
    WAKE(judge, "thread 0: wakes local task 3; while it is polled, another thread wakes local task 2", 3);
    story = until_asleep(judge);
    expect_reached(judge, story, RUNS, 2);
    /* in the gap before the runtime sleeps */
    static const int64_t in_gap[] = {DO(DO_WAKE, 1, 0), DO(DO_SPAWN, ON_LOCAL + SET, 6)};
    for (int i = 0; i < 2; i++) {
        STEP(judge, STEP_IN_PARK,
             i ? "in the next park, before it sleeps: another thread spawns task 6 on the set"
               : "in the next park, before it sleeps: another thread wakes local task 1",
             RUNTIME, 1, 0, DO(DO_ASIDE, 0, 0), in_gap[i]);
        WAKE(judge, "thread 0: wakes local task 2", 2);
        until_asleep(judge);
        expect_reached(judge, until_asleep(judge), RUNS, i ? 6 : 1);
    }

    /* between any two steps that the runtime takes under a mutex, after the last poll of a local task */
    for (int nth = 1; nth <= LOCKS_OF_A_PARK; nth++)
        for (int i = 0; i < 2; i++) {
            const int64_t arguments[] = {3,
                                         3,
                                         DO(DO_AT_LOCK, nth, 0),
                                         i ? DO(DO_SPAWN, ON_LOCAL + SET, 10 + nth) : DO(DO_WAKE, 1, 0),
                                         DO(DO_PEND, 0, 0),
                                         DO(DO_GOTO, 2, 0)};
            judge_step(
                judge, STEP_PROGRAM, arguments, 6,
                "local task 3: is polled; before its thread takes the next mutex but %d, another thread %s",
                nth - 1, i ? "spawns a task on the set" : "wakes local task 1");
            WAKE(judge, "thread 0: wakes local task 3", 3);
            until_polled(judge, i ? 10 + nth : 1);
            until_asleep(judge);
        }

    /* another task runs the set: from then on that one is woken */
    LET_GO(judge, "thread 0: lets the body 70 end: task 90 is done with the set, task 91 runs it", BODY);
    until_asleep(judge);
    WAKE(judge, "thread 0: wakes local task 1", 1);
    story = until_asleep(judge);
    expect_reached(judge, story, RUNS + 1, 1);
    EXPECT(judge, count_of(story, EVENT_POLLED, RUNS) == 0, "only the task that runs the set is woken",
           "task 90 is, whose run is over");

    LET_GO(judge, "thread 0: lets the body 71 end", BODY + 1);
    until_asleep(judge);
    WAKE(judge, "thread 0: wakes the root, which drops the set", ROOT);
    until_done(judge);
    drop_runtime(judge);
    waker_that_spawns(judge);
    wakes_as_fast_as_it_comes_back(judge);
    judge_finish(judge);
}

/* --- 04.29 --- */

/* A set whose run is over keeps nobody: the runtime around it ends although the set does not. */
static void lets_go_of_the_waker(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "local task 1: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: yields, then is READY", DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: runs a local set with 70, is READY", DO(DO_FORGET, ROOT, 0),
            DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_RUN_LOCAL, SET, BODY),
            DO(DO_FORGET, BODY, 0), DO(DO_READY, 0, 0));
    DRIVER(judge, "thread 0: drops the wakers of the root and of 71", DO(DO_FORGET, ROOT, 0),
           DO(DO_FORGET, BODY + 1, 0));
    THREAD(judge, ACTOR, "thread 1: block_on(runtime, root), drops the runtime, then the local set",
           DO(DO_BLOCK_ON, RUNTIME, ROOT), DO(DO_DROP, RUNTIME, 0), DO(DO_LOCAL_DROP, SET, 0));
    const struct story *story = until(judge, EVENT_LOCAL_DROPPED, "wf_local_set_drop returns");
    int dropped = find(story, find(story, 0, EVENT_BLOCK_ON_DONE, -1), EVENT_PARK_DROPPED, -1);
    EXPECT(judge, dropped >= 0 && dropped < find(story, 0, EVENT_RUNTIME_DROPPED, -1),
           "when its run is over a local set keeps no waker of it", "it keeps the runtime alive");
}

void test_local_lets_go(struct judge *judge)
{
    judge_start(judge, "executor");
    lets_go_of_the_waker(judge);
    judge_finish(judge);
}

/* --- 04.20 --- */

/* By the runtime's own thread, that is. */
static void expect_nobody_unparked(struct judge *judge, const struct story *story)
{
    for (int at = 0; (at = find(story, at, EVENT_UNPARK, -1)) >= 0; at++)
        EXPECT(judge, story->events[at].thread != ACTOR + 1,
               "a wake from inside a local set, on the runtime's thread, does not unpark",
               "the park is unparked");
}

/* The body, or a local task, wakes and spawns tasks of the runtime; then the task that runs the set wakes and spawns. What
 * sits between is a second set, or nothing. */
static void keeps_the_order(struct judge *judge, bool in_task, bool two_deep)
{
    enum { INNER = 1, LOCAL = 60, WOKEN = 1, SPAWNED = 3 };
    int acts = in_task ? LOCAL : BODY;
    make_runtime(judge, false);
    PROGRAM(judge, WOKEN, WOKEN + 1, "tasks 1 and 2, of the runtime: wait", DO(DO_KEEP, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, SPAWNED, SPAWNED + 1, "tasks 3 and 4: are READY", DO(DO_READY, 0, 0));
    if (in_task)
        PROGRAM(judge, BODY, BODY, "70, the body: spawns local task 60, and awaits it",
                DO(DO_SPAWN, ON_LOCAL + (two_deep ? INNER : SET), LOCAL), DO(DO_AWAIT, LOCAL, 0),
                DO(DO_READY, 0, 0));
    PROGRAM(judge, acts, acts,
            "inside the set: wakes the root and task 1, spawns task 3 on the runtime; is READY",
            DO(DO_WAKE, ROOT, 0), DO(DO_WAKE, WOKEN, 0), DO(DO_SPAWN, ON_RUNTIME + RUNTIME, SPAWNED),
            DO(DO_READY, 0, 0));
    if (two_deep)
        PROGRAM(judge, BODY + 1, BODY + 1, "71, the body of the outer set: runs the inner set with 70",
                DO(DO_RUN_LOCAL, INNER, BODY), DO(DO_READY, 0, 0));
    PROGRAM(judge, RUNS, RUNS,
            "task 90, of the runtime: woken, runs the set; then wakes task 2 and spawns task 4",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_RUN_LOCAL, SET, two_deep ? BODY + 1 : BODY),
            DO(DO_WAKE, WOKEN + 1, 0), DO(DO_SPAWN, ON_CURRENT, SPAWNED + 1), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT,
            "root: makes the local sets, spawns tasks 1, 2 and 90; waits; at the end drops the sets",
            DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_LOCAL_NEW, INNER, 0),
            DO(DO_SPAWN_RANGE, WOKEN, WOKEN + 1), DO(DO_SPAWN_RANGE, RUNS, RUNS), DO(DO_WAIT, 0, 0),
            DO(DO_LOCAL_DROP, SET, 0), DO(DO_LOCAL_DROP, INNER, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, "thread 0: wakes task 90, which runs the set", RUNS);
    const struct story *story = until_asleep(judge);
    static const int order[] = {WOKEN, SPAWNED, WOKEN + 1, SPAWNED + 1};
    for (int i = 0, at = 0; i < 4; i++) {
        int next = find(story, 0, EVENT_POLLED, order[i]);
        EXPECT(judge, next >= 0, "what is woken or spawned inside a local set is polled", "%s is not",
               name_of(order[i]));
        EXPECT(judge, next > at, "tasks are polled in the order in which they were woken and spawned",
               "%s is polled before %s", name_of(order[i]), name_of(order[i - (i > 0)]));
        at = next;
    }
    expect_root_polls(judge, story, 1);
    expect_nobody_unparked(judge, story);
    LET_GO(judge, "thread 0: lets the root end", ROOT);
    until_done(judge);
    drop_runtime(judge);
}

/* Between two sets: the outer one's task is woken inside the inner one. */
static void reaches_the_set_around(struct judge *judge)
{
    enum { INNER = 1 };
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "local task 1, of the outer set: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(
        judge, BODY, BODY,
        "70, the body of the inner set: woken, wakes local task 1 of the outer set; waits until it may end",
        DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_WAKE, 1, 0), DO(DO_WAIT, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY + 1, BODY + 1, "71, the body of the outer set: runs the inner set with 70",
            DO(DO_RUN_LOCAL, INNER, BODY), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: makes both sets, runs the outer one with 71", DO(DO_LOCAL_NEW, SET, 0),
            DO(DO_LOCAL_NEW, INNER, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_RUN_LOCAL, SET, BODY + 1),
            DO(DO_LOCAL_DROP, SET, 0), DO(DO_LOCAL_DROP, INNER, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, "thread 0: wakes the body 70", BODY);
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "local task 1 is polled", "%d times",
           count_of(story, EVENT_POLLED, 1));
    expect_nobody_unparked(judge, story);
    LET_GO(judge, "thread 0: lets the body 70 end", BODY);
    until_done(judge);
    drop_runtime(judge);
}

void test_wakes_from_a_local_set(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int kind = 0; kind < 4; kind++)
        keeps_the_order(judge, kind % 2, kind / 2);
    reaches_the_set_around(judge);
    judge_finish(judge);
}
