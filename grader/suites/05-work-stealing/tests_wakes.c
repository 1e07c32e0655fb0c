/**
 * @file tests_wakes.c
 * @brief Clauses 05.13 and 05.14: when a worker wakes another.
 */
#include "rig.h"
#include "tests.h"

/* Thread 1, that of worker 0, unparks worker 1 in [from, to). */
static bool wakes_in(const struct story *story, int from, int to)
{
    for (int i = find(story, from, EVENT_UNPARK, 1); i >= 0 && i < to; i = find(story, i + 1, EVENT_UNPARK, 1))
        if (story->events[i].thread == 1)
            return true;
    return false;
}

static void expect_wake(struct judge *judge, const struct story *story, int from, int to, bool wakes,
                        const char *expected)
{
    EXPECT(judge, wakes_in(story, from, to) == wakes, expected,
           wakes ? "worker 1 sleeps on, and nobody searches" : "worker 1 is woken");
}

/* --- 05.13 --- */

static const char *const searcher =
    "a worker that searched and has found one of two tasks wakes another before it polls it";

/* Worker 1 sleeps; worker 2 has tasks, which worker 0 steals. `searching`: so do others. */
static void finds_by_stealing(struct judge *judge, int count, bool searching)
{
    make_world(judge, WORKERS_MAX);
    PROGRAM(judge, 10, 10 + count, ACT(ready));
    DRIVER(judge, ACT(fall_asleep, 1, NOT_SEARCHING), ACT(load, 2, RANGE(10, 9 + count)));
    if (searching)
        DRIVER(judge, ACT(begin_search), ACT(begin_search));
    run_worker(judge);
    const struct story *story = until_asleep(judge);
    int polled = find(story, 0, EVENT_POLLED, -1);
    EXPECT(judge, polled >= 0, "what other workers have is stolen", "nothing is polled");
    expect_wake(judge, story, 0, polled, !searching,
                searching ? "no worker is woken while others search: they find what there is" : searcher);
    finish(judge);
    end_world(judge);
}

/* Worker 0 sleeps, and is woken for what the driver injects, or another worker has: then it counts as searching. */
static void finds_when_woken(struct judge *judge, bool others)
{
    make_world(judge, 3);
    PROGRAM(judge, 10, 11, ACT(ready));
    DRIVER(judge, ACT(fall_asleep, 1, NOT_SEARCHING));
    run_worker(judge);
    until_asleep(judge);
    if (others)
        DRIVER(judge, ACT(load, 2, RANGE(10, 11)), ACT(notify));
    else /* both are there before it is woken */
        DRIVER(judge, ACT(begin_search), ACT(spawn, RANGE(10, 11)), ACT(end_search), ACT(notify));
    const struct story *story = until_asleep(judge);
    int polled = find(story, 0, EVENT_POLLED, -1);
    EXPECT(judge, polled >= 0, "a worker that was woken for work finds it", "nothing is polled");
    expect_wake(judge, story, 0, polled, true, searcher);
    finish(judge);
    end_world(judge);
}

/* It searches still, and its before_park makes two tasks: so it finds the one that it polls in its own ring, and so is what is left. */
static void finds_what_a_hook_made(struct judge *judge)
{
    make_world_with(judge, 3, HOOK_BEFORE_PARK);
    PROGRAM(judge, 2, 3, ACT(ready));
    DRIVER(judge, ACT(fall_asleep, 1, NOT_SEARCHING));
    CARRY(judge, ACT(in_before_park), ACT(note, 1), ACT(spawn, RANGE(2, 3)));
    run_worker(judge);
    const struct story *story = until_asleep(judge);
    int mark = find(story, 0, EVENT_NOTE, 1), polled = find(story, mark, EVENT_POLLED, -1);
    EXPECT(judge, mark >= 0 && polled >= 0, "what before_park makes ready is polled", "it is not");
    expect_wake(judge, story, mark, polled, true, searcher);
    finish(judge);
    end_world(judge);
}

void test_searcher_wakes(struct judge *judge)
{
    judge_start(judge, "worker");
    finds_by_stealing(judge, 2, false);
    finds_by_stealing(judge, 2 + judge_random(judge, 9), false);
    finds_by_stealing(judge, 5, true);
    finds_when_woken(judge, false);
    finds_when_woken(judge, true);
    finds_what_a_hook_made(judge);
    judge_finish(judge);
}

/* --- 05.14 --- */

static const char *const scheduled =
    "what is scheduled in a poll is for a worker that sleeps too: it is woken at once, the poll may be long";

