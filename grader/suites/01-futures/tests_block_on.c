/**
 * @file tests_block_on.c
 * @brief Clauses 01.21 to 01.26: block_on.
 */
#include <stdio.h>

#include "parking_rig.h"
#include "tests.h"
#include "weft/error.h"

static void build_leaf(struct judge *judge, int pending_polls, enum behaviour behaviour)
{
    DO(judge, leaf, .polls = pending_polls, .behaviour = behaviour);
}

static int64_t block_on(struct judge *judge, bool again)
{
    return DO(judge, block_on, .thread = ACTOR, .again = again).a;
}

/* The next event but the runtime's own report that it parks. */
static struct channel_record next_event(struct judge *judge, const char *awaited)
{
    struct channel_record event;
    do
        event = judge_next_event(judge, awaited);
    while (event.kind == EVENT_PARK_BEGINS);
    EXPECT(judge, event.kind != EVENT_BUDGET, "each poll begins with WF_BUDGET units, 128", "%lld units",
           (long long)event.a);
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

/* What it writes first. */
static int wake_leaf(struct judge *judge)
{
    int64_t value = DRAW(judge, wake_leaf, value);
    EXPECT(judge, DO(judge, wake_leaf, .value = value).a, "the future was given a waker",
           "it was given an empty one");
    return (int)value;
}

/* The poll after a wake, which reads what was written before it, is the last. */
static void expect_last_poll(struct judge *judge, int value)
{
    struct channel_record event = next_event(judge, "the future is polled again");
    char expected[80];
    snprintf(expected, sizeof expected, "the poll after the wake reads %d", value);
    EXPECT(judge, event.kind == EVENT_LEAF_POLLED && event.b == value, expected, "it reads %lld",
           (long long)event.b);
    expect_return(judge, 2);
}

void test_block_on_polls_once_per_wake(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 5; round++) {
        int polls = round < 4 ? round : 4 + judge_random(judge, 3);
        build_leaf(judge, polls, KEEPS_WAKER);
        int64_t thread = block_on(judge, false);
        expect_poll(judge, 1);
        for (int poll = 1; poll <= polls; poll++) {
            if (poll == polls) /* once is enough: each costs time */
                judge_expect_asleep(judge, thread, "thread 1, its future pending and not woken,", STILL_MS);
            struct channel_record event;
            while (judge_take_event(judge, &event))
                EXPECT(judge, event.kind == EVENT_PARK_BEGINS, "no poll without a wake",
                       "the future is polled again");
            wake_leaf(judge);
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
    build_leaf(judge, polls, WAKES_BEFORE_PARK);
    int64_t thread = block_on(judge, false);
    expect_poll(judge, 1);
    for (int poll = 2; poll <= polls + 1; poll++) {
        struct channel_record event;
        bool gap_seen = false;
        while (judge_event_or_sleep(judge, thread, &event) && event.kind == EVENT_PARK_BEGINS)
            gap_seen = true;
        if (event.kind != EVENT_LEAF_POLLED) {
            EXPECT(judge, !gap_seen, "the future is polled again: it was woken before the thread slept",
                   "the thread sleeps: the wake was lost");
            wake_leaf(judge);
            expect_poll(judge, poll);
        }
    }
    expect_return(judge, polls + 1);
}

void test_wake_is_not_lost(struct judge *judge)
{
    judge_start(judge, "parking");
    int polls = 1 + judge_random(judge, 5);
    build_leaf(judge, polls, WAKES_IN_POLL);
    block_on(judge, false);
    for (int poll = 1; poll <= polls + 1; poll++)
        expect_poll(judge, poll);
    expect_return(judge, polls + 1);

    /* two wakes before a poll are one */
    static const enum behaviour twice[] = {WAKES_TWICE, WAKES_TWO_CLONES};
    for (int i = 0; i < 2; i++) {
        build_leaf(judge, 2, twice[i]);
        block_on(judge, false);
        for (int poll = 1; poll <= 3; poll++)
            expect_poll(judge, poll);
        expect_return(judge, 3);
    }
    wake_in_the_gap(judge);
    for (int storm = 0; storm < 2; storm++) {
        DO(judge, storm, .thread = ACTOR, .rounds = DRAW(judge, storm, rounds),
           .spin = DRAW(judge, storm, spin));
        expect_return(judge, 0);
    }
    judge_finish(judge);
}

/* Each call of block_on has its own sleep, and its own waker. */
static void two_at_once(struct judge *judge)
{
    static const char *const who[] = {
        [ACTOR] = "thread 1, its future pending,", [ACTOR_2] = "thread 2, its future pending,"};
    int64_t threads[ACTOR_2 + 1];
    for (int thread = ACTOR; thread <= ACTOR_2; thread++)
        threads[thread] = DO(judge, lone_block_on, .thread = thread).a;
    for (int thread = ACTOR; thread <= ACTOR_2; thread++)
        judge_expect_asleep(judge, threads[thread], who[thread], STILL_MS);
    for (int thread = ACTOR_2; thread >= ACTOR; thread--) {
        DO(judge, lone_wake, .thread = thread);
        struct channel_record event = next_event(judge, thread == ACTOR ? "block_on of thread 1 returns"
                                                                        : "block_on of thread 2 returns");
        EXPECT(judge, event.kind == EVENT_BLOCK_ON_DONE && event.thread == (uint32_t)thread && event.a == 0,
               "block_on of the thread whose task was woken returns 0", "that of thread %u returned %lld",
               event.thread, (long long)event.a);
    }
}

void test_block_on_sleeps(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, KEEPS_WAKER);
        int64_t thread = block_on(judge, false);
        expect_poll(judge, 1);
        judge_expect_asleep(judge, thread, "thread 1, its future pending,", round ? STILL_MS : LONG_STILL_MS);
        expect_last_poll(judge, wake_leaf(judge));
    }
    two_at_once(judge);
    /* the wake comes while the poll goes on: the thread does not sleep, and must see what was written too */
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, WAITS_AT_GATE);
        block_on(judge, false);
        expect_poll(judge, 1);
        int value = wake_leaf(judge);
        DO(judge, open_gate);
        expect_last_poll(judge, value);
    }
    judge_finish(judge);
}

