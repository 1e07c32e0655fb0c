/**
 * @file pointers.c
 * @brief Calls of the C library that are given a pointer to nothing: the program's crash, at the line of its call.
 *
 * What is expected of each stands in pointers.txt.
 */
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "accesses.h"

static void *volatile nothing = (void *)8; /* as of a member of what is NULL */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t permits;
static mtx_t plain_mutex;
static cnd_t plain_condition;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int word;

/* What is called stands in one line, which the account must name. */
#define CALL(name, ...)                                                                                      \
    MODEL(name, "-", "")                                                                                     \
    {                                                                                                        \
        __VA_ARGS__;                                                                                         \
    }

CALL(condition_until, pthread_mutex_lock(&mutex); pthread_cond_timedwait(&condition, &mutex, nothing))
CALL(condition_until_clock, pthread_mutex_lock(&mutex);
     pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, nothing))
CALL(mutex_until, pthread_mutex_timedlock(&mutex, nothing))
CALL(semaphore_until, sem_init(&permits, 0, 0); sem_timedwait(&permits, nothing))
CALL(plain_mutex_until, mtx_init(&plain_mutex, mtx_timed); mtx_timedlock(&plain_mutex, nothing))
CALL(plain_condition_until, mtx_init(&plain_mutex, mtx_plain); mtx_lock(&plain_mutex);
     cnd_init(&plain_condition); cnd_timedwait(&plain_condition, &plain_mutex, nothing))
CALL(futex_until, syscall(SYS_futex, &word, FUTEX_WAIT, 0, nothing, NULL, 0))
CALL(sleeps, nanosleep(nothing, NULL))
CALL(sleeps_by_clock, clock_nanosleep(CLOCK_MONOTONIC, 0, nothing, NULL))
CALL(sleeps_plain, thrd_sleep(nothing, NULL))
CALL(clock_reads, clock_gettime(CLOCK_MONOTONIC, nothing))
CALL(day_reads, gettimeofday(nothing, NULL))
CALL(seconds_read, time(nothing))
CALL(waits_for_some, ppoll(nothing, 1, nothing, NULL))
CALL(pipe_to_nothing, (void)!pipe(nothing))
CALL(permits_to_nothing, sem_init(&permits, 0, 1); sem_getvalue(&permits, nothing))
CALL(event_of_nothing, int number = epoll_create1(0); epoll_ctl(number, EPOLL_CTL_ADD, eventfd(0, 0), nothing))
CALL(thread_of_nothing, pthread_t thread; pthread_create(&thread, NULL, (void *(*)(void *))nothing, NULL))
CALL(once_of_nothing, pthread_once(&once, (void (*)(void))nothing))
CALL(makes_mutex, pthread_mutex_init(nothing, NULL))
CALL(makes_semaphore, sem_init(nothing, 0, 1))
CALL(makes_barrier, pthread_barrier_init(nothing, NULL, 2))
CALL(makes_attributes, pthread_mutexattr_init(nothing))
CALL(kind_of_mutex, pthread_mutex_init(&mutex, nothing))
