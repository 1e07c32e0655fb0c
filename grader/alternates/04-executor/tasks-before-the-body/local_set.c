/**
 * @file local_set.c
 * @brief Local tasks: a set of tasks that a future runs.
 *
 * The future is polled by some task; inside, it is the set's thread (task_set.h). From outside, a wake of a local task
 * must wake that task: the run leaves its waker before it looks at the queues, so whoever injects after the look finds it.
 */
#include "weft/local_set.h"

#include "weft/alloc.h"
#include "weft/context.h"
#include "weft/panic.h"
#include "weft/task.h"
#include "weft/task_set.h"

struct wf_local_set {
    struct wf_task_set tasks; /* first: the set is a scheduler */
    pthread_t thread;         /* that polled it first */
    bool has_thread;
    struct wf_waker run_waker; /* wakes the task that polls the run; guarded by tasks.lock */
};

static void notify(struct wf_task_set *set)
{
    struct wf_local_set *self = (struct wf_local_set *)set;
    pthread_mutex_lock(&set->lock);
    struct wf_waker woken = wf_waker_clone(&self->run_waker); /* kept too: the next poll replaces it */
    pthread_mutex_unlock(&set->lock);
    wf_waker_wake(&woken);
}

static void free_set(struct wf_task_set *set)
{
    wf_task_set_destroy(set);
    wf_free(set, sizeof(struct wf_local_set));
}

static const struct wf_task_set_ops local_ops = {.notify = notify, .free = free_set};

struct wf_local_set *wf_local_set_new(void)
{
    struct wf_local_set *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct wf_local_set){.has_thread = false};
    wf_task_set_init(&self->tasks, &local_ops, NULL);
    return self;
}

struct wf_scheduler *wf_local_set_scheduler(struct wf_local_set *set)
{
    return &set->tasks.scheduler;
}

static void check_thread(struct wf_local_set *self, const char *clause, const char *what)
{
    if (!self->has_thread) {
        self->has_thread = true;
        self->thread = pthread_self();
    } else if (!pthread_equal(self->thread, pthread_self())) {
        wf_panic(clause,
                 "a local set is %s on another thread than ran it first: its tasks are not made for that",
                 what);
    }
}

/* A task that may be polled on another thread next time would take the set along. So it is refused at once, and not on the day
 * when it moves. A root and a body are no tasks. */
static void check_task_stays(void)
{
    const struct wf_task *task = wf_task_current();
    if (task && task->scheduler->ops->migrates)
        wf_panic(
            "04.21",
            "a local set is run in task %s, which may move to another thread: run it in a root, or in a task "
            "of a current-thread runtime",
            wf_task_name(task));
}

/* Inside itself a set cannot end, and a second run would leave the waker of a local task where that of the run belongs. */
static void check_outside(const struct wf_local_set *self, const char *clause, const char *what)
{
    for (const struct wf_context *context = wf_context_current; context; context = context->outer)
        if (context->scheduler == &self->tasks.scheduler)
            wf_panic(clause, "a local set is %s inside itself", what);
}

/* Keep `waker` for notify(), in place of what was kept. */
static void keep_run_waker(struct wf_local_set *self, const struct wf_waker *waker)
{
    struct wf_waker kept = wf_waker_clone(waker);
    pthread_mutex_lock(&self->tasks.lock);
    struct wf_waker old = self->run_waker;
    self->run_waker = kept;
    pthread_mutex_unlock(&self->tasks.lock);
    wf_waker_drop(&old); /* outside of the lock: it may run code that comes back here */
}

/* The run is over, or the set: nobody is to be woken any more. */
static void forget_run_waker(struct wf_local_set *self)
{
    const struct wf_waker nobody = {0};
    keep_run_waker(self, &nobody);
}

static enum wf_poll local_run_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_local_run *self = (struct wf_local_run *)future;
    struct wf_local_set *set = self->set;
    check_task_stays();
    check_thread(set, "04.28", "run");
    check_outside(set, "04.28", "run");
    keep_run_waker(set, cx->waker);
    struct wf_context *outside = wf_context_current;
    struct wf_context context = wf_task_set_context(&set->tasks);
    context.runs = "local set";
    context.root = self->body;
    wf_context_enter(&context);
    wf_task_set_run(&set->tasks, &context, WF_TASKS_PER_TURN);
    wf_task_set_end_turn(&set->tasks);
    /* the tasks have a budget of their own each, and no part in what the body finds */
    context.constrained = !outside || outside->constrained;
    context.budget = WF_BUDGET;
    context.yielded = false;
    context.locals = outside ? outside->locals : NULL;
    enum wf_poll poll = wf_future_poll(self->body, cx);
    bool yielded = context.yielded;
    wf_context_leave(&context);
    if (poll == WF_READY) {
        forget_run_waker(set);
    } else if (yielded || wf_task_set_has_work(&set->tasks)) {
        wf_give_way(cx->waker);
    }
    return poll;
}

static void local_run_drop(struct wf_future *future)
{
    struct wf_local_run *self = (struct wf_local_run *)future;
    wf_future_drop(self->body);
    forget_run_waker(self->set);
}

static void local_run_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, ((const struct wf_local_run *)future)->body);
}

static const struct wf_future_ops local_run_ops = {
    .name = "local_run",
    .poll = local_run_poll,
    .drop = local_run_drop,
    .children = local_run_children,
    .size = sizeof(struct wf_local_run),
};

struct wf_local_run *wf_local_set_run(struct wf_local_run *run, struct wf_local_set *set,
                                      struct wf_future *body)
{
    *run = (struct wf_local_run){.future = {.ops = &local_run_ops}, .set = set, .body = body};
    return run;
}

void wf_local_set_drop(struct wf_local_set *set)
{
    check_thread(set, "04.30", "dropped");
    check_outside(set, "04.30", "dropped");
    struct wf_context context = wf_task_set_context(&set->tasks);
    wf_context_enter(&context);
    wf_task_set_shutdown(&set->tasks, &context);
    wf_context_leave(&context);
    forget_run_waker(set);
    wf_task_set_unreference(&set->tasks);
}
