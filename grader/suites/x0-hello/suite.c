/**
 * @file suite.c
 * @brief The warm-up's tests.
 */
#include "../../src/judge.h"
#include "steps.h"

#include <stddef.h>
#include <stdio.h>

/* Take as that thread; the number. */
static int64_t take(struct judge *judge, int thread)
{
    struct judge_reply reply =
        STEP(judge, STEP_TAKE, thread ? "a second thread: wf_ticket_take(ticket)" : "wf_ticket_take(ticket)",
             thread);
    judge_returned(judge, "%lld", (long long)reply.a);
    return reply.a;
}

/* The number must be this one. */
static void expect_number(struct judge *judge, int64_t number, int64_t wanted)
{
    char expected[40];
    snprintf(expected, sizeof expected, "the number %lld", (long long)wanted);
    EXPECT(judge, number == wanted, expected, "the number %lld", (long long)number);
}

/* x0.1 */
static void test_take(struct judge *judge)
{
    int calls = 3 + judge_random(judge, 5);
    judge_start(judge, "tickets");
    for (int number = 0; number < calls; number++)
        expect_number(judge, take(judge, 0), number);
    judge_finish(judge);
}

/* x0.2, as far as one thread after the other shows it, whatever the first number is; at once is explore_take's */
static void test_take_in_turn(struct judge *judge)
{
    int calls = 6 + judge_random(judge, 5);
    judge_start(judge, "tickets");
    int64_t first = take(judge, judge_random(judge, 2));
    for (int number = 1; number < calls; number++)
        expect_number(judge, take(judge, judge_random(judge, 2)), first + number);
    judge_finish(judge);
}

static const struct judge_test tests[] = {
    {"take", "x0.1", PLAIN | ASAN, test_take},
    {"take_in_turn", "x0.2", PLAIN | ASAN | TSAN, test_take_in_turn},
    {"explore_take", "x0.2", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

const struct judge_suite suite_x0_hello = {"x0-hello", tests, NULL, NULL};
