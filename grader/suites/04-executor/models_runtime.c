/**
 * @file models_runtime.c
 * @brief Models of lab 04: what other threads do to a runtime that sleeps, runs, or has ended.
 *
 * The runtime parks on the thread parker of lab 01. A wake-up that is lost is a deadlock; memory that is left
 * is a leak.
 */
#include "models.h"

static struct wf_current_thread *runtime;
static pthread_t thread, other_thread;
static struct wf_waker waker, other_waker; /* what the other threads are given */
static struct wf_waker root_waker;         /* for the tasks */
static atomic_int first, second;           /* relaxed: the wake alone has to publish them */

static void begin(void)
{
    runtime = wf_current_thread_new(NULL, NULL);
    assert(runtime);
    model_name(wf_current_thread_scheduler(runtime));
}

/* Where no task is left: the first reference is all that a drop would still give up. */
static void give_up(void)
{
    wf_scheduler_unreference(wf_current_thread_scheduler(runtime));
}

/* READY once everything else was polled. */
static bool root_yields(struct probe *self, struct wf_cx *cx)
{
    if (self->polls > 1)
        return true;
    wf_give_way(cx->waker);
    return false;
}

static void block_on(bool (*step)(struct probe *self, struct wf_cx *cx))
{
    static struct probe roots[2]; /* a model has two at most, and none is built over another */
    static int begun;
    struct probe *root = &roots[begun++];
    *root = model_probe(step);
    model_name_line(&root->future, "the root's line");
    wf_current_thread_block_on(runtime, &root->future);
}

/* --- the root --- */

static void *write_and_wake(void *arg)
{
    interleave_thread_name("waker");
    datum = 42;
    wf_waker_wake(arg);
    return arg;
}

static bool root_starts_a_waker(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        waker = wf_waker_clone(cx->waker);
        thread = model_start(write_and_wake, &waker);
        return false;
    }
    interleave_expect(datum == 42, "the poll sees what was written before the wake or the spawn",
                      "it reads %d instead of 42", datum);
    return true;
}

/*
 * 2 threads. The wake comes during the root's first poll, before the sleep or in it; its waker may be the
 * last to hold the runtime. Orders: release of the wake, acquire where the loop takes it; both of the set's
 * unreference. Steps: the wake is left before the unpark; the loop looks before it parks; the park is dropped
 * with the last reference.
 */
MODEL(explore_wake_root, "04.24",
      "a wake of the root is not lost, and its poll sees what was written; 2 threads")
{
    begin();
    block_on(root_starts_a_waker);
    give_up();
    model_join(thread);
}

static void *wake_twice(void *arg)
{
    interleave_thread_name("waker");
    datum = 42;
    wf_waker_wake_by_ref(arg);
    wf_waker_wake(arg);
    return arg;
}

static bool root_starts_a_late_waker(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        waker = wf_waker_clone(cx->waker);
        thread = model_start(wake_twice, &waker);
        return false;
    }
    return datum == 42;
}

/* 2 threads. The second wake may meet a root that is over, or a runtime that is gone but for this waker. */
MODEL(explore_late_wake, "04.13",
      "a waker of the root may be woken while the runtime is dropped, and after; 2 threads")
{
    begin();
    block_on(root_starts_a_late_waker);
    wf_current_thread_drop(runtime);
    model_join(thread);
}

static void *set_first_and_wake(void *arg)
{
    interleave_thread_name("waker 1");
    atomic_store_explicit(&first, 1, memory_order_relaxed);
    wf_waker_wake_by_ref(arg);
    return arg;
}

static struct interleave_mark second_returned;

static void *set_second_and_wake(void *arg)
{
    interleave_thread_name("waker 2");
    datum = 42; /* plain: fences around a look would order what is relaxed */
    atomic_store_explicit(&second, 1, memory_order_relaxed);
    wf_waker_wake_by_ref(arg);
    interleave_mark(&second_returned);
    return arg;
}

static bool root_starts_two_wakers(struct probe *self, struct wf_cx *cx)
{
    static bool reads; /* in the second poll: the second wake had returned before */
    if (self->polls == 1) {
        waker = wf_waker_clone(cx->waker);
        other_waker = wf_waker_clone(cx->waker);
        thread = model_start(set_first_and_wake, &waker);
        other_thread = model_start(set_second_and_wake, &other_waker);
        reads = interleave_is_marked(&second_returned);
        return false;
    }
    if (reads)
        interleave_expect(datum == 42, "a poll after the second wake sees what was written before it",
                          "it reads %d instead of 42", datum);
    return atomic_load_explicit(&first, memory_order_relaxed) &&
           atomic_load_explicit(&second, memory_order_relaxed);
}

/*
 * 3 threads. The second wake finds the first, and does not unpark: it must have published what was written
 * before it. Steps: each wake writes the word, and no fence stands for that; the loop takes it by a read-modify-write.
 */
