/**
 * @file tests_wake.c
 * @brief Clauses 03.4 to 03.7, 03.19 and 03.21: wakes, and the references of wakers. No task here has a join handle.
 *
 * Where a test publishes something, the threads that take part have nothing in common but the task's state.
 */
#include "rig.h"
#include "tests.h"

enum { MANY = 100 };

/* A thread that is not this one; 0 only where the driver may act: not from inside of another thread's step. */
static int other_thread(struct judge *judge, int thread)
{
    return thread == 0 ? 1 + judge_random(judge, 2) : 3 - thread;
}

/* Run to its end: READY, its output destroyed or joined by nobody. */
static void run_to_end(struct judge *judge, int task)
{
    DO(judge, ready, .task = task, .value = task);
    run(judge, 0, task);
}

/* --- 03.19 --- */

void test_one_poll_per_wake(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 3; round++) {
        int runner = judge_random(judge, THREADS_MAX), other = other_thread(judge, runner);
        int task = spawn(judge, 0, SPAWN_DETACHED);
        const struct tally *tally = tally_of(judge, task);
        DO(judge, new_waker, .thread = other, .waker = 0, .task = task);
        DO(judge, wake_often, .thread = other, .waker = 0, .times = MANY);
        expect_count(judge, tally->scheduled, 0, "times that a task in the queue is scheduled by its wakes");
        run(judge, runner, task);
        expect_count(judge, tally->polls, 1, "polls after the spawn and 100 wakes");
        expect_queue_empty(judge);

        DO(judge, wake_often, .thread = other, .waker = 0, .times = MANY);
        expect_count(judge, tally->scheduled, 1, "times that an idle task is scheduled by 100 wakes");
        at(judge, AT_TO_RUNNING, task); /* it has left the queue, and nobody runs it yet */
        DO(judge, wake_often, .thread = other, .waker = 0, .times = 2);
        run(judge, runner, task);
        expect_count(judge, tally->polls, 2, "polls after 100 wakes, and 2 before it ran");
        expect_count(judge, tally->scheduled, 1, "times that it was scheduled");
        expect_queue_empty(judge);

        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        at(judge, AT_POLL, task);
        if (round)
            DO(judge, wake_often, .thread = other, .waker = 0, .times = MANY);
        else
            DO(judge, wake_by_ref, .thread = other, .waker = 0);
        run(judge, runner, task);
        expect_count(judge, tally->scheduled, 3,
                     "times that it was scheduled, once for the wakes during the poll");
        run(judge, runner, task);
        expect_count(judge, tally->polls, 4, "polls: one more after wakes during a poll");
        expect_queue_empty(judge);

        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        at(judge, AT_TO_IDLE, task);
        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        run(judge, runner, task);
        run(judge, runner, task);
        expect_count(judge, tally->polls, 6, "polls: one more after a wake between poll and to_idle");
        expect_queue_empty(judge);

        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        DO(judge, ready, .task = task, .value = 1);
        at(judge, AT_POLL, task);
        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        at(judge, AT_RELEASED, task);
        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        at(judge, AT_COMPLETED, task);
        DO(judge, wake_by_ref, .thread = other, .waker = 0);
        run(judge, runner, task);
        DO(judge, wake_often, .thread = other, .waker = 0, .times = MANY);
        expect_count(judge, tally->polls, 7, "polls in all; it is over, so no wake schedules it");
        expect_queue_empty(judge);
        expect_ended(judge, task, true, true);
        DO(judge, drop_waker, .thread = other, .waker = 0);
        expect_freed(judge);
    }
    finish_tasks(judge);
}

/* --- 03.5 --- */

