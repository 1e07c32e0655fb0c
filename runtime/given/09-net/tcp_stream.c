/**
 * @file tcp_stream.c
 * @brief Streams: reads and writes, the ways to end, and the way in and out for a descriptor.
 */
#include <errno.h>
#include <unistd.h>

#include "weft/error.h"
#include "weft/tcp.h"

/* --- read and write --- */

static struct wf_socket_io *receive(struct wf_socket_io *io, struct wf_tcp_stream *stream, int flags)
{
    (void)wf_socket_receive(io, &stream->fd, flags);
    wf_socket_is_stream(io);
    io->io.interest |= WF_PRIORITY; /* urgent data cuts a read short, and is told apart by that */
    return io;
}

static struct wf_socket_io *send_to(struct wf_socket_io *io, struct wf_tcp_stream *stream)
{
    (void)wf_socket_send(io, &stream->fd, 0);
    wf_socket_is_stream(io);
    return io;
}

struct wf_socket_io *wf_tcp_read(struct wf_socket_io *read, struct wf_tcp_stream *stream, void *buffer,
                                 size_t size)
{
    wf_socket_buffer(receive(read, stream, 0), buffer, size);
    return read;
}

struct wf_socket_io *wf_tcp_read_pieces(struct wf_socket_io *read, struct wf_tcp_stream *stream,
                                        const struct iovec *pieces, size_t count)
{
    wf_socket_buffers(receive(read, stream, 0), pieces, count);
    return read;
}

struct wf_socket_io *wf_tcp_peek(struct wf_socket_io *peek, struct wf_tcp_stream *stream, void *buffer,
                                 size_t size)
{
    wf_socket_buffer(receive(peek, stream, MSG_PEEK), buffer, size);
    return peek;
}

struct wf_socket_io *wf_tcp_write(struct wf_socket_io *write, struct wf_tcp_stream *stream, const void *bytes,
                                  size_t size)
{
    wf_socket_buffer(send_to(write, stream), bytes, size);
    return write;
}

struct wf_socket_io *wf_tcp_write_pieces(struct wf_socket_io *write, struct wf_tcp_stream *stream,
                                         const struct iovec *pieces, size_t count)
{
    wf_socket_buffers(send_to(write, stream), pieces, count);
    return write;
}

/* --- the end --- */

int wf_tcp_shutdown(struct wf_tcp_stream *stream, int how)
{
    /* what is not connected any more has nothing left to end: after a reset too, which may come at any moment */
    if (shutdown(wf_tcp_fd(stream), how) == 0 || errno == ENOTCONN)
        return 0;
    return -errno;
}

void wf_tcp_close(struct wf_tcp_stream *stream)
{
    wf_async_fd_close(&stream->fd);
}

void wf_tcp_abort(struct wf_tcp_stream *stream)
{
    (void)wf_tcp_set_linger(stream, 0);
    wf_tcp_close(stream);
}

/* --- descriptors from elsewhere --- */

int wf_tcp_from_fd(struct wf_tcp_stream *stream, int fd)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int type = 0;
    *stream = (struct wf_tcp_stream){.fd = {.fd = -1}};
    int status = wf_socket_get(fd, SOL_SOCKET, SO_TYPE, &type);
    if (status != 0)
        return status;
    if (type != SOCK_STREAM) /* a read that is short would have lost the rest of a datagram */
        return -EINVAL;
    if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0)
        return -errno;
    return wf_async_fd_open(&stream->fd, fd, WF_TCP_INTEREST);
}

int wf_tcp_release(struct wf_tcp_stream *stream)
{
    return wf_async_fd_release(&stream->fd);
}

/* --- what can be asked --- */

int wf_tcp_local(const struct wf_tcp_stream *stream, struct wf_address *address)
{
    return wf_address_of_local(wf_tcp_fd(stream), address);
}

int wf_tcp_peer(const struct wf_tcp_stream *stream, struct wf_address *address)
{
    return wf_address_of_peer(wf_tcp_fd(stream), address);
}

int wf_tcp_error(struct wf_tcp_stream *stream)
{
    int error = 0;
    int status = wf_socket_get(wf_tcp_fd(stream), SOL_SOCKET, SO_ERROR, &error);
    return status != 0 ? status : -error;
}
