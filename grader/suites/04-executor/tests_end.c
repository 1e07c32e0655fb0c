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
    char expected[80];
    DRIVER(judge, ACT(look, task));
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
    PROGRAM(judge, 1, last, ACT(keep), ACT(rest));
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
    new_runtime(judge, OTHER, MOCK_PARK, 0);
    wait_programs(judge, LAST);
    PROGRAM(judge, FINISHED, FINISHED, ACT(ready));
    PROGRAM(judge, YIELDS, YIELDS, ACT(keep), ACT(pend), ACT(wake, ROOT), ACT(yield), ACT(go_to, 1));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 4)), ACT(spawn_all, RANGE(7, 8)), ACT(pend),
            ACT(spawn_all, RANGE(UNPOLLED, UNPOLLED)), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, ACT(detach, DETACHED), ACT(wake, YIELDS));
    until_done(judge);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, UNSEEN), ACT(wake, 3), ACT(abort, ABORTED));
    for (int task = 1; task <= LAST; task++)
        if (task == 1 || task == UNPOLLED || task == UNSEEN)
            expect_joined(judge, task, PENDING_STILL);
    PROGRAM(judge, AWAITS, AWAITS, ACT(await, 3), ACT(ready));
    THREAD(judge, 2, ACT(block_on, OTHER, AWAITS));
    until_asleep(judge);

    THREAD(judge, ACTOR, ACT(drop, RUNTIME));
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
    DRIVER(judge, ACT(drop, OTHER));
}

/* Each awaits the one before, so each owns its join handle. None of them is dropped inside the drop of another: no stack
 * would be deep enough. */
static void drop_of_a_chain(struct judge *judge, bool polled)
{
    new_runtime(judge, RUNTIME, OWN_PARK, 0);
    DO(judge, chain, .where = ON_RUNTIME, .count = CHAIN_MAX);
    if (polled) {
        PROGRAM(judge, 1, 1, ACT(ready));
        PROGRAM(judge, ROOT, ROOT, ACT(await, 1), ACT(ready));
        DRIVER(judge, ACT(spawn, ON_RUNTIME, 1));
        run_root(judge);
        until_done(judge);
    }
    drop_runtime(judge);
    int64_t dropped = DO(judge, chain_dropped).a;
    judge_returned(judge, "%lld", (long long)dropped);
    EXPECT(judge, dropped == CHAIN_MAX, "each of them is dropped, once", "%lld drops", (long long)dropped);
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
        DRIVER(judge, ACT(spawn, ON_RUNTIME, task));
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
    PROGRAM(judge, REFUSED, REFUSED + 2, ACT(keep), ACT(pend));
    DROP_PROGRAM(judge, 1, LAST, ACT(facts), ACT(wake, 1), ACT(wake, 2), ACT(wake_ref, 3), ACT(abort, 4),
                 ACT(abort, 5), ACT(wake, 6), ACT(facts));
    DROP_PROGRAM(judge, 2, 2, ACT(facts), ACT(spawn, ON_CURRENT, REFUSED), ACT(spawn, ON_RUNTIME, REFUSED + 1),
                 ACT(aside), ACT(spawn, ON_RUNTIME, REFUSED + 2), ACT(wake, 5), ACT(facts));
    DROP_PROGRAM(judge, 3, 3, ACT(facts), ACT(wake_last, 1), ACT(detach, 1), ACT(forget_abort, 1),
                 ACT(detach, 4), ACT(forget, 4), ACT(aside), ACT(wake, 5), ACT(aside), ACT(abort, 6),
                 ACT(facts));
    DROP_PROGRAM(judge, REFUSED, REFUSED, ACT(wake, 1));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, LAST)), ACT(pend), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    WAKE(judge, ROOT);
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
        DRIVER(judge, ACT(forget, task), ACT(forget_abort, task));
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
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 2)), ACT(pend), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, ACT(reference, RUNTIME), ACT(wake, ROOT));
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
static void held_in_unpark(struct judge *judge, struct step_act act)
{
    begin_life(judge);
    DO(judge, hold_unpark, .runtime = RUNTIME, .gate = 1);
    THREAD(judge, 2, act, ACT(note, 5));
    const struct channel_record *event;
    do { /* a spawn that sees that no thread is in block_on need not unpark */
        const struct story *story = until_any(judge, "the park is unparked, or the thread is done");
        event = &story->events[0];
    } while (!is(event, EVENT_AT_GATE, -1) && !is(event, EVENT_NOTE, 5));
    bool held = is(event, EVENT_AT_GATE, -1), returned;
    DRIVER(judge, ACT(unreference, RUNTIME), ACT(forget, ROOT));
    expect_park_dropped_here(judge, 0);
    const struct story *story = drop_while_held(judge, &returned);
    bool dropped = find(story, 0, EVENT_PARK_DROPPED, -1) >= 0;
    EXPECT(judge, dropped == !held,
           held ? "the park is dropped after every unpark has returned"
                : "the park is dropped with the last reference",
           dropped ? "before" : "it is not");
    if (!held)
        return;
    DRIVER(judge, ACT(open, 1));
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
    DRIVER(judge, ACT(forget, ROOT));
    expect_park_dropped_here(judge, 0);
    expect_park_ends(judge, drop_runtime(judge), false);
    DRIVER(judge, ACT(unreference, RUNTIME));
    expect_park_dropped_here(judge, 1);
    /* a waker of the root is */
    begin_life(judge);
    expect_park_ends(judge, drop_runtime(judge), false);
    DRIVER(judge, ACT(unreference, RUNTIME));
    expect_park_dropped_here(judge, 0);
    if (judge_random(judge, 2))
        DRIVER(judge, ACT(forget, ROOT));
    else
        DRIVER(judge, ACT(wake_last, ROOT));
    expect_park_dropped_here(judge, 1);
    /* the drop's own is */
    begin_life(judge);
    DRIVER(judge, ACT(unreference, RUNTIME), ACT(forget, ROOT));
    expect_park_ends(judge, drop_runtime(judge), true);

    held_in_unpark(judge, ACT(wake, 1));
    held_in_unpark(judge, ACT(spawn, ON_RUNTIME, 2));
    held_in_unpark(judge, ACT(wake, ROOT));
    judge_finish(judge);
}

/* --- 04.15 --- */

void test_new_without_memory(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int mock = 0; mock < 2; mock++) {
        int64_t made = 0, before = runtime_bytes(judge);
        for (int nth = 1; !made; nth++) {
            DO(judge, fail_allocation, .nth = nth);
            made = DO(judge, new, .runtime = RUNTIME, .park = mock ? MOCK_PARK : OWN_PARK).a;
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
        DO(judge, fail_allocation, .nth = 0);
        PROGRAM(judge, 1, 1, ACT(ready));
        PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, 1)), ACT(await, 1), ACT(ready));
        run_root(judge);
        EXPECT_POLLS(judge, until_done(judge), 1);
        end_runtime(judge);
    }
    judge_finish(judge);
}
