/**
 * @file tests_parking.c
 * @brief Clauses 01.16 to 01.20, and 01.27: the thread parker and its wakers.
 */
#include <stdio.h>

#include "parking_rig.h"
#include "tests.h"
#include "weft/park.h"

/* --- parking --- */

static int64_t park(struct judge *judge, int64_t milliseconds)
{
    static const char *const far[] = {"WF_FOREVER", "2^63 - 1", "2^63", "2^63 + 1", "WF_FOREVER - 1"};
    char text[80];
    if (milliseconds < 0)
        snprintf(text, sizeof text, "thread 1: wf_park(parker, %s)", far[-1 - milliseconds]);
    else
        snprintf(text, sizeof text, "thread 1: wf_park(parker, now + %lld ms)", (long long)milliseconds);
    return STEP(judge, STEP_PARK, text, ACTOR, PARKER, milliseconds).a;
}

static void unpark(struct judge *judge, int value)
{
    char text[80];
    snprintf(text, sizeof text, "thread 0: writes %d, then wf_unpark(parker)", value);
    STEP(judge, STEP_UNPARK, text, PARKER, value);
}

/* The park's return; how late a time-out was is not of interest here. */
static struct channel_record next_return(struct judge *judge, const char *awaited)
{
    struct channel_record event;
    do
        event = judge_next_event(judge, awaited);
    while (event.kind == EVENT_PARK_LATE);
    return event;
}

static void expect_woken(struct judge *judge, int value)
{
    struct channel_record event = next_return(judge, "the park returns");
    EXPECT(judge, event.a == WF_PARK_WOKEN, "the park returns WF_PARK_WOKEN", "it returned %s",
           parked_name(event.a));
    char expected[60];
    snprintf(expected, sizeof expected, "the thread reads %d, written before the unpark", value);
    EXPECT(judge, event.b == value, expected, "it reads %lld", (long long)event.b);
}

static void new_parker(struct judge *judge)
{
    int64_t made = STEP(judge, STEP_PARKER_NEW, "wf_thread_parker_new()", PARKER).a;
    EXPECT(judge, made, "a parker", "NULL");
}

static void drop_parker(struct judge *judge)
{
    STEP(judge, STEP_PARKER_DROP, "wf_thread_parker_drop(parker)", PARKER);
}

void test_permit_is_kept(struct judge *judge)
{
    judge_start(judge, "parking");
    new_parker(judge);
    for (int unparks = 1; unparks <= 3; unparks++) {
        int value = judge_random(judge, 100000);
        for (int i = 0; i < unparks; i++)
            unpark(judge, value);
        park(judge, -1);
        expect_woken(judge, value);
        /* however many there were, they are one permit: now it sleeps */
        int64_t thread = park(judge, -1);
        if (unparks > 1)
            judge_expect_asleep(judge, thread, "thread 1, parked after the one permit was used up,", STILL_MS);
        unpark(judge, value + 1);
        expect_woken(judge, value + 1);
    }
    drop_parker(judge);
    judge_finish(judge);
}

/* Each parker has its own permit, and its own sleeper. */
static void two_parkers(struct judge *judge)
{
    EXPECT(judge, STEP(judge, STEP_PARKER_NEW, "wf_thread_parker_new(), a second one", 1).a, "a parker",
           "NULL");
    int64_t first = park(judge, -1);
    int64_t second = STEP(judge, STEP_PARK, "thread 2: wf_park(parker 2, WF_FOREVER)", 1, 1, -1).a;
    judge_expect_asleep(judge, first, "thread 1, parked,", STILL_MS);
    judge_expect_asleep(judge, second, "thread 2, parked,", STILL_MS);
    STEP(judge, STEP_UNPARK, "thread 0: writes 2, then wf_unpark(parker 2)", 1, 2);
    struct channel_record event = judge_next_event(judge, "the park of thread 2 returns");
    EXPECT(judge, event.thread == 2 && event.a == WF_PARK_WOKEN, "thread 2 is woken", "thread %u is",
           event.thread);
    unpark(judge, 3);
    event = judge_next_event(judge, "the park of thread 1 returns");
    EXPECT(judge, event.thread == 1 && event.a == WF_PARK_WOKEN, "thread 1 is woken", "thread %u is",
           event.thread);
    STEP(judge, STEP_PARKER_DROP, "wf_thread_parker_drop(parker 2)", 1);
}

