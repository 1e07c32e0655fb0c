/**
 * @file worker.c
 * @brief The loop of a worker: where the next task comes from, and when to sleep.
 *
 * ## Where a task that yielded waits
 *
 * At the end of the ring, where others may steal it: a list of its own would keep it behind a long poll of its worker. A task that
 * yields waits for something that the park may bring. So the worker notes the number of the first one, and gives the park a turn
 * before it takes the task with that number: once for all that yielded since the last turn.
 *
 * ## Which worker is woken, and when
 *
 * A worker that makes work, or has found some as the last searcher and sees more, wakes one sleeper, which searches, finds work, and wakes the
 * next. So a burst wakes all workers one after the other, and a single task wakes one; or none, if a sleeper looks out (lookout.c). What the park's driver wakes is counted when the
 * turn is over: the worker runs the first of these tasks itself.
 */
#include "weft/detail/worker.h"

#include <stddef.h>

#include "weft/detail/clock.h"
#include "weft/panic.h"
#include "weft/task.h"

static void count(WF_ATOMIC(uint64_t) * counter, uint32_t more)
{
    wf_store_relaxed(counter,
                     wf_load_relaxed(counter) + more); /* relaxed: one writer, and it publishes nothing */
}

/* --- what was given --- */

void wf_worker_init(struct wf_worker *worker, struct wf_workers *all, uint32_t number, uint32_t ring_size,
                    uint64_t seed)
{
    *worker = (struct wf_worker){.all = all, .number = number};
    wf_run_queue_init(&worker->queue, ring_size, 0);
    wf_list_init(&worker->idle_link);
    uint64_t mixed = (seed + number + 1) * 0x9e3779b97f4a7c15u; /* odd: different numbers stay different */
    worker->random = (uint32_t)(mixed >> 32) | 1;
}

bool wf_workers_notify(struct wf_workers *workers)
{
    struct wf_list *link = wf_idle_to_wake(&workers->idle);
    if (!link)
        return false;
    wf_unpark(WF_CONTAINER_OF(link, struct wf_worker, idle_link)->park);
    return true;
}

/* Wake a worker that sleeps, if one is needed: this one, too, where it has just fallen asleep. */
static void notify_any(struct wf_worker *self)
{
    if (wf_workers_notify(self->all))
        count(&self->counts.wakes, 1);
}

/* The same, of a worker that is awake. */
static void notify_another(struct wf_worker *self)
{
    if (self->all->count > 1)
        notify_any(self);
}

/* The defer hook of the context: the task that is being polled gives way. Its own waker need not be woken, for wf_task_to_idle()
 * is told by `yielded`. Any other waker, that of a future that stands between, must be. */
static void defer(struct wf_context *context, const struct wf_waker *waker)
{
    context->yielded = true;
    const struct wf_waker own = context->task ? wf_task_waker(context->task) : (struct wf_waker){0};
    if (!wf_waker_will_wake(waker, &own))
        wf_waker_wake_by_ref(waker);
}

/* xorshift: any sequence will do that differs between the workers */
static uint32_t draw(struct wf_worker *self)
{
    self->random ^= self->random << 13;
    self->random ^= self->random >> 17;
    self->random ^= self->random << 5;
    return self->random;
}

/* Let the park sleep, or have its turn; count what its driver has woken. */
static void park(struct wf_worker *self, uint64_t deadline_ns)
{
    self->in_park = true;
    (void)wf_park(self->park, deadline_ns);
    self->in_park = false;
    self->polls_since_turn = 0;
    self->turn_is_due = false;
}

static bool is_over(const struct wf_workers *all)
{
    return wf_load_acquire(&all->lists_left) == 0; /* acquire: pairs with the end of the last task */
}

static bool is_work_anywhere(const struct wf_workers *all)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (wf_run_queue_length(&all->workers[i].queue) > 0)
            return true;
    return wf_inject_queue_length(&all->inject) > 0;
}

/* --- a task becomes ready --- */

void wf_worker_schedule(struct wf_worker *self, struct wf_task *task)
{
    /* 05.T4: to the end of the ring. If it yielded in the poll that is ending: note its number,
     * unless an earlier one stands. Wake a worker, unless the park does this, or the task is alone:
     * then if it did not yield, and nobody looks out for it */
    LAB_TODO("05.T4");
}

/* --- the next task --- */

/* The park has a turn without sleep. This worker runs one of the tasks that are ready: a second one is for another. */
static void turn(struct wf_worker *self)
{
    park(self, 0);
    if (wf_run_queue_length(&self->queue) > 1)
        notify_another(self);
}

/* How many injected tasks this worker takes: what each worker would have, but no more than there is room for. */
static uint32_t share(const struct wf_worker *self)
{
    /* 05.T4: an even part of the queue, WF_INJECT_BATCH_MAX, the room in the ring: the least of
     * these, and at least 1 */
    LAB_TODO("05.T4");
}

