/**
 * @file tests_sleep.c
 * @brief Clauses 05.15 and 05.16: when a worker sleeps, what ends that, and the hooks around it.
 */
#include "rig.h"
#include "tests.h"

/* --- 05.15 --- */

/* The next story has these polls, and no other. */
#define WAKES_FOR(judge, ...) EXPECT_POLLS(judge, until_asleep(judge), __VA_ARGS__)

static void woken_again_and_again(struct judge *judge, bool still)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 9, ACT(keep), ACT(rest));
    int64_t thread = run_worker(judge);
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    if (still)
        judge_expect_asleep(judge, thread, "worker 0", LONG_STILL_MS);
    DRIVER(judge, ACT(spawn, RANGE(1, 1)));
    WAKES_FOR(judge, 1);
    DRIVER(judge, ACT(wake, 1));
    WAKES_FOR(judge, 1);
    DRIVER(judge, ACT(unpark, 0)); /* in vain */
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    DRIVER(judge, ACT(notify)); /* in vain too */
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    DRIVER(judge, ACT(load, 1, RANGE(4, 4)), ACT(notify));
    WAKES_FOR(judge, 4);
    if (still)
        judge_expect_asleep(judge, thread, "worker 0", STILL_MS);
    finish(judge);
    end_world(judge);
}

/* All is over before it sleeps: the look and the permit both tell. */
static void over_before_the_sleep(struct judge *judge)
{
    make_world_with(judge, 2, HOOK_BEFORE_PARK);
    CARRY(judge, ACT(in_before_park), ACT(finish));
    const struct story *story = run_to_its_end(judge);
    EXPECT(judge, story->events[story->count - 1].a == 1, "wf_worker_run returns true: all tasks are over",
           "it returns false");
    end_world(judge);
}

/* All is over in a turn, which takes the permit; and no task is left to be polled: the look before the sleep alone tells. */
void test_over_in_a_turn(struct judge *judge)
{
    enum { TURN = 61 };
    judge_start(judge, "worker");
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, TURN - 2), ACT(rest));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    CARRY(judge, ACT(in_turn), ACT(note, 2), ACT(finish));
    const struct story *story = run_to_its_end(judge);
    int over = find(story, 0, EVENT_NOTE, 2);
    EXPECT(judge, over >= 0, "a worker's park has a turn after at most 61 polls", "it has none");
    for (int i = over; i < story->count; i++)
        EXPECT(judge, !is(&story->events[i], EVENT_PARK, 0) || story->events[i].b != PARK_ASLEEP,
               "a worker looks whether all tasks are over before it parks: a turn may have taken the permit",
               "it parks, and nobody unparks it again");
    end_world(judge);
    judge_finish(judge);
}

/* Where another worker searches, and more than that would be too many, it sleeps although others have tasks. */
static void may_not_search(struct judge *judge)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(rest));
    DRIVER(judge, ACT(begin_search), ACT(load, 1, RANGE(1, 1)));
    run_worker(judge);
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    DRIVER(judge, ACT(end_search), ACT(notify));
    WAKES_FOR(judge, 1);
    finish(judge);
    end_world(judge);
}

void test_sleeps(struct judge *judge)
{
    judge_start(judge, "worker");
    woken_again_and_again(judge, true);
    woken_again_and_again(judge, false);
    over_before_the_sleep(judge);
    may_not_search(judge);
    judge_finish(judge);
}

/* The park of worker 0 drives something, and wakes tasks on its thread: then it looks again. Nobody unparks it. */
void test_woken_by_driver(struct judge *judge)
{
    judge_start(judge, "worker");
    make_world(judge, 2);
    PROGRAM(judge, 1, 3, ACT(keep), ACT(rest));
    PROGRAM(judge, 4, 4, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 3)));
    CARRY(judge, ACT(in_sleep), ACT(wake, 2));
    run_worker(judge);
    EXPECT_POLLS(judge, until_asleep(judge), 1, 2, 3);
    WAKES_FOR(judge, 2);
    CARRY(judge, ACT(in_sleep), ACT(wake, 3), ACT(wake, 1), ACT(spawn, RANGE(4, 4)));
    DRIVER(judge, ACT(unpark, 0));
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    const struct story *story = until_asleep(judge);
    EXPECT_POLLS(judge, story, 3, 1, 4);
    CARRY(judge, ACT(in_sleep), ACT(note, 1)); /* a driver that did something, and woke no task */
    DRIVER(judge, ACT(wake, 1));
    WAKES_FOR(judge, 1);
    EXPECT_POLLS(judge, until_asleep(judge), -1);
    DRIVER(judge, ACT(wake, 1)); /* and it can still be woken */
    WAKES_FOR(judge, 1);
    CARRY(judge, ACT(in_sleep), ACT(wake, 2),
          ACT(notify)); /* woken by both at once: so it counts as searching */
    DRIVER(judge, ACT(wake, 1));
    WAKES_FOR(judge, 1);
    EXPECT_POLLS(judge, until_asleep(judge), 2);
    DRIVER(judge, ACT(wake, 1));
    WAKES_FOR(judge, 1);
    finish(judge);
    end_world(judge);
    judge_finish(judge);
}

