/**
 * @file tests_after.c
 * @brief Clause 04.13: what outlives the runtime, and what is used while it ends.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/error.h"

enum { TASKS = 4, LATE = 60 };

static void begin(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, TASKS, "tasks 1 to 4: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, LATE, LATE + 1, "tasks 60 and 61: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 to 4; waits", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, TASKS), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, "thread 0: takes a reference to the scheduler, and wakes the root",
           DO(DO_REFERENCE, RUNTIME, 0), DO(DO_WAKE, ROOT, 0));
    until_done(judge);
}

static void expect_refused_here(struct judge *judge, int task)
{
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        EXPECT(judge, !is(&events[i], EVENT_SPAWN, task) || events[i].b == WF_ECLOSED,
               "a spawn on a runtime that is dropped: WF_ECLOSED", "it returns %lld", (long long)events[i].b);
    EXPECT(judge,
           driver_events(judge, EVENT_SPAWN, task) == 1 && driver_events(judge, EVENT_DROPPED, task) == 1,
           "the frame that is refused is dropped once", "%d times", driver_events(judge, EVENT_DROPPED, task));
    EXPECT(judge, driver_events(judge, EVENT_POLLED, -1) == 0, "nothing is polled any more",
           "a task is polled");
}

static void expect_all_dropped(struct judge *judge, const struct story *story)
{
    for (int task = 1; task <= TASKS; task++)
        EXPECT(judge, count_of(story, EVENT_DROPPED, task) == 1, "every task is dropped, once", "%s %d times",
               name_of(task), count_of(story, EVENT_DROPPED, task));
    EXPECT(judge, count_of(story, EVENT_POLLED, -1) == 0, "no task is polled any more", "one is");
}

/* The rest is given up: by this thread, or by another, which then holds the last reference. */
static void give_up(struct judge *judge, int64_t before, bool elsewhere)
{
    for (int task = 1; task <= TASKS; task++)
        DRIVER(judge, "thread 0: drops a task's join handle and abort handle", DO(DO_DETACH, task, 0),
               DO(DO_FORGET_ABORT, task, 0));
    EXPECT(judge, runtime_bytes(judge) > before, "the memory lives while something is left of it",
           "it is freed too soon");
    if (elsewhere) {
        THREAD(judge, 2,
               "thread 3: wakes tasks 1 to 3 by value; drops task 4's waker, the reference, the root's waker",
               DO(DO_WAKE_LAST, 1, 0), DO(DO_WAKE_LAST, 2, 0), DO(DO_WAKE_LAST, 3, 0), DO(DO_FORGET, 4, 0),
               DO(DO_UNREFERENCE, RUNTIME, 0), DO(DO_WAKE_LAST, ROOT, 0), DO(DO_NOTE, 1, 0));
        until(judge, EVENT_NOTE, "thread 3 has done so");
    } else {
        DRIVER(judge,
               "thread 0: wakes tasks 1 to 3 by value; drops task 4's waker, the root's waker, the reference",
               DO(DO_WAKE_LAST, 1, 0), DO(DO_WAKE_LAST, 2, 0), DO(DO_WAKE_LAST, 3, 0), DO(DO_FORGET, 4, 0),
               DO(DO_WAKE_LAST, ROOT, 0), DO(DO_UNREFERENCE, RUNTIME, 0));
    }
    EXPECT(judge, runtime_bytes(judge) == before, "the memory is freed with the last of them",
           "it is still live");
}