void test_block_on_nested(struct judge *judge)
{
    judge_start(judge, "parking");
    build_leaf(judge, 0, KEEPS_WAKER);
    block_on(judge, true);
    expect_poll(judge, 1);
    expect_return(judge, 1);
    expect_return(judge, 1); /* the same thread again: the context was left */
    build_leaf(judge, 1, NESTS);
    judge_allow_panic(judge);
    block_on(judge, false);
    judge_expect_later_panic(judge, "01.24", "block_on(leaf)");
}

void test_waker_outlives_block_on(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int round = 0; round < 3; round++) {
        build_leaf(judge, 1, KEEPS_WAKER);
        block_on(judge, false);
        expect_poll(judge, 1);
        DO(judge, take_waker, .waker = 0);
        DO(judge, clone_waker, .waker = 1, .of = 0);
        wake_leaf(judge);
        expect_poll(judge, 2);
        expect_return(judge, 2);
        use_up(judge, 0);
        DO(judge, wake_by_ref, .waker = 1);
        use_up(judge, 1);
        EXPECT(judge, live_bytes(judge) == 0, "the memory is freed with the last waker", "it is still live");
    }
    judge_finish(judge);
}

void test_block_on_without_memory(struct judge *judge)
{
    judge_start(judge, "parking");
    for (int nth = 1; nth <= 3; nth++) {
        build_leaf(judge, 2, WAKES_IN_POLL);
        DO(judge, fail_allocation, .nth = nth);
        block_on(judge, false);
        struct channel_record event = next_event(judge, "block_on returns");
        bool polled = false;
        for (; event.kind == EVENT_LEAF_POLLED; event = next_event(judge, "block_on returns"))
            polled = true;
        EXPECT(judge, event.a == 0 || event.a == WF_ENOMEM, "block_on returns 0 or WF_ENOMEM",
               "it returned %lld", (long long)event.a);
        EXPECT(judge, polled == (event.a == 0), "WF_ENOMEM if and only if nothing was done",
               "it %s and returned %lld", polled ? "polled" : "did not poll", (long long)event.a);
        DO(judge, fail_allocation, .nth = 0);
        if (!polled) {
            block_on(judge, false);
            for (int poll = 1; poll <= 3; poll++)
                expect_poll(judge, poll);
            expect_return(judge, 3);
        }
    }
    judge_finish(judge);
}
