#include "weft/multi_thread.h"

#include <errno.h>
#include <pthread.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/current_thread.h"
#include "weft/detail/worker.h"
#include "weft/error.h"

static struct wf_multi_thread *runtime;
static struct wf_scheduler *scheduler;

static void begin(uint32_t workers)
{
    runtime = new_runtime(workers);
    scheduler = wf_multi_thread_scheduler(runtime);
}

static void end(void)
{
    drop_runtime(runtime);
}

/* --- new --- */

static void without_workers(void)
{
    begin(0);
}

static void with_too_many_workers(void)
{
    begin(1025);
}

/* G.71 */
START_TEST(g71_no_workers_panic)
{
    expect_panic(without_workers,
                 "weft: panic: clause G.71 broken: a runtime is to have 0 workers: ask for 1 to 1024\n");
}
END_TEST

/* G.71 */
START_TEST(g71_too_many_workers_panic)
{
    expect_panic(with_too_many_workers,
                 "weft: panic: clause G.71 broken: a runtime is to have 1025 workers: ask for 1 to 1024\n");
}
END_TEST

/* G.71 */
START_TEST(g71_without_memory_nothing_is_left)
{
    struct mock_driver driver;
    for (uint32_t n = 1;; n++) {
        mock_driver_init(&driver);
        wf_alloc_fail_at(n);
        errno = 0;
        runtime = wf_multi_thread_new(
            &(struct wf_multi_thread_config){.workers = 3, .driver = n % 2 ? &driver.park : NULL});
        bool failed = wf_alloc_fail_at(0) == 0;
        ck_assert(failed == !runtime);
        if (runtime) {
            wf_multi_thread_drop(runtime);
            ck_assert_uint_gt(n, 4);
        } else {
            ck_assert_int_eq(errno, ENOMEM);
        }
        ck_assert_int_eq(driver.drops, runtime && n % 2);
        ck_assert_uint_eq(wf_live_bytes(), 0);
        if (runtime && n > 9)
            return;
    }
}
END_TEST

