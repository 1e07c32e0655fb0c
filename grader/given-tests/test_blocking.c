#include "weft/blocking.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/current_thread.h"
#include "weft/detail/worker.h"
#include "weft/error.h"
#include "weft/local_set.h"

static struct wf_multi_thread *runtime;
static struct wf_blocking_pool *pool;

static void begin(uint32_t workers, uint32_t threads_max)
{
    pool = wf_blocking_pool_new(&(struct wf_blocking_config){.threads_max = threads_max});
    ck_assert_ptr_nonnull(pool);
    const struct wf_context with_pool = {.blocking_pool = pool};
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = workers, .base = &with_pool});
    ck_assert_ptr_nonnull(runtime);
}

static void end(void)
{
    wf_multi_thread_drop(runtime);
    wf_blocking_pool_drop(pool);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

static void run_root(bool (*step)(struct job *self, struct wf_cx *cx))
{
    struct job root = job_of(step, 0);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &root.future), 0);
}

/* --- block_in_place --- */

enum { BLOCKERS = 4, OTHERS = 1000 };

static sem_t others_done;
static _Atomic int others, blocked;

static int wait_for_the_others(void *arg)
{
    (void)arg;
    blocked++;
    while (sem_wait(&others_done) != 0)
        continue;
    return 7;
}

static bool blocks_in_place(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    self->number = wf_block_in_place(wait_for_the_others, NULL);
    /* the rest of the poll has no worker, or has it back: either way a spawn goes to the runtime */
    ck_assert_int_eq(spawn_job(wf_scheduler_current(), job_at_once, 0, NULL), 0);
    return true;
}

static bool is_an_other(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    if (++others == OTHERS)
        for (int i = 0; i < BLOCKERS; i++)
            sem_post(&others_done);
    return true;
}

static struct wf_join_handle blockers[BLOCKERS];
static int joined;

static bool spawns_blockers_then_others(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        self->number = -1;
        for (int i = 0; i < BLOCKERS; i++)
            ck_assert_int_eq(spawn_job(wf_scheduler_current(), blocks_in_place, 0, &blockers[i]), 0);
    }
    if (blocked < BLOCKERS) {
        wf_give_way(cx->waker);
        return false;
    }
    if (self->number < 0)
        for (self->number = 0; self->number < OTHERS; self->number++)
            ck_assert_int_eq(spawn_job(wf_scheduler_current(), is_an_other, 0, NULL), 0);
    for (; joined < BLOCKERS; joined++)
        if (wf_future_poll(&blockers[joined].future, cx) == WF_PENDING)
            return false;
    return true;
}

/* G.80: two workers, four tasks that block until a thousand others have run. */
START_TEST(g80_with_all_workers_blocked_in_place_the_others_go_on)
{
    sem_init(&others_done, 0, 0);
    begin(2, 8);
    run_root(spawns_blockers_then_others);
    ck_assert_int_eq(others, OTHERS);
    end();
}
END_TEST

static int at_once(void *arg)
{
    return *(int *)arg;
}

static bool blocks_for_nothing(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    for (int i = 0; i < 200; i++)
        ck_assert_int_eq(wf_block_in_place(at_once, &i), i);
    self->number = 200;
    return true;
}

static bool awaits_one(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), blocks_for_nothing, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.80: the worker is run by one thread, taken or taken back, and goes on. */
START_TEST(g80_short_blocks_lose_no_worker)
{
    begin(1, 2);
    for (int i = 0; i < 20; i++)
        run_root(awaits_one);
    end();
}
END_TEST

static _Atomic int in_hooks;

static void block_in_a_hook(void *arg)
{
    int number = 6;
    in_hooks += wf_block_in_place(at_once, &number) == 6 && arg;
}

static bool have_hooks_blocked(void *times)
{
    return in_hooks >= *(int *)times;
}

