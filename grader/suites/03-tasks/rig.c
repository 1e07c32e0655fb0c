#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_says.h"
#include "tests.h"
#include "weft/error.h"
#include "weft/future.h"

struct rig {
    struct tally tasks[TASKS_MAX];
    struct mock_tally mocks[MOCKS_MAX];
    int32_t spawned; /**< tasks so far: the number of the next one */
};
_Static_assert(sizeof(struct rig) <= JUDGE_STATE_BYTES, "the rig fits into the judge's state");

static struct rig *rig_of(struct judge *judge)
{
    return judge_state(judge);
}

const struct tally *tally_of(struct judge *judge, int task)
{
    return &rig_of(judge)->tasks[task];
}

const struct mock_tally *mock_of(struct judge *judge, int mock)
{
    return &rig_of(judge)->mocks[mock];
}

/* --- events --- */

static const struct judge_says says[] = {
    [EVENT_BOUND] = {"task %s is bound to the scheduler, and in its queue", judge_number, NULL},
    [EVENT_SCHEDULED] = {"task %s is scheduled", judge_number, NULL},
    [EVENT_RELEASED] = {"the scheduler is told that task %s is over", judge_number, NULL},
    [EVENT_POLLED] = {"task %s is polled; it reads %s", judge_number, judge_number},
    [EVENT_DROPPED] = {"the future of task %s is dropped", judge_number, NULL},
    [EVENT_DESTROYED] = {"the output of task %s, %s, is destroyed", judge_number, judge_number},
    [EVENT_CLONED] = {"join waker %s is cloned", judge_number, NULL},
    [EVENT_WOKEN] = {"join waker %s is woken", judge_number, NULL},
    [EVENT_GIVEN_BACK] = {"a clone of join waker %s is given back", judge_number, NULL},
};

void describe_tasks_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    struct channel_record told = *event;
    (void)judge;
    int length = snprintf(text, (size_t)size, "thread %u: ", event->kind / EVENT_KINDS);
    told.kind %= EVENT_KINDS;
    JUDGE_SAY(says, &told, text + length, size - length);
}

static void count_event(struct judge *judge, const struct channel_record *event)
{
    if (!judge_scenario_is(judge, "tasks"))
        return;
    enum tasks_event kind = (enum tasks_event)(event->kind % EVENT_KINDS);
    int thread = (int)(event->kind / EVENT_KINDS);
    bool of_mock = kind >= EVENT_CLONED;
    if (event->a < 0 || event->a >= (of_mock ? MOCKS_MAX : TASKS_MAX))
        judge_fail(judge, "events of the tasks that were spawned",
                   "an event of number %lld: memory was overwritten", (long long)event->a);
    struct tally *task = &rig_of(judge)->tasks[event->a];
    struct mock_tally *mock = &rig_of(judge)->mocks[of_mock ? event->a : 0];
    switch (kind) {
    case EVENT_BOUND:
        break;
    case EVENT_SCHEDULED:
        task->scheduled++;
        break;
    case EVENT_RELEASED:
        task->released++;
        break;
    case EVENT_POLLED:
        task->polls++;
        task->run_thread = thread;
        task->parcel = (int32_t)event->b;
        break;
    case EVENT_DROPPED:
        task->parcel = (int32_t)event->b;
        task->drops++;
        task->run_thread = thread;
        break;
    case EVENT_DESTROYED:
        task->destroyed++;
        task->value = (int32_t)event->b;
        break;
    case EVENT_CLONED:
        mock->clones++;
        break;
    case EVENT_WOKEN:
        mock->wakes++;
        break;
    case EVENT_GIVEN_BACK:
        mock->given_back++;
        break;
    }
}

/* --- steps --- */

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, count_event)

void at(struct judge *judge, enum point point, int subject)
{
    WITHIN(judge, at, .point = point, .subject = subject);
}

int a_value(struct judge *judge)
{
    return (int)DRAW(judge, ready, value);
}

int spawn(struct judge *judge, int thread, enum spawn how)
{
    int task = rig_of(judge)->spawned++;
    struct judge_reply reply = DO(judge, spawn, .thread = thread, .task = task, .how = how);
    EXPECT(judge, reply.a == 0, "wf_task_spawn returns 0", "it returned %lld", (long long)reply.a);
    return task;
}

static void say_taken(struct judge *judge, int64_t taken)
{
    if (taken < 0)
        judge_returned(judge, "there is none");
    else
        judge_returned(judge, "task %lld", (long long)taken);
}

void run(struct judge *judge, int thread, int task)
{
    bool planned = step_is_within(judge);
    int64_t taken = DO(judge, run, .thread = thread).a;
    if (planned || taken == IS_HELD)
        return;
    say_taken(judge, taken);
    char expected[60];
    snprintf(expected, sizeof expected, "task %d is in the queue", task);
    EXPECT(judge, taken >= 0, expected, "the queue is empty");
    EXPECT(judge, taken == task, expected, "task %lld is", (long long)taken);
}

