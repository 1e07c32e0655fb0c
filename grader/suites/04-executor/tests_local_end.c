/**
 * @file tests_local_end.c
 * @brief Clauses 04.19, 04.21, 04.28 and 04.30: where a local set may be run and dropped, and what its drop ends.
 */
#include "rig.h"
#include "tests.h"
#include "weft/error.h"

/* The local set, its run's body; local tasks are probes from 1. */
enum { BODY = 70, RUNS = 90 };

/* --- 04.28 --- */

void test_local_on_another_thread(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(rest));
    PROGRAM(judge, RUNS, RUNS, ACT(run_local, SET, BODY), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(spawn_all, RANGE(RUNS, RUNS)), ACT(pend),
            ACT(ready));
    run_root(judge);
    EXPECT_POLLS(judge, until_asleep(judge), RUNS, BODY);
    WAKE(judge, BODY); /* on the same thread there is nothing against it */
    EXPECT_POLLS(judge, until_asleep(judge), RUNS, BODY);
    WAKE(judge, ROOT);
    until_done(judge);
    PROGRAM(judge, ROOT, ROOT, ACT(pend), ACT(ready));
    WAKE(judge, BODY);
    judge_allow_panic(judge);
    THREAD(judge, 2, ACT(block_on, RUNTIME, ROOT));
    judge_expect_later_panic(judge, "04.28", "");
}

/* --- 04.21 --- */

/* The task that is refused is on the set's thread all the time: what counts is that it might move. */
void test_local_in_a_task_that_moves(struct judge *judge)
{
    judge_start(judge, "executor");
    PROGRAM(judge, 1, 1, ACT(ready));
    PROGRAM(judge, BODY, BODY + 2, ACT(ready));
    for (int i = 0; i < 3; i++)
        PROGRAM(judge, RUNS + i, RUNS + i, ACT(run_local, SET, BODY + i), ACT(ready));
    DRIVER(judge, ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1), ACT(spawn, ON_STAYING, RUNS),
           ACT(run_mover, STAYS));
    EXPECT(judge, driver_events(judge, EVENT_READY, BODY) == 1, "a task that stays runs a local set",
           "it does not");
    DRIVER(judge, ACT(mover_root, MOVES, RUNS + 1));
    EXPECT(judge, driver_events(judge, EVENT_READY, BODY + 1) == 1, "a root stays, and runs a local set",
           "it does not");
    judge_allow_panic(judge);
    DRIVER(judge, ACT(spawn, ON_MOVING, RUNS + 2), ACT(run_mover, MOVES));
    EXPECT(judge, judge_panicked(judge), "a panic, when the run is first polled", "no panic");
    EXPECT(judge, driver_events(judge, EVENT_POLLED, BODY + 2) == 0, "the body is not polled", "it is");
    judge_expect_panic(judge, "04.21", "probe");
}

/* The runtime may move to another thread between two runs; the set may not. */
void test_local_drop_on_another_thread(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(rest));
    PROGRAM(judge, BODY, BODY, ACT(yield), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(spawn, ON_LOCAL, 1), ACT(run_local, SET, BODY),
            ACT(ready));
    run_root(judge);
    until_done(judge);
    judge_allow_panic(judge);
    DRIVER(judge, ACT(local_drop, SET));
    EXPECT(judge, judge_panicked(judge), "a panic: thread 1 has run the set", "no panic");
    judge_expect_panic(judge, "04.30", "dropped");
}

/* A local task makes what only the outside may do. */
static void inside_itself(struct judge *judge, struct step_act act, const char *clause)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(note, 1), act, ACT(ready));
    PROGRAM(judge, BODY, BODY, ACT(spawn, ON_LOCAL, 1), ACT(wait));
    PROGRAM(judge, BODY + 1, BODY + 1, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(run_local, SET, BODY), ACT(ready));
    judge_allow_panic(judge);
    run_root(judge);
    until(judge, EVENT_NOTE, "local task 1 is polled");
    judge_expect_later_panic(judge, clause, "");
}

