/**
 * @file models_join.c
 * @brief Models of lab 03: the end of a task against its join handle.
 */
#include "../../interleave/support/counted_waker.h"
#include "models.h"

static struct wf_join_handle handle;
static int value;           /* where the task's output goes */
static atomic_int wakes[2]; /* of the two join wakers */

static bool at_once(struct probe *self)
{
    (void)self;
    return true;
}

static void *run(void *arg)
{
    interleave_thread_name("runner");
    model_run();
    return arg;
}

static struct wf_task *begin_on(struct wf_scheduler *scheduler)
{
    struct wf_task *task = model_spawn_on(scheduler, at_once, &handle);
    interleave_name(&value, "value");
    handle.value = &value;
    return task;
}

static struct wf_task *begin(void)
{
    return begin_on(NULL);
}

/* Poll the handle with the waker of that number, of which nothing but the handle keeps anything. */
static bool poll_with(const struct wf_waker *waker)
{
    struct wf_cx cx = {.waker = waker};
    if (wf_future_poll(&handle.future, &cx) == WF_PENDING)
        return false;
    interleave_expect(handle.out == 0 && value == 42,
                      "a handle that is READY has the output 0, and the task's output is where value points",
                      "the output is %d, and the value is %d", handle.out, value);
    return true;
}

/* The runner's thread has ended. A handle that was PENDING has woken the waker of its newest poll by then. */
static void expect_end(bool is_ready, const atomic_int *newest)
{
    static const struct wf_waker nobody;
    if (!is_ready) {
        interleave_expect(
            atomic_load_explicit(newest, memory_order_relaxed) == 1,
            "a handle that was PENDING has woken the waker of its newest poll once the task is over",
            "it was woken %d times", atomic_load_explicit(newest, memory_order_relaxed));
        interleave_expect(poll_with(&nobody), "the handle is READY once the task is over", "it is PENDING");
    }
    interleave_expect(ready == 1 && destroyed == 0, "the future is READY once, and its output is handed over",
                      "it was READY %d times, and the output was destroyed %d times", ready, destroyed);
}

/*
 * 2 threads, one poll of the handle against the end of the task. Orders: acquire of the handle's look, and of
 * a share that fails; release of to_complete; release of the share, acquire of to_complete: the waker in the
 * slot. Steps: the slot is filled before it is shared; a share that comes too late is no wait.
 */
MODEL(explore_join, "03.25", "a join handle is READY or its waker is woken; the output is seen; 2 threads")
{
    begin();
    struct wf_waker waker = counted_waker(&wakes[0]);
    pthread_t runner = model_start(run, NULL);
    bool is_ready = poll_with(&waker);
    wf_waker_drop(&waker);
    model_join(runner);
    expect_end(is_ready, &wakes[0]);
}

/* 2 threads. A first poll has left a waker; a second one, with `again`, meets the end of the task. */
static void poll_again(bool same)
{
    begin();
    struct wf_waker one = counted_waker(&wakes[0]);
    struct wf_waker two = same ? wf_waker_clone(&one) : counted_waker(&wakes[1]);
    interleave_expect(!poll_with(&one), "the handle is PENDING while the task has not run", "it is READY");
    wf_waker_drop(&one);
    pthread_t runner = model_start(run, NULL);
    bool is_ready = poll_with(&two);
    wf_waker_drop(&two);
    model_join(runner);
    expect_end(is_ready, &wakes[same ? 0 : 1]);
}

/*
 * Orders: acquire of the look at JOIN_WAKER, after which the slot is written; acquire of an unshare that fails;
 * release and acquire of end_join_waker, which gives the slot back; release of to_join_dropped, by which the
 * handle lets the slot go. Steps: the slot is taken back before it is written; an unshare that fails is no wait;
 * the waker is dropped by one side, and after it was woken.
 */
MODEL(explore_join_other_waker, "03.25",
      "the waker of the newest poll is woken, the older one dropped; 2 threads")
{
    poll_again(false);
}

MODEL(explore_join_same_waker, "03.25", "a waker that is left already stays, and is woken; 2 threads")
{
    poll_again(true);
}

