/**
 * @file tests_end.c
 * @brief Clauses 05.17 and 05.19: how wf_worker_run ends, and what a worker counts.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

/* --- 05.17 --- */

static void expect_returned(struct judge *judge, const struct story *story, bool over, int last)
{
    int ran = story->count - 1, polled = find(story, 0, EVENT_NOTE, 1);
    EXPECT(judge, story->events[ran].a == over,
           over ? "wf_worker_run returns true: all tasks are over"
                : "wf_worker_run returns false: the worker was taken from its thread",
           "it returns %s", over ? "false" : "true");
    EXPECT(judge, count_between(story, polled, ran, EVENT_POLLED, -1) == 0,
           over ? "when all tasks are over no further one is polled"
                : "when the worker was taken, its old thread polls no further task",
           "%s is polled after %s", name_of(story->events[find(story, polled, EVENT_POLLED, -1)].a),
           name_of(last));
    EXPECT(judge, count_between(story, polled, ran, EVENT_PARK, -1) == 0,
           over ? "when all tasks are over the worker does not park"
                : "when the worker was taken, its old thread does not park",
           "it does");
}

void test_ends(struct judge *judge)
{
    judge_start(judge, "worker");
    for (int waiting = 0; waiting < 3;
         waiting += 2) { /* tasks that are in the ring, as nobody waits for them */
        make_world(judge, 1);
        PROGRAM(judge, 1, 2 + waiting, ACT(ready));
        PROGRAM(judge, 2, 2, ACT(finish), ACT(note, 1), ACT(ready));
        DRIVER(judge, ACT(load, 0, RANGE(1, 2 + waiting)));
        expect_returned(judge, run_to_its_end(judge), true, 2);
        end_world(judge);
    }
    make_world(judge, 2); /* over before it begins */
    PROGRAM(judge, 1, 1, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)), ACT(finish));
    const struct story *story = run_to_its_end(judge);
    EXPECT(judge, story->events[story->count - 1].a == 1 && count_of(story, EVENT_POLLED, -1) == 0,
           "wf_worker_run returns true at once where all tasks are over", "it %s",
           count_of(story, EVENT_POLLED, -1) ? "polls a task first" : "returns false");
    end_world(judge);
    judge_finish(judge);
}

/* Task 2 has the worker taken away, and then wakes itself, yields, or is READY; task 3 is next in the ring. Another thread goes on. */
static void taken_in_a_poll(struct judge *judge, struct step_act act, struct step_act then)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 4, ACT(ready));
    PROGRAM(judge, 2, 2, ACT(take_worker), ACT(note, 1), act, then, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 4)));
    expect_returned(judge, run_to_its_end(judge), false, 2);
    bool again = act.operation != STEP_note;
    const struct story *story = run_polls(judge, 2 + again);
    for (int task = 3; task <= 4; task++)
        poll_of(judge, story, 0, task, "another thread goes on with the worker, and runs what is left");
    if (again)
        poll_of(judge, story, 0, 2, "the task in whose poll the worker was taken is polled again");
    end_world(judge);
}

void test_taken(struct judge *judge)
{
    judge_start(judge, "worker");
    taken_in_a_poll(judge, ACT(note, 2), ACT(ready));
    taken_in_a_poll(judge, ACT(wake_self), ACT(pend));
    taken_in_a_poll(judge, ACT(yield), ACT(ready));
    judge_finish(judge);
}

/* --- 05.19 --- */

static void expect_count(struct judge *judge, enum count what, int64_t right)
{
    static const char *const words[] = {
        [COUNT_POLLS] = "it ran %lld tasks: so many are counted in polls",
        [COUNT_SCHEDULED] = "%lld tasks were scheduled on its thread: so many are counted in scheduled",
        [COUNT_OVERFLOWED] =
            "%lld tasks went from its ring to the inject queue: so many are counted in overflowed",
        [COUNT_STEALS] = "it took tasks from another worker %lld times: so many are counted in steals",
        [COUNT_STOLEN] = "it took %lld tasks from others: so many are counted in stolen",
        [COUNT_PARKS] = "it slept %lld times: so many are counted in parks",
        [COUNT_IDLE_PARKS] =
            "it slept %lld times and found no task afterwards: so many are counted in idle_parks",
        [COUNT_WAKES] = "it woke %lld sleeping workers: so many are counted in wakes",
    };
    char expected[140];
    int64_t counted = DO(judge, counts, .what = what).a;
    judge_returned(judge, "%lld", (long long)counted);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(expected, sizeof expected, words[what], (long long)right);
#pragma GCC diagnostic pop
    EXPECT(judge, counted == right, expected, "%lld are", (long long)counted);
}

static void expect_counts(struct judge *judge, const int64_t right[COUNTS_ALL])
{
    for (enum count what = 0; what < COUNTS_ALL; what++)
        expect_count(judge, what, right[what]);
}

static int64_t stolen_in(const struct story *story)
{
    int64_t stolen = 0;
    for (int i = find(story, 0, EVENT_STOLE, -1); i >= 0; i = find(story, i + 1, EVENT_STOLE, -1))
        stolen += story->events[i].b;
    return stolen;
}

