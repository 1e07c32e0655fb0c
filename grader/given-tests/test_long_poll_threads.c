/**
 * @file test_long_poll_threads.c
 * @brief Long polls where several threads are; and the words.
 */
#include <semaphore.h>
#include <string.h>

#include "told.h"
#include "weft/alloc.h"
#include "weft/blocking.h"
#include "weft/runtime.h"

/* --- blocking in place --- */

static sem_t looked;
static uint32_t task_that_looked;

static bool looks_from_the_workers_new_thread(struct job *self, struct wf_cx *cx)
{
    task_that_looked = wf_task_id(wf_task_current());
    bool ready = job_looks(self, cx);
    sem_post(&looked);
    return ready;
}

static int wait_for_the_look(void *arg)
{
    (void)arg;
    while (sem_wait(&looked) != 0)
        continue;
    return 0;
}

static bool blocks_in_place(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    ck_assert_int_eq(spawn_job(wf_scheduler_current(), looks_from_the_workers_new_thread, 0, NULL), 0);
    return wf_block_in_place(wait_for_the_look, NULL) == 0;
}

static bool awaits_the_blocker(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), blocks_in_place, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.122: one worker; while one task blocks in place another has its long poll on the worker, and that one alone is told. */
START_TEST(g122_what_blocks_in_place_is_not_told)
{
    sem_init(&looked, 0, 0);
    begin_watch();
    struct wf_blocking_pool *pool = wf_blocking_pool_new(&(struct wf_blocking_config){0});
    const struct wf_context with_pool = {.blocking_pool = pool};
    struct wf_multi_thread *runtime = wf_multi_thread_new(
        &(struct wf_multi_thread_config){.workers = 1, .base = &with_pool, .watch = watch});
    struct job root = job_of(awaits_the_blocker, 0);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
    wf_multi_thread_drop(runtime);
    wf_blocking_pool_drop(pool);
    ck_assert_int_eq(told_count, 2);
    ck_assert_uint_eq(told[0].poll.task, task_that_looked);
    ck_assert_uint_eq(told[1].poll.task, task_that_looked);
    ck_assert(!told[0].poll.over && told[1].poll.over);
    end_watch();
}
END_TEST

static int look_twice(void *arg)
{
    (void)arg;
    look(1000);
    look(1000 + LIMIT);
    return 0;
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static bool looks_then_blocks(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    (void)look_twice(NULL);
    ck_assert_int_eq(told_count, 1);
    (void)wf_block_in_place(do_nothing, NULL);
    ck_assert_int_eq(told_count, 2);
    return true;
}

static bool awaits_what_looks_and_blocks(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), looks_then_blocks, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.121: it was told, and then it blocks in place: for the watch it is over. */
START_TEST(g121_what_blocks_after_it_was_told_is_over)
{
    begin_watch();
    struct wf_blocking_pool *pool = wf_blocking_pool_new(&(struct wf_blocking_config){0});
    const struct wf_context with_pool = {.blocking_pool = pool};
    struct wf_multi_thread *runtime = wf_multi_thread_new(
        &(struct wf_multi_thread_config){.workers = 1, .base = &with_pool, .watch = watch});
    struct job root = job_of(awaits_what_looks_and_blocks, 0);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
    wf_multi_thread_drop(runtime);
    wf_blocking_pool_drop(pool);
    ck_assert_int_eq(told_count, 2);
    ck_assert(told[1].poll.over);
    end_watch();
}
END_TEST

static bool blocks_then_looks(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    (void)wf_block_in_place(look_twice, NULL);
    return look_twice(NULL) == 0;
}

static bool awaits_what_blocks_and_looks(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), blocks_then_looks, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.122: no other thread is to be had, so the worker waits, and that is told. */
START_TEST(g122_where_nobody_takes_the_worker_it_is_told)
{
    struct wf_multi_thread *runtime;
    begin_watch();
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = 1, .watch = watch});
    struct job root = job_of(awaits_what_blocks_and_looks, 0);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
    wf_multi_thread_drop(runtime);
    ck_assert_int_eq(told_count, 2);
    end_watch();
}
END_TEST

/* --- a whole runtime, on the real clock: what is waited for is that it is told --- */

static bool is_told(void *arg)
{
    (void)arg;
    return told_count > 0;
}

static bool polls_until_it_is_told(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    wait_for(is_told, NULL);
    return true;
}

static bool spawns_a_long_poll(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), polls_until_it_is_told, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

