/**
 * @file permits.c
 * @brief A counting semaphore that signals after it has let the mutex go; two take a permit each, one gives two.
 *
 * A waiter may come back for no reason and find a permit whose signal is still to come: that signal is then for the
 * other one, or for nobody.
 *
 * BUG 1: a waiter that was woken takes a permit without another look. "There is one, or I would not be awake."
 * BUG 2: signals only if there was no permit before. "Somebody was woken for that one already."
 */
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given = PTHREAD_COND_INITIALIZER;
static int permits; /* guarded by mutex */

static void *taker(void *arg)
{
    pthread_mutex_lock(&mutex);
#if BUG == 1
    if (permits == 0)
        pthread_cond_wait(&given, &mutex);
#else
    while (permits == 0)
        pthread_cond_wait(&given, &mutex);
#endif
    permits--;
    assert(permits >= 0);
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void give(void)
{
    pthread_mutex_lock(&mutex);
    int before = permits++;
    pthread_mutex_unlock(&mutex);
    if (BUG != 2 || before == 0)
        pthread_cond_signal(&given);
}

static void *giver(void *arg)
{
    give();
    give();
    return arg;
}

MODEL(permits, "-", "two take, one gives two")
{
    pthread_t threads[3];
    pthread_create(&threads[0], NULL, taker, NULL);
    pthread_create(&threads[1], NULL, taker, NULL);
    pthread_create(&threads[2], NULL, giver, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
