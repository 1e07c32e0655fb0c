#include "weft/runtime.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/error.h"

static struct wf_runtime *runtime;
static void begin(enum wf_runtime_kind kind)
{
    runtime = wf_runtime_new(&(struct wf_runtime_config){.kind = kind, .workers = 2, .hooks = thread_hooks});
    ck_assert_ptr_nonnull(runtime);
}

static void end(void)
{
    wf_runtime_drop(runtime);
    ck_assert_int_eq(threads_started, threads_stopped);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

/* G.90 */
START_TEST(g90_without_memory_or_threads_nothing_is_left)
{
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t n = 1;; n++) {
            wf_alloc_fail_at(n);
            errno = 0;
            runtime = wf_runtime_new(&(struct wf_runtime_config){.kind = kind ? WF_RUNTIME_CURRENT_THREAD
                                                                              : WF_RUNTIME_MULTI_THREAD});
            wf_alloc_fail_at(0);
            if (runtime) {
                wf_runtime_drop(runtime);
                ck_assert_uint_gt(n, 3);
                ck_assert_uint_eq(wf_live_bytes(), 0);
                break;
            }
            ck_assert_int_eq(errno, ENOMEM);
            ck_assert_uint_eq(wf_live_bytes(), 0);
        }
    ck_assert_ptr_null(wf_runtime_new(&(struct wf_runtime_config){.stack_bytes = (size_t)1 << 46}));
    ck_assert(errno == EAGAIN || errno == EINVAL); /* valgrind calls it EINVAL */
    ck_assert_ptr_null(wf_runtime_new(&(struct wf_runtime_config){.stack_bytes = 1}));
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static int answer(void *arg)
{
    (void)arg;
    ck_assert_ptr_eq(wf_scheduler_current(), wf_runtime_scheduler(runtime));
    ck_assert_ptr_eq(wf_context_current->blocking_pool, wf_runtime_blocking_pool(runtime));
    return 4;
}

static bool calls(struct job *self, struct wf_cx *cx)
{
    ck_assert_ptr_eq(wf_scheduler_current(), wf_runtime_scheduler(runtime));
    if (!self->child.task) {
        ck_assert_int_eq(wf_blocking(&self->child, answer, NULL), 0);
        self->child.value = &self->number;
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

static bool spawns_a_caller(struct job *self, struct wf_cx *cx)
{
    if (!self->child.task) {
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), calls, 0, &self->child), 0);
        self->child.value = &self->number;
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.91 */
START_TEST(g91_everything_inside_knows_its_runtime)
{
    begin(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD);
    for (int i = 0; i < 20; i++) {
        struct job root = job_of(i % 2 ? calls : spawns_a_caller, 0);
        ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
        ck_assert_int_eq(root.out, 4);
    }
    end();
}
END_TEST

/* G.91 */
START_TEST(g91_a_thread_that_enters_is_inside)
{
    struct wf_join_handle handle;
    struct wf_runtime_entry outer, inner;
    ck_assert_int_eq(wf_blocking(&handle, answer, NULL), WF_ECLOSED);
    ck_assert_ptr_null(handle.task);
    begin(WF_RUNTIME_MULTI_THREAD);
    struct wf_runtime *other = wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD});
    wf_runtime_enter(runtime, &outer);
    ck_assert_int_eq(answer(NULL), 4);
    wf_runtime_enter(other, &inner);
    ck_assert_ptr_eq(wf_scheduler_current(), wf_runtime_scheduler(other));
    wf_runtime_leave(&inner);
    ck_assert_int_eq(wf_blocking(&handle, answer, NULL), 0);
    struct job root = job_of(calls, 0); /* an entry is no runtime that runs: block_on is allowed */
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    wf_runtime_leave(&outer);
    ck_assert_ptr_null(wf_scheduler_current());
    wf_future_drop(&handle.future);
    wf_runtime_drop(other);
    end();
}
END_TEST

static _Atomic int ended;

static int sleeps(void *arg)
{
    (void)arg;
    usleep(1000);
    ended++;
    return 0;
}

/* G.92 */
START_TEST(g92_drop_ends_tasks_calls_and_threads)
{
    enum { CALLS = 40 };
    struct wf_join_handle handles[CALLS];
    begin(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD);
    for (int i = 0; i < CALLS; i++) {
        ck_assert_int_eq(wf_spawn_blocking(wf_runtime_blocking_pool(runtime), &handles[i], sleeps, NULL), 0);
        ck_assert_int_eq(spawn_job(wf_runtime_scheduler(runtime), job_never, 0, NULL), 0);
    }
    wf_runtime_drop(runtime);
    int canceled = 0;
    for (int i = 0; i < CALLS; i++) {
        ck_assert_int_eq(wf_future_poll(&handles[i].future, &idle_cx), WF_READY);
        canceled += handles[i].out == WF_ECANCELED;
    }
    ck_assert_int_eq(ended + canceled, CALLS);
    ck_assert_int_eq(jobs_dropped, CALLS);
    ck_assert_int_eq(threads_started, threads_stopped);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.93 */
START_TEST(g93_the_exit_status_is_the_roots_output)
{
    struct job root = job_of(job_yields_once, 7);
    ck_assert_int_eq(wf_run_main(&root.future, &root.out), 7);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static void main_without_memory(void)
{
    struct job root = job_of(job_at_once, 7);
    wf_alloc_fail_at(1);
    _exit(wf_run_main(&root.future, &root.out));
}

/* G.93 */
START_TEST(g93_without_a_runtime_it_says_why)
{
    int status;
    ck_assert_str_eq(stderr_of(main_without_memory, &status),
                     "weft: there is no runtime: Cannot allocate memory\n");
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}
END_TEST

TCase *runtime_tests(void)
{
    TCase *tcase = tcase_create("runtime");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g90_without_memory_or_threads_nothing_is_left);
    tcase_add_loop_test(tcase, g91_everything_inside_knows_its_runtime, 0, 2);
    tcase_add_test(tcase, g91_a_thread_that_enters_is_inside);
    tcase_add_loop_test(tcase, g92_drop_ends_tasks_calls_and_threads, 0, 2);
    tcase_add_test(tcase, g93_the_exit_status_is_the_roots_output);
    tcase_add_test(tcase, g93_without_a_runtime_it_says_why);
    return tcase;
}