static bool is_a_tasks; /* the long poll; else it is the root's */

/* The limit is a nanosecond, so a short poll may be told of too. */
static void keep_the_long_one(void *arg, const struct wf_long_poll *poll)
{
    if ((poll->task != 0) == is_a_tasks)
        keep_told(arg, poll);
}

static void run_in_a_runtime(enum wf_runtime_kind kind, bool (*step)(struct job *self, struct wf_cx *cx))
{
    is_a_tasks = step == spawns_a_long_poll;
    struct wf_runtime *runtime = wf_runtime_new(&(struct wf_runtime_config){
        .kind = kind,
        .workers = 2,
        .hooks = {.arg = &told_count},
        .long_poll_ns = 1,
        .long_poll = keep_the_long_one,
    });
    ck_assert_ptr_nonnull(runtime);
    struct job root = job_of(step, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(told_count, 2);
    bool first = told[0].poll.over; /* two threads tell: the end may come first */
    ck_assert(told[!first].poll.over);
    ck_assert_uint_eq(told[0].poll.task, told[1].poll.task);
    ck_assert_str_eq(told[0].poll.name, "job");
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

/* G.120 G.121 */
START_TEST(g120_a_runtime_tells_of_its_tasks)
{
    run_in_a_runtime(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD, spawns_a_long_poll);
    ck_assert_uint_ne(told[0].poll.task, 0);
}
END_TEST

/* G.120 G.121: in a runtime of one thread the root keeps the tasks from their turn. */
START_TEST(g120_a_runtime_of_one_thread_tells_of_its_root)
{
    run_in_a_runtime(WF_RUNTIME_CURRENT_THREAD, polls_until_it_is_told);
    ck_assert_uint_eq(told[0].poll.task, 0);
}
END_TEST

/* --- words --- */

static void print(FILE *stream, const void *poll)
{
    wf_long_poll_print(poll, stream);
}

/* G.120 G.121 */
START_TEST(g120_the_words)
{
    const struct wf_poll_place from[] = {{"serve", 33}, {"echo", 0}}, to[] = {{"serve", 40}};
    struct wf_long_poll poll = {
        .worker = 1, .ns = 120999999, .task = 7, .name = "a server", .from = from, .from_count = 2, .to = to};
    ck_assert_str_eq(printed(print, &poll),
                     "weft: worker 1 has polled task 7 (a server) for 120 ms: serve:33 -> echo\n");
    poll.over = true;
    poll.spawned_at = "main.c:20";
    ck_assert_str_eq(
        printed(print, &poll),
        "weft: worker 1 polled task 7 (a server, main.c:20) for 120 ms: serve:33 -> echo; now over\n");
    poll.to_count = 1;
    ck_assert_str_eq(
        printed(print, &poll),
        "weft: worker 1 polled task 7 (a server, main.c:20) for 120 ms: serve:33 -> echo; now at serve:40\n");
}
END_TEST

static void take_long_without_a_hook(void)
{
    watch = wf_poll_watch_new(&(struct wf_poll_watch_config){.limit_ns = LIMIT, .slots = 1});
    struct job root = job_of(job_awaits_a_look, 0);
    run_watched(&root.future);
}

/* G.120: without a hook standard error is told. */
START_TEST(g120_without_a_hook_it_is_printed)
{
    int status;
    const char *said = stderr_of(take_long_without_a_hook, &status);
    const char *expected =
        "weft: worker 0 has polled task 2 (job) for 0 ms: job\nweft: worker 0 polled task 2 (job) for ";
    ck_assert_int_eq(status, 0);
    ck_assert_msg(strncmp(said, expected, strlen(expected)) == 0 ||
                      strstr(said, "task 1 (job) for 0 ms: job\n"),
                  "%s", said);
}
END_TEST

TCase *long_poll_threads_tests(void)
{
    TCase *tcase = tcase_create("long_poll_threads");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g122_what_blocks_in_place_is_not_told);
    tcase_add_test(tcase, g121_what_blocks_after_it_was_told_is_over);
    tcase_add_test(tcase, g122_where_nobody_takes_the_worker_it_is_told);
    tcase_add_loop_test(tcase, g120_a_runtime_tells_of_its_tasks, 0, 2);
    tcase_add_test(tcase, g120_a_runtime_of_one_thread_tells_of_its_root);
    tcase_add_test(tcase, g120_the_words);
    tcase_add_test(tcase, g120_without_a_hook_it_is_printed);
    return tcase;
}