/* --- it found nothing, and is about to sleep, as the last that searches: so what comes now wakes nobody --- */

static void comes_before_the_sleep(struct judge *judge, int workers, int victim, int64_t number)
{
    make_world_at(judge, workers, HOOK_BEFORE_PARK, number);
    PROGRAM(judge, 1, 1, ACT(rest));
    if (victim)
        CARRY(judge, ACT(in_before_park), ACT(load, victim, RANGE(1, 1)), ACT(notify));
    else
        CARRY(judge, ACT(in_before_park), ACT(inject, RANGE(1, 1)));
    run_worker(judge);
    const struct story *story = until_asleep(judge);
    poll_of(
        judge, story, 0, 1,
        "the last worker that searched looks at every queue once more: what came meanwhile has woken nobody");
    finish(judge);
    end_world(judge);
}

/* The worker may not search, for another one does; which finds something else before this one sleeps, and looks no more. */
static void comes_when_it_may_not_search(struct judge *judge)
{
    make_world_with(judge, 2, HOOK_BEFORE_PARK);
    PROGRAM(judge, 1, 1, ACT(rest));
    DRIVER(judge, ACT(begin_search));
    CARRY(judge, ACT(in_before_park), ACT(load, 1, RANGE(1, 1)), ACT(notify), ACT(end_search));
    run_worker(judge);
    poll_of(
        judge, until_asleep(judge), 0, 1,
        "a worker that falls asleep when nobody searches looks at every queue once more, also if it did not search");
    finish(judge);
    end_world(judge);
}

void test_looks_again(struct judge *judge)
{
    judge_start(judge, "worker");
    comes_before_the_sleep(judge, 1, 0, 0);
    comes_before_the_sleep(judge, WORKERS_MAX, 0, -1);
    comes_before_the_sleep(judge, 2, 1, 0);
    comes_before_the_sleep(judge, 2, 1, 1);
    int64_t middle = middle_number(judge);
    for (int victim = 1; victim < WORKERS_MAX; victim++)
        comes_before_the_sleep(judge, WORKERS_MAX, victim, middle);
    for (int victim = 99; victim < MANY_WORKERS; victim += 100)
        comes_before_the_sleep(judge, MANY_WORKERS, victim, 0);
    comes_when_it_may_not_search(judge);
    judge_finish(judge);
}

/* --- 05.16 --- */

/* before_park, one or more parks, of which a sleep may be in no other place, after_unpark; each if it is set. */
static void expect_hooks(struct judge *judge, const struct story *story, int hooks, bool *inside)
{
    for (int i = 0; i < story->count; i++) {
        const struct channel_record *event = &story->events[i];
        bool sleeps = is(event, EVENT_PARK, 0) && event->b != PARK_TURN;
        if (is(event, EVENT_BEFORE_PARK, -1)) {
            EXPECT(judge, !*inside || !(hooks & HOOK_AFTER_UNPARK),
                   "before_park is called once, before the sleep", "it is called again before after_unpark");
            *inside = true;
        } else if (sleeps && hooks & HOOK_BEFORE_PARK) {
            EXPECT(judge, *inside, "before_park is called before a worker may sleep", "it sleeps without");
        } else if (is(event, EVENT_AFTER_UNPARK, -1)) {
            EXPECT(judge, *inside || !(hooks & HOOK_BEFORE_PARK),
                   "after_unpark is called once after the sleep", "it is called without a before_park");
            *inside = false;
        }
        if (is(event, EVENT_POLLED, -1) && hooks == ALL_HOOKS)
            EXPECT(judge, !*inside, "after_unpark is called after the sleep, before a task is polled",
                   "%s is polled before it", name_of(event->a));
    }
}

static void hooks_around_sleeps(struct judge *judge, int hooks)
{
    bool inside = false;
    make_world_with(judge, 2, hooks);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    run_worker(judge);
    expect_hooks(judge, until_asleep(judge), hooks, &inside);
    DRIVER(judge, ACT(spawn, RANGE(1, 1)));
    int befores = 0, afters = 0, rounds = 3;
    for (int i = 0; i < rounds; i++) {
        const struct story *story = until_asleep(judge);
        expect_hooks(judge, story, hooks, &inside);
        befores += count_of(story, EVENT_BEFORE_PARK, -1);
        afters += count_of(story, EVENT_AFTER_UNPARK, -1);
        DRIVER(judge, ACT(wake, 1));
    }
    until_asleep(judge);
    EXPECT(judge, befores == (hooks & HOOK_BEFORE_PARK ? rounds : 0),
           "before_park, where it is set, is called once for each time that the worker goes to sleep",
           "%d times, for %d", befores, rounds);
    EXPECT(judge, afters == (hooks & HOOK_AFTER_UNPARK ? rounds : 0),
           "after_unpark, where it is set, is called once for each time that the worker slept",
           "%d times, for %d", afters, rounds);
    const struct story *last = finish(judge);
    expect_hooks(judge, last, hooks, &inside);
    EXPECT(
        judge, count_of(last, EVENT_AFTER_UNPARK, -1) == (hooks & HOOK_AFTER_UNPARK ? 1 : 0),
        "after_unpark, where it is set, is called once after the last sleep too, which the end of all tasks ends",
        "%d times", count_of(last, EVENT_AFTER_UNPARK, -1));
    end_world(judge);
}

