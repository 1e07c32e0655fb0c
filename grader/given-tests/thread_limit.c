/**
 * @file thread_limit.c
 * @brief A pthread_create() that a test lets fail, as the system's does where its limit is reached.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include "jobs.h"

_Atomic int threads_left = -1;

typedef int create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg);

/* Stands before the system's, or a sanitizer's. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the system's names are reserved to it */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
    if (threads_left == 0)
        return EAGAIN;
    if (threads_left > 0)
        threads_left--;
    void *next = dlsym(RTLD_NEXT, "pthread_create");
    return (*(create **)(void *)&next)(thread, attributes, run, arg);
}
