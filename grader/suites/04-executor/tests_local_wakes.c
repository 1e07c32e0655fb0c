/**
 * @file tests_local_wakes.c
 * @brief Clauses 04.18, 04.20 and 04.29: wakes and spawns from outside reach local tasks, and those from inside the outside.
 */
#include "rig.h"
#include "tests.h"

/* The local set, its run's body, a task of the runtime beside it; local tasks are probes from 1. */
enum { BODY = 70, BESIDE = 80, RUNS = 90 };

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
    PROGRAM(judge, 1, 1, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1), ACT(on_wake, ONCE),
            ACT(spawn, ON_LOCAL, 2), ACT(run_local, SET, BODY), ACT(local_drop, SET), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, 1);
    until_polled(judge, 2);
    until_asleep(judge);
    LET_GO(judge, BODY);
    until_done(judge);
    drop_runtime(judge);
}

/* Two sets, run by two tasks in turn. What is inside one of them is outside of the other. */
static void between_two_sets(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(pend), ACT(wake, 1), ACT(pend), ACT(spawn, ON_LOCAL, 4), ACT(rest));
    PROGRAM(judge, 4, 4, ACT(ready));
    PROGRAM(judge, BODY, BODY + 1, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, RUNS, RUNS, ACT(run_local, SET, BODY), ACT(ready));
    PROGRAM(judge, RUNS + 1, RUNS + 1, ACT(run_local, OTHER_SET, BODY + 1), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(local_new, OTHER_SET),
            ACT(spawn, ON_LOCAL, 1), ACT(spawn, ON_OTHER_LOCAL, 2), ACT(spawn_all, RANGE(RUNS, RUNS + 1)),
            ACT(wait), ACT(local_drop, SET), ACT(local_drop, OTHER_SET), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, 2); /* which wakes local task 1 of the other set */
    expect_reached(judge, until_asleep(judge), RUNS, 1);
    WAKE(judge, 2); /* which spawns local task 4 there */
    expect_reached(judge, until_asleep(judge), RUNS, 4);
    for (int body = BODY; body <= BODY + 1; body++) {
        LET_GO(judge, body);
        until_asleep(judge);
    }
    LET_GO(judge, ROOT);
    until_done(judge);
    drop_runtime(judge);
}

static void wakes_as_fast_as_it_comes_back(struct judge *judge)
{
    int rounds = (int)DRAW(judge, storm, rounds), spin = (int)DRAW(judge, storm, spin);
    new_runtime(judge, RUNTIME, OWN_PARK, 0);
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, 7, 7, ACT(keep), ACT(quiet, 7), ACT(quiet, ROOT), ACT(quiet, BODY), ACT(pong),
            ACT(repeat, 4, rounds - 1), ACT(let_go, BODY), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(spawn, ON_LOCAL, 7), ACT(run_local, SET, BODY),
            ACT(local_drop, SET), ACT(ready));
    run_root(judge);
    DO(judge, storm, .probe = 7, .rounds = rounds, .spin = spin);
    until_done(judge);
    drop_runtime(judge);
}

void test_local_wakes(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 2, ACT(keep), ACT(rest));
    PROGRAM(judge, 3, 3, ACT(keep), ACT(pend), ACT(wake, 2), ACT(pend), ACT(aside), ACT(wake, 2), ACT(pend));
    PROGRAM(judge, 4, 20, ACT(ready));
    PROGRAM(judge, BESIDE, BESIDE, ACT(keep), ACT(pend), ACT(wake, 1), ACT(pend), ACT(spawn, ON_LOCAL, 5),
            ACT(pend));
    PROGRAM(judge, BODY, BODY + 1, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, RUNS, RUNS, ACT(keep), ACT(run_local, SET, BODY), ACT(wake, RUNS + 1), ACT(rest));
    PROGRAM(judge, RUNS + 1, RUNS + 1, ACT(keep), ACT(pend), ACT(run_local, SET, BODY + 1), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1),
            ACT(spawn, ON_LOCAL, 2), ACT(spawn, ON_LOCAL, 3), ACT(spawn_all, RANGE(BESIDE, BESIDE)),
            ACT(spawn_all, RANGE(RUNS, RUNS + 1)), ACT(pend), ACT(local_drop, SET), ACT(ready));
    run_root(judge);
    until_asleep(judge);

    WAKE(judge, 1);
    expect_reached(judge, until_asleep(judge), RUNS, 1);
    DRIVER(judge, ACT(spawn, ON_LOCAL, 4));
    expect_reached(judge, until_asleep(judge), RUNS, 4);
    WAKE(judge, BESIDE);
    expect_reached(judge, until_asleep(judge), RUNS, 1);
    WAKE(judge, BESIDE);
    expect_reached(judge, until_asleep(judge), RUNS, 5);

    WAKE(judge, 3);
    const struct story *story = until_asleep(judge);
    expect_reached(judge, story, RUNS, 2);
    EXPECT(judge, count_of(story, EVENT_POLLED, RUNS) == 1,
           "a local task that is woken inside needs no other poll",
           "the task that runs the set is polled %d times", count_of(story, EVENT_POLLED, RUNS));
    WAKE(judge, 3);
    story = until_asleep(judge);
    expect_reached(judge, story, RUNS, 2);
    /* in the gap before the runtime sleeps */
    const struct step_act in_gap[] = {ACT(wake, 1), ACT(spawn, ON_LOCAL, 6)};
    for (int i = 0; i < 2; i++) {
        CARRY(judge, ACT(in_park, RUNTIME, BEFORE_SLEEP), ACT(aside), in_gap[i]);
        WAKE(judge, 2);
        until_asleep(judge);
        expect_reached(judge, until_asleep(judge), RUNS, i ? 6 : 1);
    }

    /* between any two steps that the runtime takes under a mutex, after the last poll of a local task */
    for (int nth = 1; nth <= LOCKS_OF_A_PARK; nth++)
        for (int i = 0; i < 2; i++) {
            PROGRAM(judge, 3, 3, ACT(at_lock, nth), i ? ACT(spawn, ON_LOCAL, 10 + nth) : ACT(wake, 1),
                    ACT(rest));
            WAKE(judge, 3);
            until_polled(judge, i ? 10 + nth : 1);
            until_asleep(judge);
        }

    /* another task runs the set: from then on that one is woken */
    LET_GO(judge, BODY);
    until_asleep(judge);
    WAKE(judge, 1);
    story = until_asleep(judge);
    expect_reached(judge, story, RUNS + 1, 1);
    EXPECT(judge, count_of(story, EVENT_POLLED, RUNS) == 0, "only the task that runs the set is woken",
           "task 90 is, whose run is over");

    LET_GO(judge, BODY + 1);
    until_asleep(judge);
    WAKE(judge, ROOT);
    until_done(judge);
    drop_runtime(judge);
    waker_that_spawns(judge);
    between_two_sets(judge);
    wakes_as_fast_as_it_comes_back(judge);
    judge_finish(judge);
}

