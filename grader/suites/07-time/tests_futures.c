/**
 * @file tests_futures.c
 * @brief Clauses 07.11 to 07.16: sleep and timeout.
 */
#include <stdio.h>

#include "tests.h"
#include "weft/error.h"
#include "weft/future.h"

/* --- sleep --- */

/* 07.11 */
void test_sleep_ready(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 10; round++) {
        int64_t duration = (1 + judge_random(judge, 5000)) * MS - judge_random(judge, 2);
        judge_forget_trace(judge);
        if (round % 2)
            DO(judge, sleep, .future = A, .duration = duration);
        else
            DO(judge, sleep_until, .future = A, .duration = duration);
        bool late = judge_random(judge, 2);
        if (late)
            DO(judge, advance, .duration = MS); /* the deadline counts from the construction */
        if (late && duration <= MS) {
            expect_ready(judge, A, 0, "READY at the first poll: the deadline has passed");
            continue;
        }
        for (int polls = 1 + judge_random(judge, 3); polls > 0; polls--)
            expect_pending(judge, A, 0, "PENDING before the deadline");
        int64_t left = duration - (late ? MS : 0);
        expect_wake(judge, left - 1, -1, "no wake before the deadline");
        expect_pending(judge, A, 0, "PENDING before the deadline");
        DO(judge, advance, .duration = MS);
        expect_ready(judge, A, 0, "READY with 0 once its timer has fired");
        int64_t now = DO(judge, now).a;
        DO(judge, advance, .duration = (now + MS - 1) / MS * MS - now);
    }
    finish_time(judge);
}

static void expect_units(struct judge *judge, int64_t wanted, const char *why)
{
    struct judge_reply units = DO(judge, units);
    EXPECT(judge, units.a == wanted, why, "%lld units are left of one", (long long)units.a);
}

/* 07.12 */
void test_sleep_leaf(struct judge *judge)
{
    begin_time(judge);
    struct judge_reply reply;
    for (int kind = 0; kind < 2; kind++) { /* a short one, and one of a level up */
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = kind ? 64 * MS : MS);
        reply = DO(judge, poll, .future = A, .waker = 1, .surrounding = ONE_UNIT);
        EXPECT(judge, reply.a == WF_PENDING, "PENDING before the deadline", "READY");
        expect_units(judge, 1, "a poll that is PENDING gives its unit back");
        DO(judge, advance, .duration = kind ? 64 * MS : MS);
        struct judge_reply before = DO(judge, waker, .waker = 2);
        reply = DO(judge, poll, .future = A, .waker = 2, .surrounding = NO_UNIT);
        EXPECT(judge, reply.a == WF_PENDING, "PENDING: there is no unit of budget to take", "READY");
        struct judge_reply after = DO(judge, waker, .waker = 2);
        EXPECT(judge, after.b == before.b + 1, "without a unit it gives way: its task is woken", "%lld wakes",
               (long long)(after.b - before.b));
        expect_units(judge, 0, "a poll that could take no unit gives none back");
        reply = DO(judge, poll, .future = A, .surrounding = ONE_UNIT);
        EXPECT(judge, reply.a == WF_READY, "READY once the timer has fired", "PENDING");
        expect_units(judge, 0, "a poll that is READY takes a unit");
    }
    /* asked to end: before the first poll, armed, fired, closed; before the first poll, where no runtime is */
    for (int when = 0; when < 5; when++) {
        int64_t place = when == 4 ? NO_RUNTIME : THIS_RUNTIME;
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = MS);
        if (when > 0 && when < 4)
            expect_pending_in(judge, when == 3 ? OTHER_RUNTIME : THIS_RUNTIME, A, 3,
                              "PENDING before the deadline");
        if (when == 2)
            DO(judge, advance, .duration = MS);
        if (when == 3)
            DO(judge, end_elsewhere);
        reply = DO(judge, poll, .future = A, .waker = 3, .surrounding = CANCELED_DRY, .place = place);
        EXPECT(judge, reply.a == WF_PENDING, "PENDING: the unit comes first, and there is none", "READY");
        reply = DO(judge, poll, .future = A, .waker = 3, .surrounding = CANCELED, .place = place);
        EXPECT(judge, reply.a == WF_READY, "READY: cancellation was asked for", "PENDING");
        EXPECT(judge, reply.b == WF_ECANCELED, "out is WF_ECANCELED", "out is %s", judge_code(reply.b));
        expect_units(judge, 0, "a poll that is READY takes a unit");
        expect_armed(judge, 0, "a sleep that was canceled has no timer");
        expect_clones(judge, 0, "a sleep that was canceled keeps no waker");
    }
    finish_time(judge);
}