/* The body and local tasks are inside a runtime: another one does not run there, and says what does. */
static void runtime_inside(struct judge *judge, bool in_body)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, BODY + 1, BODY + 1, ACT(ready));
    PROGRAM(judge, 1, 1, ACT(note, 1), ACT(block_on, RUNTIME, BODY + 1), ACT(ready));
    if (in_body)
        PROGRAM(judge, BODY, BODY, ACT(note, 1), ACT(block_on, RUNTIME, BODY + 1), ACT(ready));
    else
        PROGRAM(judge, BODY, BODY, ACT(spawn, ON_LOCAL, 1), ACT(wait));
    PROGRAM(judge, ROOT, ROOT, ACT(local_new, SET), ACT(run_local, SET, BODY), ACT(ready));
    judge_allow_panic(judge);
    run_root(judge);
    until(judge, EVENT_NOTE, "the body, or local task 1, is polled");
    judge_expect_later_panic(judge, "04.10", "(probe)");
}

void test_local_run_inside(struct judge *judge)
{
    inside_itself(judge, ACT(run_local, SET, BODY + 1), "04.28");
    runtime_inside(judge, true);
    runtime_inside(judge, false);
}

void test_local_drop_inside(struct judge *judge)
{
    inside_itself(judge, ACT(local_drop, SET), "04.30");
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
    PROGRAM(judge, 1, 6, ACT(keep), ACT(rest));
    PROGRAM(judge, 3, 3, ACT(ready));
    DROP_PROGRAM(judge, 1, 1, ACT(wake, 2), ACT(wake, 4));
    DROP_PROGRAM(judge, 2, 2, ACT(wake, 1), ACT(wake, 4), ACT(abort, 6));
    PROGRAM(judge, BODY, BODY, ACT(keep), ACT(wait), ACT(ready));
    PROGRAM(judge, LATE, LATE, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(local_new, SET), ACT(local_reference, SET),
            ACT(spawn, ON_LOCAL, 1), ACT(spawn, ON_LOCAL, 2), ACT(spawn, ON_LOCAL, 3),
            ACT(spawn, ON_LOCAL, 4), ACT(run_local, SET, BODY), ACT(pend), ACT(spawn, ON_LOCAL, 5),
            ACT(local_drop, SET), ACT(pend), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    LET_GO(judge, BODY);
    until_asleep(judge);
    DRIVER(judge, ACT(spawn, ON_LOCAL, 6), ACT(wake, 2), ACT(wake, 4));
    WAKE(judge, ROOT);
    const struct story *story = until_asleep(judge);
    expect_local_dropped(judge, story, 1, 2);
    expect_local_dropped(judge, story, 4, 6);
    EXPECT(judge, count_of(story, EVENT_DROPPED, 3) == 0, "a task that was over is not dropped", "it is");
    EXPECT_POLLS(judge, story, -1);

    DRIVER(judge, ACT(wake, 1), ACT(wake_ref, 2), ACT(wake_last, 4), ACT(abort, 1),
           ACT(spawn, ON_KEPT_LOCAL, LATE));
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        EXPECT(judge, !is(&events[i], EVENT_SPAWN, LATE) || events[i].b == WF_ECLOSED,
               "a spawn on a set that is dropped: WF_ECLOSED", "it returns %lld", (long long)events[i].b);
    EXPECT(judge,
           driver_events(judge, EVENT_DROPPED, LATE) == 1 && driver_events(judge, EVENT_DROPPED, -1) == 1,
           "the frame that is refused is dropped once, and nothing else", "%d drops",
           driver_events(judge, EVENT_DROPPED, -1));
    WAKE(judge, ROOT);
    EXPECT_POLLS(judge, until_done(judge), -1);
    drop_runtime(judge);
    for (int task = 0; task <= 6; task++)
        DRIVER(judge, ACT(forget, task), ACT(forget_abort, task));
    DRIVER(judge, ACT(detach, 1), ACT(detach, 2), ACT(detach, 3), ACT(detach, 4), ACT(detach, 5),
           ACT(detach, 6), ACT(forget, BODY), ACT(local_unreference, SET));
    EXPECT(judge, runtime_bytes(judge) == before, "its memory is freed with the last reference",
           "it is still live");

    /* one that was never run, outside of any runtime */
    DRIVER(judge, ACT(local_new, SET), ACT(spawn, ON_LOCAL, 4), ACT(spawn, ON_LOCAL, 5), ACT(local_drop, SET));
    EXPECT(judge, driver_events(judge, EVENT_DROPPED, 4) == 1 && driver_events(judge, EVENT_DROPPED, 5) == 1,
           "every local task is dropped, once, also when it was never polled", "it is not");
    judge_finish(judge);
}
