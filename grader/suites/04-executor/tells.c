/**
 * @file tells.c
 * @brief How arguments of steps and events of the scenario "executor" read in a trace.
 */
#include <stdio.h>

#include "../../src/judge_says.h"
#include "rig.h"
#include "tests.h"

const char *name_of(int64_t probe)
{
    static char names[4][40];
    static unsigned next;
    char *name = names[next++ % 4];
    if (probe == ROOT)
        snprintf(name, sizeof names[0], "the root");
    else
        snprintf(name, sizeof names[0], "task %lld", (long long)probe);
    return name;
}

/* --- how arguments read --- */

void tell_probe(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "%s", name_of(value));
}

void tell_probes(int64_t value, char *text, size_t size)
{
    long long first = RANGE_FIRST(value), last = RANGE_LAST(value);
    if (first == last)
        tell_probe(first, text, size);
    else
        snprintf(text, size, "tasks %lld %s %lld", first, last == first + 1 ? "and" : "to", last);
}

void tell_each(int64_t value, char *text, size_t size)
{
    char probes[60];
    tell_probes(value, probes, sizeof probes);
    snprintf(text, size, "%s%s", RANGE_FIRST(value) == RANGE_LAST(value) ? "" : "each of ", probes);
}

/* Steps of a program are counted from 1. */
void tell_place(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "%lld", (long long)value + 1);
}

void tell_limit(int64_t value, char *text, size_t size)
{
    if (value == ALL)
        snprintf(text, size, "no limit");
    else
        snprintf(text, size, "at most %lld", (long long)value);
}

void tell_hooks(int64_t value, char *text, size_t size)
{
    if (value == 0 || value == ALL_HOOKS)
        snprintf(text, size, value ? "hooks that tell" : "NULL");
    else
        snprintf(text, size, "hooks that tell:%s%s%s%s", value & HOOK_BEFORE_PARK ? " before_park" : "",
                 value & HOOK_AFTER_UNPARK ? " after_unpark" : "",
                 value & HOOK_TASK_SPAWNED ? " task_spawned" : "",
                 value & HOOK_TASK_ENDED ? " task_ended" : "");
}

/* --- how events read --- */

static const char *facts_text(int64_t facts)
{
    static char text[120];
    int64_t bits = facts % 16;
    snprintf(text, sizeof text, "current task: %s, scheduler: %s, budget %lld",
             bits & FACT_TASK_IS_MINE ? "itself"
             : bits & FACT_NO_TASK    ? "none"
                                      : "another",
             bits & FACT_ON_RUNTIME ? "the runtime"
             : bits & FACT_ON_LOCAL ? "the local set"
                                    : "another",
             (long long)facts / 16);
    return text;
}

const char *misuse_text(int64_t how)
{
    static const char *const texts[] = {"?", "it is parked on after its shutdown", "it is used after its drop",
                                        "two threads park on it at once", "it is shut down twice"};
    return how > 0 && how <= SHUT_DOWN_TWICE ? texts[how] : texts[0];
}

/* As the steps call them: a test has one runtime, or two. */
static const char *runtime_text(int64_t runtime)
{
    return runtime ? "the other runtime" : "the runtime";
}

static const char *park_text(int64_t runtime)
{
    return runtime ? "the other runtime's park" : "the park";
}

static const char *park_mode_text(int64_t how)
{
    return how == PARK_ASLEEP        ? "without a deadline"
           : how == PARK_WITH_PERMIT ? "without a deadline, and a permit is there"
           : how == PARK_TURN        ? "for a turn, without sleep"
                                     : "until some time";
}

static const char *joined_text(int64_t out)
{
    static char text[60];
    snprintf(text, sizeof text, out == PENDING_STILL ? "PENDING" : "READY with %s", judge_code(out));
    return text;
}

static const char *values_text(int64_t values)
{
    static char text[60];
    snprintf(text, sizeof text, "%lld and %lld", (long long)values % KEY_VALUES,
             (long long)values / KEY_VALUES);
    return text;
}

static const char *made_text(int64_t made)
{
    return made ? "a runtime" : "NULL";
}

static const struct judge_says says[] = {
    [EVENT_POLLED] = {"%s is polled (%s)", name_of, judge_number},
    [EVENT_READY] = {"%s is READY", name_of, NULL},
    [EVENT_DROPPED] = {"%s is dropped", name_of, NULL},
    [EVENT_FACTS] = {"%s sees: %s", name_of, facts_text},
    [EVENT_NOTE] = {"mark %s is reached", judge_number, NULL},
    [EVENT_CONSUMED] = {"%s has consumed %s", name_of, judge_number},
    [EVENT_SPAWN] = {"spawn of %s returns %s", name_of, judge_code},
    [EVENT_JOINED] = {"the join handle of %s is %s", name_of, joined_text},
    [EVENT_PARK] = {"%s parks %s", runtime_text, park_mode_text},
    [EVENT_PARKED] = {"%s returns", park_text, NULL},
    [EVENT_UNPARK] = {"%s is unparked by thread %s", park_text, NULL},
    [EVENT_SHUTDOWN] = {"%s is shut down", park_text, NULL},
    [EVENT_PARK_DROPPED] = {"%s is dropped, by thread %s", park_text, NULL},
    [EVENT_PARK_MISUSED] = {"%s is misused: %s", park_text, misuse_text},
    [EVENT_BEFORE_PARK] = {"before_park of %s is called", runtime_text, NULL},
    [EVENT_AFTER_UNPARK] = {"after_unpark of %s is called", runtime_text, NULL},
    [EVENT_TASK_SPAWNED] = {"task_spawned is called for %s, on thread %s", name_of, NULL},
    [EVENT_TASK_ENDED] = {"task_ended is called for %s, on thread %s", name_of, NULL},
    [EVENT_BLOCK_ON_DONE] = {"block_on returns", NULL, NULL},
    [EVENT_RUNTIME_DROPPED] = {"%s is given up", runtime_text, NULL},
    [EVENT_AT_GATE] = {"thread %2$s waits at gate %1$s", judge_number, NULL},
    [EVENT_LOCAL_DROPPED] = {"wf_local_set_drop returns", NULL, NULL},
    [EVENT_NEW] = {"%s: wf_current_thread_new returns %s", runtime_text, made_text},
    [EVENT_SET_RAN] = {"%swf_task_set_run returns %s", NULL, judge_number},
    [EVENT_VALUES] = {"%s finds the values %s", name_of, values_text},
};

void describe_executor_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    JUDGE_SAY(says, event, text, size);
}
