/**
 * @file next_wake.c
 * @brief A time driver: a wheel of timers behind a mutex, and a thread that sleeps until the earliest of them.
 *
 * Another thread adds a timer, and unparks the driver only if that one is earlier than when the driver wakes by itself. A driver that is
 * awake looks at the wheel before it sleeps: then the time at which it wakes is 0, or has passed. Time passes only when no thread can run;
 * so each timer fires just when it is due, or the driver has overslept.
 *
 * BUG 1: says when it wakes after it has released the wheel. "It is one number, and atomic."
 * BUG 2: unparks the driver before the timer is in the wheel. "It takes a while to wake up."
 * BUG 3: a park begins by forgetting the permit. "That was for the park before."
 * BUG 4: unparks only if the wheel was empty. "Else the driver has a deadline."
 * BUG 5: sleeps until a time that it has kept. "That is the period of this timer."
 */
#include <errno.h>
#include <time.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { TIMERS = 2 };
static const int64_t second = 1000000000, never = INT64_MAX;

static pthread_mutex_t wheel = PTHREAD_MUTEX_INITIALIZER;
static int64_t due[TIMERS];      /* 0: the timer is not there; guarded by wheel */
static _Atomic int64_t wakes_at; /* the driver; guarded by wheel */
static int64_t begin;

static pthread_mutex_t park_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken;
static bool permit; /* guarded by park_mutex */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * second + now.tv_nsec;
}

static void park(int64_t deadline)
{
    const struct timespec until = {.tv_sec = deadline / second, .tv_nsec = deadline % second};
    int status = 0;
    pthread_mutex_lock(&park_mutex);
    if (BUG == 3)
        permit = false;
    while (!permit && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&woken, &park_mutex, &until);
    permit = false;
    pthread_mutex_unlock(&park_mutex);
}

static void unpark(void)
{
    pthread_mutex_lock(&park_mutex);
    permit = true;
    pthread_cond_signal(&woken);
    pthread_mutex_unlock(&park_mutex);
}

static void add(int timer, int64_t deadline)
{
    if (BUG == 2)
        unpark();
    pthread_mutex_lock(&wheel);
    bool empty = !due[0] && !due[1];
    due[timer] = deadline;
    bool earlier = deadline < atomic_load_explicit(&wakes_at, memory_order_relaxed);
    pthread_mutex_unlock(&wheel);
    if (BUG != 2 && (BUG == 4 ? empty : earlier))
        unpark();
}

/* Those that are due. When the next one is. */
static int64_t turn(int *fired)
{
    int64_t now = now_ns(), next = never, last = 0;
    pthread_mutex_lock(&wheel);
    for (int i = 0; i < TIMERS; i++) {
        if (due[i] && due[i] <= now) {
            interleave_expect(due[i] == now, "a timer fires when it is due", "it is late");
            last = due[i];
            due[i] = 0;
            ++*fired;
        }
        if (due[i] && due[i] < next)
            next = due[i];
    }
    if (BUG == 5 && last)
        next = last + 8 * second;
    if (BUG != 1)
        atomic_store_explicit(&wakes_at, next, memory_order_relaxed);
    pthread_mutex_unlock(&wheel);
    if (BUG == 1)
        atomic_store_explicit(&wakes_at, next, memory_order_relaxed);
    return next;
}

static void *driver(void *arg)
{
    int fired = 0;
    for (int64_t next = turn(&fired); fired < TIMERS; next = turn(&fired))
        park(next);
    return arg;
}

static void *adds_an_earlier_one(void *arg)
{
    add(1, begin + 2 * second);
    return arg;
}

MODEL(next_wake, "-", "a driver with a timer, and a thread that adds an earlier one", .timeouts = -1)
{
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&woken, &clock);
    begin = now_ns();
    due[0] = begin + 5 * second;
    both(driver, adds_an_earlier_one);
}
