/**
 * @file bounds.c
 * @brief Models with a bound of preemptions, and semaphores: what is found, what is not, and that the verdict says so.
 *
 * What is expected of each stands in bounds.txt.
 */
#include <semaphore.h>

#include "accesses.h"

static void both(void *(*one)(void *), void *(*other)(void *))
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, one, NULL);
    pthread_create(&threads[1], NULL, other, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

/* --- what takes two preemptions --- */

static atomic_int first, second;

static void *writer(void *arg)
{
    first = 1;
    first = 2;
    second = 1;
    return arg;
}

static void *reader(void *arg)
{
    if (first == 1)
        assert(second == 0);
    return arg;
}

MODEL(takes_two_of_none, "assertion", "", .preemptions = -1)
{
    both(writer, reader);
}
MODEL(takes_two_of_one, "assertion", "", .preemptions = 1)
{
    both(writer, reader);
}
MODEL(takes_two_of_two, "assertion", "", .preemptions = 2)
{
    both(writer, reader);
}

/* To wait costs no preemption, and neither does the end of a thread. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int turns;

static void *taker(void *arg)
{
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&mutex);
        turns++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

MODEL(sections_of_two, "none", "", .preemptions = 2)
{
    both(taker, taker);
    assert(turns == 6);
}

/* --- semaphores --- */

static sem_t permits;
static int one_datum, other_datum;

static void *post_one(void *arg)
{
    one_datum = 1;
    sem_post(&permits);
    return arg;
}

static void *post_other(void *arg)
{
    other_datum = 1;
    sem_post(&permits);
    return arg;
}

static void wait_for(int permits_taken, bool reads_both)
{
    pthread_t threads[2];
    sem_init(&permits, 0, 0);
    pthread_create(&threads[0], NULL, post_one, NULL);
    pthread_create(&threads[1], NULL, post_other, NULL);
    for (int i = 0; i < permits_taken; i++)
        sem_wait(&permits);
    assert(!reads_both || (one_datum == 1 && other_datum == 1));
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

MODEL(two_posts, "none", "")
{
    wait_for(2, true);
}
MODEL(one_post_of_two, "data race", "")
{
    wait_for(1, true);
}
MODEL(no_third_post, "deadlock", "")
{
    wait_for(3, false);
}

static void *take_one(void *arg)
{
    sem_wait(&permits);
    return arg;
}

/* Either waits, or neither does: a permit is for one. */
MODEL(one_permit_for_two, "deadlock", "")
{
    sem_init(&permits, 0, 1);
    both(take_one, take_one);
}

static void *try_one(void *arg)
{
    if (sem_trywait(&permits) == 0)
        one_datum++;
    return arg;
}

MODEL(permit_is_tried, "none", "")
{
    sem_init(&permits, 0, 1);
    both(try_one, try_one);
    int left = -1;
    sem_getvalue(&permits, &left);
    assert(one_datum == 1 && left == 0);
    sem_destroy(&permits);
}

/* A permit that is there is taken, also where its time has come. */
MODEL(permit_in_time, "none", "")
{
    struct timespec long_ago = {.tv_sec = 1}, no_time = {.tv_nsec = -1};
    sem_init(&permits, 0, 2);
    assert(sem_timedwait(&permits, &long_ago) == 0);
    assert(sem_timedwait(&permits, &no_time) == 0);
    assert(sem_timedwait(&permits, &no_time) == -1);
    assert(sem_timedwait(&permits, &long_ago) == -1);
}
