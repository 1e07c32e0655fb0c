/**
 * @file tests_abort.c
 * @brief Clauses 03.12 to 03.15, 03.26 and 03.27: aborts, at any time and from any thread. And 03.11, at any time.
 */
#include "rig.h"
#include "tests.h"
#include "weft/error.h"
#include "weft/future.h"

/* By the handle, or by an abort handle, which any thread may use. */
static void abort_it(struct judge *judge, int task, int slot)
{
    if (judge_random(judge, 2))
        DO(judge, abort, .thread = 1 + judge_random(judge, 2), .handle = slot);
    else
        DO(judge, join_abort, .thread = HANDLE, .task = task);
}

/* --- the cross product --- */

enum moment { BEFORE, DURING, AFTER, NEVER, MOMENTS };

/* One life: polled once before or not; then a run, in whose poll it may be READY. Before that run, during it and after
 * it the handle may be dropped and the task be aborted. Then it is brought to its end. */
struct life {
    bool polled, ready;
    enum moment dropped, aborted;
};

static void act_at(struct judge *judge, const struct life *life, enum moment moment, int task)
{
    /* one that was aborted before is dropped instead of polled */
    enum point point = life->aborted == BEFORE ? AT_DROP : AT_POLL;
    if (life->aborted == moment) {
        if (moment == DURING)
            at(judge, point, task);
        DO(judge, abort, .thread = 1 + judge_random(judge, 2), .handle = 0);
    }
    if (life->dropped == moment) {
        if (moment == DURING)
            at(judge, point, task);
        DO(judge, join_drop, .thread = HANDLE, .task = task);
    }
}

static void live(struct judge *judge, struct life life)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge),
        runner = judge_random(judge, THREADS_MAX);
    const struct tally *tally = tally_of(judge, task);
    if (life.aborted != NEVER)
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
    DO(judge, new_waker, .waker = 0, .task = task);
    if (life.polled) {
        run(judge, runner, task);
        DO(judge, wake_by_ref, .waker = 0);
    }
    int polls = tally->polls;
    act_at(judge, &life, BEFORE, task);
    if (life.ready)
        DO(judge, ready, .task = task, .value = value);
    act_at(judge, &life, DURING, task);
    run(judge, runner, task);
    bool over = life.ready || life.aborted == BEFORE || life.aborted == DURING;
    bool ready = life.ready && life.aborted != BEFORE;
    expect_count(judge, tally->polls - polls, life.aborted != BEFORE, "polls in this run");
    expect_count(judge, tally->released, over, "times that the scheduler was told of the end");
    act_at(judge, &life, AFTER, task);
    if (!over) {
        ready = life.aborted != AFTER;
        if (ready)
            DO(judge, wake_by_ref, .waker = 0);
        DO(judge, ready, .task = task, .value = value);
        run(judge, runner, task);
    }
    DO(judge, wake_by_ref, .waker = 0);
    expect_queue_empty(judge);
    expect_ended(judge, task, ready, ready && life.dropped != NEVER);
    if (life.dropped == NEVER)
        expect_joined(judge, HANDLE, task, 0, ready ? 0 : WF_ECANCELED, value);
    expect_ended(judge, task, ready, ready && life.dropped != NEVER);
    expect_alive(judge);
    DO(judge, drop_waker, .waker = 0);
    if (life.aborted != NEVER) {
        expect_alive(judge);
        DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
    }
    expect_freed(judge);
}

void test_detach_any_time(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int kind = 0; kind < 4 * MOMENTS; kind++)
        live(judge, (struct life){.polled = kind % 2,
                                  .ready = kind / 2 % 2,
                                  .dropped = (enum moment)(kind / 4),
                                  .aborted = NEVER});
    finish_tasks(judge);
}

void test_abort_any_time(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int kind = 0; kind < 4 * MOMENTS * NEVER; kind++)
        live(judge, (struct life){.polled = kind % 2,
                                  .ready = kind / 2 % 2,
                                  .dropped = (enum moment)(kind / 4 % MOMENTS),
                                  .aborted = (enum moment)(kind / 4 / MOMENTS)});
    finish_tasks(judge);
}

/* --- 03.26 --- */

