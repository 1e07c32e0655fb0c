/**
 * @file tests_loop.c
 * @brief Clauses 04.3, 04.4, 04.7, 04.22 and 04.25: the loop of block_on, and what it tells.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

/* --- 04.3 --- */

static void wake_root(struct judge *judge)
{
    WAKE(judge, ROOT);
}

void test_root_polls(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(pend), ACT(wake, ROOT), ACT(wake, ROOT), ACT(pend), ACT(gate, 0),
            ACT(rest));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 2)), ACT(pend), ACT(wake, 1), ACT(pend),
            ACT(wake, 2), ACT(pend), ACT(pend));
    run_root(judge);
    const struct story *story = until_asleep(judge);
    EXPECT(judge, find(story, 0, EVENT_POLLED, -1) == find(story, 0, EVENT_POLLED, ROOT),
           "the root is polled at once", "a task is polled before it");
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, 1, 2);

    wake_root(judge);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1); /* and not for task 1 */
    EXPECT_POLLS(judge, story, 1);

    wake_root(judge);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 2); /* task 2 woke it, twice */
    EXPECT_POLLS(judge, story, 2);

    PROGRAM(judge, ROOT, ROOT, ACT(wake_self), ACT(wake_self), ACT(pend), ACT(pend), ACT(wake, 2), ACT(pend),
            ACT(pend), ACT(wake, 1), ACT(wake_self), ACT(ready));
    wake_root(judge);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 2);
    EXPECT_POLLS(judge, story, -1);

    wake_root(judge);
    until(judge, EVENT_AT_GATE, "task 2 is polled");
    DRIVER(judge, ACT(wake, ROOT), ACT(wake_ref, ROOT), ACT(wake, ROOT), ACT(open, 0));
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, -1);

    wake_root(judge);
    story = until_done(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, -1); /* task 1 was woken: it waits for the next block_on */

    PROGRAM(judge, ROOT, ROOT, ACT(ready));
    run_root(judge);
    story = until_done(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, -1);

    /* the tasks that are left go on, on whichever thread */
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(pend), ACT(ready));
    THREAD(judge, 2, ACT(block_on, RUNTIME, ROOT));
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, 1);
    wake_root(judge);
    until_done(judge);
    end_runtime(judge);
    judge_finish(judge);
}

/* --- 04.4 and 04.22 --- */

enum { TURN = 61 };

/* No more than a turn's polls of tasks between two events of a kind. */
static void expect_often(struct judge *judge, const struct story *story, int from, enum event kind, int64_t a,
                         const char *expected, const char *who)
{
    int last = from, polls;
    for (int at = find(story, from, kind, a); at >= 0; last = at, at = find(story, at + 1, kind, a)) {
        polls = count_between(story, last, at, EVENT_POLLED, -1) -
                count_between(story, last, at, EVENT_POLLED, ROOT);
        EXPECT(judge, polls <= TURN, expected, "%d polls of tasks without one for %s", polls, who);
    }
    polls = count_between(story, last, story->count, EVENT_POLLED, -1) -
            count_between(story, last, story->count, EVENT_POLLED, ROOT);
    EXPECT(judge, polls <= TURN, expected, "%d polls of tasks without one for %s, and no more", polls, who);
}

static void expect_turns_of_the_park(struct judge *judge, const struct story *story)
{
    expect_often(judge, story, find(story, 0, EVENT_POLLED, 1), EVENT_PARK, -1,
                 "the park is given a turn after at most 61 polls of tasks", "the park");
    for (int i = 0; i < story->count; i++)
        EXPECT(judge, !is(&story->events[i], EVENT_PARK, -1) || story->events[i].b == PARK_TURN,
               "a turn without sleep: a task can run", "the runtime parks without a deadline");
}

