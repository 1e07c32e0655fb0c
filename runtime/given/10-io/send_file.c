/**
 * @file send_file.c
 * @brief Bytes from one descriptor to another by the kernel.
 *
 * Each system call is a wf_fd_io, built anew for the next one: it waits, takes the budget, and looks for a cancellation. What was moved is
 * counted in the poll in which the call returned, so that `done` and `in_pipe` are right between any two polls.
 */
#include "weft/send_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quietly.h"
#include "weft/context.h"
#include "weft/detail/moved.h"
#include "weft/error.h"

/* --- kinds of descriptors --- */

static int kind_of(int fd, mode_t *kind)
{
    struct stat status;
    *kind = 0;
    if (fstat(fd, &status) != 0)
        return -errno;
    *kind = status.st_mode & S_IFMT;
    return 0;
}

/* A socket without messages: in others a piece would be a message, or an error. */
static bool is_stream_socket(int fd)
{
    int type;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

static bool is_stream_or_pipe(int fd)
{
    mode_t kind;
    return is_stream_socket(fd) || (kind_of(fd, &kind) == 0 && kind == S_IFIFO);
}

static size_t piece_of(uint64_t left, size_t piece)
{
    return left < piece ? (size_t)left : piece;
}

/* --- a file into a socket --- */

static int64_t send_piece(int fd, void *arg, bool *drained)
{
    const struct wf_send_file *self = arg;
    off_t at = (off_t)(self->offset + (int64_t)self->done);
    size_t size = piece_of(self->count - self->done, self->piece);
    struct quietly quietly;
    (void)drained; /* less than asked for may be the end of the file */
    quietly_begin(&quietly);
    ssize_t length = sendfile(fd, self->file, &at, size);
    int error = errno;
    /* one that sent some before the connection broke has raised the signal, and returns what it sent */
    quietly_end(&quietly, length < 0 ? error == EPIPE : (size_t)length < size);
    return length < 0 ? -error : length;
}

static enum wf_poll send_ends(struct wf_send_file *self, int64_t out)
{
    wf_future_drop(&self->io.future);
    self->out = out;
    return WF_READY;
}

/* 0, or why these descriptors are not for it. One that is closed is told by the wait, a negative offset by the kernel. */
static int send_begins(struct wf_send_file *self)
{
    mode_t kind;
    self->has_begun = true;
    if (self->io.async_fd->source && !is_stream_socket(self->io.async_fd->fd))
        return -EINVAL;
    int status = kind_of(self->file, &kind);
    return status != 0 || kind == S_IFREG ? status : -EINVAL;
}

static enum wf_poll send_file_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_send_file *self = (struct wf_send_file *)future;
    if (self->count == 0)
        return send_ends(self, 0);
    int status = self->has_begun ? 0 : send_begins(self);
    if (status != 0)
        return send_ends(self, status);
    for (int calls = 0; calls < WF_MOVE_CALLS; calls++) {
        if (wf_future_poll(&self->io.future, cx) == WF_PENDING)
            return WF_PENDING;
        if (self->io.out < 0)
            return send_ends(self, self->io.out);
        self->done += (uint64_t)self->io.out;
        if (self->io.out == 0 || self->done == self->count)
            return send_ends(self, (int64_t)self->done);
        wf_fd_io(&self->io, self->io.async_fd, WF_WRITABLE, send_piece, self);
    }
    wf_give_way(cx->waker);
    return WF_PENDING;
}

static void send_file_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_send_file *)future)->io.future);
}

static void send_file_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_send_file *)future)->io.future);
}

static const struct wf_future_ops send_file_ops = {.name = "send_file",
                                                   .poll = send_file_poll,
                                                   .drop = send_file_drop,
                                                   .children = send_file_children,
                                                   .failed = wf_moved_failed,
                                                   WF_FRAME(struct wf_send_file)};

struct wf_send_file *wf_send_file(struct wf_send_file *send, struct wf_async_fd *socket, int file,
                                  int64_t offset, size_t count)
{
    *send = (struct wf_send_file){.future = {.ops = &send_file_ops},
                                  .file = file,
                                  .offset = offset,
                                  .count = count,
                                  .piece = WF_MOVE_BYTES};
    if (offset >= 0 && send->count > (uint64_t)(INT64_MAX - offset))
        send->count = (uint64_t)(INT64_MAX - offset); /* no file is longer */
    wf_fd_io(&send->io, socket, WF_WRITABLE, send_piece, send);
    return send;
}

