/**
 * @file scenario_tasks.c
 * @brief Lab 03, whole tasks: spawned, run, woken, awaited and aborted, by the thread that the judge names.
 */
#include <string.h>

#include "bench.h"
#include "plans.h"
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
    come_to_point(AT_CLONE, number_of_mock(data));
    return data;
}

UNSEEN static void mock_wake_by_ref(void *data)
{
    stage_tell(EVENT_WOKEN, number_of_mock(data), 0);
    come_to_point(AT_WAKE, number_of_mock(data));
}

UNSEEN static void mock_drop(void *data)
{
    ((struct mock *)data)->clones--;
    stage_tell(EVENT_GIVEN_BACK, number_of_mock(data), 0);
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
    wakers[scenario_in_range(slot, WAKERS_MAX)] = (struct wf_waker){waker.ops, waker.ops->clone(waker.data)};
}

UNSEEN static struct wf_waker waker_at(int64_t slot)
{
    return wakers[scenario_in_range(slot, WAKERS_MAX)];
}

UNSEEN static struct step_reply on_new_waker(const struct step_new_waker *step)
{
    struct wf_task *task = script_at(step->task)->task;
    bench_know(task);
    clone_waker(step->waker, wf_task_waker(task));
    return STEP_DONE;
}

UNSEEN static ON_STEP(clone_waker, DONE_BY(clone_waker(step->waker, waker_at(step->of))));

UNSEEN static struct step_reply on_wake(const struct step_wake *step)
{
    struct wf_waker waker = waker_at(step->waker);
    waker.ops->wake(waker.data);
    return STEP_DONE;
}

UNSEEN static struct step_reply on_wake_by_ref(const struct step_wake_by_ref *step)
{
    struct wf_waker waker = waker_at(step->waker);
    waker.ops->wake_by_ref(waker.data);
    return STEP_DONE;
}

UNSEEN static struct step_reply on_wake_often(const struct step_wake_often *step)
{
    struct wf_waker waker = waker_at(step->waker);
    for (int64_t i = 0; i < step->times; i++)
        waker.ops->wake_by_ref(waker.data);
    return STEP_DONE;
}

UNSEEN static struct step_reply on_drop_waker(const struct step_drop_waker *step)
{
    struct wf_waker waker = waker_at(step->waker);
    waker.ops->drop(waker.data);
    return STEP_DONE;
}

/* --- the task --- */

UNSEEN static ON_STEP(spawn, ANSWERS(bench_spawn(step->task, (enum spawn)step->how)));

UNSEEN static struct step_reply on_ready(const struct step_ready *step)
{
    script_at(step->task)->ready = true;
    script_at(step->task)->out = step->value;
    return STEP_DONE;
}

UNSEEN static ON_STEP(run, ANSWERS(bench_run_next()));
UNSEEN static ON_STEP(link, DONE_BY(bench_link()));

UNSEEN static struct wf_task *task_of(int64_t number)
{
    return script_at(number)->task;
}

/* Seen: it reads the task's memory, as any thread may that holds a reference. */
static ON_STEP(touch, ANSWERS((int64_t)wf_task_id(task_of(step->task))));

UNSEEN static struct step_reply on_write(const struct step_write *step)
{
    bench_write(step->task, step->value);
    script_at(step->task)->written = true;
    return STEP_DONE;
}

/* --- its handles --- */

UNSEEN static struct wf_join_handle *handle_of(int64_t number)
{
    return script_at(number)->handle;
}

/* Seen: it reads what the handle's poll has stored in it. */
static struct step_reply on_poll(const struct step_poll *step)
{
    struct wf_join_handle *handle = handle_of(step->task);
    struct wf_cx cx = {.waker = &mocks[scenario_in_range(step->mock, MOCKS_MAX)].waker};
    enum wf_poll poll = wf_future_poll(&handle->future, &cx);
    return (struct step_reply){poll, poll == WF_READY ? handle->out : 0};
}

UNSEEN static struct step_reply on_read_value(const struct step_read_value *step)
{
    const struct output *output = script_at(step->task)->value;
    return (struct step_reply){output->value, output->task};
}

UNSEEN static ON_STEP(join_drop, DONE_BY(wf_future_drop(&handle_of(step->task)->future)));
UNSEEN static ON_STEP(is_finished, ANSWERS(wf_join_handle_is_finished(handle_of(step->task))));
UNSEEN static ON_STEP(join_abort, DONE_BY(wf_join_handle_abort(handle_of(step->task))));

UNSEEN static struct step_reply on_abort_handle(const struct step_abort_handle *step)
{
    *abort_at(step->handle) = wf_join_handle_abort_handle(handle_of(step->task));
    return (struct step_reply){.a = abort_at(step->handle)->task != NULL};
}

/* Seen, and so a function of its own, where the header's is inline. */
static void abort_by(struct wf_abort_handle *handle)
{
    wf_abort(handle);
}

UNSEEN static ON_STEP(abort, DONE_BY(use_abort(step->handle, abort_by)));
UNSEEN static ON_STEP(abort_drop, DONE_BY(use_abort(step->handle, wf_abort_handle_drop)));
UNSEEN static ON_STEP(give_abort,
                      DONE_BY(script_at(step->task)->abort = scenario_in_range(step->handle, ABORTS_MAX)));

/* --- the thread, and what is left --- */

UNSEEN static ON_STEP(constrain, DONE_BY(bench_constrain(step->units)));
UNSEEN static ON_STEP(unconstrain, DONE_BY(bench_constrain(-1)));
UNSEEN static ON_STEP(budget_left, ANSWERS(bench_budget()));
UNSEEN static ON_STEP(hold, DONE_BY(stage_hold()));
UNSEEN static ON_STEP(go_on, stage_go_on(step->held));
UNSEEN static ON_STEP(live_bytes, ANSWERS((int64_t)wf_live_bytes()));
UNSEEN static ON_STEP(clones, ANSWERS(mocks[scenario_in_range(step->mock, MOCKS_MAX)].clones));

UNSEEN STEP_DISPATCH(perform, TASKS_STEPS)

    static void act(const struct channel_command *command)
{
    struct step_reply reply = STEP_DONE;
    if (command->operation == STEP_at)
        plan_step(command, sizeof(struct step_at) / sizeof(int64_t));
    else
        reply = stage_do(command->operation, command->arguments);
    stage_flush();
    scenario_reply(reply.a, reply.b);
}

/* --- begin and end --- */

static void begin(void)
{
    for (int i = 0; i < MOCKS_MAX; i++)
        mocks[i].waker = (struct wf_waker){&mock_ops, &mocks[i]};
    bench_begin();
    stage_begin(bench_enter, perform);
    plans_begin(stage_do, stage_can);
}

static void end(void)
{
    stage_end();
    bench_leave();
    bench_end();
}

const struct scenario scenario_tasks = {"tasks", begin, act, end};
