/**
 * @file scenario_threads.c
 * @brief Lab 03: two threads live the same life at once, each with tasks and a scheduler of its own. They share nothing, so
 *        nothing orders them, and ThreadSanitizer sees whatever the code under test has of both: a static variable.
 */
#include <pthread.h>

#include "kit_tasks.h"
#include "scenario.h"
#include "steps.h"
#include "weft/task.h"
#include "weft/task_local.h"

/* A task of each kind. */
enum { JOINED, DETACHED, LEFT, ABORTED, KINDS };
enum { THREADS = 2, RESULT = 7, WAKERS = 2 };

/* The digits of LIFE_CAME_TO. */
struct came_to {
    int joined, cancelled, destroyed, dropped, woken, found;
};

struct life {
    pthread_t thread;
    struct came_to came_to;
    struct kit_tasks tasks;
    struct wf_join_handle handles[KINDS];
    struct wf_abort_handle abort;
    struct wf_waker kept[KINDS]; /* of each task: it is freed behind the barrier */
    struct wf_waker wakers[WAKERS];
    int wakes[WAKERS];
    struct wf_local_scope scope;
    struct wf_future looks;
    int value;
};

/* --- a task: it waits, then gives way, then wakes itself, then is READY --- */

struct output {
    struct life *life;
    int value;
};

struct worker {
    struct wf_future future;
    struct life *life;
    int polls;
    struct output out;
};

static enum wf_poll worker_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct worker *self = (struct worker *)future;
    struct wf_waker own;
    switch (++self->polls) {
    case 1:
        return WF_PENDING;
    case 2:
        wf_context_current->yielded = true;
        return WF_PENDING;
    case 3:
        own = wf_waker_clone(cx->waker);
        wf_waker_wake(&own);
        return WF_PENDING;
    default:
        self->out = (struct output){self->life, RESULT};
        return WF_READY;
    }
}

static void worker_drop(struct wf_future *future)
{
    ((struct worker *)future)->life->came_to.dropped++;
}

static void worker_drop_out(void *out)
{
    ((struct output *)out)->life->came_to.destroyed++;
}

static const struct wf_future_ops worker_ops = {.name = "worker",
                                                .poll = worker_poll,
                                                .drop = worker_drop,
                                                .drop_out = worker_drop_out,
                                                WF_FRAME(struct worker)};

/* --- join wakers: two that differ --- */

static void *same(void *data)
{
    return data;
}

static void count_wake(void *data)
{
    ++*(int *)data;
}

static void nothing_to_drop(void *data)
{
    (void)data;
}

static const struct wf_waker_ops waker_ops = {same, count_wake, count_wake, nothing_to_drop};

/* --- a scope, polled twice and dropped --- */

static const struct wf_task_local key = {"key"};

static enum wf_poll looks_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct life *life = WF_CONTAINER_OF(future, struct life, looks);
    (void)cx;
    life->came_to.found += wf_task_local_get(&key) == &life->value;
    return WF_PENDING;
}

static const struct wf_future_ops looks_ops = {
    .name = "looks", .poll = looks_poll, .size = sizeof(struct wf_future)};

static void use_scope(struct life *self)
{
    struct wf_context context = {.constrained = false};
    struct wf_cx cx = {.waker = &self->wakers[0]};
    self->looks = (struct wf_future){.ops = &looks_ops};
    wf_local_scope(&self->scope, &key, &self->value, &self->looks);
    wf_context_enter(&context);
    for (int i = 0; i < 2; i++)
        if (wf_future_poll(&self->scope.future, &cx) != WF_PENDING)
            self->came_to.found = 0;
    wf_future_drop(&self->scope.future);
    wf_context_leave(&context);
}

/* --- a life --- */

static enum wf_poll poll_handle(struct life *self, int kind, int waker)
{
    struct wf_cx cx = {.waker = &self->wakers[waker]};
    return wf_future_poll(&self->handles[kind].future, &cx);
}

