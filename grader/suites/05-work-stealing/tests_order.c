/**
 * @file tests_order.c
 * @brief Clauses 05.9, 05.10 and 05.12: which task a worker runs next.
 */
#include <stdio.h>

#include "../../src/judge_queue.h"
#include "rig.h"
#include "tests.h"

/* --- 05.9: a worker alone, against the oracle of a queue --- */

static struct step_act written(enum queue_act act, int task)
{
    return act == QUEUE_KEEPS        ? ACT(keep)
           : act == QUEUE_WAKES      ? ACT(wake, task)
           : act == QUEUE_WAKES_SELF ? ACT(wake_self)
           : act == QUEUE_SPAWNS     ? ACT(spawn, RANGE(task, task))
                                     : ACT(pend);
}

static void one_random_round(struct judge *judge)
{
    queue_begin();
    int count;
    struct step_act acts[QUEUE_ACTS_MAX];
    int first_unborn = 4 + judge_random(judge, 3), unborn = first_unborn;
    make_world(judge, 1 + judge_random(judge, 3));
    for (int number = 1; number <= QUEUE_TASKS; number++) {
        count = queue_draw(judge, number, &unborn, written, acts);
        step_carry(judge, &lab_steps, ACT(program, RANGE(number, number)), acts, (uint32_t)count);
    }
    DRIVER(judge, ACT(load, 0, RANGE(1, first_unborn - 1)));
    for (int number = 1; number < first_unborn; number++)
        queue_spawn(number);
    const int *polls = queue_run(&count);
    expect_polls(judge, run_polls(judge, count), polls);
    end_world(judge);
}

void test_own_first(struct judge *judge)
{
    enum { OWN = 8, INJECTED = 16, STOLEN = 20 };
    judge_start(judge, "worker");
    make_world(judge, 3);
    PROGRAM(judge, 1, STOLEN, ACT(ready));
    DRIVER(judge, ACT(load, 1, RANGE(INJECTED + 1, STOLEN)), ACT(spawn, RANGE(OWN + 1, INJECTED)),
           ACT(load, 0, RANGE(1, OWN)));
    const struct story *story = run_polls(judge, STOLEN);
    int at = expect_range(judge, story, 0, 1, OWN, "a worker runs its own tasks first, the oldest first");
    at = expect_range(judge, story, at, OWN + 1, INJECTED,
                      "after its own tasks a worker runs injected ones, in the order in which they came");
    for (int task = INJECTED + 1; task <= STOLEN; task++)
        poll_of(judge, story, at, task, "after its own tasks and the injected ones a worker steals others'");
    end_world(judge);
    for (int round = 0; round < 4; round++)
        one_random_round(judge);
    judge_finish(judge);
}

/* --- 05.9: the search --- */

/* One worker alone has something: its tasks come by halves, the last of each half first. */
static void steal_all_of(struct judge *judge, int workers, int victim, int count, int64_t number)
{
    int ring[300], expected[300], left = 0, told = 0, next = 1;
    make_world_at(judge, workers, 0, number);
    PROGRAM(judge, 1, count, ACT(ready));
    DRIVER(judge, ACT(load, victim, RANGE(1, count)));
    if (workers == WORKERS_MAX && victim % 2)
        DRIVER(judge, ACT(fall_asleep, victim, NOT_SEARCHING)); /* as its park drives, and has woken them */
    for (int victims = count; victims > 0 || left > 0;) {
        if (left == 0) {
            int half = victims - victims / 2;
            victims -= half;
            expected[told++] = next + half - 1;
            for (int i = 0; i < half - 1; i++)
                ring[left++] = next + half - 2 - i; /* popped from behind: the oldest is last */
            next += half;
        } else {
            expected[told++] = ring[--left];
        }
    }
    expected[told] = -1;
    const struct story *story = run_polls(judge, count);
    expect_polls(judge, story, expected);
    EXPECT(judge, count_sleeps(story) == 0,
           "a worker that searches tries each other worker, and finds what one of them has",
           "it falls asleep first");
    end_world(judge);
}

