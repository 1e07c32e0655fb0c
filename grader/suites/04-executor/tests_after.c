/**
 * @file tests_after.c
 * @brief Clause 04.13: what outlives the runtime, and what is used while it ends.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/error.h"

enum { TASKS = 4, LATE = 60, COUNTS = 20 };

static void begin(struct judge *judge)
{
    make_runtime(judge, false);
    PROGRAM(judge, 1, TASKS, ACT(keep), ACT(rest));
    PROGRAM(judge, LATE, LATE + 1, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, TASKS)), ACT(pend), ACT(ready));
    run_root(judge);
    until_asleep(judge);
    DRIVER(judge, ACT(reference, RUNTIME), ACT(wake, ROOT));
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
    EXPECT(judge, driver_events(judge, EVENT_UNPARK, -1) == 0,
           "nothing else happens: there is nothing for which a park should end", "the park is unparked");
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
        DRIVER(judge, ACT(detach, task), ACT(forget_abort, task));
    EXPECT(judge, runtime_bytes(judge) > before, "the memory lives while something is left of it",
           "it is freed too soon");
    if (elsewhere) {
        THREAD(judge, 3, ACT(wake_last, 1), ACT(wake_last, 2), ACT(wake_last, 3), ACT(forget, 4),
               ACT(unreference, RUNTIME), ACT(wake_last, ROOT), ACT(note, 1));
        until(judge, EVENT_NOTE, "thread 3 has done so");
    } else {
        DRIVER(judge, ACT(wake_last, 1), ACT(wake_last, 2), ACT(wake_last, 3), ACT(forget, 4),
               ACT(wake_last, ROOT), ACT(unreference, RUNTIME));
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
            DRIVER(judge, ACT(wake, 1), ACT(wake, 2), ACT(abort, 3));
        expect_all_dropped(judge, drop_runtime(judge));
        DRIVER(judge, ACT(wake, 1), ACT(wake_ref, 2), ACT(wake_ref, ROOT), ACT(wake, ROOT), ACT(abort, 1),
               ACT(abort, 3));
        EXPECT(judge, driver_events(judge, EVENT_DROPPED, -1) + driver_events(judge, EVENT_POLLED, -1) == 0,
               "they do nothing: the tasks are over", "a task is polled or dropped");
        DRIVER(judge, ACT(spawn, ON_KEPT, LATE));
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
    DROP_PROGRAM(judge, slow, slow, ACT(gate, 0));
    THREAD(judge, ACTOR, ACT(drop, RUNTIME));
    const struct story *story = until(judge, EVENT_AT_GATE, "that clean-up begins");
    int dropped[TASKS + 1] = {0};
    for (int task = 1; task <= TASKS; task++)
        dropped[task] = count_of(story, EVENT_DROPPED, task);
    DRIVER(judge, ACT(wake, 1), ACT(wake, 2), ACT(wake_ref, 3), ACT(wake, 4), ACT(wake, ROOT), ACT(abort, 1),
           ACT(abort, 2));
    DRIVER(judge, ACT(spawn, ON_KEPT, LATE));
    expect_refused_here(judge, LATE);
    DRIVER(judge, ACT(open, 0));
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
    THREAD(judge, 2, ACT(slow_wake, 2), ACT(note, 2));
    until(judge, EVENT_AT_GATE, "thread 2 takes a mutex");
    bool returned;
    const struct story *story = drop_while_held(judge, &returned);
    int dropped[TASKS + 1] = {0};
    for (int task = 1; task <= TASKS; task++)
        dropped[task] = count_of(story, EVENT_DROPPED, task);
    DRIVER(judge, ACT(open, 1));
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
    THREAD(judge, 2, ACT(slow_spawn, ON_KEPT, LATE), ACT(note, 2));
    until(judge, EVENT_AT_GATE, "thread 2 takes a mutex");
    bool returned;
    const struct story *story = drop_while_held(judge, &returned);
    int dropped = count_of(story, EVENT_DROPPED, LATE), result = 1;
    DRIVER(judge, ACT(open, 1));
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
    DRIVER(judge, ACT(forget_abort, LATE));
    if (result == 0)
        DRIVER(judge, ACT(detach, LATE));
    give_up(judge, before, false);
}

static void storm(struct judge *judge, int count)
{
    new_runtime(judge, RUNTIME, OWN_PARK, 0);
    DO(judge, many, .where = ON_RUNTIME, .count = count);
    PROGRAM(judge, 1, 1, ACT(ready));
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 1));
    PROGRAM(judge, ROOT, ROOT, ACT(await, 1), ACT(ready));
    run_root(judge);
    until_done(judge);
    struct judge_reply reply = DO(judge, drop_storm, .thread = ACTOR, .runtime = RUNTIME);
    judge_returned(judge, "%lld dropped, %lld polled", (long long)reply.a, (long long)reply.b);
    EXPECT(judge, reply.a == count, "every task is dropped, once", "%lld of %d", (long long)reply.a, count);
    EXPECT(judge, reply.b == 0, "no task is polled any more", "%lld are", (long long)reply.b);
    until(judge, EVENT_RUNTIME_DROPPED, "wf_current_thread_drop returns");
    DO(judge, many_forget);
}

void test_wakes_during_drop(struct judge *judge)
{
    judge_start(judge, "executor");
    during_a_clean_up(judge);
    on_its_way(judge);
    spawned_on_the_way(judge);
    for (int round = 0; round < COUNTS; round++)
        storm(judge, (int)DRAW(judge, many, count));
    judge_finish(judge);
}
