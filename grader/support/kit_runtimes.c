/**
 * @file kit_runtimes.c
 * @brief A runtime of one thread, made for one thing to be done in it: in its root, in a task, in a local task, in its drop.
 */
#include "kit_inner.h"
#include "kit_tasks.h"
#include "scenario.h"
#include "weft/current_thread.h"
#include "weft/local_set.h"

/* A future that does it in its poll or, if it has none, in its drop. */
struct chore {
    struct wf_future future;
    void (*what)(void *arg);
    void *arg;
    bool *is_done;
};

static void do_it(const struct chore *chore)
{
    chore->what(chore->arg);
    *chore->is_done = true;
}

static enum wf_poll chore_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)cx;
    do_it((struct chore *)future);
    return WF_READY;
}

static void chore_drop(struct wf_future *future)
{
    do_it((struct chore *)future);
}

static const struct wf_future_ops chore_ops = {
    .name = "chore", .poll = chore_poll, .drop = chore_drop, .size = sizeof(struct chore)};

/* A root or body. It does it itself, or waits until a task has; then it is polled until its runtime must have ended a turn: what was put
 * off until others had theirs is done then. */
struct waits {
    struct wf_future future;
    struct chore *own; /* NULL: a task's */
    const bool *is_done;
    int polls; /* since it was done */
};

static enum wf_poll waits_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct waits *self = (struct waits *)future;
    if (self->own && !*self->is_done)
        do_it(self->own);
    if (*self->is_done && self->polls++ > WF_TASKS_PER_TURN)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops waits_ops = {
    .name = "waits", .poll = waits_poll, .size = sizeof(struct waits)};

static void spawn(const struct chore *chore, struct wf_scheduler *scheduler)
{
    struct wf_task *task = kit_new_task(sizeof *chore);
    *(struct chore *)(void *)wf_task_frame(task) = *chore;
    kit_spawn(task, scheduler, NULL);
}

static void run_local(struct wf_current_thread *runtime, const struct chore *chore, struct wf_future *body)
{
    struct wf_local_run run;
    struct wf_local_set *set = wf_local_set_new();
    if (!set)
        scenario_broken("no memory for a local set");
    spawn(chore, wf_local_set_scheduler(set));
    wf_current_thread_block_on(runtime, &wf_local_set_run(&run, set, body)->future);
    wf_local_set_drop(set);
}

void kit_in_runtime(int32_t where, void (*what)(void *arg), void *arg)
{
    bool is_done = false;
    struct chore chore = {{.ops = &chore_ops}, what, arg, &is_done};
    struct waits waits = {{.ops = &waits_ops}, where == IN_ROOT ? &chore : NULL, &is_done, 0};
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    if (!runtime)
        scenario_broken("no memory for a runtime");
    if (where == IN_LOCAL_TASK)
        run_local(runtime, &chore, &waits.future);
    else if (where != IN_ROOT)
        spawn(&chore, wf_current_thread_scheduler(runtime));
    if (where == IN_ROOT || where == IN_RUNTIME)
        wf_current_thread_block_on(runtime, &waits.future);
    wf_current_thread_drop(runtime); /* IN_SHUTDOWN: in there, by a task that was never polled */
    if (!is_done)
        scenario_broken("a runtime neither polled nor dropped a task");
}
