/**
 * @file tests_interval.c
 * @brief Clauses 07.17 to 07.19: ticks, and what becomes of missed ones.
 */
#include <stdio.h>

#include "tests.h"
#include "weft/future.h"

static void expect_tick(struct judge *judge, int64_t due, const char *why)
{
    char text[120];
    struct judge_reply reply = DO(judge, poll, .future = A);
    EXPECT(judge, reply.a == WF_READY, why, "PENDING");
    snprintf(text, sizeof text, "out is when the tick was due: %lld ns after the begin", (long long)due);
    EXPECT(judge, reply.b == due, text, "%lld", (long long)reply.b);
}

/* 07.17 */
void test_interval_ticks(struct judge *judge)
{
    begin_time(judge);
    for (int64_t missed = WF_MISSED_BURST; missed <= WF_MISSED_SKIP; missed++) {
        judge_forget_trace(judge);
        int64_t period = 10 * MS, due = DO(judge, now).a;
        DO(judge, interval, .period = period, .missed = missed);
        for (int tick = 0; tick < 12; tick++) {
            DO(judge, tick, .future = A);
            if (tick > 0) {
                expect_pending(judge, A, 1, "PENDING: the tick is not due");
                if (judge_random(judge, 3) == 0) { /* dropped: it stays the next one */
                    DO(judge, drop, .future = A);
                    expect_armed(judge, 0, "a tick that was dropped has no timer");
                    DO(judge, tick, .future = A);
                    expect_pending(judge, A, 1, "PENDING: the tick is not due");
                }
                int64_t late = judge_random(judge, 5) * MS; /* at most 5 ms: it is on time */
                int64_t now = DO(judge, now).a;
                expect_wake(judge, due - now - 1, -1, "no wake before the tick is due");
                expect_wake(judge, 1, 1, "a tick that is due wakes");
                DO(judge, advance, .duration = late);
            }
            expect_tick(judge, due, "READY: the tick is due");
            expect_armed(judge, 0, "between two ticks an interval holds no timer");
            due += period;
            struct judge_reply next = DO(judge, due);
            EXPECT(judge, next.a == due, "the next tick is due a period after this one was", "at %lld",
                   (long long)next.a);
        }
        int64_t now = DO(judge, now).a;
        DO(judge, advance, .duration = (now + MS - 1) / MS * MS - now);
    }
    finish_time(judge);
}

static const int64_t periods[] = {1, MS, 10 * MS, 3600000 * MS};
static const int64_t dues[] = {0, 1, 4096, INT64_C(1073741824), INT64_C(68719476737)};

static uint64_t next_due(struct judge *judge, int64_t missed, int64_t due, int64_t late, int64_t period)
{
    struct judge_reply reply =
        DO(judge, next_due, .missed = missed, .due = due, .late = late, .period = period);
    judge_returned(judge, "%llu", (unsigned long long)reply.a);
    return (uint64_t)reply.a;
}

static void expect_next(struct judge *judge, int64_t missed, int64_t due, int64_t late, int64_t period,
                        uint64_t wanted)
{
    char text[120];
    uint64_t next = next_due(judge, missed, due, late, period);
    snprintf(text, sizeof text, "the next tick is due at %llu", (unsigned long long)wanted);
    EXPECT(judge, next == wanted, text, "at %llu", (unsigned long long)next);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a + b < a ? UINT64_MAX : a + b;
}

/* 07.18 */
void test_interval_on_time(struct judge *judge)
{
    static const int64_t lates[] = {0, 1, 5 * MS};
    begin_time(judge);
    for (int64_t missed = WF_MISSED_BURST; missed <= WF_MISSED_SKIP; missed++)
        for (int p = 0; p < 4; p++)
            for (int d = 0; d < 5; d++) {
                judge_forget_trace(judge);
                for (int l = 0; l < 3; l++)
                    expect_next(judge, missed, dues[d], lates[l], periods[p],
                                (uint64_t)(dues[d] + periods[p]));
                if (missed == WF_MISSED_BURST)
                    expect_next(judge, missed, dues[d], 86400000 * MS, periods[p],
                                (uint64_t)(dues[d] + periods[p]));
            }
    for (int64_t missed = WF_MISSED_BURST; missed <= WF_MISSED_SKIP; missed++) {
        /* on time, and 5 ms behind it is no time any more */
        for (int64_t late = 0; late <= 4 * MS; late += 2 * MS)
            expect_next(judge, missed, -2 - 4 * MS, late, 1, UINT64_MAX - (uint64_t)(4 * MS));
        expect_next(judge, missed, INT64_MAX, 0, INT64_MAX, UINT64_MAX - 1);
        expect_next(judge, missed, INT64_MIN, 1, INT64_MAX, UINT64_MAX);
        expect_next(judge, missed, -2, 0, MS, UINT64_MAX); /* the sum is too large */
        expect_next(judge, missed, -2, 0, -2, UINT64_MAX);
        expect_next(judge, missed, INT64_MIN, INT64_MAX, -2, UINT64_MAX); /* and late */
    }
    finish_time(judge);
}