/* The handle may have left a waker, before the run or in it; with little budget it takes a unit, as of a task that was READY. */
static void join_aborted(struct judge *judge, bool polled, bool awaited_before, bool awaited_in_drop)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), units = 1 + judge_random(judge, 100);
    if (polled)
        run(judge, RUNNER, task);
    if (awaited_before)
        poll_handle(judge, HANDLE, task, 0);
    DO(judge, join_abort, .thread = HANDLE, .task = task);
    if (awaited_in_drop) {
        at(judge, AT_DROP, task);
        poll_handle(judge, HANDLE, task, 1);
    }
    int wakes[] = {mock_of(judge, 0)->wakes, mock_of(judge, 1)->wakes};
    run(judge, RUNNER, task);
    expect_count(judge, mock_of(judge, 1)->wakes - wakes[1], awaited_in_drop, "wakes of the newest waker");
    expect_count(judge, mock_of(judge, 0)->wakes - wakes[0], awaited_before && !awaited_in_drop,
                 "wakes of the older waker");
    EXPECT(judge, is_finished(judge, HANDLE, task), "true: the task is over", "false");
    DO(judge, constrain, .thread = HANDLE, .units = units);
    expect_joined(judge, HANDLE, task, 0, WF_ECANCELED, 0);
    expect_budget(judge, HANDLE, units - 1);
    DO(judge, unconstrain, .thread = HANDLE);
    expect_ended(judge, task, false, false);
    for (int i = 0; i < 2; i++)
        expect_no_clones(judge, i);
    expect_freed(judge);
}

void test_aborted_join(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int kind = 0; kind < 8; kind++)
        join_aborted(judge, kind % 2, kind / 2 % 2, kind / 4);
    finish_tasks(judge);
}

/* --- 03.12 --- */

void test_abort_idle(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 4; round++) {
        bool awaited = round % 2;
        int task = spawn(judge, HANDLE, SPAWN_AWAITED);
        const struct tally *tally = tally_of(judge, task);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
        run(judge, RUNNER, task);
        if (awaited)
            poll_handle(judge, HANDLE, task, 0);
        int wakes = mock_of(judge, 0)->wakes;
        abort_it(judge, task, 0);
        expect_count(judge, tally->drops, 0, "times that the abort itself dropped the future");
        expect_count(judge, tally->scheduled, 1, "times that the abort scheduled the idle task");
        EXPECT(judge, !is_finished(judge, HANDLE, task), "false: the future is not dropped yet", "true");
        abort_it(judge, task, 0);
        expect_count(judge, tally->scheduled, 1, "times that it is scheduled: a second abort changes nothing");
        int runner = round % 2 ? RUNNER : 0;
        run(judge, runner, task);
        expect_count(judge, tally->polls, 1, "polls: it is dropped instead");
        expect_count(judge, tally->run_thread, runner, "the thread on which the future was dropped");
        expect_ended(judge, task, false, false);
        expect_count(judge, mock_of(judge, 0)->wakes - wakes, awaited, "wakes of the join waker");
        abort_it(judge, task, 0);
        expect_queue_empty(judge);
        expect_joined(judge, HANDLE, task, 0, WF_ECANCELED, 0);
        DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
        expect_freed(judge);
    }
    /* the handle may go: the task ends all the same */
    for (int by_other = 0; by_other < 2; by_other++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
        run(judge, RUNNER, task);
        if (by_other)
            DO(judge, abort, .thread = RUNNER, .handle = 0);
        else
            DO(judge, join_abort, .thread = HANDLE, .task = task);
        DO(judge, abort_drop, .thread = RUNNER, .handle = 0);
        DO(judge, join_drop, .thread = HANDLE, .task = task);
        run(judge, RUNNER, task);
        expect_ended(judge, task, false, false);
        expect_freed(judge);
    }
    finish_tasks(judge);
}

/* --- 03.13 --- */

static void abort_at(struct judge *judge, enum point point, bool ready, bool woken)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
    const struct tally *tally = tally_of(judge, task);
    DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
    DO(judge, new_waker, .thread = HANDLE, .waker = 0, .task = task);
    bool woken_first = judge_random(judge, 2);
    if (ready)
        DO(judge, ready, .task = task, .value = value);
    if (woken && woken_first)
        at(judge, point, task), DO(judge, wake_by_ref, .thread = HANDLE, .waker = 0);
    at(judge, point, task);
    abort_it(judge, task, 0);
    if (woken && !woken_first)
        at(judge, point, task), DO(judge, wake_by_ref, .thread = HANDLE, .waker = 0);
    run(judge, RUNNER, task);
    expect_count(judge, tally->polls, 1, "polls");
    expect_count(judge, tally->run_thread, RUNNER, "the thread on which the future ended");
    expect_queue_empty(judge);
    expect_ended(judge, task, ready, false);
    expect_joined(judge, HANDLE, task, 0, ready ? 0 : WF_ECANCELED, value);
    expect_ended(judge, task, ready, false);
    DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
    DO(judge, drop_waker, .thread = HANDLE, .waker = 0);
    expect_freed(judge);
}

