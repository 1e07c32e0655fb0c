/**
 * @file semaphore.c
 * @brief A semaphore of one permit; its queue has one place. A waiter may give up.
 *
 * BUG 1: a waiter that gives up drops the permit which was just handed to it. "I no longer want it."
 * BUG 2: release() hands the permit to the waiter, and counts it too. "Whoever comes first."
 * BUG 3: looks at the count before it takes the mutex. "A quick path: the count is atomic."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum waiting { NOBODY, WAITS, HANDED };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static enum waiting waiting; /* guarded by mutex */
static atomic_int permits;   /* changed under mutex */

static void release(void)
{
    pthread_mutex_lock(&mutex);
    bool handed = waiting == WAITS;
    if (handed)
        waiting = HANDED;
    if (!handed || BUG == 2)
        atomic_fetch_add_explicit(&permits, 1, memory_order_relaxed);
    pthread_mutex_unlock(&mutex);
}

/** Get a permit, or a place in the queue. */
static bool acquire(void)
{
#if BUG == 3
    bool at_once = atomic_load_explicit(&permits, memory_order_relaxed) > 0;
    pthread_mutex_lock(&mutex);
#else
    pthread_mutex_lock(&mutex);
    bool at_once = atomic_load_explicit(&permits, memory_order_relaxed) > 0;
#endif
    if (at_once)
        assert(atomic_fetch_sub_explicit(&permits, 1, memory_order_relaxed) > 0);
    else
        waiting = WAITS;
    pthread_mutex_unlock(&mutex);
    return at_once;
}

/** Leave the queue; a permit that came meanwhile is given back. */
static void give_up(void)
{
    pthread_mutex_lock(&mutex);
    bool handed = waiting == HANDED;
    waiting = NOBODY;
    pthread_mutex_unlock(&mutex);
    if (handed && BUG != 1)
        release();
}

static void *releaser(void *arg)
{
    release();
    return arg;
}

static void *acquirer(void *arg)
{
    if (acquire())
        release();
    else
        give_up();
    return arg;
}

static void *taker(void *arg)
{
    pthread_mutex_lock(&mutex);
    bool taken = atomic_load_explicit(&permits, memory_order_relaxed) > 0;
    if (taken)
        atomic_fetch_sub_explicit(&permits, 1, memory_order_relaxed);
    pthread_mutex_unlock(&mutex);
    if (taken)
        release();
    return arg;
}

MODEL(semaphore, "-", "one releases; one acquires or gives up; one tries", .spurious = -1)
{
    interleave_name(&permits, "permits");
    pthread_t thread;
    pthread_create(&thread, NULL, taker, NULL);
    both(releaser, acquirer);
    pthread_join(thread, NULL);
    assert(atomic_load_explicit(&permits, memory_order_relaxed) == 1);
}
