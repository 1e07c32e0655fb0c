/**
 * @file tests_nested.c
 * @brief Clauses 04.10 and 04.16: runtimes inside runtimes.
 */
#include "rig.h"
#include "tests.h"

enum { OTHER = 1 };

/* A runtime is made inside of a task; outside it runs and is dropped like any other. */
static void made_inside(struct judge *judge)
{
    PROGRAM(judge, 1, 1, "task 1: makes another runtime and spawns task 2 on it", DO(DO_NEW, OTHER, 0),
            DO(DO_SPAWN, ON_RUNTIME + OTHER, 2), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "task 2: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 1, and awaits it", DO(DO_SPAWN_RANGE, 1, 1),
            DO(DO_AWAIT, 1, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "root 3: awaits task 2", DO(DO_AWAIT, 2, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    const struct story *story = until_done(judge);
    int made = find(story, 0, EVENT_NEW, OTHER);
    EXPECT(judge, made >= 0 && story->events[made].b == 1, "a runtime may be made inside another", "NULL");
    EXPECT(judge, count_of(story, EVENT_POLLED, 2) == 0, "its tasks wait for its own block_on",
           "task 2 is polled in the other runtime");
    THREAD(judge, ACTOR, "thread 1: wf_current_thread_block_on(the other runtime, root 3), and drops it",
           DO(DO_BLOCK_ON, OTHER, 3), DO(DO_DROP, OTHER, 0));
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
    PROGRAM(judge, 4, 4, "task 4: makes another runtime, and calls block_on of it", DO(DO_NEW, OTHER, 0),
            DO(DO_BLOCK_ON, OTHER, 3), DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "root 3: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 4, and awaits it", DO(DO_SPAWN_RANGE, 4, 4),
            DO(DO_AWAIT, 4, 0), DO(DO_READY, 0, 0));
    expect_refusal(judge, "04.10", "probe");
}

void test_block_on_in_root(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, "root: calls block_on of its own runtime", DO(DO_BLOCK_ON, RUNTIME, 3),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "root 3: is READY", DO(DO_READY, 0, 0));
    THREAD(judge, ACTOR, "thread 1: wf_current_thread_block_on(runtime, root 3)", DO(DO_BLOCK_ON, RUNTIME, 3));
    until_done(judge); /* outside there is nothing against it */
    expect_refusal(judge, "04.10", "probe");
}

void test_block_on_in_block_on(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 4, 4, "future 4: calls block_on of the runtime", DO(DO_NOTE, 1, 0),
            DO(DO_BLOCK_ON, RUNTIME, 3), DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "root 3: is READY", DO(DO_READY, 0, 0));
    judge_allow_panic(judge);
    THREAD(judge, ACTOR, "thread 1: wf_block_on(future 4)", DO(DO_PLAIN_BLOCK_ON, 4, 0));
    until(judge, EVENT_NOTE, "future 4 is polled");
    judge_expect_later_panic(judge, "04.10", "probe");
}

void test_block_on_twice(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, "root: waits", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "root 3: is READY", DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    judge_allow_panic(judge);
    THREAD(judge, 1, "thread 2: wf_current_thread_block_on(runtime, root 3)", DO(DO_BLOCK_ON, RUNTIME, 3));
    judge_expect_later_panic(judge, "04.10", "");
}

void test_block_on_after_drop(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, "root: is READY", DO(DO_READY, 0, 0));
    run_root(judge);
    until_done(judge);
    DRIVER(judge, "thread 0: takes a reference to the scheduler", DO(DO_REFERENCE, RUNTIME, 0));
    drop_runtime(judge);
    judge_allow_panic(judge);
    THREAD(judge, ACTOR, "thread 1: wf_current_thread_block_on(runtime, root)",
           DO(DO_BLOCK_ON_DROPPED, RUNTIME, ROOT));
    judge_expect_later_panic(judge, "04.10", "");
}

/* While a runtime is dropped, code of others runs also where no task is being dropped: in hooks, and in the park's shutdown. */
static void begin_drop(struct judge *judge, bool in_hook, const char *text, int64_t instruction)
{
    judge_start(judge, "executor");
    make_runtime(judge, in_hook);
    PROGRAM(judge, ROOT, ROOT, "root: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "root 3: is READY", DO(DO_READY, 0, 0));
    run_root(judge);
    until_done(judge);
    DRIVER(judge, "thread 0: makes another runtime", DO(DO_NEW, OTHER, 0));
    if (in_hook) {
        PROGRAM(judge, 1, 1, "task 1: is READY", DO(DO_READY, 0, 0));
        STEP(judge, STEP_IN_SPAWNED, text, RUNTIME, instruction);
        DRIVER(judge, "thread 0: spawns task 1 on the runtime, which sees it when it is dropped",
               DO(DO_SPAWN, ON_RUNTIME + RUNTIME, 1));
    } else {
        STEP(judge, STEP_IN_SHUTDOWN, text, RUNTIME, instruction);
    }
    judge_allow_panic(judge);
    DRIVER(judge, "thread 0: wf_current_thread_drop(runtime)", DO(DO_DROP, RUNTIME, 0));
    EXPECT(judge, judge_panicked(judge), "a panic: this thread is inside a runtime, which it drops",
           "no panic");
}

void test_block_on_in_drop(struct judge *judge)
{
    begin_drop(judge, true, "in the next task_spawned: block_on of the other runtime",
               DO(DO_BLOCK_ON, OTHER, 3));
    judge_expect_panic(judge, "04.10", "wf_current_thread_drop");
    begin_drop(judge, false, "in the park's shutdown: block_on of the other runtime",
               DO(DO_BLOCK_ON, OTHER, 3));
    judge_expect_panic(judge, "04.10", "wf_current_thread_drop");
}

void test_drop_in_drop(struct judge *judge)
{
    begin_drop(judge, false, "in the park's shutdown: drops the other runtime", DO(DO_DROP, OTHER, 0));
    judge_expect_panic(judge, "04.16", "wf_current_thread_drop");
}

void test_drop_in_root(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, "root: makes another runtime, and drops it", DO(DO_NEW, OTHER, 0),
            DO(DO_DROP, OTHER, 0), DO(DO_READY, 0, 0));
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
    PROGRAM(judge, 1, 1, "task 1: drops its own runtime", DO(DO_NOTE, 1, 0), DO(DO_DROP, RUNTIME, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 1, and awaits it", DO(DO_SPAWN_RANGE, 1, 1),
            DO(DO_AWAIT, 1, 0), DO(DO_READY, 0, 0));
    judge_allow_panic(judge);
    run_root(judge);
    until(judge, EVENT_NOTE, "task 1 is polled");
    judge_expect_later_panic(judge, "04.16", "");
}
