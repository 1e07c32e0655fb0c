/**
 * @file tests_parking.c
 * @brief Clauses 01.16 to 01.20, and 01.27: the thread parker and its wakers.
 */
#include <stdio.h>

#include "parking_rig.h"
#include "tests.h"
#include "weft/park.h"

/* --- parking --- */

static int64_t park(struct judge *judge, int64_t deadline)
{
    return DO(judge, park, .thread = ACTOR, .parker = PARKER, .deadline = deadline).a;
}

static int unpark(struct judge *judge, int64_t times)
{
    int64_t value = DRAW(judge, unpark, value);
    DO(judge, unpark, .parker = PARKER, .value = value, .times = times);
    return (int)value;
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

static void new_parker(struct judge *judge, enum parker parker)
{
    int64_t made = DO(judge, new_parker, .parker = parker).a;
    EXPECT(judge, made, "a parker", "NULL");
}

static void drop_parker(struct judge *judge, enum parker parker)
{
    DO(judge, drop_parker, .parker = parker);
}

/* A permit for each park, and none for the next, however often. */
static void parks_in_a_row(struct judge *judge)
{
    int64_t times = DRAW(judge, parks_in_a_row, times);
    DO(judge, parks_in_a_row, .thread = ACTOR, .parker = PARKER, .times = times);
    struct channel_record event = judge_next_event(judge, "the parks return");
    EXPECT(judge, event.a == times, "each park behind an unpark returns WF_PARK_WOKEN", "%lld of %lld did",
           (long long)event.a, (long long)times);
    EXPECT(judge, event.b == times, "each park without a permit returns WF_PARK_TIMED_OUT: it has a deadline",
           "%lld of %lld did", (long long)event.b, (long long)times);
}

/* However many unparks there were, they are one permit: the park after it sleeps. */
void test_permit_is_kept(struct judge *judge)
{
    static const int64_t counts[] = {LARGE_COUNTS};
    judge_start(judge, "parking");
    new_parker(judge, PARKER);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int value = unpark(judge, counts[i]);
        park(judge, FOR_EVER);
        expect_woken(judge, value);
        int64_t thread = park(judge, FOR_EVER);
        if (counts[i] == 2 || counts[i] == 3 || counts[i] == 257) /* each costs time */
            judge_expect_asleep(judge, thread, "thread 1, parked after the one permit was used up,", STILL_MS);
        expect_woken(judge, unpark(judge, 1));
    }
    int64_t value = DRAW(judge, unpark_own, value);
    DO(judge, unpark_own, .thread = ACTOR, .parker = PARKER, .value = value, .deadline = FOR_EVER);
    expect_woken(judge, (int)value);
    parks_in_a_row(judge);
    drop_parker(judge, PARKER);
    judge_finish(judge);
}

/* Each parker has its own permit, and its own sleeper. */
static void two_parkers(struct judge *judge)
{
    new_parker(judge, PARKER_2);
    int64_t first = park(judge, FOR_EVER);
    int64_t second = DO(judge, park, .thread = ACTOR_2, .parker = PARKER_2, .deadline = FOR_EVER).a;
    judge_expect_asleep(judge, first, "thread 1, parked,", STILL_MS);
    judge_expect_asleep(judge, second, "thread 2, parked,", STILL_MS);
    DO(judge, unpark, .parker = PARKER_2, .value = 2, .times = 1);
    struct channel_record event = judge_next_event(judge, "the park of thread 2 returns");
    EXPECT(judge, event.thread == 2 && event.a == WF_PARK_WOKEN, "thread 2 is woken", "thread %u is",
           event.thread);
    unpark(judge, 1);
    event = judge_next_event(judge, "the park of thread 1 returns");
    EXPECT(judge, event.thread == 1 && event.a == WF_PARK_WOKEN, "thread 1 is woken", "thread %u is",
           event.thread);
    drop_parker(judge, PARKER_2);
}

/* The unpark comes when the thread has decided to sleep, and does not yet. */
static int unpark_in_gap(struct judge *judge, int64_t deadline)
{
    int64_t value = DRAW(judge, unpark_in_gap, value);
    DO(judge, unpark_in_gap, .thread = ACTOR, .parker = PARKER, .deadline = deadline, .value = value);
    return (int)value;
}

/* A condition variable may return for no reason: a park does not. */
static void spurious(struct judge *judge, int64_t times, int64_t deadline)
{
    DO(judge, spurious, .times = times);
    int64_t parked = park(judge, deadline);
    judge_expect_asleep(judge, parked, "thread 1, parked and not unparked,", STILL_MS);
    expect_woken(judge, unpark(judge, 1));
    DO(judge, spurious, .times = 0);
}

