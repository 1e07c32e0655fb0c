/**
 * @file hooks_semaphore.c
 * @brief POSIX semaphores: a count that is posted with release and taken with acquire, each in one step.
 *
 * The C library makes the steps of an atomic and a futex. What it looks at meanwhile is seen by nobody, so a wait that ends for no
 * reason is none: it would be executions that show nothing. The count is the first word of a sem_t; what the library keeps behind it
 * plays no part in a model.
 */
#include "hooks.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

enum { COUNT_BYTES = sizeof(uint32_t) };

/* False: the count is 0. */
static bool take(sem_t *semaphore, il_site site)
{
    bool taken = false;
    uint64_t count = 0;
    INSIDE(count = il_load(semaphore, COUNT_BYTES, IL_RELAXED, site));
    while (count > 0 && !taken)
        INSIDE(count = il_compare_exchange(semaphore, COUNT_BYTES, count, count - 1, IL_ACQUIRE, IL_RELAXED,
                                           false, &taken, site));
    return taken;
}

WRAP(int, sem_init, sem_t *semaphore, int shared, unsigned count)
{
    if (modelled())
        touch(semaphore, sizeof *semaphore, true, SITE);
    return __real_sem_init(semaphore, shared, count);
}

WRAP(int, sem_destroy, sem_t *semaphore)
{
    if (!modelled())
        return __real_sem_destroy(semaphore);
    touch(semaphore, sizeof *semaphore, true, SITE);
    return 0;
}

static int failed(int error)
{
    errno = error;
    return -1;
}

static int result(int error)
{
    return error ? failed(error) : 0;
}

WRAP(int, sem_post, sem_t *semaphore)
{
    int error = 0;
    if (!modelled())
        return __real_sem_post(semaphore);
    INSIDE(error = il_post(semaphore, SITE));
    return result(error);
}

WRAP(int, sem_wait, sem_t *semaphore)
{
    if (!modelled())
        return __real_sem_wait(semaphore);
    INSIDE((void)il_take(semaphore, NO_DEADLINE, SITE));
    return 0;
}

WRAP(int, sem_trywait, sem_t *semaphore)
{
    if (!modelled())
        return __real_sem_trywait(semaphore);
    return take(semaphore, SITE) ? 0 : failed(EAGAIN);
}

/* A permit that is there is taken, whatever the time is. */
static int take_until(sem_t *semaphore, const struct timespec *deadline, il_site site)
{
    int error = 0;
    touch_time(deadline, site);
    if (!is_a_time(deadline))
        return take(semaphore, site) ? 0 : failed(EINVAL);
    INSIDE(error = il_take(semaphore, to_ns(deadline), site));
    return result(error);
}

WRAP(int, sem_timedwait, sem_t *semaphore, const struct timespec *deadline)
{
    return modelled() ? take_until(semaphore, deadline, SITE) : __real_sem_timedwait(semaphore, deadline);
}

WRAP(int, sem_clockwait, sem_t *semaphore, clockid_t clock, const struct timespec *deadline)
{
    return modelled() ? take_until(semaphore, deadline, SITE)
                      : __real_sem_clockwait(semaphore, clock, deadline);
}

WRAP(int, sem_getvalue, sem_t *semaphore, int *count)
{
    uint64_t found = 0;
    if (!modelled())
        return __real_sem_getvalue(semaphore, count);
    INSIDE(found = il_load(semaphore, COUNT_BYTES, IL_RELAXED, SITE));
    touch(count, sizeof *count, true, SITE);
    *count = (int)found;
    return 0;
}
