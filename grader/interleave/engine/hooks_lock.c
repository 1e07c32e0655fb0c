/**
 * @file hooks_lock.c
 * @brief Calls of the C library about mutexes, condition variables, spin locks, locks for readers and writers, barriers, and
 * pthread_once.
 */
#include "hooks.h"

#include <errno.h>

/* --- mutexes; a recursive or an error-checking one says so in itself, also where a static initialiser made it --- */

static bool is_of_kind(pthread_mutex_t *mutex, int kind)
{
    enum { KINDS = 3 };
    return ((int)raw_read(&mutex->__data.__kind, sizeof mutex->__data.__kind) & KINDS) == kind;
}

int mutex_lock(pthread_mutex_t *mutex, bool tries, il_site site)
{
    bool recursive = is_of_kind(mutex, PTHREAD_MUTEX_RECURSIVE);
    if ((recursive || is_of_kind(mutex, PTHREAD_MUTEX_ERRORCHECK)) && il_mutex_is_own(mutex, site)) {
        if (recursive)
            il_mutex_nest(mutex, 1, site);
        return recursive ? 0 : tries ? EBUSY : EDEADLK;
    }
    return tries ? il_mutex_trylock(mutex, site) : il_mutex_lock(mutex, site);
}

int mutex_unlock(pthread_mutex_t *mutex, il_site site)
{
    bool recursive = is_of_kind(mutex, PTHREAD_MUTEX_RECURSIVE);
    if (recursive || is_of_kind(mutex, PTHREAD_MUTEX_ERRORCHECK)) {
        if (!il_mutex_is_own(mutex, site))
            return EPERM;
        if (recursive && il_mutex_nest(mutex, -1, site))
            return 0;
    }
    return il_mutex_unlock(mutex, site);
}

NOTED(__wrap_pthread_mutex_lock)
NOTED(__wrap_pthread_mutex_trylock)
NOTED(__wrap_pthread_mutex_unlock)
OBJECT_CALL(pthread_mutex_lock, _noted, pthread_mutex_t, mutex_lock(object, false, SITE))
OBJECT_CALL(pthread_mutex_trylock, _noted, pthread_mutex_t, mutex_lock(object, true, SITE))
OBJECT_CALL(pthread_mutex_unlock, _noted, pthread_mutex_t, mutex_unlock(object, SITE))
OBJECT_CALL(pthread_mutex_destroy, , pthread_mutex_t, il_mutex_destroy(object, false, SITE))

WRAP(int, pthread_mutex_init, pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    object_is_made(mutex, sizeof(pthread_mutex_t), SITE);
    return __real_pthread_mutex_init(mutex, attributes);
}

static int lock_until(pthread_mutex_t *mutex, const struct timespec *deadline, il_site site)
{
    return is_a_time(deadline) ? il_mutex_timedlock(mutex, to_ns(deadline), site) : EINVAL;
}

WRAP(int, pthread_mutex_timedlock, pthread_mutex_t *mutex, const struct timespec *deadline)
{
    int status = 0;
    if (!modelled())
        return __real_pthread_mutex_timedlock(mutex, deadline);
    touch_time(deadline, SITE);
    INSIDE(status = lock_until(mutex, deadline, SITE));
    return status;
}

WRAP(int, pthread_mutex_clocklock, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline)
{
    int status = 0;
    if (!modelled())
        return __real_pthread_mutex_clocklock(mutex, clock, deadline);
    touch_time(deadline, SITE);
    INSIDE(status = lock_until(mutex, deadline, SITE));
    return status;
}

/* --- condition variables --- */

OBJECT_CALL(pthread_cond_destroy, , pthread_cond_t, il_mutex_destroy(object, true, SITE))
OBJECT_CALL(pthread_cond_signal, , pthread_cond_t, il_condition_signal(object, false, SITE))
OBJECT_CALL(pthread_cond_broadcast, , pthread_cond_t, il_condition_signal(object, true, SITE))

WRAP(int, pthread_cond_init, pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
    if (!modelled())
        return __real_pthread_cond_init(condition, attributes);
    object_is_made(condition, sizeof(pthread_cond_t), SITE);
    return __real_pthread_cond_init(condition, NULL);
}

