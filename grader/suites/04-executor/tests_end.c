/**
 * @file tests_end.c
 * @brief Clauses 04.11, 04.12, 04.14 and 04.15: how a runtime ends, and one that never began.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/error.h"

static void expect_dropped(struct judge *judge, const struct story *story, int task, int times)
{
    int seen = count_of(story, EVENT_DROPPED, task);
    char expected[80];
    snprintf(expected, sizeof expected, "the future of %s is dropped %s", name_of(task),
             times ? "once, before the call returns" : "not: it was over");
    EXPECT(judge, seen == times, expected, "%d times", seen);
}

static void expect_nobody_runs(struct judge *judge, const struct story *story)
{
    int at = find(story, 0, EVENT_POLLED, -1);
    EXPECT(judge, at < 0, "nothing is polled any more: it is dropped", "%s is polled",
           name_of(story->events[at < 0 ? 0 : at].a));
}

/* The driver awaits the handle of a task: one poll. */
static void expect_joined(struct judge *judge, int task, int64_t out)
{
    char text[60], expected[80];
    snprintf(text, sizeof text, "thread 0: polls the join handle of task %d", task);
    DRIVER(judge, text, DO(DO_AWAIT, task, 0));
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    snprintf(expected, sizeof expected, "the join handle is %s",
             out == PENDING_STILL ? "PENDING: the task is not over"
             : out == 0           ? "READY with 0"
                                  : "READY with WF_ECANCELED");
    for (int i = 0; i < count; i++)
        EXPECT(judge, !is(&events[i], EVENT_JOINED, task) || events[i].b == out, expected, "it is %s",
               events[i].b == PENDING_STILL ? "PENDING" : "READY with something else");
    EXPECT(judge, driver_events(judge, EVENT_JOINED, task) == 1, expected, "it is not polled");
}

/* --- 04.11 --- */

