/**
 * @file tests_queue.c
 * @brief Clauses 04.1, 04.2, 04.6 and 04.31: which task runs next.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "tests.h"

/* --- 04.1: a model of the queue --- */

enum { MODEL_TASKS = 8, MODEL_POLLS_MAX = 200 };

struct model {
    struct model_task {
        int64_t program[PROGRAM_MAX];
        int count, next;
        bool kept, notified, running, done;
    } tasks[MODEL_TASKS + 1];
    int queue[MODEL_POLLS_MAX], head, tail;
    int polls[MODEL_POLLS_MAX + 1], poll_count;
};

static struct model model;

static void model_push(int task)
{
    model.tasks[task].notified = true;
    if (!model.tasks[task].running && model.tail < MODEL_POLLS_MAX)
        model.queue[model.tail++] = task;
}

static void model_wake(int number)
{
    struct model_task *task = &model.tasks[number];
    if (task->kept && !task->done && !task->notified)
        model_push(number);
}

static void model_poll(int number)
{
    struct model_task *task = &model.tasks[number];
    model.polls[model.poll_count++] = number;
    task->notified = false;
    task->running = true;
    bool pending = false;
    while (!pending && !task->done) {
        int64_t instruction = task->next < task->count ? task->program[task->next++] : DO(DO_READY, 0, 0);
        int a = (int)(instruction >> 8 & 0xffffff), b = (int)(instruction >> 32);
        switch (instruction & 0xff) {
        case DO_KEEP:
            task->kept = true;
            break;
        case DO_WAKE:
            model_wake(a);
            break;
        case DO_WAKE_SELF:
            task->notified = true;
            break;
        case DO_SPAWN:
            model_push(b);
            break;
        case DO_PEND:
            pending = true;
            break;
        default:
            task->done = true;
        }
    }
    task->running = false;
    if (pending && task->notified)
        model_push(number);
}

/* Run until nobody can; the order lies in polls. */
static const int *model_run(void)
{
    model.poll_count = 0;
    while (model.head < model.tail && model.poll_count < MODEL_POLLS_MAX)
        model_poll(model.queue[model.head++]);
    model.polls[model.poll_count] = -1;
    return model.polls;
}

/* Some tasks are spawned by the driver, the others by tasks. Each keeps its waker, then wakes others and itself. */
static void random_program(struct judge *judge, int number, int *unborn)
{
    struct model_task *task = &model.tasks[number];
    task->program[task->count++] = DO(DO_KEEP, 0, 0);
    for (int poll = 0; poll < 3; poll++) {
        for (int action = judge_random(judge, 3); action > 0; action--) {
            int choice = judge_random(judge, 5);
            if (choice == 0)
                task->program[task->count++] = DO(DO_WAKE_SELF, 0, 0);
            else if (choice == 1 && *unborn <= MODEL_TASKS)
                task->program[task->count++] = DO(DO_SPAWN, ON_CURRENT, (*unborn)++);
            else
                task->program[task->count++] = DO(DO_WAKE, 1 + judge_random(judge, MODEL_TASKS), 0);
        }
        task->program[task->count++] = DO(DO_PEND, 0, 0);
    }
    char text[80];
    snprintf(text, sizeof text, "task %d: keeps its waker; wakes and spawns others in 3 polls", number);
    int64_t arguments[2 + PROGRAM_MAX] = {number, number};
    memcpy(arguments + 2, task->program, sizeof(int64_t) * (size_t)task->count);
    judge_step(judge, STEP_PROGRAM, arguments, 2 + (uint32_t)task->count, "%s", text);
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
    memset(&model, 0, sizeof model);
    int first_unborn = 4 + judge_random(judge, 3), unborn = first_unborn;
    for (int number = 1; number <= MODEL_TASKS; number++)
        random_program(judge, number, &unborn);
    int wakes[4];
    for (int i = 0; i < 4; i++)
        wakes[i] = 1 + judge_random(judge, first_unborn - 1);
    make_set(judge);
    judge_step(judge, STEP_DO, (const int64_t[]){DO(DO_SPAWN_RANGE, 1, first_unborn - 1)}, 1,
               "thread 0: spawns tasks 1 to %d", first_unborn - 1);
    for (int number = 1; number < first_unborn; number++)
        model_push(number);
    expect_run(judge, ALL, model_run());
    for (int i = 0; i < 6; i++) {
        int task = wakes[i < 4 ? i : i == 4 ? 3 : 0];
        judge_step(judge, STEP_DO, (const int64_t[]){DO(DO_WAKE, task, 0)}, 1, "thread 0: wakes task %d",
                   task);
        model_wake(task);
        if (i >= 3)
            expect_run(judge, ALL, model_run());
    }
    end_set(judge, 1, unborn - 1);
}

