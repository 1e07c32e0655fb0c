/**
 * @file tests_sleep.c
 * @brief Clauses 06.2 to 06.4: threads that are idle, are told, get up late, or end.
 */
#include <stdio.h>

#include "tests.h"

/* So many threads that sleep. */
static void make_sleepers(struct judge *judge, int limit, int count)
{
    int calls[8];
    judge_start(judge, "pool");
    make_pool(judge, limit);
    for (int i = 0; i < count; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < count; i++)
        let_go(judge, calls[i]);
}

/* 06.2: an idle thread is used before another one is started. */
void test_idle_is_used(struct judge *judge)
{
    make_sleepers(judge, 5, 3);
    for (int i = 0; i < 3; i++)
        spawn(judge, ORDINARY, WAITS);
    spawn(judge, ORDINARY, WAITS);
    finish(judge);
}

/* 06.3: the second call comes before the thread that was told of the first has got up. */
void test_two_calls_one_sleeper(struct judge *judge)
{
    for (int late = 0; late < 2; late++) {
        make_sleepers(judge, 4, 1);
        hold(judge);
        spawn(judge, ORDINARY, WAITS); /* the sleeper is told */
        spawn(judge, ORDINARY,
              WAITS); /* so a thread is started; it takes the first call, and the sleeper the second */
        release(judge, late);
        finish(judge);
    }
    make_sleepers(judge, 4, 3);
    hold(judge);
    for (int i = 0; i < 5; i++)
        spawn(judge, ORDINARY, WAITS);
    release(judge, false);
    finish(judge);
}

/* 06.3 */
void test_spurious(struct judge *judge)
{
    make_sleepers(judge, 6, 3);
    for (int i = 1; i <= 3; i++)
        spurious(judge, i);
    spawn(judge, ORDINARY, WAITS);
    spurious(judge, 2);
    for (int i = 0; i < 5; i++)
        spawn(judge, ORDINARY, WAITS); /* the two that sleep, and then new ones */
    finish(judge);
    make_sleepers(judge, 1, 1);
    for (int i = 0; i < 300; i++) /* more often than a byte counts */
        spurious(judge, 1);
    spawn(judge, ORDINARY, WAITS);
    finish(judge);
}

