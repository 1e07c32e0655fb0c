/**
 * @file models_abort.c
 * @brief Models of lab 03: aborts against runs, wakes and the end.
 */
#include "models.h"
#include "weft/error.h"

static struct wf_join_handle handle;
static struct wf_waker waker;
static int value;

static bool never(struct probe *self)
{
    (void)self;
    return false;
}

static bool at_once(struct probe *self)
{
    (void)self;
    return true;
}

static void drain(void)
{
    while (model_run())
        ;
}

/* The handle, once all threads have ended, is READY with this. */
static void expect_joined(int out)
{
    static const struct wf_waker nobody;
    struct wf_cx cx = {.waker = &nobody};
    interleave_expect(wf_future_poll(&handle.future, &cx) == WF_READY,
                      "the join handle is READY once all threads have ended", "it is PENDING");
    interleave_expect(handle.out == out,
                      out ? "the join handle is READY with WF_ECANCELED" : "the join handle is READY with 0",
                      "its output is %d", handle.out);
    interleave_expect(
        out == 0 ? ready == 1 && dropped == 0 && value == 42 : ready == 0 && dropped == 1,
        "the future is READY once and joined with its output, or dropped once and joined with WF_ECANCELED",
        "it was READY %d times and dropped %d times, and the value is %d", ready, dropped, value);
    interleave_expect(destroyed == 0, "an output that was handed over is not destroyed", "it was destroyed");
}

static struct wf_abort_handle begin(bool (*step)(struct probe *self))
{
    struct wf_task *task = model_spawn(step, &handle);
    handle.value = &value;
    waker = model_waker(task);
    return wf_join_handle_abort_handle(&handle);
}

/* The thread that aborts runs the task too, where that is in the queue. */
static void *write_abort_and_run(void *arg)
{
    interleave_thread_name("aborter");
    datum = 42;
    wf_abort(arg);
    model_run();
    wf_abort_handle_drop(arg);
    return arg;
}

/*
 * 2 threads: the abort comes before, during or after the only poll. Orders: release of the abort, acquire of
 * to_running and of a to_idle that is told of it: the clean-up reads what was written before the abort;
 * release of to_idle: the frame.
 */
MODEL(explore_abort, "03.27",
      "an aborted task is dropped once, and its clean-up sees what was written before; 2 threads")
{
    drop_reads_datum = true;
    struct wf_abort_handle abort_handle = begin(never);
    wf_waker_drop(&waker);
    pthread_t aborter = model_start(write_abort_and_run, &abort_handle);
    model_run();
    model_join(aborter);
    drain();
    expect_joined(WF_ECANCELED);
}

/*
 * 2 threads. The task is idle; the owner wakes it while it is aborted: one of the two schedules it. Orders:
 * acquire of the abort.
 */
MODEL(explore_abort_and_wake, "03.26",
      "a task that is woken and aborted is queued once, and dropped; 2 threads")
{
    drop_reads_datum = true;
    struct wf_abort_handle abort_handle = begin(never);
    model_run();
    pthread_t aborter = model_start(write_abort_and_run, &abort_handle);
    wf_waker_wake(&waker);
    model_run();
    model_join(aborter);
    drain();
    expect_joined(WF_ECANCELED);
}

/* 2 threads, two aborts of an idle task. */
MODEL(explore_two_aborts, "03.12", "of two aborts one schedules the task; 2 threads")
{
    struct wf_abort_handle abort_handle = begin(never);
    wf_waker_drop(&waker);
    model_run();
    pthread_t aborter = model_start(write_abort_and_run, &abort_handle);
    wf_join_handle_abort(&handle);
    model_run();
    model_join(aborter);
    drain();
    expect_joined(WF_ECANCELED);
}

static void *abort_and_drop(void *arg)
{
    interleave_thread_name("aborter");
    wf_abort(arg);
    wf_abort_handle_drop(arg);
    return arg;
}

/* 2 threads. The only poll is READY: if it begins, the output is kept; if the abort is first, there is none. */
MODEL(explore_abort_ready, "03.13",
      "a task that is READY although it is aborted is joined with its output; 2 threads")
{
    struct wf_abort_handle abort_handle = begin(at_once);
    wf_waker_drop(&waker);
    pthread_t aborter = model_start(abort_and_drop, &abort_handle);
    model_run();
    bool was_ready = ready;
    expect_joined(was_ready ? 0 : WF_ECANCELED);
    interleave_expect(!model_run(), "a task that is over is not in the queue", "it is");
    model_join(aborter);
}
