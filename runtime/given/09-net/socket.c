/**
 * @file socket.c
 * @brief One message into or out of a socket.
 */
#include "weft/socket.h"

#include <errno.h>

#include "weft/detail/moved.h"

static size_t bytes_asked_for(const struct msghdr *message)
{
    return wf_pieces_size(message->msg_iov, message->msg_iovlen);
}

static int64_t move(int fd, void *arg, bool *drained)
{
    struct wf_socket_io *self = arg;
    ssize_t length = self->sends ? sendmsg(fd, &self->message, self->flags | MSG_NOSIGNAL)
                                 : recvmsg(fd, &self->message, self->flags);
    if (length < 0)
        return -errno;
    /* The end of a stream is no short read, but its bit stays in the word: a later read finds it at once. A peek has left all there. */
    *drained = self->is_stream && !self->ends_early && length > 0 && !(self->flags & MSG_PEEK) &&
               (size_t)length < bytes_asked_for(&self->message) &&
               !wf_socket_cut_short(self->io.async_fd, self->io.interest);
    return length;
}

static enum wf_poll socket_io_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_socket_io *self = (struct wf_socket_io *)future;
    if (self->is_stream && bytes_asked_for(&self->message) == 0) {
        self->out = 0;
        wf_future_drop(&self->io.future);
        return WF_READY;
    }
    if (wf_future_poll(&self->io.future, cx) == WF_PENDING)
        return WF_PENDING;
    self->out = self->io.out;
    return WF_READY;
}

static void socket_io_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_socket_io *)future)->io.future);
}

static void socket_io_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_socket_io *)future)->io.future);
}

static const struct wf_future_ops receive_ops = {.name = "socket_receive",
                                                 .poll = socket_io_poll,
                                                 .drop = socket_io_drop,
                                                 .children = socket_io_children,
                                                 .failed = wf_moved_failed,
                                                 WF_FRAME(struct wf_socket_io)};
static const struct wf_future_ops send_ops = {.name = "socket_send",
                                              .poll = socket_io_poll,
                                              .drop = socket_io_drop,
                                              .children = socket_io_children,
                                              .failed = wf_moved_failed,
                                              WF_FRAME(struct wf_socket_io)};

struct wf_socket_io *wf_socket_receive(struct wf_socket_io *io, struct wf_async_fd *socket, int flags)
{
    *io = (struct wf_socket_io){.future = {.ops = &receive_ops}, .flags = flags};
    wf_fd_io(&io->io, socket, WF_READABLE, move, io);
    return io;
}

struct wf_socket_io *wf_socket_send(struct wf_socket_io *io, struct wf_async_fd *socket, int flags)
{
    *io = (struct wf_socket_io){.future = {.ops = &send_ops}, .flags = flags, .sends = true};
    wf_fd_io(&io->io, socket, WF_WRITABLE, move, io);
    return io;
}

int wf_socket_new(int family, int type, int protocol)
{
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    return fd < 0 ? -errno : fd;
}

int wf_socket_set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

int wf_socket_set_all(int fd, const struct wf_socket_setting *settings, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        if (settings[i].wanted)
            status = wf_socket_set(fd, settings[i].level, settings[i].option, settings[i].value);
    return status;
}

int wf_socket_get(int fd, int level, int option, int *value)
{
    socklen_t size = sizeof *value;
    return getsockopt(fd, level, option, value, &size) == 0 ? 0 : -errno;
}
