/**
 * @file tests_timer.c
 * @brief Clauses 07.6 to 07.10: timers, seen through sleeps on a paused clock.
 */
#include <stdio.h>

#include "tests.h"
#include "weft/error.h"
#include "weft/future.h"

static const int64_t durations[] = {DURATIONS};
enum { DURATIONS_COUNT = sizeof durations / sizeof *durations };

/* The nanoseconds of a tick that begins at or after. The clock begins with a tick. */
static int64_t rounded_up(int64_t ns)
{
    return (ns + MS - 1) / MS * MS;
}

/* 07.6: one timer of each length, from both sides of its deadline. */
void test_timer_waits(struct judge *judge)
{
    begin_time(judge);
    DO(judge, sleep_since, .future = A, .ago = MS);
    expect_ready(judge, A, 0, "READY at the first poll: the deadline was before the clock began");
    for (int i = 0; i < DURATIONS_COUNT; i++) {
        int64_t duration = durations[i], waker = 0;
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = duration);
        if (duration == 0) {
            expect_ready(judge, A, 0, "READY at the first poll: the deadline is now");
            expect_armed(judge, 0, "no timer was needed");
            continue;
        }
        expect_pending(judge, A, 0, "PENDING at the first poll, before the deadline");
        expect_armed(judge, 1, "the timer is armed");
        if (duration < 0 || duration > INT64_C(10000000000) * MS) { /* centuries: nobody waits for them */
            expect_wake(judge, 3600000 * MS, -1, "no wake after an hour");
            expect_pending(judge, A, 0, "PENDING after an hour");
            DO(judge, drop, .future = A);
            continue;
        }
        expect_wake(judge, duration - 1, -1, "no wake one nanosecond before the deadline");
        expect_pending(judge, A, 0, "PENDING one nanosecond before the deadline");
        int64_t left = rounded_up(duration) - duration + 1;
        if (left > 1) { /* the clock is between the deadline and its tick */
            expect_wake(judge, 1, -1, "no wake before the tick of the deadline");
            expect_pending(judge, A, 0, "PENDING until its driver has fired it, which is to wake its task");
            expect_pending(judge, A, waker = 1,
                           "PENDING until its driver has fired it, with another waker too");
            left--;
        }
        expect_wake(judge, left, waker,
                    "its waker is woken in the turn in which the tick of the deadline has come");
        expect_ready(judge, A, 0, "READY once the timer has fired");
        /* the clock is at a tick again */
        int64_t now = DO(judge, now).a;
        DO(judge, advance, .duration = rounded_up(now) - now);
    }
    /* deadlines that have passed */
    static const int64_t ago[] = {0, 1, MS};
    for (int i = 0; i < 3; i++) {
        DO(judge, sleep_since, .future = A, .ago = ago[i]);
        expect_ready(judge, A, 0, "READY at the first poll: the deadline has passed");
    }
    DO(judge, sleep_until, .future = A, .duration = MS);
    DO(judge, advance, .duration = MS); /* it passes before the first poll */
    expect_ready(judge, A, 0, "READY at the first poll: the deadline has passed meanwhile");
    for (int64_t part = 1; part < MS; part += 999998) { /* between the deadline and its tick */
        DO(judge, sleep_until, .future = A, .duration = part);
        DO(judge, advance, .duration = part);
        expect_ready(judge, A, 0, "READY at the first poll: the deadline has passed, whatever the tick");
    }
    /* four quarters of a tick */
    DO(judge, sleep, .future = A, .duration = MS);
    expect_pending(judge, A, 0, "PENDING before the deadline");
    for (int quarter = 0; quarter < 3; quarter++)
        expect_wake(judge, 250000, -1, "no wake before a whole millisecond has passed");
    expect_wake(judge, 250000, 0, "the fourth quarter of a millisecond makes it whole");
    expect_ready(judge, A, 0, "READY once the timer has fired");
    finish_time(judge);
}