/* G.80: a hook that blocks in the middle of a worker's loop keeps its worker; two threads that run one would be its end. */
START_TEST(g80_a_hook_that_blocks_in_place_keeps_the_worker)
{
    pool = wf_blocking_pool_new(&(struct wf_blocking_config){0});
    const struct wf_context with_pool = {.blocking_pool = pool};
    struct wf_blocking_metrics metrics;
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){
        .workers = 1,
        .base = &with_pool,
        .hooks = {.before_park = block_in_a_hook, .after_unpark = block_in_a_hook, .arg = &in_hooks}});
    for (int times = 1; times < 20; times++) {
        wait_for(have_hooks_blocked, &times);
        ck_assert_int_eq(spawn_job(wf_multi_thread_scheduler(runtime), job_yields_once, 0, NULL), 0);
    }
    wf_multi_thread_drop(runtime);
    wf_blocking_pool_metrics(pool, &metrics);
    ck_assert_uint_eq(metrics.started, 0);
    wf_blocking_pool_drop(pool);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.80: no thread is to be had: the worker waits, and goes on. */
START_TEST(g80_without_memory_the_call_is_made_in_place)
{
    int number = 5;
    ck_assert_int_eq(wf_block_in_place(at_once, &number), 5); /* outside of all */
    begin(1, 1);
    for (uint32_t n = 1; n < 12; n++) {
        wf_alloc_fail_at(n + 2); /* behind block_on's own parker, and the spawn */
        run_root(awaits_one);
        wf_alloc_fail_at(0);
    }
    end();
}
END_TEST

static bool blocks_on_one_thread(struct job *self, struct wf_cx *cx)
{
    (void)cx;
    return wf_block_in_place(at_once, &self->number) == 0;
}

static void block_in_a_root_of_one_thread(void)
{
    struct job root = job_of(blocks_on_one_thread, 0);
    wf_current_thread_block_on(wf_current_thread_new(NULL, NULL), &root.future);
}

/* G.81 */
START_TEST(g81_on_a_runtime_of_one_thread_it_panics)
{
    expect_panic(
        block_in_a_root_of_one_thread,
        "weft: panic: clause G.81 broken: wf_block_in_place is called where the other tasks of this thread would "
        "wait (task set): spawn a blocking call\n  await tree of block_on:\n    job\n");
}
END_TEST

static void block_in_a_task_of_one_thread(void)
{
    struct wf_current_thread *one = wf_current_thread_new(NULL, NULL);
    struct job root = job_of(job_never, 0);
    ck_assert_int_eq(spawn_job(wf_current_thread_scheduler(one), blocks_on_one_thread, 0, NULL), 0);
    wf_current_thread_block_on(one, &root.future);
}

/* G.81 */
START_TEST(g81_in_a_task_of_one_thread_it_panics)
{
    expect_panic(
        block_in_a_task_of_one_thread,
        "weft: panic: clause G.81 broken: wf_block_in_place is called where the other tasks of this thread would "
        "wait (task set): spawn a blocking call\n  await tree of task:\n    job\n");
}
END_TEST

/* The worker of the root has other tasks of the set on its thread, although the runtime has several. */
static void block_in_a_local_task(void)
{
    begin(1, 1);
    struct wf_local_set *set = wf_local_set_new();
    struct wf_local_run run;
    struct job body = job_of(job_never, 0);
    ck_assert_int_eq(spawn_job(wf_local_set_scheduler(set), blocks_on_one_thread, 0, NULL), 0);
    (void)!wf_multi_thread_block_on(runtime, &wf_local_set_run(&run, set, &body.future)->future);
}

/* G.81 */
START_TEST(g81_in_a_local_set_it_panics)
{
    expect_panic(
        block_in_a_local_task,
        "weft: panic: clause G.81 broken: wf_block_in_place is called where the other tasks of this thread would "
        "wait (task set): spawn a blocking call\n  await tree of task:\n    job\n");
}
END_TEST

/* --- inside a call --- */

static int look_around(void *arg)
{
    (void)arg;
    ck_assert_ptr_null(wf_context_running());
    ck_assert_ptr_eq(wf_scheduler_current(), wf_multi_thread_scheduler(runtime));
    const struct wf_waker nobody = {0};
    for (int i = 0; i < 2 * WF_BUDGET; i++)
        ck_assert(wf_budget_spend(&nobody));
    ck_assert_int_eq(spawn_job(wf_scheduler_current(), job_at_once, 0, NULL), 0);
    struct job inner = job_of(job_yields_once, 3);
    ck_assert_int_eq(wf_multi_thread_block_on(runtime, &inner.future), 0);
    return 9;
}

