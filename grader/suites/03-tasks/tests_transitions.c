/**
 * @file tests_transitions.c
 * @brief The transitions alone, on every word that a task can have: the judge computes result and word.
 *
 * Where the contract leaves a bit open, it is not compared.
 */
#include <stdio.h>
#include <string.h>

#include "../../src/judge_steps.h"
#include "steps.h"
#include "tests.h"
#include "weft/detail/task_state.h"

enum {
    R = WF_TASK_RUNNING,
    C = WF_TASK_COMPLETE,
    N = WF_TASK_NOTIFIED,
    INTEREST = WF_TASK_JOIN_INTEREST,
    WAKER = WF_TASK_JOIN_WAKER,
    CANCELLED = WF_TASK_CANCELLED,
    ONE = WF_TASK_REFERENCE,
    BITS = ONE - 1,
};

/* A result in the header's words. */
static const char *result_text(enum transition transition, int64_t result, char text[60])
{
    static const char *const truths[] = {"false", "true"}, *const running[] = {"WF_RUN_POLL", "WF_RUN_CANCEL"},
                             *const idle[] = {"WF_IDLE_PARKED", "WF_IDLE_AGAIN", "WF_IDLE_CANCEL"},
                             *const complete[] = {"WF_COMPLETE_QUIET", "WF_COMPLETE_WAKE",
                                                  "WF_COMPLETE_UNCLAIMED"},
                             *const notified[] = {"WF_NOTIFIED_NOTHING", "WF_NOTIFIED_SUBMIT",
                                                  "WF_NOTIFIED_FREE"},
                             *const dropped[] = {"0", "WF_JOIN_DROP_OUTPUT", "WF_JOIN_DROP_WAKER",
                                                 "WF_JOIN_DROP_OUTPUT | WF_JOIN_DROP_WAKER"};
    const char *const *list = transition == TO_RUNNING     ? running
                              : transition == TO_IDLE      ? idle
                              : transition == TO_COMPLETE  ? complete
                              : transition == BY_VALUE     ? notified
                              : transition == JOIN_DROPPED ? dropped
                                                           : truths;
    int64_t count = list == truths || list == running ? 2 : list == dropped ? 4 : 3;
    if (transition == REFERENCE)
        snprintf(text, 60, "nothing");
    else if (result >= 0 && result < count)
        snprintf(text, 60, "%s", list[result]);
    else
        snprintf(text, 60, "%lld", (long long)result);
    return text;
}

/* What a transition must lead to. */
struct outcome {
    int64_t result;
    uint32_t word;
    uint32_t open; /* bits that are not compared */
};

void tell_word(int64_t value, char *text, size_t size)
{
    static const char *const bits[] = {"RUNNING",       "COMPLETE",   "NOTIFIED",
                                       "JOIN_INTEREST", "JOIN_WAKER", "CANCELLED"};
    uint32_t word = (uint32_t)value;
    int length = snprintf(text, size, "%u reference%s", word / ONE, word / ONE == 1 ? "" : "s");
    for (int bit = 0; bit < 6; bit++)
        if (word & 1u << bit)
            length += snprintf(text + length, size - (size_t)length, " %s", bits[bit]);
}

static bool is_idle(uint32_t word)
{
    return !(word & (R | C | N));
}

/* The references that must be there: the scheduler's; the queue's, or that of the thread that runs or is just completing
 * the task; the handle's. */
static uint32_t references_least(uint32_t word)
{
    uint32_t others = word & C ? (word & WAKER ? 2u : 0u) : 1u + !is_idle(word);
    return others + !!(word & INTEREST);
}

static bool is_legal(uint32_t word)
{
    return !(word & R && word & C) &&
           !(word & WAKER && !(word & (INTEREST | C))) && /* the completing thread may still have the slot */
           !(word & CANCELLED && is_idle(word));          /* it would have been scheduled */
}