static void spawn(struct life *self, int kind, struct output *value)
{
    struct wf_task *task = wf_task_new(sizeof(struct worker));
    if (!task)
        scenario_broken("no memory for a task");
    *(struct worker *)(void *)wf_task_frame(task) =
        (struct worker){.future = {.ops = &worker_ops}, .life = self};
    if (wf_task_spawn(task, &self->tasks.scheduler, &self->handles[kind]) != 0)
        scenario_broken("no task");
    self->handles[kind].value = value;
    const struct wf_waker borrowed = wf_task_waker(task);
    self->kept[kind] = wf_waker_clone(&borrowed);
}

static void live(struct life *self, const struct output *value)
{
    for (int kind = 0; kind < KINDS; kind++) {
        poll_handle(self, kind, 0);
        poll_handle(self, kind, 0);
        poll_handle(self, kind, 1);
    }
    kit_tasks_run(&self->tasks);
    wf_future_drop(&self->handles[DETACHED].future);
    for (int kind = JOINED; kind < ABORTED; kind++) {
        wf_waker_wake_by_ref(&self->kept[kind]);
        wf_waker_wake_by_ref(&self->kept[kind]);
    }
    wf_abort(&self->abort);
    wf_abort(&self->abort);
    kit_tasks_run(&self->tasks);
    if (poll_handle(self, JOINED, 1) == WF_READY && self->handles[JOINED].out == 0)
        self->came_to.joined += value->value == RESULT;
    if (poll_handle(self, ABORTED, 1) == WF_READY)
        self->came_to.cancelled += self->handles[ABORTED].out == WF_ECANCELED;
    wf_future_drop(&self->handles[LEFT].future);
    wf_abort(&self->abort);
    wf_abort_handle_drop(&self->abort);
    use_scope(self);
    self->came_to.woken = self->wakes[0] + self->wakes[1];
}

/* Memory is taken before both begin and given back when both are through: an allocator may order threads, and neither may end
 * before that, since what a thread leaves to the next one would order them too. Two barriers: a thread that is slow to leave the one
 * would find there what the other thread left by waiting for the second time, and be ordered behind its life. */
static pthread_barrier_t both_begin, both_are_through;

static void *run(void *arg)
{
    struct life *self = arg;
    struct output value = {NULL, 0};
    kit_tasks_init(&self->tasks);
    for (int i = 0; i < WAKERS; i++)
        self->wakers[i] = (struct wf_waker){&waker_ops, &self->wakes[i]};
    for (int kind = 0; kind < KINDS; kind++)
        spawn(self, kind, kind == JOINED ? &value : NULL);
    self->abort = wf_join_handle_abort_handle(&self->handles[ABORTED]);
    pthread_barrier_wait(&both_begin);
    live(self, &value);
    pthread_barrier_wait(&both_are_through);
    for (int kind = 0; kind < KINDS; kind++)
        wf_waker_wake(&self->kept[kind]);
    return NULL;
}

static int64_t digits(const struct came_to *of)
{
    return of->joined + 10 * of->cancelled + 100 * of->destroyed + 1000 * of->dropped + 10000 * of->woken +
           100000 * of->found;
}

static struct step_reply on_two_lives(const struct step_two_lives *step)
{
    static struct life lives[THREADS];
    (void)step;
    pthread_barrier_init(&both_begin, NULL, THREADS);
    pthread_barrier_init(&both_are_through, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        lives[i] = (struct life){.value = i};
        if (pthread_create(&lives[i].thread, NULL, run, &lives[i]) != 0)
            scenario_broken("no thread");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(lives[i].thread, NULL);
    pthread_barrier_destroy(&both_begin);
    pthread_barrier_destroy(&both_are_through);
    int64_t one = digits(&lives[0].came_to), other = digits(&lives[1].came_to);
    return (struct step_reply){.a = one == other ? one : -1};
}

STEP_DISPATCH(perform, THREADS_STEPS)

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

static void nothing(void)
{
}

const struct scenario scenario_threads = {"threads", nothing, act, nothing};
