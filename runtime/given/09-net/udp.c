/**
 * @file udp.c
 * @brief A UDP socket: its life, its peer, and the constructors of what it sends and receives.
 */
#include "weft/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "weft/error.h"

/* Of one that is not open, all zero, the number would be another's. */
static int fd_of(const struct wf_udp *udp)
{
    return udp->socket.source ? udp->socket.fd : -1;
}

static bool is_inet(int family)
{
    return family == AF_INET || family == AF_INET6;
}

/* --- open and closed --- */

/* A group's datagrams are given to each socket that any socket of the machine has joined for, unless it says otherwise. A kernel that
 * does not know the option leaves it so. */
static void receive_own_groups_only(int fd, int family)
{
    (void)!wf_socket_set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#ifdef IPV6_MULTICAST_ALL
    if (family == AF_INET6)
        (void)!wf_socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
#endif
    (void)family;
}

static int prepare(int fd, int family, const struct wf_udp_options *options)
{
    int status = 0;
    if (family == AF_INET6)
        status = wf_socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, options->v6only);
    if (status == 0 && options->reuse_address)
        status = wf_socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (status == 0 && options->reuse_port)
        status = wf_socket_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (status == 0 && options->broadcast)
        status = wf_socket_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
    if (status == 0 && options->receive_buffer_bytes != 0)
        status = wf_socket_set(fd, SOL_SOCKET, SO_RCVBUF, options->receive_buffer_bytes);
    if (status == 0 && options->send_buffer_bytes != 0)
        status = wf_socket_set(fd, SOL_SOCKET, SO_SNDBUF, options->send_buffer_bytes);
    receive_own_groups_only(fd, family);
    return status;
}

int wf_udp_bind(struct wf_udp *udp, const struct wf_address *local, const struct wf_udp_options *options)
{
    static const struct wf_udp_options none;
    int family = local->as.any.sa_family;
    *udp = (struct wf_udp){.socket = {.fd = -1}};
    if (!is_inet(family))
        return -EAFNOSUPPORT;
    int fd = wf_socket_new(family, SOCK_DGRAM, IPPROTO_UDP);
    if (fd < 0)
        return fd;
    int status = prepare(fd, family, options ? options : &none);
    if (status == 0 && bind(fd, &local->as.any, local->length) != 0)
        status = -errno;
    if (status == 0)
        status = wf_async_fd_open(&udp->socket, fd, WF_READABLE | WF_WRITABLE);
    if (status != 0)
        (void)close(fd);
    return status;
}

int wf_udp_adopt(struct wf_udp *udp, int fd)
{
    int type = 0, family = 0;
    *udp = (struct wf_udp){.socket = {.fd = -1}};
    int status = wf_socket_get(fd, SOL_SOCKET, SO_TYPE, &type);
    if (status == 0)
        status = wf_socket_get(fd, SOL_SOCKET, SO_DOMAIN, &family);
    if (status == -ENOTSOCK || (status == 0 && (type != SOCK_DGRAM || !is_inet(family))))
        return -EINVAL;
    return status != 0 ? status : wf_async_fd_open(&udp->socket, fd, WF_READABLE | WF_WRITABLE);
}

int wf_udp_release(struct wf_udp *udp)
{
    return wf_async_fd_release(&udp->socket);
}

void wf_udp_close(struct wf_udp *udp)
{
    wf_async_fd_close(&udp->socket);
}

/* --- the two addresses --- */

int wf_udp_local(const struct wf_udp *udp, struct wf_address *local)
{
    return wf_address_of_local(fd_of(udp), local);
}

int wf_udp_peer(const struct wf_udp *udp, struct wf_address *peer)
{
    return wf_address_of_peer(fd_of(udp), peer);
}

/* Not by connect(): for ThreadSanitizer that is where a descriptor begins, and a race with the reactor, which has known this one before. */
static int connect_to(const struct wf_udp *udp, const struct sockaddr *peer, socklen_t length)
{
    return syscall(SYS_connect, fd_of(udp), peer, length) == 0 ? 0 : -errno;
}

int wf_udp_disconnect(struct wf_udp *udp)
{
    static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    struct wf_address peer, before, after;
    int status = wf_udp_peer(udp, &peer);
    if (status != 0) /* without a peer the kernel would give the port back all the same */
        return status == -ENOTCONN ? 0 : status;
    status = wf_udp_local(udp, &before);
    if (status == 0)
        status = connect_to(udp, &nobody, sizeof nobody);
    if (status == 0)
        status = wf_udp_local(udp, &after);
    if (status != 0 || wf_address_port(&after) != 0)
        return status;
    /* The address is again what it was bound to; that its port was the kernel's choice, the kernel takes for no wish to keep it. */
    (void)wf_address_set_port(&after, (uint16_t)wf_address_port(&before));
    return bind(fd_of(udp), &after.as.any, after.length) == 0 ? 0 : -errno;
}