/* As test_wake_after_a_run(): the thread that aborts an idle task writes its link, which the last run's thread has read. */
void test_abort_after_a_run(struct judge *judge)
{
    judge_start(judge, "tasks");
    DO(judge, link);
    for (int round = 0; round < 4; round++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
        run(judge, RUNNER, task);
        abort_it(judge, task, 0);
        run(judge, RUNNER, task);
        expect_ended(judge, task, false, false);
        DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
        DO(judge, join_drop, .thread = HANDLE, .task = task);
        expect_freed(judge);
    }
    finish_tasks(judge);
}

void test_abort_in_poll(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int woken = 0; woken < 2; woken++) {
        abort_at(judge, AT_POLL, false, woken);
        abort_at(judge, AT_POLL, true, woken);
        abort_at(judge, AT_TO_IDLE, false, woken);
        abort_at(judge, AT_TO_COMPLETE, true, woken);
        abort_at(judge, AT_RELEASED, true, woken);
        abort_at(judge, AT_COMPLETED, true, woken);
    }
    /* the task itself asks for its end, and its handle is gone */
    int task = spawn(judge, HANDLE, SPAWN_AWAITED);
    DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
    at(judge, AT_POLL, task);
    DO(judge, abort, .thread = RUNNER, .handle = 0);
    at(judge, AT_POLL, task);
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    run(judge, RUNNER, task);
    expect_ended(judge, task, false, false);
    DO(judge, abort_drop, .thread = RUNNER, .handle = 0);
    expect_freed(judge);
    finish_tasks(judge);
}

/* --- 03.27 --- */

/* Polled by thread 1, aborted by the driver, dropped by thread 2: what the poll wrote into the frame is seen. */
static void frame_is_seen(struct judge *judge, bool woken_in_poll)
{
    int task = spawn(judge, 0, SPAWN_AWAITED);
    DO(judge, new_waker, .thread = 2, .waker = 1, .task = task);
    if (woken_in_poll) {
        at(judge, AT_POLL, task);
        DO(judge, wake_by_ref, .thread = 2, .waker = 1);
    }
    run(judge, 1, task);
    DO(judge, join_abort, .task = task);
    run(judge, 2, task);
    expect_count(judge, tally_of(judge, task)->run_thread, 2, "the thread on which the future was dropped");
    expect_ended(judge, task, false, false);
    DO(judge, drop_waker, .thread = 2, .waker = 1);
    DO(judge, join_drop, .task = task);
    expect_freed(judge);
}

/* What a thread wrote before it asked for the end during a poll is seen by the clean-up, which nothing else orders. */
void test_abort_publishes(struct judge *judge)
{
    judge_start(judge, "tasks");
    frame_is_seen(judge, false);
    frame_is_seen(judge, true);
    for (int round = 0; round < 4; round++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        at(judge, AT_POLL, task);
        DO(judge, write, .thread = HANDLE, .task = task, .value = value);
        at(judge, AT_POLL, task);
        DO(judge, join_abort, .thread = HANDLE, .task = task);
        run(judge, RUNNER, task);
        expect_count(judge, tally_of(judge, task)->parcel, value, "what the drop of its future reads");
        expect_ended(judge, task, false, false);
        DO(judge, join_drop, .thread = HANDLE, .task = task);
        expect_freed(judge);
    }
    finish_tasks(judge);
}

/* --- 03.14 --- */