/* 07.19 */
void test_interval_late(struct judge *judge)
{
    static const int64_t lates[] = {5 * MS + 1, 25 * MS, 30 * MS, 86400000 * MS};
    begin_time(judge);
    for (int p = 0; p < 4; p++)
        for (int d = 0; d < 5; d++)
            for (int l = 0; l < 4; l++) {
                judge_forget_trace(judge);
                uint64_t now = (uint64_t)(dues[d] + lates[l]), period = (uint64_t)periods[p];
                expect_next(judge, WF_MISSED_DELAY, dues[d], lates[l], periods[p], now + period);
                uint64_t whole = ((uint64_t)lates[l] / period + 1) * period;
                expect_next(judge, WF_MISSED_SKIP, dues[d], lates[l], periods[p], (uint64_t)dues[d] + whole);
            }
    for (int round = 0; round < 30; round++) {
        int64_t due = judge_random(judge, 1 << 30), late = 5 * MS + 1 + judge_random(judge, 1 << 30);
        int64_t period = 1 + judge_random(judge, 1 << 28);
        expect_next(judge, WF_MISSED_DELAY, due, late, period, (uint64_t)(due + late + period));
        expect_next(judge, WF_MISSED_SKIP, due, late, period, (uint64_t)(due + (late / period + 1) * period));
    }
    expect_next(judge, WF_MISSED_DELAY, INT64_MAX, 25 * MS, -2, UINT64_MAX);
    expect_next(judge, WF_MISSED_SKIP, INT64_MIN, 25 * MS, INT64_MAX,
                sum((uint64_t)INT64_MIN, (uint64_t)INT64_MAX));
    /* late by half of all time, and by all of it: products of the period that are too large */
    static const int64_t ages[] = {INT64_MAX, -2, -1}, long_periods[] = {1, 10 * MS, INT64_MAX, -2};
    for (int l = 0; l < 3; l++)
        for (int p = 0; p < 4; p++) {
            judge_forget_trace(judge);
            uint64_t late = (uint64_t)ages[l], period = (uint64_t)long_periods[p];
            expect_next(judge, WF_MISSED_BURST, 0, ages[l], long_periods[p], period);
            expect_next(judge, WF_MISSED_DELAY, 0, ages[l], long_periods[p], sum(late, period));
            expect_next(judge, WF_MISSED_SKIP, 0, ages[l], long_periods[p], sum(late - late % period, period));
        }
    expect_next(judge, WF_MISSED_SKIP, -2, 0, MS, UINT64_MAX);
    expect_next(judge, WF_MISSED_SKIP, -2 - 25 * MS, 25 * MS, 10 * MS,
                UINT64_MAX); /* whole periods go beyond */
    /* and as a whole: a task that was busy for 25 ms */
    static const int64_t then[] = {10, 35, 30};
    for (int64_t missed = WF_MISSED_BURST; missed <= WF_MISSED_SKIP; missed++) {
        judge_forget_trace(judge);
        int64_t begin = DO(judge, now).a;
        DO(judge, interval, .period = 10 * MS, .missed = missed);
        DO(judge, tick, .future = A);
        DO(judge, advance, .duration = 25 * MS);
        expect_tick(judge, begin, "READY: the first tick was due at the start");
        struct judge_reply next = DO(judge, due);
        char text[80];
        snprintf(text, sizeof text, "the next tick is due %lld ms after the start", (long long)then[missed]);
        EXPECT(judge, next.a == begin + then[missed] * MS, text, "%lld ns after it",
               (long long)(next.a - begin));
        DO(judge, advance, .duration = 5 * MS);
    }
    finish_time(judge);
}