/* Two workers have tasks; from one of them a thief is stealing, which takes no second one. It ends in the poll of the other one's task. */
static void passes_a_busy_victim(struct judge *judge, int busy, int other, int64_t number)
{
    make_world_at(judge, 3, HOOK_BEFORE_PARK, number);
    PROGRAM(judge, 1, 4, ACT(ready));
    PROGRAM(judge, 5, 5, ACT(thief_ends, other), ACT(ready));
    DRIVER(judge, ACT(load, busy, RANGE(1, 4)), ACT(thief_stops, busy), ACT(load, other, RANGE(5, 5)));
    const struct story *story = run_polls(judge, 5);
    int polled = poll_of(judge, story, 0, 5, "what other workers have is stolen");
    EXPECT(judge, count_between(story, 0, polled, EVENT_BEFORE_PARK, -1) == 0,
           "a worker that searches asks each other worker, also behind one from which another thief steals",
           "it rests before %s is polled", name_of(5));
    end_world(judge);
}

/* Something is injected after the look at the inject queue, while the worker searches. A worker that asks no ring which is empty does
 * not come to that moment: then there is nothing to see. */
static void injected_while_searching(struct judge *judge)
{
    make_world_with(judge, 2, HOOK_BEFORE_PARK);
    PROGRAM(judge, 1, 1, ACT(ready));
    CARRY(judge, ACT(at_steal), ACT(note, 2), ACT(inject, RANGE(1, 1)));
    const struct story *story = run_polls(judge, 1);
    int mark = find(story, 0, EVENT_NOTE, 2);
    if (mark >= 0) {
        int polled = poll_of(judge, story, mark, 1, "what is injected while a worker searches is found");
        int rests = count_between(story, 0, polled, EVENT_BEFORE_PARK, -1);
        EXPECT(judge, rests == 0,
               "when it has tried the others, a worker looks at the inject queue once more, before it rests",
               "before_park is called before the task is polled");
    }
    end_world(judge);
}

void test_searches(struct judge *judge)
{
    judge_start(judge, "worker");
    int64_t middle = middle_number(judge);
    for (int victim = 1; victim < WORKERS_MAX; victim++)
        steal_all_of(judge, WORKERS_MAX, victim, 1 + judge_random(judge, 40), middle);
    steal_all_of(judge, 2, 1, 1, 0);
    steal_all_of(judge, 2, 1, 256, 1);
    steal_all_of(judge, 3, 2, 2, -1);
    for (int victim = 19; victim < MANY_WORKERS; victim += 20) /* wherever the search begins */
        steal_all_of(judge, MANY_WORKERS, victim, 1, -1);
    int64_t same = judge_random(judge, 3); /* so both searches begin with the same victim */
    passes_a_busy_victim(judge, 1, 2, same);
    passes_a_busy_victim(judge, 2, 1, same);
    for (int round = 0; round < 2; round++)
        injected_while_searching(judge);
    judge_finish(judge);
}

/* --- 05.10 --- */

/* Looks at the inject queue, by those who are polled, that find what was injected still there. */
static int seen_waiting(const struct story *story, int from, int to)
{
    int seen = 0;
    for (int i = from; i < to; i++)
        seen += is(&story->events[i], EVENT_LOOK, -1) && story->events[i].b > 0;
    return seen;
}

/* Task 1 goes on for ever, with others beside it. Again and again it has another thread wake task 2, at each distance from the last
 * look at the inject queue: the distances go round, since 31 and 32 share no factor with one of two gaps that follow each other. */
