/**
 * @file hooks_c11.c
 * @brief <threads.h>: the same threads, mutexes and condition variables as POSIX has, by other names.
 */
#include "hooks.h"

#include <errno.h>
#include <threads.h>

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *arg);

static int in_c11(int status)
{
    return status == 0           ? thrd_success
           : status == EBUSY     ? thrd_busy
           : status == ETIMEDOUT ? thrd_timedout
                                 : thrd_error;
}

/* A result of int comes back in the register in which a pointer would. */
WRAP(int, thrd_create, thrd_t *thread, thrd_start_t run, void *arg)
{
    int id = 0;
    if (!modelled())
        return __real_thrd_create(thread, run, arg);
    INSIDE(id = il_spawn((void *(*)(void *))(uintptr_t)run, arg, SITE));
    touch(thread, sizeof *thread, true, SITE);
    INSIDE(raw_write(thread, sizeof *thread, thread_number(id)));
    return thrd_success;
}

WRAP(int, thrd_join, thrd_t thread, int *result)
{
    void *returned = NULL;
    if (!modelled())
        return __real_thrd_join(thread, result);
    INSIDE(returned = il_join(thread_of_number(thread), SITE));
    if (result) {
        touch(result, sizeof *result, true, SITE);
        INSIDE(raw_write(result, sizeof *result, (uint32_t)(uintptr_t)returned));
    }
    return thrd_success;
}

WRAP(int, thrd_detach, thrd_t thread)
{
    if (!modelled())
        return __real_thrd_detach(thread);
    INSIDE(il_detach(thread_of_number(thread), SITE));
    return thrd_success;
}

WRAP(thrd_t, thrd_current, void)
{
    return modelled() ? (thrd_t)thread_number(il_self()) : __real_thrd_current();
}

_Noreturn void __real_thrd_exit(int result);
_Noreturn void __wrap_thrd_exit(int result);
void __wrap_thrd_exit(int result)
{
    if (!modelled())
        __real_thrd_exit(result);
    il->inside = true;
    il_exit_thread((void *)(uintptr_t)(unsigned)result, SITE);
}

WRAP(void, thrd_yield, void)
{
    if (!modelled())
        __real_thrd_yield();
    else
        INSIDE(il_yield(SITE));
}

NOTED(__wrap_mtx_lock)
NOTED(__wrap_mtx_trylock)
NOTED(__wrap_mtx_unlock)
OBJECT_CALL(mtx_lock, _noted, mtx_t, in_c11(mutex_lock((pthread_mutex_t *)object, false, SITE)))
OBJECT_CALL(mtx_trylock, _noted, mtx_t, in_c11(mutex_lock((pthread_mutex_t *)object, true, SITE)))
OBJECT_CALL(mtx_unlock, _noted, mtx_t, in_c11(mutex_unlock((pthread_mutex_t *)object, SITE)))
OBJECT_CALL(cnd_signal, , cnd_t, in_c11(il_condition_signal(object, false, SITE)))
OBJECT_CALL(cnd_broadcast, , cnd_t, in_c11(il_condition_signal(object, true, SITE)))

WRAP(int, mtx_init, mtx_t *mutex, int type)
{
    object_is_made(mutex, sizeof *mutex, SITE);
    return __real_mtx_init(mutex, type);
}

WRAP(void, mtx_destroy, mtx_t *mutex)
{
    if (!modelled())
        __real_mtx_destroy(mutex);
    else
        INSIDE(il_mutex_destroy(mutex, false, SITE));
}

WRAP(int, mtx_timedlock, mtx_t *mutex, const struct timespec *deadline)
{
    int status = 0;
    if (!modelled())
        return __real_mtx_timedlock(mutex, deadline);
    touch_time(deadline, SITE);
    INSIDE(status = is_a_time(deadline) ? il_mutex_timedlock(mutex, to_ns(deadline), SITE) : EINVAL);
    return in_c11(status);
}

WRAP(int, cnd_init, cnd_t *condition)
{
    object_is_made(condition, sizeof *condition, SITE);
    return __real_cnd_init(condition);
}

WRAP(void, cnd_destroy, cnd_t *condition)
{
    if (!modelled())
        __real_cnd_destroy(condition);
    else
        INSIDE(il_mutex_destroy(condition, true, SITE));
}

WRAP(int, cnd_wait, cnd_t *condition, mtx_t *mutex)
{
    if (!modelled())
        return __real_cnd_wait(condition, mutex);
    INSIDE(il_condition_wait(condition, mutex, NO_DEADLINE, SITE));
    return thrd_success;
}

WRAP(int, cnd_timedwait, cnd_t *condition, mtx_t *mutex, const struct timespec *deadline)
{
    int status = 0;
    if (!modelled())
        return __real_cnd_timedwait(condition, mutex, deadline);
    touch_time(deadline, SITE);
    INSIDE(status = is_a_time(deadline) ? il_condition_wait(condition, mutex, to_ns(deadline), SITE) : EINVAL);
    return in_c11(status);
}

WRAP(void, call_once, once_flag *flag, void (*initialise)(void))
{
    if (!modelled())
        __real_call_once(flag, initialise);
    else
        do_once((pthread_once_t *)(void *)flag, initialise, SITE);
}

WRAP(int, thrd_sleep, const struct timespec *span, struct timespec *left)
{
    enum { FAILED = -2 };
    if (!modelled())
        return __real_thrd_sleep(span, left);
    touch_time(span, SITE);
    return sleep_span(span, "thrd_sleep", SITE) == 0 ? 0 : FAILED;
}