void test_outlives_the_runtime(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int round = 0; round < 2; round++) {
        int64_t before = runtime_bytes(judge);
        begin(judge);
        if (round)
            DRIVER(judge, "thread 0: wakes tasks 1 and 2, aborts task 3", DO(DO_WAKE, 1, 0),
                   DO(DO_WAKE, 2, 0), DO(DO_ABORT, 3, 0));
        expect_all_dropped(judge, drop_runtime(judge));
        DRIVER(judge, "thread 0: wakes tasks 1 and 2 and the root, aborts tasks 1 and 3", DO(DO_WAKE, 1, 0),
               DO(DO_WAKE_REF, 2, 0), DO(DO_WAKE_REF, ROOT, 0), DO(DO_WAKE, ROOT, 0), DO(DO_ABORT, 1, 0),
               DO(DO_ABORT, 3, 0));
        EXPECT(judge, driver_events(judge, EVENT_DROPPED, -1) + driver_events(judge, EVENT_POLLED, -1) == 0,
               "they do nothing: the tasks are over", "a task is polled or dropped");
        DRIVER(judge, "thread 0: spawns task 60 on the scheduler", DO(DO_SPAWN, ON_KEPT, LATE));
        expect_refused_here(judge, LATE);
        give_up(judge, before, round);
    }
    judge_finish(judge);
}

/* --- while it is dropped --- */

/* A clean-up takes long; meanwhile another thread does all it can. */
static void during_a_clean_up(struct judge *judge)
{
    int64_t before = runtime_bytes(judge);
    begin(judge);
    int slow = 1 + judge_random(judge, TASKS);
    DROP_PROGRAM(judge, slow, slow, "the clean-up of one of them takes long", DO(DO_GATE, 0, 0));
    THREAD(judge, ACTOR, "thread 1: wf_current_thread_drop(runtime)", DO(DO_DROP, RUNTIME, 0));
    const struct story *story = until(judge, EVENT_AT_GATE, "that clean-up begins");
    int dropped[TASKS + 1] = {0};
    for (int task = 1; task <= TASKS; task++)
        dropped[task] = count_of(story, EVENT_DROPPED, task);
    DRIVER(judge, "thread 0: wakes all tasks and the root, aborts tasks 1 and 2", DO(DO_WAKE, 1, 0),
           DO(DO_WAKE, 2, 0), DO(DO_WAKE_REF, 3, 0), DO(DO_WAKE, 4, 0), DO(DO_WAKE, ROOT, 0),
           DO(DO_ABORT, 1, 0), DO(DO_ABORT, 2, 0));
    DRIVER(judge, "thread 0: spawns task 60 on the scheduler", DO(DO_SPAWN, ON_KEPT, LATE));
    expect_refused_here(judge, LATE);
    DRIVER(judge, "the clean-up may go on", DO(DO_OPEN, 0, 0));
    story = until(judge, EVENT_RUNTIME_DROPPED, "wf_current_thread_drop returns");
    for (int task = 1; task <= TASKS; task++)
        EXPECT(judge, dropped[task] + count_of(story, EVENT_DROPPED, task) == 1, "every task is dropped, once",
               "%s %d times", name_of(task), dropped[task] + count_of(story, EVENT_DROPPED, task));
    give_up(judge, before, false);
}

/* A thread has notified a task, and not handed it over yet, when the runtime is dropped. */
static void on_its_way(struct judge *judge)
{
    int64_t before = runtime_bytes(judge);
    begin(judge);
    THREAD(judge, 1, "thread 2: wakes task 2, and is held before it takes its first mutex",
           DO(DO_SLOW_WAKE, 2, 1), DO(DO_NOTE, 2, 0));
    until(judge, EVENT_AT_GATE, "thread 2 takes a mutex");
    bool returned;
    const struct story *story = drop_while_held(judge, &returned);
    int dropped[TASKS + 1] = {0};
    for (int task = 1; task <= TASKS; task++)
        dropped[task] = count_of(story, EVENT_DROPPED, task);
    DRIVER(judge, "thread 2 may go on", DO(DO_OPEN, 1, 0));
    for (bool woken = false; !returned || !woken;) {
        struct channel_record event = judge_next_event(judge, "the drop returns, and the wake");
        returned |= is(&event, EVENT_RUNTIME_DROPPED, -1);
        woken |= is(&event, EVENT_NOTE, 2);
        for (int task = 1; task <= TASKS; task++)
            dropped[task] += is(&event, EVENT_DROPPED, task);
        EXPECT(judge, event.kind != EVENT_PARK_MISUSED, "the park lives while a thread may unpark it",
               "it is used after its drop");
    }
    for (int task = 1; task <= TASKS; task++)
        EXPECT(judge, dropped[task] == 1, "every task is dropped, once", "%s %d times", name_of(task),
               dropped[task]);
    give_up(judge, before, true);
}

