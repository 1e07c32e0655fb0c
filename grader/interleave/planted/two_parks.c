/**
 * @file two_parks.c
 * @brief Two workers, of which one parks on the driver of timers, the other on its own condition variable. A third thread unparks one.
 *
 * The worker that gets the driver sleeps in there until the timer is due. Where a worker parks, its state says: an unpark exchanges
 * that, and wakes it where it is. A worker that leaves the driver with work in hand unparks the other first: that one takes the driver.
 *
 * BUG 1: an unpark looks where the worker parks, then says that it is notified. "It stays where it is."
 * BUG 2: does not hand the driver over. "The next worker that parks will take it."
 * BUG 3: an unpark signals the driver, and leaves no permit there. "The state says it all."
 * BUG 4: an unpark always signals the worker's own condition variable. "That is where it sleeps."
 * BUG 5: says where it parks, and does not look again whether it was notified. "It has looked, just before."
 */
#include <errno.h>
#include <time.h>

#include "interleave.h"
#include "park.h"

#ifndef BUG
#define BUG 0
#endif

enum { EMPTY, ON_CONDITION, ON_DRIVER, NOTIFIED, WORKERS = 2 };

struct worker {
    atomic_int state;
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    atomic_bool work;
};

static struct worker workers[WORKERS] = {
    {.mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER},
    {.mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER},
};
static pthread_mutex_t driver = PTHREAD_MUTEX_INITIALIZER; /* of who polls it; only tried */
static struct park sleep_of_driver = PARK_INIT;
static const int64_t due_s = 1002; /* an execution begins at 1,000 */
static struct park fired = PARK_INIT;

static bool take(struct worker *worker)
{
    int expected = NOTIFIED;
    return atomic_compare_exchange_strong(&worker->state, &expected, EMPTY);
}

/* True: it has fired the timer. */
static bool poll_driver(void)
{
    const struct timespec due = {.tv_sec = due_s};
    int status = 0;
    pthread_mutex_lock(&sleep_of_driver.mutex);
    while (!sleep_of_driver.permit && status != ETIMEDOUT)
        status = pthread_cond_clockwait(&sleep_of_driver.woken, &sleep_of_driver.mutex, CLOCK_MONOTONIC, &due);
    bool has_fired = !sleep_of_driver.permit;
    sleep_of_driver.permit = false;
    pthread_mutex_unlock(&sleep_of_driver.mutex);
    return has_fired;
}

static bool park_on_driver(struct worker *worker)
{
    int expected = EMPTY;
    if (!atomic_compare_exchange_strong(&worker->state, &expected, ON_DRIVER))
        return false; /* notified: the next look takes it */
    bool has_fired = poll_driver();
    if (atomic_exchange(&worker->state, EMPTY) == NOTIFIED)
        atomic_store(&worker->state, NOTIFIED);
    return has_fired;
}

static void park_on_condition(struct worker *worker)
{
    int expected = EMPTY;
    pthread_mutex_lock(&worker->mutex);
    if (BUG == 5)
        atomic_store(&worker->state, ON_CONDITION);
    else
        (void)atomic_compare_exchange_strong(&worker->state, &expected, ON_CONDITION);
    while (atomic_load(&worker->state) != NOTIFIED)
        pthread_cond_wait(&worker->woken, &worker->mutex);
    pthread_mutex_unlock(&worker->mutex);
}

static void unpark_worker(struct worker *worker)
{
    int before = BUG == 1 ? atomic_load(&worker->state) : atomic_exchange(&worker->state, NOTIFIED);
    if (BUG == 1)
        atomic_store(&worker->state, NOTIFIED);
    if (before == ON_CONDITION || (BUG == 4 && before == ON_DRIVER)) {
        pthread_mutex_lock(&worker->mutex);
        pthread_cond_signal(&worker->woken);
        pthread_mutex_unlock(&worker->mutex);
    } else if (before == ON_DRIVER && BUG == 3) {
        pthread_cond_signal(&sleep_of_driver.woken);
    } else if (before == ON_DRIVER) {
        unpark(&sleep_of_driver);
    }
}

/* Until there is work for it, or the timer has fired. True: the timer. */
static bool sleep_until_needed(struct worker *worker)
{
    while (!take(worker))
        if (pthread_mutex_trylock(&driver) == 0) {
            bool has_fired = park_on_driver(worker);
            pthread_mutex_unlock(&driver);
            if (has_fired)
                return true;
        } else {
            park_on_condition(worker);
        }
    return false;
}

static void *works(void *arg)
{
    struct worker *worker = arg;
    for (;;) {
        if (sleep_until_needed(worker)) {
            unpark(&fired);
            return arg;
        }
        if (atomic_exchange(&worker->work, false)) { /* it blocks until the timer has fired */
            if (BUG != 2)
                unpark_worker(&workers[1]);
            park(&fired);
            return arg;
        }
    }
}

MODEL(two_parks, "-", "one worker of two is unparked, and waits for a timer", .spurious = -1, .timeouts = -1)
{
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, works, &workers[i]);
    atomic_store(&workers[0].work, true);
    unpark_worker(&workers[0]);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
}
