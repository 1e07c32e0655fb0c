/**
 * @file words.c
 * @brief The table of lab 01's steps for the judge, and how their numbers and the events read.
 */
#include <stdio.h>

#include "../../src/judge_says.h"
#include "../../src/judge_steps.h"
#include "parking_rig.h"
#include "rig.h"
#include "tests.h"
#include "weft/park.h"

/* --- numbers --- */

static void tell_branches(int64_t branches, char *text, size_t size)
{
    int count = branch_count(branches);
    size_t used = (size_t)snprintf(text, size, "{");
    for (int i = 0; i < count; i++) {
        int branch = branch_at(branches, i);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", future_name(branch));
    }
    snprintf(text + used, size - used, "}, %d", count);
}

static void tell_code(int64_t code, char *text, size_t size)
{
    snprintf(text, size, "%s", judge_code(code));
}

static void tell_waker(int64_t waker, char *text, size_t size)
{
    if (waker == 0) /* most polls are given it */
        *text = '\0';
    else
        snprintf(text, size, " with waker %lld", (long long)waker);
}

static void tell_times(int64_t times, char *text, size_t size)
{
    if (times == 1)
        *text = '\0';
    else
        snprintf(text, size, ", %lld times", (long long)times);
}

static void tell_polls(int64_t polls, char *text, size_t size)
{
    if (polls == 0)
        snprintf(text, size, "READY at its first poll");
    else if (polls == 1)
        snprintf(text, size, "PENDING once");
    else
        snprintf(text, size, "PENDING %lld times", (long long)polls);
}

static void tell_spurious(int64_t times, char *text, size_t size)
{
    if (times == 0)
        snprintf(text, size, "no wait on a condition variable returns");
    else
        snprintf(text, size, "the next %lld wait%s on a condition variable return%s", (long long)times,
                 times == 1 ? "" : "s", times == 1 ? "s" : "");
}

static void tell_deadline(int64_t deadline, char *text, size_t size)
{
    static const char *const far[] = {"WF_FOREVER",     "2^63 - 1", "2^63", "2^63 + 1",
                                      "WF_FOREVER - 1", "0",        "1"};
    if (deadline < 0)
        snprintf(text, size, "%s", far[-1 - deadline]);
    else
        snprintf(text, size, "now + %lld ms", (long long)deadline);
}

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

/* --- names --- */

const char *future_name(int64_t future)
{
    static const char *const names[] = {FUTURES(STEP_EDGE_WORD)};
    return future == -1 ? "NULL" : future >= 0 && future < FUTURES_MAX ? names[future] : "?";
}

const char *parked_name(int64_t parked)
{
    static const char *const names[] = {"WF_PARK_WOKEN", "WF_PARK_TIMED_OUT"};
    return parked >= 0 && parked < 2 ? names[parked] : "what is no enum wf_parked";
}

/* --- events --- */

static const struct judge_says futures_say[] = {
    MOCK_SAYS(future_name), [EVENT_MAPPED] = {"%sthe function is called with %s", NULL, judge_number},
    [EVENT_TURNS] = {"", NULL, NULL}, /* numbers; the test says which of them is wrong */
};

void describe_futures_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    JUDGE_SAY(futures_say, event, text, size);
}

static const char *microseconds(int64_t ns)
{
    return judge_number(ns / 1000);
}

static const struct judge_says parking_says[] = {
    [EVENT_PARK_DONE] = {"park returns %s; the thread reads %s", parked_name, judge_number},
    [EVENT_PARK_LATE] = {"park timed out %s us after the deadline", microseconds, NULL},
    [EVENT_LEAF_POLLED] = {"poll %s of the future; it reads %s", judge_number, judge_number},
    [EVENT_BLOCK_ON_DONE] = {"block_on returns %s, out %s", judge_number, judge_number},
    [EVENT_ROW_DONE] = {"%s parks were woken, %s timed out", judge_number, judge_number},
    [EVENT_PARK_BEGINS] = {"the thread parks", NULL, NULL},
    [EVENT_BUDGET] = {"a poll of the future begins with %s units", judge_number, NULL},
};

void describe_parking_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    if (event->kind == EVENT_PARK_DONE && event->a != WF_PARK_WOKEN)
        snprintf(text, (size_t)size, "park returns %s", parked_name(event->a));
    else
        JUDGE_SAY(parking_says, event, text, size);
}
