/* How fast executions are, at 20 steps and at 300. A measure: the second is too large to be explored to its end. */
#include "interleave.h"

static atomic_uint shared, own[3];
static int plain[3];

/* Three operations a round, one of them on an object of all threads. It looks at `other`'s object. */
static void work(int thread, int other, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        atomic_fetch_add_explicit(&shared, 1, memory_order_acq_rel);
        plain[thread]++;
        atomic_store_explicit(&own[thread], (unsigned)i, memory_order_release);
        (void)atomic_load_explicit(&own[other], memory_order_acquire);
    }
}

static void *two_rounds(void *thread)
{
    work((int)(intptr_t)thread, ((int)(intptr_t)thread + 1) % 3, 2);
    return NULL;
}

static void *thirty_three_rounds(void *thread)
{
    work((int)(intptr_t)thread, (int)(intptr_t)thread, 33);
    return NULL;
}

static void run(void *(*rounds)(void *))
{
    pthread_t threads[2];
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, rounds, (void *)(i + 1));
    rounds(NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

MODEL(steps_20, "-", "three threads, six operations each, and two joins")
{
    run(two_rounds);
}

MODEL(steps_300, "-", "three threads, 99 operations each, and two joins")
{
    run(thirty_three_rounds);
}