void test_run_order(struct judge *judge)
{
    judge_start(judge, "executor");
    /* the corner: woken in its own poll, before others are woken and spawned */
    PROGRAM(judge, 1, 1, "task 1: wakes itself, then task 2, then spawns task 4", DO(DO_KEEP, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_WAKE_SELF, 0, 0), DO(DO_WAKE, 2, 0), DO(DO_SPAWN, ON_CURRENT, 4),
            DO(DO_PEND, 0, 0), DO(DO_PEND, 0, 0));
    PROGRAM(judge, 2, 4, "tasks 2 to 4: keep their wakers", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 1, 0));
    make_set(judge);
    DRIVER(judge, "thread 0: spawns tasks 1 to 3", DO(DO_SPAWN_RANGE, 1, 3));
    expect_run(judge, 2, (const int[]){1, 2, -1});
    expect_run(judge, ALL, (const int[]){3, -1});
    expect_run(judge, ALL, (const int[]){-1});
    DRIVER(judge, "thread 0: wakes tasks 1 and 3, both twice", DO(DO_WAKE, 1, 0), DO(DO_WAKE, 3, 0),
           DO(DO_WAKE, 3, 0), DO(DO_WAKE, 1, 0));
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
    PROGRAM(judge, 1, 1, "task 1: always wakes itself; now and then another thread wakes task 2 meanwhile",
            DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, gap), DO(DO_ASIDE, 0, 0),
            DO(DO_WAKE, 2, 0), DO(DO_NOTE, 1, 0), DO(DO_REPEAT, 0, ROUNDS - 1), DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_REPEAT, 7, gap), DO(DO_WAKE, ROOT, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "task 2: keeps its waker", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 3, 2 + others, "the other tasks: always wake themselves", DO(DO_WAKE_SELF, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns them all, and waits for task 1", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 2 + others), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    expect_joined_in_time(judge, until_done(judge), 2, 1 + others, ROUNDS, 3, 2 + others);
    end_runtime(judge);
}

static void spawned_while_busy(struct judge *judge)
{
    int gap = judge_random(judge, 62);
    PROGRAM(judge, 1, 1, "task 1: always wakes itself; once another thread spawns task 2 meanwhile",
            DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0), DO(DO_REPEAT, 0, gap), DO(DO_ASIDE, 0, 0),
            DO(DO_SPAWN, ON_RUNTIME, 2), DO(DO_NOTE, 1, 0), DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_REPEAT, 6, 70), DO(DO_WAKE, ROOT, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "task 2: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 1, and waits for it", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 1), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    expect_joined_in_time(judge, until_done(judge), 2, 1, 1, 1, 0);
    end_runtime(judge);
}

static void injected_while_empty(struct judge *judge)
{
    PROGRAM(judge, 1, 1, "task 1: while it is polled, another thread spawns tasks 3 and 4 and wakes task 2",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_ASIDE, 0, 0), DO(DO_SPAWN, ON_RUNTIME, 3),
            DO(DO_ASIDE, 0, 0), DO(DO_SPAWN, ON_RUNTIME, 4), DO(DO_ASIDE, 0, 0), DO(DO_WAKE, 2, 0),
            DO(DO_PEND, 0, 0), DO(DO_GOTO, 8, 0));
    PROGRAM(judge, 2, 4, "tasks 2 to 4: keep their wakers", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 1, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 and 2; then wakes task 1", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 2), DO(DO_PEND, 0, 0), DO(DO_WAKE, 1, 0), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    EXPECT_POLLS(judge, until_asleep(judge), 1, 2);
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    EXPECT_POLLS(judge, until_asleep(judge), 1, 3, 4, 2);
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    until_done(judge);
    end_runtime(judge);
}

void test_injected_in_time(struct judge *judge)
{
    judge_start(judge, "executor");
    injected_while_empty(judge);
    injected_while_busy(judge);
    spawned_while_busy(judge);
    judge_finish(judge);
}

/* --- 04.6: by hand --- */