void test_park_sleeps(struct judge *judge)
{
    judge_start(judge, "parking");
    new_parker(judge, PARKER);
    for (int round = 0; round < 300; round++) { /* no count of 8 bits is behind it */
        int64_t thread = park(judge, FOR_EVER);
        if (round == 0)
            judge_expect_asleep(judge, thread, "thread 1, parked,", LONG_STILL_MS);
        expect_woken(judge, unpark(judge, 1));
    }
    spurious(judge, 3, FOR_EVER);
    two_parkers(judge);
    for (int round = 0; round < 2; round++)
        expect_woken(judge, unpark_in_gap(judge, FOR_EVER));
    /* the unpark comes first: the permit alone tells the thread of what was written */
    for (int round = 0; round < 3; round++) {
        DO(judge, park_at_gate, .thread = ACTOR, .parker = PARKER);
        int value = unpark(judge, 1);
        DO(judge, open_gate);
        expect_woken(judge, value);
    }
    drop_parker(judge, PARKER);
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

static void far_deadlines(struct judge *judge)
{
    static const int64_t deadlines[] = {FAR_DEADLINES};
    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++) {
        judge_forget_trace(judge);
        int value = unpark(judge, 1); /* a permit is taken, however far the deadline is */
        park(judge, deadlines[i]);
        expect_woken(judge, value);
        int64_t thread = park(judge, deadlines[i]);
        judge_expect_asleep(judge, thread, "thread 1, parked until long from now,", STILL_MS);
        expect_woken(judge, unpark(judge, 1));
    }
}

/* What timed out leaves nothing behind: a permit is taken even with a deadline that has passed, and then there is none. */
static void past_deadlines(struct judge *judge)
{
    static const int64_t deadlines[] = {PAST_DEADLINES};
    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++) {
        int value = unpark(judge, 1);
        park(judge, deadlines[i]);
        expect_woken(judge, value);
        park(judge, deadlines[i]);
        expect_timed_out(judge);
    }
}

/* A deadline is a time of CLOCK_MONOTONIC, whatever the wall clock says. */
static void wall_clock_steps(struct judge *judge)
{
    for (int ahead = 0; ahead < 2; ahead++) {
        DO(judge, wall_clock, .clock = ahead ? 3600 : -3600);
        park(judge, 20);
        expect_timed_out(judge);
        int64_t thread = park(judge, 600000);
        judge_expect_asleep(judge, thread, "thread 1, parked until long from now,", STILL_MS);
        expect_woken(judge, unpark(judge, 1));
    }
    DO(judge, wall_clock, .clock = 0);
}

void test_park_deadline(struct judge *judge)
{
    judge_start(judge, "parking");
    new_parker(judge, PARKER);
    for (int round = 0; round < 3; round++) {
        park(judge, 5 + judge_random(judge, 25));
        expect_timed_out(judge);
        past_deadlines(judge);
    }
    /* the unpark comes when the time is up: woken, or timed out and the permit is kept; not lost */
    for (int round = 0; round < 2; round++) {
        int value = unpark_in_gap(judge, 5);
        struct channel_record event = next_return(judge, "the park returns");
        if (event.a == WF_PARK_TIMED_OUT) {
            park(judge, AT_0);
            expect_woken(judge, value);
        }
    }
    expect_woken(judge, unpark_in_gap(judge, 600000));
    far_deadlines(judge);
    DO(judge, spurious, .times = 3);
    park(judge, 30);
    expect_timed_out(judge);
    spurious(judge, 1, 600000);
    wall_clock_steps(judge);
    drop_parker(judge, PARKER);
    judge_finish(judge);
}

/* --- wakers --- */

/* A parker with three wakers: 0, its clone 1, and a clone of that, 2. Its bytes. */
static int64_t with_three_wakers(struct judge *judge)
{
    new_parker(judge, PARKER);
    DO(judge, parker_waker, .waker = 0, .parker = PARKER);
    DO(judge, clone_waker, .waker = 1, .of = 0);
    DO(judge, clone_waker, .waker = 2, .of = 1);
    int64_t held = live_bytes(judge);
    EXPECT(judge, held > 0, "the parker's memory is live", "it is not: %lld live bytes", (long long)held);
    return held;
}

