/**
 * @file unix_datagram.c
 * @brief Unix sockets of datagrams.
 */
#include <errno.h>
#include <unistd.h>

#include "weft/async.h"
#include "weft/detail/moved.h"
#include "weft/error.h"
#include "weft/unix_socket.h"

enum { DATAGRAM_INTEREST = WF_READABLE | WF_WRITABLE | WF_ERROR };

int wf_unix_datagram_open(struct wf_unix_datagram *socket, const struct wf_address *address)
{
    *socket = (struct wf_unix_datagram){.fd = {.fd = -1}};
    if (address && wf_address_family(address) != AF_UNIX)
        return -EAFNOSUPPORT;
    int fd = wf_socket_new(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0)
        return fd;
    /* opened first: behind bind() nothing fails that would leave a file */
    int status = wf_async_fd_open(&socket->fd, fd, DATAGRAM_INTEREST);
    if (status != 0)
        (void)close(fd);
    else if (address && bind(fd, &address->as.any, address->length) != 0) {
        status = -errno;
        wf_async_fd_close(&socket->fd);
    }
    return status;
}

int wf_unix_datagram_pair(struct wf_unix_datagram ends[2])
{
    int fds[2], status = 0;
    for (int i = 0; i < 2; i++)
        ends[i] = (struct wf_unix_datagram){.fd = {.fd = -1}};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        if (status == 0)
            status = wf_async_fd_open(&ends[i].fd, fds[i], DATAGRAM_INTEREST);
        if (status != 0)
            (void)close(fds[i]);
    }
    if (status != 0)
        wf_unix_datagram_close(&ends[0]);
    return status;
}

int wf_unix_datagram_from_fd(struct wf_unix_datagram *socket, int fd)
{
    int domain = 0, type = 0;
    *socket = (struct wf_unix_datagram){.fd = {.fd = -1}};
    int status = wf_socket_get(fd, SOL_SOCKET, SO_DOMAIN, &domain);
    if (status == 0)
        status = wf_socket_get(fd, SOL_SOCKET, SO_TYPE, &type);
    if (status != 0)
        return status;
    if (domain != AF_UNIX || type != SOCK_DGRAM)
        return -EINVAL;
    return wf_async_fd_open(&socket->fd, fd, DATAGRAM_INTEREST);
}

int wf_unix_datagram_release(struct wf_unix_datagram *socket)
{
    return wf_async_fd_release(&socket->fd);
}

void wf_unix_datagram_close(struct wf_unix_datagram *socket)
{
    wf_async_fd_close(&socket->fd);
}

int wf_unix_datagram_connect(struct wf_unix_datagram *socket, const struct wf_address *address)
{
    const struct sockaddr none = {.sa_family = AF_UNSPEC};
    int family = wf_address_family(address);
    if (!socket->fd.source)
        return -EBADF;
    if (family != AF_UNIX && family != AF_UNSPEC)
        return -EAFNOSUPPORT;
    int result = family == AF_UNSPEC ? connect(socket->fd.fd, &none, sizeof none)
                                     : connect(socket->fd.fd, &address->as.any, address->length);
    return result == 0 ? 0 : -errno;
}

int wf_unix_datagram_local(const struct wf_unix_datagram *socket, struct wf_address *address)
{
    return socket->fd.source ? wf_address_of_local(socket->fd.fd, address) : -EBADF;
}

int wf_unix_datagram_peer(const struct wf_unix_datagram *socket, struct wf_address *address)
{
    return socket->fd.source ? wf_address_of_peer(socket->fd.fd, address) : -EBADF;
}

/* --- connected --- */

struct wf_socket_io *wf_unix_datagram_send(struct wf_socket_io *send, struct wf_unix_datagram *socket,
                                           const void *bytes, size_t size)
{
    wf_socket_buffer(wf_socket_send(send, &socket->fd, 0), bytes, size);
    return send;
}

struct wf_socket_io *wf_unix_datagram_receive(struct wf_socket_io *receive, struct wf_unix_datagram *socket,
                                              void *buffer, size_t size)
{
    wf_socket_buffer(wf_socket_receive(receive, &socket->fd, 0), buffer, size);
    return receive;
}

/* --- to an address --- */

/* That the receiver is full is no matter of this socket, which stays writable for others. So it is not -EAGAIN: Linux would tell at once that
 * the socket is writable, because the buffer of the datagram that it refused is free again, and the future would call and call. */
static int64_t send_one(int fd, void *arg, bool *drained)
{
    const struct wf_unix_send_to *self = arg;
    (void)drained;
    ssize_t length =
        sendto(fd, self->bytes, self->size, MSG_NOSIGNAL, &self->address.as.any, self->address.length);
    if (length >= 0)
        return length;
    return errno == EAGAIN ? WF_EFULL : -errno;
}

ASYNC_FN(wf_unix_send_to, .failed = wf_moved_failed)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT(wf_fd_io(&self->io, &self->socket->fd, WF_WRITABLE, send_one, self));
        if (self->io.out != WF_EFULL || !wf_unix_pause(&self->pause, &self->socket->fd))
            break;
        AWAIT(&self->pause);
        if (self->pause.out != 0)
            ASYNC_RETURN(self->pause.out);
    }
    self->out = self->io.out;
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_unix_send_to *wf_unix_send_to(struct wf_unix_send_to *send, struct wf_unix_datagram *socket,
                                        const void *bytes, size_t size, const struct wf_address *address)
{
    return ASYNC_INIT(send, wf_unix_send_to, .socket = socket, .bytes = bytes, .size = size,
                      .address = *address);
}

/* Linux says of a sender without a name that its address has no bytes; and of a path of 108 bytes that it has 109. */
ASYNC_FN(wf_unix_receive_from, .failed = wf_moved_failed)
{
    ASYNC_BEGIN;
    self->io.message.msg_name = &self->from.as;
    self->io.message.msg_namelen = sizeof self->from.as;
    AWAIT(&self->io);
    self->out = self->io.out;
    if (self->out < 0 || wf_address_from(&self->from, &self->from.as.any, self->io.message.msg_namelen) != 0)
        self->from = (struct wf_address){.length = offsetof(struct sockaddr_un, sun_path),
                                         .as.unix_name.sun_family = AF_UNIX};
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_unix_receive_from *wf_unix_receive_from(struct wf_unix_receive_from *receive,
                                                  struct wf_unix_datagram *socket, void *buffer, size_t size)
{
    (void)ASYNC_INIT(receive, wf_unix_receive_from);
    wf_socket_buffer(wf_socket_receive(&receive->io, &socket->fd, 0), buffer, size);
    return receive;
}