/* 06.3: as many threads and calls as a count of 8 bits does not hold, of each kind: idle, told, ended. */
void test_many(struct judge *judge)
{
    enum { THREADS = 260, TOLD = 257 };
    int calls[THREADS];
    judge_start(judge, "pool");
    make_pool(judge, 300);
    for (int i = 0; i < THREADS; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    for (int i = 0; i < THREADS; i++)
        let_go(judge, calls[i]);
    hold(judge);
    for (int i = 0; i < TOLD; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    release(judge, false);
    for (int i = 0; i < TOLD; i++)
        let_go(judge, calls[i]);
    expire(judge, THREADS);
    spawn(judge, ORDINARY, WAITS);
    finish(judge);
}

/* 06.4: the keep-alive ends after the thread was told: it was told all the same. */
void test_told_late(struct judge *judge)
{
    for (int sleepers = 1; sleepers <= 2; sleepers++) { /* also if another one is idle: it was not signalled */
        make_sleepers(judge, 2, sleepers);
        hold(judge);
        int call = spawn(judge, ORDINARY, WAITS);
        release(judge, true);
        let_go(judge, call);
        hold(judge);
        spawn(judge, ORDINARY, RETURNS);
        release(judge, true);
        spawn(judge, ORDINARY, WAITS);
        finish(judge);
    }
}

static void expect_deadline(struct judge *judge, int64_t keep_alive_ms)
{
    char text[120];
    struct judge_reply reply = DO(judge, deadline);
    EXPECT(judge, reply.a != WALL_CLOCK, "the deadline is on CLOCK_MONOTONIC, which does not step",
           "it is on another clock");
    snprintf(text, sizeof text, "the sleep's deadline is the keep-alive from its begin, %lld ms",
             (long long)keep_alive_ms);
    EXPECT(judge, reply.a >= 0, text, "it has none, or one that has passed");
    EXPECT(judge, reply.a <= keep_alive_ms && reply.a > keep_alive_ms - 60000, text,
           "it is %lld ms from then on", (long long)reply.a);
    EXPECT(judge, reply.b == 1, "one sleep has one deadline, however often its wait returns without a reason",
           "it begins anew");
}

/* Each deadline is the keep-alive from a moment between the end of the thread's last call and the begin of its wait. */
static void expect_bounds(struct judge *judge)
{
    struct judge_reply reply = DO(judge, bounds);
    EXPECT(judge, reply.b == 0, "a deadline is a time: its nanoseconds are less than a second",
           "some deadline's are not, and a wait for it fails at once");
    EXPECT(judge, !(reply.a & 1), "no thread ends sooner than its keep-alive from the begin of its sleep",
           "some deadline is less than that from the end of the thread's last call, or from when it was told");
    EXPECT(judge, !(reply.a & 2), "an idle thread ends when its keep-alive is over",
           "some deadline is more than that from the begin of its wait");
}

/* 06.4 */
void test_keep_alive(struct judge *judge)
{
    static const int64_t hour_ms = HOUR_NS / 1000000, keep_alives_ns[] = {KEEP_ALIVES(STEP_EDGE_VALUE)};
    judge_start(judge, "pool");
    make_pool_with(judge, 4, HOUR_NS);
    int calls[3];
    for (int i = 0; i < 3; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    let_go(judge, calls[0]);
    expect_deadline(judge, hour_ms);
    spurious(judge, 1);
    expect_deadline(judge, hour_ms);
    let_go(judge, calls[1]);
    expire(judge, 1);
    let_go(judge, calls[2]); /* a busy one does not end */
    expect_bounds(judge);
    expire(judge, 2);
    spawn(judge, ORDINARY, WAITS); /* and a pool without threads starts one */
    finish(judge);

    /* exactly, and where the time needs all of its bits */
    judge_start(judge, "pool");
    DO(judge, stop_clock);
    for (size_t i = 0; i < sizeof keep_alives_ns / sizeof *keep_alives_ns; i++) {
        make_pool_with(judge, 2, keep_alives_ns[i]);
        for (int n = 0; n < 2; n++)
            let_go(judge, spawn(judge, ORDINARY, WAITS));
        expect_bounds(judge);
        finish_pool(judge);
    }
    judge_finish(judge);

    /* each sleep has its own: a thread that falls asleep later moves nobody's */
    judge_start(judge, "pool");
    DO(judge, stop_clock);
    make_pool_with(judge, 2, HOUR_NS);
    for (int i = 0; i < 2; i++)
        calls[i] = spawn(judge, ORDINARY, WAITS);
    let_go(judge, calls[0]);
    DO(judge, pass);
    let_go(judge, calls[1]);
    spurious(judge, 2);
    expect_deadline(judge, hour_ms);
    finish(judge);
}

/* 06.4: a thread that was told, and found that a busy one had taken the call, is idle anew. */
void test_beaten(struct judge *judge)
{
    judge_start(judge, "pool");
    DO(judge, stop_clock);
    make_pool(judge, 2);
    int first = spawn(judge, ORDINARY, WAITS), second = spawn(judge, ORDINARY, WAITS);
    let_go(judge, first);
    DO(judge, pass);
    hold(judge);
    spawn(judge, ORDINARY, WAITS); /* the sleeper is told, and slow */
    let_go(judge, second);         /* so this one's thread takes the call */
    release(judge, false);
    expect_bounds(judge);
    finish(judge);
    /* the other one is idle before the slow one gets up: which of the two takes the word that was left is open, and then both are idle */
    judge_start(judge, "pool");
    make_pool(judge, 2);
    look_at_metrics();
    first = spawn(judge, ORDINARY, WAITS), second = spawn(judge, ORDINARY, WAITS);
    let_go(judge, first);
    hold(judge);
    spawn(judge, ORDINARY, RETURNS);
    let_go(judge, second);
    release(judge, false);
    for (int i = 0; i < 3; i++)
        spawn(judge, ORDINARY, WAITS);
    finish(judge);
}
