/**
 * @file models_queue.c
 * @brief A model of lab 04: what is injected between the look at the inject queue and the poll that follows it.
 *
 * On a set without a loop. The hook of a task that is taken over is such a moment: another thread acts in it, and has ended
 * before it returns.
 */
#include "models.h"
#include "weft/task_set.h"

static struct wf_task_set set;
static int polls, polls_at_spawn;

static void nothing(struct wf_task_set *tasks)
{
    (void)tasks;
}

static const struct wf_task_set_ops set_ops = {.notify = nothing, .free = wf_task_set_destroy};

static bool late_task(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    int between = polls - polls_at_spawn;
    interleave_expect(between <= WF_POLLS_PER_INJECT + 1,
                      "a spawn joins the queue after 31 polls at most, and is behind one task there",
                      "%d polls of others came before it", between);
    return true;
}

static bool first_task(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    polls++;
    return true;
}

static bool busy_task(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    polls++;
    wf_waker_wake_by_ref(cx->waker);
    return ready == 2;
}

static void *spawn_late(void *arg)
{
    interleave_thread_name("spawner");
    assert(model_spawn(arg, late_task, NULL) == 0);
    return arg;
}

static void task_spawned(void *arg, const struct wf_task *task)
{
    static int told;
    (void)arg;
    (void)task;
    if (++told != 2) /* of the busy task; of the one that was injected first; of the late one */
        return;
    polls_at_spawn = polls;
    model_join(model_start(spawn_late, &set.scheduler));
}

/* 2 threads. Steps: between two looks at the inject queue are 31 polls, not 32. */
MODEL(explore_spawn_in_a_hook, "04.2",
      "what is injected right after the look waits no longer than what comes in a poll; 2 threads")
{
    const struct wf_hooks hooks = {.task_spawned = task_spawned};
    wf_task_set_init(&set, &set_ops, &hooks);
    model_name(&set.scheduler);
    struct wf_context context = wf_task_set_context(&set);
    wf_context_enter(&context);
    assert(model_spawn(&set.scheduler, busy_task, NULL) == 0);
    wf_context_leave(&context);
    assert(model_spawn(&set.scheduler, first_task, NULL) == 0);
    wf_context_enter(&context);
    while (ready < 3)
        (void)wf_task_set_run(&set, &context, UINT32_MAX);
    wf_context_leave(&context);
    wf_task_set_unreference(&set);
}