void test_waker_used_up(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 3; round++) {
        int runner = judge_random(judge, THREADS_MAX), other = other_thread(judge, runner);
        int task = spawn(judge, 0, SPAWN_DETACHED);
        const struct tally *tally = tally_of(judge, task);
        for (int i = 0; i < 12; i++)
            DO(judge, new_waker, .thread = other, .waker = i, .task = task);
        DO(judge, wake, .thread = other, .waker = 0);
        DO(judge, wake, .thread = other, .waker = 1);
        run(judge, runner, task);
        expect_count(judge, tally->polls, 1, "polls after the spawn and 2 wakes by value");
        expect_queue_empty(judge);

        DO(judge, wake, .thread = other, .waker = 2);
        DO(judge, wake, .thread = other, .waker = 3);
        expect_count(judge, tally->scheduled, 1, "times that an idle task is scheduled by 2 wakes by value");
        at(judge, AT_TO_RUNNING, task);
        DO(judge, wake, .thread = other, .waker = 4);
        at(judge, AT_POLL, task);
        DO(judge, wake, .thread = other, .waker = 5);
        at(judge, AT_POLL, task);
        DO(judge, wake, .thread = other, .waker = 6);
        run(judge, runner, task);
        run(judge, runner, task);
        expect_count(judge, tally->polls, 3, "polls: one more after wakes during a poll");
        expect_queue_empty(judge);

        DO(judge, wake, .thread = other, .waker = 7);
        DO(judge, ready, .task = task, .value = 1);
        at(judge, AT_POLL, task);
        DO(judge, wake, .thread = other, .waker = 8);
        at(judge, AT_COMPLETED, task);
        DO(judge, wake, .thread = other, .waker = 9);
        run(judge, runner, task);
        expect_queue_empty(judge);
        expect_ended(judge, task, true, true);
        DO(judge, drop_waker, .thread = other, .waker = 10);
        expect_alive(judge);
        DO(judge, wake, .thread = other, .waker = 11); /* the last reference of all */
        expect_freed(judge);
    }
    finish_tasks(judge);
}

/* --- 03.6 --- */

/* Each waker is given up in one of the two ways, in any order; the last one frees. */
static void give_up_all(struct judge *judge, const int *threads, int count)
{
    int left = count;
    bool gone[8] = {false};
    while (left > 0) {
        int waker = judge_random(judge, count);
        if (gone[waker])
            continue;
        gone[waker] = true;
        if (left == count)
            expect_alive(judge);
        if (judge_random(judge, 2))
            DO(judge, wake, .thread = threads[waker], .waker = waker);
        else
            DO(judge, drop_waker, .thread = threads[waker], .waker = waker);
        if (--left > 0)
            expect_alive(judge);
    }
    expect_freed(judge);
}

/* What a thread did with the task's memory is over before another one frees it. */
static void give_up_on_threads(struct judge *judge, bool by_wake, bool when_queued)
{
    int task = spawn(judge, 0, SPAWN_DETACHED);
    DO(judge, new_waker, .thread = 1, .waker = 0, .task = task);
    DO(judge, new_waker, .thread = 2, .waker = 1, .task = task);
    if (!when_queued)
        run_to_end(judge, task);
    DO(judge, touch, .thread = 1, .task = task);
    if (by_wake)
        DO(judge, wake, .thread = 1, .waker = 0);
    else
        DO(judge, drop_waker, .thread = 1, .waker = 0);
    if (when_queued) {
        DO(judge, drop_waker, .thread = 2, .waker = 1);
        DO(judge, ready, .task = task, .value = 1);
        run(judge, 2, task); /* its end is that of the memory too */
    } else {
        DO(judge, drop_waker, .thread = 2, .waker = 1);
    }
    expect_freed(judge);
}

void test_task_waker(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 6; round++) {
        int threads[5], task = spawn(judge, 0, SPAWN_DETACHED);
        for (int i = 0; i < 5; i++) {
            threads[i] = judge_random(judge, THREADS_MAX);
            if (i < 2)
                DO(judge, new_waker, .thread = threads[i], .waker = i, .task = task);
            else
                DO(judge, clone_waker, .thread = threads[i] = threads[i - 1], .waker = i, .of = i - 1);
        }
        run(judge, 0, task);
        DO(judge, wake_by_ref, .thread = threads[4], .waker = 4);
        run_to_end(judge, task);
        expect_ended(judge, task, true, true);
        give_up_all(judge, threads, 5);
    }
    /* an idle task whose wakers are gone is still the scheduler's */
    int task = spawn(judge, 0, SPAWN_DETACHED);
    DO(judge, new_waker, .thread = 1, .waker = 0, .task = task);
    run(judge, 0, task);
    DO(judge, drop_waker, .thread = 1, .waker = 0);
    expect_alive(judge);
    DO(judge, new_waker, .waker = 0, .task = task);
    DO(judge, ready, .task = task, .value = 1);
    DO(judge, wake, .waker = 0);
    run(judge, 0, task);
    expect_freed(judge);
    for (int kind = 0; kind < 4; kind++)
        give_up_on_threads(judge, kind % 2, kind / 2);
    finish_tasks(judge);
}

/* Thread 2 has taken the task out of the queue, and run it; then thread 1 finds it idle, and queues it, by a wake of either
 * kind. It may touch the task's link only when the other is known to be done with it. */
