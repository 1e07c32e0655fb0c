/**
 * @file tests_join_budget.c
 * @brief Clause 03.17: what the poll of a join handle costs of a budget.
 *
 * The handle's thread is the one that spawned the task; another one runs it.
 */
#include "rig.h"
#include "tests.h"
#include "weft/future.h"

/* The task is over, and the handle's thread has no budget left: PENDING, and woken at once. Then READY, without a unit, be
 * there one or none. */
static void join_out_of_budget(struct judge *judge, int task, int value, int units)
{
    int wakes = mock_of(judge, 0)->wakes;
    DO(judge, constrain, .thread = HANDLE, .units = 0);
    EXPECT(judge, poll_handle(judge, HANDLE, task, 0).a == WF_PENDING,
           "PENDING: the task is over, and no budget is left for it", "READY");
    EXPECT(judge, mock_of(judge, 0)->wakes > wakes, "it gives way: the waker of the poll is woken",
           "it is not");
    expect_nothing_stored(judge, HANDLE, task);
    expect_budget(judge, HANDLE, 0);
    wakes = mock_of(judge, 0)->wakes;
    DO(judge, constrain, .thread = HANDLE, .units = units);
    expect_joined(judge, HANDLE, task, 0, 0, value);
    expect_budget(judge, HANDLE, units);
    expect_count(judge, mock_of(judge, 0)->wakes - wakes, 0,
                 "wakes by the poll after that: it gives way once");
}

/* Before the end no unit is needed: so none is taken, and where none is left it does not give way. */
static void look_costs_nothing(struct judge *judge, int task, int units)
{
    int wakes = mock_of(judge, 1)->wakes;
    DO(judge, constrain, .thread = HANDLE, .units = units);
    EXPECT(judge, poll_handle(judge, HANDLE, task, 1).a == WF_PENDING, "PENDING: the task is not over",
           "READY");
    expect_budget(judge, HANDLE, units);
    expect_count(judge, mock_of(judge, 1)->wakes - wakes, 0, "wakes by a poll of a task that is not over");
}

void test_join_budget(struct judge *judge)
{
    judge_start(judge, "tasks");
    for (int kind = 0; kind < 4; kind++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED), value = a_value(judge);
        int units = 1 + judge_random(judge, 100);
        if (kind % 2) {
            look_costs_nothing(judge, task, 0);
            look_costs_nothing(judge, task, units);
        }
        DO(judge, constrain, .thread = HANDLE, .units = units);
        DO(judge, ready, .task = task, .value = value);
        run(judge, RUNNER, task);
        if (kind / 2) {
            expect_joined(judge, HANDLE, task, 0, 0, value);
            expect_budget(judge, HANDLE, units - 1);
        } else {
            join_out_of_budget(judge, task, value, kind);
        }
        expect_no_clones(judge, 0);
        expect_no_clones(judge, 1);
        expect_freed(judge);
    }
    /* many that are over, in a row */
    enum { MANY = 6 };
    int tasks[MANY], value = a_value(judge), units = 1 + judge_random(judge, MANY - 1);
    for (int i = 0; i < MANY; i++) {
        tasks[i] = spawn(judge, HANDLE, SPAWN_AWAITED);
        DO(judge, ready, .task = tasks[i], .value = value);
        run(judge, RUNNER, tasks[i]);
    }
    DO(judge, constrain, .thread = HANDLE, .units = units);
    for (int i = 0; i < units; i++)
        expect_joined(judge, HANDLE, tasks[i], 0, 0, value);
    join_out_of_budget(judge, tasks[units], value, judge_random(judge, 2));
    DO(judge, unconstrain, .thread = HANDLE); /* where there is no budget, none is needed */
    for (int i = units + 1; i < MANY; i++)
        expect_joined(judge, HANDLE, tasks[i], 0, 0, value);
    /* one that ends while the handle looks costs no more, and no less */
    static const enum point points[] = {AT_CLONE, AT_SHARE};
    for (int kind = 0; kind < 4; kind++) {
        int task = spawn(judge, HANDLE, SPAWN_AWAITED);
        DO(judge, ready, .task = task, .value = value);
        DO(judge, constrain, .thread = HANDLE, .units = kind % 2);
        at(judge, points[kind / 2], points[kind / 2] == AT_CLONE ? 0 : task);
        run(judge, RUNNER, task);
        int wakes = mock_of(judge, 0)->wakes;
        struct judge_reply reply = poll_handle(judge, HANDLE, task, 0);
        EXPECT(judge, reply.a == WF_READY || mock_of(judge, 0)->wakes > wakes,
               "READY, or PENDING and the waker is woken", "PENDING, and it is not");
        EXPECT(judge, reply.a != WF_READY || kind % 2, "PENDING: no budget is left", "READY");
        if (reply.a == WF_READY) {
            expect_stored(judge, HANDLE, task, value);
            expect_budget(judge, HANDLE, 0);
        } else {
            if (tally_of(judge, task)->polls == 0) /* the poll did not come to that point */
                run(judge, RUNNER, task);
            DO(judge, constrain, .thread = HANDLE, .units = 1);
            expect_joined(judge, HANDLE, task, 0, 0, value);
        }
        expect_no_clones(judge, 0);
        expect_freed(judge);
    }
    finish_tasks(judge);
}
