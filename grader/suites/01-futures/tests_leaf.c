/**
 * @file tests_leaf.c
 * @brief Clauses 01.1 to 01.4: ready, pending, map.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/future.h"

static int build_ready(struct judge *judge)
{
    int64_t value = DRAW(judge, ready, value);
    DO(judge, ready, .value = value);
    return (int)value;
}

static void expect_ready(struct judge *judge, int64_t value)
{
    struct judge_reply reply = poll_future(judge, READY);
    EXPECT(judge, reply.a == WF_READY, "READY at the first poll", "PENDING");
    char expected[40];
    snprintf(expected, sizeof expected, "out is %s", judge_code(value));
    EXPECT(judge, reply.b == value, expected, "out is %s", judge_code(reply.b));
}

void test_ready_at_once(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int round = 0; round < 10; round++)
        expect_ready(judge, build_ready(judge));
    finish_futures(judge);
}

void test_pending_never(struct judge *judge)
{
    judge_start(judge, "futures");
    DO(judge, pending);
    for (int poll = 3 + judge_random(judge, 5); poll > 0; poll--) {
        EXPECT(judge, poll_future(judge, PENDING).a == WF_PENDING, "PENDING at every poll", "READY");
        expect_ready(judge, build_ready(judge)); /* the witness: a future beside it gets on */
    }
    struct judge_reply waker = DO(judge, waker, .waker = rig_of(judge)->waker);
    EXPECT(judge, waker.a == 0, "no waker is kept", "%lld clones of the waker are alive", (long long)waker.a);
    EXPECT(judge, waker.b == 0, "no waker is woken", "the waker was woken %lld times", (long long)waker.b);
    drop_future(judge, PENDING);
    finish_futures(judge);
}

/* Whether the last step called the map's function, and with what. */
static bool was_mapped(struct judge *judge, int64_t *with)
{
    int count, calls = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        if (events[i].kind == EVENT_MAPPED) {
            calls++;
            *with = events[i].b;
        }
    EXPECT(judge, calls < 2, "the function is called once", "it was called %d times in one poll", calls);
    return calls == 1;
}

/* Over A; what the function makes of its output. */
static int build_map(struct judge *judge)
{
    build_probe(judge, PROBE_A);
    int64_t key = DRAW(judge, map, key);
    DO(judge, map, .inner = PROBE_A, .key = key);
    return (int)key;
}

/* A is READY with a value or, as often, a failure. */
static int arm_inner(struct judge *judge)
{
    (judge_random(judge, 2) ? arm_probe : fail_probe)(judge, PROBE_A);
    return rig_of(judge)->probes[PROBE_A].value;
}

void test_map_applies_once(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int round = 0; round < 8; round++) {
        int key = build_map(judge);
        int64_t with = 0;
        for (int wait = judge_random(judge, 4); wait > 0; wait--) {
            EXPECT(judge, poll_future(judge, MAP).a == WF_PENDING, "PENDING while the inner future is",
                   "READY");
            EXPECT(judge, !was_mapped(judge, &with), "the function is not called yet",
                   "it was called with %lld", (long long)with);
            int polls = judge_count_events(judge, EVENT_PROBE_POLLED, PROBE_A);
            EXPECT(judge, polls == 1, "the inner future is polled once a poll", "it was polled %d times",
                   polls);
        }
        int value = arm_inner(judge);
        struct judge_reply reply = poll_future(judge, MAP);
        EXPECT(judge, reply.a == WF_READY, "READY in the poll in which the inner future is", "PENDING");
        EXPECT(judge, was_mapped(judge, &with), "the function is called", "it was not called");
        char expected[60];
        snprintf(expected, sizeof expected, "the function is given the inner output, %d", value);
        EXPECT(judge, with == value, expected, "it was given %lld", (long long)with);
        snprintf(expected, sizeof expected, "out is %d, what the function returned", value ^ key);
        EXPECT(judge, reply.b == (value ^ key), expected, "out is %s", judge_code(reply.b));
    }
    finish_futures(judge);
}

void test_map_drop(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int round = 0; round < 6; round++) {
        bool finish = round % 2;
        int64_t with = 0;
        int key = build_map(judge);
        for (int wait = round / 2; wait > 0; wait--) /* never polled, too */
            poll_future(judge, MAP);
        if (finish) {
            int value = arm_inner(judge);
            struct judge_reply reply = poll_future(judge, MAP);
            EXPECT(judge, reply.a == WF_READY && reply.b == (value ^ key),
                   "READY with what the function returned", "%s, out %s", reply.a ? "READY" : "PENDING",
                   judge_code(reply.b));
            EXPECT(judge, judge_count_events(judge, EVENT_PROBE_DROPPED, PROBE_A) == 0,
                   "the inner future, which is READY, is not dropped", "it was dropped");
        }
        drop_future(judge, MAP);
        int drops = judge_count_events(judge, EVENT_PROBE_DROPPED, PROBE_A);
        EXPECT(judge, !was_mapped(judge, &with), "a drop calls no function", "the function was called");
        EXPECT(judge, drops == !finish,
               finish ? "a READY map drops nothing" : "the inner future is dropped once",
               "it was dropped %d times", drops);
    }
    finish_futures(judge);
}
