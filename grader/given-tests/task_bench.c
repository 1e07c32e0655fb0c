#include "task_bench.h"

struct bench bench;

static int bench_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct bench *self = (struct bench *)scheduler;
    if (self->closed)
        return WF_ECLOSED;
    self->bound++;
    self->queue[self->queued++] = task;
    return 0;
}

static void bench_schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct bench *self = (struct bench *)scheduler;
    self->queue[self->queued++] = task;
}

static void bench_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct bench *self = (struct bench *)scheduler;
    self->released++;
    if (!self->awaits)
        return;
    self->complete_at_release = wf_join_handle_is_finished(self->awaits);
    /* nobody hands the task over again: neither a wake nor an abort */
    const struct wf_waker waker = wf_task_waker(task);
    wf_waker_wake_by_ref(&waker);
    struct wf_abort_handle abort = wf_join_handle_abort_handle(self->awaits);
    wf_abort(&abort);
    wf_abort_handle_drop(&abort);
}

static const struct wf_scheduler_ops bench_ops = {
    .name = "bench", .bind = bench_bind, .schedule = bench_schedule, .released = bench_released};

void new_bench(bool closed)
{
    bench = (struct bench){.head = {.ops = &bench_ops}, .closed = closed};
}

void run_all(struct wf_context *context)
{
    while (bench.queued > 0)
        wf_task_run(bench.queue[--bench.queued], context);
}

static void look_around(struct look *self)
{
    struct sight *sight = self->sight;
    sight->polls++;
    sight->argument = self->argument;
    sight->current = wf_task_current();
    sight->id = wf_task_id(wf_task_current());
    sight->root = wf_context_current->root;
    sight->constrained = wf_context_current->constrained;
    sight->budget = wf_context_current->budget;
    const struct wf_waker waker = wf_task_waker(wf_task_current());
    if (sight->wakes_itself)
        wf_waker_wake_by_ref(&waker);
}

ASYNC_FN(look)
{
    ASYNC_BEGIN;
    look_around(self);
    static const struct wf_waker nobody;
    while (self->sight->polls < 200 && wf_budget_spend(&nobody))
        ;
    if (self->waits)
        AWAIT(wf_pending(&self->pending));
    self->out = self->argument;
ASYNC_FINALLY:
    self->sight->ends++;
    self->sight->current_at_end = wf_task_current();
    ASYNC_END;
}

int spawn_look(struct wf_scheduler *scheduler, struct wf_join_handle *handle, const struct look *as)
{
    return WF_SPAWN(scheduler, handle, look, .sight = as->sight, .argument = as->argument, .waits = as->waits);
}
