/**
 * @file scenario_locks.c
 * @brief Lab 04: where threads are held, and where others act: every mutex that is taken or given back.
 */
#include "handover.h"
#include "scenario.h"
#include "stage.h"

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

/* --- the tables: what one thread left in them is published to another; taken and given back at once --- */

pthread_mutex_t tables = PTHREAD_MUTEX_INITIALIZER;

void synchronise(void)
{
    pthread_mutex_lock(&tables);
    pthread_mutex_unlock(&tables);
}

/* --- mutexes: the linker sends every call of theirs here --- */

static __thread int64_t slow_lock_gate = -1; /* where this thread waits before it takes its next one */
static __thread int64_t locks_left;          /* until another thread does what follows; 0: it does not */
static __thread const struct step_act *at_lock;
static __thread int64_t unlocks_left; /* the same, of those that it gives back */
static __thread const struct step_act *at_unlock;
static __thread int held;

void slow_lock(int64_t gate)
{
    slow_lock_gate = gate;
}

void run_aside_at_lock(const struct step_act *act, int64_t nth)
{
    at_lock = act;
    locks_left = nth;
}

void run_aside_at_unlock(const struct step_act *act, int64_t nth)
{
    at_unlock = act;
    unlocks_left = nth;
}

/* A thread can be held when it has decided to hand a task over, and has not yet; and another can act between any two
 * steps that it takes under a mutex. */
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int64_t gate = slow_lock_gate;
    slow_lock_gate = -1;
    if (gate >= 0) {
        scenario_event(EVENT_AT_GATE, gate, 0);
        wait_at_gate(gate);
    }
    if (held++ == 0 && locks_left > 0 && --locks_left == 0)
        run_aside(at_lock);
    return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int error = __real_pthread_mutex_unlock(mutex);
    if (--held == 0 && unlocks_left > 0 && --unlocks_left == 0)
        run_aside(at_unlock);
    return error;
}
