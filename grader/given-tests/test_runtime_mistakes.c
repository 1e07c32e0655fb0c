/**
 * @file test_runtime_mistakes.c
 * @brief Mistakes with a whole runtime: it panics, and neither hangs nor leaks.
 */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/panic.h"
#include "weft/runtime.h"

static struct wf_runtime *runtime;
static enum wf_runtime_kind kind;

static void set_kind(int i)
{
    kind = i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD;
}

static struct wf_runtime *new_one(void)
{
    struct wf_runtime *one = wf_runtime_new(&(struct wf_runtime_config){.kind = kind, .workers = 2});
    ck_assert_ptr_nonnull(one);
    return one;
}

static void run(bool (*step)(struct job *self, struct wf_cx *cx))
{
    struct job root = job_of(step, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
}

static bool (*step_of_task)(struct job *self, struct wf_cx *cx);

static bool spawns(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), step_of_task, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* --- block_on inside --- */

static bool blocks(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    run(job_at_once);
    return true;
}

static void block_in_a_task(void)
{
    step_of_task = blocks;
    runtime = new_one();
    run(spawns);
}

/* G.72, and 04.10 for a runtime of one thread. */
START_TEST(g72_block_on_in_a_task_of_either_kind_panics)
{
    set_kind(_i);
    char text[200];
    snprintf(
        text, sizeof text,
        "weft: panic: clause %s broken: block_on is called inside task(job): await it there, or do it outside\n"
        "  await tree of task:\n    job\n",
        _i ? "04.10" : "G.72");
    expect_panic(block_in_a_task, text);
}
END_TEST

/* --- drop inside --- */

static int drop_it(void *arg)
{
    (void)arg;
    wf_runtime_drop(runtime);
    return 0;
}

static bool drops(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return drop_it(NULL) == 0;
}

static bool drops_in_place(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return wf_block_in_place(drop_it, NULL) == 0;
}

static bool drops_in_a_call(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(wf_blocking(&self->child, drop_it, NULL), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

static bool (*const droppers[])(struct job *, struct wf_cx *) = {drops, drops_in_a_call, drops_in_place};

static int dropper;

static void drop_inside(void)
{
    struct wf_runtime_entry entry;
    runtime = new_one();
    if (dropper < 3) {
        step_of_task = droppers[dropper];
        run(spawns);
    } else if (dropper < 5) {
        run(droppers[dropper - 3]);
    } else {
        wf_runtime_enter(runtime, &entry);
        wf_runtime_drop(runtime);
    }
}

/* G.125: in a task; in a call that it makes, or in place; in a root, and a root's call; on a thread that has entered it. */
START_TEST(g125_a_runtime_that_is_dropped_inside_itself_panics)
{
    int status;
    set_kind(_i % 2);
    dropper = _i / 2;
    if (kind == WF_RUNTIME_CURRENT_THREAD && dropper == 2)
        return; /* G.81: nothing blocks in place there */
    const char *said = stderr_of(drop_inside, &status);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    const char *expected =
        "weft: panic: clause G.125 broken: a runtime is dropped inside itself, where it would wait for "
        "ever: drop it on a thread that is in none\n";
    ck_assert_msg(strncmp(said, expected, strlen(expected)) == 0, "%s", said);
}
END_TEST

/* --- a hook that panics --- */

static void panics(void *arg)
{
    wf_panic("G.14", "a hook of the user's own: %s", (const char *)arg);
}

static void panics_of_a_task(void *arg, const struct wf_task *task)
{
    (void)task;
    panics(arg);
}

static _Atomic bool has_parked;

static void note_park(void *arg)
{
    (void)arg;
    has_parked = true;
}

static const struct wf_hooks panicking[] = {
    {.before_park = note_park, .thread_started = panics, .arg = "thread_started"},
    {.before_park = note_park, .thread_stopped = panics, .arg = "thread_stopped"},
    {.before_park = note_park, .task_spawned = panics_of_a_task, .arg = "task_spawned"},
    {.before_park = note_park, .task_ended = panics_of_a_task, .arg = "task_ended"},
    {.before_park = panics, .arg = "before_park"},
    {.before_park = note_park, .after_unpark = panics, .arg = "after_unpark"},
};

static int hook;

/* So that there is nothing to run until the thread has parked. */
static int wait_for_the_park(void *arg)
{
    (void)arg;
    wait_for(is_true, &has_parked);
    return 0;
}

static bool calls(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(wf_blocking(&self->child, wait_for_the_park, NULL), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

static void run_with_the_hook(void)
{
    runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = kind, .workers = 2, .hooks = panicking[hook]});
    step_of_task = calls;
    run(spawns);
    wf_runtime_drop(runtime);
}

/* G.14: wherever the hook is called the process ends at once, with the words of the panic. */
START_TEST(g14_a_hook_that_panics_ends_the_process)
{
    int status;
    char expected[100];
    set_kind(_i % 2);
    hook = _i / 2;
    const char *said = stderr_of(run_with_the_hook, &status);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    snprintf(expected, sizeof expected, "weft: panic: clause G.14 broken: a hook of the user's own: %s\n",
             (const char *)panicking[hook].arg);
    ck_assert_msg(strncmp(said, expected, strlen(expected)) == 0, "%s", said);
}
END_TEST

/* --- after the end --- */

static int must_not_run(void *arg)
{
    ck_abort_msg("it runs, with %p", arg);
    return 0;
}

static struct wf_join_handle late;
static int spawned_in_a_clean_up = 1;

static void spawn_in_a_clean_up(struct wf_future *future)
{
    (void)future;
    struct wf_join_handle handle;
    spawned_in_a_clean_up = spawn_job(wf_scheduler_current(), job_at_once, 0, &handle);
    ck_assert_ptr_null(handle.task);
}

static enum wf_poll never(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    return WF_PENDING;
}

static const struct wf_future_ops clean_up_ops = {
    .name = "clean-up", .poll = never, .drop = spawn_in_a_clean_up, .size = sizeof(struct wf_future)};

/* G.92: what is spawned while a runtime ends, and afterwards, is refused; handles are READY, an abort does nothing. */
START_TEST(g92_after_the_end_everything_says_so)
{
    struct wf_join_handle handle, refused;
    set_kind(_i);
    runtime = new_one();
    struct wf_scheduler *scheduler = wf_scheduler_reference(wf_runtime_scheduler(runtime));
    struct wf_blocking_pool *pool = wf_runtime_blocking_pool(runtime);
    struct wf_scheduler *of_pool = wf_scheduler_reference(wf_blocking_pool_scheduler(pool));
    struct wf_task *task = wf_task_new(sizeof(struct wf_future));
    *wf_task_frame(task) = (struct wf_future){.ops = &clean_up_ops};
    ck_assert_int_eq(wf_task_spawn(task, scheduler, &late), 0);
    ck_assert_int_eq(spawn_job(scheduler, job_never, 0, &handle), 0);
    struct wf_abort_handle abort_handle = wf_join_handle_abort_handle(&handle);
    wf_runtime_drop(runtime);

    ck_assert_int_eq(spawned_in_a_clean_up, WF_ECLOSED);
    ck_assert_int_eq(spawn_job(scheduler, job_at_once, 0, &refused), WF_ECLOSED);
    ck_assert_ptr_null(refused.task);
    ck_assert_int_eq(wf_spawn_blocking(pool, &refused, must_not_run, NULL), WF_ECLOSED);
    ck_assert_ptr_null(refused.task);
    wf_abort(&abort_handle);
    wf_abort_handle_drop(&abort_handle);
    ck_assert_int_eq(wf_future_poll(&handle.future, &idle_cx), WF_READY);
    ck_assert_int_eq(handle.out, WF_ECANCELED);
    wf_future_drop(&late.future);
    wf_scheduler_unreference(of_pool);
    wf_scheduler_unreference(scheduler);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *runtime_mistakes_tests(void)
{
    TCase *tcase = tcase_create("runtime_mistakes");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test_raise_signal(tcase, g72_block_on_in_a_task_of_either_kind_panics, SIGABRT, 0, 2);
    tcase_add_loop_test(tcase, g125_a_runtime_that_is_dropped_inside_itself_panics, 0, 12);
    tcase_add_loop_test(tcase, g14_a_hook_that_panics_ends_the_process, 0, 12);
    tcase_add_loop_test(tcase, g92_after_the_end_everything_says_so, 0, 2);
    return tcase;
}
