/**
 * @file tests_join.c
 * @brief Clauses 03.8 to 03.11, 03.24 and 03.25: the join handle, its waker, and what becomes of the output.
 *
 * The handle's thread is the one that spawned the task; another one runs it.
 */
#include "rig.h"
#include "tests.h"
#include "weft/future.h"

/* --- 03.8 --- */

static void join_in_order(struct judge *judge, bool awaited_before)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
    EXPECT(judge, !is_finished(judge, HANDLE, task), "false: the task is not over", "true");
    if (awaited_before)
        EXPECT(judge, poll_handle(judge, HANDLE, task, 0).a == WF_PENDING, "PENDING: the task is not over",
               "READY");
    DO(judge, ready, .task = task, .value = value);
    run(judge, RUNNER, task);
    EXPECT(judge, is_finished(judge, HANDLE, task), "true: the task is over", "false");
    expect_joined(judge, HANDLE, task, 0, 0, value);
    EXPECT(judge, is_finished(judge, HANDLE, task), "true: the handle has been READY", "false");
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    expect_ended(judge, task, true, false);
    expect_freed(judge);
}

void test_task_result(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 4; round++)
        join_in_order(judge, round % 2);
    finish_tasks(judge);
}

/* --- 03.24 and 03.25: ends that another thread sees in the middle --- */

/* The runner is held there. Just before it lets go, it has given no reference up yet: what it wrote is published by
 * to_complete alone, or by end_join_waker. */
static void hold_at(struct judge *judge, enum point point, int task)
{
    at(judge, point, task);
    DO(judge, hold, .thread = RUNNER);
}

/* The runner goes on. Where the planned run did not come, because the handle did not go that way, it comes now. */
static void let_end(struct judge *judge, int task)
{
    if (go_on(judge, RUNNER))
        return;
    run(judge, RUNNER, task);
    go_on(judge, RUNNER);
}

enum { NEW = 0, OLD = 1 }; /* join wakers */

/* The task ends at that point of the handle's poll, which must be READY at once, or be woken. Its end goes as far as
 * `end` before the poll goes on. A test looks at what is joined, or at the wakers. */
static void end_at(struct judge *judge, enum point point, bool replaces, enum point end, bool wakers)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
    DO(judge, ready, .task = task, .value = value);
    if (replaces)
        poll_handle(judge, HANDLE, task, OLD);
    hold_at(judge, end, task);
    at(judge, point, point == AT_CLONE ? NEW : task);
    run(judge, RUNNER, task);
    int wakes[] = {mock_of(judge, NEW)->wakes, mock_of(judge, OLD)->wakes};
    struct judge_reply reply = poll_handle(judge, HANDLE, task, NEW);
    int given_back = mock_of(judge, OLD)->given_back;
    if (reply.a == WF_READY && !wakers) {
        EXPECT(judge, reply.b == 0, "out is 0", "out is %s", judge_code(reply.b));
        expect_stored(judge, HANDLE, task, value);
    }
    let_end(judge, task);
    if (reply.a != WF_READY) {
        EXPECT(judge, !wakers || mock_of(judge, NEW)->wakes > wakes[NEW],
               "READY, or PENDING and the waker is woken",
               "PENDING, and the waker is not woken: the task that awaits sleeps for ever");
        expect_joined(judge, HANDLE, task, NEW, 0, value);
    }
    if (wakers && end == AT_COMPLETED && mock_of(judge, OLD)->wakes > wakes[OLD])
        EXPECT(judge, mock_of(judge, OLD)->given_back > given_back, "a waker is woken, then dropped",
               "the handle had dropped the older waker before it was woken");
    if (wakers) {
        expect_no_clones(judge, NEW);
        expect_no_clones(judge, OLD);
    } else {
        expect_ended(judge, task, true, false);
    }
    expect_freed(judge);
}

/* Every place of a poll, and both places where the end may stand meanwhile. */
static void end_everywhere(struct judge *judge, bool wakers)
{
    static const enum point points[] = {AT_CLONE, AT_SHARE, AT_UNSHARE}, ends[] = {AT_COMPLETED, AT_LET_GO};
    for (int i = 0; i < 12; i++)
        if (points[i % 3] != AT_UNSHARE || i / 6)
            end_at(judge, points[i % 3], i / 6, ends[i / 3 % 2], wakers);
}

