/**
 * @file tests_idle.c
 * @brief Clauses 04.5 and 04.24: when the runtime sleeps, and what ends that.
 */
#include "rig.h"
#include "tests.h"

/* What can end a sleep: each lets one probe run. */
struct work {
    struct step_act act;
    int polled;
};

/* Fresh each time: tasks from 10 on are spawned once. */
static struct work work_number(int number, int fresh)
{
    switch (number) {
    case 0:
        return (struct work){ACT(wake, ROOT), ROOT};
    case 1:
        return (struct work){ACT(wake, 1), 1};
    case 2:
        return (struct work){ACT(wake_ref, 2), 2};
    default:
        return (struct work){ACT(spawn, ON_RUNTIME, fresh), fresh};
    }
}

enum { WORKS = 4 };

static void begin_idle(struct judge *judge)
{
    PROGRAM(judge, 1, 2, ACT(keep), ACT(rest));
    PROGRAM(judge, 3, 3, ACT(keep), ACT(pend), ACT(yield), ACT(go_to, 1));
    PROGRAM(judge, 10, 60, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 3)), ACT(rest));
}

/* The root never ends: an end for the test. */
static void end_idle(struct judge *judge)
{
    PROGRAM(judge, ROOT, ROOT, ACT(ready));
    WAKE(judge, ROOT);
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
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 10));
    int64_t thread = run_root(judge);
    const struct story *story = until_asleep(judge);
    for (int task = 1; task <= 10; task = task == 3 ? 10 : task + 1)
        EXPECT(judge, count_of(story, EVENT_POLLED, task) == 1,
               "every task is polled before the runtime sleeps", "%s is not", name_of(task));
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", STILL_MS);
    for (int round = 0; round < 3 * WORKS; round++) {
        struct work work = work_number(round < WORKS ? round : judge_random(judge, WORKS), 11 + round);
        DRIVER(judge, work.act);
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
    PROGRAM(judge, ROOT, ROOT, ACT(wake_self), ACT(pend), ACT(repeat, 0, 199), ACT(yield), ACT(ready));
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
    struct step_act in_park = ACT(in_park, RUNTIME, forever ? BEFORE_SLEEP : IN_TURN);
    if (aside)
        CARRY(judge, in_park, ACT(aside), work->act);
    else
        CARRY(judge, in_park, work->act);
    if (forever) {
        WAKE(judge, 2);
        until_asleep(judge); /* now it acts */
        expect_one_poll(judge, until_asleep(judge), work->polled);
    } else {
        WAKE(judge, 3);
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
    DO(judge, hold_unpark, .runtime = RUNTIME, .gate = 1);
    THREAD(judge, 2, work->act, ACT(note, 1));
    const struct story *story = until_asleep(judge);
    EXPECT(judge, count_of(story, EVENT_POLLED, work->polled) == 1,
           "the loop finds what to do once it is unparked: it is handed over before the unpark",
           "%s is not polled", name_of(work->polled));
    bool held = count_of(story, EVENT_AT_GATE, -1) > 0;
    if (!held)
        until(judge, EVENT_AT_GATE, "the unpark takes long");
    DRIVER(judge, ACT(open, 1));
    until(judge, EVENT_NOTE, "thread 2 goes on");
}

/* A turn that is made before the sleep takes the permit: then the queues must be looked at again. */
static void in_a_turn_before_the_sleep(struct judge *judge)
{
    CARRY(judge, ACT(in_park, RUNTIME, IN_TURN), ACT(aside), ACT(wake, 1));
    WAKE(judge, 2);
    const struct story *story = until_asleep(judge);
    int turn = find(story, 0, EVENT_UNPARK, -1);
    for (; turn >= 0 && story->events[turn].thread != THREAD_ASIDE;)
        turn = find(story, turn + 1, EVENT_UNPARK, -1);
    EXPECT(judge, turn < 0 || count_of(story, EVENT_POLLED, 1) == 1,
           "a task that was woken during a turn is polled before the runtime sleeps", "task 1 is not");
    DO(judge, not_in_park, .runtime = RUNTIME);
}

/* Another thread acts before the runtime takes its n-th mutex after a poll: at the latest those of the park. */
static void between_two_locks(struct judge *judge, int nth, const struct work *work)
{
    PROGRAM(judge, 3, 3, ACT(at_lock, nth), work->act, ACT(rest));
    WAKE(judge, 3);
    until_polled(judge, work->polled);
    until_asleep(judge);
}

/* Another thread acts once the runtime has given its n-th mutex back, with a task just taken over from a third. */
static void after_an_unlock(struct judge *judge, int nth, const struct work *work)
{
    int first = work->polled == 2 ? 1 : 2;
    PROGRAM(judge, 3, 3, ACT(aside), ACT(wake, first), ACT(at_unlock, nth), work->act, ACT(rest));
    WAKE(judge, 3);
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
    PROGRAM(judge, 3, 3, ACT(keep), ACT(pend), ACT(wake, ROOT), ACT(pend), ACT(aside), ACT(wake, ROOT),
            ACT(rest));
    run_root(judge);
    until_asleep(judge);
    for (int round = 0; round < 2; round++) {
        WAKE(judge, 3);
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
    judge_start(judge, "executor");
    new_runtime(judge, RUNTIME, OWN_PARK, 0);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(note, 1), ACT(pend), ACT(go_to, 1));
    PROGRAM(judge, 2, 2, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 1)), ACT(pend), ACT(ready));
    int64_t thread = run_root(judge);
    until(judge, EVENT_NOTE, "task 1 is polled");
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", LONG_STILL_MS);
    WAKE(judge, 1);
    until(judge, EVENT_NOTE, "task 1 is polled");
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", STILL_MS);
    DRIVER(judge, ACT(spawn, ON_RUNTIME, 2));
    until(judge, EVENT_READY, "task 2 is polled");
    judge_expect_asleep(judge, thread, "thread 1, with nothing to run,", STILL_MS);
    WAKE(judge, ROOT);
    until_done(judge);

    /* as fast as it comes back: a wake that is lost leaves everybody asleep */
    int rounds = (int)DRAW(judge, storm, rounds), spin = (int)DRAW(judge, storm, spin);
    PROGRAM(judge, 3, 3, ACT(keep), ACT(quiet, 3), ACT(pong), ACT(repeat, 2, rounds - 1), ACT(wake, ROOT),
            ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(3, 3)), ACT(pend), ACT(ready));
    run_root(judge);
    DO(judge, storm, .probe = 3, .rounds = rounds, .spin = spin);
    until_done(judge);
    rounds = (int)DRAW(judge, storm, rounds), spin = (int)DRAW(judge, storm, spin);
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(quiet, ROOT), ACT(pong), ACT(repeat, 2, rounds - 1), ACT(ready));
    run_root(judge);
    DO(judge, storm, .probe = ROOT, .rounds = rounds, .spin = spin);
    until_done(judge);
    end_runtime(judge);
    judge_finish(judge);
}
