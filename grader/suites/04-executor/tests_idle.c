/**
 * @file tests_idle.c
 * @brief Clauses 04.5 and 04.24: when the runtime sleeps, and what ends that.
 */
#include "rig.h"
#include "tests.h"

/* What can end a sleep: each lets one probe run. */
struct work {
    const char *text;
    int64_t instruction;
    int polled;
};

/* Fresh each time: tasks from 10 on are spawned once. */
static struct work work_number(int number, int fresh)
{
    switch (number) {
    case 0:
        return (struct work){"wakes the root", DO(DO_WAKE, ROOT, 0), ROOT};
    case 1:
        return (struct work){"wakes task 1", DO(DO_WAKE, 1, 0), 1};
    case 2:
        return (struct work){"wakes task 2 by reference", DO(DO_WAKE_REF, 2, 0), 2};
    default:
        return (struct work){"spawns a task", DO(DO_SPAWN, ON_RUNTIME, fresh), fresh};
    }
}

enum { WORKS = 4 };

static void begin_idle(struct judge *judge)
{
    PROGRAM(judge, 1, 2, "tasks 1 and 2: wait", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 3, 3, "task 3: waits, then yields", DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_YIELD, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 10, 60, "the tasks from 10 on: are READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 to 3, and waits", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 3), DO(DO_PEND, 0, 0), DO(DO_GOTO, 2, 0));
}

/* The root never ends: an end for the test. */
static void end_idle(struct judge *judge)
{
    PROGRAM(judge, ROOT, ROOT, "root: is READY at its next poll", DO(DO_READY, 0, 0));
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    until_done(judge);
    end_runtime(judge);
}

static void expect_one_poll(struct judge *judge, const struct story *story, int polled)
{
    int polls = count_of(story, EVENT_POLLED, polled), all = count_of(story, EVENT_POLLED, -1);
    EXPECT(judge, polls == 1, "what was woken or spawned is polled, once, before the runtime sleeps",
           "%s is polled %d times", name_of(polled), polls);
    EXPECT(judge, all == 1, "nothing else is polled", "%d others are", all - 1);
}

void test_sleeps_while_idle(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    begin_idle(judge);
    DRIVER(judge, "thread 0: spawns task 10, before block_on", DO(DO_SPAWN, ON_RUNTIME, 10));
    int64_t thread = run_root(judge);
    const struct story *story = until_asleep(judge);
    for (int task = 1; task <= 10; task = task == 3 ? 10 : task + 1)
        EXPECT(judge, count_of(story, EVENT_POLLED, task) == 1,
               "every task is polled before the runtime sleeps", "%s is not", name_of(task));
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", STILL_MS);
    for (int round = 0; round < 3 * WORKS; round++) {
        struct work work = work_number(round < WORKS ? round : judge_random(judge, WORKS), 11 + round);
        judge_step(judge, STEP_DO, &work.instruction, 1, "thread 0: %s", work.text);
        story = until_asleep(judge);
        expect_one_poll(judge, story, work.polled);
        int parks = 0;
        for (int i = 0; i < story->count; i++)
            parks += is(&story->events[i], EVENT_PARK, -1) && story->events[i].b != PARK_TURN;
        EXPECT(judge, story->events[story->count - 1].b == PARK_ASLEEP, "a park without a deadline",
               "a park with one");
        EXPECT(judge, parks == 1, "one park without a deadline for each time it is woken", "%d", parks);
    }
    end_idle(judge);

    /* the root alone, always ready */
    make_runtime(judge, false);
    PROGRAM(judge, ROOT, ROOT, "root: wakes itself 200 times", DO(DO_WAKE_SELF, 0, 0), DO(DO_PEND, 0, 0),
            DO(DO_REPEAT, 0, 199), DO(DO_YIELD, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    story = until_done(judge);
    for (int i = 0; i < story->count; i++)
        EXPECT(judge, !is(&story->events[i], EVENT_PARK, -1) || story->events[i].b == PARK_TURN,
               "no sleep while the root can run", "the runtime parks without a deadline");
    end_runtime(judge);
    judge_finish(judge);
}

/* Somebody acts after the runtime has looked at its queues, before it sleeps. */
static void in_the_gap(struct judge *judge, bool forever, bool aside, const struct work *work)
{
    const int64_t arguments[] = {RUNTIME, forever, 0, aside ? DO(DO_ASIDE, 0, 0) : work->instruction,
                                 work->instruction};
    judge_step(judge, STEP_IN_PARK, arguments, aside ? 5 : 4, "in the next park %s: %s %s",
               forever ? "without a deadline, before it sleeps" : "that is a turn",
               aside ? "another thread" : "a driver", work->text);
    if (forever) {
        DRIVER(judge, "thread 0: wakes task 2", DO(DO_WAKE, 2, 0));
        until_asleep(judge); /* now it acts */
        expect_one_poll(judge, until_asleep(judge), work->polled);
    } else {
        DRIVER(judge, "thread 0: wakes task 3, which yields", DO(DO_WAKE, 3, 0));
        const struct story *story = until_asleep(judge);
        int park = find(story, 0, EVENT_PARK, -1);
        EXPECT(judge, park < story->count - 1, "the park is given a turn after a yield", "it is not");
        EXPECT(judge, count_between(story, park, story->count, EVENT_POLLED, work->polled) == 1,
               "what was woken or spawned during a turn is polled before the runtime sleeps", "%s is not",
               name_of(work->polled));
    }
}

/* The unpark takes long: what it is about must be there before it, for the runtime looks as soon as it is unparked. */
static void in_a_long_unpark(struct judge *judge, const struct work *work)
{
    STEP(judge, STEP_HOLD_UNPARK, "the next unpark takes long", RUNTIME, 1);
    const int64_t arguments[] = {1, work->instruction, DO(DO_NOTE, 1, 0)};
    judge_step(judge, STEP_ON, arguments, 3, "thread 2: %s", work->text);
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_POLLED, work->polled) == 1,
           "the loop finds what to do once it is unparked: it is handed over before the unpark",
           "%s is not polled", name_of(work->polled));
    bool held = count_of(story, EVENT_AT_GATE, -1) > 0;
    if (!held)
        until(judge, EVENT_AT_GATE, "the unpark takes long");
    DRIVER(judge, "the unpark may return", DO(DO_OPEN, 1, 0));
    until(judge, EVENT_NOTE, "thread 2 goes on");
}