/* --- 04.29 --- */

/* A set whose run is over keeps nobody: the runtime around it ends although the set does not. */
static void lets_go_of_the_waker(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, BODY, BODY, ACT(yield), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(forget, ROOT), ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1),
            ACT(run_local, SET, BODY), ACT(forget, BODY), ACT(ready));
    DRIVER(judge, ACT(forget, ROOT), ACT(forget, BODY + 1));
    THREAD(judge, ACTOR, ACT(block_on, RUNTIME, ROOT), ACT(drop, RUNTIME), ACT(local_drop, SET));
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
        EXPECT(judge, story->events[at].thread != ACTOR,
               "a wake from inside a local set, on the runtime's thread, does not unpark",
               "the park is unparked");
}

/* The body, or a local task, wakes and spawns tasks of the runtime; then the task that runs the set wakes and spawns. What
 * sits between is a second set, or nothing. */
static void keeps_the_order(struct judge *judge, bool in_task, bool two_deep)
{
    enum { LOCAL = 60, WOKEN = 1, SPAWNED = 3 };
    int acts = in_task ? LOCAL : BODY;
    make_runtime(judge, false);
    PROGRAM(judge, WOKEN, WOKEN + 1, ACT(keep), ACT(rest));
    PROGRAM(judge, SPAWNED, SPAWNED + 1, ACT(ready));
    if (in_task)
        PROGRAM(judge, BODY, BODY, ACT(spawn, two_deep ? ON_OTHER_LOCAL : ON_LOCAL, LOCAL), ACT(await, LOCAL),
                ACT(ready));
    PROGRAM(judge, acts, acts, ACT(wake, ROOT), ACT(wake, WOKEN), ACT(spawn, ON_RUNTIME, SPAWNED), ACT(ready));
    if (two_deep)
        PROGRAM(judge, BODY + 1, BODY + 1, ACT(run_local, OTHER_SET, BODY), ACT(ready));
    PROGRAM(judge, RUNS, RUNS, ACT(keep), ACT(pend), ACT(run_local, SET, two_deep ? BODY + 1 : BODY),
            ACT(wake, WOKEN + 1), ACT(spawn, ON_CURRENT, SPAWNED + 1), ACT(pend), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(local_new, OTHER_SET),
            ACT(spawn_all, RANGE(WOKEN, WOKEN + 1)), ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(wait),
            ACT(local_drop, SET), ACT(local_drop, OTHER_SET), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, RUNS);
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
    LET_GO(judge, ROOT);
    until_done(judge);
    drop_runtime(judge);
}

/* Between two sets: the outer one's task is woken inside the inner one. */
static void reaches_the_set_around(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(pend), ACT(wake, 1), ACT(wait), ACT(ready));
    PROGRAM(judge, BODY + 1, BODY + 1, ACT(run_local, OTHER_SET, BODY), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(local_new, OTHER_SET), ACT(spawn, ON_LOCAL, 1),
            ACT(run_local, SET, BODY + 1), ACT(local_drop, SET), ACT(local_drop, OTHER_SET), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, BODY);
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1, "local task 1 is polled", "%d times",
           count_of(story, EVENT_POLLED, 1));
    expect_nobody_unparked(judge, story);
    LET_GO(judge, BODY);
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
