/**
 * @file current_thread.c
 * @brief The executor of one thread: the loop, the root and its waker, the end.
 *
 * ## Why it never sleeps too long
 *
 * A thread that makes work first leaves it where the loop looks (the inject queue, `root_woken`), then unparks. The loop looks
 * first, then parks. An unpark that comes in between is kept by the park as a permit, so the park returns at once. The other
 * order, in either place, loses a wake.
 *
 * ## Why it never frees too early
 *
 * The memory is counted (task_set.h). The owner holds a reference, and so do each clone of the root's waker, each
 * wf_scheduler_reference() and each thread that is just injecting a task. The park is dropped with the last one.
 */
#include "weft/current_thread.h"

#include "weft/alloc.h"
#include "weft/panic.h"

struct wf_current_thread {
    struct wf_task_set tasks; /* first: the runtime is a set of tasks, and a scheduler */
    struct wf_park *park;     /* owned; the thread in block_on parks, any thread unparks */
    WF_ATOMIC(bool) root_woken;
    WF_ATOMIC(bool) entered; /* a thread is in block_on, or drops the runtime */
};

/* --- the root's waker: its datum is the runtime, and each clone holds a reference --- */

static void *root_clone(void *data)
{
    struct wf_current_thread *self = data;
    return wf_scheduler_reference(&self->tasks.scheduler);
}

static void root_wake_by_ref(void *data)
{
    struct wf_current_thread *self = data;
    /* 04.T4: set `root_woken`, where the loop looks; then unpark, but not after an earlier wake
     * has, and not on the runtime's own thread */
    LAB_TODO("04.T4");
}

static void root_drop(void *data)
{
    wf_task_set_unreference(data);
}

static void root_wake(void *data)
{
    root_wake_by_ref(data);
    root_drop(data);
}

static const struct wf_waker_ops root_waker_ops = {
    .clone = root_clone,
    .wake = root_wake,
    .wake_by_ref = root_wake_by_ref,
    .drop = root_drop,
};

/* --- life --- */

static void notify(struct wf_task_set *set)
{
    wf_unpark(((struct wf_current_thread *)set)->park);
}

static void free_runtime(struct wf_task_set *set)
{
    struct wf_current_thread *self = (struct wf_current_thread *)set;
    wf_task_set_destroy(set);
    wf_park_drop(self->park);
    wf_free(self, sizeof *self);
}

static const struct wf_task_set_ops runtime_ops = {.notify = notify, .free = free_runtime};

struct wf_current_thread *wf_current_thread_new(struct wf_park *park, const struct wf_hooks *hooks)
{
    struct wf_current_thread *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct wf_current_thread){.park = park ? park : wf_thread_parker_new()};
    if (!self->park) {
        wf_free(self, sizeof *self);
        return NULL;
    }
    wf_task_set_init(&self->tasks, &runtime_ops, hooks);
    return self;
}

struct wf_scheduler *wf_current_thread_scheduler(struct wf_current_thread *runtime)
{
    return &runtime->tasks.scheduler;
}

/* --- the loop --- */

static bool take_root_wake(struct wf_current_thread *self)
{
    /* relaxed first: an exchange costs as much as a poll. acquire: the poll sees what was written before the wake. */
    return wf_load_relaxed(&self->root_woken) && wf_exchange_acquire(&self->root_woken, false);
}

static bool is_idle(const struct wf_current_thread *self)
{
    /* relaxed: a wake that is missed here leaves a permit in the park */
    return !wf_task_set_has_work(&self->tasks) && !wf_load_relaxed(&self->root_woken);
}

/* Give the park its turn. It sleeps if there is nothing else to do; `busy`: the caller has something to do. */
static void turn(struct wf_current_thread *self, bool busy)
{
    const struct wf_hooks *hooks = &self->tasks.hooks;
    /* 04.T4: idle: call before_park, look again, park until unparked or without sleep, call
     * after_unpark. Not idle: park without sleep. Then end the set's turn */
    LAB_TODO("04.T4");
}

/* One poll of the root, with a budget of its own. */
static enum wf_poll poll_root(struct wf_future *root, struct wf_context *context, const struct wf_waker *waker)
{
    struct wf_cx cx = {.waker = waker};
    context->constrained = true;
    context->budget = WF_BUDGET;
    return wf_future_poll(root, &cx);
}

static void enter(struct wf_current_thread *self, struct wf_context *context, const char *clause,
                  const char *what)
{
    wf_context_check_outside(clause, what);
    /* acquire: this thread goes on where the last one left the queues */
    if (wf_exchange_acquire(&self->entered, true))
        wf_panic(clause, "%s is called while the same runtime runs", what);
    if (self->tasks.closed)
        wf_panic(clause,
                 "%s is called of a runtime that was dropped: a reference keeps no more than its memory",
                 what);
    wf_context_enter(context);
}

static void leave(struct wf_current_thread *self, struct wf_context *context)
{
    wf_context_leave(context);
    wf_store_release(&self->entered, false); /* publishes the queues to the next thread that enters */
}

void wf_current_thread_block_on(struct wf_current_thread *runtime, struct wf_future *root)
{
    struct wf_context context = wf_task_set_context(&runtime->tasks);
    context.runs = "block_on";
    enter(runtime, &context, "04.10", "block_on");
    context.root = root;
    /* 04.T4: the five steps of the handout: poll the root at once and whenever it was woken; in
     * between run tasks; give the park its turn when nothing can run, a task or the root yielded,
     * or WF_TASKS_PER_TURN polls are over */
    LAB_TODO("04.T4");
    leave(runtime, &context);
}

void wf_current_thread_drop(struct wf_current_thread *runtime)
{
    struct wf_context context = wf_task_set_context(&runtime->tasks);
    context.runs = "wf_current_thread_drop"; /* no root, and yet inside: no other runtime may run here */
    enter(runtime, &context, "04.16", context.runs);
    /* 04.T6: end all tasks, then shut the park down; then leave, and give the first reference up */
    LAB_TODO("04.T6");
}
