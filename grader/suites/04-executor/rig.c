#include "rig.h"

#include <stdio.h>

#include "../../src/judge_replies.h"
#include "tests.h"
#include "weft/error.h"

/* The judge has a process for each test, so one story at a time lies here. */
static struct story story;

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

/* --- stories --- */

static struct channel_record *add(struct judge *judge, struct channel_record event)
{
    EXPECT(judge, event.kind != EVENT_PARK_MISUSED, "the park is used as its contract says", "%s",
           misuse_text(event.b));
    EXPECT(judge, story.count < STORY_MAX, "the runtime sleeps when nothing can run",
           "it goes on without end: %d events, and the last lines of the trace again and again", STORY_MAX);
    story.events[story.count] = event;
    return &story.events[story.count++];
}

static struct channel_record *tell(struct judge *judge, const char *awaited)
{
    return add(judge, judge_next_event(judge, awaited));
}

const struct story *until(struct judge *judge, enum event kind, const char *awaited)
{
    story.count = 0;
    while (!is(tell(judge, awaited), kind, -1))
        ;
    return &story;
}

const struct story *until_polled(struct judge *judge, int64_t probe)
{
    char awaited[80];
    snprintf(awaited, sizeof awaited, "%s, which was woken or spawned, is polled", name_of(probe));
    story.count = 0;
    while (!is(tell(judge, awaited), EVENT_POLLED, probe))
        ;
    return &story;
}

const struct story *until_any(struct judge *judge, const char *awaited)
{
    story.count = 0;
    tell(judge, awaited);
    return &story;
}

const struct story *until_asleep(struct judge *judge)
{
    story.count = 0;
    for (;;) {
        const struct channel_record *event = tell(judge, "the runtime parks without a deadline");
        if (is(event, EVENT_PARK, -1) && (event->b == PARK_ASLEEP || event->b == PARK_UNTIL))
            return &story; /* that there is no deadline is a matter of one clause */
        EXPECT(judge, !is(event, EVENT_BLOCK_ON_DONE, -1),
               "block_on goes on: its root is PENDING, and the runtime parks", "block_on returned");
    }
}

const struct story *until_done(struct judge *judge)
{
    return until(judge, EVENT_BLOCK_ON_DONE, "block_on returns");
}

int driver_events(struct judge *judge, enum event kind, int64_t a)
{
    int count, found = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        EXPECT(judge, events[i].kind != EVENT_PARK_MISUSED, "the park is used as its contract says", "%s",
               misuse_text(events[i].b));
        found += is(&events[i], kind, a);
    }
    return found;
}

void expect_polls(struct judge *judge, const struct story *told, const int *tasks)
{
    for (int i = 0; i < told->count; i++) {
        const struct channel_record *event = &told->events[i];
        if (event->kind != EVENT_POLLED || event->a == ROOT)
            continue;
        char expected[80];
        if (*tasks < 0)
            snprintf(expected, sizeof expected, "no task is polled now");
        else
            snprintf(expected, sizeof expected, "%s is polled next", name_of(*tasks));
        EXPECT(judge, event->a == *tasks, expected, "%s is polled", name_of(event->a));
        tasks++;
    }
    if (*tasks >= 0) {
        char expected[80];
        snprintf(expected, sizeof expected, "%s is polled", name_of(*tasks));
        judge_fail(judge, expected, "it is not");
    }
}

void expect_root_polls(struct judge *judge, const struct story *told, int polls)
{
    char expected[80];
    int seen = count_of(told, EVENT_POLLED, ROOT);
    snprintf(expected, sizeof expected, "the root is polled %d time%s", polls, polls == 1 ? "" : "s");
    EXPECT(judge, seen == polls, expected, "it is polled %d times", seen);
}

/* --- steps --- */

void new_runtime(struct judge *judge, int64_t runtime, int64_t park, int64_t hooks)
{
    EXPECT(judge, DO(judge, new, .runtime = runtime, .park = park, .hooks = hooks).a, "a runtime", "NULL");
}

void make_runtime(struct judge *judge, bool hooks)
{
    new_runtime(judge, RUNTIME, MOCK_PARK, hooks ? ALL_HOOKS : 0);
}

int64_t run_root(struct judge *judge)
{
    return THREAD(judge, ACTOR, ACT(block_on, RUNTIME, ROOT)).a;
}

const struct story *drop_runtime(struct judge *judge)
{
    THREAD(judge, ACTOR, ACT(drop, RUNTIME));
    return until(judge, EVENT_RUNTIME_DROPPED, "wf_current_thread_drop returns");
}

void end_runtime(struct judge *judge)
{
    THREAD(judge, ACTOR, ACT(end, RUNTIME));
    until(judge, EVENT_RUNTIME_DROPPED, "the last block_on returns, and the runtime is given up");
}

const struct story *driver_story(struct judge *judge)
{
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    story.count = 0;
    for (int i = 0; i < count; i++)
        add(judge, events[i]);
    return &story;
}

void make_set(struct judge *judge)
{
    DRIVER(judge, ACT(set_new));
}

const struct story *run_set(struct judge *judge, int limit)
{
    DRIVER(judge, ACT(set_run, limit));
    const struct story *told = driver_story(judge);
    int64_t ran = told->events[told->count - 1].b;
    EXPECT(judge, ran <= limit, "wf_task_set_run runs no more tasks than it may", "it returns %lld",
           (long long)ran);
    return told;
}

void end_set_turn(struct judge *judge)
{
    DRIVER(judge, ACT(set_end_turn));
}

void end_set(struct judge *judge, int first, int last)
{
    for (int task = first; task <= last; task++)
        DRIVER(judge, ACT(abort, task));
    end_set_turn(judge);
    run_set(judge, ALL);
    DRIVER(judge, ACT(set_end));
}

const struct story *drop_while_held(struct judge *judge, bool *returned)
{
    int64_t thread = THREAD(judge, ACTOR, ACT(drop, RUNTIME)).a;
    struct channel_record event;
    story.count = 0;
    *returned = false;
    while (!*returned && judge_event_or_sleep(judge, thread, &event)) {
        add(judge, event);
        *returned = is(&event, EVENT_RUNTIME_DROPPED, -1);
    }
    return &story;
}

int64_t runtime_bytes(struct judge *judge)
{
    return judge_live_bytes(judge, DO(judge, live_bytes));
}
