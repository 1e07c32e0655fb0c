/* This file stands for one of the runtime, of a debug build: the locks that it takes count, and where it calls out it asserts. */
#define WF_DEBUG

#include "task_bench.h"
#include "weft/alloc.h"
#include "weft/current_thread.h"
#include "weft/multi_thread.h"
#include "weft/park.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct counts counts;
static struct wf_waker waker;
static struct leaf leaf;

static void setup(void)
{
    counts = (struct counts){0};
    waker = counting_waker(&counts);
    leaf = leaf_ready_at(1);
}

/* Of the threads of a user: a name in brackets is no macro. */
static void users_lock(void)
{
    (pthread_mutex_lock)(&lock);
}

static void users_unlock(void)
{
    (pthread_mutex_unlock)(&lock);
}

#define UNDER_LOCK "is called while the thread holds a lock of the runtime\n"

/* --- wakers --- */

static void wakes(void)
{
    pthread_mutex_lock(&lock);
    wf_waker_wake(&waker);
}

START_TEST(g115_a_wake_under_a_lock_panics)
{
    expect_panic(wakes, "weft: panic: clause G.115 broken: a waker " UNDER_LOCK);
}
END_TEST

static void wakes_by_reference(void)
{
    pthread_mutex_lock(&lock);
    wf_waker_wake_by_ref(&waker);
}

START_TEST(g115_a_wake_by_reference_under_a_lock_panics)
{
    expect_panic(wakes_by_reference, "weft: panic: clause G.115 broken: a waker " UNDER_LOCK);
}
END_TEST

static void clones(void)
{
    pthread_mutex_lock(&lock);
    (void)!wf_waker_clone(&waker).ops;
}

START_TEST(g115_a_clone_of_a_waker_under_a_lock_panics)
{
    expect_panic(clones, "weft: panic: clause G.115 broken: a waker " UNDER_LOCK);
}
END_TEST

static void drops_a_waker(void)
{
    pthread_mutex_lock(&lock);
    wf_waker_drop(&waker);
}

START_TEST(g115_a_drop_of_a_waker_under_a_lock_panics)
{
    expect_panic(drops_a_waker, "weft: panic: clause G.115 broken: a waker " UNDER_LOCK);
}
END_TEST

/* --- futures --- */

static void polls(void)
{
    pthread_mutex_lock(&lock);
    (void)!wf_future_poll(&leaf.future, &idle_cx);
}

START_TEST(g115_a_poll_under_a_lock_panics)
{
    expect_panic(polls, "weft: panic: clause G.115 broken: a future " UNDER_LOCK);
}
END_TEST

static void drops(void)
{
    pthread_mutex_lock(&lock);
    wf_future_drop(&leaf.future);
}

START_TEST(g115_a_drop_under_a_lock_panics)
{
    expect_panic(drops, "weft: panic: clause G.115 broken: a future " UNDER_LOCK);
}
END_TEST

/* READY, but it has not given the lock back. */
static enum wf_poll keeper_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    pthread_mutex_lock(&lock);
    return WF_READY;
}

static void keeper_drop_out(void *out)
{
    (void)out;
}

struct keeper {
    struct wf_future future;
    int out;
};

static const struct wf_future_ops keeper_ops = {
    .name = "keeper", .poll = keeper_poll, .drop_out = keeper_drop_out, WF_FRAME(struct keeper)};

static struct wf_task *new_keeper(void)
{
    struct wf_task *task = wf_task_new(sizeof(struct keeper));
    ck_assert_ptr_nonnull(task);
    *(struct keeper *)(void *)wf_task_frame(task) = (struct keeper){.future = {.ops = &keeper_ops}};
    return task;
}

static void destroys_an_output(void)
{
    struct wf_context context = {0};
    new_bench(false);
    ck_assert_int_eq(wf_task_spawn(new_keeper(), &bench.head, NULL), 0);
    wf_context_enter(&context);
    run_all(&context);
}

