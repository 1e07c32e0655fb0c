/**
 * @file park.h
 * @brief A thread sleeps until it is woken: a permit, as in most runtimes.
 *
 * unpark() before park() is not lost: the permit waits. Two unparks are one permit.
 */
#ifndef PLANTED_PARK_H
#define PLANTED_PARK_H

#include <pthread.h>
#include <stdbool.h>

struct park {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool permit; /* guarded by mutex */
};

#define PARK_INIT                                                                                            \
    {                                                                                                        \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false                                           \
    }

/** Wait for the permit, and take it. */
static inline void park(struct park *self)
{
    pthread_mutex_lock(&self->mutex);
    while (!self->permit)
        pthread_cond_wait(&self->woken, &self->mutex);
    self->permit = false;
    pthread_mutex_unlock(&self->mutex);
}

/** Give the permit. The signal is sent under the mutex: afterwards this thread does not touch `self`. */
static inline void unpark(struct park *self)
{
    pthread_mutex_lock(&self->mutex);
    self->permit = true;
    pthread_cond_signal(&self->woken);
    pthread_mutex_unlock(&self->mutex);
}

#endif
