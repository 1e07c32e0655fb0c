/**
 * @file tests_end.c
 * @brief Clauses 06.6 and 06.7: the drop of a pool.
 */
#include "../../../runtime/include/weft/error.h"
#include "tests.h"

/* 06.6: what has begun ends. */
void test_drop_waits(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 3);
    int first = spawn(judge, ORDINARY, WAITS), second = spawn(judge, MANDATORY, WAITS);
    begin_drop(judge);
    let_go(judge, second);
    expect_joined(judge, second, 0);
    expect_not_joined(judge, first);
    let_go(judge, first);
    finish(judge);
}

/* 06.6: what has not begun is dropped. */
void test_drop_queue(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 1);
    look_at_metrics();
    int first = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < 5; i++)
        spawn(judge, ORDINARY, RETURNS);
    begin_drop(judge);
    let_go(judge, first);
    end_drop(judge);
    for (int i = 1; i <= 5; i++)
        expect_joined(judge, first + i, WF_ECANCELED);
    expect_contexts(judge);
    finish(judge);
    /* at the latest when a thread is free: a call that still runs may await them */
    judge_start(judge, "pool");
    make_pool(judge, 2);
    look_at_metrics();
    first = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < 4; i++)
        spawn(judge, ORDINARY, WAITS);
    begin_drop(judge);
    let_go(judge, first);
    for (int i = 2; i <= 4; i++)
        expect_joined(judge, first + i, WF_ECANCELED);
    finish(judge);
}

/* 06.6: but for those that must run, also when they were aborted or let go of by their handle. */
void test_drop_mandatory(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 2);
    int first = spawn(judge, ORDINARY, WAITS), second = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < 8; i++)
        spawn(judge, i % 2 ? MANDATORY : ORDINARY, i < 4 ? WAITS : RETURNS);
    begin_drop(judge);
    let_go(judge, first);
    let_go(judge, second);
    finish(judge);
    /* it is begun in a closed pool, which refuses what it spawns */
    judge_start(judge, "pool");
    make_pool(judge, 1);
    first = spawn(judge, ORDINARY, WAITS);
    spawn(judge, MANDATORY, SPAWNS);
    begin_drop(judge);
    let_go(judge, first);
    finish(judge);
}

/* 06.6: what is told of the end of a call may ask the pool for its counts, also where the call is dropped. */
void test_drop_calls_back(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 2);
    DO(judge, calls_ask);
    int calls[2];
    for (int i = 0; i < 2; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < 4; i++)
        spawn(judge, i % 2 ? MANDATORY : ORDINARY, RETURNS);
    begin_drop(judge);
    for (int i = 0; i < 2; i++)
        let_go(judge, calls[i]);
    finish(judge);
}

/* 06.7: what a thread does at its end may ask, too, while another one waits for it: a thread, and the drop. Spawns go on meanwhile. */
void test_joins_call_back(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 2);
    count_joins();
    DO(judge, stopped_asks);
    int calls[2];
    for (int i = 0; i < 2; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < 2; i++)
        let_go(judge, calls[i]);
    expire(judge, 1);
    for (int i = 0; i < 2; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS); /* on the one that is idle, and on a new one */
    for (int i = 0; i < 2; i++)
        let_go(judge, calls[i]);
    expire(judge, 1);
    expire(judge, 1);
    spawn(judge, ORDINARY, WAITS);
    begin_drop(judge);
    finish(judge);
    /* and where the last one has ended before */
    judge_start(judge, "pool");
    make_pool(judge, 1);
    count_joins();
    DO(judge, stopped_asks);
    let_go(judge, spawn(judge, ORDINARY, WAITS));
    expire(judge, 1);
    begin_drop(judge);
    finish(judge);
}

/* 06.7: while the pool is open, too. */
static void expect_few_unjoined(struct judge *judge)
{
    struct judge_reply reply = DO(judge, unjoined);
    EXPECT(judge, reply.a <= 1,
           "of the threads that have ended at most one was not joined: the next one that ends joins it",
           "%lld were not", (long long)reply.a);
}

/* 06.7 */
void test_joins(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 3);
    count_joins();
    begin_drop(judge); /* a pool that never had a thread */
    finish(judge);
    judge_start(judge, "pool");
    make_pool(judge, 3);
    count_joins();
    let_go(judge, spawn(judge, ORDINARY, WAITS));
    expire(judge, 1);
    begin_drop(judge); /* one that has none any more */
    finish(judge);
    judge_start(judge, "pool");
    make_pool(judge, 3);
    count_joins();
    int calls[3];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++)
            calls[i] = spawn(judge, ORDINARY, WAITS);
        for (int i = 0; i < 3; i++)
            let_go(judge, calls[i]);
        expire(judge, 1);
        expire(judge, round == 1 ? 1 : 2);
        expect_few_unjoined(judge);
    }
    spawn(judge, ORDINARY, WAITS);
    begin_drop(judge);
    finish(judge);
}

/* 06.6: calls wait, threads sleep, whatever there is. */
void test_random_drop(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 1 + judge_random(judge, 4));
    look_at_metrics();
    for (int i = 0; i < 30; i++) {
        if (judge_random(judge, 3))
            spawn(judge, judge_random(judge, 2) ? MANDATORY : ORDINARY,
                  judge_random(judge, 4) ? WAITS : RETURNS);
        else if (model()->running > 0)
            let_go(judge, some_running(judge));
    }
    begin_drop(judge);
    spawn_refused(judge, MANDATORY, WF_ECLOSED);
    finish(judge);
}

/* 06.6: threads that sleep without end are woken, and counted out: a call that still runs can see the counts. */
void test_drop_sleepers(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 4);
    look_at_metrics();
    int calls[4];
    for (int i = 0; i < 4; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < 3; i++)
        let_go(judge, calls[i]);
    begin_drop(judge);
    finish(judge);
    /* and those that are slow to get up: one was told of a call, the others of the end */
    for (int late = 0; late < 2; late++) {
        judge_start(judge, "pool");
        make_pool(judge, 4);
        look_at_metrics();
        for (int i = 0; i < 4; i++)
            calls[i] = spawn(judge, ORDINARY, WAITS);
        for (int i = 0; i < 3; i++)
            let_go(judge, calls[i]);
        hold(judge);
        spawn(judge, MANDATORY, WAITS);
        begin_drop(judge);
        spawn_refused(judge, ORDINARY, WF_ECLOSED);
        spawn_refused(judge, MANDATORY, WF_ECLOSED);
        release(judge, late);
        finish(judge);
    }
}
