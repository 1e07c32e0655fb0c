/**
 * @file tests_queue.c
 * @brief Clauses 04.1 and 04.2: which task runs next.
 */
#include <stdio.h>

#include "../../src/judge_queue.h"
#include "rig.h"
#include "tests.h"

/* --- 04.1: against the oracle of a queue --- */

static struct step_act written(enum queue_act act, int task)
{
    return act == QUEUE_KEEPS        ? ACT(keep)
           : act == QUEUE_WAKES      ? ACT(wake, task)
           : act == QUEUE_WAKES_SELF ? ACT(wake_self)
           : act == QUEUE_SPAWNS     ? ACT(spawn, ON_CURRENT, task)
                                     : ACT(pend);
}

/* Run the set: these tasks are polled, and their number is returned. */
static void expect_run(struct judge *judge, int limit, const int *tasks)
{
    const struct story *story = run_set(judge, limit);
    expect_polls(judge, story, tasks);
    int polls = count_of(story, EVENT_POLLED, -1);
    EXPECT(judge, story->events[story->count - 1].b == polls, "wf_task_set_run returns how many tasks it ran",
           "%d tasks were polled", polls);
}

static void one_random_round(struct judge *judge)
{
    queue_begin();
    int count;
    struct step_act acts[QUEUE_ACTS_MAX];
    int first_unborn = 4 + judge_random(judge, 3), unborn = first_unborn;
    for (int number = 1; number <= QUEUE_TASKS; number++) {
        count = queue_draw(judge, number, &unborn, written, acts);
        step_carry(judge, &lab_steps, ACT(program, RANGE(number, number)), acts, (uint32_t)count);
    }
    int wakes[4];
    for (int i = 0; i < 4; i++)
        wakes[i] = 1 + judge_random(judge, first_unborn - 1);
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, first_unborn - 1)));
    for (int number = 1; number < first_unborn; number++)
        queue_spawn(number);
    expect_run(judge, ALL, queue_run(&count));
    for (int i = 0; i < 6; i++) {
        int task = wakes[i < 4 ? i : i == 4 ? 3 : 0];
        WAKE(judge, task);
        queue_wake(task);
        if (i >= 3)
            expect_run(judge, ALL, queue_run(&count));
    }
    end_set(judge, 1, unborn - 1);
}

void test_run_order(struct judge *judge)
{
    judge_start(judge, "executor");
    /* the corner: woken in its own poll, before others are woken and spawned */
    PROGRAM(judge, 1, 1, ACT(keep), ACT(pend), ACT(wake_self), ACT(wake, 2), ACT(spawn, ON_CURRENT, 4),
            ACT(pend), ACT(pend));
    PROGRAM(judge, 2, 4, ACT(keep), ACT(rest));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, 3)));
    expect_run(judge, 2, (const int[]){1, 2, -1});
    expect_run(judge, ALL, (const int[]){3, -1});
    expect_run(judge, ALL, (const int[]){-1});
    DRIVER(judge, ACT(wake, 1), ACT(wake, 3), ACT(wake, 3), ACT(wake, 1));
    expect_run(judge, ALL, (const int[]){1, 3, 2, 4, 1, -1});
    end_set(judge, 1, 4);
    for (int round = 0; round < 5; round++)
        one_random_round(judge);
    judge_finish(judge);
}

/* --- 04.2 --- */

static void expect_joined_in_time(struct judge *judge, const struct story *story, int task, int others,
                                  int times, int first, int last)
{
    int seen = 0;
    for (int mark = find(story, 0, EVENT_NOTE, 1); mark >= 0; mark = find(story, mark + 1, EVENT_NOTE, 1)) {
        int polled = find(story, mark, EVENT_POLLED, task);
        EXPECT(judge, polled >= 0,
               "what another thread woke or spawned is polled, however busy the others are",
               "%s was not polled", name_of(task));
        int between = count_between(story, mark, polled, EVENT_POLLED, -1) -
                      count_between(story, mark, polled, EVENT_POLLED, ROOT);
        /* in the queue after 31 polls, and then behind everybody once */
        char expected[100];
        snprintf(expected, sizeof expected, "at most %d polls of others come before it: 31, and one of each",
                 31 + others);
        EXPECT(judge, between <= 31 + others, expected, "%d polls of others came before that of %s", between,
               name_of(task));
        for (int other = first; other <= last; other++)
            EXPECT(judge, count_between(story, mark, polled, EVENT_POLLED, other) > 0,
                   "it comes behind those that were queued before it", "%s is polled before %s",
                   name_of(task), name_of(other));
        seen++;
    }
    EXPECT(judge, seen == times, "the busy task goes on", "it was stopped after %d rounds", seen);
}

