#include "models.h"

#include "../../interleave/support/task_names.h"
#include "weft/context.h"

int ready, dropped, destroyed, datum;
bool drop_reads_datum;

/* --- the task --- */

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    (void)cx;
    self->polls++;
    if (!self->step(self))
        return WF_PENDING;
    ready++;
    self->out = 42;
    return WF_READY;
}

static void probe_drop(struct wf_future *future)
{
    ((struct probe *)future)->polls = -1;
    if (drop_reads_datum)
        interleave_expect(datum == 42, "the clean-up sees what was written before the abort",
                          "it reads %d instead of 42", datum);
    dropped++;
}

static void probe_drop_out(void *out)
{
    interleave_expect(*(int *)out == 42, "the output that is destroyed is the future's",
                      "it is %d instead of 42", *(int *)out);
    destroyed++;
}

static const struct wf_future_ops probe_ops = {
    .name = "probe",
    .poll = probe_poll,
    .drop = probe_drop,
    .drop_out = probe_drop_out,
    WF_FRAME(struct probe),
};

/* --- the queue --- */

static _Atomic(struct wf_task *) queue;

static int bench_bind(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    task->next = NULL;
    atomic_store_explicit(&queue, task, memory_order_release);
    return 0;
}

static void bench_schedule(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    task->next = NULL;
    if (atomic_exchange_explicit(&queue, task, memory_order_release))
        interleave_fail("a task is scheduled that is in the queue already");
}

static void bench_released(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    (void)task;
}

static const struct wf_scheduler_ops bench_ops = {
    .name = "bench", .bind = bench_bind, .schedule = bench_schedule, .released = bench_released};

static struct wf_scheduler bench = {.ops = &bench_ops};

bool model_run(void)
{
    struct wf_task *task = atomic_exchange_explicit(&queue, NULL, memory_order_acquire);
    if (!task)
        return false;
    interleave_expect(!task->next, "the queue alone uses the link of a task that is in it",
                      "another has written to it");
    struct wf_context context = {.scheduler = &bench};
    wf_context_enter(&context);
    wf_task_run(task, &context);
    wf_context_leave(&context);
    return true;
}

void model_yield(void)
{
    wf_context_current->yielded = true;
}

/* --- spawn and threads --- */

struct wf_task *model_spawn(bool (*step)(struct probe *self), struct wf_join_handle *handle)
{
    return model_spawn_on(NULL, step, handle);
}

struct wf_task *model_spawn_on(struct wf_scheduler *scheduler, bool (*step)(struct probe *self),
                               struct wf_join_handle *handle)
{
    interleave_thread_name("owner");
    interleave_name(&queue, "queue");
    interleave_name(&datum, "datum");
    interleave_name(&bench.last_id, "last_id");
    struct wf_task *task = wf_task_new(sizeof(struct probe));
    assert(task);
    name_task(task);
    if (handle)
        name_line(&handle->future, "the join handle's line");
    interleave_name(&((struct probe *)(void *)task->frame)->out, "the task's output");
    *(struct probe *)(void *)task->frame = (struct probe){.future = {.ops = &probe_ops}, .step = step};
    assert(wf_task_spawn(task, scheduler ? scheduler : &bench, handle) == 0);
    return task;
}

struct wf_waker model_waker(struct wf_task *task)
{
    struct wf_waker borrowed = wf_task_waker(task);
    return wf_waker_clone(&borrowed);
}

pthread_t model_start(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

void model_join(pthread_t thread)
{
    pthread_join(thread, NULL);
}