/* 07.7 */
void test_timer_newest_waker(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 12; round++) {
        judge_forget_trace(judge);
        int polls = 1 + judge_random(judge, 5);
        int64_t waker = 0;
        DO(judge, sleep, .future = A, .duration = 64 * MS);
        DO(judge, sleep, .future = B, .duration = 65 * MS);
        expect_pending(judge, B, OWN_CLONES, "PENDING before the deadline");
        for (int poll = 0; poll < polls; poll++) {
            waker = judge_random(judge, OWN_CLONES);
            expect_pending(judge, A, waker, "PENDING before the deadline");
            expect_pending(judge, A, waker, "PENDING before the deadline, again with the same waker");
            struct judge_reply kept = DO(judge, waker, .waker = waker);
            EXPECT(judge, kept.a == 1, "one clone of the newest waker is kept", "%lld are", (long long)kept.a);
            expect_clones(judge, 2, "no clone of an older waker is kept: two timers, two clones");
        }
        expect_wake(judge, 64 * MS, waker, "the newest waker is woken, once, and no other");
        expect_clones(judge, 1, "a waker that was woken is used up");
        if (round % 2)
            expect_wake(judge, 3600000 * MS, OWN_CLONES, "the other timer's waker is woken, once");
        else
            DO(judge, drop, .future = B);
        expect_wake(judge, MS, -1, "nobody is woken a second time");
        expect_ready(judge, A, 0, "READY once the timer has fired");
        if (round % 2)
            expect_ready(judge, B, 0, "READY once the timer has fired");
        expect_unlocked(judge);
    }
    /* the sequence of deadlines */
    static const int64_t sleeps[] = {65, 1, 64, 2};
    for (int i = 0; i < 4; i++) {
        DO(judge, sleep, .future = A + i, .duration = sleeps[i] * MS);
        expect_pending(judge, A + i, i, "PENDING before the deadline");
    }
    static const int64_t sequence[] = {1, 3, 2, 0}, steps[] = {1, 1, 62, 1};
    for (int i = 0; i < 4; i++)
        expect_wake(judge, steps[i] * MS, sequence[i], "the timers fire at their deadlines");
    for (int i = 0; i < 4; i++)
        expect_ready(judge, A + i, 0, "READY once the timer has fired");
    finish_time(judge);
}

/* 07.8: dropped new, armed, fired; its memory is used again at once. */
void test_timer_drop(struct judge *judge)
{
    begin_time(judge);
    for (int i = 0; i < DURATIONS_COUNT; i++) {
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = durations[i]);
        DO(judge, drop, .future = A);
        DO(judge, sleep, .future = A, .duration = durations[i]); /* the old frame is freed */
        if (durations[i] == 0)
            expect_ready(judge, A, 0, "READY at the first poll: the deadline is now");
        else
            expect_pending(judge, A, 1, "PENDING before the deadline");
        DO(judge, drop, .future = A);
        expect_armed(judge, 0, "a timer that was dropped is in no driver");
        struct judge_reply kept = DO(judge, waker, .waker = 1);
        EXPECT(judge, kept.a == 0, "a timer that was dropped keeps no waker", "%lld clones are alive",
               (long long)kept.a);
        DO(judge, sleep, .future = A, .duration = MS);
        expect_pending(judge, A, 0, "PENDING before the deadline");
        expect_wake(judge, MS, 0, "only the timer that is left fires");
        DO(judge, drop, .future = A); /* it has fired, and nobody looked */
        expect_armed(judge, 0, "a timer that has fired is in no driver");
    }
    for (int round = 0; round < 20; round++) { /* the first, one in the middle, the last of a slot */
        int64_t out = judge_random(judge, 4);
        judge_forget_trace(judge);
        for (int i = 0; i < 4; i++) {
            DO(judge, sleep, .future = A + i, .duration = 4096 * MS);
            expect_pending(judge, A + i, i, "PENDING before the deadline");
        }
        DO(judge, advance, .duration = judge_random(judge, 2) ? 4095 * MS : MS);
        DO(judge, drop, .future = A + out);
        DO(judge, advance, .duration = 4096 * MS);
        for (int i = 0; i < 4; i++) {
            struct judge_reply waker = DO(judge, waker, .waker = i);
            EXPECT(judge, waker.a == 0, "no waker is kept, by a timer that was dropped or has fired",
                   "%lld clones of waker %d are alive", (long long)waker.a, i);
            if (i != out)
                expect_ready(judge, A + i, 0, "READY once the timer has fired");
        }
    }
    expect_unlocked(judge);
    finish_time(judge);
}

