/**
 * @file hooks_descriptor.c
 * @brief Calls on descriptors that a model has made: eventfd, pipes, pairs of sockets, poll, epoll. Of others they are refused.
 */
#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t result(int64_t status)
{
    if (status >= 0)
        return status;
    errno = (int)-status;
    return -1;
}

/* --- made and closed --- */

WRAP(int, eventfd, unsigned count, int flags)
{
    int number = 0;
    if (!modelled())
        return __real_eventfd(count, flags);
    INSIDE(number = il_eventfd(count, flags & EFD_SEMAPHORE, flags & EFD_NONBLOCK, SITE));
    return number;
}

/* Two numbers, in the model's memory. */
static inline __attribute__((always_inline)) int give(int numbers[2], const int made[2], il_site site)
{
    touch(numbers, 2 * sizeof numbers[0], true, site);
    IN_LIBRARY((numbers[0] = made[0], numbers[1] = made[1]));
    return 0;
}

WRAP(int, pipe2, int numbers[2], int flags)
{
    int made[2];
    if (!modelled())
        return __real_pipe2(numbers, flags);
    INSIDE(il_pipe(made, flags & O_NONBLOCK, SITE));
    return give(numbers, made, SITE);
}

WRAP(int, pipe, int numbers[2])
{
    int made[2];
    if (!modelled())
        return __real_pipe(numbers);
    INSIDE(il_pipe(made, false, SITE));
    return give(numbers, made, SITE);
}