WRAP(int, pthread_cond_wait, pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    if (!modelled())
        return __real_pthread_cond_wait(condition, mutex);
    INSIDE(il_condition_wait(condition, mutex, NO_DEADLINE, SITE));
    return 0;
}

/* A clockid_t plays no part: there is one clock. */
static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *deadline,
                      il_site site)
{
    return is_a_time(deadline) ? il_condition_wait(condition, mutex, to_ns(deadline), site) : EINVAL;
}

WRAP(int, pthread_cond_timedwait, pthread_cond_t *condition, pthread_mutex_t *mutex,
     const struct timespec *deadline)
{
    int status = 0;
    if (!modelled())
        return __real_pthread_cond_timedwait(condition, mutex, deadline);
    touch_time(deadline, SITE);
    INSIDE(status = wait_until(condition, mutex, deadline, SITE));
    return status;
}

WRAP(int, pthread_cond_clockwait, pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
     const struct timespec *deadline)
{
    int status = 0;
    if (!modelled())
        return __real_pthread_cond_clockwait(condition, mutex, clock, deadline);
    touch_time(deadline, SITE);
    INSIDE(status = wait_until(condition, mutex, deadline, SITE));
    return status;
}

/* --- spin locks: mutexes, since a thread that spins sleeps here anyway --- */

NOTED(__wrap_pthread_spin_trylock)
OBJECT_CALL(pthread_spin_lock, , pthread_spinlock_t, il_mutex_lock((void *)object, SITE))
OBJECT_CALL(pthread_spin_trylock, _noted, pthread_spinlock_t, il_mutex_trylock((void *)object, SITE))
OBJECT_CALL(pthread_spin_unlock, , pthread_spinlock_t, il_mutex_unlock((void *)object, SITE))
OBJECT_CALL(pthread_spin_destroy, , pthread_spinlock_t, il_mutex_destroy((void *)object, false, SITE))

WRAP(int, pthread_spin_init, pthread_spinlock_t *lock, int shared)
{
    object_is_made(lock, sizeof *lock, SITE);
    return __real_pthread_spin_init(lock, shared);
}

/* --- locks for readers and writers --- */

NOTED(__wrap_pthread_rwlock_tryrdlock)
NOTED(__wrap_pthread_rwlock_trywrlock)
OBJECT_CALL(pthread_rwlock_rdlock, , pthread_rwlock_t, il_rwlock_lock(object, false, false, SITE))
OBJECT_CALL(pthread_rwlock_wrlock, , pthread_rwlock_t, il_rwlock_lock(object, true, false, SITE))
OBJECT_CALL(pthread_rwlock_tryrdlock, _noted, pthread_rwlock_t, il_rwlock_lock(object, false, true, SITE))
OBJECT_CALL(pthread_rwlock_trywrlock, _noted, pthread_rwlock_t, il_rwlock_lock(object, true, true, SITE))
OBJECT_CALL(pthread_rwlock_unlock, , pthread_rwlock_t, il_rwlock_unlock(object, SITE))
OBJECT_CALL(pthread_rwlock_destroy, , pthread_rwlock_t, il_mutex_destroy(object, false, SITE))

WRAP(int, pthread_rwlock_init, pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
    object_is_made(lock, sizeof *lock, SITE);
    return __real_pthread_rwlock_init(lock, attributes);
}

/* --- barriers --- */

OBJECT_CALL(pthread_barrier_wait, , pthread_barrier_t,
            il_barrier_wait(object, SITE) ? PTHREAD_BARRIER_SERIAL_THREAD : 0)
OBJECT_CALL(pthread_barrier_destroy, , pthread_barrier_t, il_mutex_destroy(object, true, SITE))

WRAP(int, pthread_barrier_init, pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes,
     unsigned count)
{
    touch(barrier, sizeof *barrier, true, SITE);
    int status = __real_pthread_barrier_init(barrier, attributes, count);
    if (modelled() && status == 0) {
        object_is_made(barrier, sizeof *barrier, SITE);
        INSIDE(il_barrier_init(barrier, count, SITE));
    }
    return status;
}

/* --- once --- */

WRAP(int, pthread_once, pthread_once_t *flag, void (*initialise)(void))
{
    if (!modelled())
        return __real_pthread_once(flag, initialise);
    do_once(flag, initialise, SITE);
    return 0;
}
