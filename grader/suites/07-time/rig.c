/**
 * @file rig.c
 * @brief What several of lab 07's tests do: poll, move the clock, look at what is held.
 */
#include <stdio.h>

#include "tests.h"
#include "weft/future.h"

void begin_time(struct judge *judge)
{
    judge_start(judge, "time");
}

void expect_pending_in(struct judge *judge, int64_t place, int64_t future, int64_t waker, const char *why)
{
    struct judge_reply reply = DO(judge, poll, .future = future, .waker = waker, .place = place);
    EXPECT(judge, reply.a == WF_PENDING, why, "READY with %s", judge_code(reply.b));
}

void expect_pending(struct judge *judge, int64_t future, int64_t waker, const char *why)
{
    expect_pending_in(judge, THIS_RUNTIME, future, waker, why);
}

void expect_ready(struct judge *judge, int64_t future, int64_t out, const char *why)
{
    expect_ready_in(judge, THIS_RUNTIME, future, out, why);
}

void expect_ready_in(struct judge *judge, int64_t place, int64_t future, int64_t out, const char *why)
{
    char text[120];
    struct judge_reply reply = DO(judge, poll, .future = future, .place = place);
    EXPECT(judge, reply.a == WF_READY, why, "PENDING");
    snprintf(text, sizeof text, "out is %s", judge_code(out));
    EXPECT(judge, reply.b == out, text, "out is %s", judge_code(reply.b));
}

/* What the last step woke. */
static void expect_woken(struct judge *judge, int64_t waker, const char *why)
{
    judge_expect_woken(judge, EVENT_WOKEN, waker, waker >= 0, why);
}

void expect_wake(struct judge *judge, int64_t duration, int64_t waker, const char *why)
{
    DO(judge, advance, .duration = duration);
    expect_woken(judge, waker, why);
}

void expect_wake_elsewhere(struct judge *judge, int64_t duration, int64_t waker, const char *why)
{
    DO(judge, advance_elsewhere, .duration = duration);
    expect_woken(judge, waker, why);
}

void expect_armed_elsewhere(struct judge *judge, int64_t timers, const char *why)
{
    struct judge_reply held = DO(judge, held_elsewhere);
    EXPECT(judge, held.a == timers, why, "%lld timers are in the other runtime's driver", (long long)held.a);
}

void expect_armed(struct judge *judge, int64_t timers, const char *why)
{
    struct judge_reply held = DO(judge, held);
    EXPECT(judge, held.a == timers, why, "%lld timers are in the driver", (long long)held.a);
}

void expect_clones(struct judge *judge, int64_t clones, const char *why)
{
    struct judge_reply alive = DO(judge, clones);
    EXPECT(judge, alive.a == clones, why, "%lld clones are alive", (long long)alive.a);
}

void expect_unlocked(struct judge *judge)
{
    struct judge_reply held = DO(judge, held);
    EXPECT(judge, held.b == 0, "no waker is cloned, woken or dropped while the driver's lock is held",
           "%lld calls of wakers found it held", (long long)held.b);
}

void finish_time(struct judge *judge)
{
    struct judge_reply held = DO(judge, held);
    EXPECT(judge, held.a == 0, "in the end no timer is in the driver", "%lld are", (long long)held.a);
    judge_finish_without_clones(judge, DO(judge, clones));
}
