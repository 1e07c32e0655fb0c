/**
 * @file rwlock.c
 * @brief A lock for many readers or one writer, of a mutex and two condition variables; two readers and a
 * writer.
 *
 * BUG 1: only a reader that was alone wakes the writer, and asks before it leaves. "I was not alone, the
 *        other one will."
 * BUG 2: the writer's unlock wakes one reader. "A signal wakes who waits."
 * BUG 3: a reader does not wait while a writer writes, only while one waits. "Who writes has waited before."
 */
#include <stdbool.h>

#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t may_read = PTHREAD_COND_INITIALIZER;
static pthread_cond_t may_write = PTHREAD_COND_INITIALIZER;
static int readers;          /* guarded by mutex */
static bool writing, wanted; /* guarded by mutex */
static int data;             /* guarded by the lock */

static void read_lock(void)
{
    pthread_mutex_lock(&mutex);
    while (BUG == 3 ? wanted : writing)
        pthread_cond_wait(&may_read, &mutex);
    readers++;
    pthread_mutex_unlock(&mutex);
}

static void read_unlock(void)
{
#if BUG == 1
    pthread_mutex_lock(&mutex);
    bool alone = readers == 1;
    pthread_mutex_unlock(&mutex);
    pthread_mutex_lock(&mutex);
    readers--;
#else
    pthread_mutex_lock(&mutex);
    bool alone = --readers == 0;
#endif
    if (alone)
        pthread_cond_signal(&may_write);
    pthread_mutex_unlock(&mutex);
}

static void write_lock(void)
{
    pthread_mutex_lock(&mutex);
    wanted = true;
    while (readers > 0)
        pthread_cond_wait(&may_write, &mutex);
    wanted = false;
    writing = true;
    pthread_mutex_unlock(&mutex);
}

static void write_unlock(void)
{
    pthread_mutex_lock(&mutex);
    writing = false;
    if (BUG == 2)
        pthread_cond_signal(&may_read);
    else
        pthread_cond_broadcast(&may_read);
    if (BUG == 3)
        pthread_cond_broadcast(&may_write);
    pthread_mutex_unlock(&mutex);
}

static void *reader(void *arg)
{
    read_lock();
    assert(data == 0 || data == 2);
    read_unlock();
    return arg;
}

static void *writer(void *arg)
{
    write_lock();
    data++;
    data++;
    write_unlock();
    return arg;
}

MODEL(rwlock, "-", "two readers, one writer", .spurious = -1)
{
    pthread_t threads[3];
    pthread_create(&threads[0], NULL, reader, NULL);
    pthread_create(&threads[1], NULL, reader, NULL);
    pthread_create(&threads[2], NULL, writer, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
