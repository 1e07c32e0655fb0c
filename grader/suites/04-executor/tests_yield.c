/**
 * @file tests_yield.c
 * @brief Clauses 04.6 and 04.31: the one that yields comes after the others, and in block_on after a turn of the park.
 */
#include "rig.h"
#include "tests.h"

/* --- 04.6: by hand --- */

static void yield_by_hand(struct judge *judge, int others)
{
    int last = others + 1;
    PROGRAM(judge, 1, 1, ACT(yield), ACT(ready));
    PROGRAM(judge, 2, others, ACT(keep), ACT(rest));
    PROGRAM(judge, last, last, ACT(wake, 2), ACT(ready));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, last)));
    const struct story *story = run_set(judge, ALL);
    EXPECT(judge, count_of(story, EVENT_POLLED, 1) == 1,
           "a yield is PENDING at its first poll, and the task waits for the end of the turn",
           "task 1 is polled %d times", count_of(story, EVENT_POLLED, 1));
    EXPECT(judge, count_of(story, EVENT_POLLED, 2) == 2, "a task that was woken meanwhile is polled",
           "it is not");
    EXPECT_POLLS(judge, run_set(judge, ALL),
                 -1); /* not before the end of the turn, also if nothing else can run */
    WAKE(judge, 2);
    end_set_turn(judge);
    story = run_set(judge, ALL);
    EXPECT_POLLS(judge, story, 2, 1);
    EXPECT(judge, count_of(story, EVENT_READY, 1) == 1, "a yield is READY at its second poll", "it is not");
    end_set(judge, 2, others);
}

/* The future that yields was polled with a waker of its own: it is the task that gives way all the same. */
static void yield_behind_a_waker(struct judge *judge)
{
    PROGRAM(judge, 1, 1, ACT(keep), ACT(begin_yield, WAKER_BETWEEN), ACT(pend), ACT(ready));
    PROGRAM(judge, 2, 3, ACT(ready));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, 3)));
    EXPECT_POLLS(judge, run_set(judge, ALL), 1, 2, 3);
    end_set_turn(judge);
    EXPECT_POLLS(judge, run_set(judge, ALL), 1);
    end_set(judge, 1, 0);
}

/* A waker that is not the task's own is woken, before the task is polled again: others may wait for that wake. Each of them
 * is polled for each wake, so one is enough. `alike`: it has the datum of the task's own. */
static void yield_wakes_what_it_was_given(struct judge *judge, bool alike)
{
    if (alike)
        PROGRAM(judge, 1, 1, ACT(keep), ACT(on_wake, EACH_TIME), ACT(note, 9), ACT(begin_yield, WAKER_ALIKE),
                ACT(pend), ACT(ready));
    else
        PROGRAM(judge, 1, 1, ACT(keep), ACT(on_wake, EACH_TIME), ACT(note, 9), ACT(yield), ACT(ready));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, 1)));
    int notes = count_of(run_set(judge, ALL), EVENT_NOTE, 9);
    end_set_turn(judge);
    const struct story *story = run_set(judge, ALL);
    int again = find(story, 0, EVENT_POLLED, 1);
    notes += count_between(story, 0, again < 0 ? story->count : again, EVENT_NOTE, 9);
    EXPECT(judge, notes == 1, "the waker that the yield was polled with is woken, once",
           "it is woken %d times", notes);
    EXPECT_POLLS(judge, story, 1);
    end_set(judge, 1, 0);
}

