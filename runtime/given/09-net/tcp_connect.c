/**
 * @file tcp_connect.c
 * @brief The connect: begun at once, over when the socket is writable, and then asked how it went.
 *
 * The socket is opened in the reactor behind connect(), not before: of one that does not connect yet the kernel says that both of its
 * sides are closed, which would end the wait at once.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "weft/context.h"
#include "weft/error.h"
#include "weft/tcp.h"

static int prepare(int fd, const struct wf_tcp_connect_options *options)
{
    const struct wf_socket_setting settings[] = {
        {options->reuse_address, SOL_SOCKET, SO_REUSEADDR, 1},
        {options->nodelay, IPPROTO_TCP, TCP_NODELAY, 1},
        {options->receive_buffer_bytes > 0, SOL_SOCKET, SO_RCVBUF, options->receive_buffer_bytes},
        {options->send_buffer_bytes > 0, SOL_SOCKET, SO_SNDBUF, options->send_buffer_bytes},
    };
    int status = wf_socket_set_all(fd, settings, sizeof settings / sizeof *settings);
    if (status == 0 && options->bind.length != 0 && bind(fd, &options->bind.as.any, options->bind.length) != 0)
        status = -errno;
    return status;
}

/* Begun, and not over: a signal interrupts the call, and never the connecting. */
static int begin_to_connect(int fd, const struct wf_address *address)
{
    if (connect(fd, &address->as.any, address->length) == 0 || errno == EINPROGRESS || errno == EINTR)
        return 0;
    return -errno;
}

static int begin(struct wf_tcp_connect *self)
{
    const int family = self->address.as.any.sa_family;
    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    int fd = wf_socket_new(family, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0)
        return fd;
    int status = prepare(fd, &self->options);
    if (status == 0)
        status = begin_to_connect(fd, &self->address);
    if (status == 0)
        status = wf_async_fd_open(&self->stream->fd, fd, WF_TCP_INTEREST);
    if (status != 0)
        (void)close(fd);
    return status;
}

/* How it went; WF_EAGAIN: it is not over. */
static int result(struct wf_tcp_connect *self)
{
    struct wf_address here, there;
    int status = wf_tcp_error(self->stream);
    if (status != 0)
        return status;
    status = wf_tcp_peer(self->stream, &there);
    /* writable, without an error and without a peer: a note of the reactor that came too early */
    if (status == -ENOTCONN && !(self->ready.out & WF_WRITE_CLOSED))
        return WF_EAGAIN;
    if (status == 0)
        status = wf_tcp_local(self->stream, &here);
    if (status == 0 && here.length == there.length && memcmp(&here.as, &there.as, here.length) == 0) {
        /* both sides are this very socket: it must not linger, and keep the port */
        (void)wf_tcp_set_linger(self->stream, 0);
        status = -ECONNREFUSED;
    }
    return status;
}

static enum wf_poll finish(struct wf_tcp_connect *self, int status)
{
    if (status != 0)
        wf_tcp_close(self->stream);
    self->out = status;
    return WF_READY;
}

static enum wf_poll connect_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_tcp_connect *self = (struct wf_tcp_connect *)future;
    if (!self->begun) {
        int status = wf_leaf_begin(cx->waker);
        if (status == WF_EAGAIN)
            return WF_PENDING;
        if (status == 0)
            status = begin(self);
        if (status != 0)
            return finish(self, status);
        self->begun = true;
        (void)wf_fd_ready(&self->ready, &self->stream->fd, WF_WRITABLE);
    }
    for (;;) {
        future->awaiting = &self->ready.future;
        if (wf_future_poll(&self->ready.future, cx) == WF_PENDING)
            return WF_PENDING;
        future->awaiting = NULL;
        int status = self->ready.out < 0 ? self->ready.out : result(self);
        if (status != WF_EAGAIN)
            return finish(self, status);
        wf_async_fd_clear(&self->stream->fd, self->ready.seen, WF_WRITABLE);
        (void)wf_fd_ready(&self->ready, &self->stream->fd, WF_WRITABLE);
    }
}

static void connect_drop(struct wf_future *future)
{
    struct wf_tcp_connect *self = (struct wf_tcp_connect *)future;
    if (self->begun) {
        wf_future_drop(&self->ready.future);
        wf_tcp_close(self->stream);
    }
}

static const struct wf_future_ops connect_ops = {
    .name = "tcp_connect", .poll = connect_poll, .drop = connect_drop, WF_FRAME(struct wf_tcp_connect)};

struct wf_tcp_connect *wf_tcp_connect(struct wf_tcp_connect *connect, struct wf_tcp_stream *stream,
                                      const struct wf_address *address,
                                      const struct wf_tcp_connect_options *options)
{
    *connect = (struct wf_tcp_connect){
        .future = {.ops = &connect_ops}, .stream = stream, .address = *address, .ready = {.out = 0}};
    if (options)
        connect->options = *options;
    *stream = (struct wf_tcp_stream){.fd = {.fd = -1}};
    return connect;
}