static void injected_while_busy(struct judge *judge, int others, int gap)
{
    enum { ROUNDS = 34, INJECTED = 2, FIRST = 3 };
    char expected[120];
    make_world(judge, 1);
    PROGRAM(judge, 1, 1, ACT(look), ACT(wake_self), ACT(pend), ACT(repeat, 0, gap), ACT(wake_aside, INJECTED),
            ACT(note, 1), ACT(wake_self), ACT(pend), ACT(repeat, 0, ROUNDS - 1), ACT(finish), ACT(ready));
    PROGRAM(judge, INJECTED, INJECTED, ACT(keep), ACT(rest));
    PROGRAM(judge, FIRST, FIRST + others, ACT(look), ACT(spin));
    DRIVER(judge, ACT(load, 0, RANGE(INJECTED, INJECTED)), ACT(load, 0, RANGE(1, 1)));
    if (others > 0)
        DRIVER(judge, ACT(load, 0, RANGE(FIRST, FIRST + others - 1)));
    const struct story *story = run_to_its_end(judge);
    for (int mark = find(story, 0, EVENT_NOTE, 1), round = 0; round < ROUNDS - 1; round++) {
        int polled = poll_of(judge, story, mark, INJECTED, "what another thread woke is polled");
        int seen = seen_waiting(story, mark, polled);
        EXPECT(judge, seen <= 30,
               "what another thread woke is taken from the inject queue before the 31st poll after that one",
               "%d polls find it there", seen);
        int between = count_between(story, mark, polled, EVENT_POLLED, -1);
        snprintf(expected, sizeof expected,
                 "at most %d polls come before its own: 30, and one of each in the ring", 31 + others);
        EXPECT(judge, between <= 31 + others, expected, "%d polls of others came before that of %s", between,
               name_of(INJECTED));
        mark = find(story, mark + 1, EVENT_NOTE, 1);
        EXPECT(judge, mark >= 0, "the busy task goes on", "it was stopped after %d rounds", round + 1);
    }
    end_world(judge);
}

/* The same, where the busy task was stolen; it is injected in the first poll behind the last look. */
static void injected_while_stolen(struct judge *judge)
{
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(wake_aside, 2), ACT(note, 1), ACT(wake_self), ACT(pend), ACT(look),
            ACT(wake_self), ACT(pend), ACT(repeat, 4, 40), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(rest));
    DRIVER(judge, ACT(load, 0, RANGE(2, 2)), ACT(load, 1, RANGE(1, 1)));
    const struct story *story = run_to_its_end(judge);
    int mark = find(story, 0, EVENT_NOTE, 1);
    EXPECT(judge, mark >= 0, "what other workers have is stolen", "it is not");
    int polled = poll_of(judge, story, mark, 2, "what another thread woke is polled");
    int seen = seen_waiting(story, mark, polled);
    EXPECT(
        judge, seen <= 30,
        "what another thread woke is taken from the inject queue before the 31st poll after that one, also if that one is of a stolen task",
        "%d polls find it there", seen);
    end_world(judge);
}

/* The same, where another thread goes on with the worker: as a task that blocks has it, again and again. */
static void injected_while_handed_on(struct judge *judge)
{
    enum { BEFORE = 20 };
    make_world(judge, 2);
    PROGRAM(judge, 1, 1, ACT(look), ACT(wake_self), ACT(pend), ACT(repeat, 0, 60), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(inject, RANGE(4, 4)), ACT(note, 1), ACT(ready));
    PROGRAM(judge, 3, 3, ACT(look), ACT(wake_self), ACT(pend), ACT(repeat, 0, BEFORE / 2 - 1),
            ACT(take_worker), ACT(ready));
    PROGRAM(judge, 4, 4, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(2, 2)), ACT(load, 0, RANGE(1, 1)), ACT(load, 0, RANGE(3, 3)));
    const struct story *story = run_to_its_end(judge);
    int mark = find(story, 0, EVENT_NOTE, 1), seen = seen_waiting(story, mark < 0 ? 0 : mark, story->count);
    if (find(story, 0, EVENT_POLLED, 4) < 0) { /* a worker may look sooner than it must */
        story = run_to_its_end(judge);
        seen += seen_waiting(story, 0, poll_of(judge, story, 0, 4, "what another thread spawned is polled"));
    }
    EXPECT(judge, seen <= 30,
           "what is injected is taken before the 31st poll after that one, whichever threads run the worker",
           "%d polls find it there", seen);
    end_world(judge);
}