void expect_queue_empty(struct judge *judge)
{
    int64_t taken = DO(judge, run).a;
    say_taken(judge, taken);
    EXPECT(judge, taken < 0, "the queue is empty", "task %lld was in it", (long long)taken);
}

struct judge_reply poll_handle(struct judge *judge, int thread, int task, int mock)
{
    bool planned = step_is_within(judge);
    struct judge_reply reply = DO(judge, poll, .thread = thread, .task = task, .mock = mock);
    return planned || reply.a == IS_HELD ? reply : judge_polled(judge, reply);
}

/* The value, if one was stored; else false. */
static bool read_value(struct judge *judge, int thread, int task, struct judge_reply *stored)
{
    *stored = DO(judge, read_value, .thread = thread, .task = task);
    bool is_stored = stored->b >= 0;
    if (is_stored)
        judge_returned(judge, "%lld", (long long)stored->a);
    else
        judge_returned(judge, "nothing was stored");
    return is_stored;
}

void expect_stored(struct judge *judge, int thread, int task, int value)
{
    struct judge_reply stored;
    char expected[60];
    snprintf(expected, sizeof expected, "%d is stored where value points", value);
    EXPECT(judge, read_value(judge, thread, task, &stored), expected, "nothing was stored");
    EXPECT(judge, stored.a == value && stored.b == task, expected, "%lld (of task %lld)", (long long)stored.a,
           (long long)stored.b);
}

void expect_nothing_stored(struct judge *judge, int thread, int task)
{
    struct judge_reply stored;
    EXPECT(judge, !read_value(judge, thread, task, &stored), "nothing is stored where value points",
           "%lld (of task %lld)", (long long)stored.a, (long long)stored.b);
}

void expect_result(struct judge *judge, int thread, int task, int mock, int out)
{
    struct judge_reply reply = poll_handle(judge, thread, task, mock);
    EXPECT(judge, reply.a == WF_READY, "the join handle is READY: the task is over", "it is PENDING");
    EXPECT(judge, reply.b == out, out ? "out is WF_ECANCELED" : "out is 0", "out is %s", judge_code(reply.b));
}

void expect_joined(struct judge *judge, int thread, int task, int mock, int out, int value)
{
    expect_result(judge, thread, task, mock, out);
    if (out)
        expect_nothing_stored(judge, thread, task);
    else
        expect_stored(judge, thread, task, value);
}

bool is_finished(struct judge *judge, int thread, int task)
{
    bool is = DO(judge, is_finished, .thread = thread, .task = task).a;
    judge_returned(judge, is ? "true" : "false");
    return is;
}

bool go_on(struct judge *judge, int thread)
{
    return DO(judge, go_on, .held = thread).a != NOT_HELD;
}

/* --- expectations --- */

void expect_count(struct judge *judge, int64_t seen, int64_t wanted, const char *what)
{
    char expected[160];
    snprintf(expected, sizeof expected, "%s: %lld", what, (long long)wanted);
    EXPECT(judge, seen == wanted, expected, "%lld", (long long)seen);
}

void expect_ended(struct judge *judge, int task, bool ready, bool destroyed)
{
    const struct tally *tally = tally_of(judge, task);
    expect_count(judge, tally->drops, !ready, "times that the future was dropped");
    expect_count(judge, tally->destroyed, destroyed, "times that the output was destroyed");
    expect_count(judge, tally->released, 1, "times that the scheduler was told of the end");
}

static int64_t live_bytes(struct judge *judge)
{
    return judge_live_bytes(judge, DO(judge, live_bytes));
}

void expect_freed(struct judge *judge)
{
    int64_t bytes = live_bytes(judge);
    EXPECT(judge, bytes == 0, "the memory is freed with the last reference", "%lld bytes are live",
           (long long)bytes);
}

void expect_alive(struct judge *judge)
{
    EXPECT(judge, live_bytes(judge) > 0, "the memory lives while a reference is left", "it was freed");
}

void expect_no_clones(struct judge *judge, int mock)
{
    int64_t clones = judge_counted(judge, DO(judge, clones, .mock = mock));
    EXPECT(judge, clones == 0, "the join waker was dropped, once", "%lld clones are alive", (long long)clones);
}

void expect_budget(struct judge *judge, int thread, int units)
{
    int64_t left = judge_counted(judge, DO(judge, budget_left, .thread = thread));
    expect_count(judge, left, units, "units of budget that are left");
}

void finish_tasks(struct judge *judge)
{
    expect_queue_empty(judge);
    judge_finish(judge);
}