/* No hook for a turn of a worker that is busy. */
static void no_hooks_for_turns(struct judge *judge)
{
    make_world_with(judge, 1, ALL_HOOKS);
    PROGRAM(judge, 1, 1, ACT(yield), ACT(yield), ACT(wake_self), ACT(pend), ACT(repeat, 2, 130), ACT(finish),
            ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    const struct story *story = run_to_its_end(judge);
    EXPECT(judge, count_of(story, EVENT_BEFORE_PARK, -1) + count_of(story, EVENT_AFTER_UNPARK, -1) == 0,
           "a turn of the park, which is no sleep, calls no hook", "a hook is called");
    end_world(judge);
}

void test_hooks(struct judge *judge)
{
    judge_start(judge, "worker");
    hooks_around_sleeps(judge, ALL_HOOKS);
    hooks_around_sleeps(judge, HOOK_BEFORE_PARK);
    hooks_around_sleeps(judge, HOOK_AFTER_UNPARK);
    hooks_around_sleeps(judge, 0);
    no_hooks_for_turns(judge);
    judge_finish(judge);
}

/* before_park makes a task ready: on its thread, where the worker must see it; or by another, which leaves a permit at least. `refused`: it may not
 * search. */
static void hook_makes_ready(struct judge *judge, struct step_act act, bool own, int hooks, bool refused)
{
    make_world_with(judge, 2, hooks);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(pend), ACT(note, 1), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(note, 1), ACT(rest));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    if (refused)
        DRIVER(judge, ACT(begin_search));
    CARRY(judge, ACT(in_before_park), act);
    run_worker(judge);
    const struct story *story = until_asleep(judge);
    int hook = find(story, 0, EVENT_BEFORE_PARK, -1), noted = find(story, hook, EVENT_NOTE, 1);
    EXPECT(judge, hook >= 0 && noted >= 0, "what before_park makes ready is polled", "it is not");
    bool turn = false;
    for (int i = hook; i < noted; i++)
        turn |= is(&story->events[i], EVENT_PARK, 0) && story->events[i].b == PARK_TURN;
    if (own) {
        EXPECT(judge, turn, "if before_park made a task ready, the park has a turn before the task is polled",
               "it has none");
        for (int i = hook; i < noted; i++)
            EXPECT(judge, !is(&story->events[i], EVENT_PARK, 0) || story->events[i].b == PARK_TURN,
                   "if before_park made a task ready, the park has a turn without sleep", "it may sleep");
    }
    if (hooks & HOOK_AFTER_UNPARK)
        EXPECT(judge, count_between(story, hook, noted, EVENT_AFTER_UNPARK, -1) == 1,
               "after_unpark is called once after before_park, also where the worker did not sleep",
               "%d times", count_between(story, hook, noted, EVENT_AFTER_UNPARK, -1));
    finish(judge);
    end_world(judge);
}

/* after_unpark makes a task ready: it is polled before the worker sleeps again. */
static void ready_after_the_sleep(struct judge *judge)
{
    make_world_with(judge, 2, HOOK_AFTER_UNPARK);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    CARRY(judge, ACT(in_after_unpark), ACT(wake, 1), ACT(spawn, RANGE(2, 2)));
    run_worker(judge);
    EXPECT_POLLS(judge, until_asleep(judge), 1);
    DRIVER(judge, ACT(notify));
    EXPECT_POLLS(judge, until_asleep(judge), 1, 2);
    finish(judge);
    end_world(judge);
}

void test_hook_makes_work(struct judge *judge)
{
    judge_start(judge, "worker");
    for (int hooks = HOOK_BEFORE_PARK; hooks <= ALL_HOOKS; hooks += ALL_HOOKS - HOOK_BEFORE_PARK) {
        hook_makes_ready(judge, ACT(wake, 1), true, hooks, false);
        hook_makes_ready(judge, ACT(wake, 1), true, hooks, true);
        hook_makes_ready(judge, ACT(spawn, RANGE(2, 2)), true, hooks, false);
        hook_makes_ready(judge, ACT(wake_aside, 1), false, hooks, false);
        hook_makes_ready(judge, ACT(inject, RANGE(2, 2)), false, hooks, false);
    }
    ready_after_the_sleep(judge);
    judge_finish(judge);
}
