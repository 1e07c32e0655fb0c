/**
 * @file tests_and_then.c
 * @brief Clauses 02.1 to 02.4, and 02.18: and_then.
 *
 * Each test goes through the same lives: the first future pending for 0, 1 or 2 polls, then the second one.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/async.h"

enum { FIRST = 0, SECOND = 1, WAITS = 3 };

#define CALLS (KIND(EVENT_PROBE_POLLED) | KIND(EVENT_NEXT))

/* One life's first half: built, and polled while the first future is pending. */
static struct judge_reply build_life(struct judge *judge, enum probe_kind kind, bool has_second)
{
    DO(judge, probe, .probe = FIRST, .kind = kind);
    if (has_second)
        DO(judge, probe, .probe = SECOND, .kind = PROBE_INT);
    return DO(judge, and_then, .future = AND_THEN, .first = FIRST, .second = has_second ? SECOND : -1);
}

/* What next must be given of the first future's output. */
static struct want next_with(enum probe_kind kind, int value)
{
    return (struct want){EVENT_NEXT, AND_THEN, kind == PROBE_WIDE ? wide_word(value, WIDE_WORDS - 1) : value};
}

void test_and_then_chains(struct judge *judge)
{
    start_async(judge, "async");
    for (int round = 0; round < 4 * WAITS; round++) {
        enum probe_kind kind = round % 2 ? PROBE_WIDE : PROBE_INT;
        bool second_waits = round / 2 % 2;
        int value = output_value(judge);
        struct judge_reply built = build_life(judge, kind, true);
        EXPECT(judge, built.a == 1, "wf_and_then returns its frame", "it returns something else");
        for (int wait = round / 4; wait > 0; wait--) {
            poll_expect(judge, AND_THEN, WF_PENDING);
            EXPECT_EVENTS(judge, CALLS, polled(judge, FIRST, WF_PENDING));
        }
        DO(judge, arm, .probe = FIRST, .value = value);
        if (!second_waits)
            DO(judge, arm, .probe = SECOND, .value = output_value(judge));
        struct judge_reply reply = poll_it(judge, AND_THEN);
        EXPECT_EVENTS(judge, CALLS, polled(judge, FIRST, WF_READY), next_with(kind, value),
                      polled(judge, SECOND, !second_waits));
        if (reply.a == WF_PENDING) /* whether rightly so is another clause's question */
            drop_it(judge, AND_THEN);
    }
    judge_finish(judge);
}

/* From the poll in which the first future is READY on. */
static void run_to_end(struct judge *judge, bool has_second, int second_waits)
{
    int first = output_value(judge), second = output_value(judge);
    DO(judge, arm, .probe = FIRST, .value = first ? first : 1);
    if (has_second && second_waits == 0)
        DO(judge, arm, .probe = SECOND, .value = second);
    struct judge_reply reply = poll_it(judge, AND_THEN);
    bool ready = !has_second || second_waits == 0;
    EXPECT(judge, reply.a == ready,
           !has_second ? "READY at once: there is no second future"
           : ready     ? "READY in the poll in which the second future is"
                       : "PENDING while the second future is",
           "%s", reply.a ? "READY" : "PENDING");
    for (int wait = 1; has_second && wait <= second_waits; wait++) {
        ready = wait == second_waits;
        if (ready)
            DO(judge, arm, .probe = SECOND, .value = second);
        reply = poll_expect(judge, AND_THEN, ready);
        EXPECT_EVENTS(judge, CALLS, polled(judge, SECOND, ready));
    }
    char expected[60];
    snprintf(expected, sizeof expected, "out is %d", has_second ? second : 0);
    EXPECT(judge, reply.b == (has_second ? second : 0), expected, "out is %s", judge_code(reply.b));
}

static void run_life(struct judge *judge, bool has_second, int first_waits, int second_waits)
{
    build_life(judge, PROBE_INT, has_second);
    for (int wait = 0; wait < first_waits; wait++)
        poll_expect(judge, AND_THEN, WF_PENDING);
    run_to_end(judge, has_second, second_waits);
    drop_it(judge, AND_THEN); /* READY: does nothing */
}

/* Two of them, the first in its second state while the other is in its first: each has its own. */
static void two_at_once(struct judge *judge, bool other_first)
{
    enum { OTHER_FIRST = 2, OTHER_SECOND = 3 };
    int values[] = {output_value(judge), output_value(judge)};
    build_life(judge, PROBE_INT, true);
    DO(judge, probe, .probe = OTHER_FIRST, .kind = PROBE_INT);
    DO(judge, probe, .probe = OTHER_SECOND, .kind = PROBE_INT);
    DO(judge, and_then, .future = AND_THEN_2, .first = OTHER_FIRST, .second = OTHER_SECOND);
    DO(judge, arm, .probe = FIRST, .value = 1);
    poll_expect(judge, AND_THEN, WF_PENDING);
    poll_expect(judge, AND_THEN_2, WF_PENDING);
    EXPECT_EVENTS(judge, CALLS, polled(judge, OTHER_FIRST, WF_PENDING));
    DO(judge, arm, .probe = SECOND, .value = values[0]);
    DO(judge, arm, .probe = OTHER_FIRST, .value = 1);
    DO(judge, arm, .probe = OTHER_SECOND, .value = values[1]);
    for (int turn = 0; turn < 2; turn++) {
        char expected[40];
        int i = other_first ? 1 - turn : turn;
        struct judge_reply reply = poll_expect(judge, i ? AND_THEN_2 : AND_THEN, WF_READY);
        snprintf(expected, sizeof expected, "out is %d", values[i]);
        EXPECT(judge, reply.b == values[i], expected, "out is %s", judge_code(reply.b));
    }
}

