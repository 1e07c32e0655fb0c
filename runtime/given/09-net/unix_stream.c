/**
 * @file unix_stream.c
 * @brief Unix sockets that are connected: how they are made, read, written, asked and closed.
 */
#include <errno.h>
#include <unistd.h>

#include "weft/context.h"
#include "weft/error.h"
#include "weft/unix_socket.h"

enum { STREAM_INTEREST = WF_READABLE | WF_WRITABLE };

/* --- connect --- */

/* One try. WF_EAGAIN: the backlog is full. */
static int try_to_connect(struct wf_unix_connect *self)
{
    const struct wf_address *bound = &self->options.bind;
    if (self->fd < 0) {
        if (wf_address_family(&self->address) != AF_UNIX)
            return -EAFNOSUPPORT;
        self->fd = wf_socket_new(AF_UNIX, self->options.seqpacket ? SOCK_SEQPACKET : SOCK_STREAM, 0);
        if (self->fd < 0)
            return self->fd;
        if (bound->length > 0 && bind(self->fd, &bound->as.any, bound->length) != 0)
            return -errno;
    }
    if (connect(self->fd, &self->address.as.any, self->address.length) != 0)
        return -errno;
    self->stream->is_seqpacket = self->options.seqpacket;
    return wf_async_fd_open(&self->stream->fd, self->fd, STREAM_INTEREST);
}

static void give_up(struct wf_unix_connect *self)
{
    if (self->fd >= 0)
        (void)close(self->fd);
    self->fd = -1;
}

static enum wf_poll ready(struct wf_unix_connect *self, int status)
{
    if (status == 0)
        self->fd = -1; /* the stream's now */
    give_up(self);
    self->out = status;
    return WF_READY;
}

static enum wf_poll connect_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_unix_connect *self = (struct wf_unix_connect *)future;
    for (;;) {
        if (self->pauses) {
            if (wf_future_poll(&self->pause.future, cx) == WF_PENDING)
                return WF_PENDING;
            self->pauses = false;
            if (self->pause.out != 0)
                return ready(self, self->pause.out);
        }
        int status = wf_leaf_begin(cx->waker);
        if (status == WF_EAGAIN)
            return WF_PENDING;
        if (status == 0)
            status = try_to_connect(self);
        if (status == -EINTR)
            continue;
        if (status != WF_EAGAIN)
            return ready(self, status);
        (void)wf_sleep(&self->pause, self->next_ns);
        self->pauses = true;
        self->next_ns = self->next_ns < WF_UNIX_PAUSE_MAX_NS / 2 ? self->next_ns * 2 : WF_UNIX_PAUSE_MAX_NS;
    }
}

static void connect_drop(struct wf_future *future)
{
    struct wf_unix_connect *self = (struct wf_unix_connect *)future;
    if (self->pauses)
        wf_future_drop(&self->pause.future);
    give_up(self);
}

static void connect_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    const struct wf_unix_connect *self = (const struct wf_unix_connect *)future;
    if (self->pauses)
        visit(arg, &self->pause.future);
}

static const struct wf_future_ops connect_ops = {.name = "unix_connect",
                                                 .poll = connect_poll,
                                                 .drop = connect_drop,
                                                 .children = connect_children,
                                                 WF_FRAME(struct wf_unix_connect)};

struct wf_unix_connect *wf_unix_connect(struct wf_unix_connect *connect, struct wf_unix_stream *stream,
                                        const struct wf_address *address,
                                        const struct wf_unix_connect_options *options)
{
    *connect = (struct wf_unix_connect){.future = {.ops = &connect_ops},
                                        .stream = stream,
                                        .address = *address,
                                        .fd = -1,
                                        .next_ns = WF_UNIX_PAUSE_MIN_NS};
    if (options)
        connect->options = *options;
    *stream = (struct wf_unix_stream){.fd = {.fd = -1}};
    return connect;
}

