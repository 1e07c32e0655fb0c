/**
 * @file timer_entry.c
 * @brief Timers that fire while their owner drops or resets them. The driver sleeps until one is due.
 *
 * The timer is the owner's memory. Under the mutex of the wheel the driver takes it out, and says that it has fired; the wake comes after
 * that, and touches only what outlives the timer. The owner's reset and drop take the mutex, too.
 *
 * BUG 1: says that the timer has fired after it has released the wheel. "The owner waits for the wake."
 * BUG 2: a reset looks whether the timer is in the wheel, and then takes the mutex once more. "Nobody else puts it there."
 * BUG 3: a reset of a timer that is out of the wheel does not put it back. "The driver has it."
 * BUG 4: a drop does not take the mutex if the timer is in no wheel. "Then it is the owner's alone, and to look is no harm."
 * BUG 5: the driver fires what it slept for, and does not look at its deadline again. "That time has come."
 */
#include <errno.h>
#include <time.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static const int64_t second = 1000000000;

struct timer {
    int64_t due;
    bool in_wheel, fired;
    bool has_waker;
};

static pthread_mutex_t wheel = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed =
    PTHREAD_COND_INITIALIZER; /* something was put into the wheel, or it was closed */
static struct timer *head;    /* all guarded by wheel */
static bool closed;
static pthread_mutex_t task = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t task_woken = PTHREAD_COND_INITIALIZER;
static bool woken; /* guarded by task */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * second + now.tv_nsec;
}

static void wake(void)
{
    pthread_mutex_lock(&task);
    woken = true;
    pthread_cond_signal(&task_woken);
    pthread_mutex_unlock(&task);
}

/* The wheel is locked; it is released for the wake. */
static void fire(struct timer *timer)
{
    bool has_waker = timer->has_waker;
    head = NULL;
    timer->in_wheel = false;
    if (BUG != 1)
        timer->fired = true;
    pthread_mutex_unlock(&wheel);
    if (has_waker)
        wake();
    if (BUG == 1)
        timer->fired = true;
    pthread_mutex_lock(&wheel);
}

static void *driver(void *arg)
{
    int status = 0;
    pthread_mutex_lock(&wheel);
    while (!closed) {
        if (!head) {
            pthread_cond_wait(&changed, &wheel);
            status = 0;
        } else if (head->due <= now_ns() || (BUG == 5 && status == ETIMEDOUT)) {
            fire(head);
            status = 0;
        } else {
            const struct timespec until = {.tv_sec = head->due / second, .tv_nsec = head->due % second};
            status = pthread_cond_clockwait(&changed, &wheel, CLOCK_MONOTONIC, &until);
        }
    }
    pthread_mutex_unlock(&wheel);
    return arg;
}

static void put(struct timer *timer, int64_t due)
{
    timer->due = due;
    timer->fired = false;
    timer->in_wheel = true;
    head = timer;
    pthread_cond_signal(&changed);
}

static void reset(struct timer *timer, int64_t due)
{
    pthread_mutex_lock(&wheel);
    bool is_there = timer->in_wheel;
    if (BUG == 2) {
        pthread_mutex_unlock(&wheel);
        pthread_mutex_lock(&wheel);
    }
    if (is_there) {
        timer->due = due; /* the driver looks at it again before it fires it */
    } else if (BUG == 3) {
        timer->due = due;
        timer->fired = false;
    } else {
        put(timer, due);
    }
    pthread_mutex_unlock(&wheel);
}

static void drop(struct timer *timer)
{
    if (BUG != 4 || timer->in_wheel) {
        pthread_mutex_lock(&wheel);
        if (timer->in_wheel)
            head = NULL;
        pthread_mutex_unlock(&wheel);
    }
    free(timer);
}

static void await(struct timer *timer)
{
    for (;;) {
        pthread_mutex_lock(&wheel);
        bool has_fired = timer->fired;
        pthread_mutex_unlock(&wheel);
        if (has_fired)
            return;
        pthread_mutex_lock(&task);
        while (!woken)
            pthread_cond_wait(&task_woken, &task);
        woken = false;
        pthread_mutex_unlock(&task);
    }
}

static struct timer *start(int64_t due)
{
    struct timer *timer = calloc(1, sizeof *timer);
    timer->has_waker = true;
    pthread_mutex_lock(&wheel);
    put(timer, due);
    pthread_mutex_unlock(&wheel);
    return timer;
}

static void *owner(void *arg)
{
    int64_t begin = now_ns();
    drop(start(begin + second)); /* what it was to limit has ended */
    struct timer *timer = start(begin + second);
    reset(timer, begin + 3 * second);
    await(timer);
    interleave_expect(now_ns() >= begin + 3 * second, "it fires when it is due by the reset",
                      "it fires before that");
    drop(timer);
    pthread_mutex_lock(&wheel);
    closed = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&wheel);
    return arg;
}

MODEL(timer_entry, "-", "a timer is dropped, another is reset and awaited, while a driver fires them",
      .spurious = -1)
{
    both(driver, owner);
}
