/**
 * @file tests_turns.c
 * @brief Clause 05.11: the park's turns, and tasks that yield.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { TURN = 61 };

/* Never more than 61 polls without a turn, of which a sleep is one too. */
static void expect_turns(struct judge *judge, const struct story *story)
{
    int polls = 0;
    for (int i = 0; i < story->count; i++) {
        if (is(&story->events[i], EVENT_PARK, 0))
            polls = 0;
        polls += is(&story->events[i], EVENT_POLLED, -1);
        EXPECT(judge, polls <= TURN, "a worker's park has a turn after at most 61 polls",
               "%d polls without a turn", polls);
    }
}

/* Task 1 ends it when it has been polled so often. */
static void busy_program(struct judge *judge, int times)
{
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, times), ACT(finish), ACT(ready));
}

static void turns_while_own_tasks_run(struct judge *judge, int others)
{
    make_world(judge, 1);
    busy_program(judge, 250 / (others + 1) + 2);
    PROGRAM(judge, 2, 2 + others, ACT(spin));
    if (others > 0)
        DRIVER(judge, ACT(load, 0, RANGE(2, 1 + others)));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    expect_turns(judge, run_to_its_end(judge));
    end_world(judge);
}

/* Each is polled once; they are injected, or others' to begin with. */
static void turns_while_others_come(struct judge *judge, bool stolen)
{
    enum { COUNT = 250 };
    make_world(judge, 2);
    PROGRAM(judge, 1, COUNT, ACT(ready));
    if (stolen)
        DRIVER(judge, ACT(load, 1, RANGE(1, COUNT)));
    else
        DRIVER(judge, ACT(spawn, RANGE(1, COUNT)));
    const struct story *story = run_polls(judge, COUNT);
    int polls = count_of(story, EVENT_POLLED, -1);
    EXPECT(judge, polls == COUNT, "each task is polled once", "there are %d polls of %d tasks", polls, COUNT);
    expect_turns(judge, story);
    end_world(judge);
}

/* Two tasks have another thread wake each other: so there is always one, and it is injected. */
static void turns_in_a_stream(struct judge *judge)
{
    make_world(judge, 1);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(wake_aside, 2), ACT(pend), ACT(repeat, 1, 80), ACT(finish),
            ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(pend), ACT(wake_aside, 1), ACT(go_to, 1));
    DRIVER(judge, ACT(load, 0, RANGE(2, 2)), ACT(load, 0, RANGE(1, 1)));
    expect_turns(judge, run_to_its_end(judge));
    end_world(judge);
}

/* Task 1 goes on for ever, and in each of its polls another thread wakes task 2, which so is injected whenever the worker looks. A yield
 * after `polls` sets off turns from looks: with one of these numbers both are due before the same poll. */
static void turns_and_looks_together(struct judge *judge, int polls)
{
    make_world(judge, 1);
    PROGRAM(judge, 1, 1, ACT(wake_aside, 2), ACT(wake_self), ACT(pend), ACT(repeat, 0, polls), ACT(yield),
            ACT(wake_aside, 2), ACT(wake_self), ACT(pend), ACT(repeat, 5, 130), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(rest));
    DRIVER(judge, ACT(load, 0, RANGE(2, 2)), ACT(load, 0, RANGE(1, 1)));
    expect_turns(judge, run_to_its_end(judge));
    end_world(judge);
}

/* Another thread goes on with the worker: it goes on with the count of polls, too. */
static void turns_when_handed_on(struct judge *judge)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(wake_self), ACT(pend), ACT(repeat, 0, 18), ACT(take_worker), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(wake_self), ACT(pend), ACT(repeat, 0, 100), ACT(finish), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 2)));
    const struct story *story = run_to_its_end(judge);
    int turn = 0;
    for (int next = 0; (next = find(story, turn, EVENT_PARK, 0)) >= 0; turn = next + 1)
        ;
    int before = count_between(story, turn, story->count, EVENT_POLLED, -1);
    story = run_to_its_end(judge);
    int behind = count_between(story, 0, find(story, 0, EVENT_PARK, 0), EVENT_POLLED, -1);
    EXPECT(judge, before + behind <= TURN,
           "a worker's park has a turn after at most 61 polls, whichever threads run the worker",
           "%d polls on one thread and %d on the next one are without a turn", before, behind);
    end_world(judge);
}