void test_park_sleeps(struct judge *judge)
{
    judge_start(judge, "parking");
    new_parker(judge);
    for (int round = 0; round < 40; round++) {
        int64_t thread = park(judge, -1);
        if (round == 0)
            judge_expect_asleep(judge, thread, "thread 1, parked,", LONG_STILL_MS);
        int value = judge_random(judge, 100000);
        unpark(judge, value);
        expect_woken(judge, value);
    }
    /* a condition variable may return for no reason: a park does not */
    STEP(judge, STEP_SPURIOUS, "the next 3 waits on a condition variable return for no reason", 3);
    int64_t parked = park(judge, -1);
    judge_expect_asleep(judge, parked, "thread 1, parked and not unparked,", STILL_MS);
    unpark(judge, 1);
    expect_woken(judge, 1);
    two_parkers(judge);
    /* the unpark comes when the thread has decided to sleep, and does not yet */
    for (int round = 0; round < 2; round++) {
        int value = judge_random(judge, 100000);
        char text[120];
        snprintf(text, sizeof text,
                 "thread 1: wf_park(parker); thread 0: writes %d and unparks just before it sleeps", value);
        STEP(judge, STEP_UNPARK_IN_GAP, text, ACTOR, PARKER, value, -1);
        expect_woken(judge, value);
    }
    /* the unpark comes first: the permit alone tells the thread of what was written */
    for (int round = 0; round < 3; round++) {
        int value = judge_random(judge, 100000);
        STEP(judge, STEP_PARK_AT_GATE, "thread 1: waits, then wf_park(parker, WF_FOREVER)", ACTOR, PARKER);
        unpark(judge, value);
        STEP(judge, STEP_OPEN_GATE, "thread 1 may go on", 0);
        expect_woken(judge, value);
    }
    drop_parker(judge);
    judge_finish(judge);
}

static void expect_timed_out(struct judge *judge)
{
    struct channel_record event = judge_next_event(judge, "the park returns at its deadline");
    if (event.kind == EVENT_PARK_LATE) {
        EXPECT(judge, event.a >= 0, "the park returns at its deadline or later",
               "it returned %lld us before it", (long long)-event.a / 1000);
        event = judge_next_event(judge, "the park returns");
    }
    EXPECT(judge, event.a == WF_PARK_TIMED_OUT, "the park returns WF_PARK_TIMED_OUT", "it returned %s",
           parked_name(event.a));
}

/* Days from now, on both sides of what 31 and 32 bits hold of milliseconds and seconds, and of what 63 bits hold of nanoseconds. */
static void far_deadlines(struct judge *judge)
{
    static const int64_t deadlines[] = {600000,
                                        INT64_C(0x7fffffff),
                                        INT64_C(0x80000000),
                                        2592000000,
                                        INT64_C(0xffffffff),
                                        INT64_C(0x100000000),
                                        INT64_C(0x7fffffff) * 1000,
                                        INT64_C(0x100000000) * 1000,
                                        BELOW_2_63,
                                        AT_2_63,
                                        ABOVE_2_63,
                                        BELOW_FOR_EVER,
                                        FOR_EVER};
    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++) {
        judge_forget_trace(judge);
        int64_t thread = park(judge, deadlines[i]);
        judge_expect_asleep(judge, thread, "thread 1, parked until long from now,", STILL_MS);
        unpark(judge, (int)i);
        expect_woken(judge, (int)i);
    }
}

