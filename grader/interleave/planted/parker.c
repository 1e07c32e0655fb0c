/**
 * @file parker.c
 * @brief A thread's parker: a state word for the quick paths, a mutex and a condition variable to sleep; one
 * permit.
 *
 * BUG 1: unpark() signals without having held the mutex. "The state is already NOTIFIED."
 * BUG 2: park() sleeps once and takes it for a permit. "I was woken."
 * BUG 3: unpark() does nothing unless the thread sleeps. "There is nobody to wake."
 * BUG 4: park() takes the permit relaxed. "The permit carries no data."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { EMPTY, PARKED, NOTIFIED };

static atomic_int state;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static int work; /* the other thread's until it unparks */

static void park(void)
{
    memory_order acquire = BUG == 4 ? memory_order_relaxed : memory_order_acquire;
    int now = NOTIFIED;
    if (atomic_compare_exchange_strong_explicit(&state, &now, EMPTY, acquire, memory_order_relaxed))
        return;
    pthread_mutex_lock(&mutex);
    now = EMPTY;
    if (atomic_compare_exchange_strong_explicit(&state, &now, PARKED, memory_order_relaxed,
                                                memory_order_relaxed)) {
#if BUG == 2
        pthread_cond_wait(&woken, &mutex);
#else
        while (atomic_load_explicit(&state, memory_order_relaxed) != NOTIFIED)
            pthread_cond_wait(&woken, &mutex);
#endif
    }
    atomic_exchange_explicit(&state, EMPTY, acquire);
    pthread_mutex_unlock(&mutex);
}

static void unpark(void)
{
#if BUG == 3
    int now = PARKED;
    if (!atomic_compare_exchange_strong_explicit(&state, &now, NOTIFIED, memory_order_release,
                                                 memory_order_relaxed))
        return;
#else
    if (atomic_exchange_explicit(&state, NOTIFIED, memory_order_release) != PARKED)
        return;
#endif
    if (BUG != 1) {
        /* A thread that is PARKED holds the mutex until it waits. */
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    pthread_cond_signal(&woken);
}

static void *sleeper(void *arg)
{
    park();
    assert(work == 1);
    return arg;
}

static void *waker(void *arg)
{
    work = 1;
    unpark();
    return arg;
}

MODEL(parker, "-", "one parks, one unparks")
{
    interleave_name(&state, "state", "EMPTY", "PARKED", "NOTIFIED");
    both(sleeper, waker);
}
