/**
 * @file task_set.c
 * @brief Queues, ownership and shutdown of the tasks that one thread runs.
 *
 * ## Two ways in
 *
 * On the set's thread a task goes to the run queue, which needs no lock. From anywhere else it goes to the inject queue,
 * under the lock, and the owner of the set is told, who may be asleep. Before each poll the set's thread takes one
 * task out of it, if there is one: so each waits for those before it, and for nobody else. What is left is taken, one after the
 * other, when nothing else can run and every WF_POLLS_PER_INJECT polls.
 *
 * ## The end
 *
 * 1. `closed`, under the lock: from then on nothing new comes in, so the list of owned tasks can only shrink.
 * 2. Every owned task is aborted: it is in the queue then, unless another thread has just notified it and has not
 *    injected it yet.
 * 3. Tasks are run, which drops their futures, until none is owned; where the queue is empty before that, step 2's
 *    task is on its way and is waited for.
 *
 * A thread that injects a task may still be in `notify` when its task has been run and the set has been given up: it
 * holds a reference of its own meanwhile. It can take one safely, because a task that is not over keeps the set from
 * being given up.
 */
#include "weft/task_set.h"

#include "weft/error.h"
#include "weft/task.h"

static bool is_here(const struct wf_task_set *self)
{
    return wf_context_of(&self->scheduler);
}

/* --- the inject queue --- */

/* Hand a task over from another thread. False: closed, and `task` is new. */
static bool inject(struct wf_task_set *self, struct wf_task *task, bool is_new)
{
    bool accepted = true;
    /* relaxed: somebody else's reference, or a task that is not over, keeps the set alive at this point */
    wf_fetch_add_relaxed(&self->references, 1);
    pthread_mutex_lock(&self->lock);
    accepted = !(is_new && self->closed);
    if (accepted) {
        wf_task_queue_push(&self->injected, task);
        /* relaxed: a hint. A thread that acts on it takes the lock; one that sleeps instead is woken by notify. */
        wf_store_relaxed(&self->has_injected, true);
        if (self->closed)
            pthread_cond_signal(&self->injected_one);
    }
    pthread_mutex_unlock(&self->lock);
    if (accepted)
        self->ops->notify(self);
    wf_task_set_unreference(self);
    return accepted;
}

/* A new task was accepted. No lock is held: the hook may spawn and wake. */
static void own(struct wf_task_set *self, struct wf_task *task)
{
    wf_list_push_back(&self->owned, &task->owned);
    if (self->hooks.task_spawned)
        self->hooks.task_spawned(self->hooks.arg, task);
}

/* Move one task that others injected to the run queue; a new one becomes owned. */
static void take_injected(struct wf_task_set *self)
{
    pthread_mutex_lock(&self->lock);
    struct wf_task *task = wf_task_queue_pop(&self->injected);
    wf_store_relaxed(&self->has_injected, !wf_task_queue_is_empty(&self->injected));
    pthread_mutex_unlock(&self->lock);
    if (task && wf_list_is_empty(&task->owned))
        own(self, task);
    if (task)
        wf_task_queue_push(&self->run, task);
}

/* --- the scheduler's operations --- */

static int set_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_task_set *self = (struct wf_task_set *)scheduler;
    bool here = is_here(self);
    /* only the set's thread changes `closed`, so it may read it without the lock */
    if (here && self->closed)
        return WF_ECLOSED;
    if (here) {
        own(self, task);
        wf_task_queue_push(&self->run, task);
        return 0;
    }
    return inject(self, task, true) ? 0 : WF_ECLOSED;
}

static void set_schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_task_set *self = (struct wf_task_set *)scheduler;
    const struct wf_context *context = wf_context_of(scheduler);
    if (!is_here(self))
        (void)inject(self, task, false);
    else
        wf_task_queue_push(task == context->task && context->yielded ? &self->deferred : &self->run, task);
}

static void set_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_task_set *self = (struct wf_task_set *)scheduler;
    wf_list_remove(&task->owned);
    if (self->hooks.task_ended)
        self->hooks.task_ended(self->hooks.arg, task);
}

static void set_reference(struct wf_scheduler *scheduler)
{
    /* relaxed: the caller's reference keeps the set alive */
    wf_fetch_add_relaxed(&((struct wf_task_set *)scheduler)->references, 1);
}

static void set_unreference(struct wf_scheduler *scheduler)
{
    wf_task_set_unreference((struct wf_task_set *)scheduler);
}

