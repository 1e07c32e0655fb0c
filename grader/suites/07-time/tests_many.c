/**
 * @file tests_many.c
 * @brief Many timers at once, wakers that call back into them, two threads, and the real clock.
 */
#include <stdio.h>

#include "tests.h"

/* How many of a crowd are woken when so many milliseconds have passed. */
static int64_t woken_at(int64_t count, int64_t ms)
{
    int64_t woken = 0;
    for (int64_t i = 1; i < count; i++) /* number 0 has no time to wait, and is READY at its first poll */
        woken += i % 10 != 3 && (i % 10 == 4 ? i + 1 : i * 7919 % count) <= ms;
    return woken;
}

/* 07.8, 07.9, 07.7: all of them together. */
void test_crowd(struct judge *judge)
{
    static const int64_t counts[] = {1, 33, 64, CROWD_MAX};
    begin_time(judge);
    for (int i = 0; i < 4; i++) {
        int64_t count = counts[i], ms = 0;
        judge_forget_trace(judge);
        struct judge_reply reply = DO(judge, crowd, .count = count);
        char text[120];
        int64_t armed = woken_at(count, INT64_MAX);
        snprintf(text, sizeof text, "%lld timers are armed", (long long)armed);
        EXPECT(judge, reply.a == armed, text, "%lld are", (long long)reply.a);
        while (ms <= count + 1) {
            int64_t step = 1 + judge_random(judge, count < 100 ? 5 : 300);
            DO(judge, advance, .duration = step * MS);
            ms += step;
            reply = DO(judge, crowd_now);
            snprintf(text, sizeof text, "after %lld ms %lld timers have fired", (long long)ms,
                     (long long)woken_at(count, ms));
            EXPECT(judge, reply.b == 0, "no timer fires before its deadline, and none twice", "%lld did",
                   (long long)reply.b);
            EXPECT(judge, reply.a == woken_at(count, ms), text, "%lld have", (long long)reply.a);
        }
        DO(judge, crowd_end);
    }
    finish_time(judge);
}

/* 07.8: what is done to timers while one of them fires. */
void test_flood(struct judge *judge)
{
    static const int64_t counts[] = {2, 31, 32, 33, 64, 65, FLOOD_MAX};
    begin_time(judge);
    for (int what = DROPS; what <= ARMS; what++)
        for (int i = 0; i < 7; i++) {
            int64_t count = counts[i];
            judge_forget_trace(judge);
            DO(judge, flood, .count = count, .what = what);
            DO(judge, advance, .duration = MS);
            struct judge_reply now = DO(judge, flood_now);
            char text[120];
            snprintf(text, sizeof text, "%lld timers were woken", (long long)count);
            if (what == DROPS)
                EXPECT(judge, now.b == 0, "timers that were dropped keep no waker", "%lld clones are alive",
                       (long long)now.b);
            if (what == RESETS)
                EXPECT(judge, now.a + now.b == count, "each timer was woken, or is still armed",
                       "%lld wakes, %lld clones of wakers that are alive", (long long)now.a, (long long)now.b);
            if (what == POLLS || what == ARMS)
                EXPECT(judge, now.a == count, text, "%lld were", (long long)now.a);
            if (what == ARMS) {
                DO(judge, advance, .duration = MS);
                now = DO(judge, flood_now);
                EXPECT(judge, now.a == 2 * count - 1,
                       "the timers that were armed while others fired have fired", "%lld wakes of all",
                       (long long)now.a);
            }
            DO(judge, flood_end);
        }
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.10: the driver is shut down, and the first timer's waker acts on the others, some of which are still armed. */
void test_flood_of_closed(struct judge *judge)
{
    begin_time(judge);
    DO(judge, flood, .count = 65, .what = RESETS);
    DO(judge, shutdown);
    struct judge_reply now = DO(judge, flood_now);
    EXPECT(judge, now.a == 65,
           "each of 65 timers was woken, also those that were reset while the driver was shut down",
           "%lld were", (long long)now.a);
    EXPECT(judge, now.b == 0, "no waker is kept", "%lld clones are alive", (long long)now.b);
    DO(judge, flood_end);
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.8 */
void test_storm(struct judge *judge)
{
    begin_time(judge);
    struct judge_reply reply = DO(judge, storm, .rounds = 2000);
    EXPECT(judge, reply.b == 0, "no sleep is READY before its deadline, and no waker is left",
           "%lld were, or so many wakers are", (long long)reply.b);
    EXPECT(judge, reply.a > 0, "some of 2000 sleeps are READY", "none was");
    finish_time(judge);
}

/* 07.11 */
void test_real_clock(struct judge *judge)
{
    static const int64_t lengths[] = {1, 3};
    begin_time(judge);
    for (int i = 0; i < 2; i++) {
        struct judge_reply reply = DO(judge, real, .ms = lengths[i]);
        EXPECT(judge, reply.a >= 0, "block_on of a sleep returns at its deadline or later",
               "%lld ns too early", (long long)-reply.a);
        EXPECT(judge, reply.b == 0, "out is 0", "%s", judge_code(reply.b));
    }
    finish_time(judge);
}

/* 07.15, and all before it: real threads arm, fire and drop; the clock is the real one, so only what is too early is wrong. */
void test_workers(struct judge *judge)
{
    static const int64_t workers[] = {1, 2, 4, 2, 4}, counts[] = {6, CREW_MAX};
    begin_time(judge);
    for (int round = 0; round < 5; round++) {
        judge_forget_trace(judge);
        struct judge_reply reply = DO(judge, workers, .workers = workers[round], .tasks = counts[round > 0]);
        EXPECT(
            judge, reply.a == 0,
            "no task comes before its deadline, and each one's out says what has come: its inner future, or the deadline",
            "%lld were wrong", (long long)reply.a);
        EXPECT(judge, reply.b == 0, "in the end no timer is in the driver", "%lld are", (long long)reply.b);
    }
    finish_time(judge);
}
