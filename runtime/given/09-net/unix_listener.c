/**
 * @file unix_listener.c
 * @brief Unix sockets that listen, what they accept, and the pause of what no event tells.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weft/async.h"
#include "weft/context.h"
#include "weft/error.h"
#include "weft/unix_socket.h"

enum { LISTENER_INTEREST = WF_READABLE | WF_ERROR };

/* The path of an address, ended by a NUL; false: it has none. */
static bool path_of(const struct wf_address *address, char path[sizeof(struct sockaddr_un)])
{
    size_t length;
    const char *name = wf_address_unix_name(address, &length);
    if (!name || wf_address_is_abstract(address))
        return false;
    memcpy(path, name, length);
    path[length] = '\0';
    return true;
}

static int begin_to_listen(int fd, const struct wf_address *address, int backlog)
{
    if (bind(fd, &address->as.any, address->length) != 0)
        return -errno;
    return listen(fd, backlog > 0 ? backlog : WF_UNIX_BACKLOG) == 0 ? 0 : -errno;
}

int wf_unix_listen(struct wf_unix_listener *listener, const struct wf_address *address,
                   const struct wf_unix_listen_options *options)
{
    static const struct wf_unix_listen_options defaults;
    char path[sizeof(struct sockaddr_un)];
    options = options ? options : &defaults;
    *listener = (struct wf_unix_listener){.fd = {.fd = -1}, .is_seqpacket = options->seqpacket};
    if (wf_address_family(address) != AF_UNIX)
        return -EAFNOSUPPORT;
    int fd = wf_socket_new(AF_UNIX, options->seqpacket ? SOCK_SEQPACKET : SOCK_STREAM, 0);
    if (fd < 0)
        return fd;
    struct wf_address bound;
    int status = begin_to_listen(fd, address, options->backlog);
    if (status == 0)
        status = wf_async_fd_open(&listener->fd, fd, LISTENER_INTEREST);
    if (status != 0) {
        /* the file, if bind() has made it: else it is another's */
        if (wf_address_of_local(fd, &bound) == 0 && path_of(&bound, path))
            (void)unlink(path);
        (void)close(fd);
    }
    return status;
}

int wf_unix_remove_stale(const struct wf_address *address)
{
    char path[sizeof(struct sockaddr_un)];
    struct stat about;
    if (wf_address_family(address) != AF_UNIX)
        return -EAFNOSUPPORT;
    if (!path_of(address, path))
        return 0;
    if (lstat(path, &about) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(about.st_mode))
        return -ENOTSOCK;
    int fd = wf_socket_new(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return fd;
    int error = connect(fd, &address->as.any, address->length) == 0 ? 0 : errno;
    (void)close(fd);
    if (error == 0 || error == EAGAIN || error == EPROTOTYPE) /* it listens, or is full, or of another type */
        return -EADDRINUSE;
    if (error == ENOENT)
        return 0;
    if (error != ECONNREFUSED)
        return -error;
    return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

int wf_unix_listener_from_fd(struct wf_unix_listener *listener, int fd)
{
    int domain = 0, type = 0, listens = 0;
    *listener = (struct wf_unix_listener){.fd = {.fd = -1}};
    int status = wf_socket_get(fd, SOL_SOCKET, SO_DOMAIN, &domain);
    if (status == 0)
        status = wf_socket_get(fd, SOL_SOCKET, SO_TYPE, &type);
    if (status == 0)
        status = wf_socket_get(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (status != 0)
        return status;
    if (domain != AF_UNIX || !listens)
        return -EINVAL;
    listener->is_seqpacket = type == SOCK_SEQPACKET;
    return wf_async_fd_open(&listener->fd, fd, LISTENER_INTEREST);
}

int wf_unix_listener_release(struct wf_unix_listener *listener)
{
    return wf_async_fd_release(&listener->fd);
}

int wf_unix_listener_address(const struct wf_unix_listener *listener, struct wf_address *address)
{
    return listener->fd.source ? wf_address_of_local(listener->fd.fd, address) : -EBADF;
}

void wf_unix_listener_close(struct wf_unix_listener *listener)
{
    wf_async_fd_close(&listener->fd);
}

/* --- the pause --- */

/* Of these sockets WF_ERROR is hardly ever told, so a wait for it is a wait for the close. */
ASYNC_FN(wf_unix_pause)
{
    ASYNC_BEGIN;
    (void)wf_fd_ready(&self->closed, self->fd, WF_ERROR);
    AWAIT(wf_timeout(&self->limit, self->next_ns, &self->closed.future));
    self->next_ns = self->next_ns < WF_UNIX_PAUSE_MAX_NS / 2 ? self->next_ns * 2 : WF_UNIX_PAUSE_MAX_NS;
    if (self->limit.out != 0)
        ASYNC_RETURN(self->limit.out == WF_ETIMEDOUT ? 0 : self->limit.out);
    if (self->closed.out < 0)
        ASYNC_RETURN(self->closed.out);
    wf_async_fd_clear(self->fd, self->closed.seen, WF_ERROR); /* it must not end each later pause */
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_unix_pause *wf_unix_pause(struct wf_unix_pause *pause, struct wf_async_fd *fd)
{
    uint64_t next_ns = pause->next_ns;
    if (!wf_context_current || !wf_context_current->time_driver)
        return NULL;
    return ASYNC_INIT(pause, wf_unix_pause, .fd = fd, .next_ns = next_ns > 0 ? next_ns : WF_UNIX_PAUSE_MIN_NS);
}

/* --- accept --- */

static int64_t accept_one(int fd, void *arg, bool *drained)
{
    struct wf_unix_accept *self = arg;
    struct wf_address peer = {.length = sizeof peer.as};
    (void)drained; /* that another one waits is not known: the next call will tell */
    int accepted = accept4(fd, &peer.as.any, &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0)
        return -errno;
    if (wf_address_from(&self->peer, &peer.as.any, peer.length) != 0)
        self->peer = (struct wf_address){.length = offsetof(struct sockaddr_un, sun_path),
                                         .as.unix_name.sun_family = AF_UNIX};
    return accepted;
}

/* It passes when others give something back, and no event tells of that: the connection was told when it came. */
static bool is_a_shortage(int64_t status)
{
    return status == -EMFILE || status == -ENFILE || status == -ENOBUFS || status == -ENOMEM;
}

static int open_accepted(struct wf_unix_accept *self)
{
    int fd = (int)self->io.out;
    int status = wf_async_fd_open(&self->stream.fd, fd, WF_READABLE | WF_WRITABLE);
    self->stream.is_seqpacket = self->listener->is_seqpacket;
    if (status != 0)
        (void)close(fd);
    return status;
}

/* Between accept4() and READY there is no await, so that no drop can come between. */
ASYNC_FN(wf_unix_accept)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT(wf_fd_io(&self->io, &self->listener->fd, WF_READABLE, accept_one, self));
        if (!is_a_shortage(self->io.out) || !wf_unix_pause(&self->pause, &self->listener->fd))
            break;
        AWAIT(&self->pause);
        if (self->pause.out != 0)
            ASYNC_RETURN(self->pause.out);
    }
    self->out = self->io.out < 0 ? (int)self->io.out : open_accepted(self);
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_unix_accept *wf_unix_accept(struct wf_unix_accept *accept, struct wf_unix_listener *listener)
{
    return ASYNC_INIT(accept, wf_unix_accept, .listener = listener, .stream = {.fd = {.fd = -1}});
}