/* A thread has begun to spawn when the runtime is dropped: the task is refused, or accepted and dropped. */
static void spawned_on_the_way(struct judge *judge)
{
    int64_t before = runtime_bytes(judge);
    begin(judge);
    THREAD(judge, 1, "thread 2: spawns task 60 on the scheduler, and is held before it takes its first mutex",
           DO(DO_SLOW_SPAWN, ON_KEPT, LATE), DO(DO_NOTE, 2, 0));
    until(judge, EVENT_AT_GATE, "thread 2 takes a mutex");
    bool returned;
    const struct story *story = drop_while_held(judge, &returned);
    int dropped = count_of(story, EVENT_DROPPED, LATE), result = 1;
    DRIVER(judge, "thread 2 may go on", DO(DO_OPEN, 1, 0));
    for (bool done = false; !returned || !done;) {
        struct channel_record event = judge_next_event(judge, "the drop returns, and the spawn");
        returned |= is(&event, EVENT_RUNTIME_DROPPED, -1);
        done |= is(&event, EVENT_NOTE, 2);
        dropped += is(&event, EVENT_DROPPED, LATE);
        if (is(&event, EVENT_SPAWN, LATE))
            result = (int)event.b;
    }
    EXPECT(judge, result == 0 || result == WF_ECLOSED, "a spawn returns 0 or WF_ECLOSED", "%d", result);
    EXPECT(judge, dropped == 1, "the frame is dropped once, be the task refused or accepted", "%d times",
           dropped);
    DRIVER(judge, "thread 0: drops what is left of task 60", DO(DO_FORGET_ABORT, LATE, 0));
    if (result == 0)
        DRIVER(judge, "thread 0: drops the join handle of task 60", DO(DO_DETACH, LATE, 0));
    give_up(judge, before, false);
}

static void storm(struct judge *judge, int count)
{
    EXPECT(judge, STEP(judge, STEP_NEW, "runtime = wf_current_thread_new(NULL, NULL)", RUNTIME, 0, 0).a,
           "a runtime", "NULL");
    char text[80];
    snprintf(text, sizeof text, "thread 0: spawns %d tasks that only wait", count);
    STEP(judge, STEP_MANY, text, ON_RUNTIME, count);
    PROGRAM(judge, 1, 1, "task 1: is READY", DO(DO_READY, 0, 0));
    DRIVER(judge, "thread 0: spawns task 1 behind them", DO(DO_SPAWN, ON_RUNTIME, 1));
    PROGRAM(judge, ROOT, ROOT, "root: awaits task 1", DO(DO_AWAIT, 1, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_done(judge);
    struct judge_reply reply =
        STEP(judge, STEP_DROP_STORM, "thread 1: drops the runtime, while thread 0 wakes all of them", ACTOR,
             RUNTIME);
    judge_returned(judge, "%lld dropped, %lld polled", (long long)reply.a, (long long)reply.b);
    EXPECT(judge, reply.a == count, "every task is dropped, once", "%lld of %d", (long long)reply.a, count);
    EXPECT(judge, reply.b == 0, "no task is polled any more", "%lld are", (long long)reply.b);
    until(judge, EVENT_RUNTIME_DROPPED, "wf_current_thread_drop returns");
    STEP(judge, STEP_MANY_FORGET, "thread 0: drops all wakers", 0);
}

void test_wakes_during_drop(struct judge *judge)
{
    judge_start(judge, "executor");
    during_a_clean_up(judge);
    on_its_way(judge);
    spawned_on_the_way(judge);
    storm(judge, 10000);
    for (int round = 0; round < 5; round++)
        storm(judge, 1 + judge_random(judge, 200));
    judge_finish(judge);
}
