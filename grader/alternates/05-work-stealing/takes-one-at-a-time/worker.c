/**
 * @file worker.c
 * @brief The loop of a worker: where the next task comes from, and when to sleep.
 *
 * A task that was injected goes to the end of the ring, one at a time. Any return of the park is the end of the sleep: the worker takes
 * itself out of the sleepers, looks, and falls asleep again.
 */
#include "weft/detail/worker.h"

#include <stddef.h>

#include "weft/task.h"

enum { OFTEN = 16 }; /* polls between two turns, and between two looks at the inject queue */

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

static void notify_another(struct wf_worker *self)
{
    if (wf_workers_notify(self->all))
        count(&self->counts.wakes, 1);
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
    const struct wf_context *context = wf_context_of(&self->all->scheduler);
    bool yielded = task == context->task && context->yielded;
    if (yielded && !self->turn_is_due) {
        self->turn_is_due = true;
        self->turn_before = wf_run_queue_end(&self->queue);
    }
    uint32_t overflowed = wf_run_queue_push(&self->queue, task, &self->all->inject);
    if (yielded &&
        overflowed > 0) /* it may come back from the inject queue with any poll: the turn comes now */
        self->turn_before = wf_run_queue_front(&self->queue);
    count(&self->counts.scheduled, 1);
    count(&self->counts.overflowed, overflowed);
    notify_another(self);
}

/* --- the next task --- */

/* The park has a turn without sleep. This worker runs one of the tasks that are ready: a second one is for another. */
static void turn(struct wf_worker *self)
{
    park(self, 0);
    if (wf_run_queue_length(&self->queue) > 1)
        notify_another(self);
}

/* The oldest injected task goes to the end of the ring; NULL. If the ring is full the task is returned, to be run at once. */
static struct wf_task *take_injected(struct wf_worker *self)
{
    struct wf_inject_queue *inject = &self->all->inject;
    struct wf_task_queue batch;
    self->polls_since_inject = 0;
    if (wf_inject_queue_length(inject) == 0)
        return NULL;
    wf_task_queue_init(&batch);
    if (wf_inject_queue_pop(inject, &batch, 1) == 0)
        return NULL;
    struct wf_task *task = wf_task_queue_pop(&batch);
    if (wf_run_queue_length(&self->queue) == wf_run_queue_size(&self->queue))
        return task;
    (void)wf_run_queue_push(&self->queue, task, inject);
    return NULL;
}

/* Half of the tasks of some other worker: the next one by number that has any. */
static struct wf_task *steal(struct wf_worker *self)
{
    struct wf_workers *all = self->all;
    for (uint32_t i = 1; i < all->count; i++) {
        struct wf_worker *victim = &all->workers[(self->number + i) % all->count];
        if (wf_run_queue_length(&victim->queue) == 0)
            continue;
        uint32_t stolen;
        struct wf_task *task = wf_run_queue_steal(&victim->queue, &self->queue, &stolen);
        if (task) {
            count(&self->counts.steals, 1);
            count(&self->counts.stolen, stolen);
            return task;
        }
    }
    return NULL;
}

static struct wf_task *next_task(struct wf_worker *self)
{
    struct wf_task *task = NULL;
    bool is_next = (int32_t)(wf_run_queue_front(&self->queue) - self->turn_before) >= 0;
    if (self->polls_since_turn >= OFTEN || (self->turn_is_due && is_next))
        turn(self);
    if (self->polls_since_inject >= OFTEN && (task = take_injected(self)))
        return task;
    if (wf_run_queue_length(&self->queue) == 0)
        (void)take_injected(self);
    if ((task = wf_run_queue_pop(&self->queue)))
        return task;
    if (!self->searching && !(self->searching = wf_idle_begin_search(&self->all->idle)))
        return NULL;
    if (!(task = steal(self))) {
        (void)take_injected(self);
        task = wf_run_queue_pop(&self->queue);
    }
    return task;
}

static void run(struct wf_worker *self, struct wf_task *task, struct wf_context *context)
{
    self->polls_since_turn++;
    self->polls_since_inject++;
    count(&self->counts.polls, 1);
    if (self->searching) {
        self->searching = false;
        if (wf_idle_end_search(&self->all->idle))
            notify_another(self);
    }
    wf_task_run(task, context);
}

/* --- sleep --- */

/* Asleep in the idle word until woken. The caller has found no task. */
static void sleep_until_woken(struct wf_worker *self)
{
    struct wf_workers *all = self->all;
    bool last = wf_idle_fall_asleep(&all->idle, &self->idle_link, self->searching);
    self->searching = false;
    if (last && is_work_anywhere(all))
        notify_another(self); /* this one, most likely: it fell asleep last */
    if (is_over(all))
        return;
    count(&self->counts.parks, 1);
    park(self, WF_FOREVER);
    self->searching = !wf_idle_wake_up(&all->idle, &self->idle_link);
    if (wf_run_queue_length(&self->queue) > 1)
        notify_another(self);
}

/* There was no task. Call the hooks, and sleep unless before_park has made one. Returns whether it slept. */
static bool rest(struct wf_worker *self)
{
    const struct wf_hooks *hooks = &self->all->hooks;
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
    /* read again after each poll: whoever took the worker from this thread has cleared it */
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
