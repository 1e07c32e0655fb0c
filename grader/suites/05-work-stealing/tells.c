/**
 * @file tells.c
 * @brief How arguments of steps and events of lab 05's scenarios read in a trace.
 */
#include <stdio.h>

#include "../../src/judge_says.h"
#include "rig.h"
#include "tests.h"

enum { TEXTS = 4, TEXT_BYTES = 60 };

static char *next_text(void)
{
    static char texts[TEXTS][TEXT_BYTES];
    static unsigned next;
    return texts[next++ % TEXTS];
}

const char *name_of(int64_t task)
{
    char *text = next_text();
    snprintf(text, TEXT_BYTES, "task %lld", (long long)task);
    return text;
}

/* --- how arguments read --- */

void tell_ring(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "ring %lld", (long long)value);
}

void tell_worker(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "worker %lld", (long long)value);
}

/* As a distance from 2^32, if it is near, or from 2^31. */
void tell_first(int64_t value, char *text, size_t size)
{
    if (value > INT32_MAX)
        snprintf(text, size, "2^32 - %lld", (1LL << 32) - (long long)value);
    else if (value > INT32_MAX - 10)
        snprintf(text, size, "2^31 - %lld", (1LL << 31) - (long long)value);
    else
        snprintf(text, size, "%lld", (long long)value);
}

void tell_task(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "%s", name_of(value));
}

void tell_tasks(int64_t value, char *text, size_t size)
{
    long long first = RANGE_FIRST(value), last = RANGE_LAST(value);
    if (first == last)
        tell_task(first, text, size);
    else
        snprintf(text, size, "tasks %lld %s %lld", first, last == first + 1 ? "and" : "to", last);
}

void tell_each(int64_t value, char *text, size_t size)
{
    char tasks[TEXT_BYTES];
    tell_tasks(value, tasks, sizeof tasks);
    snprintf(text, size, "%s%s", RANGE_FIRST(value) == RANGE_LAST(value) ? "" : "each of ", tasks);
}

/* Steps of a program are counted from 1. */
void tell_place(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "%lld", (long long)value + 1);
}

void tell_hooks(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "%s",
             value == 0                  ? "no hooks"
             : value == ALL_HOOKS        ? "hooks that tell"
             : value == HOOK_BEFORE_PARK ? "a before_park that tells"
                                         : "an after_unpark that tells");
}

/* --- how events read --- */

static const char *worker_text(int64_t worker)
{
    char *text = next_text();
    snprintf(text, TEXT_BYTES, "worker %lld", (long long)worker);
    return text;
}

static const char *park_text(int64_t how)
{
    return how == PARK_ASLEEP        ? "without a deadline"
           : how == PARK_WITH_PERMIT ? "without a deadline, and a permit is there"
           : how == PARK_TURN        ? "for a turn, without sleep"
                                     : "until some time";
}

static const char *over_text(int64_t over)
{
    return over ? "true" : "false";
}

static const char *violation_text(int64_t what)
{
    static const char *const texts[] = {"?",
                                        "two threads poll it at once",
                                        "it is polled or dropped on a thread that is no worker's",
                                        "it is polled after it was READY",
                                        "a root is polled on another thread than block_on was called on",
                                        "two threads are in the driver at once",
                                        "so many tasks ended, and another number was spawned, say the hooks"};
    return what > 0 && what <= HOOKS_DIFFER ? texts[what] : texts[0];
}

static const struct judge_says says[] = {
    [EVENT_POLLED] = {"%s is polled (%s)", name_of, judge_number},
    [EVENT_READY] = {"%s is READY", name_of, NULL},
    [EVENT_DROPPED] = {"%s is dropped", name_of, NULL},
    [EVENT_PARK] = {"%s parks %s", worker_text, park_text},
    [EVENT_PARKED] = {"the park of %s returns", worker_text, NULL},
    [EVENT_UNPARK] = {"the park of %s is unparked by thread %s", worker_text, NULL},
    [EVENT_BEFORE_PARK] = {"before_park is called", NULL, NULL},
    [EVENT_AFTER_UNPARK] = {"after_unpark is called", NULL, NULL},
    [EVENT_NOTE] = {"mark %s is reached", judge_number, NULL},
    [EVENT_LOOK] = {"%s tasks in the ring of worker 0, %s in the inject queue", judge_number, judge_number},
    [EVENT_STEAL] = {"worker 0 steals from %s", worker_text, NULL},
    [EVENT_STOLE] = {"worker 0 steals from %s: %s tasks", worker_text, judge_number},
    [EVENT_WORKER_RAN] = {"wf_worker_run returns %s", over_text, NULL},
    [EVENT_VIOLATION] = {"%2$s: %1$s", violation_text, name_of},
};

static void describe_run(const struct channel_record *event, char *text, size_t size)
{
    if (event->a >= RING_TASKS_MAX)
        snprintf(text, size, "something that is no task that was pushed");
    else if (event->b == 1)
        snprintf(text, size, "task %lld", (long long)event->a);
    else
        snprintf(text, size, "tasks %lld to %lld", (long long)event->a, (long long)(event->a + event->b - 1));
}

void describe_worker_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    if (event->kind == EVENT_RUN)
        describe_run(event, text, (size_t)size);
    else
        JUDGE_SAY(says, event, text, size);
}
