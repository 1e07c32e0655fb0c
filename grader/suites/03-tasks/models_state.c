/**
 * @file models_state.c
 * @brief Models of lab 03: wakes against runs, and the count of references.
 *
 * In the end each task's queue is drained: a task that is not over then was woken in vain. Its memory is
 * freed by then, or it is reported as a leak.
 */
#include "models.h"

static atomic_int first, second; /* relaxed: the wake alone has to publish them */

/* Relaxed atomics are not all that a wake publishes: fences around a look would order them, and not plain data. So the second
 * waker writes plainly too, and a poll that begins when its wake has returned reads that. */
static int plain;
static struct interleave_mark second_returned;
static bool reads_plain; /* the owner's: in the poll that comes */

static bool when_first(struct probe *self)
{
    (void)self;
    return atomic_load_explicit(&first, memory_order_relaxed);
}

static bool when_both(struct probe *self)
{
    return when_first(self) && atomic_load_explicit(&second, memory_order_relaxed);
}

static bool at_once(struct probe *self)
{
    (void)self;
    return true;
}

/* Give way in the first poll. */
static bool after_a_yield(struct probe *self)
{
    if (self->polls > 1)
        return true;
    model_yield();
    return false;
}

static void drain(void)
{
    while (model_run())
        ;
    interleave_expect(ready == 1, "the task is polled after each wake, and READY once",
                      "it was READY %d times", ready);
}

/* --- wakes --- */

/* The thread that wakes runs the task too, where that is in the queue: so polls wander from thread to thread. */
static void *wake_by_ref_and_run(void *arg)
{
    interleave_thread_name("waker");
    atomic_store_explicit(&first, 1, memory_order_relaxed);
    wf_waker_wake_by_ref(arg);
    model_run();
    wf_waker_drop(arg);
    return arg;
}

/*
 * 2 threads, of which both run and one wakes, by reference. Orders: release of to_idle; both of the wake;
 * both of the last unreference. Steps: to_idle is one step, and keeps a wake that came during the poll.
 */
MODEL(explore_wake, "03.19",
      "a task that is woken is polled again, whenever that is, and is queued once; 2 threads")
{
    struct wf_waker waker = model_waker(model_spawn(when_first, NULL));
    pthread_t thread = model_start(wake_by_ref_and_run, &waker);
    model_run();
    model_run();
    model_join(thread);
    drain();
}

static void *wake_and_run(void *arg)
{
    interleave_thread_name("waker");
    atomic_store_explicit(&first, 1, memory_order_relaxed);
    wf_waker_wake(arg);
    model_run();
    return arg;
}

/* The same by value: the waker's reference becomes the queue's, or is given up, and may be the last. */
MODEL(explore_wake_by_value, "03.5", "a waker that is woken by value gives its reference up, once; 2 threads")
{
    struct wf_waker waker = model_waker(model_spawn(when_first, NULL));
    pthread_t thread = model_start(wake_and_run, &waker);
    model_run();
    model_run();
    model_join(thread);
    drain();
}

static void *set_first_and_wake_by_ref(void *arg)
{
    interleave_thread_name("waker 1");
    atomic_store_explicit(&first, 1, memory_order_relaxed);
    wf_waker_wake_by_ref(arg);
    return arg;
}

static void *set_second_and_wake_by_ref(void *arg)
{
    interleave_thread_name("waker 2");
    plain = 42;
    atomic_store_explicit(&second, 1, memory_order_relaxed);
    wf_waker_wake_by_ref(arg);
    interleave_mark(&second_returned);
    return arg;
}

static void *set_second_and_wake(void *arg)
{
    interleave_thread_name("waker 2");
    plain = 42;
    atomic_store_explicit(&second, 1, memory_order_relaxed);
    wf_waker_wake(arg);
    interleave_mark(&second_returned);
    return arg;
}

static bool when_both_and_plain(struct probe *self)
{
    if (reads_plain)
        interleave_expect(plain == 42, "a poll after the second wake sees what was written before it",
                          "it reads %d instead of 42", plain);
    return when_both(self);
}

/*
 * 3 threads. The task is idle at first; the owner runs it once, one wakes by reference, and `wake` is the
 * other.
 */
static void two_wakes(void *(*wake)(void *arg))
{
    struct wf_task *task = model_spawn(when_both_and_plain, NULL);
    struct wf_waker one = model_waker(task), two = model_waker(task);
    interleave_name(&second_returned, "the wake of waker 2 has returned");
    interleave_name(&plain, "plain");
    model_run();
    pthread_t first_thread = model_start(set_first_and_wake_by_ref, &one),
              second_thread = model_start(wake, &two);
    reads_plain = interleave_is_marked(&second_returned);
    model_run();
    reads_plain = false;
    model_join(first_thread);
    model_join(second_thread);
    drain();
    wf_waker_drop(&one);
    wf_waker_drop(&two);
}

/*
 * Of two wakes one schedules. The other finds NOTIFIED set, and must publish all the same: it writes the word
 * as it is. Orders: acquire of to_running, which alone sees the second waker's writes; release of both kinds
 * of wake. Steps: no fence stands for the write.
 */
MODEL(explore_two_wakes_by_ref, "03.7",
      "a wake that finds the task notified publishes what was written before it; 3 threads")
{
    two_wakes(set_second_and_wake_by_ref);
}

MODEL(explore_two_wakes_by_value, "03.7", "so does one by value; 3 threads")
{
    two_wakes(set_second_and_wake);
}

static void *wake_only(void *arg)
{
    interleave_thread_name("waker");
    wf_waker_wake(arg);
    return arg;
}

/*
 * 2 threads. A task that gives way is queued by its runner, one that is woken by the waker or the runner:
 * never by both.
 */
MODEL(explore_yield, "03.19", "a task that is woken while it gives way is queued once; 2 threads")
{
    struct wf_waker waker = model_waker(model_spawn(after_a_yield, NULL));
    pthread_t thread = model_start(wake_only, &waker);
    model_run();
    model_run();
    model_join(thread);
    drain();
}

/* --- references --- */

static void *clone_and_drop(void *arg)
{
    struct wf_waker clone = wf_waker_clone(arg);
    wf_waker_drop(arg);
    wf_waker_drop(&clone);
    return arg;
}

/*
 * 2 threads: one completes the task, one clones a waker and drops both. Steps: the count is changed by read-
 * modify-writes.
 */
MODEL(explore_clones, "03.6", "a waker is cloned and dropped while the task ends; 2 threads")
{
    struct wf_waker waker = model_waker(model_spawn(at_once, NULL));
    pthread_t thread = model_start(clone_and_drop, &waker);
    model_run();
    model_join(thread);
    drain();
}

static void *drop_only(void *arg)
{
    wf_waker_drop(arg);
    return arg;
}

/*
 * 3 threads: one completes the task, one drops a waker, one wakes another by value, which may be over by
 * then. Orders: acquire of the look in unreference, both of its subtraction.
 */
MODEL(explore_references, "03.6", "the task is freed with the last of its references; 3 threads")
{
    struct wf_task *task = model_spawn(at_once, NULL);
    struct wf_waker one = model_waker(task), two = model_waker(task);
    pthread_t first_thread = model_start(drop_only, &one), second_thread = model_start(wake_only, &two);
    model_run();
    model_join(first_thread);
    model_join(second_thread);
    drain();
}