/* Only the task that yields is put aside: one that it wakes in the same poll is in the queue. */
static void yield_and_wake(struct judge *judge)
{
    PROGRAM(judge, 1, 1, ACT(keep), ACT(pend), ACT(begin_yield, OWN_WAKER), ACT(wake, 3), ACT(pend),
            ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(pend), ACT(wake, 4), ACT(ready));
    PROGRAM(judge, 3, 4, ACT(keep), ACT(pend), ACT(ready));
    make_set(judge);
    DRIVER(judge, ACT(spawn_all, RANGE(1, 4)));
    EXPECT_POLLS(judge, run_set(judge, ALL), 1, 2, 3, 4);
    DRIVER(judge, ACT(wake, 1), ACT(wake, 2));
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
    yield_wakes_what_it_was_given(judge, false);
    yield_wakes_what_it_was_given(judge, true);
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
    PROGRAM(judge, 1, 1, ACT(yield), ACT(ready));
    PROGRAM(judge, 2, others, ACT(keep), ACT(rest));
    PROGRAM(judge, others + 1, others + 1, ACT(wake, 2), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, others + 1)), ACT(pend), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_asleep(judge);
    expect_gave_way(judge, story, 1, 2, others + 1);
    int polls = count_of(story, EVENT_POLLED, 1);
    EXPECT(judge, polls == 2, "a yield is PENDING once, then READY", "it took %d polls", polls);
    EXPECT(judge, count_of(story, EVENT_READY, 1) == 1, "the one that yielded ends", "it does not");
    EXPECT(judge, count_of(story, EVENT_POLLED, 2) == 2, "a task that was woken meanwhile is polled",
           "it is not");
    WAKE(judge, ROOT);
    until_done(judge);
    end_runtime(judge);
}

/* All of them yield, more than the polls of some turns. */
static void all_yield(struct judge *judge, int tasks)
{
    PROGRAM(judge, 1, tasks, ACT(yield), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, tasks)), ACT(await, tasks), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    const struct story *story = until_done(judge);
    for (int task = 1; task <= tasks; task += task < tasks - 1 && tasks > 2 ? (tasks - 1) / 2 : 1)
        expect_gave_way(judge, story, task, 1, tasks);
    for (int task = 1; task < tasks; task++)
        EXPECT(judge, count_of(story, EVENT_POLLED, task) <= 2, "a yield takes two polls", "%s took %d",
               name_of(task), count_of(story, EVENT_POLLED, task));
    end_runtime(judge);
}

/* Two that yield again and again, and one that is always ready: all of them go on. */
static void yield_beside_a_busy_one(struct judge *judge)
{
    enum { TIMES = 5 };
    PROGRAM(judge, 1, 2, ACT(yield), ACT(repeat, 0, TIMES - 1), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(spin));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, 3)), ACT(await, 1), ACT(await, 2), ACT(ready));
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

/* What the one that yields gives way to may be what it waits for: what the park's turn brings comes before it. */
static void yield_to_the_park(struct judge *judge)
{
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(yield), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, 1)), ACT(pend), ACT(spawn_all, RANGE(2, 2)),
            ACT(pend), ACT(ready));
    make_runtime(judge, false);
    run_root(judge);
    until_asleep(judge);
    CARRY(judge, ACT(in_park, RUNTIME, IN_TURN), ACT(wake, 1));
    WAKE(judge, ROOT);
    const struct story *story = until_asleep(judge);
    int yields = find(story, 0, EVENT_POLLED, 2), again = find(story, yields + 1, EVENT_POLLED, 2);
    EXPECT(judge, again >= 0, "the one that yields is polled again", "it is not");
    EXPECT(judge, count_between(story, 0, again, EVENT_POLLED, 1) == 1,
           "a task that is woken in the turn of the park is polled before the one that yielded", "it is not");
    WAKE(judge, ROOT);
    until_done(judge);
    end_runtime(judge);
}

static void yield_of_the_root(struct judge *judge)
{
    PROGRAM(judge, 1, 5, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(spawn_all, RANGE(1, 5)), ACT(yield), ACT(ready));
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
    yield_among(judge, PROBES_MAX - 2); /* more than the tasks of a turn */
    all_yield(judge, 2);
    all_yield(judge, 300);
    yield_beside_a_busy_one(judge);
    yield_to_the_park(judge);
    yield_of_the_root(judge);
    judge_finish(judge);
}