/* How a timer came to be dropped. */
enum { NEW, ARMED, ARMED_FOR_NOBODY, FIRED, LATE, CLOSED, DROPS_OF_TIMER };

static void expect_timer(struct judge *judge, int64_t place, int64_t waker, bool ready, const char *why)
{
    struct judge_reply reply = DO(judge, timer_poll, .waker = waker, .place = place);
    EXPECT(judge, reply.a == (ready ? WF_READY : WF_PENDING), why, ready ? "PENDING" : "READY");
}

/* 07.8: a timer that was dropped, in whatever state, is idle: it may be polled again, here, where its deadline is to come. */
void test_timer_again(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 2 * DROPS_OF_TIMER; round++) {
        int state = round / 2;
        judge_forget_trace(judge);
        DO(judge, timer, .duration = 64 * MS, .made = round % 2);
        int64_t behind = DO(judge, now).a; /* so much is the other clock */
        if (state == ARMED || state == ARMED_FOR_NOBODY)
            expect_timer(judge, THIS_RUNTIME, state == ARMED ? 0 : NO_WAKER, false,
                         "PENDING before the deadline");
        if (state == FIRED || state == CLOSED)
            expect_timer(judge, OTHER_RUNTIME, 0, false, "PENDING before the deadline");
        if (state == FIRED)
            expect_wake_elsewhere(judge, behind + 64 * MS, 0, "its waker is woken at its deadline");
        if (state == CLOSED)
            DO(judge, end_elsewhere);
        if (state == LATE) {
            DO(judge, advance_elsewhere, .duration = behind + 64 * MS);
            expect_timer(judge, OTHER_RUNTIME, 0, true, "READY at a late first poll");
        }
        DO(judge, timer_drop, .place = round % 3 ? THIS_RUNTIME : NO_RUNTIME);
        expect_armed(judge, 0, "a timer that was dropped is in no driver");
        DO(judge, timer_drop);
        expect_timer(judge, THIS_RUNTIME, 1, false,
                     "PENDING before the deadline: a timer that was dropped is idle");
        expect_clones(judge, 1, "each waker that was given back is given back once");
        expect_armed(judge, 1, "the timer is armed where it is polled");
        expect_wake(judge, 64 * MS, 1, "its waker is woken at its deadline");
        expect_timer(judge, THIS_RUNTIME, 1, true, "READY once the timer has fired");
        if (state == FIRED || state == LATE)
            DO(judge, end_elsewhere);
    }
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.9: an armed one. */
void test_timer_reset(struct judge *judge)
{
    static const int64_t firsts[] = {1, 64, 4096, 3600000}, seconds[] = {1, 2, 63, 64, 65, 4095, 4096, 4097};
    begin_time(judge);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 8; k++) {
            judge_forget_trace(judge);
            DO(judge, sleep, .future = A, .duration = firsts[i] * MS);
            expect_pending(judge, A, 2, "PENDING before the deadline");
            DO(judge, reset, .future = A, .duration = seconds[k] * MS);
            expect_armed(judge, 1, "a timer that was armed and is reset stays armed");
            bool polls = judge_random(judge, 2);
            if (polls)
                expect_pending(judge, A, 2, "PENDING before its new deadline");
            expect_wake(judge, seconds[k] * MS - 1, -1,
                        "no wake before the new deadline, at the old one either");
            expect_wake(judge, 1, 2, "the waker of its last poll is woken at the new deadline");
            expect_wake(judge, 4096 * MS, -1, "no wake at the old deadline");
            expect_ready(judge, A, 0, "READY once the timer has fired");
        }
    /* by less than a tick: to later, to earlier */
    for (int earlier = 0; earlier < 2; earlier++) {
        judge_forget_trace(judge);
        DO(judge, sleep_until, .future = A, .duration = 64 * MS + earlier);
        expect_pending(judge, A, 2, "PENDING before the deadline");
        DO(judge, reset, .future = A, .duration = 64 * MS + !earlier);
        int64_t tick = (earlier ? 64 : 65) * MS; /* the first one that is not before the new deadline */
        expect_wake(judge, tick - 1, -1, "no wake before the tick of the new deadline");
        expect_pending(judge, A, 2, "PENDING before its timer has fired");
        expect_wake(judge, 1, 2, "the waker of its last poll is woken at the tick of the new deadline");
        expect_ready(judge, A, 0, "READY once the timer has fired");
    }
    /* to earlier, and its driver only turns: it looks at its clock before it looks at the wheel */
    for (int resets = 0; resets < 2; resets++) {
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = resets ? 3600000 * MS : 64 * MS);
        expect_pending(judge, A, 2, "PENDING before the deadline");
        if (resets)
            DO(judge, reset, .future = A, .duration = 64 * MS);
        int64_t before = DO(judge, now).a;
        DO(judge, park, .duration = 4096 * MS);
        judge_expect_woken(judge, EVENT_WOKEN, 2, true, "the driver parks, and fires the timer on its way");
        int64_t now = DO(judge, now).a;
        EXPECT(judge, now == before + 64 * MS, "it fires at its new deadline, 64 ms on", "%lld ns on",
               (long long)(now - before));
        expect_ready(judge, A, 0, "READY once the timer has fired");
    }
    /* for ever, and back; into the past: it wakes at once */
    DO(judge, sleep, .future = A, .duration = MS);
    expect_pending(judge, A, 0, "PENDING before the deadline");
    DO(judge, reset, .future = A, .duration = -1);
    expect_wake(judge, 3600000 * MS, -1, "no wake: its deadline is WF_FOREVER now");
    DO(judge, reset, .future = A, .duration = MS);
    expect_wake(judge, MS, 0, "the waker of its last poll is woken at the new deadline");
    expect_ready(judge, A, 0, "READY once the timer has fired");
    static const int64_t ago[] = {0, 1, MS};
    for (int i = 0; i < 6; i++) {
        if (i == 3)
            DO(judge, advance, .duration = 2); /* now the tick of what has passed is yet to come */
        DO(judge, sleep, .future = A, .duration = 64 * MS);
        expect_pending(judge, A, 3, "PENDING before the deadline");
        struct judge_reply before = DO(judge, waker, .waker = 3);
        DO(judge, reset_since, .future = A, .ago = ago[i % 3]);
        struct judge_reply after = DO(judge, waker, .waker = 3);
        EXPECT(judge, after.b == before.b + 1, "a reset to a deadline that has passed wakes at once, once",
               "%lld wakes", (long long)(after.b - before.b));
        EXPECT(judge, after.a == 0, "the waker is used up", "%lld clones are alive", (long long)after.a);
        expect_armed(judge, 0, "nothing is armed any more");
        expect_ready(judge, A, 0, "READY: the deadline has passed");
    }
    /* dropped after a reset */
    DO(judge, sleep, .future = A, .duration = 64 * MS);
    expect_pending(judge, A, 0, "PENDING before the deadline");
    DO(judge, reset, .future = A, .duration = INT64_C(2592000000) * MS);
    DO(judge, drop, .future = A);
    expect_armed(judge, 0, "a timer that was dropped is in no driver");
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.9: one that has fired, or was never polled. */
void test_timer_reset_fired(struct judge *judge)
{
    begin_time(judge);
    for (int round = 0; round < 8; round++) {
        judge_forget_trace(judge);
        bool fired = round % 2, into_past = round % 4 > 1;
        DO(judge, sleep, .future = A, .duration = MS);
        if (fired) {
            expect_pending(judge, A, 1, "PENDING before the deadline");
            expect_wake(judge, MS, 1, "its waker is woken at its deadline");
        }
        if (into_past)
            DO(judge, reset_since, .future = A, .ago = 0);
        else
            DO(judge, reset, .future = A, .duration = 64 * MS);
        expect_armed(judge, 0, "a timer that is not armed is not armed by a reset");
        if (into_past) {
            expect_ready(judge, A, 0, "READY: the new deadline has passed");
            continue;
        }
        expect_pending(judge, A, 2, "PENDING before its new deadline, although it has fired before");
        expect_wake(judge, 64 * MS - 1, -1, "no wake before the new deadline");
        expect_wake(judge, 1, 2, "the waker of its last poll is woken at the new deadline");
        expect_ready(judge, A, 0, "READY once the timer has fired");
    }
    finish_time(judge);
}