static void expect_held(struct judge *judge, int64_t held)
{
    EXPECT(judge, live_bytes(judge) == held, "the memory lives while a reference is left",
           "it was freed too soon");
}

static void expect_freed(struct judge *judge)
{
    EXPECT(judge, live_bytes(judge) == 0, "the memory is freed with the last reference", "it is still live");
}

/* Only drops: the references need no wake, and no park. */
void test_waker_references(struct judge *judge)
{
    static const int64_t counts[] = {LARGE_COUNTS};
    judge_start(judge, "parking");
    for (int round = 0; round < 4; round++) {
        int64_t held = with_three_wakers(judge);
        for (size_t i = 0; round == 0 && i < sizeof counts / sizeof *counts; i++) {
            DO(judge, clone_often, .of = 2, .times = counts[i]);
            expect_held(judge, held);
        }
        for (int dropped = 0; dropped < 4; dropped++) { /* the owner goes as number `round` */
            expect_held(judge, held);
            if (dropped == round)
                drop_parker(judge, PARKER);
            else
                DO(judge, drop_waker, .waker = dropped - (dropped > round));
        }
        expect_freed(judge);
    }
    judge_finish(judge);
}

/* Two wakes by value, before a park and while it goes on: each gives one reference up, and both are one permit. */
static void two_wakes_by_value(struct judge *judge)
{
    int64_t held = with_three_wakers(judge);
    for (int waker = 0; waker < 2; waker++)
        DO(judge, wake, .waker = waker);
    park(judge, FOR_EVER);
    judge_next_event(judge, "the park returns: two wakers were woken before it");
    int64_t thread = park(judge, FOR_EVER);
    judge_expect_asleep(judge, thread, "thread 1, parked after the one permit was used up,", STILL_MS);
    expect_held(judge, held);
    DO(judge, clone_waker, .waker = 3, .of = 2);
    for (int waker = 2; waker < 4; waker++)
        DO(judge, wake, .waker = waker);
    judge_next_event(judge, "the park returns: two wakers were woken");
    expect_held(judge, held);
    drop_parker(judge, PARKER);
    expect_freed(judge);
}

void test_waker_wakes(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 4; round++) {
        int64_t held = with_three_wakers(judge);

        /* both kinds of wake end a park */
        int64_t thread = park(judge, FOR_EVER);
        if (round == 0)
            judge_expect_asleep(judge, thread, "thread 1, parked,", STILL_MS);
        DO(judge, wake_by_ref, .waker = 0);
        judge_next_event(judge, "the park returns: its waker was woken by reference");
        park(judge, FOR_EVER);
        DO(judge, wake, .waker = 1);
        judge_next_event(judge, "the park returns: its waker was woken");

        int order = round % 3;
        if (order == 0)
            drop_parker(judge, PARKER);
        use_up(judge, 0);
        if (order == 1)
            drop_parker(judge, PARKER);
        expect_held(judge, held);
        DO(judge, wake_by_ref, .waker = 2);
        if (round % 2)
            DO(judge, drop_waker, .waker = 2);
        else /* the last reference of all: to wake is to touch what the drop then frees */
            DO(judge, wake, .waker = 2);
        if (order == 2)
            drop_parker(judge, PARKER);
        expect_freed(judge);
    }
    two_wakes_by_value(judge);
    judge_finish(judge);
}

static bool will_wake(struct judge *judge, int left, int right)
{
    bool will = DO(judge, will_wake, .left = left, .right = right).a;
    judge_returned(judge, will ? "true" : "false");
    return will;
}

void test_waker_identity(struct judge *judge)
{
    judge_start(judge, "parking");
    for (enum parker parker = PARKER; parker < PARKERS_MAX; parker++)
        new_parker(judge, parker);
    DO(judge, parker_waker, .waker = 0, .parker = PARKER);
    DO(judge, parker_waker, .waker = 1, .parker = PARKER);
    DO(judge, clone_waker, .waker = 2, .of = 1);
    DO(judge, parker_waker, .waker = 3, .parker = PARKER_2);
    EXPECT(judge, will_wake(judge, 0, 1) && will_wake(judge, 0, 2), "true between wakers of one parker",
           "false");
    EXPECT(judge, !will_wake(judge, 0, 3) && !will_wake(judge, 3, 2), "false between wakers of two parkers",
           "true");
    for (int waker = 0; waker < 4; waker++)
        DO(judge, drop_waker, .waker = waker);
    for (enum parker parker = PARKER; parker < PARKERS_MAX; parker++)
        drop_parker(judge, parker);
    judge_finish(judge);
}