static struct outcome outcome_of(enum transition transition, uint32_t word, uint32_t count)
{
    bool idle = is_idle(word), complete = word & C;
    switch (transition) {
    case TO_RUNNING:
        return (struct outcome){word & CANCELLED ? WF_RUN_CANCEL : WF_RUN_POLL, word ^ (N | R), 0};
    case TO_IDLE:
        if (word & CANCELLED)
            return (struct outcome){WF_IDLE_CANCEL, word, N};
        return word & N || count > 0 ? (struct outcome){WF_IDLE_AGAIN, (word | N) - R, 0}
                                     : (struct outcome){WF_IDLE_PARKED, word - R - ONE, 0};
    case TO_COMPLETE:
        return (struct outcome){!(word & INTEREST) ? WF_COMPLETE_UNCLAIMED
                                : word & WAKER     ? WF_COMPLETE_WAKE
                                                   : WF_COMPLETE_QUIET,
                                word ^ (R | C), 0};
    case REFERENCE:
        return (struct outcome){0, word + ONE, 0};
    case UNREFERENCE:
        /* the last one: nobody will look at the word again */
        return (struct outcome){word / ONE == count, word - count * ONE, word / ONE == count ? ~0u : 0u};
    case BY_REFERENCE:
        return complete ? (struct outcome){0, word, 0}
                        : (struct outcome){idle, (word | N) + (idle ? ONE : 0u), 0};
    case BY_VALUE:
        if (complete)
            return word / ONE == 1 ? (struct outcome){WF_NOTIFIED_FREE, 0, ~0u}
                                   : (struct outcome){WF_NOTIFIED_NOTHING, word - ONE, 0};
        return (struct outcome){idle ? WF_NOTIFIED_SUBMIT : WF_NOTIFIED_NOTHING,
                                (word | N) - (idle ? 0u : ONE), 0};
    case SHARE:
        return (struct outcome){!complete, complete ? word : word | WAKER, 0};
    case UNSHARE:
        return (struct outcome){!complete, complete ? word : word & ~(uint32_t)WAKER, 0};
    case END_JOIN_WAKER:
        return (struct outcome){!(word & INTEREST), word & ~(uint32_t)WAKER, 0};
    case JOIN_DROPPED:
        return complete ? (struct outcome){WF_JOIN_DROP_OUTPUT | (word & WAKER ? 0 : WF_JOIN_DROP_WAKER),
                                           word & ~(uint32_t)INTEREST, word / ONE == 1 ? INTEREST : 0u}
                        : (struct outcome){WF_JOIN_DROP_WAKER, word & ~(uint32_t)(INTEREST | WAKER), 0};
    default: /* TO_CANCELLED; whether it is noted for a task that is over or runs, and how, is the solution's affair */
        if (complete)
            return (struct outcome){0, word, CANCELLED | N};
        return (struct outcome){idle, (word | CANCELLED | (idle ? N : 0)) + (idle ? ONE : 0),
                                word & R ? N : 0u};
    }
}

static struct judge_reply transit(struct judge *judge, enum transition transition, uint32_t word,
                                  uint32_t count)
{
    if (transition == TO_IDLE)
        return DO(judge, to_idle, .yielded = count, .word = word);
    if (transition == UNREFERENCE)
        return DO(judge, unreference, .count = count, .word = word);
    return DO(judge, transit, .transition = transition, .word = word);
}

/* Call it, and compare. */
static void check(struct judge *judge, enum transition transition, uint32_t word, uint32_t count)
{
    char after[120], wanted[120], expected[300], result[60];
    struct judge_reply reply = transit(judge, transition, word, count);
    struct outcome outcome = outcome_of(transition, word, count);
    uint32_t seen = (uint32_t)reply.b;
    tell_word(seen, after, sizeof after);
    tell_word(outcome.word, wanted, sizeof wanted);
    judge_returned(judge, "%s; the state: %s", result_text(transition, reply.a, result), after);
    snprintf(expected, sizeof expected, "it returns %s", result_text(transition, outcome.result, result));
    EXPECT(judge, reply.a == outcome.result, expected, "%s", result_text(transition, reply.a, result));
    snprintf(expected, sizeof expected, "the state afterwards: %s", wanted);
    EXPECT(judge, (seen & ~outcome.open) == (outcome.word & ~outcome.open), expected, "%s", after);
}

/* Counts on both sides of a word of sixteen bits, and the largest to which two may be added. */
static const uint32_t large_counts[] = {1023, 1024, WF_TASK_REFERENCES_MAX - 2u};
enum { LARGE_COUNTS = sizeof large_counts / sizeof *large_counts };

/* Every legal word with these bits set and those clear, and a few counts each. */
static void check_words(struct judge *judge, enum transition transition, uint32_t set, uint32_t clear,
                        uint32_t own)
{
    for (uint32_t bits = 0; bits <= BITS; bits++) {
        if ((bits & set) != set || bits & clear || !is_legal(bits))
            continue;
        uint32_t least = references_least(bits) + own;
        check(judge, transition, bits + least * ONE, 0);
        check(judge, transition, bits + (least + 1 + (uint32_t)judge_random(judge, 1000)) * ONE, 0);
        for (int i = 0; i < LARGE_COUNTS; i++)
            check(judge, transition, bits + large_counts[i] * ONE, 0);
        if (transition == TO_IDLE) /* and it yielded */
            check(judge, transition, bits + least * ONE, 1);
    }
}

/* The same while another thread counts references: a change that is not one atomic step loses a count, or a bit. */
static void check_storm(struct judge *judge, enum transition transition, uint32_t word)
{
    struct judge_reply reply =
        DO(judge, storm, .transition = transition, .word = word, .times = DRAW(judge, storm, times));
    EXPECT(judge, reply.a == 0, "a transition is one atomic step: nothing that another thread changes is lost",
           "in the end the state is wrong by %lld (a reference is %d)", (long long)reply.a, ONE);
    EXPECT(judge, reply.b == 0, "a transition changes the state in one step",
           "it is seen half changed in between, %lld times", (long long)reply.b);
}

/* --- 03.1 to 03.3, 03.18 --- */

