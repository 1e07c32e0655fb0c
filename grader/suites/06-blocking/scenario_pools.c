/**
 * @file scenario_pools.c
 * @brief Lab 06: pools whose sleeps are nobody's: two at once, and one of more threads than a test can have.
 */
#include <sched.h>

#include "scenario.h"
#include "sleeps.h"
#include "steps.h"
#include "weft/blocking.h"
#include "weft/detail/blocking_pool.h"

/* --- two pools, of which neither knows of the other --- */

struct alone {
    struct wf_blocking_pool *pool;
    int64_t calls;
    _Atomic int64_t ran;
};

static _Atomic int both_are_there;

static int run_alone(void *arg)
{
    ((struct alone *)arg)->ran++;
    return 0;
}

static void *spawn_alone(void *arg)
{
    struct alone *self = arg;
    for (both_are_there++; both_are_there < 2;)
        sched_yield(); /* so that neither is over when the other begins */
    for (int64_t i = 0; i < self->calls; i++) {
        while (wf_spawn_blocking_mandatory(self->pool, NULL, run_alone, self) != 0)
            continue;
        if (i % 4 == 0)
            sched_yield(); /* threads fall asleep, and end, in between */
    }
    wf_blocking_pool_drop(self->pool);
    return NULL;
}

static struct step_reply on_two_pools(const struct step_two_pools *step)
{
    struct alone both[2] = {{.calls = step->call}, {.calls = step->call}};
    pthread_t threads[2];
    both_are_there = 0;
    for (int i = 0; i < 2; i++) {
        both[i].pool = wf_blocking_pool_new(
            &(struct wf_blocking_config){.threads_max = 2, .keep_alive_ns = 1000, .stack_bytes = 128 << 10});
        if (!both[i].pool)
            return STEP_DONE;
    }
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, spawn_alone, &both[i]) != 0)
            scenario_broken("there is no thread");
    for (int i = 0; i < 2; i++)
        sleeps_join_own(threads[i]);
    return (struct step_reply){both[0].ran + both[1].ran, 1};
}

/* --- a pool whose threads were started, and none has come to run yet --- */

static struct wf_blocking_pool *pool;
static int64_t asked_for, accepted, ran;

static int start_slowly(struct wf_blocking_pool *self)
{
    self->started++;
    asked_for++;
    return 0;
}

/* The last one closes the pool, so that nothing of the sleep of a thread is asked. */
static int run(void *arg)
{
    (void)arg;
    if (++ran == accepted) {
        pthread_mutex_lock(&pool->lock);
        pool->closed = true;
        pthread_mutex_unlock(&pool->lock);
    }
    return 0;
}

static struct step_reply on_limit(const struct step_limit *step)
{
    pool = wf_blocking_pool_new(&(struct wf_blocking_config){.threads_max = (uint32_t)step->limit});
    if (!pool)
        scenario_broken("no memory for a pool");
    pool->start_thread = start_slowly;
    asked_for = accepted = ran = 0;
    for (int64_t i = 0; i < step->calls; i++)
        accepted += wf_spawn_blocking(pool, NULL, run, NULL) == 0;
    return (struct step_reply){accepted, asked_for};
}

static struct step_reply on_has(const struct step_has *step)
{
    (void)step;
    struct wf_blocking_metrics now;
    wf_blocking_pool_metrics(pool, &now);
    return (struct step_reply){(int64_t)now.threads << 32 | now.idle, (int64_t)now.started << 32 | now.queued};
}

static struct step_reply on_run_all(const struct step_run_all *step)
{
    (void)step;
    struct wf_context context = {.scheduler = &pool->scheduler};
    wf_context_enter(&context);
    wf_blocking_pool_run(pool, &context);
    wf_context_leave(&context);
    wf_scheduler_unreference(wf_blocking_pool_scheduler(pool));
    return (struct step_reply){.a = ran};
}

STEP_SCENARIO(pools, POOLS_STEPS, NULL, NULL)