/* --- a stream into a stream --- */

static int64_t fill_pipe(int fd, void *arg, bool *drained)
{
    const struct wf_splice_copy *self = arg;
    (void)drained;
    /* the pipe is empty, so EAGAIN is of `fd` */
    ssize_t length = splice(fd, NULL, self->pipe[1], NULL, piece_of(self->count - self->done, self->piece),
                            SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    return length < 0 ? -errno : length;
}

static int64_t empty_pipe(int fd, void *arg, bool *drained)
{
    const struct wf_splice_copy *self = arg;
    struct quietly quietly;
    (void)drained;
    quietly_begin(&quietly);
    ssize_t length =
        splice(self->pipe[0], NULL, fd, NULL, (size_t)self->in_pipe, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    int error = errno;
    quietly_end(&quietly, length < 0 ? error == EPIPE : (uint64_t)length < self->in_pipe);
    return length < 0 ? -error : length;
}

static void next_call(struct wf_splice_copy *self)
{
    if (self->in_pipe > 0)
        wf_fd_io(&self->io, self->to, WF_WRITABLE, empty_pipe, self);
    else
        wf_fd_io(&self->io, self->from, WF_READABLE, fill_pipe, self);
}

static void let_go(struct wf_splice_copy *self)
{
    wf_future_drop(&self->io.future);
    for (int i = 0; i < 2; i++) {
        if (self->pipe[i] >= 0)
            (void)close(self->pipe[i]);
        self->pipe[i] = -1;
    }
}

static enum wf_poll copy_ends(struct wf_splice_copy *self, int64_t out)
{
    let_go(self);
    self->out = out;
    return WF_READY;
}

/* 0, or why it cannot begin. */
static int copy_begins(struct wf_splice_copy *self)
{
    if (!self->from->source || !self->to->source)
        return WF_ECLOSED;
    if (!is_stream_or_pipe(self->from->fd) || !is_stream_or_pipe(self->to->fd))
        return -EINVAL;
    return pipe2(self->pipe, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : -errno;
}

static enum wf_poll splice_copy_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_splice_copy *self = (struct wf_splice_copy *)future;
    if (self->count == 0)
        return copy_ends(self, 0);
    int status = self->pipe[0] < 0 ? copy_begins(self) : 0;
    if (status != 0)
        return copy_ends(self, status);
    for (int calls = 0; calls < WF_MOVE_CALLS; calls++) {
        if (wf_future_poll(&self->io.future, cx) == WF_PENDING)
            return WF_PENDING;
        if (self->io.out < 0)
            return copy_ends(self, self->io.out);
        uint64_t moved = (uint64_t)self->io.out;
        bool was_write = self->in_pipe > 0;
        self->in_pipe = was_write ? self->in_pipe - moved : moved;
        self->done += was_write ? moved : 0;
        if (self->done == self->count || (!was_write && moved == 0))
            return copy_ends(self, (int64_t)self->done);
        next_call(self);
    }
    wf_give_way(cx->waker);
    return WF_PENDING;
}

static void splice_copy_drop(struct wf_future *future)
{
    let_go((struct wf_splice_copy *)future);
}

static void splice_copy_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_splice_copy *)future)->io.future);
}

static const struct wf_future_ops splice_copy_ops = {.name = "splice_copy",
                                                     .poll = splice_copy_poll,
                                                     .drop = splice_copy_drop,
                                                     .children = splice_copy_children,
                                                     .failed = wf_moved_failed,
                                                     WF_FRAME(struct wf_splice_copy)};

struct wf_splice_copy *wf_splice_copy(struct wf_splice_copy *copy, struct wf_async_fd *from,
                                      struct wf_async_fd *to, size_t count)
{
    *copy = (struct wf_splice_copy){.future = {.ops = &splice_copy_ops},
                                    .from = from,
                                    .to = to,
                                    .count = count,
                                    .piece = WF_MOVE_BYTES,
                                    .pipe = {-1, -1}};
    next_call(copy);
    return copy;
}
