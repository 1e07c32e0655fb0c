/**
 * @file turnstile.c
 * @brief Two wait at a turnstile, each with a number; each turn lets the next number through.
 *
 * BUG 1: a turn signals. "It wakes who has waited longest." A signal may wake any of them.
 * BUG 2: waits for its own number, and not for a later one too. "The turnstile stops at each."
 */
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int next_number; /* guarded by mutex */
static int turns;       /* guarded by mutex; numbers below it may pass */

static void *passenger(void *arg)
{
    pthread_mutex_lock(&mutex);
    int mine = next_number++;
    while (BUG == 2 ? turns != mine + 1 : turns <= mine)
        pthread_cond_wait(&turned, &mutex);
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void turn(void)
{
    pthread_mutex_lock(&mutex);
    turns++;
    if (BUG == 1)
        pthread_cond_signal(&turned);
    else
        pthread_cond_broadcast(&turned);
    pthread_mutex_unlock(&mutex);
}

static void *attendant(void *arg)
{
    turn();
    turn();
    return arg;
}

MODEL(turnstile, "-", "two passengers, two turns", .spurious = -1)
{
    pthread_t threads[3];
    pthread_create(&threads[0], NULL, passenger, NULL);
    pthread_create(&threads[1], NULL, passenger, NULL);
    pthread_create(&threads[2], NULL, attendant, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
