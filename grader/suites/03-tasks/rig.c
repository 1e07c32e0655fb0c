#include "rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests.h"
#include "weft/error.h"
#include "weft/future.h"

_Static_assert(sizeof(struct rig) <= JUDGE_STATE_BYTES, "the rig fits into the judge's state");

struct rig *task_rig(struct judge *judge)
{
    return judge_state(judge);
}

const struct tally *tally_of(struct judge *judge, int task)
{
    return &task_rig(judge)->tasks[task];
}

const struct mock_tally *mock_of(struct judge *judge, int mock)
{
    return &task_rig(judge)->mocks[mock];
}

/* --- events --- */

void describe_tasks_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    static const char *const says[EVENT_KINDS] = {
        [EVENT_BOUND] = "task %lld is bound to the scheduler, and in its queue",
        [EVENT_SCHEDULED] = "task %lld is scheduled",
        [EVENT_RELEASED] = "the scheduler is told that task %lld is over",
        [EVENT_POLLED] = "task %lld is polled; it reads %lld",
        [EVENT_DROPPED] = "the future of task %lld is dropped",
        [EVENT_DESTROYED] = "the output of task %lld, %lld, is destroyed",
        [EVENT_CLONED] = "join waker %lld is cloned",
        [EVENT_WOKEN] = "join waker %lld is woken",
        [EVENT_GIVEN_BACK] = "a clone of join waker %lld is given back",
    };
    (void)judge;
    const char *format = says[event->kind % EVENT_KINDS];
    int length = snprintf(text, (size_t)size, "thread %u: ", event->kind / EVENT_KINDS);
    if (!format || length < 0 || length >= size)
        snprintf(text, (size_t)size, "event %u", event->kind);
    else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text + length, (size_t)(size - length), format, (long long)event->a, (long long)event->b);
#pragma GCC diagnostic pop
}

