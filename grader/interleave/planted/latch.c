/**
 * @file latch.c
 * @brief A condition variable: one thread waits until another has opened the latch.
 *
 * BUG 1: `if` in place of `while`. "I am woken when it is open."
 * BUG 2: no predicate at all. "The signal comes after the wait."
 * BUG 3: opens and signals without the mutex. "The flag is atomic, so no lock is needed."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_bool is_open;

static void *opener(void *arg)
{
    if (BUG != 3)
        pthread_mutex_lock(&mutex);
    atomic_store_explicit(&is_open, true, memory_order_release);
    pthread_cond_signal(&changed);
    if (BUG != 3)
        pthread_mutex_unlock(&mutex);
    return arg;
}

static void *waiter(void *arg)
{
    pthread_mutex_lock(&mutex);
#if BUG == 1
    if (!atomic_load_explicit(&is_open, memory_order_acquire))
        pthread_cond_wait(&changed, &mutex);
#elif BUG == 2
    pthread_cond_wait(&changed, &mutex);
#else
    while (!atomic_load_explicit(&is_open, memory_order_acquire))
        pthread_cond_wait(&changed, &mutex);
#endif
    if (BUG != 2)
        assert(atomic_load_explicit(&is_open, memory_order_relaxed));
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(latch, "-", "one waits, one opens")
{
    interleave_name(&is_open, "is_open");
    both(opener, waiter);
}