static bool looks_in_place(struct job *self, struct wf_cx *cx)
{
    (void)self;
    uint32_t budget = wf_context_current->budget;
    struct wf_context *before = wf_context_current;
    ck_assert_int_eq(wf_block_in_place(look_around, NULL), 9);
    ck_assert_ptr_eq(wf_context_current, before);
    ck_assert_uint_eq(wf_context_current->budget, budget);
    for (; budget > 0; budget--)
        ck_assert(wf_budget_spend(cx->waker));
    ck_assert(!wf_budget_spend(cx->waker)); /* it is on again */
    return true;
}

static bool looks_in_both(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), looks_in_place, 0, &self->child), 0);
    if (self->number == 0 && wf_future_poll(&self->child.future, cx) == WF_PENDING)
        return false;
    if (self->number++ == 0) {
        self->child = (struct wf_join_handle){.task = NULL};
        ck_assert_int_eq(wf_spawn_blocking(pool, &self->child, look_around, NULL), 0);
        self->child.value = &self->out;
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.82 */
START_TEST(g82_inside_a_call_the_thread_is_a_plain_one)
{
    /* the pool's calls spawn on the runtime, so the runtime comes first */
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = 2});
    pool = wf_blocking_pool_new(&(struct wf_blocking_config){.spawns_on = wf_multi_thread_scheduler(runtime)});
    run_root(looks_in_both);
    wf_blocking_pool_drop(pool);
    wf_multi_thread_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- a runtime's drop --- */

static int drop_the_runtime(void *arg)
{
    (void)arg;
    wf_multi_thread_drop(runtime);
    return 0;
}

static bool drops_the_runtime_in_place(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return wf_block_in_place(drop_the_runtime, NULL) == 0;
}

static void drop_the_runtime_in_place(void)
{
    begin(1, 1);
    ck_assert_int_eq(spawn_job(wf_multi_thread_scheduler(runtime), drops_the_runtime_in_place, 0, NULL), 0);
    run_root(job_never);
}

/* G.126: it would wait for the end of this very task. */
START_TEST(g126_a_runtime_that_is_dropped_in_place_panics)
{
    expect_panic(
        drop_the_runtime_in_place,
        "weft: panic: clause G.126 broken: a runtime is dropped in a blocking call of its own, for which it "
        "would wait for ever\n");
}
END_TEST

/* --- the pool's drop --- */

static int drop_the_pool(void *arg)
{
    (void)arg;
    wf_blocking_pool_drop(pool);
    return 0;
}

static void drop_inside(void)
{
    begin(1, 1);
    ck_assert_int_eq(wf_spawn_blocking(pool, NULL, drop_the_pool, NULL), 0);
    run_root(job_never);
}

/* G.83 */
START_TEST(g83_a_pool_that_is_dropped_by_its_own_thread_panics)
{
    expect_panic(drop_inside,
                 "weft: panic: clause G.83 broken: a blocking pool is dropped by one of its own threads, for "
                 "which it would wait for ever\n");
}
END_TEST

TCase *blocking_tests(void)
{
    TCase *tcase = tcase_create("blocking");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g80_with_all_workers_blocked_in_place_the_others_go_on);
    tcase_add_test(tcase, g80_short_blocks_lose_no_worker);
    tcase_add_test(tcase, g80_a_hook_that_blocks_in_place_keeps_the_worker);
    tcase_add_test(tcase, g80_without_memory_the_call_is_made_in_place);
    add_panic_test(tcase, g81_on_a_runtime_of_one_thread_it_panics);
    add_panic_test(tcase, g81_in_a_task_of_one_thread_it_panics);
    add_panic_test(tcase, g81_in_a_local_set_it_panics);
    tcase_add_test(tcase, g82_inside_a_call_the_thread_is_a_plain_one);
    add_panic_test(tcase, g126_a_runtime_that_is_dropped_in_place_panics);
    add_panic_test(tcase, g83_a_pool_that_is_dropped_by_its_own_thread_panics);
    return tcase;
}
