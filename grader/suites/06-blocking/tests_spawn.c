/**
 * @file tests_spawn.c
 * @brief Clauses 06.1 to 06.3 and 06.5: which call begins when, on how many threads, and what is refused.
 */
#include <stdio.h>

#include "../../../runtime/include/weft/error.h"
#include "tests.h"

void expect_contexts(struct judge *judge)
{
    struct judge_reply reply = DO(judge, contexts);
    EXPECT(judge, reply.a == 0,
           "each call is run, or dropped, with the context that its thread has entered, above the pool's base",
           "%lld are with another", (long long)reply.a);
}

/* 06.1 */
void test_begins(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 3);
    int first = spawn(judge, ORDINARY, WAITS);
    expect_not_joined(judge, first);
    let_go(judge, first);
    expect_joined(judge, first, 0);
    for (int i = 0; i < 5; i++)
        expect_joined(judge, spawn(judge, i % 2 ? MANDATORY : ORDINARY, RETURNS), 0);
    int waiting = spawn(judge, ORDINARY, WAITS);
    spawn(judge, ORDINARY, SPAWNS); /* a blocking call inside of one */
    let_go(judge, waiting);
    detach(judge, spawn(judge, ORDINARY, RETURNS));
    int running = spawn(judge, MANDATORY, WAITS);
    detach(judge, running);
    let_go(judge, running);
    expect_contexts(judge);
    finish(judge);
}

/* 06.1: a call that was aborted before its begin is never begun; the thread goes on to the next one. */
void test_aborts(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 1);
    int first = spawn(judge, ORDINARY, WAITS);
    int queued[5];
    for (int i = 0; i < 5; i++)
        queued[i] = spawn(judge, i == 3 ? MANDATORY : ORDINARY, WAITS);
    abort_call(judge, queued[0]);
    abort_call(judge, queued[2]);
    abort_call(judge, queued[3]);
    abort_call(judge, first); /* too late: it has begun */
    let_go(judge, first);
    expect_joined(judge, first, 0);
    expect_joined(judge, queued[0], WF_ECANCELED);
    let_go(judge, queued[1]);
    expect_joined(judge, queued[2], WF_ECANCELED);
    finish(judge);
}

/* 06.2 */
void test_limit(struct judge *judge)
{
    static const int limits[] = {1, 2, 3, 65};
    judge_start(judge, "pool");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) { /* each pool has its own */
        make_pool(judge, limits[i]);
        look_at_metrics();
        for (int n = 0; n < limits[i] + 3; n++)
            spawn(judge, n % 2 ? MANDATORY : ORDINARY, WAITS); /* the limit is one for both kinds */
        for (int n = 0; n < limits[i] + 3; n++)
            let_go(judge, some_running(judge));
        for (int n = 0; n < limits[i] + 1; n++)
            spawn(judge, ORDINARY, WAITS);
        finish_pool(judge);
    }
    judge_finish(judge);
}

/* 06.2: no limit is too large, no queue too long, and no thread has run too many calls: of pools whose threads are slow to come. */
void test_large_limits(struct judge *judge)
{
    static const int64_t limits[] = {LIMITS};
    enum { THREADS_MOST = 65537 }; /* of which a test says that they were started */
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        char text[80];
        int64_t started = limits[i] > THREADS_MOST ? 3 : limits[i];
        int64_t calls = limits[i] > THREADS_MOST ? started : started + 3;
        judge_start(judge, "pools");
        struct judge_reply reply = DO(judge, limit, .limit = limits[i], .calls = calls);
        judge_returned(judge, "%lld are accepted, %lld threads are started", (long long)reply.a,
                       (long long)reply.b);
        EXPECT(judge, reply.a == calls, "each call is accepted: one that finds no thread waits", "%lld are",
               (long long)reply.a);
        snprintf(text, sizeof text, "%lld threads are started: one a call, up to the limit",
                 (long long)started);
        EXPECT(judge, reply.b == started, text, "%lld are", (long long)reply.b);
        expect_metrics(judge, DO(judge, has), (struct pool_counts){started, 0, calls, started});
        reply = DO(judge, run_all);
        EXPECT(judge, reply.a == calls, "a thread runs calls as long as there are any", "it ends after %lld",
               (long long)reply.a);
        judge_finish(judge);
    }
}

/* 06.1: calls that wait for a thread begin in the sequence of their spawns. */
void test_sequence(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 2);
    for (int i = 0; i < 100; i++)
        spawn(judge, judge_random(judge, 2) ? MANDATORY : ORDINARY, WAITS);
    for (int i = 0; i < 100; i++)
        let_go(judge, some_running(judge));
    finish(judge);
    /* what a call spawns waits behind those that were there, and is not its own affair */
    judge_start(judge, "pool");
    make_pool(judge, 1);
    int first = spawn(judge, ORDINARY, WAITS);
    spawn(judge, ORDINARY, SPAWNS);
    int behind = spawn(judge, ORDINARY, WAITS);
    let_go(judge, first);
    let_go(judge, behind);
    finish(judge);
}

