/**
 * @file tests_parking.c
 * @brief Clauses 01.16 to 01.26: the thread parker, its wakers, block_on.
 */
#include <stdio.h>

#include "../../src/judge.h"
#include "steps.h"
#include "tests.h"
#include "weft/error.h"
#include "weft/park.h"

enum { PARKER = 0, ACTOR = 0 };

void describe_parking_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    static const char *const parked[] = {"WOKEN", "WORKED", "TIMED_OUT"};
    (void)judge;
    switch (event->kind) {
    case EVENT_PARK_DONE:
        snprintf(text, (size_t)size, "park returns WF_PARK_%s; it reads %lld",
                 event->a >= 0 && event->a < 3 ? parked[event->a] : "?", (long long)event->b);
        break;
    case EVENT_PARK_LATE:
        snprintf(text, (size_t)size, "park timed out %lld us after the deadline", (long long)event->a / 1000);
        break;
    case EVENT_LEAF_POLLED:
        snprintf(text, (size_t)size, "poll %lld of the future; it reads %lld", (long long)event->a,
                 (long long)event->b);
        break;
    case EVENT_BLOCK_ON_DONE:
        snprintf(text, (size_t)size, "block_on returns %lld, out %lld", (long long)event->a, (long long)event->b);
        break;
    case EVENT_PARK_BEGINS:
        snprintf(text, (size_t)size, "the thread parks");
        break;
    default:
        snprintf(text, (size_t)size, "event %u", event->kind);
    }
}

/* --- parking --- */

static int64_t park(struct judge *judge, int64_t milliseconds)
{
    char text[80];
    if (milliseconds < 0)
        snprintf(text, sizeof text, "thread 1: wf_park(parker, WF_FOREVER)");
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

static void expect_woken(struct judge *judge, int value)
{
    struct channel_record event = judge_next_event(judge, "the park returns");
    EXPECT(judge, event.kind == EVENT_PARK_DONE && event.a == WF_PARK_WOKEN, "the park returns WF_PARK_WOKEN",
           "it returned something else");
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
            judge_expect_asleep(judge, thread, "thread 1, parked after the one permit was used up,");
        unpark(judge, value + 1);
        expect_woken(judge, value + 1);
    }
    drop_parker(judge);
    judge_finish(judge);
}

void test_park_sleeps(struct judge *judge)
{
    judge_start(judge, "parking");
    new_parker(judge);
    for (int round = 0; round < 40; round++) {
        int64_t thread = park(judge, -1);
        if (round % 20 == 0)
            judge_expect_asleep(judge, thread, "thread 1, parked,");
        int value = judge_random(judge, 100000);
        unpark(judge, value);
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
        EXPECT(judge, event.a >= 0, "the park returns at its deadline or later", "it returned %lld us before it",
               (long long)-event.a / 1000);
        event = judge_next_event(judge, "the park returns");
    }
    EXPECT(judge, event.kind == EVENT_PARK_DONE && event.a == WF_PARK_TIMED_OUT, "the park returns WF_PARK_TIMED_OUT",
           "it returned something else");
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
    int64_t thread = park(judge, 600000);
    judge_expect_asleep(judge, thread, "thread 1, parked until long from now,");
    unpark(judge, 5);
    expect_woken(judge, 5);
    drop_parker(judge);
    judge_finish(judge);
}

/* --- wakers --- */

static int64_t live_bytes(struct judge *judge)
{
    int64_t bytes = STEP(judge, STEP_LIVE_BYTES, "wf_live_bytes()", 0).a;
    judge_returned(judge, "%lld", (long long)bytes);
    return bytes;
}

static void waker_step(struct judge *judge, uint32_t operation, const char *what, int waker)
{
    char text[60];
    snprintf(text, sizeof text, "%s(waker %d)", what, waker);
    STEP(judge, operation, text, waker);
}

/* Give waker `waker` up, in one of the two ways. */
static void use_up(struct judge *judge, int waker)
{
    if (judge_random(judge, 2))
        waker_step(judge, STEP_WAKER_WAKE, "wf_waker_wake", waker);
    else
        waker_step(judge, STEP_WAKER_DROP, "wf_waker_drop", waker);
}

