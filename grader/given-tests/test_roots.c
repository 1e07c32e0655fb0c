#include <pthread.h>

#include "jobs.h"
#include "weft/current_thread.h"

static struct wf_multi_thread *runtime;

static bool blocks(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    struct job inner = job_of(job_at_once, 1);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &inner.future), 0);
    return true;
}

static void block_in_a_root(void)
{
    runtime = new_runtime(1);
    struct job root = job_of(blocks, 0);
    (void)!wf_multi_thread_block_on(runtime, &root.future);
}

static void block_in_another_runtime(void)
{
    runtime = new_runtime(1);
    struct job root = job_of(blocks, 0);
    wf_current_thread_block_on(wf_current_thread_new(NULL, NULL), &root.future);
}

static void block_in_a_task(void)
{
    runtime = new_runtime(1);
    struct job root = job_of(job_never, 0);
    ck_assert_int_eq(spawn_job(wf_multi_thread_scheduler(runtime), blocks, 0, NULL), 0);
    (void)!wf_multi_thread_block_on(runtime, &root.future);
}

/* G.72 */
START_TEST(g72_block_on_inside_a_root_panics)
{
    expect_panic(
        block_in_a_root,
        "weft: panic: clause G.72 broken: block_on is called inside block_on(job): await it there, or do it outside\n  await tree of block_on:\n    job\n");
}
END_TEST

/* G.72 */
START_TEST(g72_block_on_inside_another_runtime_panics)
{
    expect_panic(
        block_in_another_runtime,
        "weft: panic: clause G.72 broken: block_on is called inside block_on(job): await it there, or do it outside\n  await tree of block_on:\n    job\n");
}
END_TEST

/* G.72 */
START_TEST(g72_block_on_inside_a_task_panics)
{
    expect_panic(
        block_in_a_task,
        "weft: panic: clause G.72 broken: block_on is called inside task(job): await it there, or do it outside\n  await tree of task:\n    job\n");
}
END_TEST

enum { THREADS = 4, CHILDREN = 50 };

static _Atomic int wrong_threads;
static __thread bool is_blocker;

/* Spawns children that yield, and awaits one after the other. */
static bool awaits_children(struct job *self, struct wf_cx *cx)
{
    wrong_threads += !is_blocker;
    while (self->number < CHILDREN) {
        if (!self->child.task)
            ck_assert_int_eq(spawn_job(wf_scheduler_current(), job_yields_once, self->number, &self->child),
                             0);
        int value = -1;
        self->child.value = &value;
        if (wf_future_poll(&self->child.future, cx) == WF_PENDING)
            return false;
        ck_assert_int_eq(value, self->number);
        self->child = (struct wf_join_handle){.task = NULL};
        self->number++;
    }
    return true;
}

static void *block(void *arg)
{
    (void)arg;
    is_blocker = true;
    struct job root = job_of(awaits_children, 0);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
    ck_assert_int_eq(root.out, CHILDREN);
    return NULL;
}

/* G.78 */
START_TEST(g78_each_root_is_polled_on_its_thread)
{
    runtime = new_runtime(2);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, block, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(wrong_threads, 0);
    drop_runtime(runtime);
}
END_TEST

/* G.78: a root that gives way is polled again, with nothing else to run. */
START_TEST(g78_a_root_that_yields_goes_on)
{
    runtime = new_runtime(1);
    struct job root = job_of(job_yields_once, 5);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
    ck_assert_int_eq(root.out, 5);
    ck_assert_int_eq(root.polls, 2);
    drop_runtime(runtime);
}
END_TEST

TCase *roots_tests(void)
{
    TCase *tcase = tcase_create("roots");
    tcase_set_timeout(tcase, 60);
    add_panic_test(tcase, g72_block_on_inside_a_root_panics);
    add_panic_test(tcase, g72_block_on_inside_another_runtime_panics);
    add_panic_test(tcase, g72_block_on_inside_a_task_panics);
    tcase_add_test(tcase, g78_each_root_is_polled_on_its_thread);
    tcase_add_test(tcase, g78_a_root_that_yields_goes_on);
    return tcase;
}