/* --- a scheduler that goes away --- */

/* A scheduler for one task, whose memory ends with the task: `released` uses it, as a list of tasks would. */
struct passing {
    struct wf_scheduler head;
    struct wf_task *task;
    int alive;
};

static int passing_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct passing *self = (struct passing *)scheduler;
    self->task = task;
    self->alive++;
    return 0;
}

static void passing_schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
    interleave_fail("a task is scheduled that is READY in its first poll");
}

static void passing_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)task;
    ((struct passing *)scheduler)->alive--;
}

static const struct wf_scheduler_ops passing_ops = {
    .name = "passing", .bind = passing_bind, .schedule = passing_schedule, .released = passing_released};

static void *run_task_of(void *arg)
{
    interleave_thread_name("runner");
    struct wf_context context = {.scheduler = arg};
    wf_context_enter(&context);
    wf_task_run(((struct passing *)arg)->task, &context);
    wf_context_leave(&context);
    return arg;
}

/*
 * 2 threads. The owner awaits the task, and frees its scheduler at once. Steps: `released` comes before COMPLETE, so also
 * before the wake. Orders: release of to_complete and acquire of the handle's look: what `released` did is over.
 */
MODEL(explore_join_ends_scheduler, "03.24",
      "a thread that has awaited the last task may end its scheduler; 2 threads")
{
    struct passing *passing = malloc(sizeof *passing);
    assert(passing);
    *passing = (struct passing){.head = {.ops = &passing_ops}};
    begin_on(&passing->head);
    struct wf_waker waker = counted_waker(&wakes[0]);
    pthread_t runner = model_start(run_task_of, passing);
    bool is_ready = poll_with(&waker);
    if (!is_ready && atomic_load_explicit(&wakes[0], memory_order_relaxed) > 0)
        is_ready = poll_with(&waker); /* woken: it is READY */
    if (is_ready) {
        interleave_expect(passing->alive == 0, "released was called before the handle is READY",
                          "%d tasks are not released", passing->alive);
        free(passing);
    }
    wf_waker_drop(&waker);
    model_join(runner);
    if (!is_ready) {
        expect_end(false, &wakes[0]);
        free(passing);
    }
}

/* --- a handle that goes away --- */

static void poll_once(void)
{
    struct wf_waker waker = counted_waker(&wakes[0]);
    interleave_expect(!poll_with(&waker), "the handle is PENDING while the task has not run", "it is READY");
    wf_waker_drop(&waker);
}

/* 2 threads. The handle is dropped while the task ends; the waker `keeper`, if there is one, keeps the memory until then. */
static void drop_handle(bool polled, bool kept)
{
    struct wf_task *task = begin();
    struct wf_waker keeper = {0};
    if (kept)
        keeper = model_waker(task);
    if (polled)
        poll_once();
    pthread_t runner = model_start(run, NULL);
    wf_future_drop(&handle.future);
    model_join(runner);
    interleave_expect(
        ready == 1 && destroyed == 1 && dropped == 0, "the output that nobody awaits is destroyed once",
        "the future was READY %d times and dropped %d times, and the output was destroyed %d times", ready,
        dropped, destroyed);
    wf_waker_drop(&keeper);
}

/*
 * Orders: acquire where the handle is dropped and destroys the output, also by its short cut; release of
 * to_complete.
 */
MODEL(explore_detach, "03.11", "the output is destroyed once, by the handle or by the task; 2 threads")
{
    drop_handle(false, false);
}

MODEL(explore_detach_kept, "03.11", "also while a waker of the task keeps the memory; 2 threads")
{
    drop_handle(false, true);
}

/*
 * Orders: release of end_join_waker: the handle drops what was woken. Steps: the waker is dropped once, by the side
 * that is told so, as end_join_waker and to_join_dropped each are one step.
 */
MODEL(explore_join_drop, "03.10",
      "the waker that was left is dropped once, by the handle or by the task; 2 threads")
{
    drop_handle(true, false);
}

MODEL(explore_join_drop_kept, "03.10", "also while a waker of the task keeps the memory; 2 threads")
{
    drop_handle(true, true);
}