/* 07.10 */
void test_timer_shutdown(struct judge *judge)
{
    begin_time(judge);
    static const int64_t sleeps[] = {1, 64, 3600000};
    for (int i = 0; i < 3; i++) {
        DO(judge, sleep, .future = A + i, .duration = sleeps[i] * MS);
        expect_pending(judge, A + i, i, "PENDING before the deadline");
    }
    DO(judge, sleep, .future = D, .duration = MS);
    DO(judge, shutdown);
    for (int i = 0; i < 3; i++) {
        struct judge_reply waker = DO(judge, waker, .waker = i);
        EXPECT(judge, waker.b == 1, "the shutdown wakes each armed timer, once", "%lld wakes of waker %d",
               (long long)waker.b, i);
        if (i < 2)
            expect_ready(judge, A + i, WF_ECLOSED, "READY after the shutdown");
    }
    DO(judge, drop, .future = C);
    expect_ready(judge, D, WF_ECLOSED, "READY at the first poll: the driver was shut down");
    DO(judge, sleep, .future = A, .duration = -1);
    expect_ready(judge, A, WF_ECLOSED, "READY at the first poll: the driver was shut down");
    static const int64_t ago[] = {0, 1, MS};
    for (int i = 0; i < 3; i++) {
        DO(judge, sleep_since, .future = A, .ago = ago[i]);
        expect_ready(judge, A, 0, "READY with 0 at a late first poll, after a shutdown too");
    }
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.10, 07.7: the deadline comes, or the driver is shut down, while a poll clones its waker. */
void test_poll_meanwhile(struct judge *judge)
{
    begin_time(judge);
    for (int armed = 0; armed < 2; armed++)
        for (int64_t what = ADVANCES; what <= CLOSES; what++) {
            int64_t out = what == CLOSES ? WF_ECLOSED : 0, woken[2];
            judge_forget_trace(judge);
            DO(judge, sleep, .future = A, .duration = 64 * MS);
            if (armed)
                expect_pending_in(judge, OTHER_RUNTIME, A, 0, "PENDING before the deadline");
            for (int64_t waker = 0; waker < 2; waker++)
                woken[waker] = DO(judge, waker, .waker = waker).b;
            DO(judge, meanwhile, .what = what);
            struct judge_reply reply = DO(judge, poll, .future = A, .waker = 1, .place = OTHER_RUNTIME);
            if (reply.a == WF_PENDING) {
                DO(judge, advance_elsewhere, .duration = MS);
                struct judge_reply waker = DO(judge, waker, .waker = 1);
                EXPECT(judge, waker.b == woken[1] + 1, "a poll that was PENDING has its waker woken, once",
                       "%lld wakes", (long long)(waker.b - woken[1]));
                expect_ready_in(judge, OTHER_RUNTIME, A, out, "READY, for it is over");
            } else {
                char text[120];
                snprintf(text, sizeof text, "out is %s", judge_code(out));
                EXPECT(judge, reply.b == out, text, "out is %s", judge_code(reply.b));
            }
            struct judge_reply old = DO(judge, waker, .waker = 0);
            EXPECT(judge, old.b <= woken[0] + armed, "a waker that was armed is woken once at most",
                   "%lld wakes", (long long)(old.b - woken[0]));
            for (int64_t waker = 0; waker < 2; waker++) {
                struct judge_reply kept = DO(judge, waker, .waker = waker);
                EXPECT(judge, kept.a == 0, "no waker is kept, and none given back twice",
                       "%lld clones of waker %lld are alive", (long long)kept.a, (long long)waker);
            }
            expect_armed_elsewhere(judge, 0, "nothing is armed any more");
            DO(judge, end_elsewhere);
        }
    expect_unlocked(judge);
    finish_time(judge);
}