/* G.71: no system gives stacks of 64 TiB, and none is as small as a byte. */
START_TEST(g71_without_threads_nothing_is_left)
{
    struct mock_driver driver;
    mock_driver_init(&driver);
    struct wf_multi_thread_config config = {
        .workers = 2, .hooks = thread_hooks, .stack_bytes = (size_t)1 << 46};
    ck_assert_ptr_null(wf_multi_thread_new(&config));
    ck_assert(errno == EAGAIN || errno == EINVAL); /* valgrind calls it EINVAL */
    config.driver = &driver.park;
    ck_assert_ptr_null(wf_multi_thread_new(&config));
    ck_assert(errno == EAGAIN || errno == EINVAL);
    config.stack_bytes = 1;
    ck_assert_ptr_null(wf_multi_thread_new(&config));
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(threads_started, 0);
    ck_assert_int_eq(driver.drops, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- drop --- */

static bool wakes_itself(struct job *self, struct wf_cx *cx)
{
    (void)self;
    wf_waker_wake_by_ref(cx->waker);
    return false;
}

static bool spawns_for_ever(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    int spawned = spawn_job(wf_scheduler_current(), spawns_for_ever, self->number, NULL);
    return spawned == 0 || spawned == WF_ECLOSED;
}

/* G.73 */
START_TEST(g73_drop_ends_all_tasks)
{
    bool (*const steps[])(struct job *, struct wf_cx *) = {job_never, wakes_itself, job_at_once,
                                                           job_yields_once, spawns_for_ever};
    enum { KINDS = 5, TASKS = 200 };
    struct wf_join_handle handles[TASKS];
    struct mock_driver driver;
    mock_driver_init(&driver);
    runtime = wf_multi_thread_new(
        &(struct wf_multi_thread_config){.workers = 3, .driver = &driver.park, .hooks = thread_hooks});
    scheduler = wf_multi_thread_scheduler(runtime);
    for (int i = 0; i < TASKS; i++)
        ck_assert_int_eq(spawn_job(scheduler, steps[i % KINDS], i, &handles[i]), 0);
    wf_multi_thread_drop(runtime);
    ck_assert_int_eq(threads_started, 3);
    ck_assert_int_eq(threads_stopped, 3);
    ck_assert_int_eq(driver.shutdowns, 1);
    ck_assert_int_eq(driver.drops, 1);
    for (int i = 0; i < TASKS; i++) {
        ck_assert(wf_join_handle_is_finished(&handles[i]));
        ck_assert_int_eq(wf_future_poll(&handles[i].future, &idle_cx), WF_READY);
        bool may_end = i % KINDS >= 2;
        ck_assert(handles[i].out == WF_ECANCELED || (may_end && handles[i].out == 0));
    }
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static void drop_twice(void)
{
    begin(1);
    (void)!wf_scheduler_reference(scheduler);
    wf_multi_thread_drop(runtime);
    wf_multi_thread_drop(runtime);
}

static bool drops_its_runtime(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    wf_multi_thread_drop(runtime);
    return true;
}

static void drop_inside(void)
{
    begin(1);
    struct job root = job_of(drops_its_runtime, 0);
    (void)!wf_multi_thread_block_on(runtime, &root.future);
}

/* G.74 */
START_TEST(g74_a_second_drop_panics)
{
    expect_panic(drop_twice, "weft: panic: clause G.74 broken: a runtime is dropped twice\n");
}
END_TEST

/* G.74 */
START_TEST(g74_drop_inside_panics)
{
    expect_panic(
        drop_inside,
        "weft: panic: clause G.74 broken: wf_multi_thread_drop is called inside block_on(job): await it there, or do it outside\n  await tree of block_on:\n    job\n");
}
END_TEST

static struct wf_waker kept;

static bool keeps_its_waker(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        kept = wf_waker_clone(cx->waker);
    return false;
}

/* G.74 */
START_TEST(g74_wakers_and_references_outlive_the_runtime)
{
    begin(2);
    struct wf_join_handle handle;
    struct job root;
    (void)!wf_scheduler_reference(scheduler);
    ck_assert_int_eq(spawn_job(scheduler, keeps_its_waker, 0, &handle), 0);
    do {
        root = job_of(job_yields_once, 0);
        ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
        struct wf_multi_thread_metrics metrics;
        wf_multi_thread_metrics(runtime, &metrics);
        if (metrics.sum.polls > 0)
            break;
    } while (true);
    wf_multi_thread_drop(runtime);
    wf_waker_wake(&kept);
    ck_assert_int_eq(spawn_job(scheduler, job_at_once, 0, NULL), WF_ECLOSED);
    wf_scheduler_unreference(scheduler);
    ck_assert_int_eq(wf_future_poll(&handle.future, &idle_cx), WF_READY);
    ck_assert_int_eq(handle.out, WF_ECANCELED);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- metrics --- */

static bool rest(void *arg)
{
    struct wf_multi_thread_metrics *metrics = arg;
    wf_multi_thread_metrics(runtime, metrics);
    return metrics->alive == 0;
}

static bool spawns_locally(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    for (int i = 0; i < self->number; i++)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), job_at_once, i, NULL), 0);
    return true;
}

/* G.75: one worker, so all is known: 1 injected task spawns 300; the 257th in the ring sends 128 and itself to the inject queue. */
START_TEST(g75_the_metrics_are_what_happened)
{
    struct wf_multi_thread_metrics metrics;
    struct wf_worker_metrics worker;
    begin(1);
    ck_assert_int_eq(spawn_job(scheduler, spawns_locally, 300, NULL), 0);
    wait_for(rest, &metrics);
    ck_assert_uint_eq(metrics.workers, 1);
    ck_assert_uint_eq(metrics.sum.polls, 301);
    ck_assert_uint_eq(metrics.sum.scheduled, 300);
    ck_assert_uint_eq(metrics.sum.overflowed, WF_RUN_QUEUE_SIZE / 2 + 1);
    ck_assert_uint_eq(metrics.injected, 1 + WF_RUN_QUEUE_SIZE / 2 + 1);
    ck_assert_uint_eq(metrics.sum.steals, 0);
    ck_assert_uint_eq(metrics.sum.stolen, 0);
    ck_assert_uint_eq(metrics.queued, 0);
    ck_assert_uint_eq(metrics.sum.queued, 0);
    wf_multi_thread_worker_metrics(runtime, 0, &worker);
    ck_assert_uint_eq(worker.polls, 301);
    end();
}
END_TEST

static void ask_for_worker_2(void)
{
    struct wf_worker_metrics worker;
    begin(2);
    wf_multi_thread_worker_metrics(runtime, 2, &worker);
}

/* G.75 */
START_TEST(g75_a_worker_that_is_not_there_panics)
{
    expect_panic(ask_for_worker_2,
                 "weft: panic: clause G.75 broken: worker 2 is asked for: the runtime has 2, from 0 on\n");
}
END_TEST

/* --- the lookout --- */

static _Atomic int links_begun;

static bool has_begun(void *arg)
{
    return links_begun >= *(int *)arg;
}

/* Makes one task ready, and now and then polls on until that one is polled. */
static bool spawns_the_next(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    int next = ++links_begun + 1;
    if (self->number > 0) {
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), spawns_the_next, self->number - 1, NULL), 0);
        if (self->number % 50 == 0)
            wait_for(has_begun, &next);
    }
    return true;
}