/* The poll of task 1 does something and comes to mark 1; then comes mark 2. */
static void scheduled_in_a_poll(struct judge *judge, struct step_act act, int own, bool searching)
{
    make_world(judge, 3);
    PROGRAM(judge, 1, 1, act, ACT(note, 1), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 3, ACT(keep), ACT(rest));
    PROGRAM(judge, 4, 5, ACT(ready));
    PROGRAM(judge, 10, 20, ACT(rest));
    DRIVER(judge, ACT(load, 0, RANGE(2, 3)), ACT(load, 0, RANGE(1, 1)), ACT(fall_asleep, 1, NOT_SEARCHING));
    if (own > 0)
        DRIVER(judge, ACT(load, 0, RANGE(10, 9 + own)));
    if (searching)
        DRIVER(judge, ACT(begin_search));
    const struct story *story = run_to_its_end(judge);
    int polled = poll_of(judge, story, 0, 1, "each task is polled"), mark = find(story, 0, EVENT_NOTE, 1);
    expect_wake(judge, story, polled, mark, !searching,
                searching ? "no worker is woken while another searches: it finds what there is" : scheduled);
    end_world(judge);
}

/* The first spawn wakes worker 1, which searches; the second wakes nobody; when the search is over the third wakes worker 2. */
static void one_after_the_other(struct judge *judge)
{
    make_world(judge, 3);
    PROGRAM(judge, 1, 1, ACT(spawn, RANGE(2, 2)), ACT(note, 1), ACT(spawn, RANGE(3, 3)), ACT(note, 2),
            ACT(end_search), ACT(spawn, RANGE(4, 4)), ACT(note, 1), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 4, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)), ACT(fall_asleep, 2, NOT_SEARCHING),
           ACT(fall_asleep, 1, NOT_SEARCHING));
    const struct story *story = run_to_its_end(judge);
    int first = find(story, 0, EVENT_NOTE, 1), second = find(story, first, EVENT_NOTE, 2);
    expect_wake(judge, story, 0, first, true, scheduled);
    EXPECT(judge, count_between(story, first, second, EVENT_UNPARK, -1) == 0,
           "no worker is woken while another searches: it finds what there is", "one is");
    EXPECT(judge, count_between(story, second, story->count, EVENT_UNPARK, 2) > 0, scheduled,
           "worker 2 sleeps on, and nobody searches");
    end_world(judge);
}

/* A task gives way, and its poll goes on: what it schedules then has not yielded, and waits for no long poll. */
static void scheduled_behind_a_yield(struct judge *judge, struct step_act act)
{
    make_world(judge, 3);
    PROGRAM(judge, 1, 1, ACT(give_way), act, ACT(note, 1), ACT(finish), ACT(ready));
    PROGRAM(judge, 2, 2, ACT(keep), ACT(rest));
    PROGRAM(judge, 4, 4, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(2, 2)), ACT(load, 0, RANGE(1, 1)), ACT(fall_asleep, 1, NOT_SEARCHING));
    const struct story *story = run_to_its_end(judge);
    int polled = poll_of(judge, story, 0, 1, "each task is polled"), mark = find(story, 0, EVENT_NOTE, 1);
    expect_wake(judge, story, polled, mark, true, scheduled);
    end_world(judge);
}

/* The ring is full, and maybe a thief is at work: what overflows is for a worker that sleeps too, which fell asleep just now. */
static void scheduled_in_a_full_ring(struct judge *judge, bool thief)
{
    enum { FIRST = 300, SIZE = 256 };
    make_world(judge, 3);
    PROGRAM(judge, 1, 1, ACT(spawn, RANGE(FIRST, FIRST + SIZE - 1)), thief ? ACT(thief_stops, 0) : ACT(look),
            ACT(fall_asleep, 1, NOT_SEARCHING), ACT(note, 2), ACT(spawn, RANGE(4, 4)), ACT(note, 1),
            ACT(thief_ends, 2), ACT(finish), ACT(ready));
    PROGRAM(judge, 4, 4, ACT(ready));
    PROGRAM(judge, FIRST, FIRST + SIZE - 1, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)));
    const struct story *story = run_to_its_end(judge);
    expect_wake(judge, story, find(story, 0, EVENT_NOTE, 2), find(story, 0, EVENT_NOTE, 1), true, scheduled);
    end_world(judge);
}