static void wait_programs(struct judge *judge, int last)
{
    char text[60];
    snprintf(text, sizeof text, "tasks 1 to %d: wait", last);
    PROGRAM(judge, 1, last, text, DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
}

static void drop_in_every_state(struct judge *judge)
{
    enum {
        FINISHED = 2,
        YIELDS = 4,
        UNPOLLED = 5,
        UNSEEN = 6,
        ABORTED = 7,
        DETACHED = 8,
        LAST = 8,
        AWAITS = 40
    };
    make_runtime(judge, false);
    EXPECT(judge, STEP(judge, STEP_NEW, "another runtime, with a park that tells", 1, 1, 0).a, "a runtime",
           "NULL");
    wait_programs(judge, LAST);
    PROGRAM(judge, FINISHED, FINISHED, "task 2: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, YIELDS, YIELDS, "task 4: waits, then wakes the root and yields", DO(DO_KEEP, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_WAKE, ROOT, 0), DO(DO_YIELD, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 to 4, 7 and 8; woken, spawns task 5 and is READY",
            DO(DO_KEEP, 0, 0), DO(DO_SPAWN_RANGE, 1, 4), DO(DO_SPAWN_RANGE, 7, 8), DO(DO_PEND, 0, 0),
            DO(DO_SPAWN_RANGE, UNPOLLED, UNPOLLED), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, "thread 0: drops the join handle of task 8, and wakes task 4", DO(DO_DETACH, DETACHED, 0),
           DO(DO_WAKE, YIELDS, 0));
    until_done(judge);
    DRIVER(judge, "thread 0: spawns task 6, wakes task 3, aborts task 7", DO(DO_SPAWN, ON_RUNTIME, UNSEEN),
           DO(DO_WAKE, 3, 0), DO(DO_ABORT, ABORTED, 0));
    for (int task = 1; task <= LAST; task++)
        if (task == 1 || task == UNPOLLED || task == UNSEEN)
            expect_joined(judge, task, PENDING_STILL);
    PROGRAM(judge, AWAITS, AWAITS, "40, root of the other runtime: awaits task 3", DO(DO_AWAIT, 3, 0),
            DO(DO_READY, 0, 0));
    THREAD(judge, 1, "thread 2: wf_current_thread_block_on(the other runtime, 40)",
           DO(DO_BLOCK_ON, 1, AWAITS));
    until_asleep(judge);

    THREAD(judge, ACTOR, "thread 1: wf_current_thread_drop(runtime)", DO(DO_DROP, RUNTIME, 0));
    const struct story *story = until(judge, EVENT_RUNTIME_DROPPED, "wf_current_thread_drop returns");
    for (int task = 1; task <= LAST; task++)
        expect_dropped(judge, story, task, task != FINISHED);
    for (int i = 0; i < story->count; i++)
        EXPECT(judge, !is(&story->events[i], EVENT_POLLED, -1) || story->events[i].a == AWAITS,
               "nothing is polled any more: it is dropped", "%s is polled", name_of(story->events[i].a));
    bool awaited = find(story, 0, EVENT_BLOCK_ON_DONE, 1) >= 0;
    int joined = find(story, 0, EVENT_JOINED, 3);
    int64_t out = joined >= 0 ? story->events[joined].b : 0;
    if (!awaited) {
        story = until_done(judge);
        joined = joined >= 0 ? joined : find(story, 0, EVENT_JOINED, 3);
        out = out ? out : story->events[joined].b;
    }
    EXPECT(judge, out == WF_ECANCELED, "a root that awaits a task of it is woken, with WF_ECANCELED", "%lld",
           (long long)out);
    for (int task = 1; task <= LAST; task++)
        if (task != 3 && task != DETACHED)
            expect_joined(judge, task, task == FINISHED ? 0 : WF_ECANCELED);
    DRIVER(judge, "thread 0: drops the other runtime", DO(DO_DROP, 1, 0));
}

/* Each awaits the one before, so each owns its join handle. None of them is dropped inside the drop of another: no stack
 * would be deep enough. */
static void drop_of_a_chain(struct judge *judge, bool polled)
{
    enum { LINKS = 100000 };
    EXPECT(judge, STEP(judge, STEP_NEW, "runtime = wf_current_thread_new(NULL, NULL)", RUNTIME, 0, 0).a,
           "a runtime", "NULL");
    STEP(judge, STEP_CHAIN, "thread 0: spawns 100000 tasks, each of which awaits the one before", ON_RUNTIME,
         LINKS);
    if (polled) {
        PROGRAM(judge, 1, 1, "task 1: is READY", DO(DO_READY, 0, 0));
        PROGRAM(judge, ROOT, ROOT, "root: awaits task 1", DO(DO_AWAIT, 1, 0), DO(DO_READY, 0, 0));
        DRIVER(judge, "thread 0: spawns task 1 behind them", DO(DO_SPAWN, ON_RUNTIME, 1));
        run_root(judge);
        until_done(judge);
    }
    drop_runtime(judge);
    int64_t dropped = STEP(judge, STEP_CHAIN_DROPPED, "thread 0: how many were dropped", 0).a;
    judge_returned(judge, "%lld", (long long)dropped);
    EXPECT(judge, dropped == LINKS, "each of them is dropped, once", "%lld drops", (long long)dropped);
}

void test_drop_ends_all(struct judge *judge)
{
    judge_start(judge, "executor");
    drop_in_every_state(judge);

    /* without any block_on */
    make_runtime(judge, false);
    int last = 1 + judge_random(judge, 5);
    wait_programs(judge, last);
    for (int task = 1; task <= last; task++)
        DRIVER(judge, "thread 0: spawns a task", DO(DO_SPAWN, ON_RUNTIME, task));
    const struct story *story = drop_runtime(judge);
    expect_nobody_runs(judge, story);
    for (int task = 1; task <= last; task++)
        expect_dropped(judge, story, task, 1);
    for (int task = 1; task <= last; task++)
        expect_joined(judge, task, WF_ECANCELED);

    drop_of_a_chain(judge, false);
    drop_of_a_chain(judge, true);

    make_runtime(judge, false); /* and without any task */
    drop_runtime(judge);
    judge_finish(judge);
}

/* --- 04.12 --- */

static void expect_refused(struct judge *judge, const struct story *story, int task)
{
    int at = find(story, 0, EVENT_SPAWN, task);
    EXPECT(judge, at >= 0, "the clean-up goes on", "it ends before its spawn of %s", name_of(task));
    EXPECT(judge, story->events[at].b == WF_ECLOSED, "a spawn while the runtime shuts down: WF_ECLOSED",
           "the spawn of %s returns %lld", name_of(task), (long long)story->events[at].b);
    EXPECT(judge, count_of(story, EVENT_DROPPED, task) == 1, "the frame that is refused is dropped once",
           "that of %s %d times", name_of(task), count_of(story, EVENT_DROPPED, task));
}

void test_clean_ups(struct judge *judge)
{
    enum { LAST = 6, REFUSED = 50 };
    judge_start(judge, "executor");
    int64_t before = runtime_bytes(judge);
    make_runtime(judge, true);
    wait_programs(judge, LAST);
    PROGRAM(judge, REFUSED, REFUSED + 2, "tasks 50 to 52: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0));
    DROP_PROGRAM(judge, 1, LAST,
                 "their clean-up: looks at the context; wakes tasks 1 to 3, aborts tasks 4 and 5",
                 DO(DO_FACTS, 0, 0), DO(DO_WAKE, 1, 0), DO(DO_WAKE, 2, 0), DO(DO_WAKE_REF, 3, 0),
                 DO(DO_ABORT, 4, 0), DO(DO_ABORT, 5, 0), DO(DO_WAKE, 6, 0), DO(DO_FACTS, 0, 0));
    DROP_PROGRAM(judge, 2, 2, "clean-up of task 2: spawns tasks 50 and 51, and another thread task 52",
                 DO(DO_FACTS, 0, 0), DO(DO_SPAWN, ON_CURRENT, REFUSED), DO(DO_SPAWN, ON_RUNTIME, REFUSED + 1),
                 DO(DO_ASIDE, 0, 0), DO(DO_SPAWN, ON_RUNTIME, REFUSED + 2), DO(DO_WAKE, 5, 0),
                 DO(DO_FACTS, 0, 0));
    DROP_PROGRAM(judge, 3, 3,
                 "clean-up of task 3: gives up what there is of tasks 1 and 4; another thread wakes 5",
                 DO(DO_FACTS, 0, 0), DO(DO_WAKE_LAST, 1, 0), DO(DO_DETACH, 1, 0), DO(DO_FORGET_ABORT, 1, 0),
                 DO(DO_DETACH, 4, 0), DO(DO_FORGET, 4, 0), DO(DO_ASIDE, 0, 0), DO(DO_WAKE, 5, 0),
                 DO(DO_ASIDE, 0, 0), DO(DO_ABORT, 6, 0), DO(DO_FACTS, 0, 0));
    DROP_PROGRAM(judge, REFUSED, REFUSED, "clean-up of task 50: wakes task 1, and looks", DO(DO_WAKE, 1, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 to 6; waits", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, LAST), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    until_done(judge);
    const struct story *story = drop_runtime(judge);
    expect_nobody_runs(judge, story);
    for (int task = 1; task <= LAST; task++) {
        expect_dropped(judge, story, task, 1);
        EXPECT(judge, count_of(story, EVENT_FACTS, task) == 2, "each clean-up runs to its end",
               "that of %s does not", name_of(task));
    }
    for (int i = 0; i < story->count; i++) {
        if (!is(&story->events[i], EVENT_FACTS, -1))
            continue;
        EXPECT(judge, story->events[i].b & FACT_TASK_IS_MINE, "in a clean-up its own task is the current one",
               "in that of %s it is not", name_of(story->events[i].a));
        EXPECT(judge, story->events[i].b & FACT_ON_RUNTIME,
               "in a clean-up the runtime is the current scheduler", "in that of %s it is not",
               name_of(story->events[i].a));
    }
    for (int task = REFUSED; task <= REFUSED + 2; task++)
        expect_refused(judge, story, task);
    for (int task = 2; task <= LAST; task++)
        if (task != 4)
            expect_joined(judge, task, WF_ECANCELED);
    for (int task = 0; task <= LAST; task++)
        DRIVER(judge, "thread 0: drops a waker and an abort handle", DO(DO_FORGET, task, 0),
               DO(DO_FORGET_ABORT, task, 0));
    EXPECT(judge, runtime_bytes(judge) == before, "nothing is left behind", "memory is still live");
    judge_finish(judge);
}

/* --- 04.14 --- */

/* In a story of the drop: the shutdown, once, after the last task; and the drop, if it is due. */
static void expect_park_ends(struct judge *judge, const struct story *story, bool dropped)
{
    int at = find(story, 0, EVENT_SHUTDOWN, -1), drop = find(story, 0, EVENT_PARK_DROPPED, -1);
    EXPECT(judge, count_of(story, EVENT_SHUTDOWN, -1) == 1, "the park is shut down once", "%d times",
           count_of(story, EVENT_SHUTDOWN, -1));
    EXPECT(judge, find(story, at, EVENT_DROPPED, -1) < 0 && find(story, at, EVENT_TASK_ENDED, -1) < 0,
           "the park is shut down after the last task is over", "a task ends after it");
    EXPECT(judge, (drop >= 0) == dropped,
           dropped ? "the park is dropped with the last reference"
                   : "the park is not dropped before the last reference to the runtime",
           dropped ? "it is not" : "it is");
    EXPECT(judge, count_of(story, EVENT_PARK_DROPPED, -1) == dropped && (!dropped || drop > at),
           "the park is dropped once, after its shutdown", "%d times",
           count_of(story, EVENT_PARK_DROPPED, -1));
}

static void begin_life(struct judge *judge)
{
    make_runtime(judge, true);
    wait_programs(judge, 2);
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 and 2; waits", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 2), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, "thread 0: takes a reference to the scheduler, and wakes the root",
           DO(DO_REFERENCE, RUNTIME, 0), DO(DO_WAKE, ROOT, 0));
    until_done(judge);
}

static void expect_park_dropped_here(struct judge *judge, int times)
{
    int seen = driver_events(judge, EVENT_PARK_DROPPED, -1);
    EXPECT(judge, seen == times,
           times ? "the park is dropped with the last reference"
                 : "the park is not dropped before the last reference to the runtime",
           "it is dropped %d times", seen);
}

/* A thread is held inside the park's unpark, which must return before the park is dropped. */
static void held_in_unpark(struct judge *judge, const char *text, int64_t instruction)
{
    begin_life(judge);
    STEP(judge, STEP_HOLD_UNPARK, "the next unpark will take long", RUNTIME, 1);
    THREAD(judge, 1, text, instruction, DO(DO_NOTE, 5, 0));
    const struct channel_record *event;
    do { /* a spawn that sees that no thread is in block_on need not unpark */
        const struct story *story = until_any(judge, "the park is unparked, or the thread is done");
        event = &story->events[0];
    } while (!is(event, EVENT_AT_GATE, -1) && !is(event, EVENT_NOTE, 5));
    bool held = is(event, EVENT_AT_GATE, -1), returned;
    DRIVER(judge, "thread 0: gives its reference up, and drops the waker of the root",
           DO(DO_UNREFERENCE, RUNTIME, 0), DO(DO_FORGET, ROOT, 0));
    expect_park_dropped_here(judge, 0);
    const struct story *story = drop_while_held(judge, &returned);
    bool dropped = find(story, 0, EVENT_PARK_DROPPED, -1) >= 0;
    EXPECT(judge, dropped == !held,
           held ? "the park is dropped after every unpark has returned"
                : "the park is dropped with the last reference",
           dropped ? "before" : "it is not");
    if (!held)
        return;
    DRIVER(judge, "the unpark may return", DO(DO_OPEN, 1, 0));
    for (bool done = false; !returned || !done || !dropped;) {
        event = &until_any(judge, "the park is dropped, when the unpark has returned")->events[0];
        returned |= is(event, EVENT_RUNTIME_DROPPED, -1);
        done |= is(event, EVENT_NOTE, 5);
        dropped |= is(event, EVENT_PARK_DROPPED, -1);
    }
}

void test_life_of_the_park(struct judge *judge)
{
    judge_start(judge, "executor");
    /* the scheduler's reference is the last one */
    begin_life(judge);
    DRIVER(judge, "thread 0: drops the waker of the root", DO(DO_FORGET, ROOT, 0));
    expect_park_dropped_here(judge, 0);
    expect_park_ends(judge, drop_runtime(judge), false);
    DRIVER(judge, "thread 0: gives its reference up", DO(DO_UNREFERENCE, RUNTIME, 0));
    expect_park_dropped_here(judge, 1);
    /* a waker of the root is */
    begin_life(judge);
    expect_park_ends(judge, drop_runtime(judge), false);
    DRIVER(judge, "thread 0: gives its reference up", DO(DO_UNREFERENCE, RUNTIME, 0));
    expect_park_dropped_here(judge, 0);
    if (judge_random(judge, 2))
        DRIVER(judge, "thread 0: drops the waker of the root", DO(DO_FORGET, ROOT, 0));
    else
        DRIVER(judge, "thread 0: wakes the root, by value", DO(DO_WAKE_LAST, ROOT, 0));
    expect_park_dropped_here(judge, 1);
    /* the drop's own is */
    begin_life(judge);
    DRIVER(judge, "thread 0: gives its reference up, and drops the waker of the root",
           DO(DO_UNREFERENCE, RUNTIME, 0), DO(DO_FORGET, ROOT, 0));
    expect_park_ends(judge, drop_runtime(judge), true);

    held_in_unpark(judge, "thread 2: wakes task 1", DO(DO_WAKE, 1, 0));
    held_in_unpark(judge, "thread 2: spawns task 2", DO(DO_SPAWN, ON_RUNTIME, 2));
    held_in_unpark(judge, "thread 2: wakes the root, which is over", DO(DO_WAKE, ROOT, 0));
    judge_finish(judge);
}

/* --- 04.15 --- */

void test_new_without_memory(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int mock = 0; mock < 2; mock++) {
        int64_t made = 0, before = runtime_bytes(judge);
        for (int nth = 1; !made; nth++) {
            char text[40];
            snprintf(text, sizeof text, "wf_alloc_fail_at(%d)", nth);
            STEP(judge, STEP_FAIL_ALLOCATION, text, nth);
            made = STEP(judge, STEP_NEW,
                        mock ? "runtime = wf_current_thread_new(a park that tells, NULL)"
                             : "runtime = wf_current_thread_new(NULL, NULL)",
                        RUNTIME, mock, 0)
                       .a;
            judge_returned(judge, made ? "a runtime" : "NULL");
            EXPECT(judge,
                   driver_events(judge, EVENT_PARK_DROPPED, -1) + driver_events(judge, EVENT_SHUTDOWN, -1) ==
                       0,
                   "the park is still the caller's", "it is dropped, or shut down");
            EXPECT(judge, made || runtime_bytes(judge) == before, "what it allocated is freed",
                   "memory is still live");
            EXPECT(judge, !made || nth > 1, "without memory: NULL", "it is made without any allocation");
            EXPECT(judge, nth < 20, "it gets by with some allocations", "20 do not suffice");
        }
        STEP(judge, STEP_FAIL_ALLOCATION, "wf_alloc_fail_at(0)", 0);
        PROGRAM(judge, 1, 1, "task 1: is READY", DO(DO_READY, 0, 0));
        PROGRAM(judge, ROOT, ROOT, "root: spawns task 1, and awaits it", DO(DO_SPAWN_RANGE, 1, 1),
                DO(DO_AWAIT, 1, 0), DO(DO_READY, 0, 0));
        run_root(judge);
        EXPECT_POLLS(judge, until_done(judge), 1);
        end_runtime(judge);
    }
    judge_finish(judge);
}
