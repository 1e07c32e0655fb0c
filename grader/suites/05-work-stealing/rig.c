#include "rig.h"

#include <stdio.h>

#include "tests.h"

/* The judge has a process for each test, so one story at a time lies here. */
static struct story story;

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

/* --- stories --- */

static const struct channel_record *tell(struct judge *judge, const char *awaited)
{
    struct channel_record event = judge_next_event(judge, awaited);
    EXPECT(judge, !is(&event, EVENT_STEAL, 0), "a worker steals from others only",
           "worker 0 calls wf_run_queue_steal with its own ring as the victim's");
    EXPECT(judge, story.count < STORY_MAX, "the worker sleeps when it finds no task",
           "it goes on without end: %d events, and the last lines of the trace again and again", STORY_MAX);
    story.events[story.count] = event;
    return &story.events[story.count++];
}

const struct story *until_asleep(struct judge *judge)
{
    story.count = 0;
    for (;;) {
        const struct channel_record *event = tell(judge, "worker 0 sleeps when it finds no task");
        EXPECT(judge, !is(event, EVENT_PARK, -1) || event->b != PARK_UNTIL,
               "a worker sleeps without a deadline, until it is woken", "it parks with a deadline");
        if (is(event, EVENT_PARK, 0) && event->b == PARK_ASLEEP)
            return &story;
        EXPECT(judge, !is(event, EVENT_WORKER_RAN, -1),
               "wf_worker_run goes on while not all tasks are over: it sleeps", "it returned");
    }
}

/* `ended`: the driver has ended it. */
static void tell_until_ran(struct judge *judge, bool ended)
{
    for (;;) {
        const struct channel_record *event =
            tell(judge, "wf_worker_run returns: all tasks are over, and the worker was unparked if it slept");
        if (is(event, EVENT_WORKER_RAN, -1))
            return;
        if (is(event, EVENT_PARK, 0) && event->b == PARK_ASLEEP && !ended) {
            ended = true; /* too early: what it has left undone the test will say */
            DRIVER(judge, ACT(finish));
        }
    }
}

int driver_events(struct judge *judge, enum event kind, int64_t a)
{
    int count, found = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        found += is(&events[i], kind, a);
    return found;
}

int count_sleeps(const struct story *told)
{
    int sleeps = 0;
    for (int i = 0; i < told->count; i++)
        sleeps += is(&told->events[i], EVENT_PARK, 0) && told->events[i].b != PARK_TURN;
    return sleeps;
}

int count_wakes(const struct story *told)
{
    int wakes = 0;
    for (int i = 0; i < told->count; i++)
        wakes += is(&told->events[i], EVENT_UNPARK, -1) && told->events[i].thread == 1;
    return wakes;
}

void expect_polls(struct judge *judge, const struct story *told, const int *tasks)
{
    char expected[80];
    for (int i = find(told, 0, EVENT_POLLED, -1); i >= 0; i = find(told, i + 1, EVENT_POLLED, -1)) {
        int64_t polled = told->events[i].a;
        if (*tasks < 0)
            snprintf(expected, sizeof expected, "no further task is polled");
        else
            snprintf(expected, sizeof expected, "%s is polled next", name_of(*tasks));
        EXPECT(judge, polled == *tasks, expected, "%s is polled", name_of(polled));
        tasks++;
    }
    if (*tasks >= 0) {
        snprintf(expected, sizeof expected, "%s is polled", name_of(*tasks));
        judge_fail(judge, expected, "it is not");
    }
}

int poll_of(struct judge *judge, const struct story *told, int from, int task, const char *expected)
{
    int at = find(told, from, EVENT_POLLED, task);
    EXPECT(judge, at >= 0, expected, "%s is not polled", name_of(task));
    return at;
}

int expect_range(struct judge *judge, const struct story *told, int from, int first, int last,
                 const char *expected)
{
    int at = from;
    for (int task = first; task <= last; task++) {
        at = find(told, at, EVENT_POLLED, -1);
        EXPECT(judge, at >= 0, expected, "%s is not polled", name_of(task));
        EXPECT(judge, told->events[at].a == task, expected, "%s is polled where %s should be",
               name_of(told->events[at].a), name_of(task));
        at++;
    }
    return at;
}

/* --- steps --- */

int64_t middle_number(struct judge *judge)
{
    return 1 + judge_random(judge, WORKERS_MAX - 2);
}

void make_world_at(struct judge *judge, int64_t workers, int64_t hooks, int64_t number)
{
    int64_t first = DRAW(judge, world, first);
    if (number < 0)
        number = judge_random(judge, (int)workers);
    DO(judge, world, .workers = workers, .slots = 256, .hooks = hooks, .first = first, .number = number);
}

void make_world_with(struct judge *judge, int64_t workers, int64_t hooks)
{
    make_world_at(judge, workers, hooks, -1);
}

void make_world(struct judge *judge, int64_t workers)
{
    make_world_with(judge, workers, 0);
}

int64_t run_worker(struct judge *judge)
{
    return DO(judge, run).a;
}

const struct story *run_to_its_end(struct judge *judge)
{
    run_worker(judge);
    story.count = 0;
    tell_until_ran(judge, false);
    return &story;
}

const struct story *run_polls(struct judge *judge, int polls)
{
    DRIVER(judge, ACT(after, polls));
    return run_to_its_end(judge);
}

const struct story *finish(struct judge *judge)
{
    DRIVER(judge, ACT(finish));
    story.count = 0;
    tell_until_ran(judge, true);
    EXPECT(judge, story.events[story.count - 1].a == 1, "wf_worker_run returns true: all tasks are over",
           "it returns false");
    return &story;
}

void end_world(struct judge *judge)
{
    DO(judge, end_world);
}
