/**
 * @file tcp_listener.c
 * @brief Listeners, and the accept: which errors are a connection's, which are the listener's, and which pass.
 *
 * An error of accept4() is one of three. A connection died while it waited: the next one is tried. Descriptors or memory have run out: the
 * connection is still there, but the reactor tells what *becomes* readable, and will not tell of it again; so the accept pauses and tries
 * again by itself. To fail would end a server that loses its loop to an error that passes; to try again at once would use up a processor
 * for as long as it lasts. Anything else is the result.
 */
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "weft/async.h"
#include "weft/context.h"
#include "weft/error.h"
#include "weft/tcp.h"

/* --- listen --- */

static int begin_to_listen(int fd, const struct wf_address *address,
                           const struct wf_tcp_listen_options *options)
{
    const struct wf_socket_setting settings[] = {
        {!options->no_reuse_address, SOL_SOCKET, SO_REUSEADDR, 1},
        {options->reuse_port, SOL_SOCKET, SO_REUSEPORT, 1},
        {address->as.any.sa_family == AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, options->v6only},
        {options->receive_buffer_bytes > 0, SOL_SOCKET, SO_RCVBUF, options->receive_buffer_bytes},
        {options->send_buffer_bytes > 0, SOL_SOCKET, SO_SNDBUF, options->send_buffer_bytes},
    };
    int status = wf_socket_set_all(fd, settings, sizeof settings / sizeof *settings);
    if (status != 0)
        return status;
    if (bind(fd, &address->as.any, address->length) != 0 ||
        listen(fd, options->backlog > 0 ? options->backlog : WF_TCP_BACKLOG) != 0)
        return -errno;
    return 0;
}

/* Only behind listen(): of a socket that neither listens nor is connected, the kernel says that both of its sides are closed. */
static int open_listener(struct wf_tcp_listener *listener, int fd)
{
    *listener = (struct wf_tcp_listener){.fd = {.fd = -1}};
    return wf_async_fd_open(&listener->fd, fd, WF_READABLE | WF_ERROR);
}

int wf_tcp_listen(struct wf_tcp_listener *listener, const struct wf_address *address,
                  const struct wf_tcp_listen_options *options)
{
    static const struct wf_tcp_listen_options defaults;
    const int family = address->as.any.sa_family;
    *listener = (struct wf_tcp_listener){.fd = {.fd = -1}};
    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    int fd = wf_socket_new(family, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0)
        return fd;
    int status = begin_to_listen(fd, address, options ? options : &defaults);
    if (status == 0)
        status = open_listener(listener, fd);
    if (status != 0)
        (void)close(fd);
    return status;
}

int wf_tcp_listener_from_fd(struct wf_tcp_listener *listener, int fd)
{
    int type = 0, listens = 0;
    *listener = (struct wf_tcp_listener){.fd = {.fd = -1}};
    int status = wf_socket_get(fd, SOL_SOCKET, SO_TYPE, &type);
    if (status == 0)
        status = wf_socket_get(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (status != 0)
        return status;
    /* of another kind each accept would be EOPNOTSUPP, which of a connection in the queue means: try the next one */
    if (type != SOCK_STREAM || !listens)
        return -EINVAL;
    return open_listener(listener, fd);
}

int wf_tcp_listener_release(struct wf_tcp_listener *listener)
{
    return wf_async_fd_release(&listener->fd);
}

int wf_tcp_listener_address(const struct wf_tcp_listener *listener, struct wf_address *address)
{
    return wf_address_of_local(listener->fd.source ? listener->fd.fd : -1, address);
}

void wf_tcp_listener_close(struct wf_tcp_listener *listener)
{
    wf_async_fd_close(&listener->fd);
}

/* --- accept --- */

/* The connection died in the queue. Linux hands an error that is pending on it over as the accept's own: accept(2). */
static bool is_of_the_connection(int error)
{
    static const int errors[] = {ECONNABORTED, EPROTO,       ENETDOWN,   ENOPROTOOPT, EHOSTDOWN,
                                 ENONET,       EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (error == errors[i])
            return true;
    return false;
}

/* It passes when others give something back, and no event tells of that. */
static bool is_a_shortage(int64_t status)
{
    return status == -EMFILE || status == -ENFILE || status == -ENOBUFS || status == -ENOMEM;
}

static int64_t accept_one(int fd, void *arg, bool *drained)
{
    struct wf_tcp_accept *self = arg;
    (void)drained; /* that another one waits is not known: the next call will tell */
    self->peer = (struct wf_address){.length = sizeof self->peer.as};
    wf_fetch_add_relaxed(&self->listener->calls, (uint64_t)1); /* relaxed: a count */
    int accepted = accept4(fd, &self->peer.as.any, &self->peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0)
        return accepted;
    return is_of_the_connection(errno) ? -EINTR : -errno; /* -EINTR: call again */
}

static int open_accepted(struct wf_tcp_accept *self)
{
    int fd = (int)self->io.out;
    int status = wf_async_fd_open(&self->stream.fd, fd, WF_TCP_INTEREST);
    if (status != 0)
        (void)close(fd);
    return status;
}

static bool can_pause(void)
{
    return wf_context_current && wf_context_current->time_driver;
}

/* A pause that ends early when the listener is closed: of a listener WF_ERROR is never told, so a wait for it is a wait for the close. */
static struct wf_timeout *pause_of(struct wf_tcp_accept *self)
{
    uint64_t now_ns = self->pause_ns;
    self->pause_ns = now_ns < WF_TCP_PAUSE_MAX_NS / 2 ? now_ns * 2 : WF_TCP_PAUSE_MAX_NS;
    wf_fetch_add_relaxed(&self->listener->pauses, (uint64_t)1); /* relaxed: a count */
    (void)wf_fd_ready(&self->closed, &self->listener->fd, WF_ERROR);
    return wf_timeout(&self->pause, now_ns, &self->closed.future);
}

/* The commit point is accept4(): between it and READY there is no await, so that no drop can come between. */
ASYNC_FN(wf_tcp_accept)
{
    ASYNC_BEGIN;
    self->pause_ns = WF_TCP_PAUSE_MIN_NS;
    for (;;) {
        AWAIT(wf_fd_io(&self->io, &self->listener->fd, WF_READABLE, accept_one, self));
        if (!is_a_shortage(self->io.out) || !can_pause())
            break;
        AWAIT(pause_of(self));
        if (self->pause.out == WF_ECLOSED) /* there are no timers any more */
            ASYNC_RETURN(WF_ECLOSED);
        /* Ended early? The next look at the listener says why. But an error, if there was one, must not end each later pause. */
        if (self->pause.out == 0 && self->closed.out > 0)
            wf_async_fd_clear(&self->listener->fd, self->closed.seen, WF_ERROR);
    }
    self->out = self->io.out < 0 ? (int)self->io.out : open_accepted(self);
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_tcp_accept *wf_tcp_accept(struct wf_tcp_accept *accept, struct wf_tcp_listener *listener)
{
    return ASYNC_INIT(accept, wf_tcp_accept, .listener = listener, .stream = {.fd = {.fd = -1}});
}
