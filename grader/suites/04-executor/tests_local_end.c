/**
 * @file tests_local_end.c
 * @brief Clauses 04.19, 04.21, 04.28 and 04.30: where a local set may be run and dropped, and what its drop ends.
 */
#include "rig.h"
#include "tests.h"
#include "weft/error.h"

/* The local set, its run's body; local tasks are probes from 1. */
enum { SET = 0, BODY = 70, RUNS = 90 };

/* --- 04.28 --- */

void test_local_on_another_thread(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, BODY, BODY, "70, the body: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, RUNS, RUNS, "task 90, of the runtime: runs the set with 70", DO(DO_RUN_LOCAL, SET, BODY),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: makes a local set and spawns task 90; woken, is READY",
            DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN_RANGE, RUNS, RUNS), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    run_root(judge);
    EXPECT_POLLS(judge, until_asleep(judge), RUNS, BODY);
    WAKE(judge, "thread 0: wakes the body", BODY); /* on the same thread there is nothing against it */
    EXPECT_POLLS(judge, until_asleep(judge), RUNS, BODY);
    WAKE(judge, "thread 0: wakes the root", ROOT);
    until_done(judge);
    PROGRAM(judge, ROOT, ROOT, "root: waits", DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    WAKE(judge, "thread 0: wakes the body", BODY);
    judge_allow_panic(judge);
    THREAD(judge, 1, "thread 2: wf_current_thread_block_on(runtime, root)", DO(DO_BLOCK_ON, RUNTIME, ROOT));
    judge_expect_later_panic(judge, "04.28", "");
}

/* --- 04.21 --- */

/* The task that is refused is on the set's thread all the time: what counts is that it might move. */
void test_local_in_a_task_that_moves(struct judge *judge)
{
    enum { STAYS = ON_MOVER, MOVES = ON_MOVER + 1 };
    judge_start(judge, "executor");
    PROGRAM(judge, 1, 1, "local task 1: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY + 2, "70 to 72, the bodies: are READY", DO(DO_READY, 0, 0));
    for (int i = 0; i < 3; i++)
        PROGRAM(judge, RUNS + i, RUNS + i, "90 to 92: run the set with 70, 71, 72",
                DO(DO_RUN_LOCAL, SET, BODY + i), DO(DO_READY, 0, 0));
    DRIVER(judge, "thread 0: makes a local set with task 1; task 90 runs it, of a scheduler whose tasks stay",
           DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_SPAWN, STAYS, RUNS),
           DO(DO_RUN_MOVER, 0, 0));
    EXPECT(judge, driver_events(judge, EVENT_READY, BODY) == 1, "a task that stays runs a local set",
           "it does not");
    DRIVER(judge, "thread 0: polls 91, which runs it, as the root of a scheduler whose tasks may move",
           DO(DO_MOVER_ROOT, 1, RUNS + 1));
    EXPECT(judge, driver_events(judge, EVENT_READY, BODY + 1) == 1, "a root stays, and runs a local set",
           "it does not");
    judge_allow_panic(judge);
    DRIVER(judge, "thread 0: task 92 runs it, of a scheduler whose tasks may move",
           DO(DO_SPAWN, MOVES, RUNS + 2), DO(DO_RUN_MOVER, 1, 0));
    EXPECT(judge, judge_panicked(judge), "a panic, when the run is first polled", "no panic");
    EXPECT(judge, driver_events(judge, EVENT_POLLED, BODY + 2) == 0, "the body is not polled", "it is");
    judge_expect_panic(judge, "04.21", "probe");
}

/* The runtime may move to another thread between two runs; the set may not. */
void test_local_drop_on_another_thread(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "local task 1: waits", DO(DO_PEND, 0, 0), DO(DO_GOTO, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: yields, then is READY", DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: makes a local set with task 1, runs it with 70",
            DO(DO_LOCAL_NEW, SET, 0), DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_RUN_LOCAL, SET, BODY),
            DO(DO_READY, 0, 0));
    run_root(judge);
    until_done(judge);
    judge_allow_panic(judge);
    DRIVER(judge, "thread 0: wf_local_set_drop(the set)", DO(DO_LOCAL_DROP, SET, 0));
    EXPECT(judge, judge_panicked(judge), "a panic: thread 1 has run the set", "no panic");
    judge_expect_panic(judge, "04.30", "dropped");
}

/* A local task makes what only the outside may do. */
static void inside_itself(struct judge *judge, const char *text, int64_t instruction, const char *clause)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, text, DO(DO_NOTE, 1, 0), instruction, DO(DO_READY, 0, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: spawns local task 1, and waits",
            DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_WAIT, 0, 0));
    PROGRAM(judge, BODY + 1, BODY + 1, "71: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: makes a local set and runs it with 70", DO(DO_LOCAL_NEW, SET, 0),
            DO(DO_RUN_LOCAL, SET, BODY), DO(DO_READY, 0, 0));
    judge_allow_panic(judge);
    run_root(judge);
    until(judge, EVENT_NOTE, "local task 1 is polled");
    judge_expect_later_panic(judge, clause, "");
}

void test_local_run_inside(struct judge *judge)
{
    inside_itself(judge, "local task 1: runs its own set with 71", DO(DO_RUN_LOCAL, SET, BODY + 1), "04.28");
}

void test_local_drop_inside(struct judge *judge)
{
    inside_itself(judge, "local task 1: drops its own set", DO(DO_LOCAL_DROP, SET, 0), "04.30");
}

/* --- 04.19 --- */

