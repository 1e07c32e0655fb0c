/**
 * @file hooks_thread.c
 * @brief Calls of the C library that start, order or end threads, or end the program.
 */
#include "hooks.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- threads; a pthread_t is the thread's number, counted from 1 --- */

WRAP(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
    int id = 0;
    if (!modelled())
        return __real_pthread_create(thread, attributes, run, arg);
    INSIDE(id = il_spawn(run, arg, SITE));
    touch(thread, sizeof *thread, true, SITE); /* the new thread may run before this: it must not read it */
    int state = PTHREAD_CREATE_JOINABLE;
    if (attributes && pthread_attr_getdetachstate(attributes, &state) == 0 && state == PTHREAD_CREATE_DETACHED)
        INSIDE(il_detach(id, SITE));
    INSIDE(raw_write(thread, sizeof *thread, (pthread_t)id + 1));
    return 0;
}

WRAP(int, pthread_join, pthread_t thread, void **result)
{
    void *returned = NULL;
    if (!modelled())
        return __real_pthread_join(thread, result);
    INSIDE(returned = il_join((int)thread - 1, SITE));
    if (result)
        INSIDE(raw_write(result, sizeof *result, (uintptr_t)returned));
    return 0;
}

WRAP(int, pthread_detach, pthread_t thread)
{
    if (!modelled())
        return __real_pthread_detach(thread);
    INSIDE(il_detach((int)thread - 1, SITE));
    return 0;
}

WRAP(pthread_t, pthread_self, void)
{
    return modelled() ? (pthread_t)il_self() + 1 : __real_pthread_self();
}

/* The kernel's number would be one for all of them. */
WRAP(pid_t, gettid, void)
{
    return modelled() ? (pid_t)il_self() + 1 : __real_gettid();
}

_Noreturn void __real_pthread_exit(void *result);
_Noreturn void __wrap_pthread_exit(void *result);
void __wrap_pthread_exit(void *result)
{
    if (!modelled())
        __real_pthread_exit(result);
    il->inside = true;
    il_exit_thread(result, SITE);
}

WRAP(int, pthread_setname_np, pthread_t thread, const char *name)
{
    if (!modelled())
        return __real_pthread_setname_np(thread, name);
    if ((int)thread - 1 == il_self())
        interleave_thread_name(name);
    return 0;
}

WRAP(int, sched_yield, void)
{
    if (!modelled())
        return __real_sched_yield();
    INSIDE(il_yield(SITE));
    return 0;
}

/* --- locks --- */

#define LOCK_CALL(name, suffix, type, call)                                                                  \
    int __real_##name(type *object);                                                                         \
    int __wrap_##name##suffix(type *object);                                                                 \
    int __wrap_##name##suffix(type *object)                                                                  \
    {                                                                                                        \
        int status = 0;                                                                                      \
        if (!modelled())                                                                                     \
            return __real_##name(object);                                                                    \
        INSIDE(status = (call));                                                                             \
        return status;                                                                                       \
    }
NOTED(__wrap_pthread_mutex_lock)
NOTED(__wrap_pthread_mutex_trylock)
NOTED(__wrap_pthread_mutex_unlock)
LOCK_CALL(pthread_mutex_lock, _noted, pthread_mutex_t, il_mutex_lock(object, SITE))
LOCK_CALL(pthread_mutex_trylock, _noted, pthread_mutex_t, il_mutex_trylock(object, SITE))
LOCK_CALL(pthread_mutex_unlock, _noted, pthread_mutex_t, il_mutex_unlock(object, SITE))
LOCK_CALL(pthread_mutex_destroy, , pthread_mutex_t, il_mutex_destroy(object, false, SITE))
LOCK_CALL(pthread_cond_destroy, , pthread_cond_t, il_mutex_destroy(object, true, SITE))
LOCK_CALL(pthread_cond_signal, , pthread_cond_t, il_condition_signal(object, false, SITE))
LOCK_CALL(pthread_cond_broadcast, , pthread_cond_t, il_condition_signal(object, true, SITE))