START_TEST(g115_an_output_destroyed_under_a_lock_panics)
{
    expect_panic(destroys_an_output, "weft: panic: clause G.115 broken: an output's destructor " UNDER_LOCK
                                     "  await tree of task:\n"
                                     "    keeper [done]\n");
}
END_TEST

/* --- the allocator, parks, hooks --- */

static void allocates(void)
{
    pthread_mutex_lock(&lock);
    (void)!wf_alloc(1);
}

START_TEST(g115_an_allocation_under_a_lock_panics)
{
    expect_panic(allocates, "weft: panic: clause G.115 broken: the allocator " UNDER_LOCK);
}
END_TEST

static void frees(void)
{
    void *memory = wf_alloc(1);
    pthread_mutex_lock(&lock);
    wf_free(memory, 1);
}

START_TEST(g115_a_release_of_memory_under_a_lock_panics)
{
    expect_panic(frees, "weft: panic: clause G.115 broken: the allocator " UNDER_LOCK);
}
END_TEST

static void parks(void)
{
    struct wf_park *park = wf_thread_parker_new();
    pthread_mutex_lock(&lock);
    (void)wf_park(park, 0);
}

START_TEST(g115_a_park_under_a_lock_panics)
{
    expect_panic(parks, "weft: panic: clause G.115 broken: a park " UNDER_LOCK);
}
END_TEST

static void unparks(void)
{
    struct wf_park *park = wf_thread_parker_new();
    pthread_mutex_lock(&lock);
    wf_unpark(park);
}

START_TEST(g115_an_unpark_under_a_lock_panics)
{
    expect_panic(unparks, "weft: panic: clause G.115 broken: a park " UNDER_LOCK);
}
END_TEST

static void ignore_event(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    (void)event;
}

static void reports(void)
{
    struct wf_event_hook hook = {ignore_event};
    struct wf_context context = {.event_hook = &hook};
    wf_context_enter(&context);
    pthread_mutex_lock(&lock);
    wf_event_report(WF_EVENT_PARK, 0, "test", NULL);
}

START_TEST(g115_an_event_under_a_lock_panics)
{
    expect_panic(reports, "weft: panic: clause G.115 broken: an event hook " UNDER_LOCK);
}
END_TEST

/* Spawns in block_on, with the lock: the hook of a new task is called on this thread. */
static enum wf_poll spawner_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    struct wf_task *task = new_keeper();
    pthread_mutex_lock(&lock);
    (void)!wf_task_spawn(task, wf_scheduler_current(), NULL);
    return WF_READY;
}

static const struct wf_future_ops spawner_ops = {
    .name = "spawner", .poll = spawner_poll, WF_FRAME(struct keeper)};

static void tells_of_a_task(void)
{
    struct keeper root = {.future = {.ops = &spawner_ops}};
    wf_current_thread_block_on(wf_current_thread_new(NULL, NULL), &root.future);
}

START_TEST(g115_a_hook_under_a_lock_panics)
{
    expect_panic(tells_of_a_task, "weft: panic: clause G.115 broken: a hook " UNDER_LOCK
                                  "  await tree of block_on:\n    spawner\n");
}
END_TEST

static void tells_of_a_task_on_a_worker(void)
{
    struct keeper root = {.future = {.ops = &spawner_ops}};
    (void)!wf_multi_thread_block_on(wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = 1}),
                                    &root.future);
}

START_TEST(g115_a_hook_of_several_threads_under_a_lock_panics)
{
    expect_panic(tells_of_a_task_on_a_worker, "weft: panic: clause G.115 broken: a hook " UNDER_LOCK
                                              "  await tree of block_on:\n    spawner\n");
}
END_TEST

/* --- what is allowed --- */

START_TEST(g115_a_lock_that_was_given_back_or_is_the_users_does_not_count)
{
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    wf_waker_wake_by_ref(&waker);
    users_lock();
    wf_waker_wake_by_ref(&waker);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    users_unlock();
    ck_assert_int_eq(counts.wakes_by_ref, 2);
}
END_TEST

