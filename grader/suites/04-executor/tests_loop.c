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
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
}

void test_root_polls(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    PROGRAM(judge, 1, 1, "task 1: keeps its waker", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 2, 2, "task 2: woken, wakes the root twice; woken again, waits at a gate",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_WAKE, ROOT, 0), DO(DO_WAKE, ROOT, 0),
            DO(DO_PEND, 0, 0), DO(DO_GATE, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 6, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 and 2; woken, wakes task 1; woken, wakes task 2; waits",
            DO(DO_KEEP, 0, 0), DO(DO_SPAWN_RANGE, 1, 2), DO(DO_PEND, 0, 0), DO(DO_WAKE, 1, 0),
            DO(DO_PEND, 0, 0), DO(DO_WAKE, 2, 0), DO(DO_PEND, 0, 0), DO(DO_PEND, 0, 0));
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

    PROGRAM(judge, ROOT, ROOT,
            "root: wakes itself twice; then wakes task 2; then task 1 and itself, and is READY",
            DO(DO_WAKE_SELF, 0, 0), DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_WAKE, 2, 0), DO(DO_PEND, 0, 0), DO(DO_PEND, 0, 0), DO(DO_WAKE, 1, 0),
            DO(DO_WAKE_SELF, 0, 0), DO(DO_READY, 0, 0));
    wake_root(judge);
    story = until_asleep(judge);
    expect_root_polls(judge, story, 2);
    EXPECT_POLLS(judge, story, -1);

    wake_root(judge);
    until(judge, EVENT_AT_GATE, "task 2 is polled");
    DRIVER(judge, "thread 0: wakes the root three times; then the poll of task 2 may return",
           DO(DO_WAKE, ROOT, 0), DO(DO_WAKE_REF, ROOT, 0), DO(DO_WAKE, ROOT, 0), DO(DO_OPEN, 0, 0));
    story = until_asleep(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, -1);

    wake_root(judge);
    story = until_done(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, -1); /* task 1 was woken: it waits for the next block_on */

    PROGRAM(judge, ROOT, ROOT, "root: is READY at once", DO(DO_READY, 0, 0));
    run_root(judge);
    story = until_done(judge);
    expect_root_polls(judge, story, 1);
    EXPECT_POLLS(judge, story, -1);

    /* the tasks that are left go on, on whichever thread */
    PROGRAM(judge, ROOT, ROOT, "root: waits to be woken", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    THREAD(judge, 1, "thread 2: wf_current_thread_block_on(runtime, root)", DO(DO_BLOCK_ON, RUNTIME, ROOT));
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
    PROGRAM(judge, 1, tasks, "all tasks: always wake themselves", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 0, 0));
    PROGRAM(judge, tasks, tasks, "the last task: the same; lets the root end when it has done so 6 times",
            DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, TIMES - 1), DO(DO_LET_GO, ROOT, 0),
            DO(DO_GOTO, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns them; always wakes itself, until it may end", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, tasks), DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_UNTIL, 2, 0),
            DO(DO_READY, 0, 0));
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
    PROGRAM(judge, 1, 1,
            aside ? "task 1: always wakes itself; now and then another thread wakes the root meanwhile"
                  : "task 1: always wakes itself, and now and then the root",
            DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, gap), DO(DO_NOTE, 1, 0),
            aside ? DO(DO_ASIDE, 0, 0) : DO(DO_NOTE, 2, 0), DO(DO_WAKE, ROOT, 0), DO(DO_GOTO, 0, 0));
    PROGRAM(judge, 2, 3, "tasks 2 and 3: always wake themselves", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns them, and is woken 6 times", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 3), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 2, TIMES - 1), DO(DO_READY, 0, 0));
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
    PROGRAM(judge, 1, 50, "all tasks: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT,
            tasks ? "root: spawns tasks 1 to 50 and wakes itself, 20 times" : "root: wakes itself 1000 times",
            DO(DO_SPAWN_RANGE, 1, tasks), DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_REPEAT, 0, times - 1), DO(DO_READY, 0, 0));
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
    busy_root(judge, 50, 20);
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
            EXPECT(judge, event->thread == (uint32_t)ACTOR + 1, "on the runtime's thread", "on thread %u",
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
static void hook_makes_work(struct judge *judge, const char *text, int64_t instruction, int polled,
                            bool *before)
{
    STEP(judge, STEP_IN_HOOK, text, RUNTIME, 0, instruction);
    DRIVER(judge, "thread 0: wakes task 1", DO(DO_WAKE, 1, 0));
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
    EXPECT(judge, story->events[at].thread == (uint32_t)ACTOR + 1,
           "task_spawned is called on the runtime's thread", "on thread %u", story->events[at].thread);
    EXPECT(judge, poll < 0 || poll > at, "task_spawned is called before the task runs", "%s is polled before",
           name_of(task));
}

static void expect_ended(struct judge *judge, const struct story *story, int task, enum event end)
{
    int at = find(story, 0, EVENT_TASK_ENDED, task);
    EXPECT(judge, count_of(story, EVENT_TASK_ENDED, task) == 1, "task_ended is called once for each task",
           "it is called %d times for %s", count_of(story, EVENT_TASK_ENDED, task), name_of(task));
    EXPECT(judge, story->events[at].thread == (uint32_t)ACTOR + 1,
           "task_ended is called on the runtime's thread", "on thread %u", story->events[at].thread);
    EXPECT(judge, count_between(story, 0, at, end, task) == 1, "task_ended is called when the task is over",
           "%s is not over", name_of(task));
}

static void make_hooked_runtime(struct judge *judge)
{
    make_runtime(judge, true);
    PROGRAM(judge, 1, 2, "tasks 1 and 2: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 3, 3, "task 3: is READY at its second poll", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 4, 4, "task 4: wakes itself 150 times, then is READY", DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, 149), DO(DO_READY, 0, 0));
    PROGRAM(judge, 5, 9, "the other tasks: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 and 2, and is woken twice", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 2), DO(DO_PEND, 0, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
}

void test_hooks(struct judge *judge)
{
    judge_start(judge, "executor");
    bool before = false;
    make_hooked_runtime(judge);
    expect_pairs(judge, until_asleep(judge), &before);
    DRIVER(judge, "thread 0: spawns task 3", DO(DO_SPAWN, ON_RUNTIME, 3));
    expect_pairs(judge, until_asleep(judge), &before);
    DRIVER(judge, "thread 0: wakes task 3", DO(DO_WAKE, 3, 0));
    expect_pairs(judge, until_asleep(judge), &before);
    DRIVER(judge, "thread 0: spawns task 4", DO(DO_SPAWN, ON_RUNTIME, 4));
    const struct story *story = until_asleep(judge);
    expect_pairs(judge, story, &before);
    EXPECT(judge, count_of(story, EVENT_BEFORE_PARK, -1) == 1,
           "before_park is called before a park that may sleep, not before a turn", "it is called %d times",
           count_of(story, EVENT_BEFORE_PARK, -1));

    hook_makes_work(judge, "the next before_park spawns task 5", DO(DO_SPAWN, ON_RUNTIME, 5), 5, &before);
    hook_makes_work(judge, "the next before_park wakes task 1", DO(DO_WAKE, 1, 0), 1, &before);
    hook_makes_work(judge, "the next before_park wakes the root", DO(DO_WAKE, ROOT, 0), ROOT, &before);

    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
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
    DRIVER(judge, "thread 0: spawns task 3", DO(DO_SPAWN, ON_RUNTIME, 3));
    expect_hooked(judge, until_asleep(judge), 3);
    DRIVER(judge, "thread 0: wakes task 3", DO(DO_WAKE, 3, 0));
    expect_ended(judge, until_asleep(judge), 3, EVENT_READY);
    DRIVER(judge, "thread 0: aborts task 2", DO(DO_ABORT, 2, 0));
    expect_ended(judge, until_asleep(judge), 2, EVENT_DROPPED);
    DRIVER(judge, "thread 0: spawns task 4", DO(DO_SPAWN, ON_RUNTIME, 4));
    story = until_asleep(judge);
    expect_hooked(judge, story, 4);
    expect_ended(judge, story, 4, EVENT_READY);
    wake_root(judge);
    until_asleep(judge);
    wake_root(judge);
    until_done(judge);
    DRIVER(judge, "thread 0: spawns task 6, and takes a reference to the scheduler",
           DO(DO_SPAWN, ON_RUNTIME, 6), DO(DO_REFERENCE, RUNTIME, 0));
    story = drop_runtime(judge);
    expect_ended(judge, story, 1, EVENT_DROPPED);
    expect_ended(judge, story, 6, EVENT_DROPPED);
    expect_hooked(judge, story, 6);
    EXPECT(judge, count_of(story, EVENT_TASK_ENDED, -1) == 2, "task_ended is called once for each task",
           "it is called for others");
    DRIVER(judge, "thread 0: spawns task 7 on the scheduler, and gives its reference up",
           DO(DO_SPAWN, ON_KEPT, 7), DO(DO_UNREFERENCE, RUNTIME, 0));
    EXPECT(judge, driver_events(judge, EVENT_TASK_SPAWNED, 7) == driver_events(judge, EVENT_TASK_ENDED, 7),
           "task_spawned and task_ended are called for the same tasks",
           "task_spawned is called for a task that is refused, task_ended is not");
    judge_finish(judge);
}