static void yield_by_hand(struct judge *judge, int others)
{
    char text[100];
    int last = others + 1;
    PROGRAM(judge, 1, 1, "task 1: yields, then is READY", DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, others, "the other tasks: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 1, 0));
    PROGRAM(judge, last, last, "the last task: wakes task 2", DO(DO_WAKE, 2, 0), DO(DO_READY, 0, 0));
    make_set(judge);
    snprintf(text, sizeof text, "thread 0: spawns tasks 1 to %d", last);
    DRIVER(judge, text, DO(DO_SPAWN_RANGE, 1, last));
    const struct story *story = run_set(judge, ALL);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1,
           "a yield is PENDING at its first poll, and the task waits for the end of the turn",
           "task 1 is polled %d times", count_of(story, EVENT_POLLED, 1));
    EXPECT(judge, count_of(story, EVENT_POLLED, 2) == 2, "a task that was woken meanwhile is polled",
           "it is not");
    EXPECT_POLLS(judge, run_set(judge, ALL),
                 -1); /* not before the end of the turn, also if nothing else can run */
    DRIVER(judge, "thread 0: wakes task 2", DO(DO_WAKE, 2, 0));
    end_set_turn(judge);
    story = run_set(judge, ALL);
    EXPECT_POLLS(judge, story, 2, 1);
    EXPECT(judge, count_of(story, EVENT_READY, 1) == 1, "a yield is READY at its second poll", "it is not");
    end_set(judge, 2, others);
}