static void expect_local_dropped(struct judge *judge, const struct story *story, int first, int last)
{
    int end = find(story, 0, EVENT_LOCAL_DROPPED, -1);
    for (int task = first; task <= last; task++)
        EXPECT(judge, count_between(story, 0, end, EVENT_DROPPED, task) == 1,
               "every local task is dropped, once, before wf_local_set_drop returns", "%s %d times",
               name_of(task), count_between(story, 0, end, EVENT_DROPPED, task));
}

void test_local_drop(struct judge *judge)
{
    enum { LATE = 60 };
    judge_start(judge, "executor");
    int64_t before = runtime_bytes(judge);
    make_runtime(judge, false);
    PROGRAM(judge, 1, 6, "local tasks 1 to 6: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 3, 3, "local task 3: is READY", DO(DO_READY, 0, 0));
    DROP_PROGRAM(judge, 1, 1, "clean-up of local task 1: wakes tasks 2 and 4", DO(DO_WAKE, 2, 0),
                 DO(DO_WAKE, 4, 0));
    DROP_PROGRAM(judge, 2, 2, "clean-up of local task 2: wakes tasks 1 and 4, aborts task 6",
                 DO(DO_WAKE, 1, 0), DO(DO_WAKE, 4, 0), DO(DO_ABORT, 6, 0));
    PROGRAM(judge, BODY, BODY, "70, the body: waits until it may end", DO(DO_KEEP, 0, 0), DO(DO_WAIT, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, LATE, LATE, "task 60: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT,
            "root: makes a local set with tasks 1 to 4, runs it with 70; woken, spawns 5, drops it",
            DO(DO_KEEP, 0, 0), DO(DO_LOCAL_NEW, SET, 0), DO(DO_LOCAL_REFERENCE, SET, 0),
            DO(DO_SPAWN, ON_LOCAL + SET, 1), DO(DO_SPAWN, ON_LOCAL + SET, 2), DO(DO_SPAWN, ON_LOCAL + SET, 3),
            DO(DO_SPAWN, ON_LOCAL + SET, 4), DO(DO_RUN_LOCAL, SET, BODY), DO(DO_PEND, 0, 0),
            DO(DO_SPAWN, ON_LOCAL + SET, 5), DO(DO_LOCAL_DROP, SET, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    LET_GO(judge, "thread 0: lets the body end", BODY);
    until_asleep(judge);
    DRIVER(judge, "thread 0: spawns task 6 on the set, and wakes tasks 2 and 4",
           DO(DO_SPAWN, ON_LOCAL + SET, 6), DO(DO_WAKE, 2, 0), DO(DO_WAKE, 4, 0));
    WAKE(judge, "thread 0: wakes the root, which drops the set", ROOT);
    const struct story *story = until_asleep(judge);
    expect_local_dropped(judge, story, 1, 2);
    expect_local_dropped(judge, story, 4, 6);
    EXPECT(judge, count_of(story, EVENT_DROPPED, 3) == 0, "a task that was over is not dropped", "it is");
    EXPECT_POLLS(judge, story, -1);

    DRIVER(judge, "thread 0: wakes tasks 1, 2 and 4, aborts task 1; spawns task 60 on the set",
           DO(DO_WAKE, 1, 0), DO(DO_WAKE_REF, 2, 0), DO(DO_WAKE_LAST, 4, 0), DO(DO_ABORT, 1, 0),
           DO(DO_SPAWN, ON_KEPT_LOCAL + SET, LATE));
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        EXPECT(judge, !is(&events[i], EVENT_SPAWN, LATE) || events[i].b == WF_ECLOSED,
               "a spawn on a set that is dropped: WF_ECLOSED", "it returns %lld", (long long)events[i].b);
    EXPECT(judge,
           driver_events(judge, EVENT_DROPPED, LATE) == 1 && driver_events(judge, EVENT_DROPPED, -1) == 1,
           "the frame that is refused is dropped once, and nothing else", "%d drops",
           driver_events(judge, EVENT_DROPPED, -1));
    WAKE(judge, "thread 0: wakes the root", ROOT);
    EXPECT_POLLS(judge, until_done(judge), -1);
    drop_runtime(judge);
    for (int task = 0; task <= 6; task++)
        DRIVER(judge, "thread 0: drops a waker and the handles of a task", DO(DO_FORGET, task, 0),
               DO(DO_FORGET_ABORT, task, 0));
    DRIVER(judge, "thread 0: drops the join handles, the body's waker and its reference", DO(DO_DETACH, 1, 0),
           DO(DO_DETACH, 2, 0), DO(DO_DETACH, 3, 0), DO(DO_DETACH, 4, 0), DO(DO_DETACH, 5, 0),
           DO(DO_DETACH, 6, 0), DO(DO_FORGET, BODY, 0), DO(DO_LOCAL_UNREFERENCE, SET, 0));
    EXPECT(judge, runtime_bytes(judge) == before, "its memory is freed with the last reference",
           "it is still live");

    /* one that was never run, outside of any runtime */
    DRIVER(judge, "thread 0: makes a local set, spawns tasks 1 and 2, and drops it", DO(DO_LOCAL_NEW, SET, 0),
           DO(DO_SPAWN, ON_LOCAL + SET, 4), DO(DO_SPAWN, ON_LOCAL + SET, 5), DO(DO_LOCAL_DROP, SET, 0));
    EXPECT(judge, driver_events(judge, EVENT_DROPPED, 4) == 1 && driver_events(judge, EVENT_DROPPED, 5) == 1,
           "every local task is dropped, once, also when it was never polled", "it is not");
    judge_finish(judge);
}
