#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/runtime.h"

enum { IDS_MAX = 1 << 16, SPAWNERS = 2, EACH = 60 };

static struct wf_multi_thread *runtime;
static _Atomic int spawned[IDS_MAX], ended[IDS_MAX]; /* calls, by task */
static _Atomic int tasks, started, stopped, wrong_parks, unspawned_polls;
static __thread bool is_started, is_parked;

static _Atomic int *of(_Atomic int *counts, const struct wf_task *task)
{
    ck_assert_uint_lt(wf_task_id(task), IDS_MAX);
    return &counts[wf_task_id(task)];
}

static void on_spawned(void *arg, const struct wf_task *task)
{
    ck_assert_ptr_eq(arg, spawned);
    ++*of(spawned, task);
}

static void on_ended(void *arg, const struct wf_task *task)
{
    ck_assert_ptr_eq(arg, spawned);
    ck_assert(is_started);
    ck_assert_int_eq(*of(spawned, task), 1);
    ++*of(ended, task);
}

static void on_started(void *arg)
{
    (void)arg;
    wrong_parks += is_started;
    is_started = true;
    started++;
}

static void on_stopped(void *arg)
{
    (void)arg;
    wrong_parks += is_parked;
    is_started = false;
    stopped++;
}

static void before_park(void *arg)
{
    (void)arg;
    wrong_parks += !is_started || is_parked;
    is_parked = true;
}

static void after_unpark(void *arg)
{
    (void)arg;
    wrong_parks += !is_parked;
    is_parked = false;
}

/* --- tasks --- */

static bool is_told_first(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    unspawned_polls += *of(spawned, wf_context_of(wf_scheduler_current())->task) != 1;
    wrong_parks += is_parked;
    return true;
}

static bool spawns_two(struct job *self, struct wf_cx *cx)
{
    for (int i = 0; i < 2; i++)
        tasks += spawn_job(wf_scheduler_current(), i ? is_told_first : job_yields_once, 0, NULL) == 0;
    return is_told_first(self, cx);
}

static void spawn_all(void)
{
    bool (*const steps[])(struct job *, struct wf_cx *) = {job_never, spawns_two, is_told_first};
    for (int i = 0; i < EACH; i++)
        ck_assert_int_eq(spawn_job(wf_multi_thread_scheduler(runtime), steps[i % 3], 0, NULL), 0);
    tasks += EACH;
}

static void *spawner(void *arg)
{
    spawn_all();
    return arg;
}

static bool all_but_those_that_never(void *arg)
{
    struct wf_multi_thread_metrics metrics;
    (void)arg;
    wf_multi_thread_metrics(runtime, &metrics);
    return metrics.alive == (SPAWNERS + 1) * EACH / 3;
}

/* G.109 */
START_TEST(g109_each_hook_is_called_once_for_its_event)
{
    enum { WORKERS = 3 };
    pthread_t threads[SPAWNERS];
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = WORKERS,
                                                                   .hooks = {.task_spawned = on_spawned,
                                                                             .task_ended = on_ended,
                                                                             .before_park = before_park,
                                                                             .after_unpark = after_unpark,
                                                                             .thread_started = on_started,
                                                                             .thread_stopped = on_stopped,
                                                                             .arg = spawned}});
    for (int i = 0; i < SPAWNERS; i++)
        pthread_create(&threads[i], NULL, spawner, NULL);
    spawn_all();
    for (int i = 0; i < SPAWNERS; i++)
        pthread_join(threads[i], NULL);
    if (_i) /* else some are dropped unpolled */
        wait_for(all_but_those_that_never, NULL);
    drop_runtime(runtime);
    ck_assert_int_eq(started, WORKERS);
    ck_assert_int_eq(stopped, WORKERS);
    ck_assert_int_eq(wrong_parks, 0);
    ck_assert_int_eq(unspawned_polls, 0);
    int once = 0, others = 0;
    for (int id = 0; id < IDS_MAX; id++) {
        once += spawned[id] == 1 && ended[id] == 1;
        others += spawned[id] > 1 || ended[id] != spawned[id];
    }
    ck_assert_int_eq(once, tasks); /* a spawn that was refused is not told */
    ck_assert_int_eq(others, 0);
}
END_TEST

static _Atomic(struct wf_scheduler *) seen_by_call;
static _Atomic int calls_made, calls_over;

static int look_around(void *arg)
{
    seen_by_call = wf_scheduler_current();
    calls_over++;
    return *(int *)arg;
}

/* The first worker to sleep makes a call, and does not go on before it is over: the others are still being started. */
static void calls_at_once(void *arg)
{
    if (calls_made++ > 0)
        return;
    if (wf_blocking(NULL, look_around, arg) != 0)
        calls_over++; /* there was no thread for it */
    while (calls_over == 0)
        sched_yield();
}

/* G.91: a hook comes before wf_runtime_new() returns, and so may its call. */
START_TEST(g91_a_call_of_an_early_hook_knows_its_runtime)
{
    int answer = 4;
    struct wf_runtime *whole = wf_runtime_new(
        &(struct wf_runtime_config){.workers = 64, .hooks = {.before_park = calls_at_once, .arg = &answer}});
    ck_assert_ptr_nonnull(whole);
    while (calls_over == 0)
        sched_yield();
    ck_assert_ptr_eq(seen_by_call, wf_runtime_scheduler(whole));
    wf_runtime_drop(whole);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.91, G.90: the call is over before the scheduler's memory goes, where a later thread cannot be started. */
START_TEST(g91_a_call_of_a_hook_outlives_what_was_not_made)
{
    int answer = 4;
    threads_left = 1 + 1 + 1; /* the driver's watch, a worker, a thread for its call */
    struct wf_runtime *whole = wf_runtime_new(
        &(struct wf_runtime_config){.workers = 4, .hooks = {.before_park = calls_at_once, .arg = &answer}});
    ck_assert_ptr_null(whole);
    ck_assert_int_eq(errno, EAGAIN);
    threads_left = -1;
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *hooks_tests(void)
{
    TCase *tcase = tcase_create("hooks");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g109_each_hook_is_called_once_for_its_event, 0, 2);
    tcase_add_test(tcase, g91_a_call_of_an_early_hook_knows_its_runtime);
    tcase_add_test(tcase, g91_a_call_of_a_hook_outlives_what_was_not_made);
    return tcase;
}
