/**
 * @file time.c
 * @brief Deadlines, sleeps and reads of the clock: which orders are found, and which are not there.
 *
 * What is expected of each stands in time.txt.
 */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "accesses.h"

static atomic_int flag, second_flag;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static bool waiting;
static int value; /* guarded by the mutex */

static struct timespec in_seconds(int seconds)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += seconds;
    return deadline;
}

static void beside(void *(*run)(void *), void *(*other)(void *))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    other(NULL);
    pthread_join(thread, NULL);
}

static void *sets_flag(void *arg)
{
    atomic_store(&flag, 1);
    return arg;
}

/* --- sleeps --- */

static void *sleeps_then_looks(void *arg)
{
    sleep(1);
    interleave_expect(atomic_load(&flag) == 1, "the other thread has run", "it has not");
    return arg;
}

MODEL(sleep_is_no_wait, "-", "sleeps until another thread has surely run")
{
    beside(sets_flag, sleeps_then_looks);
}

MODEL(slow_enough, "-", "the same, if nobody is slow", .timeouts = -1)
{
    beside(sets_flag, sleeps_then_looks);
}

static void *sleeps_longer(void *arg)
{
    struct timespec span = {.tv_sec = 2};
    nanosleep(&span, NULL);
    assert(atomic_load(&flag) == 1);
    return arg;
}

static void *sleeps_less(void *arg)
{
    usleep(100);
    return sets_flag(arg);
}

MODEL(sleeps_in_order, "-", "the shorter sleep ends first, if nobody is slow", .timeouts = -1)
{
    beside(sleeps_longer, sleeps_less);
}

MODEL(sleeps_in_any_order, "-", "if somebody is slow, the longer sleep ends first")
{
    beside(sleeps_longer, sleeps_less);
}

MODEL(sleep_passes, "-", "the clock says that a sleep is over")
{
    struct timespec before, after, until = in_seconds(3);
    clock_gettime(CLOCK_MONOTONIC, &before);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert(after.tv_sec == before.tv_sec + 3 && after.tv_nsec == before.tv_nsec);
}

/* --- waits --- */

static void *hands_over(void *arg)
{
    pthread_mutex_lock(&mutex);
    if (waiting) {
        value = 5;
        waiting = false;
        pthread_cond_signal(&condition);
    }
    pthread_mutex_unlock(&mutex);
    return arg;
}

static int receive(void)
{
    struct timespec deadline = in_seconds(1);
    int status = 0;
    pthread_mutex_lock(&mutex);
    waiting = true;
    while (waiting && !status)
        status = pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &deadline);
    waiting = false;
    return status;
}

static void *forgets_value(void *arg)
{
    if (receive() == ETIMEDOUT)
        interleave_expect(value == 0, "nothing was handed over", "a value was");
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(timed_out_and_served, "-", "the deadline comes, then the value, then the waiter has the mutex again")
{
    beside(hands_over, forgets_value);
}

static void *takes_value(void *arg)
{
    receive();
    int received = value;
    pthread_mutex_unlock(&mutex);
    assert(received == 0 || received == 5);
    return arg;
}

MODEL(timed_out_or_served, "-", "the same, and the value is looked at in any case")
{
    beside(hands_over, takes_value);
}

MODEL(never_signalled, "-", "nobody signals: the deadline comes")
{
    interleave_expect(receive() == ETIMEDOUT, "ETIMEDOUT", "something else");
    pthread_mutex_unlock(&mutex);
}

MODEL(past_deadline, "-", "a deadline that has passed: the mutex is given up all the same")
{
    struct timespec past = {.tv_sec = 1};
    pthread_mutex_lock(&mutex);
    int status = pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &past);
    pthread_mutex_unlock(&mutex);
    assert(status == ETIMEDOUT || status == 0);
}

MODEL(no_time, "-", "a time that is none: EINVAL")
{
    struct timespec wrong = {.tv_sec = 2000, .tv_nsec = -1};
    pthread_mutex_lock(&mutex);
    assert(pthread_cond_timedwait(&condition, &mutex, &wrong) == EINVAL);
    pthread_mutex_unlock(&mutex);
}

static void *waits_for_ever(void *arg)
{
    struct timespec never = {.tv_sec = INT64_MAX};
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&condition, &mutex, &never);
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(never_is_no_deadline, "-", "a wait until the end of time, which nobody signals")
{
    waits_for_ever(NULL);
}

static void *locks_in_time(void *arg)
{
    struct timespec deadline = in_seconds(1);
    int status = pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &deadline);
    if (!status)
        pthread_mutex_unlock(&mutex);
    assert(!status || status == ETIMEDOUT);
    return (void *)(long)status;
}

MODEL(lock_until, "-", "a mutex that its owner keeps until the other has given up")
{
    pthread_t thread;
    void *status;
    pthread_mutex_lock(&mutex);
    pthread_create(&thread, NULL, locks_in_time, NULL);
    pthread_join(thread, &status);
    pthread_mutex_unlock(&mutex);
    assert((long)status == ETIMEDOUT);
}

static sem_t permits;

static void *posts(void *arg)
{
    sem_post(&permits);
    return arg;
}

static void *takes_in_time(void *arg)
{
    struct timespec deadline = in_seconds(1);
    if (sem_clockwait(&permits, CLOCK_MONOTONIC, &deadline) == 0)
        return arg;
    interleave_expect(errno == ETIMEDOUT, "ETIMEDOUT", "error %d", errno);
    interleave_fail("it timed out");
}

MODEL(semaphore_until, "-", "a semaphore that is posted in time, unless the other is slow")
{
    sem_init(&permits, 0, 0);
    beside(posts, takes_in_time);
}

/* --- loops that read the clock --- */

MODEL(waits_by_the_clock, "-", "reads the clock until two seconds have passed")
{
    struct timespec deadline = in_seconds(2), now;
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec < deadline.tv_sec);
}

static void *gives_up_by_the_clock(void *arg)
{
    struct timespec deadline = in_seconds(2), now;
    do {
        if (atomic_load(&flag))
            return arg;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec < deadline.tv_sec);
    interleave_fail("it gave up");
}

MODEL(gives_up, "-", "looks at a flag and at the clock; the other may be slow")
{
    beside(sets_flag, gives_up_by_the_clock);
}

MODEL(clock_goes_back, "-", "sets the clock")
{
    struct timespec past = {.tv_sec = 1};
    clock_settime(CLOCK_REALTIME, &past);
}

MODEL(day_goes_back, "-", "the same by an older call")
{
    struct timeval past = {.tv_sec = 1};
    settimeofday(&past, NULL);
}

MODEL(sleeps_for_ever, "-", "sleeps until the end of time")
{
    struct timespec span = {.tv_sec = INT64_MAX};
    nanosleep(&span, NULL);
}

/* Two clocks that a jump of one must not hide from the other. */
static void *reads_twice(void *arg)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    atomic_store(&second_flag, 1);
    clock_gettime(CLOCK_MONOTONIC, &after);
    interleave_expect(before.tv_nsec == after.tv_nsec, "no time has passed", "it has");
    return arg;
}

MODEL(time_passes_between, "-", "another's sleep ends early between two reads of the clock")
{
    beside(reads_twice, sleeps_less);
}