/* after_unpark schedules a task, behind the one that the driver has woken: its poll may be long. */
static void scheduled_by_a_hook(struct judge *judge)
{
    make_world_with(judge, 3, HOOK_AFTER_UNPARK);
    PROGRAM(judge, 1, 1, ACT(keep), ACT(rest));
    PROGRAM(judge, 2, 2, ACT(ready));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)), ACT(fall_asleep, 1, NOT_SEARCHING));
    CARRY(judge, ACT(in_sleep), ACT(wake, 1));
    CARRY(judge, ACT(in_after_unpark), ACT(note, 1), ACT(spawn, RANGE(2, 2)));
    run_worker(judge);
    (void)until_asleep(judge);
    const struct story *story = until_asleep(judge);
    int mark = find(story, 0, EVENT_NOTE, 1), polled = find(story, mark, EVENT_POLLED, -1);
    EXPECT(judge, mark >= 0 && polled >= 0, "what the driver has woken is polled", "it is not");
    expect_wake(judge, story, mark, polled, true,
                "what a hook schedules is for a worker that sleeps too: it is woken before the next poll");
    finish(judge);
    end_world(judge);
}

/* A task yields, and is scheduled when its poll ends: behind others, of which the next one may be long. */
static void yields_behind_others(struct judge *judge)
{
    make_world(judge, 3);
    PROGRAM(judge, 1, 1, ACT(yield), ACT(finish), ACT(ready));
    PROGRAM(judge, 10, 12, ACT(rest));
    DRIVER(judge, ACT(load, 0, RANGE(1, 1)), ACT(load, 0, RANGE(10, 12)), ACT(fall_asleep, 1, NOT_SEARCHING));
    const struct story *story = run_to_its_end(judge);
    int polled = poll_of(judge, story, 0, 1, "each task is polled");
    int next = poll_of(judge, story, polled, 10, "each task is polled");
    expect_wake(
        judge, story, polled, next, true,
        "what yields behind other tasks is for a worker that sleeps too: it is woken before the next poll");
    end_world(judge);
}

void test_schedule_wakes(struct judge *judge)
{
    judge_start(judge, "worker");
    for (int own = 0; own < 3; own++) {
        scheduled_in_a_poll(judge, ACT(spawn, RANGE(4, 4)), own, false);
        scheduled_in_a_poll(judge, ACT(wake, 2), own, false);
    }
    scheduled_in_a_poll(judge, ACT(spawn, RANGE(4, 5)), judge_random(judge, 10), false);
    scheduled_in_a_poll(judge, ACT(spawn, RANGE(4, 5)), 3, true);
    scheduled_behind_a_yield(judge, ACT(spawn, RANGE(4, 4)));
    scheduled_behind_a_yield(judge, ACT(wake, 2));
    one_after_the_other(judge);
    yields_behind_others(judge);
    scheduled_in_a_full_ring(judge, false);
    scheduled_in_a_full_ring(judge, true);
    scheduled_by_a_hook(judge);
    judge_finish(judge);
}

/* The first poll of one of two tasks. */
static int least_poll(struct judge *judge, const struct story *story, int from, int one, int other)
{
    int first = poll_of(judge, story, from, one, "what a driver wakes is polled");
    int second = poll_of(judge, story, from, other, "what a driver wakes is polled");
    return first < second ? first : second;
}

/* What a driver makes ready: worker 0 runs one of two tasks, and the poll may be long, so the other is for a worker that sleeps. `woken`:
 * another thread ends the sleep too. */
static void made_ready_in_a_park(struct judge *judge, bool asleep, bool woken)
{
    static const char *const expected =
        "when a park's driver has woken two tasks, a worker that sleeps is woken before the first of them is polled";
    make_world(judge, 3);
    PROGRAM(judge, 2, 3, ACT(keep), ACT(pend), ACT(rest));
    PROGRAM(judge, 10, 109, ACT(ready)); /* so many that the park has a turn in between */
    DRIVER(judge, ACT(load, 0, RANGE(2, 3)), ACT(fall_asleep, 1, NOT_SEARCHING));
    if (!asleep)
        DRIVER(judge, ACT(load, 0, RANGE(10, 109)));
    if (asleep)
        CARRY(judge, ACT(in_sleep), ACT(note, 1), ACT(wake, 2), ACT(wake, 3), woken ? ACT(notify) : ACT(look));
    else
        CARRY(judge, ACT(in_turn), ACT(note, 1), ACT(wake, 2), ACT(wake, 3));
    run_worker(judge);
    const struct story *story = until_asleep(judge);
    if (asleep)
        story = until_asleep(judge);
    int mark = find(story, 0, EVENT_NOTE, 1);
    if (mark < 0)
        mark = 0; /* its story ended before */
    int polled = least_poll(judge, story, mark, 2, 3);
    expect_wake(judge, story, mark, polled, true, expected);
    finish(judge);
    end_world(judge);
}

void test_driver_wakes(struct judge *judge)
{
    judge_start(judge, "worker");
    made_ready_in_a_park(judge, true, false);
    made_ready_in_a_park(judge, true, true);
    made_ready_in_a_park(judge, false, false);
    judge_finish(judge);
}
