/**
 * @file tests_places.c
 * @brief Clauses 07.7 to 07.9 and 07.15 where two runtimes meet: timers that are polled, reset and dropped in another one, in none, and when theirs is gone.
 */
#include "tests.h"
#include "weft/error.h"

/* A sleep that the other runtime's driver has: its clock began when the test's did. */
static void arm_elsewhere(struct judge *judge, int64_t duration, int64_t waker)
{
    DO(judge, sleep_until, .future = A, .duration = duration);
    expect_pending_in(judge, OTHER_RUNTIME, A, waker, "PENDING before the deadline, by that runtime's clock");
    expect_armed_elsewhere(judge, 1, "a timer is armed in the runtime of its first poll");
    expect_armed(judge, 0, "it is armed in no other one");
}

/* 07.7: the driver of the first poll stays a timer's driver. */
void test_poll_elsewhere(struct judge *judge)
{
    begin_time(judge);
    for (int64_t place = OTHER_RUNTIME; place <= WITHOUT_CONTEXT; place++)
        for (int64_t then = THIS_RUNTIME; then <= WITHOUT_CONTEXT; then++) {
            judge_forget_trace(judge);
            DO(judge, sleep, .future = A, .duration = 64 * MS);
            expect_pending(judge, A, 0, "PENDING before the deadline");
            expect_pending_in(judge, place, A, 1, "PENDING before the deadline, wherever it is polled");
            expect_armed(judge, 1, "an armed timer stays in the driver of its first poll");
            expect_armed_elsewhere(judge, 0, "it is armed in no other one");
            expect_clones(judge, 1, "the clone of the newest waker is kept, and no other");
            expect_wake_elsewhere(judge, 3600000 * MS, -1, "no wake when time passes elsewhere");
            expect_wake(judge, 64 * MS, 1, "the newest waker is woken, once, and no other");
            expect_ready_in(judge, then, A, 0, "READY once the timer has fired, wherever it is polled");
        }
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.8: armed, fired, reset to the past; then its runtime is there, or is gone. */
void test_drop_elsewhere(struct judge *judge)
{
    begin_time(judge);
    for (int64_t place = THIS_RUNTIME; place <= WITHOUT_CONTEXT; place++) {
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = 64 * MS);
        expect_pending(judge, A, 0, "PENDING before the deadline");
        DO(judge, drop, .future = A, .place = place);
        expect_armed(judge, 0, "a timer that was dropped is in no driver, wherever it was dropped");
        for (int ended = 0; ended < 2; ended++)
            for (int what = 0; what < 3; what++) {
                judge_forget_trace(judge);
                arm_elsewhere(judge, 64 * MS, 1);
                if (what == 1)
                    expect_wake_elsewhere(judge, 64 * MS, 1,
                                          "the waker is woken when the other clock says so");
                if (what == 2)
                    DO(judge, reset_since, .future = A, .ago = MS);
                if (ended)
                    DO(judge, end_elsewhere);
                DO(judge, drop, .future = A, .place = place);
                expect_clones(judge, 0, "a timer that was dropped keeps no waker");
                if (!ended) {
                    expect_armed_elsewhere(judge, 0, "a timer that was dropped is in no driver");
                    DO(judge, end_elsewhere);
                }
            }
    }
    expect_unlocked(judge);
    finish_time(judge);
}

/* PENDING here, armed here, and over at its deadline. */
static void expect_anew(struct judge *judge, int64_t duration)
{
    expect_pending(judge, A, 2, "PENDING before its new deadline: it is as new");
    expect_armed(judge, 1, "a timer that is as new is armed where it is polled");
    expect_wake(judge, duration - 1, -1, "no wake before the new deadline");
    expect_wake(judge, 1, 2, "the waker of its last poll is woken at the new deadline");
    expect_ready(judge, A, 0, "READY once the timer has fired");
}