WRAP(int, pthread_mutex_init, pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    int type = PTHREAD_MUTEX_NORMAL;
    if (!modelled())
        return __real_pthread_mutex_init(mutex, attributes);
    if (attributes && pthread_mutexattr_gettype(attributes, &type) == 0 && type == PTHREAD_MUTEX_RECURSIVE)
        INSIDE(unsupported(SITE, "a recursive mutex at %s cannot be explored: use an ordinary one",
                           where(SITE)));
    touch(mutex, sizeof(pthread_mutex_t), true, SITE);
    il_mutex_init(mutex);
    return __real_pthread_mutex_init(mutex, NULL);
}

WRAP(int, pthread_cond_init, pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
    if (!modelled())
        return __real_pthread_cond_init(condition, attributes);
    touch(condition, sizeof(pthread_cond_t), true, SITE);
    il_mutex_init(condition);
    return __real_pthread_cond_init(condition, NULL);
}

WRAP(int, pthread_cond_wait, pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    if (!modelled())
        return __real_pthread_cond_wait(condition, mutex);
    INSIDE(il_condition_wait(condition, mutex, NO_DEADLINE, SITE));
    return 0;
}

/* The mutex orders the callers, and makes what the first did known to the others. */
WRAP(int, pthread_once, pthread_once_t *once, void (*initialise)(void))
{
    enum { DONE = 2 };
    if (!modelled())
        return __real_pthread_once(once, initialise);
    INSIDE(il_mutex_lock(once, SITE));
    if (*(volatile int *)once != DONE) {
        initialise();
        *(volatile int *)once = DONE;
    }
    INSIDE(il_mutex_unlock(once, SITE));
    return 0;
}

/* --- deadlines --- */

/* A clockid_t plays no part: there is one clock. */
static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *deadline,
                      il_site site)
{
    int status = EINVAL;
    touch(deadline, sizeof *deadline, false, site);
    if (is_a_time(deadline))
        INSIDE(status = il_condition_wait(condition, mutex, to_ns(deadline), site));
    return status;
}

WRAP(int, pthread_cond_timedwait, pthread_cond_t *condition, pthread_mutex_t *mutex,
     const struct timespec *deadline)
{
    return modelled() ? wait_until(condition, mutex, deadline, SITE)
                      : __real_pthread_cond_timedwait(condition, mutex, deadline);
}

WRAP(int, pthread_cond_clockwait, pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
     const struct timespec *deadline)
{
    return modelled() ? wait_until(condition, mutex, deadline, SITE)
                      : __real_pthread_cond_clockwait(condition, mutex, clock, deadline);
}

static int lock_until(pthread_mutex_t *mutex, const struct timespec *deadline, il_site site)
{
    int status = EINVAL;
    touch(deadline, sizeof *deadline, false, site);
    if (is_a_time(deadline))
        INSIDE(status = il_mutex_timedlock(mutex, to_ns(deadline), site));
    return status;
}

WRAP(int, pthread_mutex_timedlock, pthread_mutex_t *mutex, const struct timespec *deadline)
{
    return modelled() ? lock_until(mutex, deadline, SITE) : __real_pthread_mutex_timedlock(mutex, deadline);
}

WRAP(int, pthread_mutex_clocklock, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline)
{
    return modelled() ? lock_until(mutex, deadline, SITE)
                      : __real_pthread_mutex_clocklock(mutex, clock, deadline);
}

/* --- the end of the program --- */

extern void __real___assert_fail(const char *expression, const char *file, unsigned line,
                                 const char *function) __attribute__((noreturn));
extern void __wrap___assert_fail(const char *expression, const char *file, unsigned line,
                                 const char *function) __attribute__((noreturn));
void __wrap___assert_fail(const char *expression, const char *file, unsigned line, const char *function)
{
    if (!modelled())
        __real___assert_fail(expression, file, line, function);
    const char *slash = strrchr(file, '/');
    fail(IL_ASSERTION, SITE, "%s does not hold, in %s at %s:%u", expression, thread_text(il_self()),
         slash ? slash + 1 : file, line);
}

