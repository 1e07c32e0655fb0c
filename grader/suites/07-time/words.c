/**
 * @file words.c
 * @brief The table of lab 07's steps for the judge, and how its numbers and events read.
 */
#include <stdio.h>

#include "../../src/judge_says.h"
#include "tests.h"

static void tell_tick(int64_t tick, char *text, size_t size)
{
    if (tick == LAST_TICK)
        snprintf(text, size, "WF_TICK_NEVER - 1");
    else
        snprintf(text, size, "%lld", (long long)tick);
}

static void tell_duration(int64_t ns, char *text, size_t size)
{
    if (ns == -1)
        snprintf(text, size, "WF_FOREVER");
    else if (ns > 0 && ns % MS == 0)
        snprintf(text, size, "%lld ms", (long long)(ns / MS));
    else
        snprintf(text, size, "%llu ns", (unsigned long long)ns);
}

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

const char *future_name(int64_t future)
{
    static const char *const names[] = {FUTURES(STEP_EDGE_WORD) "the inner future"};
    return future >= 0 && future < FUTURES_MAX ? names[future] : "?";
}

static const char *poll_name(int64_t polled)
{
    return polled & 1 ? "READY"
                      : "PENDING"; /* the rest is the waker's number among the mocks': these are others */
}

/* Nanoseconds, as milliseconds. */
static const char *milliseconds(int64_t ns)
{
    static char text[40];
    if (ns % MS)
        snprintf(text, sizeof text, "%lld.%06lld", (long long)(ns / MS), (long long)(ns % MS));
    else
        snprintf(text, sizeof text, "%lld", (long long)(ns / MS));
    return text;
}

static const struct judge_says says[] = {
    [EVENT_PROBE_POLLED] = {"%s is polled: %s", future_name, poll_name},
    [EVENT_PROBE_DROPPED] = {"%s is dropped", future_name, NULL},
    [EVENT_PROBE_BYPASSED] = {"an operation of %s is called directly", future_name, NULL},
    [EVENT_WOKEN] = {"waker %s is woken, %s ms after the begin", judge_number, milliseconds},
    [EVENT_UNDER_LOCK] = {"a waker is cloned, woken or dropped while the driver's lock is held", NULL, NULL},
};

void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    JUDGE_SAY(says, event, text, size);
}
