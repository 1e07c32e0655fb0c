/**
 * @file test_runtimes.c
 * @brief Several runtimes in one process, and several threads that block on one.
 */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/runtime.h"

static struct wf_runtime *runtime;

static struct wf_runtime *new_one(enum wf_runtime_kind of_kind)
{
    struct wf_runtime *one = wf_runtime_new(&(struct wf_runtime_config){.kind = of_kind, .workers = 2});
    ck_assert_ptr_nonnull(one);
    return one;
}

static void run(bool (*step)(struct job *self, struct wf_cx *cx))
{
    struct job root = job_of(step, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
}

enum { THREADS = 4, RUNTIMES = 3, TIMES = 20 };

static struct wf_runtime *runtimes[RUNTIMES];
static _Atomic int wrong;

static bool is_at_home(struct job *self, struct wf_cx *cx)
{
    wrong += wf_scheduler_current() != wf_runtime_scheduler(runtimes[self->number]);
    return job_yields_once(self, cx);
}

/* Spawns on each runtime in turn, and awaits it from here. */
static bool visits_all(struct job *self, struct wf_cx *cx)
{
    for (; self->number < RUNTIMES; self->number++) {
        if (!self->child.task)
            ck_assert_int_eq(spawn_job(wf_runtime_scheduler(runtimes[self->number]), is_at_home, self->number,
                                       &self->child),
                             0);
        if (wf_future_poll(&self->child.future, cx) == WF_PENDING)
            return false;
        self->child = (struct wf_join_handle){.task = NULL};
    }
    return true;
}

static void *block_often(void *on)
{
    for (int i = 0; i < TIMES; i++) {
        struct job root = job_of(visits_all, 0);
        ck_assert_int_eq(wf_runtime_block_on(on, &root.future), 0);
    }
    return NULL;
}

/* G.91: three runtimes at once, several threads that block on each: a task is run where it was spawned, and awaited anywhere. */
START_TEST(g91_several_runtimes_know_nothing_of_each_other)
{
    pthread_t threads[RUNTIMES * THREADS];
    for (int i = 0; i < RUNTIMES; i++)
        runtimes[i] = new_one(WF_RUNTIME_MULTI_THREAD);
    for (int i = 0; i < RUNTIMES * THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, block_often, runtimes[i % RUNTIMES]), 0);
    for (int i = 0; i < RUNTIMES * THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(wrong, 0);
    for (int i = 0; i < RUNTIMES; i++)
        wf_runtime_drop(runtimes[i]);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.91: runtimes of one thread, each on its own, beside one of several that all spawn on. */
START_TEST(g91_runtimes_of_one_thread_run_beside_others)
{
    pthread_t threads[RUNTIMES];
    for (int i = 0; i < RUNTIMES; i++) {
        runtimes[i] = new_one(i > 0 ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD);
    }
    struct wf_runtime *all[RUNTIMES] = {runtimes[0], runtimes[0], runtimes[0]}, *own[RUNTIMES];
    memcpy(own, runtimes, sizeof own);
    memcpy(runtimes, all, sizeof runtimes);
    for (int i = 0; i < RUNTIMES; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, block_often, own[i]), 0);
    for (int i = 0; i < RUNTIMES; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(wrong, 0);
    for (int i = RUNTIMES - 1; i >= 0; i--)
        wf_runtime_drop(own[i]);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static _Atomic bool is_inside, may_end;

static bool waits_inside(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    is_inside = true;
    wait_for(is_true, &may_end);
    return true;
}

static void *block_until_told(void *arg)
{
    run(waits_inside);
    return arg;
}

static enum wf_runtime_kind kind;

static void block_twice_at_once(void)
{
    pthread_t thread;
    runtime = new_one(kind);
    pthread_create(&thread, NULL, block_until_told, NULL);
    wait_for(is_true, &is_inside);
    run(job_at_once);
    may_end = true;
    pthread_join(thread, NULL);
    wf_runtime_drop(runtime);
}

/* G.91, and 04.10: of one thread only one thread at a time; of several any number. */
START_TEST(g91_block_on_from_a_second_thread)
{
    int status;
    kind = _i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD;
    const char *said = stderr_of(block_twice_at_once, &status);
    ck_assert_int_eq(WIFSIGNALED(status), _i);
    ck_assert_msg(!_i || strstr(said, "04.10 broken: block_on is called while the same runtime runs\n"), "%s",
                  said);
}
END_TEST

TCase *runtimes_tests(void)
{
    TCase *tcase = tcase_create("runtimes");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g91_several_runtimes_know_nothing_of_each_other);
    tcase_add_test(tcase, g91_runtimes_of_one_thread_run_beside_others);
    tcase_add_loop_test(tcase, g91_block_on_from_a_second_thread, 0, 2);
    return tcase;
}
