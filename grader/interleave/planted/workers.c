/**
 * @file workers.c
 * @brief Two workers of one runtime, and a thread that injects a task: when to sleep, and whom to wake.
 *
 * One word counts the workers that are awake and those that search. A thread with work wakes a sleeper unless one searches; the last
 * searcher looks once more after it has said that it sleeps.
 *
 * BUG 1: the last searcher does not look again. "It has just looked."
 * BUG 2: a thread with work looks at the word by a load. "It does not change it."
 * BUG 3: whom to wake is not asked again under the lock. "It was asked just before."
 */
#include <semaphore.h>

#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { WORKERS = 2, SEARCHING = 1, AWAKE = 1 << 16 };

static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER, idle = PTHREAD_MUTEX_INITIALIZER;
static int tasks; /* guarded by queue */
static atomic_int length;
static atomic_uint state = WORKERS * AWAKE;
static int sleepers[WORKERS], sleeping; /* guarded by idle */
static sem_t parks[WORKERS];
static atomic_bool over;

static bool wants_one_more(unsigned now)
{
    return now % AWAKE == 0 && now / AWAKE < WORKERS;
}

static void notify(void)
{
    if (!wants_one_more(BUG == 2 ? atomic_load_explicit(&state, memory_order_acquire)
                                 : atomic_fetch_add_explicit(&state, 0, memory_order_acq_rel)))
        return;
    pthread_mutex_lock(&idle);
    int number = -1;
    if (BUG == 3 || wants_one_more(atomic_load_explicit(&state, memory_order_relaxed))) {
        assert(sleeping > 0);
        number = sleepers[--sleeping];
        atomic_fetch_add_explicit(&state, AWAKE + SEARCHING, memory_order_acq_rel);
    }
    pthread_mutex_unlock(&idle);
    if (number >= 0)
        sem_post(&parks[number]);
}

static bool take(void)
{
    if (atomic_load_explicit(&length, memory_order_relaxed) == 0)
        return false;
    pthread_mutex_lock(&queue);
    bool any = tasks > 0;
    tasks -= any;
    atomic_store_explicit(&length, tasks, memory_order_relaxed);
    pthread_mutex_unlock(&queue);
    return any;
}

/* It is awake, and searches, when it returns. */
static void sleep_until_woken(int number)
{
    pthread_mutex_lock(&idle);
    unsigned before = atomic_fetch_sub_explicit(&state, AWAKE + SEARCHING, memory_order_acq_rel);
    sleepers[sleeping++] = number;
    pthread_mutex_unlock(&idle);
    if (BUG != 1 && before % AWAKE == 1 && atomic_load_explicit(&length, memory_order_relaxed) > 0)
        notify();
    sem_wait(&parks[number]);
}

static void *worker(void *arg)
{
    int number = (int)(intptr_t)arg;
    atomic_fetch_add_explicit(&state, SEARCHING, memory_order_acq_rel);
    while (!atomic_load_explicit(&over, memory_order_acquire)) {
        if (!take()) {
            sleep_until_woken(number);
            continue;
        }
        if (atomic_fetch_sub_explicit(&state, SEARCHING, memory_order_acq_rel) % AWAKE == 1)
            notify();
        atomic_store_explicit(&over, true, memory_order_release); /* the task */
        for (int i = 0; i < WORKERS; i++)
            sem_post(&parks[i]);
    }
    return NULL;
}

MODEL(workers, "-", "two workers look for work and fall asleep while a task is injected")
{
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        sem_init(&parks[i], 0, 0);
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, worker, (void *)(intptr_t)i);
    pthread_mutex_lock(&queue);
    tasks++;
    atomic_store_explicit(&length, tasks, memory_order_relaxed);
    pthread_mutex_unlock(&queue);
    notify();
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < WORKERS; i++)
        sem_destroy(&parks[i]);
}