/* --- a wake only queues --- */

static void run_at_once(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    wf_task_run(task, wf_context_current);
}

static int keep_new(struct wf_scheduler *scheduler, struct wf_task *task)
{
    ((struct bench *)scheduler)->queue[0] = task;
    return 0;
}

static void hurried_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
}

static const struct wf_scheduler_ops hurried_ops = {
    .name = "hurried", .bind = keep_new, .schedule = run_at_once, .released = hurried_released};

static struct sight sight;

/* A task that waits, on a scheduler that would run it in `schedule`. */
static struct wf_task *waiting_task(void)
{
    static struct wf_context context;
    bench = (struct bench){.head = {.ops = &hurried_ops}};
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight, .waits = true), 0);
    wf_context_enter(&context);
    wf_task_run(bench.queue[0], &context);
    return bench.queue[0];
}

static void wakes_into_a_run(void)
{
    const struct wf_waker of_task = wf_task_waker(waiting_task());
    wf_waker_wake_by_ref(&of_task);
}

START_TEST(g116_a_task_that_a_wake_runs_panics)
{
    expect_panic(wakes_into_a_run, "weft: panic: clause G.116 broken: task look is run inside of a call of "
                                   "schedule, which only queues\n");
}
END_TEST

static void aborts_into_a_drop(void)
{
    const struct wf_abort_handle of_task = {waiting_task()};
    wf_abort(&of_task);
}

START_TEST(g116_a_task_that_an_abort_drops_in_place_panics)
{
    expect_panic(aborts_into_a_drop, "weft: panic: clause G.116 broken: task look is run inside of a call of "
                                     "schedule, which only queues\n");
}
END_TEST

/* The task has one reference, the owner's, and the waker gives it up. */
static void frees_too_early(void)
{
    struct wf_task *task = waiting_task();
    struct wf_waker of_task = wf_task_waker(task);
    wf_waker_drop(&of_task); /* borrowed, so this is one too many */
}

START_TEST(g116_a_task_freed_before_it_is_over_panics)
{
    expect_panic(frees_too_early,
                 "weft: panic: clause G.116 broken: a waker gives up the last reference to task "
                 "look, which is not over\n");
}
END_TEST

TCase *debug_tests(void)
{
    TCase *tests = tcase_create("debug");
    tcase_add_checked_fixture(tests, setup, NULL);
    add_panic_test(tests, g115_a_wake_under_a_lock_panics);
    add_panic_test(tests, g115_a_wake_by_reference_under_a_lock_panics);
    add_panic_test(tests, g115_a_clone_of_a_waker_under_a_lock_panics);
    add_panic_test(tests, g115_a_drop_of_a_waker_under_a_lock_panics);
    add_panic_test(tests, g115_a_poll_under_a_lock_panics);
    add_panic_test(tests, g115_a_drop_under_a_lock_panics);
    add_panic_test(tests, g115_an_output_destroyed_under_a_lock_panics);
    add_panic_test(tests, g115_an_allocation_under_a_lock_panics);
    add_panic_test(tests, g115_a_release_of_memory_under_a_lock_panics);
    add_panic_test(tests, g115_a_park_under_a_lock_panics);
    add_panic_test(tests, g115_an_unpark_under_a_lock_panics);
    add_panic_test(tests, g115_an_event_under_a_lock_panics);
    add_panic_test(tests, g115_a_hook_under_a_lock_panics);
    add_panic_test(tests, g115_a_hook_of_several_threads_under_a_lock_panics);
    tcase_add_test(tests, g115_a_lock_that_was_given_back_or_is_the_users_does_not_count);
    add_panic_test(tests, g116_a_task_that_a_wake_runs_panics);
    add_panic_test(tests, g116_a_task_that_an_abort_drops_in_place_panics);
    add_panic_test(tests, g116_a_task_freed_before_it_is_over_panics);
    return tests;
}