static void expect_each_polled(struct judge *judge, const struct story *story, int tasks)
{
    for (int task = 1; task <= tasks; task++)
        for (int at = find(story, 0, EVENT_POLLED, task), next;
             (next = find(story, at + 1, EVENT_POLLED, task)) >= 0; at = next)
            for (int other = 1; other <= tasks; other++)
                EXPECT(judge, other == task || count_between(story, at, next, EVENT_POLLED, other) == 1,
                       "each task is polled once between two polls of another", "%s is polled %d times",
                       name_of(other), count_between(story, at, next, EVENT_POLLED, other));
}

/* All tasks and the root wake themselves again and again, until the last task has had some polls. A test looks at the turns of
 * the park, or at the polls. */
static void all_busy(struct judge *judge, int tasks, bool of_the_park)
{
    enum { TIMES = 6 };
    PROGRAM(judge, 1, tasks, ACT(spin));
    PROGRAM(judge, tasks, tasks, ACT(wake_self), ACT(pend), ACT(repeat, 0, TIMES - 1), ACT(let_go, ROOT),
            ACT(go_to, 0));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, tasks)), ACT(wake_self), ACT(pend),
            ACT(until, 2), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    if (of_the_park) {
        expect_turns_of_the_park(judge, story);
    } else {
        expect_each_polled(judge, story, tasks);
        expect_often(judge, story, 0, EVENT_POLLED, ROOT,
                     "the root, which was woken, is polled after at most 61 polls of tasks", "the root");
        for (int task = 1; task <= tasks; task++)
            EXPECT(judge, count_of(story, EVENT_POLLED, task) >= TIMES, "every task gets its polls",
                   "%s has %d", name_of(task), count_of(story, EVENT_POLLED, task));
    }
    end_runtime(judge);
}

/* The root waits, and is woken now and then: by a task, or by another thread while a task is polled. */
static void root_woken_among_busy(struct judge *judge, bool aside)
{
    enum { TIMES = 6 };
    int gap = 70 + judge_random(judge, 60);
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, gap), ACT(note, 1),
            aside ? ACT(aside) : ACT(note, 2), ACT(wake, ROOT), ACT(go_to, 0));
    PROGRAM(judge, 2, 3, ACT(spin));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 3)), ACT(pend), ACT(repeat, 2, TIMES - 1),
            ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    expect_each_polled(judge, story, 3);
    int seen = 0;
    for (int mark = find(story, 0, EVENT_NOTE, 1); mark >= 0; mark = find(story, mark + 1, EVENT_NOTE, 1)) {
        int polled = find(story, mark, EVENT_POLLED, ROOT);
        int between = count_between(story, mark, polled, EVENT_POLLED, -1);
        EXPECT(judge, polled >= 0 && between <= TURN,
               "once it was woken the root is polled after at most 61 polls of tasks", "after %d", between);
        seen++;
    }
    EXPECT(judge, seen == TIMES, "the root is woken 6 times, and polled", "%d times", seen);
    expect_root_polls(judge, story, TIMES + 1);
    end_runtime(judge);
}

/* The root always wakes itself. Its polls, and those of the tasks that it spawns in each, are those of one turn. */
static void busy_root(struct judge *judge, int tasks, int times)
{
    PROGRAM(judge, 1, TURN, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, tasks)), ACT(wake_self), ACT(pend),
            ACT(repeat, 0, times - 1), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    for (int last = 0, at; last < story->count; last = at + 1) {
        at = find(story, last, EVENT_PARK, -1);
        if (at < 0)
            at = story->count;
        int polls = count_between(story, last, at, EVENT_POLLED, -1);
        EXPECT(judge, polls <= TURN,
               "the park is given a turn after at most 61 polls, of tasks and of the root",
               "%d polls without one", polls);
    }
    end_runtime(judge);
}