void test_waker_references(struct judge *judge)
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
            judge_expect_asleep(judge, thread, "thread 1, parked,");
        waker_step(judge, STEP_WAKER_WAKE_REF, "wf_waker_wake_by_ref", 0);
        judge_next_event(judge, "the park returns: its waker was woken by reference");
        park(judge, -1);
        waker_step(judge, STEP_WAKER_WAKE, "wf_waker_wake", 1);
        judge_next_event(judge, "the park returns: its waker was woken");

        int64_t held = live_bytes(judge);
        EXPECT(judge, held > before, "the parker's memory is live", "it is not: %lld live bytes", (long long)held);
        int order = judge_random(judge, 3);
        if (order == 0)
            drop_parker(judge);
        use_up(judge, 0);
        if (order == 1)
            drop_parker(judge);
        EXPECT(judge, live_bytes(judge) == held, "the memory lives while a reference is left", "it was freed too soon");
        waker_step(judge, STEP_WAKER_WAKE_REF, "wf_waker_wake_by_ref", 2);
        use_up(judge, 2);
        if (order == 2)
            drop_parker(judge);
        EXPECT(judge, live_bytes(judge) == before, "the memory is freed with the last reference", "it is still live");
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
    EXPECT(judge, will_wake(judge, 0, 1) && will_wake(judge, 0, 2), "true between wakers of one parker", "false");
    EXPECT(judge, !will_wake(judge, 0, 3) && !will_wake(judge, 3, 2), "false between wakers of two parkers", "true");
    for (int waker = 0; waker < 4; waker++)
        use_up(judge, waker);
    for (int parker = 0; parker < 2; parker++)
        STEP(judge, STEP_PARKER_DROP, "wf_thread_parker_drop(parker)", parker);
    judge_finish(judge);
}

/* --- block_on --- */

static void build_leaf(struct judge *judge, int pending_polls, enum leaf_behaviour behaviour, const char *what)
{
    char text[120];
    snprintf(text, sizeof text, "a future that is PENDING %d times%s", pending_polls, what);
    STEP(judge, STEP_LEAF, text, pending_polls, behaviour);
}

static int64_t block_on(struct judge *judge, int again)
{
    return STEP(judge, STEP_BLOCK_ON, again ? "thread 1: wf_block_on(future), then once more on a ready one"
                                            : "thread 1: wf_block_on(future)", ACTOR, again).a;
}

/* The next event but the runtime's own report that it parks. */
static struct channel_record next_event(struct judge *judge, const char *awaited)
{
    struct channel_record event;
    do
        event = judge_next_event(judge, awaited);
    while (event.kind == EVENT_PARK_BEGINS);
    return event;
}

static void expect_poll(struct judge *judge, int number)
{
    char expected[60];
    snprintf(expected, sizeof expected, "poll %d of the future", number);
    struct channel_record event = next_event(judge, expected);
    EXPECT(judge, event.kind == EVENT_LEAF_POLLED && event.a == number, expected, "block_on returned");
}

static void expect_return(struct judge *judge, int64_t out)
{
    struct channel_record event = next_event(judge, "block_on returns 0");
    EXPECT(judge, event.kind == EVENT_BLOCK_ON_DONE, "block_on returns: the future is READY", "the future is polled again");
    EXPECT(judge, event.a == 0, "block_on returns 0", "it returned %lld", (long long)event.a);
    EXPECT(judge, event.b == out, "the future has run to its end", "its output is %lld", (long long)event.b);
}

static void wake_leaf(struct judge *judge, int value)
{
    char text[80];
    snprintf(text, sizeof text, "thread 0: writes %d, then wakes the future's task", value);
    EXPECT(judge, STEP(judge, STEP_LEAF_WAKE, text, value).a, "the future was given a waker", "it was given an empty one");
}

void test_block_on_polls_once_per_wake(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 3; round++) {
        int polls = round == 0 ? 0 : 1 + judge_random(judge, 4);
        build_leaf(judge, polls, LEAF_KEEPS_WAKER, "");
        int64_t thread = block_on(judge, 0);
        expect_poll(judge, 1);
        for (int poll = 1; poll <= polls; poll++) {
            if (poll == polls) /* once is enough: each costs time */
                judge_expect_asleep(judge, thread, "thread 1, its future pending and not woken,");
            struct channel_record event;
            while (judge_take_event(judge, &event))
                EXPECT(judge, event.kind == EVENT_PARK_BEGINS, "no poll without a wake", "the future is polled again");
            wake_leaf(judge, poll);
            expect_poll(judge, poll + 1);
        }
        expect_return(judge, polls + 1);
    }
    judge_finish(judge);
}

/* The future is woken in the gap between its poll and the sleep. An implementation that does not park
 * through wf_park() does not show the gap: then it is woken when it sleeps. */
static void wake_in_the_gap(struct judge *judge)
{
    int polls = 1 + judge_random(judge, 3);
    build_leaf(judge, polls, LEAF_WAKES_BEFORE_PARK, " and is woken after its poll, before the thread sleeps");
    int64_t thread = block_on(judge, 0);
    expect_poll(judge, 1);
    for (int poll = 2; poll <= polls + 1; poll++) {
        struct channel_record event;
        bool gap_seen = false;
        while (judge_event_or_sleep(judge, thread, &event) && event.kind == EVENT_PARK_BEGINS)
            gap_seen = true;
        if (event.kind != EVENT_LEAF_POLLED) {
            EXPECT(judge, !gap_seen, "the future is polled again: it was woken before the thread slept",
                   "the thread sleeps: the wake was lost");
            wake_leaf(judge, 0);
            expect_poll(judge, poll);
        }
    }
    expect_return(judge, polls + 1);
}