/* How a sleep that is built anew came to its end. */
enum { FIRED, DROPPED, CANCELED_NEW, CANCELED_ARMED, ENDS };

static void end_sleep(struct judge *judge, int end)
{
    DO(judge, sleep, .future = A, .duration = MS);
    if (end != CANCELED_NEW)
        expect_pending(judge, A, 1, "PENDING before the deadline");
    if (end == DROPPED)
        DO(judge, drop, .future = A);
    if (end == FIRED) {
        DO(judge, advance, .duration = MS);
        expect_ready(judge, A, 0, "READY once the timer has fired");
    }
    if (end == CANCELED_NEW || end == CANCELED_ARMED) {
        struct judge_reply reply = DO(judge, poll, .future = A, .surrounding = CANCELED);
        EXPECT(judge, reply.a == WF_READY, "READY: cancellation was asked for", "PENDING");
    }
}

/* 07.13: READY, for whatever reason, and dropped ones. */
void test_sleep_again(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 3 * ENDS; round++) {
        bool into_past = round >= 2 * ENDS;
        judge_forget_trace(judge);
        end_sleep(judge, round % ENDS);
        if (into_past) {
            DO(judge, reset_since, .future = A, .ago = MS);
            expect_ready(judge, A, 0, "READY: the new deadline has passed");
            continue;
        }
        DO(judge, reset, .future = A, .duration = 64 * MS);
        expect_pending(judge, A, 2, "PENDING before its new deadline");
        expect_wake(judge, 64 * MS - 1, -1, "no wake before the new deadline");
        expect_wake(judge, 1, 2, "the waker of its last poll is woken at the new deadline");
        if (round < ENDS) {
            DO(judge, reset, .future = A, .duration = MS);
            expect_pending(judge, A, 2, "PENDING before its new deadline");
            DO(judge, drop, .future = A);
        } else {
            expect_ready(judge, A, 0, "READY once the timer has fired");
        }
    }
    /* READY as closed: it goes on where it is polled next */
    DO(judge, sleep, .future = A, .duration = 64 * MS);
    expect_pending_in(judge, OTHER_RUNTIME, A, 1, "PENDING before the deadline");
    DO(judge, end_elsewhere);
    expect_ready(judge, A, WF_ECLOSED, "READY after the shutdown");
    DO(judge, reset, .future = A, .duration = 64 * MS);
    expect_pending(judge, A, 2, "PENDING before its new deadline");
    expect_wake(judge, 64 * MS, 2, "the waker of its last poll is woken at the new deadline");
    expect_ready(judge, A, 0, "READY once the timer has fired");
    finish_time(judge);
}

/* --- timeout --- */

static void build_timeout(struct judge *judge, int64_t duration)
{
    judge_forget_trace(judge);
    DO(judge, probe);
    if (judge_random(judge, 2))
        DO(judge, timeout, .future = A, .duration = duration);
    else
        DO(judge, timeout_at, .future = A, .duration = duration);
}

/* What the last step did to the inner future. */
static void expect_inner(struct judge *judge, int polls, int drops, const char *why)
{
    int polled = judge_count_events(judge, EVENT_PROBE_POLLED, PROBE);
    int dropped = judge_count_events(judge, EVENT_PROBE_DROPPED, PROBE);
    EXPECT(judge, polled == polls && dropped == drops, why, "it was polled %d times, dropped %d times",
           polled, dropped);
    judge_expect_no_bypass(judge, future_name);
}

