#include <semaphore.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/blocking.h"
#include "weft/detail/blocking_pool.h"
#include "weft/runtime.h"

static struct wf_blocking_pool *pool;
static struct wf_runtime *runtime;

/* --- a pool that does not say --- */

static sem_t go;
static _Atomic int begun, returned;

static int wait_to_go(void *arg)
{
    (void)arg;
    begun++;
    while (sem_wait(&go) != 0)
        continue;
    returned++;
    return 0;
}

static bool all_have_begun(void *count)
{
    return begun == *(int *)count;
}

/* G.108 */
START_TEST(g108_a_pool_that_does_not_say_has_512_threads)
{
    int most = WF_BLOCKING_THREADS_MAX;
    struct wf_blocking_metrics metrics;
    sem_init(&go, 0, 0);
    pool = wf_blocking_pool_new(&(struct wf_blocking_config){.stack_bytes = 64 << 10});
    ck_assert_ptr_nonnull(pool);
    ck_assert_uint_eq(pool->config.keep_alive_ns, WF_BLOCKING_KEEP_ALIVE_NS);
    for (int i = 0; i <= most; i++)
        ck_assert_int_eq(wf_spawn_blocking(pool, NULL, wait_to_go, NULL), 0);
    wait_for(all_have_begun, &most);
    wf_blocking_pool_metrics(pool, &metrics);
    ck_assert_uint_eq(metrics.threads, (unsigned)most);
    ck_assert_uint_eq(metrics.queued, 1);
    sem_post(&go);
    most++;
    wait_for(all_have_begun, &most); /* later, on the thread that was free first */
    for (int i = 0; i < most - 1; i++)
        sem_post(&go);
    wf_blocking_pool_drop(pool);
    ck_assert_int_eq(returned, most);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- calls inside of calls --- */

static int times_two(void *arg)
{
    return 2 * *(int *)arg;
}

static bool awaits_a_call(struct job *self, struct wf_cx *cx)
{
    if (!self->child.task) {
        ck_assert_int_eq(wf_blocking(&self->child, times_two, &self->number), 0);
        self->child.value = &self->out;
    }
    if (wf_future_poll(&self->child.future, cx) == WF_PENDING)
        return false;
    self->number = self->out;
    return true;
}

static int block_on_a_call(void *arg)
{
    struct job inner = job_of(awaits_a_call, *(int *)arg);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &inner.future), 0);
    return inner.out;
}

static int block_in_place_again(void *arg)
{
    int twice = wf_block_in_place(block_on_a_call, arg);
    return wf_block_in_place(times_two, &twice);
}

static bool calls_in_calls(struct job *self, struct wf_cx *cx)
{
    if (!self->child.task) {
        int number = self->number, four_times = 4 * number;
        ck_assert_int_eq(wf_block_in_place(block_in_place_again, &number), four_times);
        ck_assert_int_eq(wf_blocking(&self->child, block_in_place_again, &self->number), 0);
        self->child.value = &self->out;
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY && self->out == 4 * self->number;
}

static bool spawns_callers(struct job *self, struct wf_cx *cx)
{
    static struct wf_join_handle callers[3];
    if (self->polls == 1)
        for (int i = 0; i < 3; i++)
            ck_assert_int_eq(spawn_job(wf_scheduler_current(), calls_in_calls, 5 + i, &callers[i]), 0);
    for (; self->number < 3; self->number++)
        if (wf_future_poll(&callers[self->number].future, cx) == WF_PENDING)
            return false;
    return true;
}

/* G.82: three tasks block in place, and inside of that again; so do three calls; each awaits a further call there. */
START_TEST(g82_calls_inside_of_calls)
{
    runtime = wf_runtime_new(&(struct wf_runtime_config){.workers = 2});
    struct job root = job_of(spawns_callers, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    wf_runtime_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *blocking_pool_tests(void)
{
    TCase *tcase = tcase_create("blocking_pool");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g108_a_pool_that_does_not_say_has_512_threads);
    tcase_add_test(tcase, g82_calls_inside_of_calls);
    return tcase;
}