void test_park_has_its_turns(struct judge *judge)
{
    judge_start(judge, "executor");
    busy_root(judge, 0, 1000);
    /* so few that several polls of the root are in a turn; so many that one is, and one less and more; and any */
    static const int edges[] = {1, 2, 3, TURN / 2 - 1, TURN / 2, TURN / 2 + 1, 50, TURN - 2, TURN - 1, TURN};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        busy_root(judge, edges[i], 4 + 3 * TURN / (1 + edges[i]));
    busy_root(judge, 1 + judge_random(judge, TURN), 100);
    all_busy(judge, 1, true);
    all_busy(judge, 2 + judge_random(judge, 10), true);
    all_busy(judge, TURN + 1 + judge_random(judge, 60), true);
    judge_finish(judge);
}

void test_nobody_starves(struct judge *judge)
{
    judge_start(judge, "executor");
    all_busy(judge, 1, false);
    all_busy(judge, 2 + judge_random(judge, 10), false);
    all_busy(judge, TURN + 1 + judge_random(judge, 60), false);
    root_woken_among_busy(judge, false);
    root_woken_among_busy(judge, true);
    judge_finish(judge);
}

/* --- 04.7 --- */

/* Hooks stand around parks, one pair for each that may sleep. True: the story ends in such a park. */
static void expect_pairs(struct judge *judge, const struct story *story, bool *before)
{
    for (int i = 0; i < story->count; i++) {
        const struct channel_record *event = &story->events[i];
        if (is(event, EVENT_BEFORE_PARK, -1)) {
            EXPECT(judge, !*before, "before_park is called once for each park", "it is called twice");
            EXPECT(judge, event->thread == (uint32_t)ACTOR, "on the runtime's thread", "on thread %u",
                   event->thread);
            *before = true;
        } else if (is(event, EVENT_AFTER_UNPARK, -1)) {
            EXPECT(judge, *before, "after_unpark is called after a park that before_park announced",
                   "it was not announced");
            *before = false;
        } else if (is(event, EVENT_PARK, -1) && event->b != PARK_TURN) {
            EXPECT(judge, *before, "before_park is called before each park that may sleep",
                   "it is not called");
        } else if (is(event, EVENT_POLLED, -1)) {
            EXPECT(judge, !*before, "after_unpark is called after the park, before anything is polled",
                   "it is not called");
        }
    }
}

/* The hook does something that lets somebody run. */
static void hook_makes_work(struct judge *judge, struct step_act act, int polled, bool *before)
{
    CARRY(judge, ACT(in_before_park, RUNTIME), act);
    WAKE(judge, 1);
    const struct story *story = until_asleep(judge);
    expect_pairs(judge, story, before);
    int hook = find(story, 0, EVENT_BEFORE_PARK, -1), poll = find(story, hook, EVENT_POLLED, polled);
    EXPECT(judge, poll >= 0, "what the hook spawned or woke is polled before the runtime sleeps",
           "the runtime sleeps");
    EXPECT(judge, count_between(story, hook, poll, EVENT_PARK, -1) == 1,
           "the park is given a turn, without sleep, after a hook that made work", "it is given %d",
           count_between(story, hook, poll, EVENT_PARK, -1));
}

static void expect_hooked(struct judge *judge, const struct story *story, int task)
{
    int at = find(story, 0, EVENT_TASK_SPAWNED, task), poll = find(story, 0, EVENT_POLLED, task);
    EXPECT(judge, count_of(story, EVENT_TASK_SPAWNED, task) == 1, "task_spawned is called once for each task",
           "it is called %d times for %s", count_of(story, EVENT_TASK_SPAWNED, task), name_of(task));
    EXPECT(judge, story->events[at].thread == (uint32_t)ACTOR,
           "task_spawned is called on the runtime's thread", "on thread %u", story->events[at].thread);
    EXPECT(judge, poll < 0 || poll > at, "task_spawned is called before the task runs", "%s is polled before",
           name_of(task));
}

