#include "rig.h"

#include <stdio.h>

#include "tests.h"
#include "weft/error.h"

/* The judge has a process for each test, so one story at a time lies here. */
static struct story story;

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

static const char *facts_text(const struct channel_record *event)
{
    static char text[120];
    int64_t bits = event->b % 16;
    snprintf(text, sizeof text, "current task: %s, scheduler: %s, budget %lld",
             bits & FACT_TASK_IS_MINE ? "itself"
             : bits & FACT_NO_TASK    ? "none"
                                      : "another",
             bits & FACT_ON_RUNTIME ? "the runtime"
             : bits & FACT_ON_LOCAL ? "the local set"
                                    : "another",
             (long long)event->b / 16);
    return text;
}

static const char *misuse_text(int64_t how)
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

void describe_executor_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    const char *name = name_of(event->a);
    long long a = (long long)event->a, b = (long long)event->b;
    size_t room = (size_t)size;
    switch ((enum event)event->kind) {
    case EVENT_POLLED:
        snprintf(text, room, "%s is polled (%lld)", name, b);
        break;
    case EVENT_READY:
        snprintf(text, room, "%s is READY", name);
        break;
    case EVENT_DROPPED:
        snprintf(text, room, "%s is dropped", name);
        break;
    case EVENT_FACTS:
        snprintf(text, room, "%s sees: %s", name, facts_text(event));
        break;
    case EVENT_NOTE:
        snprintf(text, room, "mark %lld is reached", a);
        break;
    case EVENT_CONSUMED:
        snprintf(text, room, "%s has consumed %lld", name, b);
        break;
    case EVENT_SPAWN:
        snprintf(text, room, "spawn of %s returns %s", name, judge_code(b));
        break;
    case EVENT_JOINED:
        if (b == PENDING_STILL)
            snprintf(text, room, "the join handle of %s is PENDING", name);
        else
            snprintf(text, room, "the join handle of %s is READY with %s", name, judge_code(b));
        break;
    case EVENT_PARK:
        snprintf(text, room, "%s parks %s", runtime_text(a),
                 b == PARK_ASLEEP        ? "without a deadline"
                 : b == PARK_WITH_PERMIT ? "without a deadline, and a permit is there"
                 : b == PARK_TURN        ? "for a turn, without sleep"
                                         : "until some time");
        break;
    case EVENT_PARKED:
        snprintf(text, room, "%s returns", park_text(a));
        break;
    case EVENT_UNPARK:
        snprintf(text, room, "%s is unparked by thread %u", park_text(a), event->thread);
        break;
    case EVENT_SHUTDOWN:
        snprintf(text, room, "%s is shut down", park_text(a));
        break;
    case EVENT_PARK_DROPPED:
        snprintf(text, room, "%s is dropped, by thread %u", park_text(a), event->thread);
        break;
    case EVENT_PARK_MISUSED:
        snprintf(text, room, "%s is misused: %s", park_text(a), misuse_text(b));
        break;
    case EVENT_BEFORE_PARK:
        snprintf(text, room, "before_park is called");
        break;
    case EVENT_AFTER_UNPARK:
        snprintf(text, room, "after_unpark is called");
        break;
    case EVENT_TASK_SPAWNED:
        snprintf(text, room, "task_spawned is called for %s, on thread %u", name, event->thread);
        break;
    case EVENT_TASK_ENDED:
        snprintf(text, room, "task_ended is called for %s, on thread %u", name, event->thread);
        break;
    case EVENT_BLOCK_ON_DONE:
        snprintf(text, room, "block_on returns");
        break;
    case EVENT_RUNTIME_DROPPED:
        snprintf(text, room, "%s is given up", runtime_text(a));
        break;
    case EVENT_AT_GATE:
        snprintf(text, room, "thread %u waits at gate %lld", event->thread, a);
        break;
    case EVENT_LOCAL_DROPPED:
        snprintf(text, room, "wf_local_set_drop returns");
        break;
    case EVENT_SET_RAN:
        snprintf(text, room, "wf_task_set_run returns %lld", b);
        break;
    case EVENT_VALUES:
        snprintf(text, room, "%s finds the values %lld and %lld", name, b % KEY_VALUES, b / KEY_VALUES);
        break;
    case EVENT_NEW:
        snprintf(text, room, "wf_current_thread_new returns %s", b ? "a runtime" : "NULL");
        break;
    default:
        snprintf(text, room, "event %u", event->kind);
    }
}