/* A turn that is made before the sleep takes the permit: then the queues must be looked at again. */
static void in_a_turn_before_the_sleep(struct judge *judge)
{
    STEP(judge, STEP_IN_PARK, "in the next park that is a turn: another thread wakes task 1", RUNTIME, 0, 0,
         DO(DO_ASIDE, 0, 0), DO(DO_WAKE, 1, 0));
    DRIVER(judge, "thread 0: wakes task 2", DO(DO_WAKE, 2, 0));
    const struct story *story = until_asleep(judge);
    int turn = find(story, 0, EVENT_UNPARK, -1);
    for (; turn >= 0 && story->events[turn].thread != THREAD_ASIDE;)
        turn = find(story, turn + 1, EVENT_UNPARK, -1);
    EXPECT(judge, turn < 0 || count_of(story, EVENT_POLLED, 1) == 1,
           "a task that was woken during a turn is polled before the runtime sleeps", "task 1 is not");
    STEP(judge, STEP_IN_PARK, "no more of that", RUNTIME, 0, 1000000, DO(DO_NOTE, 0, 0));
}

/* Another thread acts before the runtime takes its n-th mutex after a poll: at the latest those of the park. */
static void between_two_locks(struct judge *judge, int nth, const struct work *work)
{
    const int64_t arguments[] = {
        3, 3, DO(DO_AT_LOCK, nth, 0), work->instruction, DO(DO_PEND, 0, 0), DO(DO_GOTO, 2, 0)};
    judge_step(judge, STEP_PROGRAM, arguments, 6,
               "task 3: is polled; before its thread takes the next mutex but %d, another thread %s", nth - 1,
               work->text);
    DRIVER(judge, "thread 0: wakes task 3", DO(DO_WAKE, 3, 0));
    until_polled(judge, work->polled);
    until_asleep(judge);
}

/* Another thread acts once the runtime has given its n-th mutex back, with a task just taken over from a third. */
static void after_an_unlock(struct judge *judge, int nth, const struct work *work)
{
    int first = work->polled == 2 ? 1 : 2;
    const int64_t arguments[] = {3,
                                 3,
                                 DO(DO_ASIDE, 0, 0),
                                 DO(DO_WAKE, first, 0),
                                 DO(DO_AT_UNLOCK, nth, 0),
                                 work->instruction,
                                 DO(DO_PEND, 0, 0),
                                 DO(DO_GOTO, 4, 0)};
    judge_step(judge, STEP_PROGRAM, arguments, 8,
               "task 3: another thread wakes task %d; once its own has given back %d mutexes, a third %s",
               first, nth, work->text);
    DRIVER(judge, "thread 0: wakes task 3", DO(DO_WAKE, 3, 0));
    until_polled(judge, work->polled);
    until_asleep(judge);
}

