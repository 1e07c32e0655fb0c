/**
 * @file suite.c
 * @brief Lab 19's tests.
 */
#include <stddef.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_says.h"
#include "../../src/judge_steps.h"
#include "../../src/laws.h"
#include "futures.h"
#include "steps.h"
#include "weft/future.h"

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

LAWS_OF_LAB("19.3")

/* 19.1 */
static void test_ended(struct judge *judge)
{
    judge_start(judge, "ended");
    for (int round = 0; round < 6; round++) {
        DO(judge, build);
        EXPECT(judge, judge_polled(judge, DO(judge, poll)).a == WF_PENDING, "PENDING: the probe is", "READY");
        DO(judge, arm, .output = DRAW(judge, arm, output));
        struct judge_reply reply = judge_polled(judge, DO(judge, poll));
        EXPECT(judge, reply.a == WF_READY, "READY: the probe is", "PENDING");
        EXPECT(judge, reply.b == 0, "out is 0", "out is %s", judge_code(reply.b));
    }
    judge_finish_without_clones(judge, DO(judge, clones));
}

/* 19.2: never polled, or PENDING */
static void test_ended_drop(struct judge *judge)
{
    judge_start(judge, "ended");
    for (int polls = 0; polls < 2; polls++) {
        DO(judge, build);
        for (int poll = 0; poll < polls; poll++)
            judge_polled(judge, DO(judge, poll));
        DO(judge, drop);
        int drops = judge_count_events(judge, EVENT_PROBE_DROPPED, PROBE);
        EXPECT(judge, drops == 1, "the inner future is dropped once", "%d times", drops);
    }
    judge_finish_without_clones(judge, DO(judge, clones));
}

static const struct judge_test tests[] = {
    {"ended", "19.1", PLAIN | ASAN, test_ended},
    {"ended_drop", "19.2", PLAIN | ASAN, test_ended_drop},
    LAWS_ROWS{NULL, NULL, 0, NULL},
};

static const char *name_of(int64_t future)
{
    return future == PROBE ? "the probe" : "ended";
}

static const struct judge_says says[] = {MOCK_SAYS(name_of)};

static void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    JUDGE_SAY(says, event, text, size);
}

static const struct judge_rest rests[] = {{"19.3", "19.1 19.2"}, {NULL, NULL}};

const struct judge_suite suite_19_ended = {"19-ended", tests, describe_event, rests};
