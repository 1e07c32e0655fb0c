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
#include "weft/panic.h"

/* --- spawn --- */

int wf_blocking_pool_bind(struct wf_scheduler *scheduler, struct wf_task *call)
{
    struct wf_blocking_pool *self = (struct wf_blocking_pool *)scheduler;
    int status = 0;
    bool tell = false;
    pthread_mutex_lock(&self->lock);
    /* 06.T1: refuse if closed. An idle thread: it is busy from now on, and told: `tell`. None, and
     * below threads_max: start one; only if that fails, and there is no thread at all, WF_EAGAIN.
     * What is accepted is queued */
    LAB_TODO("06.T1");
    pthread_mutex_unlock(&self->lock);
    if (tell) /* not under the lock, for which the thread would have to wait at once */
        pthread_cond_signal(&self->told);
    return status;
}

/* --- a thread --- */

/* Take calls, and run them without the lock, until there is none. In a closed pool only mandatory ones are begun. */
static void run_calls(struct wf_blocking_pool *self, struct wf_context *context)
{
    /* 06.T2: pop, unlock, run or drop, lock; `closed` may change in between */
    LAB_TODO("06.T2");
}

/* Sleep, as an idle thread. True: this thread was told of a call. False: it ends. */
static bool wait_until_told(struct wf_blocking_pool *self)
{
    bool told = false;
    /* 06.T2: idle; wait until told, closed, or the keep-alive is over, however often a wait returns
     * without a reason. Told: the spawner has counted. Else: no more idle */
    LAB_TODO("06.T2");
    return told;
}

/* This thread ends. Under the lock: whom is it to join? */
static bool leave(struct wf_blocking_pool *self, pthread_t *before)
{
    bool has_before = false;
    /* 06.T2: one thread fewer; the last one tells the thread that closes. Leave one's own name, and
     * take the one that is there */
    LAB_TODO("06.T2");
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

void wf_blocking_pool_close(struct wf_blocking_pool *pool)
{
    bool has_left = false;
    pthread_mutex_lock(&pool->lock);
    /* 06.T3: close, wake all, wait until no thread is left; is there one to be joined? */
    LAB_TODO("06.T3");
    pthread_mutex_unlock(&pool->lock);
    if (has_left)
        pthread_join(pool->left, NULL);
}
