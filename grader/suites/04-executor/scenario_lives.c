/**
 * @file scenario_lives.c
 * @brief Lab 04: whole lives of runtimes and local sets, on two threads at once, of which nothing is told but sums.
 */
#include "actors.h"
#include "kit_tasks.h"
#include "scenario.h"
#include "stage.h"

enum { WORKERS = 3, WAITERS = 2, UNITS = 200, FREE_UNITS = 300 };

struct life {
    int ready, dropped; /* of its tasks */
};

/* Eats all its units in one poll, if it may. */
struct greedy {
    struct wf_future future;
    int eaten;
    int out;
};

/* Yields, consumes more than a budget, and then as much inside unconstrained. */
struct worker {
    struct wf_future future;
    struct life *life;
    struct wf_yield yield;
    struct greedy consumes, freely;
    struct wf_unconstrained unconstrained;
    int out;
};

static enum wf_poll eat(struct greedy *self, int units, struct wf_cx *cx)
{
    struct wf_consume consume;
    for (; self->eaten < units; self->eaten++)
        if (wf_future_poll(&wf_consume(&consume)->future, cx) == WF_PENDING)
            return WF_PENDING; /* it holds nothing */
    return WF_READY;
}

static enum wf_poll consumes_poll(struct wf_future *future, struct wf_cx *cx)
{
    return eat((struct greedy *)future, UNITS, cx);
}

static enum wf_poll freely_poll(struct wf_future *future, struct wf_cx *cx)
{
    return eat((struct greedy *)future, FREE_UNITS, cx);
}

static const struct wf_future_ops consumes_ops = {
    .name = "consumes", .poll = consumes_poll, WF_FRAME(struct greedy)};
static const struct wf_future_ops freely_ops = {
    .name = "freely", .poll = freely_poll, WF_FRAME(struct greedy)};

static enum wf_poll worker_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct worker *self = (struct worker *)future;
    struct wf_future *const steps[] = {&self->yield.future, &self->consumes.future,
                                       &self->unconstrained.future};
    for (int i = 0; i < 3; i++)
        if (!wf_future_is_done(steps[i]) && wf_future_poll(steps[i], cx) == WF_PENDING)
            return WF_PENDING;
    self->life->ready++;
    return WF_READY;
}

static const struct wf_future_ops worker_ops = {
    .name = "worker", .poll = worker_poll, WF_FRAME(struct worker)};

/* A task that waits for ever; and a root, or body, that is READY when all workers are. */
struct waiter {
    struct wf_future future;
    struct life *life;
    bool spawns; /* the workers, at its first poll */
    int out;
};

static void spawn_workers(struct wf_scheduler *scheduler, struct life *life)
{
    for (int i = 0; i < WORKERS; i++) {
        struct wf_task *task = kit_new_task(sizeof(struct worker));
        struct worker *worker = (struct worker *)(void *)wf_task_frame(task);
        *worker = (struct worker){.future = {.ops = &worker_ops},
                                  .life = life,
                                  .consumes = {.future = {.ops = &consumes_ops}},
                                  .freely = {.future = {.ops = &freely_ops}}};
        wf_yield(&worker->yield);
        wf_unconstrained(&worker->unconstrained, &worker->freely.future);
        kit_spawn(task, scheduler, NULL);
    }
}

static enum wf_poll waits_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    return WF_PENDING;
}

static void waits_drop(struct wf_future *future)
{
    ((struct waiter *)future)->life->dropped++;
}

static const struct wf_future_ops waits_ops = {
    .name = "waits", .poll = waits_poll, .drop = waits_drop, WF_FRAME(struct waiter)};

static void spawn_waiters(struct wf_scheduler *scheduler, struct life *life)
{
    for (int i = 0; i < WAITERS; i++) {
        struct wf_task *task = kit_new_task(sizeof(struct waiter));
        *(struct waiter *)(void *)wf_task_frame(task) =
            (struct waiter){.future = {.ops = &waits_ops}, .life = life};
        kit_spawn(task, scheduler, NULL);
    }
}

static enum wf_poll root_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct waiter *self = (struct waiter *)future;
    if (self->spawns)
        spawn_workers(wf_scheduler_current(), self->life);
    self->spawns = false;
    if (self->life->ready == WORKERS)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops root_ops = {.name = "root", .poll = root_poll, WF_FRAME(struct waiter)};

/* --- a life --- */

static void live(struct life *life, int64_t what)
{
    struct waiter root = {.future = {.ops = &root_ops}, .life = life, .spawns = true};
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    if (!runtime)
        scenario_broken("no memory for a runtime");
    struct wf_scheduler *scheduler = wf_current_thread_scheduler(runtime);
    if (what == LOCAL_SETS) {
        struct wf_local_set *set = wf_local_set_new();
        struct wf_local_run run;
        if (!set)
            scenario_broken("no memory for a local set");
        spawn_waiters(wf_local_set_scheduler(set), life);
        wf_current_thread_block_on(runtime, &wf_local_set_run(&run, set, &root.future)->future);
        wf_local_set_drop(set);
    } else {
        if (what == DROPS)
            spawn_waiters(scheduler, life);
        wf_current_thread_block_on(runtime, &root.future);
    }
    if (what == RUNTIMES) /* no task is left: it needs no drop */
        wf_scheduler_unreference(scheduler);
    else
        wf_current_thread_drop(runtime);
}

struct living {
    int64_t what, times, ready, dropped;
};

static void live_often(void *arg)
{
    struct living *self = arg;
    for (int64_t i = 0; i < self->times; i++) {
        struct life life = {0};
        live(&life, self->what);
        self->ready += life.ready;
        self->dropped += life.dropped;
    }
}

struct step_reply live_at_once(int64_t what, int64_t times)
{
    struct living both[] = {{.what = what, .times = times}, {.what = what, .times = times}};
    actors_at_once(2, live_often, both, sizeof *both);
    return (struct step_reply){both[0].ready + both[1].ready, both[0].dropped + both[1].dropped};
}
