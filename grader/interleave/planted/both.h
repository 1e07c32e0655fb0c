/**
 * @file both.h
 * @brief Two threads of a model, from their start to their end.
 */
#ifndef PLANTED_BOTH_H
#define PLANTED_BOTH_H

#include <pthread.h>
#include <stddef.h>

/** Run both functions, each in a thread of its own, and wait for them. */
static inline void both(void *(*first)(void *), void *(*second)(void *))
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, first, NULL);
    pthread_create(&threads[1], NULL, second, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

#endif