void test_turns(struct judge *judge)
{
    judge_start(judge, "worker");
    turns_while_own_tasks_run(judge, 0);
    turns_while_own_tasks_run(judge, 1);
    turns_while_own_tasks_run(judge, 60 + judge_random(judge, 3));
    turns_while_own_tasks_run(judge, 200);
    turns_while_others_come(judge, false);
    turns_while_others_come(judge, true);
    turns_in_a_stream(judge);
    turns_when_handed_on(judge);
    for (int polls = 0; polls <= 31; polls++)
        turns_and_looks_together(judge, polls);
    judge_finish(judge);
}

/* --- tasks that yield --- */

/* Between two polls of the one that yields: each of tasks first to last is polled, and the park has a turn. */
static void expect_gave_way(struct judge *judge, const struct story *story, int yielder, int first, int last)
{
    int at = find(story, 0, EVENT_POLLED, yielder), times = 0;
    for (int next; (next = find(story, at + 1, EVENT_POLLED, yielder)) >= 0; at = next, times++) {
        EXPECT(judge, count_between(story, at, next, EVENT_PARK, 0) > 0,
               "a task that yielded is polled only after the park had a turn", "%s is polled without one",
               name_of(yielder));
        for (int other = first; other <= last; other++)
            EXPECT(judge, count_between(story, at, next, EVENT_POLLED, other) > 0,
                   "a task that yields comes last in the ring, behind the tasks that its worker has ready",
                   "%s, which was ready, is not polled before %s is polled again", name_of(other),
                   name_of(yielder));
    }
    EXPECT(judge, times >= 3, "a task that yields is polled again", "%s is polled %d times", name_of(yielder),
           times + 1);
}

/* Tasks 1 and 2 yield: by a yield, and for want of budget if `consumes`; the others are always ready. */
static void yields_beside(struct judge *judge, int others, bool consumes)
{
    enum { FIRST = 3 };
    make_world(judge, 1);
    if (consumes)
        PROGRAM(judge, 1, 1, ACT(consume, 200), ACT(consume, 200), ACT(consume, 200), ACT(consume, 200),
                ACT(finish), ACT(ready));
    else
        PROGRAM(judge, 1, 1, ACT(yield), ACT(yield), ACT(yield), ACT(yield), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(yield), ACT(go_to, 0));
    PROGRAM(judge, FIRST, FIRST + others, ACT(spin));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    if (others > 0)
        DRIVER(judge, ACT(load, 0, RANGE(FIRST, FIRST + others - 1)));
    DRIVER(judge, ACT(load, 0, RANGE(2, 2)));
    const struct story *story = run_to_its_end(judge);
    expect_gave_way(judge, story, 1, FIRST, FIRST + others - 1);
    expect_gave_way(judge, story, 2, FIRST, FIRST + others - 1);
    expect_turns(judge, story);
    end_world(judge);
}

/* Another worker steals the one that yielded: the others still get their turns, and those that yield later give way to one. Also
 * where the number that it had is the last one before the wrap. */
static void yields_and_is_stolen(struct judge *judge, int64_t first)
{
    DO(judge, world, .workers = 2, .slots = 256, .hooks = 0, .first = first);
    PROGRAM(judge, 1, 1, ACT(yield), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(rob, 1), ACT(spawn, RANGE(3, 3)), ACT(rest));
    PROGRAM(judge, 3, 3, ACT(yield), ACT(yield), ACT(yield), ACT(yield), ACT(finish), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 2)));
    const struct story *story = run_to_its_end(judge);
    expect_gave_way(judge, story, 3, 1, 0);
    end_world(judge);
}

/* The same, but all is stolen before this worker looks for its next task: a worker was woken for what is behind another, and is quick.
 * Worker 0 steals it back. */
static void yields_and_is_stolen_at_once(struct judge *judge)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(yield), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(spawn, RANGE(3, 3)), ACT(rest));
    PROGRAM(judge, 3, 3, ACT(yield), ACT(yield), ACT(yield), ACT(yield), ACT(finish), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 2)), ACT(fall_asleep, 1, NOT_SEARCHING));
    CARRY(judge, ACT(in_unpark), ACT(rob, 1), ACT(rob, 1), ACT(end_search));
    expect_gave_way(judge, run_to_its_end(judge), 3, 1, 0);
    end_world(judge);
}

/* Another thread goes on with the worker, on which a task has yielded. */
static void yields_and_is_handed_on(struct judge *judge)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(yield), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(take_worker), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 2)));
    (void)run_to_its_end(judge);
    const struct story *story = run_polls(judge, 1);
    int again = poll_of(judge, story, 0, 1, "a task that yields is polled again");
    EXPECT(
        judge, count_between(story, 0, again, EVENT_PARK, 0) > 0,
        "a task that yielded is polled only after the park had a turn, also where another thread runs the worker since",
        "%s is polled without one", name_of(1));
    end_world(judge);
}