static const struct wf_scheduler_ops set_scheduler_ops = {
    .name = "task set",
    .bind = set_bind,
    .schedule = set_schedule,
    .released = set_released,
    .reference = set_reference,
    .unreference = set_unreference,
};

/* --- the set's own --- */

void wf_task_set_init(struct wf_task_set *set, const struct wf_task_set_ops *ops, const struct wf_hooks *hooks)
{
    *set = (struct wf_task_set){.scheduler = {.ops = &set_scheduler_ops}, .ops = ops, .references = 1};
    if (hooks)
        set->hooks = *hooks;
    wf_task_queue_init(&set->run);
    wf_task_queue_init(&set->deferred);
    wf_task_queue_init(&set->injected);
    wf_list_init(&set->owned);
    pthread_mutex_init(&set->lock, NULL);
    pthread_cond_init(&set->injected_one, NULL);
}

void wf_task_set_destroy(struct wf_task_set *set)
{
    pthread_cond_destroy(&set->injected_one);
    pthread_mutex_destroy(&set->lock);
}

void wf_task_set_unreference(struct wf_task_set *set)
{
    /* acq_rel: what every thread did with the set is over, and seen, before one of them frees it. */
    if (wf_fetch_sub_acq_rel(&set->references, 1) == 1)
        set->ops->free(set);
}

/* The defer hook of the context: the task being polled gives way. Its own waker need not be woken: wf_task_to_idle()
 * is told. Any other (the root's, or that of a future that stands between) must be. */
static void defer(struct wf_context *context, const struct wf_waker *waker)
{
    struct wf_task_set *self = (struct wf_task_set *)context->scheduler;
    self->turn_due = true;
    context->yielded = true;
    const struct wf_waker own = context->task ? wf_task_waker(context->task) : (struct wf_waker){0};
    if (!wf_waker_will_wake(waker, &own))
        wf_waker_wake_by_ref(waker);
}

struct wf_context wf_task_set_context(struct wf_task_set *set)
{
    return (struct wf_context){.scheduler = &set->scheduler, .defer = defer};
}

bool wf_task_set_has_work(const struct wf_task_set *set)
{
    return !wf_task_queue_is_empty(&set->run) || !wf_task_queue_is_empty(&set->deferred) ||
           wf_load_relaxed(&set->has_injected);
}

uint32_t wf_task_set_run(struct wf_task_set *set, struct wf_context *context, uint32_t limit)
{
    uint32_t count = 0;
    for (; count < limit; count++) {
        /* the rest is late only now: 31 polls after the last time, or where nothing else can run */
        bool all = set->polls++ % WF_POLLS_PER_INJECT == 0 || wf_task_queue_is_empty(&set->run);
        bool more = wf_load_relaxed(&set->has_injected);
        for (; more; more = all && wf_load_relaxed(&set->has_injected))
            take_injected(set);
        struct wf_task *task = wf_task_queue_pop(&set->run);
        if (!task)
            break;
        wf_task_run(task, context);
    }
    return count;
}

void wf_task_set_end_turn(struct wf_task_set *set)
{
    set->turn_due = false;
    wf_task_queue_append(&set->run, &set->deferred);
}

/* A task is owned, and on its way from another thread. */
static void wait_for_injected(struct wf_task_set *self)
{
    pthread_mutex_lock(&self->lock);
    while (wf_task_queue_is_empty(&self->injected))
        pthread_cond_wait(&self->injected_one, &self->lock);
    pthread_mutex_unlock(&self->lock);
    take_injected(self);
}

void wf_task_set_shutdown(struct wf_task_set *set, struct wf_context *context)
{
    pthread_mutex_lock(&set->lock);
    set->closed = true;
    pthread_mutex_unlock(&set->lock);
    while (wf_load_relaxed(&set->has_injected))
        take_injected(set);

    for (struct wf_list *link = set->owned.next; link != &set->owned; link = link->next) {
        struct wf_task *task = WF_CONTAINER_OF(link, struct wf_task, owned);
        if (wf_task_to_cancelled(task))
            wf_task_queue_push(&set->run, task);
    }
    while (!wf_list_is_empty(&set->owned)) {
        wf_task_set_end_turn(set);
        if (wf_task_queue_is_empty(&set->run))
            wait_for_injected(set);
        wf_task_set_run(set, context, UINT32_MAX);
    }
}