/* A share of the inject queue: the first task is returned, the others go to the end of the ring. NULL: there is none. */
static struct wf_task *take_injected(struct wf_worker *self)
{
    struct wf_inject_queue *inject = &self->all->inject;
    self->polls_since_inject = 0;
    if (wf_inject_queue_length(inject) == 0) /* a hint: a thread that injects wakes a worker afterwards */
        return NULL;
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    (void)wf_inject_queue_pop(inject, &batch, share(self));
    struct wf_task *first = wf_task_queue_pop(&batch);
    for (struct wf_task *task; (task = wf_task_queue_pop(&batch));)
        count(&self->counts.overflowed, wf_run_queue_push(&self->queue, task, inject));
    return first;
}

/* Half of the tasks of some other worker, beginning anywhere: the workers must not all ask the same one. */
static struct wf_task *steal(struct wf_worker *self)
{
    struct wf_workers *all = self->all;
    /* 05.T4: begin at a drawn worker, and try each other one once */
    LAB_TODO("05.T4");
    return NULL;
}

static struct wf_task *next_task(struct wf_worker *self)
{
    struct wf_task *task = NULL;
    /* 05.T4: a turn of the park, if one is due by count or by a yield; injected tasks, if they are
     * due. Then own tasks, injected ones, stolen ones; to steal is to search. Injected ones again,
     * for they may have come meanwhile */
    LAB_TODO("05.T4");
    return task;
}

static void run(struct wf_worker *self, struct wf_task *task, struct wf_context *context)
{
    self->polls_since_turn++;
    self->polls_since_inject++;
    count(&self->counts.polls, 1);
    /* 05.T4: a worker that searched does so no more; the last one wakes another first, if tasks are
     * left: the poll may be long */
    LAB_TODO("05.T4");
    wf_task_run(task, context);
}

/* --- sleep --- */

static bool is_asleep(struct wf_worker *self)
{
    return !is_over(self->all) && wf_run_queue_length(&self->queue) == 0 &&
           wf_idle_is_asleep(&self->all->idle, &self->idle_link);
}

static bool is_work_elsewhere(const struct wf_worker *self)
{
    const struct wf_workers *all = self->all;
    for (uint32_t i = 0; i < all->count; i++)
        if (i != self->number && wf_run_queue_length(&all->workers[i].queue) > 0)
            return true;
    return wf_inject_queue_length(&all->inject) > 0;
}

/* Park until woken. As the lookout: get up now and then, and wake a worker, most likely this one, for a task behind a long poll. */
static void sleep_or_look_out(struct wf_worker *self)
{
    struct wf_workers *all = self->all;
    if (!wf_lookout_begin(all)) {
        park(self, WF_FOREVER);
        return;
    }
    do {
        park(self, wf_clock_ns() + all->lookout_ns);
        if (wf_lookout_look(all))
            notify_any(self);
    } while (is_asleep(self) && wf_idle_is_any_awake(&all->idle));
    wf_lookout_end(all);
    if (is_work_elsewhere(self)) /* it was left to this worker */
        notify_any(self);
}

/* Asleep in the idle word until woken. The caller has found no task. */
static void sleep_until_woken(struct wf_worker *self)
{
    struct wf_workers *all = self->all;
    /* 05.T5: fall asleep; where nobody searches now look everywhere once more, and wake a worker
     * for what is there. sleep_or_look_out(), until all is over, until the driver has made work for
     * this worker, or until another thread has woken it */
    LAB_TODO("05.T5");
}

/* There was no task. Call the hooks, and sleep unless before_park has made one. Returns whether it slept. */
static bool rest(struct wf_worker *self)
{
    const struct wf_hooks *hooks = &self->all->hooks;
    wf_calls_out("a hook");
    if (hooks->before_park)
        hooks->before_park(hooks->arg);
    bool sleeps = wf_run_queue_length(&self->queue) == 0;
    if (sleeps)
        sleep_until_woken(self);
    else
        park(self, 0);
    if (hooks->after_unpark)
        hooks->after_unpark(hooks->arg);
    return sleeps;
}

bool wf_worker_run(struct wf_worker *worker)
{
    struct wf_workers *all = worker->all;
    struct wf_worker_context here = {
        .context = {.scheduler = &all->scheduler, .defer = defer, .runs = "worker"},
        .worker = worker,
    };
    bool slept = false, over = false;
    wf_context_enter(&here.context);
    /* read again after each poll: a thread that took the worker from this one has cleared it */
    while (here.worker && !(over = is_over(all))) {
        struct wf_task *task = next_task(worker);
        if (!task && slept)
            count(&worker->counts.idle_parks, 1);
        slept = !task && rest(worker);
        if (task)
            run(worker, task, &here.context);
    }
    wf_context_leave(&here.context);
    return over;
}
