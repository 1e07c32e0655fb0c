/**
 * @file task_set.c
 * @brief A set of tasks whose inject queue is a stack without a lock, which the set's thread takes whole and turns round.
 *
 * The lock is there for the one thing that waits: a set that ends, for a task that is on its way.
 */
#include "weft/task_set.h"

#include "weft/error.h"
#include "weft/task.h"

/* The context in which this thread is the set's: not the innermost only, which may be that of another set inside. */
static struct wf_context *context_of(const struct wf_task_set *self)
{
    struct wf_context *context = wf_context_current;
    while (context && context->scheduler != &self->scheduler)
        context = context->outer;
    return context;
}

/* --- the inject queue --- */

/* The head of the stack stands where the queue's would, with a bit beside it: the set refuses new tasks. */
enum { CLOSED = 1 };

static uintptr_t *stack_of(struct wf_task_set *self)
{
    return (uintptr_t *)(void *)&self->injected.head;
}

/* relaxed: a hint. The one that acts on it takes the stack; the one that sleeps instead is woken by notify. */
static bool has_injected(const struct wf_task_set *self)
{
    return __atomic_load_n(stack_of((struct wf_task_set *)self), __ATOMIC_RELAXED) & ~(uintptr_t)CLOSED;
}

/* Hand a task over from another thread. False: closed, and `task` is new. */
static bool inject(struct wf_task_set *self, struct wf_task *task, bool is_new)
{
    /* relaxed: somebody else's reference, or a task that is not over, keeps the set alive at this point */
    wf_fetch_add_relaxed(&self->references, 1);
    uintptr_t head = __atomic_load_n(stack_of(self), __ATOMIC_RELAXED);
    bool accepted;
    /* release: publishes the task. Nobody takes one out of the middle, so a head that comes back is no harm. */
    do {
        accepted = !(is_new && head & CLOSED);
        task->next = (struct wf_task *)(head & ~(uintptr_t)CLOSED);
    } while (accepted && !__atomic_compare_exchange_n(stack_of(self), &head, (uintptr_t)task | (head & CLOSED),
                                                      true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    /* after the push: the one that waits has not looked yet, or hears the signal */
    if (accepted && head & CLOSED) {
        pthread_mutex_lock(&self->lock);
        pthread_cond_signal(&self->injected_one);
        pthread_mutex_unlock(&self->lock);
    }
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

/* Move what others injected to the run queue; new tasks become owned. */
static void take_injected(struct wf_task_set *self)
{
    struct wf_task *newest_first =
        (struct wf_task *)(__atomic_fetch_and(stack_of(self), CLOSED, __ATOMIC_ACQUIRE) & ~(uintptr_t)CLOSED);
    struct wf_task *task = NULL;
    while (newest_first) {
        struct wf_task *next = newest_first->next;
        newest_first->next = task;
        task = newest_first;
        newest_first = next;
    }
    while (task) {
        struct wf_task *next = task->next;
        if (wf_list_is_empty(&task->owned))
            own(self, task);
        wf_task_queue_push(&self->run, task);
        task = next;
    }
}

/* --- the scheduler's operations --- */

static int set_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_task_set *self = (struct wf_task_set *)scheduler;
    bool here = context_of(self);
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
    const struct wf_context *context = context_of(self);
    if (!context)
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
    return !wf_task_queue_is_empty(&set->run) || !wf_task_queue_is_empty(&set->deferred) || has_injected(set);
}

uint32_t wf_task_set_run(struct wf_task_set *set, struct wf_context *context, uint32_t limit)
{
    uint32_t count = 0;
    for (; count < limit; count++) {
        bool look = set->polls++ % WF_POLLS_PER_INJECT == 0 || wf_task_queue_is_empty(&set->run);
        if (look && has_injected(set))
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
    while (!has_injected(self))
        pthread_cond_wait(&self->injected_one, &self->lock);
    pthread_mutex_unlock(&self->lock);
    take_injected(self);
}

void wf_task_set_shutdown(struct wf_task_set *set, struct wf_context *context)
{
    pthread_mutex_lock(&set->lock);
    set->closed = true;
    pthread_mutex_unlock(&set->lock);
    __atomic_fetch_or(stack_of(set), CLOSED, __ATOMIC_ACQ_REL);
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