MODEL(explore_two_root_wakes, "04.24", "of two wakes of the root neither is lost; 3 threads")
{
    begin();
    interleave_name(&second_returned, "the wake of waker 2 has returned");
    block_on(root_starts_two_wakers);
    model_join(thread);
    model_join(other_thread);
    wf_waker_drop(&waker);
    wf_waker_drop(&other_waker);
    give_up();
}

static bool root_leaves_its_waker(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    waker = wf_waker_clone(cx->waker);
    return true;
}

static bool root_waits_for_the_flag(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return atomic_load_explicit(&first, memory_order_relaxed);
}

static void *set_first_and_wake_by_value(void *arg)
{
    interleave_thread_name("waker");
    atomic_store_explicit(&first, 1, memory_order_relaxed);
    wf_waker_wake(arg);
    return arg;
}

/*
 * 2 threads. A waker of the root before is woken while the next one begins: all roots of a runtime have one
 * waker. Orders: acquire where block_on clears the wakes of the root before; steps: it does so by a read-
 * modify-write.
 */
MODEL(explore_next_root, "04.24",
      "a wake that the next root's begin clears is seen by its first poll; 2 threads")
{
    begin();
    block_on(root_leaves_its_waker);
    thread = model_start(set_first_and_wake_by_value, &waker);
    block_on(root_waits_for_the_flag);
    give_up();
    model_join(thread);
}

/* --- tasks --- */

static bool root_waits_for_the_task(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        root_waker = wf_waker_clone(cx->waker);
    return ready == 1;
}

static bool task_is_woken(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        waker = wf_waker_clone(cx->waker);
        thread = model_start(write_and_wake, &waker);
        return false;
    }
    interleave_expect(datum == 42, "the poll sees what was written before the wake or the spawn",
                      "it reads %d instead of 42", datum);
    wf_waker_wake(&root_waker);
    return true;
}

/* 2 threads. Steps: the inject queue under its lock; pushed before the unpark; looked at before the park. */
MODEL(explore_wake_task, "04.24", "a task that is woken from another thread runs; 2 threads")
{
    begin();
    assert(model_spawn(wf_current_thread_scheduler(runtime), task_is_woken, NULL) == 0);
    block_on(root_waits_for_the_task);
    give_up();
    model_join(thread);
}

static int tasks_wanted;

static bool task_reads(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    interleave_expect(datum == 42, "the poll sees what was written before the wake or the spawn",
                      "it reads %d instead of 42", datum);
    wf_waker_wake_by_ref(&root_waker);
    return true;
}

static void *write_and_spawn(void *arg)
{
    interleave_thread_name("spawner");
    datum = 42;
    for (int i = 0; i < tasks_wanted; i++)
        assert(model_spawn(arg, task_reads, NULL) == 0);
    wf_scheduler_unreference(arg);
    return arg;
}

static bool root_starts_a_spawner(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        root_waker = wf_waker_clone(cx->waker);
        thread = model_start(write_and_spawn, wf_scheduler_reference(wf_scheduler_current()));
    }
    return ready == tasks_wanted;
}

static void spawn_tasks(int count)
{
    tasks_wanted = count;
    begin();
    block_on(root_starts_a_spawner);
    wf_waker_drop(&root_waker);
    give_up();
    model_join(thread);
}

/* 2 threads. The same for a new task; its spawner holds a reference to the scheduler, which may be the last. */
MODEL(explore_spawn, "04.24", "a task that is spawned from another thread runs; 2 threads")
{
    spawn_tasks(1);
}

/*
 * 2 threads. The second comes while the queue is taken. Steps: what says that something is injected changes
 * under the lock.
 */
MODEL(explore_two_spawns, "04.24",
      "a task that is spawned while the inject queue is taken runs too; 2 threads")
{
    spawn_tasks(2);
}

/* --- the end of a runtime --- */

static bool task_leaves_its_waker(struct probe *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        waker = wf_waker_clone(cx->waker);
    return false;
}

static void *wake(void *arg)
{
    interleave_thread_name("waker");
    wf_waker_wake(arg);
    return arg;
}

/*
 * 2 threads. The waker unparks, maybe when the owner has given the runtime up. Steps: its reference outlives
 * notify; the park is dropped with the last reference. models_shutdown.c has the rest.
 */
MODEL(explore_drop_and_wake, "04.14", "the park is dropped after every unpark has returned; 2 threads")
{
    begin();
    assert(model_spawn(wf_current_thread_scheduler(runtime), task_leaves_its_waker, NULL) == 0);
    block_on(root_yields);
    thread = model_start(wake, &waker);
    wf_current_thread_drop(runtime);
    model_join(thread);
}

static void *spawn(void *arg)
{
    interleave_thread_name("spawner");
    (void)model_spawn(arg, model_never, NULL);
    wf_scheduler_unreference(arg);
    return arg;
}

/* 2 threads. The same for a spawn, which is accepted or refused. */
MODEL(explore_drop_and_spawn, "04.14", "also after that of a spawn; 2 threads")
{
    begin();
    thread = model_start(spawn, wf_scheduler_reference(wf_current_thread_scheduler(runtime)));
    wf_current_thread_drop(runtime);
    model_join(thread);
}
