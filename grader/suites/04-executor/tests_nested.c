/**
 * @file tests_nested.c
 * @brief Clauses 04.10 and 04.16: runtimes inside runtimes.
 */
#include "rig.h"
#include "tests.h"

/* A runtime is made inside of a task; outside it runs and is dropped like any other. */
static void made_inside(struct judge *judge)
{
    PROGRAM(judge, 1, 1, ACT(make, OTHER), ACT(spawn, ON_OTHER, 2), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, 1)), ACT(await, 1), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(await, 2), ACT(ready));
    run_root(judge);
    const struct story *story = until_done(judge);
    int made = find(story, 0, EVENT_NEW, OTHER);
    EXPECT(judge, made >= 0 && story->events[made].b == 1, "a runtime may be made inside another", "NULL");
    EXPECT(judge, count_of(story, EVENT_POLLED, 2) == 0, "its tasks wait for its own block_on",
           "task 2 is polled in the other runtime");
    THREAD(judge, ACTOR, ACT(block_on, OTHER, 3), ACT(drop, OTHER));
    story = until(judge, EVENT_RUNTIME_DROPPED, "block_on and drop of the other runtime return");
    EXPECT(judge, count_of(story, EVENT_READY, 2) == 1, "its task runs", "it does not");
}

static void expect_refusal(struct judge *judge, const char *clause, const char *says)
{
    judge_allow_panic(judge);
    run_root(judge);
    judge_expect_later_panic(judge, clause, says);
}

void test_block_on_in_task(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    made_inside(judge);
    PROGRAM(judge, 4, 4, ACT(make, OTHER), ACT(block_on, OTHER, 3), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(4, 4)), ACT(await, 4), ACT(ready));
    expect_refusal(judge, "04.10", "probe");
}

void test_block_on_in_root(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, ACT(block_on, RUNTIME, 3), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(ready));
    THREAD(judge, ACTOR, ACT(block_on, RUNTIME, 3));
    until_done(judge); /* outside there is nothing against it */
    expect_refusal(judge, "04.10", "probe");
}

void test_block_on_in_block_on(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 4, 4, ACT(note, 1), ACT(block_on, RUNTIME, 3), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(ready));
    judge_allow_panic(judge);
    THREAD(judge, ACTOR, ACT(plain_block_on, 4));
    until(judge, EVENT_NOTE, "future 4 is polled");
    judge_expect_later_panic(judge, "04.10", "probe");
}

void test_block_on_twice(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(ready));
    run_root(judge);
    until_asleep(judge);
    judge_allow_panic(judge);
    THREAD(judge, 2, ACT(block_on, RUNTIME, 3));
    judge_expect_later_panic(judge, "04.10", "");
}

void test_block_on_after_drop(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, ACT(ready));
    run_root(judge);
    until_done(judge);
    DRIVER(judge, ACT(reference, RUNTIME));
    drop_runtime(judge);
    judge_allow_panic(judge);
    THREAD(judge, ACTOR, ACT(block_on_dropped, RUNTIME, ROOT));
    judge_expect_later_panic(judge, "04.10", "");
}

/* While a runtime is dropped, code of others runs also where no task is being dropped: in hooks, and in the park's shutdown. */
static void begin_drop(struct judge *judge, bool in_hook, struct step_act act)
{
    judge_start(judge, "executor");
    make_runtime(judge, in_hook);
    PROGRAM(judge, ROOT, ROOT, ACT(ready));
    PROGRAM(judge, 3, 3, ACT(ready));
    run_root(judge);
    until_done(judge);
    DRIVER(judge, ACT(make, OTHER));
    if (in_hook) {
        PROGRAM(judge, 1, 1, ACT(ready));
        CARRY(judge, ACT(in_task_spawned, RUNTIME), act);
        DRIVER(judge, ACT(spawn, ON_RUNTIME, 1));
    } else {
        CARRY(judge, ACT(in_shutdown, RUNTIME), act);
    }
    judge_allow_panic(judge);
    DRIVER(judge, ACT(drop, RUNTIME));
    EXPECT(judge, judge_panicked(judge), "a panic: this thread is inside a runtime, which it drops",
           "no panic");
}

void test_block_on_in_drop(struct judge *judge)
{
    begin_drop(judge, true, ACT(block_on, OTHER, 3));
    judge_expect_panic(judge, "04.10", "wf_current_thread_drop");
    begin_drop(judge, false, ACT(block_on, OTHER, 3));
    judge_expect_panic(judge, "04.10", "wf_current_thread_drop");
}

void test_drop_in_drop(struct judge *judge)
{
    begin_drop(judge, false, ACT(drop, OTHER));
    judge_expect_panic(judge, "04.16", "wf_current_thread_drop");
}

void test_drop_in_root(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, ACT(make, OTHER), ACT(drop, OTHER), ACT(ready));
    judge_allow_panic(judge);
    run_root(judge);
    const struct story *story = until(judge, EVENT_NEW, "the root makes another runtime");
    EXPECT(judge, story->events[story->count - 1].b, "a runtime may be made inside another", "NULL");
    judge_expect_later_panic(judge, "04.16", "");
}

void test_drop_in_task(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(note, 1), ACT(drop, RUNTIME), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, 1)), ACT(await, 1), ACT(ready));
    judge_allow_panic(judge);
    run_root(judge);
    until(judge, EVENT_NOTE, "task 1 is polled");
    judge_expect_later_panic(judge, "04.16", "");
}