/* G.130 */
START_TEST(g130_a_task_alone_waits_for_no_long_poll)
{
    int all = 2001;
    begin(2);
    links_begun = 0;
    ck_assert_int_eq(spawn_job(scheduler, spawns_the_next, all - 1, NULL), 0);
    wait_for(has_begun, &all);
    end();
}
END_TEST

/* --- the watch, in a whole runtime --- */

static _Atomic int driven_at_end;
static struct mock_driver watched_driver;

static bool was_driven(void *arg)
{
    int before = *(int *)arg;
    return watched_driver.turns > before + 1;
}

/* The only worker polls, and the driver has its turns all the same. */
static bool polls_until_the_driver_was_driven(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    int before = watched_driver.turns;
    wait_for(was_driven, &before);
    driven_at_end = watched_driver.turns;
    return true;
}

/* G.77 */
START_TEST(g77_a_long_poll_keeps_no_driver_from_its_turns)
{
    mock_driver_init(&watched_driver);
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){
        .workers = 1, .driver = &watched_driver.park, .name = "a long name"});
    scheduler = wf_multi_thread_scheduler(runtime);
    struct wf_multi_thread_metrics metrics;
    ck_assert_int_eq(spawn_job(scheduler, polls_until_the_driver_was_driven, 0, NULL), 0);
    wait_for(rest, &metrics);
    ck_assert_int_gt(driven_at_end, 0);
    ck_assert_uint_gt(metrics.watched, 0);
    end();
}
END_TEST

TCase *multi_thread_tests(void)
{
    TCase *tcase = tcase_create("multi_thread");
    tcase_set_timeout(tcase, 60);
    add_panic_test(tcase, g71_no_workers_panic);
    add_panic_test(tcase, g71_too_many_workers_panic);
    tcase_add_test(tcase, g71_without_memory_nothing_is_left);
    tcase_add_test(tcase, g71_without_threads_nothing_is_left);
    tcase_add_test(tcase, g73_drop_ends_all_tasks);
    add_panic_test(tcase, g74_a_second_drop_panics);
    add_panic_test(tcase, g74_drop_inside_panics);
    tcase_add_test(tcase, g74_wakers_and_references_outlive_the_runtime);
    tcase_add_test(tcase, g75_the_metrics_are_what_happened);
    add_panic_test(tcase, g75_a_worker_that_is_not_there_panics);
    tcase_add_test(tcase, g130_a_task_alone_waits_for_no_long_poll);
    tcase_add_test(tcase, g77_a_long_poll_keeps_no_driver_from_its_turns);
    return tcase;
}