void test_join_sees_output(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int awaited = 0; awaited < 2; awaited++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        DO(judge, ready, .task = task, .value = value);
        if (awaited)
            poll_handle(judge, HANDLE, task, 0);
        hold_at(judge, AT_LET_GO, task);
        run(judge, RUNNER, task);
        expect_joined(judge, HANDLE, task, 0, 0, value);
        go_on(judge, RUNNER);
        expect_ended(judge, task, true, false);
        expect_freed(judge);
    }
    end_everywhere(judge, false);
    finish_tasks(judge);
}

/* --- 03.9 --- */

/* Poll with wakers at random, sometimes the same again; returns the last one. */
static int poll_with_many(struct judge *judge, int task)
{
    int mock = judge_random(judge, MOCKS_MAX);
    for (int poll = 0; poll < 6; poll++) {
        bool again = poll > 0 && poll % 3 != 1;
        if (!again)
            mock = (mock + 1 + judge_random(judge, MOCKS_MAX - 1)) % MOCKS_MAX;
        int clones = mock_of(judge, mock)->clones;
        EXPECT(judge, poll_handle(judge, HANDLE, task, mock).a == WF_PENDING, "PENDING: the task is not over",
               "READY");
        expect_count(judge, mock_of(judge, mock)->clones - clones, !again,
                     again ? "clones of the same waker, given again"
                           : "clones of a waker that the handle is given");
        if (poll == 2)
            run(judge, RUNNER, task);
    }
    return mock;
}

static void newest_is_woken(struct judge *judge, bool left_in_poll)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge), wakes[MOCKS_MAX];
    for (int i = 0; i < MOCKS_MAX; i++)
        wakes[i] = mock_of(judge, i)->wakes;
    int newest = poll_with_many(judge, task);
    DO(judge, new_waker, .waker = 0, .task = task);
    DO(judge, wake, .waker = 0);
    DO(judge, ready, .task = task, .value = value);
    if (left_in_poll) { /* to_complete alone shows the runner this waker */
        newest = (newest + 1) % MOCKS_MAX;
        at(judge, AT_POLL, task);
        poll_handle(judge, HANDLE, task, newest);
    }
    run(judge, RUNNER, task);
    for (int i = 0; i < MOCKS_MAX; i++)
        expect_count(judge, mock_of(judge, i)->wakes - wakes[i], i == newest,
                     i == newest ? "wakes of the newest waker" : "wakes of an older waker");
    expect_joined(judge, HANDLE, task, newest, 0, value);
    for (int i = 0; i < MOCKS_MAX; i++)
        expect_no_clones(judge, i);
    expect_freed(judge);
}

void test_newest_join_waker(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int round = 0; round < 4; round++)
        newest_is_woken(judge, round % 2);
    finish_tasks(judge);
}

void test_end_in_between(struct judge *judge)
{
    judge_start(judge, "tasks");
    end_everywhere(judge, true);
    finish_tasks(judge);
}

/* --- 03.10 --- */

/* The task ends; at that point of its end the handle is dropped, or polled and so READY. */
static void leave_at(struct judge *judge, enum point point, bool polled)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
    DO(judge, new_waker, .thread = HANDLE, .waker = 0, .task = task);
    DO(judge, ready, .task = task, .value = value);
    poll_handle(judge, HANDLE, task, 0);
    at(judge, point, point == AT_WAKE ? 0 : task);
    if (polled)
        poll_handle(judge, HANDLE, task, 1);
    else
        DO(judge, join_drop, .thread = HANDLE, .task = task);
    run(judge, RUNNER, task);
    expect_ended(judge, task, true, !polled);
    for (int i = 0; i < 2; i++)
        expect_no_clones(judge, i);
    expect_alive(judge); /* the task's own waker keeps it */
    DO(judge, drop_waker, .thread = HANDLE, .waker = 0);
    expect_freed(judge);
}

/* The handle has looked at the slot, and is dropped while the runner wakes: what it did there is over before the runner
 * drops the waker. Held before it gives its reference up, so that to_join_dropped alone says so. */
static void slot_goes_to_runner(struct judge *judge)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED);
    DO(judge, ready, .task = task, .value = 1);
    poll_handle(judge, HANDLE, task, 0);
    poll_handle(judge, HANDLE, task, 0);
    at(judge, AT_UNREFERENCE, task);
    DO(judge, hold, .thread = HANDLE);
    at(judge, AT_WAKE, 0);
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    run(judge, RUNNER, task);
    go_on(judge, HANDLE);
    expect_no_clones(judge, 0);
    expect_ended(judge, task, true, true);
    expect_freed(judge);
}

