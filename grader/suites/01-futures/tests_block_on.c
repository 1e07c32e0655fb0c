/**
 * @file tests_block_on.c
 * @brief Clauses 01.21 to 01.26: block_on.
 */
#include <stdio.h>

#include "parking_rig.h"
#include "tests.h"
#include "weft/error.h"

static void build_leaf(struct judge *judge, int pending_polls, enum leaf_behaviour behaviour, const char *what)
{
    char text[120];
    snprintf(text, sizeof text, "a future that is PENDING %d times%s", pending_polls, what);
    STEP(judge, STEP_LEAF, text, pending_polls, behaviour);
}

static int64_t block_on(struct judge *judge, int again)
{
    return STEP(judge, STEP_BLOCK_ON,
                again ? "thread 1: wf_block_on(future), then once more on a ready one"
                      : "thread 1: wf_block_on(future)",
                ACTOR, again)
        .a;
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
    EXPECT(judge, event.kind == EVENT_BLOCK_ON_DONE, "block_on returns: the future is READY",
           "the future is polled again");
    EXPECT(judge, event.a == 0, "block_on returns 0", "it returned %lld", (long long)event.a);
    EXPECT(judge, event.b == out, "the future has run to its end", "its output is %lld", (long long)event.b);
}

static void wake_leaf(struct judge *judge, int value)
{
    char text[80];
    snprintf(text, sizeof text, "thread 0: writes %d, then wakes the future's task", value);
    EXPECT(judge, STEP(judge, STEP_LEAF_WAKE, text, value).a, "the future was given a waker",
           "it was given an empty one");
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
                judge_expect_asleep(judge, thread, "thread 1, its future pending and not woken,", STILL_MS);
            struct channel_record event;
            while (judge_take_event(judge, &event))
                EXPECT(judge, event.kind == EVENT_PARK_BEGINS, "no poll without a wake",
                       "the future is polled again");
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
    snprintf(text, sizeof text,
             "thread 1: wf_block_on(future), which thread 0 wakes %d times at varying moments", rounds);
    STEP(judge, STEP_STORM, text, ACTOR, rounds, 50 + judge_random(judge, 200));
    expect_return(judge, 0);
    judge_finish(judge);
}

/* Each call of block_on has its own sleep, and its own waker. */
static void two_at_once(struct judge *judge)
{
    static const char *const calls[] = {"thread 1: wf_block_on(a future of its own)",
                                        "thread 2: wf_block_on(a future of its own)"};
    int64_t threads[2];
    for (int actor = 0; actor < 2; actor++)
        threads[actor] = STEP(judge, STEP_LONE_BLOCK_ON, calls[actor], actor).a;
    for (int actor = 0; actor < 2; actor++)
        judge_expect_asleep(judge, threads[actor],
                            actor ? "thread 2, its future pending," : "thread 1, its future pending,",
                            STILL_MS);
    for (int actor = 1; actor >= 0; actor--) {
        STEP(judge, STEP_LONE_WAKE,
             actor ? "thread 0: wakes the task of thread 2" : "thread 0: wakes the task of thread 1", actor);
        struct channel_record event =
            next_event(judge, actor ? "block_on of thread 2 returns" : "block_on of thread 1 returns");
        EXPECT(judge, event.kind == EVENT_BLOCK_ON_DONE && event.thread == (uint32_t)actor + 1 && event.a == 0,
               "block_on of the thread whose task was woken returns 0", "that of thread %u returned %lld",
               event.thread, (long long)event.a);
    }
}

void test_block_on_sleeps(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, LEAF_KEEPS_WAKER, "");
        int64_t thread = block_on(judge, 0);
        expect_poll(judge, 1);
        judge_expect_asleep(judge, thread, "thread 1, its future pending,", round ? STILL_MS : LONG_STILL_MS);
        int value = judge_random(judge, 100000);
        wake_leaf(judge, value);
        struct channel_record event = next_event(judge, "the future is polled again");
        char expected[80];
        snprintf(expected, sizeof expected, "the poll after the wake reads %d", value);
        EXPECT(judge, event.kind == EVENT_LEAF_POLLED && event.b == value, expected, "it reads %lld",
               (long long)event.b);
        expect_return(judge, 2);
    }
    two_at_once(judge);
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
        EXPECT(judge, event.kind == EVENT_LEAF_POLLED && event.b == value, expected, "it reads %lld",
               (long long)event.b);
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
    judge_expect_later_panic(judge, "01.24", "block_on(leaf)");
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
        build_leaf(judge, 2, LEAF_WAKES_IN_POLL, " and wakes its task in each of these polls");
        STEP(judge, STEP_FAIL_ALLOCATION, text, nth);
        block_on(judge, 0);
        struct channel_record event = next_event(judge, "block_on returns");
        bool polled = false;
        for (; event.kind == EVENT_LEAF_POLLED; event = next_event(judge, "block_on returns"))
            polled = true;
        EXPECT(judge, event.a == 0 || event.a == WF_ENOMEM, "block_on returns 0 or WF_ENOMEM",
               "it returned %lld", (long long)event.a);
        EXPECT(judge, polled == (event.a == 0), "WF_ENOMEM if and only if nothing was done",
               "it %s and returned %lld", polled ? "polled" : "did not poll", (long long)event.a);
        STEP(judge, STEP_FAIL_ALLOCATION, "wf_alloc_fail_at(0)", 0);
        if (!polled) {
            block_on(judge, 0);
            for (int poll = 1; poll <= 3; poll++)
                expect_poll(judge, poll);
            expect_return(judge, 3);
        }
    }
    judge_finish(judge);
}
