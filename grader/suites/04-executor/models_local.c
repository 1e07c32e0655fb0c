/**
 * @file models_local.c
 * @brief Models of lab 04: a local set against wakes from outside.
 *
 * The run is polled by hand, with a waker that remembers: a poll that comes too early is not waited for, but
 * then the waker must have been woken.
 */
#include "../../interleave/support/counted_waker.h"
#include "models.h"
#include "weft/local_set.h"

static struct wf_local_set *set;
static struct wf_local_run local_run;
static struct probe body;
static struct wf_waker task_waker;
static atomic_int wakes;

static bool task_leaves_its_waker(struct probe *self, struct wf_cx *cx)
{
    if (self->polls > 1)
        return datum == 42;
    task_waker = wf_waker_clone(cx->waker);
    return false;
}

static enum wf_poll poll_run(const struct wf_waker *waker)
{
    struct wf_cx cx = {.waker = waker};
    return wf_future_poll(&local_run.future, &cx);
}

static void *write_and_wake(void *arg)
{
    interleave_thread_name("waker");
    datum = 42;
    wf_waker_wake(arg);
    return arg;
}

static void name_lines(void)
{
    model_name_line(&body.future, "the body's line");
    model_name_line(&local_run.future, "the run's line");
}

/* A set with a task that was polled once, by a run with this body, and whose waker another thread now wakes. */
static pthread_t begin(bool (*step)(struct probe *self, struct wf_cx *cx))
{
    set = wf_local_set_new();
    assert(set);
    model_name(wf_local_set_scheduler(set));
    assert(model_spawn(wf_local_set_scheduler(set), task_leaves_its_waker, NULL) == 0);
    body = model_probe(step);
    name_lines();
    wf_local_set_run(&local_run, set, &body.future);
    struct wf_waker waker = counted_waker(&wakes);
    interleave_expect(poll_run(&waker) == WF_PENDING, "a run whose body waits is PENDING", "it is READY");
    wf_waker_drop(&waker);
    return model_start(write_and_wake, &task_waker);
}

/*
 * 2 threads. The wake comes around the second poll of the run, whose waker is another one. Orders: none but
 * the lock's. Steps: the waker is kept before the look, under the lock, and taken under it; it is woken and
 * dropped outside.
 */
MODEL(explore_local_wake, "04.18",
      "a wake from outside reaches a poll of the run, or its newest waker; 2 threads")
{
    pthread_t thread = begin(model_never);
    atomic_int second_wakes = 0;
    struct wf_waker second = counted_waker(&second_wakes);
    interleave_expect(poll_run(&second) == WF_PENDING, "a run whose body waits is PENDING", "it is READY");
    bool seen = ready == 1;
    model_join(thread);
    interleave_expect(seen || second_wakes > 0,
                      "a wake from outside is seen by a poll of the run, or wakes its newest waker",
                      "neither happened");
    interleave_expect(poll_run(&second) == WF_PENDING, "a run whose body waits is PENDING", "it is READY");
    interleave_expect(ready == 1, "the task that was woken is READY after the next poll of the run",
                      "it was READY %d times", ready);
    wf_waker_drop(&second);
    wf_future_drop(&local_run.future);
    wf_local_set_drop(set);
}

/* How many there are of a waker. */
static int references(const struct wf_waker *waker)
{
    return atomic_load_explicit(&((struct counted *)waker->data)->references, memory_order_relaxed);
}

/* A run ends, or is dropped after another poll, while its waker may be taken. */
static void end_run(bool (*step)(struct probe *self, struct wf_cx *cx))
{
    pthread_t thread = begin(step);
    atomic_int second_wakes = 0;
    struct wf_waker second = counted_waker(&second_wakes);
    if (poll_run(&second) == WF_PENDING)
        wf_future_drop(&local_run.future);
    model_join(thread);
    interleave_expect(references(&second) == 1, "the run has given back the waker that it kept",
                      "it still has a clone of it");
    wf_waker_drop(&second);
    wf_local_set_drop(set);
}

/* 2 threads. The waker is dropped by the side that takes it out: the thread that wakes, or the run at its end. */
MODEL(explore_local_end, "04.29",
      "a run that is over leaves no waker, also while it is being woken; 2 threads")
{
    end_run(model_second);
}

MODEL(explore_local_run_drop, "04.29", "nor does a run that is dropped; 2 threads")
{
    end_run(model_never);
}

/* 2 threads. The set ends while one of its tasks is woken from outside, and is freed with its last reference. */
MODEL(explore_local_drop, "04.19", "a local set may be dropped while its tasks are woken; 2 threads")
{
    pthread_t thread = begin(model_never);
    wf_future_drop(&local_run.future);
    wf_local_set_drop(set);
    interleave_expect(dropped == 2, "the body and the task are dropped before wf_local_set_drop returns",
                      "%d of the two are", dropped);
    model_join(thread);
}

static pthread_t waking_thread;
static struct wf_waker body_waker;
static bool task_is_over;

static bool task_starts_its_waker(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        task_waker = wf_waker_clone(cx->waker);
        waking_thread = model_start(write_and_wake, &task_waker);
        return false;
    }
    interleave_expect(datum == 42, "the poll sees what was written before the wake",
                      "it reads %d instead of 42", datum);
    task_is_over = true;
    wf_waker_wake(&body_waker);
    return true;
}

static bool body_waits_for_the_task(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1 && !task_is_over) /* which it may be: a poll of the run may begin with the tasks */
        body_waker = wf_waker_clone(cx->waker);
    return task_is_over;
}

/*
 * 2 threads. All together: a local task, the run that is the root, the runtime, the park. A wake that is lost
 * is a deadlock.
 */
MODEL(explore_local_in_block_on, "04.18", "a local task that is woken from another thread runs; 2 threads")
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    set = wf_local_set_new();
    assert(runtime && set);
    assert(model_spawn(wf_local_set_scheduler(set), task_starts_its_waker, NULL) == 0);
    body = model_probe(body_waits_for_the_task);
    name_lines();
    wf_current_thread_block_on(runtime, &wf_local_set_run(&local_run, set, &body.future)->future);
    wf_local_set_drop(set);
    wf_current_thread_drop(runtime);
    model_join(waking_thread);
}
