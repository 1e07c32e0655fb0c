/**
 * @file test_runtime_limits.c
 * @brief A runtime where memory or threads are not to be had; names and stacks of its threads.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/runtime.h"

static struct wf_runtime *runtime;

static struct wf_runtime *new_one(enum wf_runtime_kind kind)
{
    return wf_runtime_new(&(struct wf_runtime_config){
        .kind = kind, .workers = 3, .hooks = thread_hooks, .long_poll_ns = WF_LONG_POLL_NS});
}

static void end(void)
{
    wf_runtime_drop(runtime);
    ck_assert_int_eq(threads_started, threads_stopped);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

static enum wf_runtime_kind kind_of(int i)
{
    return i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD;
}

/* --- made --- */

/* G.90: the threads of both watches and the workers, one after the other. */
START_TEST(g90_where_threads_run_out_nothing_is_left)
{
    int needed = _i ? 1 : 5;
    for (int allowed = 0; allowed < needed; allowed++) {
        threads_left = allowed;
        errno = 0;
        ck_assert_ptr_null(new_one(kind_of(_i)));
        ck_assert_int_eq(errno, EAGAIN);
        ck_assert_int_eq(threads_started, threads_stopped);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
    threads_left = needed;
    runtime = new_one(kind_of(_i));
    ck_assert_ptr_nonnull(runtime);
    threads_left = -1;
    end();
}
END_TEST

/* G.90 */
START_TEST(g90_where_memory_runs_out_nothing_is_left)
{
    for (uint32_t n = 1;; n++) {
        wf_alloc_fail_at(n);
        errno = 0;
        runtime = new_one(kind_of(_i));
        if (wf_alloc_fail_at(0) > 0)
            break;
        ck_assert_ptr_null(runtime);
        ck_assert_int_eq(errno, ENOMEM);
        ck_assert_int_eq(threads_started, threads_stopped);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
    ck_assert_ptr_nonnull(runtime);
    end();
}
END_TEST

static uint32_t too_many;

static void with_too_many_workers(void)
{
    (void)!wf_runtime_new(&(struct wf_runtime_config){.workers = too_many, .long_poll_ns = WF_LONG_POLL_NS});
}

/* G.71: with a watch, too, which has a slot for each. */
START_TEST(g71_too_many_workers_of_a_runtime_panic)
{
    char text[100];
    too_many = _i ? UINT32_MAX : 1025;
    snprintf(text, sizeof text,
             "weft: panic: clause G.71 broken: a runtime is to have %u workers: ask for 1 to 1024\n",
             too_many);
    expect_panic(with_too_many_workers, text);
}
END_TEST

/* --- used --- */

static int answer(void *arg)
{
    (void)arg;
    return 4;
}

static int answer_in_place(void *arg)
{
    return wf_block_in_place(answer, arg);
}

/* A blocking call, or why there is none. */
static bool calls(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        self->number = wf_blocking(&self->child, answer_in_place, NULL);
        if (self->number != 0) {
            ck_assert_ptr_null(self->child.task);
            return true;
        }
        self->child.value = &self->number;
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

static bool blocks_in_place(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    self->number = wf_block_in_place(answer, NULL);
    return true;
}

static bool (*step_of_task)(struct job *self, struct wf_cx *cx);

/* A task's output, or why there is none. */
static bool spawns(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        struct wf_task *task = wf_task_new(sizeof(struct job));
        self->number = WF_ENOMEM;
        if (!task)
            return true;
        *(struct job *)(void *)task->frame = job_of(step_of_task, 0);
        self->number = wf_task_spawn(task, wf_scheduler_current(), &self->child);
        ck_assert_int_eq(self->number, 0);
        self->child.value = &self->number;
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.90 G.91: a root that spawns a task that makes a call; each allocation fails once. What a person is told is 0 or WF_ENOMEM. */
START_TEST(g91_where_memory_runs_out_each_use_says_so)
{
    bool (*const steps[])(struct job *, struct wf_cx *) = {calls, blocks_in_place};
    step_of_task = steps[_i / 2];
    for (uint32_t n = 1, left = 0; left == 0; n++) {
        struct job root = job_of(spawns, 0);
        runtime = new_one(kind_of(_i % 2));
        wf_alloc_fail_at(n);
        int status = wf_runtime_block_on(runtime, &root.future);
        left = wf_alloc_fail_at(0);
        ck_assert(status == 0 || status == WF_ENOMEM);
        ck_assert_int_eq(root.polls > 0, status == 0);
        ck_assert(status != 0 || root.out == WF_ENOMEM || root.out == 4);
        ck_assert(left == 0 || root.out == 4);
        end();
    }
}
END_TEST

/* G.91: no thread for the call: it is refused, and in place the worker waits. */
START_TEST(g91_where_threads_run_out_each_use_says_so)
{
    step_of_task = calls;
    struct job root = job_of(spawns, 0);
    runtime = new_one(kind_of(_i));
    threads_left = 0;
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    ck_assert_int_eq(root.out, WF_EAGAIN);
    if (!_i) {
        step_of_task = blocks_in_place;
        root = job_of(spawns, 0);
        ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
        ck_assert_int_eq(root.out, 4);
    }
    threads_left = -1;
    root = job_of(calls, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    ck_assert_int_eq(root.out, 4);
    end();
}
END_TEST

/* --- names and stacks --- */

enum { STACK_BYTES = 1 << 20, STACK_BYTES_MAX = 2 << 20, THREADS_MAX = 8 };

static char names[THREADS_MAX][16];
static size_t stacks[THREADS_MAX];
static _Atomic int noted;

static void note_thread(void *arg)
{
    (void)arg;
    pthread_attr_t attributes;
    int number = noted++;
    ck_assert_int_lt(number, THREADS_MAX);
    pthread_getname_np(pthread_self(), names[number], sizeof names[number]);
    ck_assert_int_eq(pthread_getattr_np(pthread_self(), &attributes), 0);
    pthread_attr_getstacksize(&attributes, &stacks[number]);
    pthread_attr_destroy(&attributes);
}

static bool is_noted(const char *name)
{
    for (int i = 0; i < noted; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* G.90: a thread has its name and stack from its begin on: a worker's, and a blocking call's. */
START_TEST(g90_threads_have_the_name_and_the_stack)
{
    const char *given[] = {"a-long-name", NULL};
    runtime = wf_runtime_new(&(struct wf_runtime_config){
        .workers = 2, .name = given[_i], .stack_bytes = STACK_BYTES, .hooks = {.thread_started = note_thread}});
    struct job root = job_of(calls, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(noted, 3);
    ck_assert(is_noted(_i ? "weft-0" : "a-long-n-0"));
    ck_assert(is_noted(_i ? "weft-1" : "a-long-n-1"));
    ck_assert(!_i || is_noted("block-0"));
    for (int i = 0; i < noted; i++) {
        ck_assert_uint_ge(stacks[i], STACK_BYTES);
        ck_assert_uint_lt(stacks[i], STACK_BYTES_MAX); /* a sanitizer may want some more */
    }
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *runtime_limits_tests(void)
{
    TCase *tcase = tcase_create("runtime_limits");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g90_where_threads_run_out_nothing_is_left, 0, 2);
    tcase_add_loop_test(tcase, g90_where_memory_runs_out_nothing_is_left, 0, 2);
    tcase_add_loop_test_raise_signal(tcase, g71_too_many_workers_of_a_runtime_panic, SIGABRT, 0, 2);
    tcase_add_loop_test(tcase, g91_where_memory_runs_out_each_use_says_so, 0, 3);
    tcase_add_loop_test(tcase, g91_where_threads_run_out_each_use_says_so, 0, 2);
    tcase_add_loop_test(tcase, g90_threads_have_the_name_and_the_stack, 0, 2);
    return tcase;
}
