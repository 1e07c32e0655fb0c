/**
 * @file fd_stream.c
 * @brief A descriptor as a stream of bytes.
 */
#include "weft/fd_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "quietly.h"
#include "weft/detail/moved.h"
#include "weft/error.h"
#include "weft/socket.h"

/* --- calls that raise no signal --- */

/* writev() to a pipe raises SIGPIPE where nobody reads, and has no flag against that. */
static ssize_t write_quietly(int fd, const struct iovec *pieces, int count)
{
    struct quietly quietly;
    quietly_begin(&quietly);
    ssize_t length = writev(fd, pieces, count);
    quietly_end(&quietly, length < 0 && errno == EPIPE);
    return length;
}

static ssize_t write_some(const struct wf_fd_stream *self, const struct iovec *pieces, int count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = (size_t)count};
    return self->is_socket ? sendmsg(self->fd->fd, &message, MSG_NOSIGNAL)
                           : write_quietly(self->fd->fd, pieces, count);
}

/* --- readiness --- */

/* 0: make the call; `*seen` is for clear(). */
static int64_t look(const struct wf_fd_stream *self, unsigned interest, uint64_t *seen,
                    struct wf_io_wait *wait)
{
    struct wf_source *source = self->fd->source;
    if (!source)
        return WF_ECLOSED;
    if (!(self->fd->interest & interest))
        return -EINVAL;
    *seen = wf_readiness_look(&source->readiness);
    if (*seen & WF_SOURCE_CLOSED)
        return WF_ECLOSED;
    if (wf_serves(*seen, interest) != 0)
        return 0;
    *wait = (struct wf_io_wait){&source->readiness, interest};
    return -EAGAIN;
}

/* What a call returned, as a stream's. */
static int64_t moved(const struct wf_fd_stream *self, ssize_t length, size_t asked, unsigned interest,
                     uint64_t seen, struct wf_io_wait *wait)
{
    int64_t result = length < 0 ? -errno : length;
    bool is_drained = self->short_means_drained && length > 0 && (size_t)length < asked &&
                      !wf_socket_cut_short(self->fd, self->fd->interest);
    if (result == -EAGAIN || is_drained)
        wf_async_fd_clear(self->fd, seen, interest);
    if (result == -EAGAIN)
        *wait = (struct wf_io_wait){&self->fd->source->readiness, interest};
    return result;
}

/* --- as a stream --- */

static int64_t fd_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    const struct wf_fd_stream *self = (const struct wf_fd_stream *)io;
    uint64_t seen;
    int64_t status = look(self, WF_READABLE, &seen, wait);
    if (status != 0)
        return status;
    return moved(self, readv(self->fd->fd, pieces, count), wf_pieces_size(pieces, (size_t)count), WF_READABLE,
                 seen, wait);
}

static int64_t fd_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    const struct wf_fd_stream *self = (const struct wf_fd_stream *)io;
    uint64_t seen;
    int64_t status = look(self, WF_WRITABLE, &seen, wait);
    if (status != 0)
        return status;
    return moved(self, write_some(self, pieces, count), wf_pieces_size(pieces, (size_t)count), WF_WRITABLE,
                 seen, wait);
}

static int64_t fd_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    const struct wf_fd_stream *self = (const struct wf_fd_stream *)io;
    (void)wait;
    if (!self->fd->source)
        return WF_ECLOSED;
    if (!self->is_socket || shutdown(self->fd->fd, SHUT_WR) == 0 || errno == ENOTCONN)
        return 0;
    return -errno;
}

static const struct wf_io_ops fd_stream_ops = {
    .name = "fd_stream", .read = fd_read, .write = fd_write, .shutdown = fd_shutdown};

void wf_fd_stream_init(struct wf_fd_stream *stream, struct wf_async_fd *fd)
{
    *stream = (struct wf_fd_stream){.io = {&fd_stream_ops}, .fd = fd};
    int family;
    socklen_t size = sizeof family;
    struct stat status;
    if (getsockopt(fd->fd, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0) {
        stream->is_socket = true;
        stream->short_means_drained = family == AF_INET || family == AF_INET6;
    } else {
        stream->short_means_drained = fstat(fd->fd, &status) == 0 && S_ISFIFO(status.st_mode);
    }
}
