/**
 * @file hooks_thread.c
 * @brief Calls of the C library that start or end threads, or end the program, and system calls.
 */
#include "hooks.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- threads; a pthread_t is the thread's number: turn.c --- */

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
    INSIDE(raw_write(thread, sizeof *thread, thread_number(id)));
    return 0;
}

WRAP(int, pthread_join, pthread_t thread, void **result)
{
    void *returned = NULL;
    if (!modelled())
        return __real_pthread_join(thread, result);
    INSIDE(returned = il_join(thread_of_number(thread), SITE));
    if (result)
        INSIDE(raw_write(result, sizeof *result, (uintptr_t)returned));
    return 0;
}

WRAP(int, pthread_detach, pthread_t thread)
{
    if (!modelled())
        return __real_pthread_detach(thread);
    INSIDE(il_detach(thread_of_number(thread), SITE));
    return 0;
}

WRAP(pthread_t, pthread_self, void)
{
    return modelled() ? (pthread_t)thread_number(il_self()) : __real_pthread_self();
}

/* The kernel's number would be one for all of them. */
WRAP(pid_t, gettid, void)
{
    return modelled() ? (pid_t)thread_number(il_self()) : __real_gettid();
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
    if (thread_of_number(thread) == il_self())
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
    touch_time(timeout, site);
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
        return thread_number(il_self());
    if (number == SYS_futex)
        return futex(a[0], a[1], a[2], a[3], a[5], SITE);
    unsupported(SITE, "syscall(%ld) at %s: a system call cannot be explored", number, where(SITE));
}