/* A condition variable may return for no reason in a wait with a deadline too. */
static void spurious_with_a_deadline(struct judge *judge)
{
    STEP(judge, STEP_SPURIOUS, "the next 3 waits on a condition variable return for no reason", 3);
    park(judge, 30);
    expect_timed_out(judge);
    STEP(judge, STEP_SPURIOUS, "the next 3 waits on a condition variable return for no reason", 3);
    int64_t thread = park(judge, 600000);
    judge_expect_asleep(judge, thread, "thread 1, parked until long from now,", STILL_MS);
    unpark(judge, 6);
    expect_woken(judge, 6);
    STEP(judge, STEP_SPURIOUS, "waits on a condition variable return as they should", 0);
}

/* A deadline is a time of CLOCK_MONOTONIC, whatever the wall clock says. */
static void wall_clock_steps(struct judge *judge)
{
    static const int64_t steps[] = {-3600, 3600};
    for (int i = 0; i < 2; i++) {
        STEP(judge, STEP_WALL_CLOCK,
             i ? "the wall clock is set an hour back while threads sleep"
               : "the wall clock is set an hour ahead while threads sleep",
             steps[i]);
        park(judge, 20);
        expect_timed_out(judge);
        int64_t thread = park(judge, 600000);
        judge_expect_asleep(judge, thread, "thread 1, parked until long from now,", STILL_MS);
        unpark(judge, 8);
        expect_woken(judge, 8);
    }
    STEP(judge, STEP_WALL_CLOCK, "the wall clock is right", 0);
}

void test_park_deadline(struct judge *judge)
{
    judge_start(judge, "parking");
    new_parker(judge);
    for (int round = 0; round < 3; round++) {
        park(judge, 5 + judge_random(judge, 25));
        expect_timed_out(judge);
        /* what timed out left nothing behind: a permit is taken, even with a deadline that has passed */
        int value = judge_random(judge, 100000);
        unpark(judge, value);
        park(judge, 0);
        expect_woken(judge, value);
        park(judge, 0);
        expect_timed_out(judge);
    }
    /* the unpark comes when the time is up: woken, or timed out and the permit is kept; not lost */
    for (int round = 0; round < 2; round++) {
        STEP(judge, STEP_UNPARK_IN_GAP,
             "thread 1: wf_park(parker, now + 5 ms); thread 0: writes 7 and unparks as the time is up", ACTOR,
             PARKER, 7, 5);
        struct channel_record event = next_return(judge, "the park returns");
        if (event.a == WF_PARK_TIMED_OUT) {
            park(judge, 0);
            expect_woken(judge, 7);
        }
    }
    far_deadlines(judge);
    spurious_with_a_deadline(judge);
    wall_clock_steps(judge);
    drop_parker(judge);
    judge_finish(judge);
}

/* --- wakers --- */

/* Only drops: the references need no wake, and no park. */
void test_waker_references(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 4; round++) {
        int64_t before = live_bytes(judge);
        new_parker(judge);
        STEP(judge, STEP_PARKER_WAKER, "waker 0 = wf_thread_parker_waker(parker)", 0, PARKER);
        STEP(judge, STEP_WAKER_CLONE, "waker 1 = wf_waker_clone(waker 0)", 1, 0);
        STEP(judge, STEP_WAKER_CLONE, "waker 2 = wf_waker_clone(waker 1)", 2, 1);
        int64_t held = live_bytes(judge);
        EXPECT(judge, held > before, "the parker's memory is live", "it is not: %lld live bytes",
               (long long)held);
        for (int dropped = 0; dropped < 4; dropped++) { /* the owner goes as number `round` */
            EXPECT(judge, live_bytes(judge) == held, "the memory lives while a reference is left",
                   "it was freed too soon");
            if (dropped == round)
                drop_parker(judge);
            else
                waker_step(judge, STEP_WAKER_DROP, "wf_waker_drop", dropped - (dropped > round));
        }
        EXPECT(judge, live_bytes(judge) == before, "the memory is freed with the last reference",
               "it is still live");
    }
    judge_finish(judge);
}