void test_wake_is_not_lost(struct judge *judge)
{
    judge_start(judge, "parking");
    int polls = 1 + judge_random(judge, 5);
    build_leaf(judge, polls, LEAF_WAKES_IN_POLL, " and wakes its task in each of these polls");
    block_on(judge, 0);
    for (int poll = 1; poll <= polls + 1; poll++)
        expect_poll(judge, poll);
    expect_return(judge, polls + 1);

    /* two wakes before a poll are one */
    build_leaf(judge, 2, LEAF_WAKES_TWICE, " and wakes its task twice in each of these polls");
    block_on(judge, 0);
    for (int poll = 1; poll <= 3; poll++)
        expect_poll(judge, poll);
    expect_return(judge, 3);

    wake_in_the_gap(judge);

    char text[100];
    int rounds = 200 + judge_random(judge, 100);
    snprintf(text, sizeof text, "thread 1: wf_block_on(future), which thread 0 wakes %d times at varying moments", rounds);
    STEP(judge, STEP_STORM, text, ACTOR, rounds, 50 + judge_random(judge, 200));
    expect_return(judge, 0);
    judge_finish(judge);
}

void test_block_on_sleeps(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, LEAF_KEEPS_WAKER, "");
        int64_t thread = block_on(judge, 0);
        expect_poll(judge, 1);
        judge_expect_asleep(judge, thread, "thread 1, its future pending,");
        int value = judge_random(judge, 100000);
        wake_leaf(judge, value);
        struct channel_record event = next_event(judge, "the future is polled again");
        char expected[80];
        snprintf(expected, sizeof expected, "the poll after the wake reads %d", value);
        EXPECT(judge, event.kind == EVENT_LEAF_POLLED && event.b == value, expected, "it reads %lld", (long long)event.b);
        expect_return(judge, 2);
    }
    /* the wake comes while the poll goes on: the thread does not sleep, and must see what was written too */
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, LEAF_WAITS_AT_GATE, ", and whose poll takes long");
        block_on(judge, 0);
        expect_poll(judge, 1);
        int value = judge_random(judge, 100000);
        wake_leaf(judge, value);
        STEP(judge, STEP_OPEN_GATE, "the poll may return", 0);
        struct channel_record event = next_event(judge, "the future is polled again");
        char expected[80];
        snprintf(expected, sizeof expected, "the poll after the wake reads %d", value);
        EXPECT(judge, event.kind == EVENT_LEAF_POLLED && event.b == value, expected, "it reads %lld", (long long)event.b);
        expect_return(judge, 2);
    }
    judge_finish(judge);
}

void test_block_on_nested(struct judge *judge)
{
    judge_start(judge, "parking");
    build_leaf(judge, 0, LEAF_KEEPS_WAKER, "");
    block_on(judge, 1);
    expect_poll(judge, 1);
    expect_return(judge, 1);
    expect_return(judge, 1); /* the same thread again: the context was left */
    build_leaf(judge, 1, LEAF_NESTS, ", and calls wf_block_on in its poll");
    judge_allow_panic(judge);
    block_on(judge, 0);
    judge_expect_panic(judge, "01.24");
}

void test_waker_outlives_block_on(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, LEAF_KEEPS_WAKER, "");
        block_on(judge, 0);
        expect_poll(judge, 1);
        STEP(judge, STEP_LEAF_TAKE_WAKER, "waker 0 = a clone of the future's waker", 0);
        STEP(judge, STEP_WAKER_CLONE, "waker 1 = wf_waker_clone(waker 0)", 1, 0);
        wake_leaf(judge, round);
        expect_poll(judge, 2);
        expect_return(judge, 2);
        use_up(judge, 0);
        waker_step(judge, STEP_WAKER_WAKE_REF, "wf_waker_wake_by_ref", 1);
        use_up(judge, 1);
        EXPECT(judge, live_bytes(judge) == 0, "the memory is freed with the last waker", "it is still live");
    }
    judge_finish(judge);
}

void test_block_on_without_memory(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int nth = 1; nth <= 3; nth++) {
        char text[80];
        snprintf(text, sizeof text, "wf_alloc_fail_at(%d)", nth);
        build_leaf(judge, 0, LEAF_KEEPS_WAKER, "");
        STEP(judge, STEP_FAIL_ALLOCATION, text, nth);
        block_on(judge, 0);
        struct channel_record event = next_event(judge, "block_on returns");
        bool polled = event.kind == EVENT_LEAF_POLLED;
        if (polled)
            event = next_event(judge, "block_on returns");
        EXPECT(judge, event.a == 0 || event.a == WF_ENOMEM, "block_on returns 0 or WF_ENOMEM", "it returned %lld",
               (long long)event.a);
        EXPECT(judge, polled == (event.a == 0), "WF_ENOMEM if and only if nothing was done", "it %s and returned %lld",
               polled ? "polled" : "did not poll", (long long)event.a);
        STEP(judge, STEP_FAIL_ALLOCATION, "wf_alloc_fail_at(0)", 0);
        if (!polled) {
            block_on(judge, 0);
            expect_poll(judge, 1);
            expect_return(judge, 1);
        }
    }
    judge_finish(judge);
}
