/**
 * @file scenario_set.c
 * @brief Lab 04, without a shutdown: a set of tasks that the driver runs by hand, and a runtime that ends with no task left.
 *
 * So the first tasks of the lab can be tried before its last ones are written.
 */
#include "scenario.h"
#include "stage.h"
#include "weft/task_set.h"

/* --- a set by hand: the driver is its thread, from set_new() to set_end() --- */

static struct wf_task_set set;
static struct wf_context context;

/* The driver runs the set when it is told to, so nothing wakes it. */
static void notify_nobody(struct wf_task_set *self)
{
    (void)self;
}

static const struct wf_task_set_ops by_hand = {.notify = notify_nobody, .free = wf_task_set_destroy};

void set_new(void)
{
    wf_task_set_init(&set, &by_hand, NULL);
    context = wf_task_set_context(&set);
    wf_context_enter(&context);
}

void set_run(int64_t limit)
{
    scenario_event(EVENT_SET_RAN, 0, wf_task_set_run(&set, &context, (uint32_t)limit));
}

void set_end_turn(void)
{
    wf_task_set_end_turn(&set);
}

void set_shutdown(void)
{
    wf_task_set_shutdown(&set, &context);
}

void set_end(void)
{
    wf_context_leave(&context);
    wf_task_set_unreference(&set);
}

/* --- the end of a runtime: its tasks are aborted and run, then its first reference is given up --- */

enum { ENDER_POLLS_MAX = 5000 }; /* then a task is left: what it leaks is told */

struct ender {
    struct wf_future future;
    int polls;
    int out;
};

static enum wf_poll ender_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct ender *self = (struct ender *)future;
    for (int64_t number = 0; number < PROBES_MAX; number++) {
        struct probe *probe = probe_by_number(number);
        if (probe->handle.future.ops && !wf_join_handle_is_finished(&probe->handle))
            wf_abort(&probe->abort);
    }
    if (tasks_alive() == 0 || self->polls++ == ENDER_POLLS_MAX)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops ender_ops = {.name = "ender", .poll = ender_poll, WF_FRAME(struct ender)};

void end_runtime(int64_t runtime)
{
    struct ender ender = {.future = {.ops = &ender_ops}};
    struct wf_current_thread *self = runtimes[scenario_in_range(runtime, RUNTIMES_MAX)];
    synchronise();
    wf_current_thread_block_on(self, &ender.future);
    runtimes[runtime] = NULL;
    wf_scheduler_unreference(wf_current_thread_scheduler(self));
    synchronise();
    scenario_event(EVENT_RUNTIME_DROPPED, runtime, 0);
}
