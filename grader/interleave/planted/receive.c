/**
 * @file receive.c
 * @brief A channel of one value, whose receiver waits until a deadline.
 *
 * BUG 1: after a timeout it does not look whether the value came meanwhile. "It timed out, so there is none."
 * BUG 2: the sender does not look whether the receiver still waits. "It has just told me."
 */
#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static bool waiting = true; /* the receiver, from the beginning on */
static int value;           /* both guarded by the mutex; 0: none */
static bool sent;

static void *sender(void *arg)
{
    pthread_mutex_lock(&mutex);
    if (waiting || BUG == 2) {
        value = 5;
        sent = true;
        waiting = false;
        pthread_cond_signal(&arrived);
    }
    pthread_mutex_unlock(&mutex);
    return arg;
}

/* The value; 0: none came in time. */
static int receive(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec++;
    int status = 0;
    pthread_mutex_lock(&mutex);
    while (waiting && status != ETIMEDOUT)
        status = pthread_cond_clockwait(&arrived, &mutex, CLOCK_MONOTONIC, &deadline);
    waiting = false;
    int received = BUG == 1 && status == ETIMEDOUT ? 0 : value;
    pthread_mutex_unlock(&mutex);
    return received;
}

static int received;

static void *receiver(void *arg)
{
    received = receive();
    return arg;
}

MODEL(receive, "-", "one sender, and a receiver that waits for a second")
{
    both(sender, receiver);
    interleave_expect(!sent || received == 5, "what was sent is received", "it is lost");
}