/* 06.5: of a pool that has no thread. */
void test_refused(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 2);
    look_at_metrics();
    DO(judge, no_memory);
    struct judge_reply reply = DO(judge, spawn, .kind = ORDINARY, .call = CALLS_MAX - 1, .behaviour = RETURNS);
    EXPECT(judge, reply.a == WF_ENOMEM, "the spawn returns WF_ENOMEM", "it returns %s", judge_code(reply.a));
    static const int64_t reasons[] = {REASONS(STEP_EDGE_VALUE)};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        no_threads(judge, reasons[i]);
        spawn_refused(judge, ORDINARY, WF_EAGAIN);
        spawn_refused(judge, MANDATORY, WF_EAGAIN);
    }
    no_threads(judge, 0);
    close_by_hand(judge);
    spawn_refused(judge, ORDINARY, WF_ECLOSED);
    spawn_refused(judge, MANDATORY, WF_ECLOSED);
    judge_finish(judge);
}

/* 06.2: no thread is to be had, for a while, beside those that there are: a busy one, a slow one, and none any more. */
void test_no_more_threads(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 3);
    int first = spawn(judge, ORDINARY, WAITS);
    no_threads(judge, DRAW(judge, no_threads, reason));
    int second = spawn(judge, ORDINARY, WAITS); /* the first one's thread will come by */
    no_threads(judge, 0);
    int third = spawn(judge, ORDINARY, WAITS); /* a thread is started for it, and finds the second call */
    spawn(judge, ORDINARY, WAITS);
    let_go(judge, first);
    let_go(judge, second);
    let_go(judge, third);
    finish_pool(judge);
    make_pool(judge, 2);
    let_go(judge, spawn(judge, ORDINARY, WAITS));
    hold(judge);
    first = spawn(judge, ORDINARY, WAITS); /* its thread was told, and is slow */
    no_threads(judge, DRAW(judge, no_threads, reason));
    spawn(judge, ORDINARY, WAITS);
    release(judge, false);
    let_go(judge, first);
    let_go(judge, some_running(judge));
    expire(judge, 1);
    for (int i = 0; i < 300; i++) /* however often: more than a byte counts */
        spawn_refused(judge, i % 2 ? MANDATORY : ORDINARY, WF_EAGAIN);
    no_threads(judge, 0);
    spawn(judge, ORDINARY, WAITS);
    finish(judge);
}

/* 06.3: anything, in any sequence. */
void test_random_pool(struct judge *judge)
{
    judge_start(judge, "pool");
    make_pool(judge, 1 + judge_random(judge, 5));
    for (int i = 0; i < 120; i++) {
        int what = judge_random(judge, 9);
        /* while a told thread is slow, no other one gets idle: which of the two goes on to sleep is open */
        bool slow = model()->holds;
        if (what < 4)
            spawn(judge, judge_random(judge, 2) ? MANDATORY : ORDINARY,
                  slow || judge_random(judge, 3) ? WAITS : RETURNS);
        else if (what < 6 && model()->running > 0 && !slow)
            let_go(judge, some_running(judge));
        else if (what == 6 && model()->asleep > 0 && !slow)
            expire(judge, 1 + judge_random(judge, model()->asleep));
        else if (what == 7 && model()->asleep > 0 && !slow)
            spurious(judge, 1 + judge_random(judge, model()->asleep));
        else if (what == 8 && !model()->holds)
            hold(judge);
        else if (model()->holds)
            release(judge, judge_random(judge, 2));
    }
    finish(judge);
}

/* 06.3 */
void test_storm(struct judge *judge)
{
    for (int limit = 1; limit <= 3; limit++) {
        judge_start(judge, "pool");
        make_pool(judge, limit);
        enum { CALLS = 1200 };
        struct judge_reply reply = DO(judge, storm, .call = CALLS);
        EXPECT(judge, reply.a == CALLS, "each of the 1200 calls has run", "%lld have", (long long)reply.a);
        EXPECT(judge, reply.b <= limit, "at most threads_max calls run at once", "%lld did",
               (long long)reply.b);
        DO(judge, drop);
        reply = DO(judge, await_drop);
        EXPECT(judge, reply.a == 1 && reply.b == 0,
               "wf_blocking_pool_drop returns, and has joined each thread",
               reply.a ? "%lld threads were not joined" : "it does not return (%lld)", (long long)reply.b);
        judge_finish(judge);
    }
}

/* 06.3: what one pool does is nothing to another. */
void test_two_pools(struct judge *judge)
{
    enum { CALLS = 300, BOTH = 2 * CALLS };
    judge_start(judge, "pools");
    struct judge_reply reply = DO(judge, two_pools, .call = CALLS);
    EXPECT(judge, reply.b == 1, "a pool", "NULL");
    EXPECT(judge, reply.a == BOTH, "each call of both pools has run", "%lld of %d have", (long long)reply.a,
           BOTH);
    judge_finish(judge);
}