void test_to_running(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, TO_RUNNING, N, R | C, 0);
    judge_finish(judge);
}

/* One that is not in the queue: to run it panics. */
static void check_misuse(struct judge *judge, uint32_t set, uint32_t clear)
{
    uint32_t bits;
    do
        bits = (uint32_t)judge_random(judge, ONE);
    while ((bits & set) != set || bits & clear || !is_legal(bits));
    judge_start(judge, "cells");
    judge_allow_panic(judge);
    DO(judge, transit, .transition = TO_RUNNING, .word = bits + 4 * ONE);
    judge_expect_panic(judge, "03.1", "");
}

void test_run_idle(struct judge *judge)
{
    check_misuse(judge, 0, N | R | C);
}

void test_run_running(struct judge *judge)
{
    check_misuse(judge, R | N, C);
}

void test_run_complete(struct judge *judge)
{
    check_misuse(judge, C | N, R);
}

void test_to_idle(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, TO_IDLE, R, C | CANCELLED, 0);
    judge_finish(judge);
}

void test_to_idle_cancelled(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, TO_IDLE, R | CANCELLED, C, 0);
    judge_finish(judge);
}

void test_to_complete(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, TO_COMPLETE, R, C, 0);
    judge_finish(judge);
}

/* --- 03.29: the other thread counts references, so this needs the steps that count --- */

void test_run_in_one_step(struct judge *judge)
{
    judge_start(judge, "cells");
    check_storm(judge, TO_RUNNING, N | INTEREST | 5 * ONE);
    check_storm(judge, TO_IDLE, R | INTEREST | 5 * ONE);
    check_storm(judge, TO_IDLE, R | N | 5 * ONE);
    check_storm(judge, TO_COMPLETE, R | INTEREST | WAKER | 5 * ONE);
    judge_finish(judge);
}

/* --- 03.4 to 03.6, 03.20 --- */

void test_wake_by_reference(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, BY_REFERENCE, 0, 0, 1);
    check_storm(judge, BY_REFERENCE, INTEREST | 5 * ONE);
    check_storm(judge, BY_REFERENCE, R | 5 * ONE);
    judge_finish(judge);
}

void test_wake_by_value(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, BY_VALUE, 0, 0, 1);
    check_storm(judge, BY_VALUE, INTEREST | 5 * ONE);
    check_storm(judge, BY_VALUE, R | 5 * ONE);
    check_storm(judge, BY_VALUE, C | 5 * ONE);
    judge_finish(judge);
}

void test_references(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, REFERENCE, 0, 0, 1);
    for (uint32_t bits = 0; bits <= BITS; bits++)
        for (uint32_t count = 1; count <= 2; count++) {
            if (!is_legal(bits))
                continue;
            uint32_t more = 1 + (uint32_t)judge_random(judge, 1000);
            check(judge, UNREFERENCE, bits + count * ONE, count);
            check(judge, UNREFERENCE, bits + (count + 1) * ONE, count);
            check(judge, UNREFERENCE, bits + (count + more) * ONE, count);
            for (int i = 0; i < LARGE_COUNTS; i++)
                check(judge, UNREFERENCE, bits + large_counts[i] * ONE, count);
        }
    check_storm(judge, REFERENCE, R | 5 * ONE);
    check_storm(judge, UNREFERENCE, R | 5 * ONE);
    judge_finish(judge);
}

void test_references_max(struct judge *judge)
{
    judge_start(judge, "cells");
    judge_allow_panic(judge);
    DO(judge, transit, .transition = REFERENCE, .word = WF_TASK_REFERENCES_MAX * (int64_t)ONE);
    judge_expect_panic(judge, "03.20", "");
}

/* --- 03.12, 03.22, 03.23 --- */

void test_share(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, SHARE, INTEREST, WAKER, 0);
    check_words(judge, UNSHARE, INTEREST | WAKER, 0, 0);
    check_words(judge, UNSHARE, INTEREST | C, WAKER, 0);
    check_storm(judge, SHARE, R | INTEREST | 5 * ONE);
    check_storm(judge, UNSHARE, R | INTEREST | WAKER | 5 * ONE);
    judge_finish(judge);
}

void test_slot(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, END_JOIN_WAKER, C | WAKER, 0, 2);
    check_storm(judge, END_JOIN_WAKER, C | WAKER | INTEREST | 5 * ONE);
    judge_finish(judge);
}

void test_join_dropped(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, JOIN_DROPPED, INTEREST, 0, 0);
    check_storm(judge, JOIN_DROPPED, R | INTEREST | WAKER | 5 * ONE);
    check_storm(judge, JOIN_DROPPED, C | INTEREST | WAKER | 5 * ONE);
    judge_finish(judge);
}

void test_to_cancelled(struct judge *judge)
{
    judge_start(judge, "cells");
    check_words(judge, TO_CANCELLED, 0, 0, 1);
    check_storm(judge, TO_CANCELLED, INTEREST | 5 * ONE);
    check_storm(judge, TO_CANCELLED, R | 5 * ONE);
    judge_finish(judge);
}