/* --- stories --- */

bool is(const struct channel_record *event, enum event kind, int64_t a)
{
    return event->kind == (uint32_t)kind && (a < 0 || event->a == a);
}

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

int find(const struct story *told, int from, enum event kind, int64_t a)
{
    for (int i = from; i >= 0 && i < told->count; i++)
        if (is(&told->events[i], kind, a))
            return i;
    return -1;
}

int count_between(const struct story *told, int from, int to, enum event kind, int64_t a)
{
    int found = 0;
    for (int i = from; i < to; i++)
        found += is(&told->events[i], kind, a);
    return found;
}

int count_of(const struct story *told, enum event kind, int64_t a)
{
    return count_between(told, 0, told->count, kind, a);
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

void make_runtime(struct judge *judge, bool hooks)
{
    int64_t made = STEP(judge, STEP_NEW,
                        hooks ? "runtime = wf_current_thread_new(a park that tells, hooks that tell)"
                              : "runtime = wf_current_thread_new(a park that tells, NULL)",
                        RUNTIME, 1, hooks ? ALL_HOOKS : 0)
                       .a;
    EXPECT(judge, made, "a runtime", "NULL");
}

int64_t run_root(struct judge *judge)
{
    return THREAD(judge, ACTOR, "thread 1: wf_current_thread_block_on(runtime, root)",
                  DO(DO_BLOCK_ON, RUNTIME, ROOT))
        .a;
}

const struct story *drop_runtime(struct judge *judge)
{
    THREAD(judge, ACTOR, "thread 1: wf_current_thread_drop(runtime)", DO(DO_DROP, RUNTIME, 0));
    return until(judge, EVENT_RUNTIME_DROPPED, "wf_current_thread_drop returns");
}

void end_runtime(struct judge *judge)
{
    THREAD(judge, ACTOR,
           "thread 1: aborts the tasks that are left in a last block_on, and gives the runtime up",
           DO(DO_END, RUNTIME, 0));
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
    DRIVER(judge, "thread 0: makes a set of tasks, and enters its context", DO(DO_SET_NEW, 0, 0));
}

const struct story *run_set(struct judge *judge, int limit)
{
    if (limit == ALL)
        DRIVER(judge, "thread 0: wf_task_set_run(set, no limit)", DO(DO_SET_RUN, limit, 0));
    else
        judge_step(judge, STEP_DO, (const int64_t[]){DO(DO_SET_RUN, limit, 0)}, 1,
                   "thread 0: wf_task_set_run(set, at most %d)", limit);
    const struct story *told = driver_story(judge);
    int64_t ran = told->events[told->count - 1].b;
    EXPECT(judge, ran <= limit, "wf_task_set_run runs no more tasks than it may", "it returns %lld",
           (long long)ran);
    return told;
}

void end_set_turn(struct judge *judge)
{
    DRIVER(judge, "thread 0: wf_task_set_end_turn(set)", DO(DO_SET_END_TURN, 0, 0));
}

void end_set(struct judge *judge, int first, int last)
{
    for (int task = first; task <= last; task++)
        judge_step(judge, STEP_DO, (const int64_t[]){DO(DO_ABORT, task, 0)}, 1, "thread 0: aborts task %d",
                   task);
    end_set_turn(judge);
    run_set(judge, ALL);
    DRIVER(judge, "thread 0: leaves the set's context, and gives the set up", DO(DO_SET_END, 0, 0));
}

const struct story *drop_while_held(struct judge *judge, bool *returned)
{
    int64_t thread =
        THREAD(judge, ACTOR, "thread 1: wf_current_thread_drop(runtime)", DO(DO_DROP, RUNTIME, 0)).a;
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
    int64_t bytes = STEP(judge, STEP_LIVE_BYTES, "wf_live_bytes()", 0).a;
    judge_returned(judge, "%lld", (long long)bytes);
    if (bytes == 0)
        judge_forget_trace(judge);
    return bytes;
}