void test_abort_over(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 4; round++) { /* over, its output not taken yet */
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
        if (round % 2)
            poll_handle(judge, HANDLE, task, 0);
        DO(judge, ready, .task = task, .value = value);
        run(judge, RUNNER, task);
        abort_it(judge, task, 0);
        abort_it(judge, task, 0);
        expect_queue_empty(judge);
        expect_joined(judge, HANDLE, task, 0, 0, value);
        DO(judge, abort, .thread = RUNNER, .handle = 0); /* and taken */
        expect_queue_empty(judge);
        expect_ended(judge, task, true, false);
        DO(judge, abort_drop, .thread = RUNNER, .handle = 0);
        expect_freed(judge);
    }
    for (int polled = 0; polled < 2; polled++) { /* queued: by the spawn, or by a wake */
        int task = spawn(judge, HANDLE, SPAWN_AWAITED);
        const struct tally *tally = tally_of(judge, task);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
        DO(judge, new_waker, .thread = HANDLE, .waker = 0, .task = task);
        if (polled)
            run(judge, RUNNER, task), DO(judge, wake_by_ref, .thread = HANDLE, .waker = 0);
        int scheduled = tally->scheduled;
        abort_it(judge, task, 0);
        DO(judge, wake, .thread = HANDLE, .waker = 0);
        expect_count(judge, tally->scheduled, scheduled, "times that it is scheduled: it is in the queue");
        run(judge, RUNNER, task);
        expect_count(judge, tally->polls, polled, "polls: it is dropped instead");
        expect_queue_empty(judge);
        expect_ended(judge, task, false, false);
        expect_joined(judge, HANDLE, task, 0, WF_ECANCELED, 0);
        DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
        expect_freed(judge);
    }
    finish_tasks(judge);
}

/* --- 03.15 --- */

void test_abort_handle(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int aborted = 0; aborted < 2; aborted++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 1, .task = task);
        DO(judge, ready, .task = task, .value = value);
        if (aborted)
            DO(judge, abort, .thread = RUNNER, .handle = 0);
        run(judge, RUNNER, task);
        expect_ended(judge, task, !aborted, false);
        DO(judge, join_drop, .thread = HANDLE,
           .task = task); /* future and output are gone, the memory is not */
        expect_ended(judge, task, !aborted, !aborted);
        expect_alive(judge);
        DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
        expect_alive(judge);
        DO(judge, touch, .thread = RUNNER, .task = task);
        DO(judge, abort_drop, .thread = RUNNER, .handle = 1);
        expect_freed(judge);
        DO(judge, abort, .thread = RUNNER, .handle = 1); /* empty: does nothing */
        DO(judge, abort_drop, .thread = RUNNER, .handle = 1);
    }
    /* the last but for the task's own end, on another thread */
    int task = spawn(judge, HANDLE, SPAWN_AWAITED);
    DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
    expect_count(judge, tally_of(judge, task)->drops, 0, "times that a future is dropped by its handles' end");
    DO(judge, ready, .task = task, .value = 1);
    run(judge, RUNNER, task);
    expect_ended(judge, task, true, true);
    expect_freed(judge);
    /* of a handle that is over it is empty */
    task = spawn(judge, HANDLE, SPAWN_AWAITED);
    DO(judge, ready, .task = task, .value = 1);
    run(judge, RUNNER, task);
    expect_joined(judge, HANDLE, task, 0, 0, 1);
    DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = task);
    expect_freed(judge);
    DO(judge, abort, .thread = HANDLE, .handle = 0);
    DO(judge, abort_drop, .thread = HANDLE, .handle = 0);
    DO(judge, join_abort, .thread = HANDLE, .task = task);
    /* two tasks, each with an abort handle of the other in its frame */
    for (int round = 0; round < 3; round++) {
        int left = spawn(judge, HANDLE, SPAWN_AWAITED), right = spawn(judge, HANDLE, SPAWN_AWAITED);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 0, .task = right);
        DO(judge, abort_handle, .thread = HANDLE, .handle = 1, .task = left);
        DO(judge, give_abort, .task = left, .handle = 0);
        DO(judge, give_abort, .task = right, .handle = 1);
        run(judge, RUNNER, left);
        run(judge, RUNNER, right);
        if (round < 2)
            DO(judge, join_abort, .thread = HANDLE, .task = left);
        else
            DO(judge, new_waker, .waker = 0, .task = left), DO(judge, ready, .task = left, .value = 1),
                DO(judge, wake, .waker = 0);
        if (round > 0)
            run(judge, RUNNER, left);
        DO(judge, join_abort, .thread = HANDLE, .task = right);
        if (round == 0)
            run(judge, RUNNER, left);
        run(judge, RUNNER, right);
        DO(judge, join_drop, .thread = HANDLE, .task = left);
        DO(judge, join_drop, .thread = HANDLE, .task = right);
        expect_ended(judge, left, round == 2, round == 2);
        expect_ended(judge, right, false, false);
        expect_freed(judge);
    }
    finish_tasks(judge);
}