void test_and_then_result(struct judge *judge)
{
    start_async(judge, "async");
    for (int round = 0; round < WAITS * WAITS; round++)
        run_life(judge, true, round % WAITS, round / WAITS);
    two_at_once(judge, false);
    two_at_once(judge, true);
    finish_async(judge);
}

void test_and_then_without_second(struct judge *judge)
{
    start_async(judge, "async");
    for (int first_waits = 0; first_waits < WAITS; first_waits++)
        run_life(judge, false, first_waits, 0);
    finish_async(judge);
}

void test_and_then_drop(struct judge *judge)
{
    start_async(judge, "async");
    for (int round = 0; round < 6 * WAITS; round++) {
        int first_waits = round % WAITS;
        bool wide = round % 2;
        const unsigned looked_at = CALLS | KIND(EVENT_PROBE_DROPPED) | KIND(EVENT_OUT_DESTROYED);
        build_life(judge, wide ? PROBE_WIDE : PROBE_INT, round / WAITS != 5);
        for (int wait = 0; wait < first_waits; wait++)
            poll_it(judge, AND_THEN);
        switch (round / WAITS) {
        case 0: /* the first alone, polled or not */
            drop_it(judge, AND_THEN);
            EXPECT_EVENTS(judge, looked_at, dropped(FIRST));
            drop_it(judge, SECOND); /* nobody had it */
            break;
        case 1: /* the first would be READY, but was not asked */
            DO(judge, arm, .probe = FIRST, .value = output_value(judge));
            drop_it(judge, AND_THEN);
            EXPECT_EVENTS(judge, looked_at, dropped(FIRST));
            drop_it(judge, SECOND);
            break;
        case 2: /* the second, polled once and more often */
        case 3:
            DO(judge, arm, .probe = FIRST, .value = output_value(judge));
            for (int poll = round / WAITS; poll > 1; poll--)
                poll_expect(judge, AND_THEN, WF_PENDING);
            drop_it(judge, AND_THEN);
            EXPECT_EVENTS(judge, looked_at, dropped(SECOND));
            break;
        default: /* READY, with and without a second: it has nothing any more */
            DO(judge, arm, .probe = FIRST, .value = output_value(judge));
            if (round / WAITS == 4)
                DO(judge, arm, .probe = SECOND, .value = output_value(judge));
            poll_expect(judge, AND_THEN, WF_READY);
            expect_no_events(judge, KIND(EVENT_PROBE_DROPPED));
            drop_it(judge, AND_THEN);
            expect_no_events(judge, looked_at);
        }
    }
    finish_async(judge);
}

static void expect_head(struct judge *judge, int64_t line, int64_t awaiting)
{
    struct judge_reply head = DO(judge, head, .future = AND_THEN);
    judge_returned(judge, "line %lld, awaiting %s", (long long)head.a, future_name(head.b));
    const char *state = line == WF_AND_THEN_FIRST ? "WF_AND_THEN_FIRST" : "WF_AND_THEN_SECOND";
    char expected[80];
    snprintf(expected, sizeof expected, "awaiting is %s, line is %s", future_name(awaiting), state);
    EXPECT(judge, head.a == line && head.b == awaiting, expected, "awaiting is %s, line is %lld",
           future_name(head.b), (long long)head.a);
}

void test_and_then_head(struct judge *judge)
{
    start_async(judge, "async");
    for (int round = 0; round < 2 * WAITS; round++) {
        build_life(judge, PROBE_INT, true);
        for (int wait = round / 2; wait > 0; wait--) {
            poll_expect(judge, AND_THEN, WF_PENDING);
            expect_head(judge, WF_AND_THEN_FIRST, FIRST);
        }
        DO(judge, arm, .probe = FIRST, .value = output_value(judge));
        for (int wait = 0; wait < 2; wait++) {
            poll_expect(judge, AND_THEN, WF_PENDING);
            expect_head(judge, WF_AND_THEN_SECOND, SECOND);
        }
        if (round % 2) {
            DO(judge, arm, .probe = SECOND, .value = output_value(judge));
            poll_expect(judge, AND_THEN, WF_READY);
        } else {
            drop_it(judge, AND_THEN);
        }
    }
    judge_finish(judge);
}
