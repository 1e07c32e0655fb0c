/**
 * @file tests_leaf.c
 * @brief Clauses 01.1 to 01.4: ready, pending, map.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/future.h"

static int random_value(struct judge *judge)
{
    return judge_random(judge, 2000001) - 1000000;
}

static void build_ready(struct judge *judge, int64_t number, int value)
{
    char text[60];
    snprintf(text, sizeof text, "wf_ready(ready, %d)", value);
    STEP(judge, STEP_READY, text, number, value);
}

static void expect_ready(struct judge *judge, int64_t value)
{
    struct judge_reply reply = poll_future(judge, LEAF_FUTURE, "ready");
    EXPECT(judge, reply.a == WF_READY, "READY at the first poll", "PENDING");
    char expected[40];
    snprintf(expected, sizeof expected, "out is %s", judge_code(value));
    EXPECT(judge, reply.b == value, expected, "out is %s", judge_code(reply.b));
}

void test_ready_at_once(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int round = 0; round < 5; round++) {
        int value = random_value(judge);
        build_ready(judge, LEAF_FUTURE, value);
        expect_ready(judge, value);
    }
    finish_futures(judge);
}

void test_pending_never(struct judge *judge)
{
    judge_start(judge, "futures");
    STEP(judge, STEP_PENDING, "wf_pending(pending)", MAP);
    for (int poll = 3 + judge_random(judge, 5); poll > 0; poll--) {
        EXPECT(judge, poll_future(judge, MAP, "pending").a == WF_PENDING, "PENDING at every poll", "READY");
        /* the witness: a future beside it gets on */
        int value = random_value(judge);
        build_ready(judge, LEAF_FUTURE, value);
        expect_ready(judge, value);
    }
    struct judge_reply waker = STEP(judge, STEP_WAKER, "the clones of the waker", 0);
    EXPECT(judge, waker.a == 0, "no waker is kept", "%lld clones of the waker are alive", (long long)waker.a);
    EXPECT(judge, waker.b == 0, "no waker is woken", "the waker was woken %lld times", (long long)waker.b);
    drop_future(judge, MAP, "pending");
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

static void build_map(struct judge *judge, int key)
{
    build_probe(judge, 0);
    char text[80];
    snprintf(text, sizeof text, "wf_map(map, A, function, arg)   [function: out ^ %d]", key);
    STEP(judge, STEP_MAP, text, MAP, 0, key);
}

static int polls_of_probe(struct judge *judge)
{
    int count, polls = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        polls += events[i].kind == EVENT_PROBE_POLLED;
    return polls;
}

void test_map_applies_once(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int round = 0; round < 6; round++) {
        int key = random_value(judge), value = random_value(judge);
        int64_t with = 0;
        build_map(judge, key);
        for (int wait = judge_random(judge, 4); wait > 0; wait--) {
            EXPECT(judge, poll_future(judge, MAP, "map").a == WF_PENDING, "PENDING while the inner future is",
                   "READY");
            EXPECT(judge, !was_mapped(judge, &with), "the function is not called yet",
                   "it was called with %lld", (long long)with);
            EXPECT(judge, polls_of_probe(judge) == 1, "the inner future is polled once a poll",
                   "it was polled %d times", polls_of_probe(judge));
        }
        arm_probe(judge, 0, value);
        struct judge_reply reply = poll_future(judge, MAP, "map");
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

static int drops_of_probe(struct judge *judge)
{
    int count, drops = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        drops += events[i].kind == EVENT_PROBE_DROPPED;
    return drops;
}

void test_map_drop(struct judge *judge)
{
    judge_start(judge, "futures");
    for (int round = 0; round < 6; round++) {
        bool finish = round % 2;
        int64_t with = 0;
        int key = random_value(judge), value = random_value(judge);
        build_map(judge, key);
        for (int wait = round / 2; wait > 0; wait--) /* never polled, too */
            poll_future(judge, MAP, "map");
        if (finish) {
            arm_probe(judge, 0, value);
            struct judge_reply reply = poll_future(judge, MAP, "map");
            EXPECT(judge, reply.a == WF_READY && reply.b == (value ^ key),
                   "READY with what the function returned", "%s, out %s", reply.a ? "READY" : "PENDING",
                   judge_code(reply.b));
            EXPECT(judge, drops_of_probe(judge) == 0, "the inner future, which is READY, is not dropped",
                   "it was dropped");
        }
        drop_future(judge, MAP, "map");
        int drops = drops_of_probe(judge);
        EXPECT(judge, !was_mapped(judge, &with), "a drop calls no function", "the function was called");
        EXPECT(judge, drops == !finish,
               finish ? "a READY map drops nothing" : "the inner future is dropped once",
               "it was dropped %d times", drops);
    }
    finish_futures(judge);
}