int wf_udp_connect(struct wf_udp *udp, const struct wf_address *peer)
{
    if (!is_inet(peer->as.any.sa_family)) /* AF_UNSPEC would disconnect, and lose the port */
        return -EAFNOSUPPORT;
    int status = wf_udp_disconnect(udp);
    return status != 0 ? status : connect_to(udp, &peer->as.any, peer->length);
}

int wf_udp_take_error(struct wf_udp *udp)
{
    int error = 0;
    int status = wf_socket_get(fd_of(udp), SOL_SOCKET, SO_ERROR, &error);
    return status != 0 ? status : -error;
}

/* --- datagrams --- */

/* Whether the side that is read was shut down, as the reactor has noted it. */
static bool is_shut_down(const struct wf_async_fd *socket)
{
    return (wf_readiness_look(&socket->source->readiness) & WF_READ_CLOSED) != 0;
}

/* The socket's call, and two things more. The sender's address gets its length. And of a socket that was shut down EAGAIN is no wait: no
 * event ends it, since that note stays, and the future would call again and again. `drained` is never set: a datagram shorter
 * than its buffer says nothing of the next one. */
static int64_t receive_one(int fd, void *arg, bool *drained)
{
    struct wf_socket_io *self = arg;
    struct wf_address *from =
        self->message.msg_name ? WF_CONTAINER_OF(self->message.msg_name, struct wf_address, as) : NULL;
    (void)drained;
    if (from)
        self->message.msg_namelen = sizeof from->as;
    ssize_t length = recvmsg(fd, &self->message, self->flags);
    if (length < 0)
        return errno == EAGAIN && is_shut_down(self->io.async_fd) ? WF_ECLOSED : -errno;
    if (from)
        from->length = self->message.msg_namelen;
    return length;
}

static struct wf_socket_io *receive(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size,
                                    struct wf_address *from, int flags)
{
    wf_socket_receive(io, &udp->socket, flags);
    wf_socket_buffer(io, bytes, size);
    wf_fd_io(&io->io, &udp->socket, WF_READABLE, receive_one, io);
    io->message.msg_name = from ? &from->as : NULL;
    return io;
}

struct wf_socket_io *wf_udp_receive(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size)
{
    return receive(io, udp, bytes, size, NULL, 0);
}

struct wf_socket_io *wf_udp_receive_from(struct wf_socket_io *io, struct wf_udp *udp, void *bytes,
                                         size_t size, struct wf_address *from)
{
    return receive(io, udp, bytes, size, from, 0);
}

struct wf_socket_io *wf_udp_peek(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size)
{
    return receive(io, udp, bytes, size, NULL, MSG_PEEK);
}

struct wf_socket_io *wf_udp_peek_from(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size,
                                      struct wf_address *from)
{
    return receive(io, udp, bytes, size, from, MSG_PEEK);
}

struct wf_socket_io *wf_udp_send(struct wf_socket_io *io, struct wf_udp *udp, const void *bytes, size_t size)
{
    wf_socket_send(io, &udp->socket, 0);
    wf_socket_buffer(io, bytes, size);
    return io;
}

struct wf_socket_io *wf_udp_send_to(struct wf_socket_io *io, struct wf_udp *udp, const void *bytes,
                                    size_t size, const struct wf_address *to)
{
    wf_udp_send(io, udp, bytes, size);
    io->message.msg_name = (void *)(uintptr_t)&to->as; /* a send only reads it */
    io->message.msg_namelen = to->length;
    return io;
}

/* What a poll that is READY leaves: a future that waits for nothing, and may be dropped. */
static int64_t end(struct wf_socket_io *io, int64_t out)
{
    wf_future_drop(&io->io.future);
    wf_store_relaxed(&io->future.line, (uint32_t)WF_LINE_DONE); /* relaxed: as wf_future_poll() */
    io->out = out;
    return out;
}

int64_t wf_udp_try(struct wf_socket_io *io)
{
    struct wf_async_fd *socket = io->io.async_fd;
    if (!socket->source)
        return end(io, WF_ECLOSED);
    /* before the call: what the reactor tells behind it is not taken away */
    uint64_t seen = wf_readiness_look(&socket->source->readiness);
    if (seen & WF_SOURCE_CLOSED)
        return end(io, WF_ECLOSED);
    bool drained = false;
    int64_t out = io->io.call(socket->fd, io->io.arg, &drained);
    if (out != WF_EAGAIN)
        return end(io, out);
    wf_async_fd_clear(socket, seen, io->io.interest);
    return WF_EAGAIN;
}