void test_waker_wakes(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 4; round++) {
        int64_t before = live_bytes(judge);
        new_parker(judge);
        STEP(judge, STEP_PARKER_WAKER, "waker 0 = wf_thread_parker_waker(parker)", 0, PARKER);
        STEP(judge, STEP_WAKER_CLONE, "waker 1 = wf_waker_clone(waker 0)", 1, 0);
        STEP(judge, STEP_WAKER_CLONE, "waker 2 = wf_waker_clone(waker 1)", 2, 1);

        /* both kinds of wake end a park */
        int64_t thread = park(judge, -1);
        if (round == 0)
            judge_expect_asleep(judge, thread, "thread 1, parked,", STILL_MS);
        waker_step(judge, STEP_WAKER_WAKE_REF, "wf_waker_wake_by_ref", 0);
        judge_next_event(judge, "the park returns: its waker was woken by reference");
        park(judge, -1);
        waker_step(judge, STEP_WAKER_WAKE, "wf_waker_wake", 1);
        judge_next_event(judge, "the park returns: its waker was woken");

        int64_t held = live_bytes(judge);
        EXPECT(judge, held > before, "the parker's memory is live", "it is not: %lld live bytes",
               (long long)held);
        int order = round % 3;
        if (order == 0)
            drop_parker(judge);
        use_up(judge, 0);
        if (order == 1)
            drop_parker(judge);
        EXPECT(judge, live_bytes(judge) == held, "the memory lives while a reference is left",
               "it was freed too soon");
        waker_step(judge, STEP_WAKER_WAKE_REF, "wf_waker_wake_by_ref", 2);
        if (round % 2)
            waker_step(judge, STEP_WAKER_DROP, "wf_waker_drop", 2);
        else /* the last reference of all: to wake is to touch what the drop then frees */
            waker_step(judge, STEP_WAKER_WAKE, "wf_waker_wake", 2);
        if (order == 2)
            drop_parker(judge);
        EXPECT(judge, live_bytes(judge) == before, "the memory is freed with the last reference",
               "it is still live");
    }
    judge_finish(judge);
}

static int64_t will_wake(struct judge *judge, int left, int right)
{
    char text[60];
    snprintf(text, sizeof text, "wf_waker_will_wake(waker %d, waker %d)", left, right);
    int64_t will = STEP(judge, STEP_WAKER_WILL_WAKE, text, left, right).a;
    judge_returned(judge, "%s", will ? "true" : "false");
    return will;
}

void test_waker_identity(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int parker = 0; parker < 2; parker++)
        EXPECT(judge, STEP(judge, STEP_PARKER_NEW, "wf_thread_parker_new()", parker).a, "a parker", "NULL");
    STEP(judge, STEP_PARKER_WAKER, "waker 0 = wf_thread_parker_waker(parker 0)", 0, 0);
    STEP(judge, STEP_PARKER_WAKER, "waker 1 = wf_thread_parker_waker(parker 0)", 1, 0);
    STEP(judge, STEP_WAKER_CLONE, "waker 2 = wf_waker_clone(waker 1)", 2, 1);
    STEP(judge, STEP_PARKER_WAKER, "waker 3 = wf_thread_parker_waker(parker 1)", 3, 1);
    EXPECT(judge, will_wake(judge, 0, 1) && will_wake(judge, 0, 2), "true between wakers of one parker",
           "false");
    EXPECT(judge, !will_wake(judge, 0, 3) && !will_wake(judge, 3, 2), "false between wakers of two parkers",
           "true");
    for (int waker = 0; waker < 4; waker++)
        waker_step(judge, STEP_WAKER_DROP, "wf_waker_drop", waker);
    for (int parker = 0; parker < 2; parker++)
        STEP(judge, STEP_PARKER_DROP, "wf_thread_parker_drop(parker)", parker);
    judge_finish(judge);
}