void test_yields(struct judge *judge)
{
    judge_start(judge, "worker");
    for (int consumes = 0; consumes < 2; consumes++) {
        yields_beside(judge, 0, consumes);
        yields_beside(judge, 1, consumes);
        yields_beside(judge, 2 + judge_random(judge, 20), consumes);
        yields_beside(judge, 100, consumes);
    }
    yields_and_is_stolen(judge, 0);
    for (int before = 0; before < 5; before++) {
        yields_and_is_stolen(judge, UINT32_MAX - before);
        yields_and_is_stolen(judge, INT32_MAX - before);
    }
    yields_and_is_stolen_at_once(judge);
    yields_and_is_handed_on(judge);
    judge_finish(judge);
}

/* The ring is full when the task yields, and a thief is at work: so the task goes to the inject queue alone. The thief goes on with the
 * next poll: some workers put what they take from there into their ring, where there is no room before. `noted`: another task has yielded
 * just before, and stands at the end of the ring. */
static void yields_beside_a_thief(struct judge *judge, bool noted)
{
    enum { YIELDS = 500, OTHERS = 256, FIRST = 501 };
    make_world(judge, 2);
    PROGRAM(judge, FIRST, FIRST, ACT(yield), ACT(ready));
    if (noted)
        DRIVER(judge, ACT(load, 0, RANGE(FIRST, FIRST)));
    PROGRAM(judge, 1, OTHERS, ACT(thief_ends, 1), ACT(ready));
    PROGRAM(judge, YIELDS, YIELDS, ACT(spawn, RANGE(OTHERS, OTHERS)), ACT(thief_stops, 0), ACT(yield),
            ACT(thief_ends, 1), ACT(finish), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(YIELDS, YIELDS)), ACT(load, 0, RANGE(1, OTHERS - 1 - noted)));
    const struct story *story = run_to_its_end(judge);
    int first = poll_of(judge, story, 0, YIELDS, "each task is polled");
    int again = poll_of(judge, story, first + 1, YIELDS, "a task that yields is polled again");
    EXPECT(judge, count_between(story, first, again, EVENT_PARK, 0) > 0,
           "a task that yielded is polled only after the park had a turn, also if it overflowed alone",
           "%s is polled without one", name_of(YIELDS));
    end_world(judge);
}

/* The ring is full when the task yields, so it overflows with the oldest half; and the inject queue is looked at soon: after 61 polls
 * the park has just had a turn, and 30 are since the last look. */
void test_yield_in_a_full_ring(struct judge *judge)
{
    enum { BEFORE = 61, YIELDS = 500, SIZE = 256, BEHIND = SIZE - BEFORE - 1, MORE = BEFORE + 1 };
    judge_start(judge, "worker");
    make_world(judge, 1);
    PROGRAM(judge, 1, BEFORE + BEHIND + MORE, ACT(ready));
    PROGRAM(judge, YIELDS, YIELDS, ACT(spawn, RANGE(BEFORE + BEHIND + 1, BEFORE + BEHIND + MORE)), ACT(yield),
            ACT(look), ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, BEFORE)), ACT(load, 0, RANGE(YIELDS, YIELDS)),
           ACT(load, 0, RANGE(BEFORE + 1, BEFORE + BEHIND)));
    const struct story *story = run_polls(judge, BEFORE + BEHIND + MORE + 2);
    int first = poll_of(judge, story, 0, YIELDS, "each task is polled");
    int again = poll_of(judge, story, first + 1, YIELDS, "a task that yields is polled again");
    EXPECT(
        judge, count_between(story, first, again, EVENT_PARK, 0) > 0,
        "a task that yielded is polled only after the park had a turn, also if it overflowed to the inject queue",
        "%s is polled without one", name_of(YIELDS));
    int64_t overflowed = DO(judge, counts, .what = COUNT_OVERFLOWED).a;
    EXPECT(judge, overflowed == SIZE / 2 + 1,
           "a task that yields comes last in the ring; a full one overflows as ever, by 129 tasks",
           "%lld tasks overflow", (long long)overflowed);
    int left = (int)story->events[find(story, again, EVENT_LOOK, -1)].b;
    EXPECT(
        judge, left == 0,
        "a task that yields comes last, so it is taken from the inject queue behind the half that overflowed with it",
        "%d tasks are still there when %s is polled", left, name_of(YIELDS));
    for (int task = 1; task <= BEFORE + BEHIND + MORE; task++)
        poll_of(judge, story, 0, task, "each task is polled");
    end_world(judge);
    yields_beside_a_thief(judge, false);
    yields_beside_a_thief(judge, true);
    judge_finish(judge);
}