void test_wakes_in_the_gap(struct judge *judge)
{
    judge_start(judge, "executor");
    make_runtime(judge, false);
    begin_idle(judge);
    run_root(judge);
    until_asleep(judge);
    int fresh = 11;
    for (int number = 0; number < WORKS; number++)
        for (int way = 0; way < 4; way++) {
            struct work work = work_number(number, fresh++);
            in_the_gap(judge, way & 1, way & 2, &work);
        }
    for (int number = 0; number < WORKS; number++) {
        struct work work = work_number(number, fresh++);
        in_a_long_unpark(judge, &work);
    }
    in_a_turn_before_the_sleep(judge);
    for (int number = 0; number < WORKS; number++)
        for (int nth = 1; nth <= LOCKS_OF_A_PARK; nth++) {
            struct work work = work_number(number, fresh++);
            between_two_locks(judge, nth, &work);
        }
    for (int number = 0; number < WORKS; number++)
        for (int nth = 1; nth < LOCKS_OF_A_PARK; nth++) {
            struct work work = work_number(number, fresh++);
            after_an_unlock(judge, nth, &work);
        }
    end_idle(judge);

    /* woken by a task, or while a task is polled: the thread does not sleep in between */
    make_runtime(judge, false);
    begin_idle(judge);
    PROGRAM(judge, 3, 3, "task 3: wakes the root; then another thread does, while it is polled",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_WAKE, ROOT, 0), DO(DO_PEND, 0, 0), DO(DO_ASIDE, 0, 0),
            DO(DO_WAKE, ROOT, 0), DO(DO_PEND, 0, 0), DO(DO_GOTO, 6, 0));
    run_root(judge);
    until_asleep(judge);
    for (int round = 0; round < 2; round++) {
        DRIVER(judge, "thread 0: wakes task 3", DO(DO_WAKE, 3, 0));
        const struct story *story = until_asleep(judge);
        expect_root_polls(judge, story, 1);
        EXPECT_POLLS(judge, story, 3);
    }
    end_idle(judge);
    judge_finish(judge);
}

/* --- the park that a runtime makes itself: it can be seen only from outside --- */

void test_own_park(struct judge *judge)
{
    enum { ROUNDS = 300 };
    judge_start(judge, "executor");
    EXPECT(judge, STEP(judge, STEP_NEW, "runtime = wf_current_thread_new(NULL, NULL)", RUNTIME, 0, 0).a,
           "a runtime", "NULL");
    PROGRAM(judge, 1, 1, "task 1: waits", DO(DO_KEEP, 0, 0), DO(DO_NOTE, 1, 0), DO(DO_PEND, 0, 0),
            DO(DO_GOTO, 1, 0));
    PROGRAM(judge, 2, 2, "task 2: is READY", DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 1, and waits to be woken", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 1, 1), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    int64_t thread = run_root(judge);
    until(judge, EVENT_NOTE, "task 1 is polled");
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", LONG_STILL_MS);
    DRIVER(judge, "thread 0: wakes task 1", DO(DO_WAKE, 1, 0));
    until(judge, EVENT_NOTE, "task 1 is polled");
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", STILL_MS);
    DRIVER(judge, "thread 0: spawns task 2", DO(DO_SPAWN, ON_RUNTIME, 2));
    until(judge, EVENT_READY, "task 2 is polled");
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", STILL_MS);
    DRIVER(judge, "thread 0: wakes the root", DO(DO_WAKE, ROOT, 0));
    until_done(judge);

    /* as fast as it comes back: a wake that is lost leaves everybody asleep */
    int rounds = ROUNDS + judge_random(judge, 100), spin = 50 + judge_random(judge, 300);
    PROGRAM(judge, 3, 3, "task 3: is woken whenever it was polled, then wakes the root", DO(DO_KEEP, 0, 0),
            DO(DO_QUIET, 3, 0), DO(DO_PONG, 0, 0), DO(DO_REPEAT, 2, rounds - 1), DO(DO_WAKE, ROOT, 0),
            DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns task 3, and waits for it", DO(DO_KEEP, 0, 0),
            DO(DO_SPAWN_RANGE, 3, 3), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    STEP(judge, STEP_STORM, "thread 0: wakes task 3 at varying moments, whenever it was polled", 3, rounds,
         spin);
    until_done(judge);
    PROGRAM(judge, ROOT, ROOT, "root: is woken whenever it was polled", DO(DO_KEEP, 0, 0), DO(DO_QUIET, 0, 0),
            DO(DO_PONG, 0, 0), DO(DO_REPEAT, 2, rounds - 1), DO(DO_READY, 0, 0));
    run_root(judge);
    STEP(judge, STEP_STORM, "thread 0: wakes the root at varying moments, whenever it was polled", ROOT,
         rounds, spin);
    until_done(judge);
    end_runtime(judge);
    judge_finish(judge);
}
