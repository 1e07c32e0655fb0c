/**
 * @file transfer.c
 * @brief Money moves between two accounts, each with a mutex of its own; two transfers in opposite
 * directions.
 *
 * BUG 1: locks the source, then the target. "Each transfer takes its two locks in the same order."
 * BUG 2: adds to the target after both mutexes are free. "The sum was taken out under the lock."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

struct account {
    pthread_mutex_t mutex;
    int balance; /* guarded by mutex */
};

static struct account accounts[2] = {{PTHREAD_MUTEX_INITIALIZER, 10}, {PTHREAD_MUTEX_INITIALIZER, 10}};

static void transfer(struct account *from, struct account *to)
{
    struct account *first = from < to || BUG == 1 ? from : to;
    struct account *second = first == from ? to : from;
    pthread_mutex_lock(&first->mutex);
    pthread_mutex_lock(&second->mutex);
    from->balance--;
    if (BUG != 2)
        to->balance++;
    pthread_mutex_unlock(&second->mutex);
    pthread_mutex_unlock(&first->mutex);
    if (BUG == 2)
        to->balance++;
}

static void *there(void *arg)
{
    transfer(&accounts[0], &accounts[1]);
    return arg;
}

static void *back(void *arg)
{
    transfer(&accounts[1], &accounts[0]);
    return arg;
}

MODEL(transfer, "-", "two transfers in opposite directions")
{
    both(there, back);
    assert(accounts[0].balance == 10 && accounts[1].balance == 10);
}