void test_wake_after_a_run(struct judge *judge)
{
    judge_start(judge, "tasks");
    DO(judge, link);
    for (int round = 0; round < 4; round++) {
        int task = spawn(judge, 1, SPAWN_DETACHED);
        DO(judge, new_waker, .thread = 1, .waker = 0, .task = task);
        run(judge, 2, task);
        DO(judge, wake_by_ref, .thread = 1, .waker = 0);
        run(judge, 2, task);
        expect_count(judge, tally_of(judge, task)->polls, 2, "polls: one for the wake");
        DO(judge, ready, .task = task, .value = DRAW(judge, ready, value));
        DO(judge, wake, .thread = 1, .waker = 0);
        run(judge, 2, task);
        expect_count(judge, tally_of(judge, task)->polls, 3, "polls: one for the wake by value");
        expect_ended(judge, task, true, true);
        expect_freed(judge);
    }
    finish_tasks(judge);
}

/* --- 03.7 --- */

enum when { WHEN_IDLE, WHEN_SPAWNED, WHEN_NOTIFIED, WHEN_POLLED, WHEN_POLLED_AND_NOTIFIED, WHENS };

static void wake_by(struct judge *judge, int waker, bool by_value)
{
    if (by_value)
        DO(judge, wake, .thread = 1, .waker = waker);
    else
        DO(judge, wake_by_ref, .thread = 1, .waker = waker);
}

/* Thread 1 writes, then wakes; thread 2 polls next, and reads. */
static void publish(struct judge *judge, enum when when, bool by_value)
{
    int task = spawn(judge, 0, SPAWN_DETACHED), value = (int)DRAW(judge, write, value);
    DO(judge, new_waker, .thread = 1, .waker = 0, .task = task);
    DO(judge, new_waker, .waker = 1, .task = task);
    if (when != WHEN_SPAWNED)
        run(judge, 2, task);
    if (when == WHEN_NOTIFIED)
        DO(judge, wake_by_ref, .waker = 1);
    if (when == WHEN_POLLED || when == WHEN_POLLED_AND_NOTIFIED) {
        DO(judge, wake_by_ref, .waker = 1);
        if (when == WHEN_POLLED_AND_NOTIFIED) {
            at(judge, AT_POLL, task);
            DO(judge, wake_by_ref, .thread = 2, .waker = 1);
        }
        at(judge, AT_POLL, task);
        DO(judge, write, .thread = 1, .task = task, .value = value);
        at(judge, AT_POLL, task);
        wake_by(judge, 0, by_value);
        run(judge, 2, task);
    } else {
        DO(judge, write, .thread = 1, .task = task, .value = value);
        wake_by(judge, 0, by_value);
    }
    run(judge, 2, task);
    expect_count(judge, tally_of(judge, task)->parcel, value, "what the poll after the wake reads");
    DO(judge, wake_by_ref, .waker = 1);
    run_to_end(judge, task);
    expect_ended(judge, task, true, true);
    if (!by_value)
        DO(judge, drop_waker, .thread = 1, .waker = 0);
    DO(judge, drop_waker, .waker = 1);
    expect_freed(judge);
}

void test_wake_publishes(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int when = 0; when < 2 * WHENS; when++)
        publish(judge, (enum when)(when / 2), when % 2);
    finish_tasks(judge);
}

/* --- 03.21 --- */

/* Polled by thread 1, woken by the driver, polled by thread 2: what the poll wrote into the frame is seen. Nothing orders
 * this but the transitions: the driver does not know what thread 1 wrote. */
static void move_task(struct judge *judge, bool woken_in_poll)
{
    int task = spawn(judge, 0, SPAWN_DETACHED);
    DO(judge, new_waker, .waker = 0, .task = task);
    DO(judge, new_waker, .thread = 2, .waker = 1, .task = task);
    if (woken_in_poll) {
        at(judge, AT_POLL, task);
        DO(judge, wake_by_ref, .thread = 2, .waker = 1);
    }
    run(judge, 1, task);
    DO(judge, wake_by_ref, .waker = 0);
    run(judge, 2, task);
    expect_count(judge, tally_of(judge, task)->run_thread, 2, "the thread that ran the task");
    DO(judge, ready, .task = task, .value = 1);
    DO(judge, wake, .waker = 0);
    run(judge, 1, task);
    expect_ended(judge, task, true, true);
    DO(judge, drop_waker, .thread = 2, .waker = 1);
    expect_freed(judge);
}

void test_poll_publishes(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 4; round++)
        move_task(judge, round % 2);
    finish_tasks(judge);
}