/* The future that yields was polled with a waker of its own: it is the task that gives way all the same. */
static void yield_behind_a_waker(struct judge *judge)
{
    PROGRAM(judge, 1, 1, "task 1: yields, with a waker that forwards to its own; then is READY",
            DO(DO_KEEP, 0, 0), DO(DO_BEGIN_YIELD, 1, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 3, "tasks 2 and 3: are READY", DO(DO_READY, 0, 0));
    make_set(judge);
    DRIVER(judge, "thread 0: spawns tasks 1 to 3", DO(DO_SPAWN_RANGE, 1, 3));
    EXPECT_POLLS(judge, run_set(judge, ALL), 1, 2, 3);
    end_set_turn(judge);
    EXPECT_POLLS(judge, run_set(judge, ALL), 1);
    end_set(judge, 1, 0);
}

/* A waker that is not the task's own is woken, before the task is polled again: others may wait for that wake. */
static void yield_wakes_what_it_was_given(struct judge *judge)
{
    PROGRAM(judge, 1, 1, "task 1: yields, with a waker that tells of its wake; then is READY",
            DO(DO_KEEP, 0, 0), DO(DO_ON_WAKE, 0, 0), DO(DO_NOTE, 9, 0), DO(DO_YIELD, 0, 0),
            DO(DO_READY, 0, 0));
    make_set(judge);
    DRIVER(judge, "thread 0: spawns task 1", DO(DO_SPAWN_RANGE, 1, 1));
    int notes = count_of(run_set(judge, ALL), EVENT_NOTE, 9);
    end_set_turn(judge);
    const struct story *story = run_set(judge, ALL);
    int again = find(story, 0, EVENT_POLLED, 1);
    notes += count_between(story, 0, again < 0 ? story->count : again, EVENT_NOTE, 9);
    EXPECT(judge, notes > 0, "the waker that the yield was polled with is woken", "it is not");
    EXPECT_POLLS(judge, story, 1);
    end_set(judge, 1, 0);
}

/* Only the task that yields is put aside: one that it wakes in the same poll is in the queue. */
static void yield_and_wake(struct judge *judge)
{
    PROGRAM(judge, 1, 1, "task 1: woken, yields and wakes task 3 in one poll", DO(DO_KEEP, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_BEGIN_YIELD, 0, 0), DO(DO_WAKE, 3, 0), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, 2, "task 2: woken, wakes task 4", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_WAKE, 4, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 4, "tasks 3 and 4: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    make_set(judge);
    DRIVER(judge, "thread 0: spawns tasks 1 to 4", DO(DO_SPAWN_RANGE, 1, 4));
    EXPECT_POLLS(judge, run_set(judge, ALL), 1, 2, 3, 4);
    DRIVER(judge, "thread 0: wakes tasks 1 and 2", DO(DO_WAKE, 1, 0), DO(DO_WAKE, 2, 0));
    EXPECT_POLLS(judge, run_set(judge, ALL), 1, 2, 3, 4);
    end_set_turn(judge);
    EXPECT_POLLS(judge, run_set(judge, ALL), 1);
    end_set(judge, 1, 0);
}

void test_yield(struct judge *judge)
{
    judge_start(judge, "executor");
    yield_by_hand(judge, 3 + judge_random(judge, 10));
    yield_by_hand(judge, 100);
    yield_and_wake(judge);
    yield_behind_a_waker(judge);
    yield_wakes_what_it_was_given(judge);
    judge_finish(judge);
}

/* --- 04.31: in block_on --- */

/* Between two polls of the one that yields: every task that could run, and a turn of the park. */
void expect_gave_way(struct judge *judge, const struct story *story, int yielder, int first, int last)
{
    int before = find(story, 0, EVENT_POLLED, yielder), after = find(story, before + 1, EVENT_POLLED, yielder);
    EXPECT(judge, before >= 0 && after >= 0, "the one that yields is polled again", "%s was polled %d time%s",
           name_of(yielder), before >= 0, before >= 0 ? "" : "s");
    for (int task = first; task <= last; task++)
        EXPECT(judge, count_between(story, before, after, EVENT_POLLED, task) > 0,
               "every task that can run is polled before the one that yielded", "%s was not polled before %s",
               name_of(task), name_of(yielder));
    EXPECT(judge, count_between(story, before, after, EVENT_PARK, -1) > 0,
           "the park is given a turn before the one that yielded is polled again",
           "%s was polled before that", name_of(yielder));
}

static void yield_among(struct judge *judge, int others)
{
    char text[100];
    PROGRAM(judge, 1, 1, "task 1: yields, then is READY", DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, 2, others, "the other tasks: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 1, 0));
    PROGRAM(judge, others + 1, others + 1, "the last task: wakes task 2", DO(DO_WAKE, 2, 0),
            DO(DO_READY, 0, 0));
    snprintf(text, sizeof text, "root: spawns tasks 1 to %d", others + 1);
    PROGRAM(judge, ROOT, ROOT, text, DO(DO_KEEP, 0, 0), DO(DO_SPAWN_RANGE, 1, others + 1), DO(DO_PEND, 0, 0),
            DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_asleep(judge);
    expect_gave_way(judge, story, 1, 2, others + 1);
    int polls = count_of(story, EVENT_POLLED, 1);
    EXPECT(judge, polls == 2, "a yield is PENDING once, then READY", "it took %d polls", polls);
    EXPECT(judge, count_of(story, EVENT_READY, 1) == 1, "the one that yielded ends", "it does not");
    EXPECT(judge, count_of(story, EVENT_POLLED, 2) == 2, "a task that was woken meanwhile is polled",
           "it is not");
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    until_done(judge);
    end_runtime(judge);
}

/* Two that yield again and again, and one that is always ready: all of them go on. */
static void yield_beside_a_busy_one(struct judge *judge)
{
    enum { TIMES = 5 };
    PROGRAM(judge, 1, 2, "tasks 1 and 2: yield 5 times", DO(DO_YIELD, 0, 0), DO(DO_REPEAT, 0, TIMES - 1),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, 3, 3, "task 3: always wakes itself", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns them, and awaits tasks 1 and 2", DO(DO_SPAWN_RANGE, 1, 3),
            DO(DO_AWAIT, 1, 0), DO(DO_AWAIT, 2, 0), DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    for (int task = 1; task <= 2; task++) {
        int polls = count_of(story, EVENT_POLLED, task);
        EXPECT(judge, polls == TIMES + 1, "5 yields take 6 polls", "%s took %d", name_of(task), polls);
        for (int at = find(story, 0, EVENT_POLLED, task), next;
             (next = find(story, at + 1, EVENT_POLLED, task)) >= 0; at = next)
            EXPECT(judge,
                   count_between(story, at, next, EVENT_PARK, -1) > 0 &&
                       count_between(story, at, next, EVENT_POLLED, 3) > 0,
                   "after each yield the others and the park have a turn", "%s was polled before them",
                   name_of(task));
    }
    end_runtime(judge);
}

static void yield_of_the_root(struct judge *judge)
{
    PROGRAM(judge, 1, 5, "tasks 1 to 5: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 to 5, then yields", DO(DO_SPAWN_RANGE, 1, 5),
            DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    expect_gave_way(judge, story, ROOT, 1, 5);
    expect_root_polls(judge, story, 2);
    end_runtime(judge);
}

void test_yield_gives_way(struct judge *judge)
{
    judge_start(judge, "executor");
    yield_among(judge, 3 + judge_random(judge, 10));
    yield_among(judge, 150); /* more than the tasks of a turn */
    yield_beside_a_busy_one(judge);
    yield_of_the_root(judge);
    judge_finish(judge);
}
