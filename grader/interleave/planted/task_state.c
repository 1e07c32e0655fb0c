/**
 * @file task_state.c
 * @brief The state of a task that is woken while it runs; two wakers and a worker.
 *
 * The executor's queue is left out: the thread that makes the state SCHEDULED would push it, and a SCHEDULED task will be
 * run. What holds: a waker's news, written before its wake-up, is seen by a poll that begins after it.
 *
 * BUG 1: a wake-up of a running task is forgotten. "It is running, it will see the news."
 * BUG 2: wakes with a load and a store. "I have looked: it is idle."
 * BUG 3: returns early when it reads SCHEDULED. "It will be polled anyway."
 * BUG 4: a plain store turns NOTIFIED into SCHEDULED. "Nobody else changes that state."
 */
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { IDLE, SCHEDULED, RUNNING, NOTIFIED };

static atomic_int state = SCHEDULED;
static atomic_int news[2];
static int seen; /* the poll's: owned by who made the state RUNNING */

static int after_wake(int now)
{
    switch (now) {
    case IDLE:
        return SCHEDULED;
    case RUNNING:
        return BUG == 1 ? RUNNING : NOTIFIED;
    default:
        return now; /* the exchange is done all the same: the run that follows acquires this waker's news */
    }
}

static void wake(void)
{
    int now = atomic_load_explicit(&state, memory_order_relaxed);
#if BUG == 2
    atomic_store_explicit(&state, after_wake(now), memory_order_release);
#else
    do {
        if (BUG == 3 && now == SCHEDULED)
            return;
    } while (!atomic_compare_exchange_weak_explicit(&state, &now, after_wake(now), memory_order_acq_rel,
                                                    memory_order_relaxed));
#endif
}

static void run(void)
{
    int now = SCHEDULED;
    if (!atomic_compare_exchange_strong_explicit(&state, &now, RUNNING, memory_order_acq_rel,
                                                 memory_order_relaxed))
        return;
    seen = atomic_load_explicit(&news[0], memory_order_relaxed) +
           atomic_load_explicit(&news[1], memory_order_relaxed);
    now = RUNNING;
    if (atomic_compare_exchange_strong_explicit(&state, &now, IDLE, memory_order_acq_rel,
                                                memory_order_relaxed))
        return;
#if BUG == 4
    atomic_store_explicit(&state, SCHEDULED, memory_order_release);
#else
    atomic_exchange_explicit(&state, SCHEDULED, memory_order_acq_rel);
#endif
}

static void *waker(void *arg)
{
    atomic_store_explicit((atomic_int *)arg, 1, memory_order_relaxed);
    wake();
    return NULL;
}

static void *worker(void *arg)
{
    run();
    run();
    return arg;
}

MODEL(task_state, "-", "two wakers; a worker that looks twice, and once more when they are done",
      .spurious = -1)
{
    interleave_name(&state, "state", "IDLE", "SCHEDULED", "RUNNING", "NOTIFIED");
    interleave_name(&news[0], "news[0]");
    interleave_name(&news[1], "news[1]");
    pthread_t threads[3];
    pthread_create(&threads[0], NULL, waker, &news[0]);
    pthread_create(&threads[1], NULL, waker, &news[1]);
    pthread_create(&threads[2], NULL, worker, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    run();
    assert(seen == 2);
}
