/**
 * @file blocking_pool.c
 * @brief The counts of a pool of threads: those that are idle, that were told of a call, that exist.
 *
 * ## The story of a call
 *
 * 1. The spawner, under the lock, queues the call. If a thread is idle the spawner counts it as busy, from that moment on, and as told; and then signals.
 *    Else, below threads_max, it starts a thread. Else a busy thread will find the call.
 * 2. A thread that is busy takes calls until there is none. A thread that gets up takes one *told*, for itself: any thread may get up, so
 *    what counts is that as many get up as were told.
 * 3. A thread that finds no call is idle, and sleeps until somebody is told, its keep-alive is over, or the pool is closed. Only if
 *    nobody is told then, it counts itself out of the idle ones.
 *
 * A spawner that left the idle thread to count itself would count it twice: a second spawn, before the thread has got up, finds it idle again, starts
 * no thread, and its call waits for the first one's end.
 *
 * ## The end of a thread
 *
 * Nobody waits for a thread that ends by itself; but each one has to be joined. So each leaves its name in the pool, and joins the
 * one before, which has nothing left to do but to return. The last name is for the thread that closes the pool.
 */
#include "weft/detail/blocking_pool.h"

#include <errno.h>
#include <time.h>

#include "weft/detail/clock.h"
#include "weft/error.h"

/* --- spawn --- */

int wf_blocking_pool_bind(struct wf_scheduler *scheduler, struct wf_task *call)
{
    struct wf_blocking_pool *self = (struct wf_blocking_pool *)scheduler;
    int status = 0;
    bool tell = false;
    pthread_mutex_lock(&self->lock);
    /* LAB 06.T1 { refuse if closed. An idle thread: it is busy from now on, and told: `tell`. None, and below threads_max: start one; only if that fails, and there is no thread at all, WF_EAGAIN. What is accepted is queued */
    if (self->closed) {
        status = WF_ECLOSED;
    } else if (self->idle > 0) {
        self->idle--;
        self->calls_told++;
        tell = true;
    } else if (self->threads < self->config.threads_max) {
        self->threads++; /* it waits for the lock, and finds the call */
        if (self->start_thread(self) != 0) {
            self->threads--;
            if (self->threads == 0)
                status = WF_EAGAIN;
        }
    }
    if (status == 0) {
        wf_task_queue_push(&self->calls, call);
        self->queued++;
    }
    /* LAB 06.T1 } */
    pthread_mutex_unlock(&self->lock);
    if (tell) /* not under the lock, for which the thread would have to wait at once */
        pthread_cond_signal(&self->told);
    return status;
}

/* --- a thread --- */

/* Take calls, and run them without the lock, until there is none. In a closed pool only mandatory ones are begun. */
static void run_calls(struct wf_blocking_pool *self, struct wf_context *context)
{
    /* LAB 06.T2 { pop, unlock, run or drop, lock; `closed` may change in between */
    for (struct wf_task *call; (call = wf_task_queue_pop(&self->calls));) {
        self->queued--;
        pthread_mutex_unlock(
            &self->lock); /* what is in the queue is to be run: the close takes the others out */
        wf_blocking_pool_run_call(call, context, true);
        pthread_mutex_lock(&self->lock);
    }
    /* LAB 06.T2 } */
}

/* Sleep, as an idle thread. True: this thread was told of a call. False: it ends. */
static bool wait_until_told(struct wf_blocking_pool *self)
{
    bool told = false;
    /* LAB 06.T2 { idle; wait until told, closed, or the keep-alive is over, however often a wait returns without a reason. Told: the spawner has counted. Else: no more idle */
    uint64_t deadline_ns = wf_clock_ns() + self->config.keep_alive_ns;
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                                      .tv_nsec = (long)(deadline_ns % 1000000000u)};
    self->idle++;
    int status = 0;
    while (self->calls_told == 0 && !self->closed && status != ETIMEDOUT)
        status = pthread_cond_clockwait(&self->told, &self->lock, CLOCK_MONOTONIC, &deadline);
    told = self->calls_told > 0;
    if (told)
        self->calls_told--;
    else
        self->idle--;
    /* LAB 06.T2 } */
    return told;
}

/* This thread ends. Under the lock: whom is it to join? */
static bool leave(struct wf_blocking_pool *self, pthread_t *before)
{
    bool has_before = false;
    /* LAB 06.T2 { one thread fewer; the last one tells the thread that closes. Leave one's own name, and take the one that is there */
    has_before = self->has_left;
    *before = self->left;
    self->has_left = true;
    self->left = pthread_self();
    if (--self->threads == 0)
        pthread_cond_signal(&self->ended);
    /* LAB 06.T2 } */
    return has_before;
}

void wf_blocking_pool_run(struct wf_blocking_pool *pool, struct wf_context *context)
{
    pthread_t before;
    pthread_mutex_lock(&pool->lock);
    do
        run_calls(pool, context);
    while (!pool->closed && wait_until_told(pool));
    bool has_before = leave(pool, &before);
    pthread_mutex_unlock(&pool->lock);
    if (has_before)
        pthread_join(before, NULL); /* it has left the pool too, and returns at once */
}

/* --- the end --- */

/* What waits and need not run leaves the queue. With the lock. */
static void take_ordinary_calls(struct wf_blocking_pool *self, struct wf_task_queue *ordinary)
{
    struct wf_task_queue all;
    wf_task_queue_init(&all);
    wf_task_queue_init(ordinary);
    wf_task_queue_append(&all, &self->calls);
    for (struct wf_task *call; (call = wf_task_queue_pop(&all));) {
        bool stays = wf_blocking_call_is_mandatory(call);
        wf_task_queue_push(stays ? &self->calls : ordinary, call);
        self->queued -= !stays;
    }
}

/* In contexts as a thread of the pool has them. Without the lock. */
static void drop_calls(struct wf_blocking_pool *self, struct wf_task_queue *calls)
{
    struct wf_context base = self->base;
    struct wf_context context = {.scheduler = &self->scheduler};
    wf_context_enter(&base);
    wf_context_enter(&context);
    for (struct wf_task *call; (call = wf_task_queue_pop(calls));)
        wf_blocking_pool_run_call(call, &context, false);
    wf_context_leave(&context);
    wf_context_leave(&base);
}

void wf_blocking_pool_close(struct wf_blocking_pool *pool)
{
    bool has_left = false;
    pthread_mutex_lock(&pool->lock);
    /* LAB 06.T3 { close, wake all, wait until no thread is left; is there one to be joined? */
    pool->closed = true;
    pthread_cond_broadcast(&pool->told);
    struct wf_task_queue dropped;
    take_ordinary_calls(pool, &dropped);
    pthread_mutex_unlock(&pool->lock);
    drop_calls(pool, &dropped);
    pthread_mutex_lock(&pool->lock);
    while (pool->threads > 0)
        pthread_cond_wait(&pool->ended, &pool->lock);
    has_left = pool->has_left;
    pool->has_left = false;
    /* LAB 06.T3 } */
    pthread_mutex_unlock(&pool->lock);
    if (has_left)
        pthread_join(pool->left, NULL);
}
