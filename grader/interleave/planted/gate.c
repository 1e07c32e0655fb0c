/**
 * @file gate.c
 * @brief A gate that lets all through once it is open; two wait.
 *
 * BUG 1: opens with a signal. "It wakes who waits."
 * BUG 2: the thread that comes through closes the gate behind itself. "Tidy up after yourself."
 */
#include <stdbool.h>

#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_open; /* guarded by mutex */

static void *walker(void *arg)
{
    pthread_mutex_lock(&mutex);
    while (!is_open)
        pthread_cond_wait(&opened, &mutex);
    if (BUG == 2)
        is_open = false;
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void *keeper(void *arg)
{
    pthread_mutex_lock(&mutex);
    is_open = true;
    if (BUG == 1)
        pthread_cond_signal(&opened);
    else
        pthread_cond_broadcast(&opened);
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(gate, "-", "two wait, one opens", .spurious = -1)
{
    pthread_t threads[3];
    pthread_create(&threads[0], NULL, walker, NULL);
    pthread_create(&threads[1], NULL, walker, NULL);
    pthread_create(&threads[2], NULL, keeper, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