/* And the other way: the runner has woken the waker, and the handle drops it. */
static void slot_goes_to_handle(struct judge *judge)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED);
    DO(judge, ready, .task = task, .value = 1);
    poll_handle(judge, HANDLE, task, 0);
    hold_at(judge, AT_LET_GO, task);
    run(judge, RUNNER, task);
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    expect_no_clones(judge, 0);
    go_on(judge, RUNNER);
    expect_ended(judge, task, true, true);
    expect_freed(judge);
}

void test_join_waker_given_back(struct judge *judge)
{
    static const enum point points[] = {AT_POLL, AT_TO_COMPLETE, AT_COMPLETED, AT_WAKE,
                                        AT_END,  AT_LET_GO,      AT_RELEASED};
    judge_start(judge, "tasks");
    for (int i = 0; i < 7; i++) /* it is polled once the task is over */
        for (int polled = i < 2 || i == 6 ? 0 : 1; polled >= 0; polled--)
            leave_at(judge, points[i], polled);
    slot_goes_to_runner(judge);
    slot_goes_to_handle(judge);
    /* dropped while the task goes on: the waker is given back at once, and never woken */
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), wakes = mock_of(judge, 0)->wakes;
    poll_handle(judge, HANDLE, task, 0);
    run(judge, RUNNER, task);
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    expect_no_clones(judge, 0);
    DO(judge, new_waker, .waker = 0, .task = task);
    DO(judge, wake, .waker = 0);
    DO(judge, ready, .task = task, .value = 1);
    run(judge, RUNNER, task);
    expect_count(judge, mock_of(judge, 0)->wakes - wakes, 0, "wakes of a waker that was given back");
    expect_freed(judge);
    finish_tasks(judge);
}

/* --- 03.11 --- */

static void unclaimed(struct judge *judge, int task, int value)
{
    expect_ended(judge, task, true, true);
    expect_count(judge, tally_of(judge, task)->value, value, "the value of the output that was destroyed");
    expect_freed(judge);
}

/* The task ends while its handle is being dropped: just before the handle gives up its interest, or just after. */
static void end_in_drop(struct judge *judge, enum point point, bool awaited)
{
    int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
    DO(judge, ready, .task = task, .value = value);
    if (awaited)
        poll_handle(judge, HANDLE, task, 0);
    at(judge, point, task);
    run(judge, RUNNER, task);
    DO(judge, join_drop, .thread = HANDLE, .task = task);
    if (tally_of(judge, task)->polls == 0) /* the drop did not come to that point */
        run(judge, RUNNER, task);
    expect_no_clones(judge, 0);
    unclaimed(judge, task, value);
}

void test_detach(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int kind = 0; kind < 4; kind++)
        end_in_drop(judge, kind % 2 ? AT_JOIN_DROPPED : AT_UNREFERENCE, kind / 2);
    for (int held = 0; held < 2; held++) { /* polled, and there is no place for the output */
        int task = spawn(judge, HANDLE, SPAWN_WITHOUT_VALUE), value = a_value(judge);
        DO(judge, ready, .task = task, .value = value);
        if (held)
            hold_at(judge, AT_LET_GO, task);
        run(judge, RUNNER, task);
        expect_result(judge, HANDLE, task, 0, 0);
        expect_nothing_stored(judge, HANDLE, task);
        if (held)
            go_on(judge, RUNNER);
        unclaimed(judge, task, value);
    }
    for (int held = 0; held < 2; held++) { /* over, and never awaited */
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        DO(judge, ready, .task = task, .value = value);
        if (held)
            hold_at(judge, AT_LET_GO, task);
        run(judge, RUNNER, task);
        DO(judge, join_drop, .thread = HANDLE, .task = task);
        if (held)
            go_on(judge, RUNNER);
        unclaimed(judge, task, value);
    }
    for (int polled = 0; polled < 2; polled++) { /* it goes on alone */
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        if (polled)
            run(judge, RUNNER, task);
        DO(judge, join_drop, .thread = HANDLE, .task = task);
        expect_count(judge, tally_of(judge, task)->drops, 0, "times that the future was dropped");
        if (polled)
            DO(judge, new_waker, .waker = 0, .task = task), DO(judge, wake, .waker = 0);
        DO(judge, ready, .task = task, .value = value);
        run(judge, RUNNER, task);
        unclaimed(judge, task, value);
    }
    finish_tasks(judge);
}