extern void __real_abort(void) __attribute__((noreturn));
extern void __wrap_abort(void) __attribute__((noreturn));
void __wrap_abort(void)
{
    if (!modelled())
        __real_abort();
    fail(IL_CRASH, SITE, "%s called abort() at %s", thread_text(il_self()), where(SITE));
}

#define END_OF_PROGRAM(name)                                                                                 \
    extern void __real_##name(int status) __attribute__((noreturn));                                         \
    extern void __wrap_##name(int status) __attribute__((noreturn));                                         \
    void __wrap_##name(int status)                                                                           \
    {                                                                                                        \
        if (!modelled())                                                                                     \
            __real_##name(status);                                                                           \
        fail(IL_EXIT, SITE, "%s called " #name "(%d) at %s: code under test must not end the program",       \
             thread_text(il_self()), status, where(SITE));                                                   \
    }
END_OF_PROGRAM(exit)
END_OF_PROGRAM(_exit)
END_OF_PROGRAM(_Exit)
END_OF_PROGRAM(quick_exit)

/* The same by other names. Outside of a model only the engine would call them, and it does not. */
#define LEAVES(name)                                                                                         \
    extern void __wrap_##name(void) __attribute__((noreturn));                                               \
    void __wrap_##name(void)                                                                                 \
    {                                                                                                        \
        if (!modelled())                                                                                     \
            engine_failed(#name " outside of a model");                                                      \
        fail(IL_EXIT, SITE, "%s called " #name "() at %s: code under test must not end the program",         \
             thread_text(il_self()), where(SITE));                                                           \
    }
LEAVES(err)
LEAVES(errx)
LEAVES(verr)
LEAVES(verrx)
LEAVES(error)
LEAVES(execve)
LEAVES(execv)
LEAVES(execvp)
LEAVES(execvpe)
LEAVES(execl)
LEAVES(execlp)
LEAVES(execle)
LEAVES(fexecve)

/* --- system calls: the futex is synchronisation, which can be explored; others are the outside world --- */

/* A FUTEX_WAIT has a span, the one with a mask a time. */
static int64_t futex_deadline(int command, const struct timespec *timeout, il_site site)
{
    int64_t now = 0, time;
    if (!timeout)
        return NO_DEADLINE;
    touch(timeout, sizeof *timeout, false, site);
    time = to_ns(timeout);
    if (command == FUTEX_WAIT && time != NO_DEADLINE)
        INSIDE(now = il_now(site));
    return time == NO_DEADLINE ? time : now + time;
}

static long futex(long word, long operation, long value, long timeout, long mask, il_site site)
{
    int command = (int)operation & FUTEX_CMD_MASK, status = 0;
    bool waits = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
    if (!waits && command != FUTEX_WAKE && command != FUTEX_WAKE_BITSET)
        unsupported(site, "futex operation %d at %s is not modelled: only waits and wakes are", command,
                    where(site));
    bool has_mask = command == FUTEX_WAIT_BITSET || command == FUTEX_WAKE_BITSET;
    if (has_mask && (uint32_t)mask != FUTEX_BITSET_MATCH_ANY)
        unsupported(site, "a futex with a mask at %s is not modelled", where(site));
    if (!waits) {
        INSIDE(status = il_futex_wake((void *)word, (int)value, site));
        return status;
    }
    int64_t deadline = futex_deadline(command, (const struct timespec *)timeout, site);
    INSIDE(status = il_futex_wait((void *)word, (uint32_t)value, deadline, site));
    errno = status;
    return status ? -1 : 0;
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (!modelled())
        return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (number == SYS_gettid)
        return il_self() + 1;
    if (number == SYS_futex)
        return futex(a[0], a[1], a[2], a[3], a[5], SITE);
    unsupported(SITE, "syscall(%ld) at %s: a system call cannot be explored", number, where(SITE));
}
