#include "cond_gap.h"

#include <pthread.h>
#include <time.h>

#include "weft/detail/atomic.h"

enum {
    ENTER_MS = 200, /* until a thread is in the gap: one that sleeps in another way never comes */
    WAKE_MS = 1000, /* until the waking call begins: on a busy machine its thread may have to wait */
    HOLD_MS = 10,   /* from its begin: it has returned, or it waits for the mutex that we hold */
};

enum stage { IDLE, ARMED, ENTERED, WAKING, WOKEN };

static WF_ATOMIC(int) stage;
static WF_ATOMIC(int) spurious_left;

static void pause_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

void cond_gap_arm(void)
{
    atomic_store(&stage, ARMED);
}

bool cond_gap_entered(void)
{
    for (int waited = 0; waited < 5 * ENTER_MS && atomic_load(&stage) != ENTERED; waited++)
        pause_a_little();
    int armed = ARMED;
    return !atomic_compare_exchange_strong(&stage, &armed, IDLE); /* disarmed, unless it came at last */
}

void cond_gap_spurious(int times)
{
    atomic_store(&spurious_left, times);
}

static bool is_spurious(void)
{
    int left = atomic_load(&spurious_left);
    while (left > 0 && !atomic_compare_exchange_weak(&spurious_left, &left, left - 1))
        ;
    return left > 0;
}

void cond_gap_waking(void)
{
    atomic_store(&stage, WAKING);
}

void cond_gap_woken(void)
{
    atomic_store(&stage, WOKEN);
}

static void hold_in_the_gap(void)
{
    int armed = ARMED;
    if (!atomic_compare_exchange_strong(&stage, &armed, ENTERED))
        return;
    for (int waited = 0; waited < 5 * WAKE_MS && atomic_load(&stage) == ENTERED; waited++)
        pause_a_little();
    for (int waited = 0; waited < 5 * HOLD_MS && atomic_load(&stage) == WAKING; waited++)
        pause_a_little();
}

/* The linker sends every call of these here, and __real_ to the library. */

int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *deadline);
int __real_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                                  const struct timespec *deadline);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *deadline);
int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                                  const struct timespec *deadline);

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    hold_in_the_gap();
    return is_spurious() ? 0 : __real_pthread_cond_wait(cond, mutex);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *deadline)
{
    hold_in_the_gap();
    return is_spurious() ? 0 : __real_pthread_cond_timedwait(cond, mutex, deadline);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                                  const struct timespec *deadline)
{
    hold_in_the_gap();
    return is_spurious() ? 0 : __real_pthread_cond_clockwait(cond, mutex, clock, deadline);
}
