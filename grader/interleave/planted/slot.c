/**
 * @file slot.c
 * @brief A slot for one item, passed from a thread to another by two POSIX semaphores.
 *
 * BUG 1: says that the slot is full before it is. "The other needs a while to wake up."
 * BUG 2: says that the slot is free before the item is out. "Nobody is as fast as that."
 * BUG 3: looks without waiting, and goes on when there is nothing. "There is always one."
 */
#include <semaphore.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { ITEMS = 2 };

static sem_t full, empty;
static int slot; /* of the sender while `empty` is taken, of the receiver while `full` is */

static void *send(void *arg)
{
    for (int item = 1; item <= ITEMS; item++) {
        sem_wait(&empty);
#if BUG == 1
        sem_post(&full);
        slot = item;
#else
        slot = item;
        sem_post(&full);
#endif
    }
    return arg;
}

static void *receive(void *arg)
{
    for (int item = 1; item <= ITEMS; item++) {
#if BUG == 3
        (void)!sem_trywait(&full);
#else
        sem_wait(&full);
#endif
#if BUG == 2
        sem_post(&empty);
        assert(slot == item);
#else
        assert(slot == item);
        sem_post(&empty);
#endif
    }
    return arg;
}

MODEL(slot, "-", "two threads, two items")
{
    sem_init(&full, 0, 0);
    sem_init(&empty, 0, 1);
    both(send, receive);
    sem_destroy(&full);
    sem_destroy(&empty);
}