/* READY because of its inner future, and nothing is left. */
static void expect_in_time(struct judge *judge, const char *why)
{
    expect_ready(judge, A, 0, why);
    expect_inner(judge, 1, 0, "the inner future is polled once, and not dropped");
    expect_armed(judge, 0, "a timeout that is READY holds no timer");
}

/* 07.14 */
void test_timeout_inner_first(struct judge *judge)
{
    static const int64_t values[] = {0, 1, -1, INT32_MIN, INT32_MAX};
    static const int64_t durations[] = {DURATIONS};
    begin_time(judge);
    for (int i = 0; i < 5; i++) {
        build_timeout(judge, 64 * MS);
        DO(judge, arm, .value = values[i]);
        expect_in_time(judge, "READY at the first poll, as its inner future is");
        struct judge_reply seen = DO(judge, seen);
        EXPECT(judge, seen.a == 0, "the inner future is polled before a timer is armed",
               "in its poll %lld timers were in the driver", (long long)seen.a);
    }
    for (int64_t place = OTHER_RUNTIME; place <= NO_RUNTIME; place++) { /* no timer: no driver */
        build_timeout(judge, 64 * MS);
        DO(judge, arm, .value = 1);
        expect_ready_in(judge, place, A, 0,
                        "READY at the first poll, as its inner future is, wherever that is");
        expect_inner(judge, 1, 0, "the inner future is polled once, and not dropped");
        expect_armed_elsewhere(judge, 0, "a timeout that is READY holds no timer");
    }
    for (int i = 0; i < (int)(sizeof durations / sizeof *durations); i++) {
        build_timeout(judge, durations[i]);
        DO(judge, arm, .value = i % 2);
        expect_in_time(judge, "READY at the first poll, as its inner future is, whatever its deadline");
    }
    static const int64_t ago[] = {0, 1, MS};
    for (int i = 0; i < 3; i++) {
        judge_forget_trace(judge);
        DO(judge, probe);
        DO(judge, timeout_since, .future = A, .ago = ago[i]);
        DO(judge, arm, .value = 1);
        expect_in_time(judge, "READY with 0, although the deadline has passed: the inner future is READY");
    }
    /* before the deadline, at it, after it; after it, and before its tick */
    for (int when = 0; when < 4; when++) {
        build_timeout(judge, when == 3 ? MS + 1 : 64 * MS);
        expect_pending(judge, A, 1, "PENDING: nothing has come yet");
        expect_inner(judge, 1, 0, "each poll polls the inner future once");
        expect_pending(judge, A, 1, "PENDING: nothing has come yet");
        expect_inner(judge, 1, 0, "each poll polls the inner future once");
        DO(judge, advance, .duration = when == 3 ? MS + 2 : (when == 0 ? 1 : when == 1 ? 64 : 65) * MS);
        DO(judge, arm, .value = 1);
        expect_in_time(judge,
                       "READY with 0: the inner future is polled first, also when the deadline has come");
        expect_wake(judge, 3600000 * MS, -1, "no wake after it was READY");
    }
    finish_time(judge);
}

