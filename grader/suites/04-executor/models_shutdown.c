/**
 * @file models_shutdown.c
 * @brief Models of lab 04: the end of a set of tasks against what other threads inject.
 *
 * On a set without a loop: task_set.h says what a loop may rely on. `notify` uses the set's memory, as that
 * of a runtime does.
 */
#include "models.h"
#include "weft/error.h"
#include "weft/task_set.h"

struct model_set {
    struct wf_task_set tasks;
    atomic_int notified;
};

static struct model_set *set;

static void notify(struct wf_task_set *tasks)
{
    atomic_fetch_add_explicit(&((struct model_set *)tasks)->notified, 1, memory_order_relaxed);
}

static void free_set(struct wf_task_set *tasks)
{
    wf_task_set_destroy(tasks);
    free(tasks);
}

static const struct wf_task_set_ops set_ops = {.notify = notify, .free = free_set};

static void begin(void)
{
    set = malloc(sizeof *set);
    assert(set);
    *set = (struct model_set){.notified = 0};
    wf_task_set_init(&set->tasks, &set_ops, NULL);
    model_name(&set->tasks.scheduler);
}

/* In the set's context: one task is spawned and polled once. */
static void make_idle_task(struct wf_context *context, struct wf_join_handle *handle)
{
    assert(model_spawn(&set->tasks.scheduler, model_never, handle) == 0);
    interleave_expect(wf_task_set_run(&set->tasks, context, 1) == 1, "one task can run",
                      "wf_task_set_run polled another number of them");
}

static void *wake(void *arg)
{
    interleave_thread_name("waker");
    wf_waker_wake(arg);
    return arg;
}

static void shutdown(struct wf_context *context)
{
    wf_task_set_shutdown(&set->tasks, context);
    wf_context_leave(context);
    wf_task_set_unreference(&set->tasks);
}

/*
 * 2 threads. The waker sets NOTIFIED, then injects: between the two the end can neither abort the task nor
 * find it. Steps: it is waited for, with a condition that is looked at again; the waker signals while closed;
 * its reference to the set is taken before the push and given up after notify. Orders: both of the set's
 * unreference.
 */
MODEL(explore_shutdown_and_wake, "04.13",
      "a task that is being woken while the set ends is dropped, once; 2 threads")
{
    begin();
    struct wf_context context = wf_task_set_context(&set->tasks);
    wf_context_enter(&context);
    struct wf_join_handle handle;
    make_idle_task(&context, &handle);
    struct wf_waker borrowed = wf_task_waker(handle.task), waker = wf_waker_clone(&borrowed);
    wf_future_drop(&handle.future);
    pthread_t thread = model_start(wake, &waker);
    shutdown(&context);
    interleave_expect(dropped == 1 && ready == 0, "the future of the task is dropped once, and never READY",
                      "it was dropped %d times and READY %d times", dropped, ready);
    model_join(thread);
}

static void *abort_it(void *arg)
{
    interleave_thread_name("aborter");
    wf_join_handle_abort(arg);
    wf_future_drop(arg);
    return arg;
}

/* 2 threads. The same for an abort from another thread, whose join handle goes away meanwhile. */
MODEL(explore_shutdown_and_abort, "04.13",
      "a task that is being aborted while the set ends is dropped, once; 2 threads")
{
    begin();
    struct wf_context context = wf_task_set_context(&set->tasks);
    wf_context_enter(&context);
    struct wf_join_handle handle;
    make_idle_task(&context, &handle);
    pthread_t thread = model_start(abort_it, &handle);
    shutdown(&context);
    interleave_expect(dropped == 1 && ready == 0, "the future of the task is dropped once, and never READY",
                      "it was dropped %d times and READY %d times", dropped, ready);
    model_join(thread);
}

static int spawned;

static void *spawn(void *arg)
{
    interleave_thread_name("spawner");
    spawned = model_spawn(arg, model_never, NULL);
    wf_scheduler_unreference(arg);
    return arg;
}

/*
 * 2 threads. A spawn is accepted, and then aborted, or refused, and then dropped by the spawner. Steps:
 * `closed` under the lock; what was injected before it is taken over before all are aborted.
 */
MODEL(explore_shutdown_and_spawn, "04.13",
      "a spawn while the set ends is accepted or refused, and its frame dropped; 2 threads")
{
    begin();
    struct wf_context context = wf_task_set_context(&set->tasks);
    wf_context_enter(&context);
    pthread_t thread = model_start(spawn, wf_scheduler_reference(&set->tasks.scheduler));
    shutdown(&context);
    model_join(thread);
    interleave_expect(dropped == 1 && ready == 0, "the future of the task is dropped once, and never READY",
                      "it was dropped %d times and READY %d times", dropped, ready);
    interleave_expect(
        spawned == (dropped_inside ? 0 : WF_ECLOSED),
        "a spawn that is accepted returns 0 and its future is dropped inside the set; one that is refused returns WF_ECLOSED",
        "it returned %d, and the future was dropped %s", spawned, dropped_inside ? "inside" : "outside");
}

static void *reference_and_give_back(void *arg)
{
    struct wf_scheduler *scheduler = arg;
    wf_scheduler_unreference(wf_scheduler_reference(scheduler));
    wf_scheduler_unreference(scheduler);
    return arg;
}

/*
 * 3 threads. Steps: the references are counted by read-modify-writes. Orders: both of the one that counts
 * down.
 */
MODEL(explore_set_references, "04.13", "a set is freed with the last of its references; 3 threads")
{
    begin();
    struct wf_scheduler *scheduler = &set->tasks.scheduler;
    pthread_t one = model_start(reference_and_give_back, wf_scheduler_reference(scheduler));
    pthread_t two = model_start(reference_and_give_back, wf_scheduler_reference(scheduler));
    wf_task_set_unreference(&set->tasks);
    model_join(one);
    model_join(two);
}