void test_injected_in_time(struct judge *judge)
{
    judge_start(judge, "worker");
    injected_while_handed_on(judge);
    injected_while_stolen(judge);
    int gap = 33 + judge_random(judge, 20);
    injected_while_busy(judge, 0, gap);
    injected_while_busy(judge, 0, gap + 1);
    injected_while_busy(judge, 1 + judge_random(judge, 3), 20);
    injected_while_busy(judge, 150, 1);
    judge_finish(judge);
}

/* --- 05.12 --- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* So many own tasks spin in the ring; so many are injected. What is left after the first look is seen by the task that is polled then. */
static void take_share(struct judge *judge, int workers, int slots, int own, int injected, bool others_sleep)
{
    enum { BATCH = 128, FIRST = 600 };
    char expected[180];
    DO(judge, world, .workers = workers, .slots = slots, .hooks = 0);
    PROGRAM(judge, FIRST, FIRST + injected, ACT(look), ACT(finish), ACT(ready));
    if (own > 0) {
        PROGRAM(judge, 1, own, ACT(look), ACT(spin));
        DRIVER(judge, ACT(load, 0, RANGE(1, own)));
    }
    DRIVER(judge, ACT(spawn, RANGE(FIRST, FIRST + injected - 1)));
    for (int other = 1; other < workers && others_sleep; other++)
        DRIVER(judge, ACT(fall_asleep, other, NOT_SEARCHING));
    const struct story *story = run_to_its_end(judge);
    int look = find(story, 0, EVENT_LOOK, -1);
    while (look >= 0 && story->events[look].b == injected)
        look = find(story, look + 1, EVENT_LOOK, -1);
    EXPECT(judge, look >= 0, "an injected task is taken, at least one", "none is");
    int taken = injected - (int)story->events[look].b, even = injected / workers, room = slots - own;
    int most = least(least(even, BATCH), room);
    snprintf(expected, sizeof expected,
             "of %d injected tasks it takes at most %d: an even part for %d workers is %d, the batch is %d, "
             "and its ring has room for %d",
             injected, most > 1 ? most : 1, workers, even, BATCH, room);
    /* the first one may be run at once, and needs no room then */
    EXPECT(judge, taken == 1 || taken <= least(least(even, BATCH), room + 1), expected, "it takes %d", taken);
    int64_t overflowed = DO(judge, counts, .what = COUNT_OVERFLOWED).a;
    EXPECT(judge, overflowed == 0, expected, "%lld tasks overflow from its ring to the inject queue again",
           (long long)overflowed);
    end_world(judge);
}

void test_share(struct judge *judge)
{
    static const int counts[] = {1, 2, 3, WORKERS_MAX};
    judge_start(judge, "worker");
    for (int i = 0; i < 4; i++) {
        int n = counts[i];
        take_share(judge, n, 256, 0, 1, true);
        take_share(judge, n, 256, 0, 2 * n - 1, true);
        take_share(judge, n, 256, 0, 2 * n + judge_random(judge, 2 * n), false);
        take_share(judge, n, 256, 0, 127 * n, true);
        take_share(judge, n, 256, 0, 128 * n - 1, false);
        take_share(judge, n, 256, 0, 128 * n, false);
        take_share(judge, n, 256, 0, 129 * n + judge_random(judge, 200), true);
    }
    for (int own = 251; own <= 255; own++)
        take_share(judge, 1, 256, own, 200, false);
    take_share(judge, 1, 256, 100, 1000, false);
    for (int own = 0; own <= 4; own++)
        take_share(judge, 1, 4, own, 20, false);
    judge_finish(judge);
}
