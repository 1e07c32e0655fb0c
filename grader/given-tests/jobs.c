#include "jobs.h"

#include <time.h>

#include "weft/alloc.h"
#include "weft/context.h"

_Atomic int jobs_dropped;

static enum wf_poll job_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct job *self = (struct job *)future;
    self->polls++;
    if (!self->step(self, cx))
        return WF_PENDING;
    self->out = self->number;
    return WF_READY;
}

static void job_drop(struct wf_future *future)
{
    struct job *self = (struct job *)future;
    if (self->child.task)
        wf_future_drop(&self->child.future);
    jobs_dropped++;
}

static const struct wf_future_ops job_ops = {
    .name = "job", .poll = job_poll, .drop = job_drop, WF_FRAME(struct job)};

struct job job_of(bool (*step)(struct job *self, struct wf_cx *cx), int number)
{
    return (struct job){.future = {.ops = &job_ops}, .step = step, .number = number};
}

int spawn_job(struct wf_scheduler *scheduler, bool (*step)(struct job *self, struct wf_cx *cx), int number,
              struct wf_join_handle *handle)
{
    struct wf_task *task = wf_task_new(sizeof(struct job));
    ck_assert_ptr_nonnull(task);
    *(struct job *)(void *)task->frame = job_of(step, number);
    return wf_task_spawn(task, scheduler, handle);
}

bool job_at_once(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return true;
}

bool job_never(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return false;
}

bool job_yields_once(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        wf_give_way(cx->waker);
    return self->polls > 1;
}

/* --- a runtime --- */

struct wf_multi_thread *new_runtime(uint32_t workers)
{
    struct wf_multi_thread *runtime =
        wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = workers});
    ck_assert_ptr_nonnull(runtime);
    return runtime;
}

void drop_runtime(struct wf_multi_thread *runtime)
{
    wf_multi_thread_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

_Atomic int threads_started, threads_stopped;

static void thread_started(void *arg)
{
    (void)arg;
    threads_started++;
}

static void thread_stopped(void *arg)
{
    (void)arg;
    threads_stopped++;
}

const struct wf_hooks thread_hooks = {.thread_started = thread_started, .thread_stopped = thread_stopped};

/* --- the driver --- */

static enum wf_parked mock_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct mock_driver *self = (struct mock_driver *)park;
    bool permit = true;
    int inside = ++self->inside;
    if (inside > self->most_inside)
        self->most_inside = inside;
    if (deadline_ns == 0) {
        self->turns++;
        permit = sem_trywait(&self->permits) == 0;
    } else {
        self->sleeps++;
        sem_wait(&self->permits);
    }
    if (self->act)
        self->act(self);
    self->inside--;
    return permit ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void mock_unpark(struct wf_park *park)
{
    struct mock_driver *self = (struct mock_driver *)park;
    self->unparks++;
    sem_post(&self->permits);
}

static void mock_shutdown(struct wf_park *park)
{
    ((struct mock_driver *)park)->shutdowns++;
}

static void mock_drop(struct wf_park *park)
{
    ((struct mock_driver *)park)->drops++;
}

static const struct wf_park_ops mock_ops = {
    .name = "mock", .park = mock_park, .unpark = mock_unpark, .shutdown = mock_shutdown, .drop = mock_drop};

void mock_driver_init(struct mock_driver *driver)
{
    *driver = (struct mock_driver){.park = {&mock_ops}};
    sem_init(&driver->permits, 0, 0);
}

void wait_for(bool (*done)(void *arg), void *arg)
{
    for (int i = 0; i < 20000; i++) {
        if (done(arg))
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    ck_abort_msg("what the test waits for has not come in 20 s");
}

bool is_true(void *flag)
{
    return *(_Atomic bool *)flag;
}