static void expect_ended(struct judge *judge, const struct story *story, int task, enum event end)
{
    int at = find(story, 0, EVENT_TASK_ENDED, task);
    EXPECT(judge, count_of(story, EVENT_TASK_ENDED, task) == 1, "task_ended is called once for each task",
           "it is called %d times for %s", count_of(story, EVENT_TASK_ENDED, task), name_of(task));
    EXPECT(judge, story->events[at].thread == (uint32_t)ACTOR, "task_ended is called on the runtime's thread",
           "on thread %u", story->events[at].thread);
    EXPECT(judge, count_between(story, 0, at, end, task) == 1, "task_ended is called when the task is over",
           "%s is not over", name_of(task));
}

static void make_hooked_runtime(struct judge *judge)
{
    make_runtime(judge, true);
    PROGRAM(judge, 1, 2, ACT(keep), ACT(rest));
    PROGRAM(judge, 3, 3, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, 4, 4, ACT(wake_self), ACT(pend), ACT(repeat, 0, 149), ACT(ready));
    PROGRAM(judge, 5, 9, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 2)), ACT(pend), ACT(pend), ACT(ready));
    run_root(judge);
}

void test_hooks(struct judge *judge)
{
    judge_start(judge, "executor");
    bool before = false;
    make_hooked_runtime(judge);
    expect_pairs(judge, until_asleep(judge), &before);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 3));
    expect_pairs(judge, until_asleep(judge), &before);
    WAKE(judge, 3);
    expect_pairs(judge, until_asleep(judge), &before);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 4));
    const struct story *story = until_asleep(judge);
    expect_pairs(judge, story, &before);
    EXPECT(judge, count_of(story, EVENT_BEFORE_PARK, -1) == 1,
           "before_park is called before a park that may sleep, not before a turn", "it is called %d times",
           count_of(story, EVENT_BEFORE_PARK, -1));

    hook_makes_work(judge, ACT(spawn, ON_RUNTIME, 5), 5, &before);
    hook_makes_work(judge, ACT(wake, 1), 1, &before);
    hook_makes_work(judge, ACT(wake, ROOT), ROOT, &before);

    WAKE(judge, ROOT);
    story = until_done(judge);
    expect_pairs(judge, story, &before);
    EXPECT(judge, !before, "after_unpark is called after each park", "block_on returned without it");
    end_runtime(judge);
    judge_finish(judge);
}

/* --- 04.25 --- */

void test_task_hooks(struct judge *judge)
{
    judge_start(judge, "executor");
    make_hooked_runtime(judge);
    const struct story *story = until_asleep(judge);
    expect_hooked(judge, story, 1);
    expect_hooked(judge, story, 2);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 3));
    expect_hooked(judge, until_asleep(judge), 3);
    WAKE(judge, 3);
    expect_ended(judge, until_asleep(judge), 3, EVENT_READY);
    DRIVER(judge, ACT(abort, 2));
    expect_ended(judge, until_asleep(judge), 2, EVENT_DROPPED);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 4));
    story = until_asleep(judge);
    expect_hooked(judge, story, 4);
    expect_ended(judge, story, 4, EVENT_READY);
    wake_root(judge);
    until_asleep(judge);
    wake_root(judge);
    until_done(judge);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 6), ACT(reference, RUNTIME));
    story = drop_runtime(judge);
    expect_ended(judge, story, 1, EVENT_DROPPED);
    expect_ended(judge, story, 6, EVENT_DROPPED);
    expect_hooked(judge, story, 6);
    EXPECT(judge, count_of(story, EVENT_TASK_ENDED, -1) == 2, "task_ended is called once for each task",
           "it is called for others");
    DRIVER(judge, ACT(spawn, ON_KEPT, 7), ACT(unreference, RUNTIME));
    EXPECT(judge, driver_events(judge, EVENT_TASK_SPAWNED, 7) == driver_events(judge, EVENT_TASK_ENDED, 7),
           "task_spawned and task_ended are called for the same tasks",
           "task_spawned is called for a task that is refused, task_ended is not");
    judge_finish(judge);
}