/* 07.9 */
void test_reset_elsewhere(struct judge *judge)
{
    begin_time(judge);
    /* an armed one; the other clock is behind, the real one ahead */
    for (int64_t place = THIS_RUNTIME; place <= WITHOUT_CONTEXT; place++) {
        judge_forget_trace(judge);
        DO(judge, sleep, .future = A, .duration = 64 * MS);
        expect_pending(judge, A, 2, "PENDING before the deadline");
        DO(judge, reset, .future = A, .duration = 4096 * MS, .place = place);
        expect_armed(judge, 1, "a timer that was armed and is reset stays armed, wherever it is reset");
        expect_wake(judge, 4096 * MS - 1, -1, "no wake before the new deadline");
        expect_wake(judge, 1, 2, "the waker of its last poll is woken at the new deadline");
        expect_ready(judge, A, 0, "READY once the timer has fired");
        DO(judge, sleep, .future = A, .duration = 64 * MS);
        expect_pending(judge, A, 3, "PENDING before the deadline");
        struct judge_reply before = DO(judge, waker, .waker = 3);
        DO(judge, reset_since, .future = A, .ago = MS, .place = place);
        struct judge_reply after = DO(judge, waker, .waker = 3);
        EXPECT(judge, after.b == before.b + 1,
               "a reset to a deadline that has passed by its driver's clock wakes at once, once",
               "%lld wakes", (long long)(after.b - before.b));
        expect_armed(judge, 0, "nothing is armed any more");
        expect_ready(judge, A, 0, "READY: the deadline has passed");
    }
    /* one that has fired is as new, and armed where it is polled next */
    judge_forget_trace(judge);
    DO(judge, sleep, .future = A, .duration = 64 * MS);
    expect_pending(judge, A, 0, "PENDING before the deadline");
    expect_wake(judge, 64 * MS, 0, "its waker is woken at its deadline");
    DO(judge, reset, .future = A, .duration = MS);
    expect_pending_in(judge, OTHER_RUNTIME, A, 1, "PENDING before its new deadline, by that runtime's clock");
    expect_armed_elsewhere(judge, 1, "a timer that is as new is armed where it is polled");
    expect_armed(judge, 0, "it is armed in no other runtime");
    DO(judge, drop, .future = A);
    expect_armed_elsewhere(judge, 0, "a timer that was dropped is in no driver");
    /* fired, late or closed, and its runtime is gone */
    for (int what = 0; what < 3; what++)
        for (int into_past = 0; into_past < 2; into_past++) {
            judge_forget_trace(judge);
            arm_elsewhere(judge, 64 * MS, 1);
            int64_t behind = DO(judge, now).a; /* so much is the other clock */
            if (what == 0)
                expect_wake_elsewhere(judge, behind + 64 * MS, 1, "its waker is woken at its deadline");
            if (what == 1)
                DO(judge, reset_since, .future = A, .ago = behind);
            DO(judge, end_elsewhere);
            if (into_past) {
                DO(judge, reset_since, .future = A, .ago = MS);
                expect_ready(judge, A, 0, "READY with 0: as new, and its deadline has passed");
                continue;
            }
            DO(judge, reset, .future = A, .duration = 64 * MS);
            expect_anew(judge, 64 * MS);
        }
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.15: a timeout that is armed here; the other clock is ahead, and so is the real one. */
void test_timeout_elsewhere(struct judge *judge)
{
    begin_time(judge);
    DO(judge, advance_elsewhere, .duration = 3600000 * MS);
    for (int64_t place = OTHER_RUNTIME; place <= NO_RUNTIME; place++)
        for (int end = 0; end < 3; end++) {
            judge_forget_trace(judge);
            DO(judge, probe);
            DO(judge, timeout, .future = A, .duration = 64 * MS);
            expect_pending(judge, A, 0, "PENDING before the deadline");
            expect_pending_in(judge, place, A, 1,
                              "PENDING before the deadline, by the clock of its timer's driver");
            expect_armed(judge, 1, "an armed timer stays in the driver of its first poll");
            if (end == 0) { /* by its deadline */
                expect_wake(judge, 64 * MS, 1, "its waker is woken at the deadline");
                expect_ready_in(judge, place, A, WF_ETIMEDOUT, "READY: the time is over");
            } else if (end == 1) { /* by its inner future */
                DO(judge, arm, .value = 1);
                expect_ready_in(judge, place, A, 0, "READY, as its inner future is");
            } else {
                DO(judge, drop, .future = A, .place = place);
            }
            expect_armed(judge, 0, "a timeout that is READY or dropped holds no timer, wherever that was");
            expect_armed_elsewhere(judge, 0, "nor does it anywhere else");
            expect_clones(judge, 0, "nobody keeps a waker any more");
        }
    expect_unlocked(judge);
    finish_time(judge);
}

/* 07.20, law 12: to wait for a time where no time driver is is a mistake, and the panic says so. */
void test_first_poll_outside(struct judge *judge)
{
    for (int64_t place = NO_RUNTIME; place <= WITHOUT_CONTEXT; place++)
        for (int is_timeout = 0; is_timeout < 2; is_timeout++) {
            begin_time(judge);
            if (is_timeout) {
                DO(judge, probe);
                DO(judge, timeout, .future = A, .duration = -1);
            } else {
                DO(judge, sleep, .future = A, .duration = -1);
            }
            judge_allow_panic(judge);
            DO(judge, poll, .future = A, .place = place);
            judge_expect_panic(judge, "G.143", "");
        }
}