/* All that a worker that never sleeps can count. */
static void counts_of_work(struct judge *judge)
{
    enum { ABORTED = 5, MORE = 100, MANY = 300, STEALS_FROM = 1, OTHERS = 7 };
    make_world(judge, 3);
    PROGRAM(judge, 1, ABORTED, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, 6, 6, ACT(wake, 1), ACT(wake, 1), ACT(yield), ACT(wake_self), ACT(pend),
            ACT(abort, ABORTED), ACT(spawn, RANGE(MORE, MORE + MANY - 1)), ACT(ready));
    PROGRAM(judge, MORE, MORE + MANY, ACT(ready));
    PROGRAM(judge, 1000, 1000 + OTHERS, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, ABORTED)), ACT(load, 0, RANGE(6, 6)),
           ACT(load, STEALS_FROM, RANGE(1000, 999 + OTHERS)), ACT(fall_asleep, 2, NOT_SEARCHING));
    run_worker(judge);
    const struct story *story = until_asleep(judge);
    int64_t right[COUNTS_ALL] = {0};
    right[COUNT_POLLS] = count_of(story, EVENT_POLLED, -1) + count_of(story, EVENT_DROPPED, -1);
    right[COUNT_SCHEDULED] =
        4 + MANY; /* task 1 is woken once, task 6 yields and wakes itself, task 5 is aborted */
    right[COUNT_OVERFLOWED] = 129;
    right[COUNT_STEALS] = count_of(story, EVENT_STOLE, -1);
    right[COUNT_STOLEN] = stolen_in(story);
    right[COUNT_PARKS] = 1; /* it sleeps now */
    right[COUNT_WAKES] = count_wakes(story);
    EXPECT(judge, right[COUNT_STOLEN] == OTHERS, "what other workers have is stolen", "%lld of %d tasks are",
           (long long)right[COUNT_STOLEN], OTHERS);
    expect_counts(judge, right);
    finish(judge);
    end_world(judge);
}

void test_counts(struct judge *judge)
{
    judge_start(judge, "worker");
    counts_of_work(judge);
    judge_finish(judge);
}

/* before_park makes a task ready, so the worker does not sleep; and another worker steals the task in the turn. So it finds none, but it
 * has not slept. It may not search: it would steal the task back. */
static void counts_no_sleep_of_a_hook(struct judge *judge)
{
    make_world_with(judge, 2, HOOK_BEFORE_PARK);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    DRIVER(judge, ACT(begin_search), ACT(load, 0, RANGE(1, 1)));
    CARRY(judge, ACT(in_before_park), ACT(wake, 1));
    CARRY(judge, ACT(in_turn), ACT(rob, 1));
    run_worker(judge);
    expect_count(judge, COUNT_PARKS, count_sleeps(until_asleep(judge)));
    expect_count(judge, COUNT_IDLE_PARKS, 0);
    finish(judge);
    end_world(judge);
}

void test_counts_of_sleep(struct judge *judge)
{
    judge_start(judge, "worker");
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    run_worker(judge);
    int64_t parks = count_sleeps(until_asleep(judge)), idle = 0;
    static const bool vain[] = {false, true, false, true, true, false};
    for (int i = 0; i < (int)(sizeof vain / sizeof *vain); i++) {
        if (vain[i])
            DRIVER(judge, ACT(notify));
        else if (i == 0)
            DRIVER(judge, ACT(spawn, RANGE(1, 1)));
        else
            DRIVER(judge, ACT(wake, 1));
        parks += count_sleeps(until_asleep(judge));
        idle += vain[i];
    }
    expect_count(judge, COUNT_SCHEDULED, 0); /* others' threads are not its own */
    for (int i = 0; i < 3; i++) {            /* and a sleep that its park's driver ends, each time */
        CARRY(judge, ACT(in_sleep), ACT(wake, 1));
        DRIVER(judge, ACT(wake, 1));
        parks += count_sleeps(until_asleep(judge));
        parks += count_sleeps(until_asleep(judge));
    }
    expect_count(judge, COUNT_PARKS, parks);
    expect_count(judge, COUNT_IDLE_PARKS, idle);
    expect_count(judge, COUNT_SCHEDULED, 3); /* by the driver, in its park */
    finish(judge);
    end_world(judge);
    counts_no_sleep_of_a_hook(judge);
    /* all is over before the sleep */
    make_world_with(judge, 2, HOOK_BEFORE_PARK);
    CARRY(judge, ACT(in_before_park), ACT(finish));
    expect_count(judge, COUNT_PARKS, count_sleeps(run_to_its_end(judge)));
    end_world(judge);
    /* turns are no sleeps */
    make_world(judge, 1);
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, 200), ACT(yield), ACT(finish), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    const struct story *story = run_to_its_end(judge);
    expect_count(judge, COUNT_PARKS, 0);
    expect_count(judge, COUNT_IDLE_PARKS, 0);
    expect_count(judge, COUNT_POLLS, count_of(story, EVENT_POLLED, -1));
    EXPECT(judge, DO(judge, queued, .worker = 0).a == 0, "no task is left in the ring", "some are");
    end_world(judge);
    judge_finish(judge);
}