static void injected_while_busy(struct judge *judge)
{
    enum { ROUNDS = 40 };
    int others = 1 + judge_random(judge, 3), gap = 36 + judge_random(judge, 20);
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, gap), ACT(aside), ACT(wake, 2),
            ACT(note, 1), ACT(repeat, 0, ROUNDS - 1), ACT(wake_self), ACT(pend), ACT(repeat, 7, gap),
            ACT(wake, ROOT), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(rest));
    PROGRAM(judge, 3, 2 + others, ACT(spin));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 2 + others)), ACT(pend), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    expect_joined_in_time(judge, until_done(judge), 2, 1 + others, ROUNDS, 3, 2 + others);
    end_runtime(judge);
}

static void spawned_while_busy(struct judge *judge)
{
    int gap = judge_random(judge, 62);
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, gap), ACT(aside), ACT(spawn, ON_RUNTIME, 2),
            ACT(note, 1), ACT(wake_self), ACT(pend), ACT(repeat, 6, 70), ACT(wake, ROOT), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 1)), ACT(pend), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    expect_joined_in_time(judge, until_done(judge), 2, 1, 1, 1, 0);
    end_runtime(judge);
}

static void injected_while_empty(struct judge *judge)
{
    PROGRAM(judge, 1, 1, ACT(keep), ACT(pend), ACT(aside), ACT(spawn, ON_RUNTIME, 3), ACT(aside),
            ACT(spawn, ON_RUNTIME, 4), ACT(aside), ACT(wake, 2), ACT(rest));
    PROGRAM(judge, 2, 4, ACT(keep), ACT(rest));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 2)), ACT(pend), ACT(wake, 1), ACT(pend),
            ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    EXPECT_POLLS(judge, until_asleep(judge), 1, 2);
    WAKE(judge, ROOT);
    EXPECT_POLLS(judge, until_asleep(judge), 1, 3, 4, 2);
    WAKE(judge, ROOT);
    until_done(judge);
    end_runtime(judge);
}

/* The queue is empty, so all of them join it at once: before what the first of them wakes. */
static void many_injected_while_empty(struct judge *judge, int many)
{
    enum { BUSY = 1, FIRST = 10 };
    PROGRAM(judge, BUSY, BUSY, ACT(wake_self), ACT(pend), ACT(ready));
    PROGRAM(judge, FIRST, FIRST + many - 1, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(pend), ACT(ready));
    make_runtime(judge, false);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, BUSY));
    for (int task = FIRST; task < FIRST + many; task++)
        DRIVER(judge, ACT(spawn, ON_RUNTIME, task));
    run_root(judge);
    const struct story *story = until_asleep(judge);
    int woken = find(story, 0, EVENT_POLLED, BUSY), again = find(story, woken + 1, EVENT_POLLED, BUSY);
    EXPECT(judge, again >= 0 && count_of(story, EVENT_READY, FIRST + many - 1) == 1, "all of them are polled",
           "not all are");
    int before = count_between(story, woken, again, EVENT_READY, -1);
    EXPECT(judge, before == many, "all that was spawned by another thread joins the empty queue at once",
           "of %d tasks only %d are polled before one that the first of them wakes", many, before);
    WAKE(judge, ROOT);
    until_done(judge);
    end_runtime(judge);
}

void test_injected_in_time(struct judge *judge)
{
    judge_start(judge, "executor");
    injected_while_empty(judge);
    injected_while_busy(judge);
    spawned_while_busy(judge);
    many_injected_while_empty(judge, 300);
    judge_finish(judge);
}