/* 07.15 */
void test_timeout_fires(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 12; round++) {
        int64_t duration = (1 + judge_random(judge, 5000)) * MS;
        build_timeout(judge, duration);
        for (int polls = 1 + judge_random(judge, 3); polls > 0; polls--)
            expect_pending(judge, A, 1, "PENDING before the deadline");
        expect_armed(judge, 1, "the timer is armed");
        expect_wake(judge, duration - 1, -1, "no wake before the deadline");
        expect_wake(judge, 1, 1, "its waker is woken at the deadline");
        expect_ready(judge, A, WF_ETIMEDOUT, "READY: the time is over");
        expect_inner(judge, 1, 1, "the inner future is polled once more, then dropped, once");
        expect_armed(judge, 0, "nothing is armed any more");
        expect_clones(judge, 0, "nobody keeps a waker any more");
    }
    DO(judge, probe);
    DO(judge, timeout, .future = A, .duration = 0);
    expect_ready(judge, A, WF_ETIMEDOUT, "READY at the first poll: there is no time");
    expect_inner(judge, 1, 1, "the inner future is polled once, then dropped");
    static const int64_t far[] = {-1, -2, INT64_MAX, INT64_MIN};
    for (int i = 0; i < 4; i++) { /* sums that would overflow */
        build_timeout(judge, far[i]);
        expect_pending(judge, A, 1, "PENDING: centuries are left");
        expect_wake(judge, 3600000 * MS, -1, "no wake after an hour");
        expect_pending(judge, A, 1, "PENDING: centuries are left");
        DO(judge, drop, .future = A);
        expect_inner(judge, 0, 1, "the inner future is dropped, once");
    }
    for (int polls = 0; polls < 2; polls++) { /* the time passes while the inner future is polled */
        build_timeout(judge, 64 * MS);
        if (polls > 0)
            expect_pending(judge, A, 1, "PENDING before the deadline");
        DO(judge, inner_takes, .duration = 64 * MS);
        expect_ready(judge, A, WF_ETIMEDOUT,
                     "READY in the poll in which its inner future is PENDING, and its deadline has come");
        expect_inner(judge, 1, 1, "the inner future is polled once, then dropped, once");
        expect_armed(judge, 0, "nothing is armed any more");
    }
    for (int polls = 0; polls < 3; polls++) { /* dropped new, armed, fired */
        build_timeout(judge, 64 * MS);
        if (polls > 0)
            expect_pending(judge, A, 1, "PENDING before the deadline");
        if (polls > 1)
            expect_wake(judge, 64 * MS, 1, "its waker is woken at the deadline");
        DO(judge, drop, .future = A);
        expect_inner(judge, 0, 1, "the inner future is dropped, once");
        expect_armed(judge, 0, "a timeout that was dropped has no timer");
    }
    build_timeout(judge, 64 * MS);
    expect_pending(judge, A, 0, "PENDING before the deadline");
    DO(judge, shutdown);
    expect_ready(judge, A, WF_ECLOSED, "READY: the runtime was shut down");
    expect_inner(judge, 1, 1, "the inner future is polled once more, then dropped, once");
    for (int64_t left = 0; left < 2; left++) {
        build_timeout(judge, left * MS);
        expect_ready(judge, A, left ? WF_ECLOSED : WF_ETIMEDOUT,
                     "READY at the first poll: the runtime was shut down, or the deadline has come");
        expect_inner(judge, 1, 1, "the inner future is polled once, then dropped");
    }
    finish_time(judge);
}

/* 07.16 */
void test_timeout_budget(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 6; round++) {
        int64_t surrounding = round % 3 == 0 ? NO_UNIT : round % 3 == 1 ? ONE_UNIT : CANCELED;
        build_timeout(judge, 64 * MS);
        struct judge_reply reply = DO(judge, poll, .future = A, .waker = 1, .surrounding = surrounding);
        EXPECT(judge, reply.a == WF_PENDING, "PENDING before the deadline", "READY");
        expect_armed(judge, 1, "the timer is armed, whatever the budget");
        DO(judge, advance, .duration = 64 * MS);
        reply = DO(judge, poll, .future = A, .waker = 1, .surrounding = surrounding);
        EXPECT(judge, reply.a == WF_READY, "READY: the deadline has come, and a look at it costs no unit",
               "PENDING");
        EXPECT(judge, reply.b == WF_ETIMEDOUT, "out is WF_ETIMEDOUT", "out is %s", judge_code(reply.b));
        expect_inner(judge, 1, 1, "the inner future is polled first, then dropped, once");
        expect_units(judge, 0, "the inner future took the unit, and nobody gave it back");
    }
    finish_time(judge);
}
