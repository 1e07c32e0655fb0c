/**
 * @file scenario_tasks.c
 * @brief Lab 03, whole tasks: spawned, run, woken, awaited and aborted, by the thread that the judge names.
 */
#include <string.h>

#include "bench.h"
#include "scenario.h"
#include "stage.h"
#include "steps.h"
#include "weft/alloc.h"
#include "weft/task.h"

struct mock {
    struct wf_waker waker;
    int64_t clones; /* alive */
};

static struct mock mocks[MOCKS_MAX];
static struct wf_waker wakers[WAKERS_MAX];

/* --- the wakers that join handles are polled with --- */

UNSEEN static int64_t number_of_mock(const void *data)
{
    return (const struct mock *)data - mocks;
}

UNSEEN static void *mock_clone(void *data)
{
    ((struct mock *)data)->clones++;
    stage_tell(EVENT_CLONED, number_of_mock(data), 0);
    stage_come_to(AT_CLONE, number_of_mock(data));
    return data;
}

UNSEEN static void mock_wake_by_ref(void *data)
{
    stage_tell(EVENT_WOKEN, number_of_mock(data), 0);
    stage_come_to(AT_WAKE, number_of_mock(data));
}

UNSEEN static void mock_drop(void *data)
{
    ((struct mock *)data)->clones--;
    stage_tell(EVENT_GIVEN_BACK, number_of_mock(data), 0);
    stage_come_to(AT_GIVEN_BACK, number_of_mock(data));
}

UNSEEN static void mock_wake(void *data)
{
    mock_wake_by_ref(data);
    mock_drop(data);
}

static const struct wf_waker_ops mock_ops = {mock_clone, mock_wake, mock_wake_by_ref, mock_drop};

/* --- the tasks' own wakers: what waker.h does, without being seen to touch our slots --- */

UNSEEN static void clone_waker(int64_t slot, struct wf_waker waker)
{
    wakers[in_range(slot, WAKERS_MAX)] = (struct wf_waker){waker.ops, waker.ops->clone(waker.data)};
}

UNSEEN static struct wf_waker waker_at(int64_t slot)
{
    return wakers[in_range(slot, WAKERS_MAX)];
}

UNSEEN static void wake_by_value(int64_t slot)
{
    struct wf_waker waker = waker_at(slot);
    waker.ops->wake(waker.data);
}

UNSEEN static void wake_by_reference(int64_t slot, int64_t times)
{
    struct wf_waker waker = waker_at(slot);
    for (int64_t i = 0; i < times; i++)
        waker.ops->wake_by_ref(waker.data);
}

UNSEEN static void drop_waker(int64_t slot)
{
    struct wf_waker waker = waker_at(slot);
    waker.ops->drop(waker.data);
}

/* --- steps --- */

UNSEEN static struct wf_task *task_of(int64_t number)
{
    return script_at(number)->task;
}

UNSEEN static struct wf_join_handle *handle_of(int64_t number)
{
    return script_at(number)->handle;
}

static int64_t poll_handle(int64_t number, int64_t mock, int64_t *out)
{
    struct wf_join_handle *handle = handle_of(number);
    struct wf_cx cx = {.waker = &mocks[in_range(mock, MOCKS_MAX)].waker};
    enum wf_poll poll = wf_future_poll(&handle->future, &cx);
    *out = poll == WF_READY ? handle->out : 0;
    return poll;
}

static void abort_by(struct wf_abort_handle *handle)
{
    wf_abort(handle);
}

static int64_t touch(int64_t number)
{
    return (int64_t)wf_task_id(task_of(number));
}

UNSEEN static int64_t new_abort(int64_t slot, int64_t number)
{
    *abort_at(slot) = wf_join_handle_abort_handle(handle_of(number));
    return abort_at(slot)->task != NULL;
}

UNSEEN static void perform(const int64_t *step, int64_t *a, int64_t *b)
{
    const int64_t *arguments = step + 2;
    *a = *b = 0;
    switch ((enum tasks_step)step[0]) {
    case STEP_SPAWN:
        *a = bench_spawn(arguments[0], (enum spawn)arguments[1]);
        break;
    case STEP_READY:
        script_at(arguments[0])->ready = true;
        script_at(arguments[0])->out = arguments[1];
        break;
    case STEP_RUN:
        *a = bench_run_next();
        break;
    case STEP_POLL:
        *a = poll_handle(arguments[0], arguments[1], b);
        break;
    case STEP_VALUE:
        *a = script_at(arguments[0])->value->value;
        *b = script_at(arguments[0])->value->task;
        break;
    case STEP_JOIN_DROP:
        wf_future_drop(&handle_of(arguments[0])->future);
        break;
    case STEP_FINISHED:
        *a = wf_join_handle_is_finished(handle_of(arguments[0]));
        break;
    case STEP_JOIN_ABORT:
        wf_join_handle_abort(handle_of(arguments[0]));
        break;
    case STEP_ABORT_HANDLE:
        *a = new_abort(arguments[0], arguments[1]);
        break;
    case STEP_ABORT:
        use_abort(arguments[0], abort_by);
        break;
    case STEP_ABORT_DROP:
        use_abort(arguments[0], wf_abort_handle_drop);
        break;
    case STEP_OWN_ABORT:
        script_at(arguments[0])->abort = in_range(arguments[1], ABORTS_MAX);
        break;
    case STEP_WAKER:
        bench_know(task_of(arguments[1]));
        clone_waker(arguments[0], wf_task_waker(task_of(arguments[1])));
        break;
    case STEP_WAKER_CLONE:
        clone_waker(arguments[0], waker_at(arguments[1]));
        break;
    case STEP_WAKE:
        wake_by_value(arguments[0]);
        break;
    case STEP_WAKE_REF:
        wake_by_reference(arguments[0], arguments[1]);
        break;
    case STEP_WAKER_DROP:
        drop_waker(arguments[0]);
        break;
    case STEP_TOUCH:
        *a = touch(arguments[0]);
        break;
    case STEP_WRITE:
        bench_write(arguments[0], arguments[1]);
        script_at(arguments[0])->written = true;
        break;
    case STEP_LINK:
        bench_link();
        break;
    case STEP_LIVE_BYTES:
        *a = (int64_t)wf_live_bytes();
        break;
    case STEP_CLONES:
        *a = mocks[in_range(arguments[0], MOCKS_MAX)].clones;
        break;
    case STEP_BUDGET:
        bench_constrain(arguments[0]);
        break;
    case STEP_BUDGET_LEFT:
        *a = bench_budget();
        break;
    case STEP_HOLD:
        stage_hold();
        break;
    case STEP_GO_ON:
        stage_go_on(arguments[0], a, b);
        break;
    default:
        scenario_broken("no such step");
    }
}

static void act(const struct channel_command *command)
{
    int64_t a = 0, b = 0;
    if (command->operation == STEP_AT) {
        stage_plan(command->arguments, command->count);
    } else {
        int64_t step[CHANNEL_ARGUMENTS_MAX] = {command->operation};
        memcpy(step + 1, command->arguments, (CHANNEL_ARGUMENTS_MAX - 1) * sizeof *step);
        stage_do(step, &a, &b);
    }
    stage_flush();
    scenario_reply(a, b);
}

/* --- begin and end --- */

static void begin(void)
{
    for (int i = 0; i < MOCKS_MAX; i++)
        mocks[i].waker = (struct wf_waker){&mock_ops, &mocks[i]};
    bench_begin();
    stage_begin(bench_enter, perform);
}

static void end(void)
{
    stage_end();
    bench_leave();
    bench_end();
}

const struct scenario scenario_tasks = {"tasks", begin, act, end};