int wf_unix_pair(struct wf_unix_stream ends[2], bool seqpacket)
{
    int fds[2], status = 0;
    for (int i = 0; i < 2; i++)
        ends[i] = (struct wf_unix_stream){.fd = {.fd = -1}, .is_seqpacket = seqpacket};
    if (socketpair(AF_UNIX, (seqpacket ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   fds) != 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        if (status == 0)
            status = wf_async_fd_open(&ends[i].fd, fds[i], STREAM_INTEREST);
        if (status != 0)
            (void)close(fds[i]);
    }
    if (status != 0)
        wf_unix_close(&ends[0]);
    return status;
}

int wf_unix_from_fd(struct wf_unix_stream *stream, int fd)
{
    int domain = 0, type = 0;
    struct wf_address peer;
    *stream = (struct wf_unix_stream){.fd = {.fd = -1}};
    int status = wf_socket_get(fd, SOL_SOCKET, SO_DOMAIN, &domain);
    if (status == 0)
        status = wf_socket_get(fd, SOL_SOCKET, SO_TYPE, &type);
    if (status != 0)
        return status;
    if (domain != AF_UNIX || (type != SOCK_STREAM && type != SOCK_SEQPACKET))
        return -EINVAL;
    status = wf_address_of_peer(fd, &peer);
    if (status != 0)
        return status;
    stream->is_seqpacket = type == SOCK_SEQPACKET;
    return wf_async_fd_open(&stream->fd, fd, STREAM_INTEREST);
}

int wf_unix_release(struct wf_unix_stream *stream)
{
    return wf_async_fd_release(&stream->fd);
}

/* --- read and write --- */

/* A read of a stream ends where descriptors were sent: a short one says nothing about what is there. */
static struct wf_socket_io *begin_read(struct wf_socket_io *read, struct wf_unix_stream *stream, int flags)
{
    (void)wf_socket_receive(read, &stream->fd, flags);
    if (!stream->is_seqpacket)
        wf_socket_is_unix_stream(read);
    return read;
}

static struct wf_socket_io *begin_write(struct wf_socket_io *write, struct wf_unix_stream *stream)
{
    (void)wf_socket_send(write, &stream->fd, 0);
    if (!stream->is_seqpacket)
        wf_socket_is_stream(write);
    return write;
}

struct wf_socket_io *wf_unix_read(struct wf_socket_io *read, struct wf_unix_stream *stream, void *buffer,
                                  size_t size)
{
    wf_socket_buffer(begin_read(read, stream, 0), buffer, size);
    return read;
}

struct wf_socket_io *wf_unix_read_pieces(struct wf_socket_io *read, struct wf_unix_stream *stream,
                                         const struct iovec *pieces, size_t count)
{
    wf_socket_buffers(begin_read(read, stream, 0), pieces, count);
    return read;
}

struct wf_socket_io *wf_unix_peek(struct wf_socket_io *peek, struct wf_unix_stream *stream, void *buffer,
                                  size_t size)
{
    wf_socket_buffer(begin_read(peek, stream, MSG_PEEK), buffer, size);
    return peek;
}

struct wf_socket_io *wf_unix_write(struct wf_socket_io *write, struct wf_unix_stream *stream,
                                   const void *bytes, size_t size)
{
    wf_socket_buffer(begin_write(write, stream), bytes, size);
    return write;
}

struct wf_socket_io *wf_unix_write_pieces(struct wf_socket_io *write, struct wf_unix_stream *stream,
                                          const struct iovec *pieces, size_t count)
{
    wf_socket_buffers(begin_write(write, stream), pieces, count);
    return write;
}

/* --- the end, and what can be asked --- */

int wf_unix_shutdown(struct wf_unix_stream *stream, int how)
{
    if (!stream->fd.source)
        return -EBADF;
    return shutdown(stream->fd.fd, how) == 0 ? 0 : -errno;
}

void wf_unix_close(struct wf_unix_stream *stream)
{
    wf_async_fd_close(&stream->fd);
}

int wf_unix_local(const struct wf_unix_stream *stream, struct wf_address *address)
{
    return stream->fd.source ? wf_address_of_local(stream->fd.fd, address) : -EBADF;
}

int wf_unix_peer(const struct wf_unix_stream *stream, struct wf_address *address)
{
    return stream->fd.source ? wf_address_of_peer(stream->fd.fd, address) : -EBADF;
}

int wf_unix_credentials(const struct wf_unix_stream *stream, struct wf_unix_credentials *credentials)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (!stream->fd.source)
        return -EBADF;
    if (getsockopt(stream->fd.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return -errno;
    *credentials = (struct wf_unix_credentials){.pid = peer.pid, .uid = peer.uid, .gid = peer.gid};
    return 0;
}