static void count_event(struct judge *judge, const struct channel_record *event)
{
    enum tasks_event kind = (enum tasks_event)(event->kind % EVENT_KINDS);
    int thread = (int)(event->kind / EVENT_KINDS);
    bool of_mock = kind >= EVENT_CLONED;
    if (event->a < 0 || event->a >= (of_mock ? MOCKS_MAX : TASKS_MAX))
        judge_fail(judge, "events of the tasks that were spawned",
                   "an event of number %lld: memory was overwritten", (long long)event->a);
    struct tally *task = &task_rig(judge)->tasks[event->a];
    struct mock_tally *mock = &task_rig(judge)->mocks[of_mock ? event->a : 0];
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

static const char *point_text(enum point point)
{
    static const char *const texts[] = {
        [AT_POLL] = "in the poll of task",
        [AT_DROP] = "in the drop of task",
        [AT_CLONE] = "when the clone is made of join waker",
        [AT_WAKE] = "in the wake of join waker",
        [AT_GIVEN_BACK] = "in the drop of join waker",
        [AT_RELEASED] = "when the scheduler is told of the end of task",
        [AT_TO_RUNNING] = "just before wf_task_to_running of task",
        [AT_TO_IDLE] = "just before wf_task_to_idle of task",
        [AT_TO_COMPLETE] = "just before wf_task_to_complete of task",
        [AT_COMPLETED] = "just after wf_task_to_complete of task",
        [AT_SHARE] = "just before wf_task_share_join_waker of task",
        [AT_UNSHARE] = "just before wf_task_unshare_join_waker of task",
        [AT_END] = "just before wf_task_end_join_waker of task",
        [AT_JOIN_DROPPED] = "just before wf_task_to_join_dropped of task",
        [AT_UNREFERENCE] = "just before wf_task_unreference of task",
        [AT_LET_GO] = "just before wf_task_unreference of 2 of task",
    };
    return texts[point];
}

void at(struct judge *judge, enum point point, int subject)
{
    struct rig *rig = task_rig(judge);
    rig->planned = true;
    rig->point = point;
    rig->subject = subject;
}

/* Do a step, or plan it. */
__attribute__((format(printf, 6, 7))) static struct judge_reply step(struct judge *judge,
                                                                     enum tasks_step operation, int thread,
                                                                     int64_t first, int64_t second,
                                                                     const char *format, ...)
{
    struct rig *rig = task_rig(judge);
    char what[160];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    if (rig->planned) {
        rig->planned = false;
        const int64_t plan[] = {0, rig->point, rig->subject, operation, thread, first, second};
        return judge_step(judge, STEP_AT, plan, sizeof plan / sizeof *plan, "(to come, %s %d: thread %d: %s)",
                          point_text(rig->point), rig->subject, thread, what);
    }
    const int64_t arguments[] = {thread, first, second};
    struct judge_reply reply = judge_step(judge, operation, arguments, 3, "thread %d: %s", thread, what);
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        count_event(judge, &events[i]);
    return reply;
}

int spawn(struct judge *judge, int thread, enum spawn how)
{
    static const char *const hows[] = {"", ", the handle's value NULL", ", no handle"};
    int task = task_rig(judge)->spawned++;
    struct judge_reply reply = step(judge, STEP_SPAWN, thread, task, how, "spawns task %d%s", task, hows[how]);
    EXPECT(judge, reply.a == 0, "wf_task_spawn returns 0", "it returned %lld", (long long)reply.a);
    return task;
}

void make_ready(struct judge *judge, int task, int value)
{
    step(judge, STEP_READY, 0, task, value, "the next poll of task %d is to be READY with %d", task, value);
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
    bool planned = task_rig(judge)->planned;
    int64_t taken = step(judge, STEP_RUN, thread, 0, 0, "wf_task_run(the next task of the queue)").a;
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
    int64_t taken = step(judge, STEP_RUN, 0, 0, 0, "wf_task_run(the next task of the queue)").a;
    say_taken(judge, taken);
    EXPECT(judge, taken < 0, "the queue is empty", "task %lld was in it", (long long)taken);
}

struct judge_reply poll_handle(struct judge *judge, int thread, int task, int mock)
{
    bool planned = task_rig(judge)->planned;
    struct judge_reply reply = step(judge, STEP_POLL, thread, task, mock,
                                    "wf_future_poll(join handle of task %d) with join waker %d", task, mock);
    if (planned || reply.a == IS_HELD)
        return reply;
    if (reply.a == WF_READY)
        judge_returned(judge, "READY, out %s", judge_code(reply.b));
    else
        judge_returned(judge, "PENDING");
    return reply;
}

void expect_stored(struct judge *judge, int thread, int task, int value)
{
    struct judge_reply stored =
        step(judge, STEP_VALUE, thread, task, 0, "reads what value points to, of task %d", task);
    if (stored.a < 0)
        judge_returned(judge, "nothing was stored");
    else
        judge_returned(judge, "%lld", (long long)stored.a);
    char expected[60];
    if (value < 0)
        snprintf(expected, sizeof expected, "nothing is stored where value points");
    else
        snprintf(expected, sizeof expected, "%d is stored where value points", value);
    EXPECT(judge, stored.a == value && stored.b == (value < 0 ? -1 : task), expected, "%lld (of task %lld)",
           (long long)stored.a, (long long)stored.b);
}

void expect_joined(struct judge *judge, int thread, int task, int mock, int out, int value)
{
    struct judge_reply reply = poll_handle(judge, thread, task, mock);
    EXPECT(judge, reply.a == WF_READY, "the join handle is READY: the task is over", "it is PENDING");
    EXPECT(judge, reply.b == out, out ? "out is WF_ECANCELED" : "out is 0", "out is %s", judge_code(reply.b));
    expect_stored(judge, thread, task, out ? -1 : value);
}

void join_drop(struct judge *judge, int thread, int task)
{
    step(judge, STEP_JOIN_DROP, thread, task, 0, "wf_future_drop(join handle of task %d)", task);
}

void join_abort(struct judge *judge, int thread, int task)
{
    step(judge, STEP_JOIN_ABORT, thread, task, 0, "wf_join_handle_abort(join handle of task %d)", task);
}

bool is_finished(struct judge *judge, int thread, int task)
{
    bool is = step(judge, STEP_FINISHED, thread, task, 0,
                   "wf_join_handle_is_finished(join handle of task %d)", task)
                  .a;
    judge_returned(judge, is ? "true" : "false");
    return is;
}

void abort_handle(struct judge *judge, int thread, int slot, int task)
{
    step(judge, STEP_ABORT_HANDLE, thread, slot, task,
         "abort handle %d = wf_join_handle_abort_handle(of task %d)", slot, task);
}

void abort_by(struct judge *judge, int thread, int slot)
{
    step(judge, STEP_ABORT, thread, slot, 0, "wf_abort(abort handle %d)", slot);
}

void abort_drop(struct judge *judge, int thread, int slot)
{
    step(judge, STEP_ABORT_DROP, thread, slot, 0, "wf_abort_handle_drop(abort handle %d)", slot);
}

void own_abort(struct judge *judge, int task, int slot)
{
    step(judge, STEP_OWN_ABORT, 0, task, slot, "gives abort handle %d to the future of task %d", slot, task);
}

void new_waker(struct judge *judge, int thread, int waker, int task)
{
    step(judge, STEP_WAKER, thread, waker, task, "waker %d = a clone of the waker of task %d", waker, task);
}

void clone_waker(struct judge *judge, int thread, int waker, int of)
{
    step(judge, STEP_WAKER_CLONE, thread, waker, of, "waker %d = wf_waker_clone(waker %d)", waker, of);
}

void wake(struct judge *judge, int thread, int waker)
{
    step(judge, STEP_WAKE, thread, waker, 0, "wf_waker_wake(waker %d)", waker);
}

void wake_ref(struct judge *judge, int thread, int waker, int times)
{
    if (times == 1)
        step(judge, STEP_WAKE_REF, thread, waker, times, "wf_waker_wake_by_ref(waker %d)", waker);
    else
        step(judge, STEP_WAKE_REF, thread, waker, times, "wf_waker_wake_by_ref(waker %d), %d times", waker,
             times);
}

void drop_waker(struct judge *judge, int thread, int waker)
{
    step(judge, STEP_WAKER_DROP, thread, waker, 0, "wf_waker_drop(waker %d)", waker);
}

void touch(struct judge *judge, int thread, int task)
{
    step(judge, STEP_TOUCH, thread, task, 0, "wf_task_id(task %d), of which it has a waker", task);
}

void link_queue(struct judge *judge)
{
    step(judge, STEP_LINK, 0, 0, 0,
         "the queue is linked through the tasks: schedule() writes the link `next`");
}

void write_for(struct judge *judge, int thread, int task, int value)
{
    step(judge, STEP_WRITE, thread, task, value, "writes %d where the poll of task %d reads", value, task);
}

void hold(struct judge *judge, int thread)
{
    step(judge, STEP_HOLD, thread, 0, 0, "waits until it is let go");
}

bool go_on(struct judge *judge, int thread)
{
    return step(judge, STEP_GO_ON, 0, thread, 0, "lets thread %d go on", thread).a != NOT_HELD;
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
    int64_t bytes = step(judge, STEP_LIVE_BYTES, 0, 0, 0, "wf_live_bytes()").a;
    judge_returned(judge, "%lld", (long long)bytes);
    if (bytes == 0)
        judge_forget_trace(judge);
    return bytes;
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
    int64_t clones =
        step(judge, STEP_CLONES, 0, mock, 0, "the clones of join waker %d that are alive", mock).a;
    judge_returned(judge, "%lld", (long long)clones);
    EXPECT(judge, clones == 0, "the join waker was dropped, once", "%lld clones are alive", (long long)clones);
}

void constrain(struct judge *judge, int thread, int units)
{
    if (units < 0)
        step(judge, STEP_BUDGET, thread, units, 0, "has no budget to keep from now on");
    else
        step(judge, STEP_BUDGET, thread, units, 0, "has %d units of budget", units);
}

void expect_budget(struct judge *judge, int thread, int units)
{
    int64_t left = step(judge, STEP_BUDGET_LEFT, thread, 0, 0, "the budget that is left").a;
    judge_returned(judge, "%lld", (long long)left);
    expect_count(judge, left, units, "units of budget that are left");
}

void finish_tasks(struct judge *judge)
{
    expect_queue_empty(judge);
    judge_finish(judge);
}