WRAP(int, socketpair, int domain, int type, int protocol, int numbers[2])
{
    int made[2];
    if (!modelled())
        return __real_socketpair(domain, type, protocol, numbers);
    if (domain != AF_UNIX || (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM)
        unsupported(SITE, "socketpair at %s: only pairs of AF_UNIX and SOCK_STREAM are modelled", where(SITE));
    INSIDE(il_socketpair(made, type & SOCK_NONBLOCK, SITE));
    return give(numbers, made, SITE);
}

WRAP(int, close, int number)
{
    int status = 0;
    if (!modelled())
        return __real_close(number);
    INSIDE(status = il_close(number, SITE));
    return status;
}

WRAP(int, shutdown, int number, int how)
{
    int error = 0;
    if (!modelled())
        return __real_shutdown(number, how);
    INSIDE(error = il_shutdown(number, how == SHUT_RD || how == SHUT_RDWR, how == SHUT_WR || how == SHUT_RDWR,
                               SITE));
    return (int)result(-error);
}

int __real_fcntl(int number, int command, ...);
int __wrap_fcntl(int number, int command, ...);
int __wrap_fcntl(int number, int command, ...)
{
    bool waits = false;
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    if (!modelled())
        return __real_fcntl(number, command, argument);
    INSIDE(waits = il_descriptor_waits(number, SITE));
    if (command == F_GETFL)
        return O_RDWR | (waits ? 0 : O_NONBLOCK);
    if (command == F_SETFL)
        INSIDE(il_descriptor_set(number, (int)argument & O_NONBLOCK, SITE));
    else if (command != F_GETFD && command != F_SETFD)
        unsupported(SITE, "fcntl at %s: only F_GETFL, F_SETFL, F_GETFD and F_SETFD are modelled", where(SITE));
    return 0;
}

/* --- reading and writing. A loop that looks for something to come may be one that only looks: so its state is noted --- */

static inline __attribute__((always_inline)) ssize_t read_into(int number, void *bytes, size_t size,
                                                               bool never_waits, il_site site)
{
    int64_t status = 0;
    INSIDE(status = il_read(number, bytes, size, never_waits, site));
    return result(status);
}

static inline __attribute__((always_inline)) ssize_t write_to(int number, const void *bytes, size_t size,
                                                              bool never_waits, il_site site)
{
    int64_t status = 0;
    INSIDE(status = il_write(number, bytes, size, never_waits, site));
    return result(status);
}

static inline __attribute__((always_inline)) ssize_t write_from(int number, const void *bytes, size_t size,
                                                                bool never_waits, il_site site)
{
    touch(bytes, size, false, site);
    return write_to(number, bytes, size, never_waits, site);
}

#define TRANSFER(name, type, parameters, arguments, call)                                                    \
    NOTED(__wrap_##name)                                                                                     \
    type __real_##name parameters;                                                                           \
    type __wrap_##name##_noted parameters;                                                                   \
    type __wrap_##name##_noted parameters                                                                    \
    {                                                                                                        \
        return modelled() ? (call) : __real_##name arguments;                                                \
    }
TRANSFER(read, ssize_t, (int number, void *bytes, size_t size), (number, bytes, size),
         read_into(number, bytes, size, false, SITE))
TRANSFER(write, ssize_t, (int number, const void *bytes, size_t size), (number, bytes, size),
         write_from(number, bytes, size, false, SITE))
TRANSFER(recv, ssize_t, (int number, void *bytes, size_t size, int flags), (number, bytes, size, flags),
         read_into(number, bytes, size, flags &MSG_DONTWAIT, SITE))
TRANSFER(send, ssize_t, (int number, const void *bytes, size_t size, int flags), (number, bytes, size, flags),
         write_to(number, bytes, size, flags &MSG_DONTWAIT, SITE))
TRANSFER(eventfd_read, int, (int number, eventfd_t *value), (number, value),
         read_into(number, value, sizeof *value, false, SITE) < 0 ? -1 : 0)
TRANSFER(eventfd_write, int, (int number, eventfd_t value), (number, value),
         write_to(number, &value, sizeof value, false, SITE) < 0 ? -1 : 0)

/* --- poll and epoll: milliseconds, or less than 0 for ever --- */

static inline __attribute__((always_inline)) int64_t deadline_of(int64_t span_ns, il_site site)
{
    int64_t now = 0;
    if (span_ns <= 0)
        return NO_DEADLINE;
    INSIDE(now = il_now(site));
    return now + span_ns;
}

static inline __attribute__((always_inline)) int poll_for(struct pollfd *polled, nfds_t count,
                                                          int64_t span_ns, il_site site)
{
    int status = 0;
    int64_t deadline = deadline_of(span_ns, site);
    INSIDE(status = il_poll(polled, count, span_ns != 0, deadline, site));
    return (int)result(status);
}

static inline __attribute__((always_inline)) int epoll_for(int number, struct epoll_event *events, int most,
                                                           int64_t span_ns, il_site site)
{
    int status = 0;
    int64_t deadline = deadline_of(span_ns, site);
    INSIDE(status = il_epoll_wait(number, events, most, span_ns != 0, deadline, site));
    return (int)result(status);
}

enum { NS_PER_MS = 1000000 };

/* A mask of signals plays no part: there are none in a model. */
#define SPAN(timeout) ((timeout) ? (touch_time(timeout, SITE), to_ns(timeout)) : -1)
TRANSFER(poll, int, (struct pollfd * polled, nfds_t count, int timeout), (polled, count, timeout),
         poll_for(polled, count, (int64_t)timeout *NS_PER_MS, SITE))
TRANSFER(ppoll, int,
         (struct pollfd * polled, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
         (polled, count, timeout, mask), poll_for(polled, count, SPAN(timeout), SITE))
TRANSFER(epoll_wait, int, (int number, struct epoll_event *events, int most, int timeout),
         (number, events, most, timeout), epoll_for(number, events, most, (int64_t)timeout *NS_PER_MS, SITE))
TRANSFER(epoll_pwait, int,
         (int number, struct epoll_event *events, int most, int timeout, const sigset_t *mask),
         (number, events, most, timeout, mask),
         epoll_for(number, events, most, (int64_t)timeout *NS_PER_MS, SITE))

WRAP(int, epoll_create1, int flags)
{
    int number = 0;
    if (!modelled())
        return __real_epoll_create1(flags);
    INSIDE(number = il_epoll_new(SITE));
    return number;
}

WRAP(int, epoll_create, int size)
{
    int number = 0;
    if (!modelled())
        return __real_epoll_create(size);
    INSIDE(number = il_epoll_new(SITE));
    return number;
}

WRAP(int, epoll_ctl, int number, int operation, int other, struct epoll_event *event)
{
    int status = 0;
    if (!modelled())
        return __real_epoll_ctl(number, operation, other, event);
    INSIDE(status = il_epoll_control(number, operation, other, event, SITE));
    return (int)result(status);
}
