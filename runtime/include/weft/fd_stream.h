/**
 * @file fd_stream.h
 * @brief A descriptor as a stream of bytes (io.h): a socket, a pipe, a terminal.
 *
 *     wf_async_fd_open(&self->socket, fd, WF_READABLE | WF_WRITABLE);
 *     wf_fd_stream_init(&self->stream, &self->socket);
 *     serve(&self->server, &self->stream.io);
 *
 * Not for sockets that keep the limits of messages, where 0 bytes are no end.
 *
 * Memory:  the caller's storage; nothing here allocates. The descriptor is borrowed, and closed by wf_async_fd_close() as ever.
 * Threads: one read and one write at a time, on any threads.
 * Source:  Tokio's TcpStream, UnixStream and pipes, as AsyncRead and AsyncWrite.
 *
 * @clause{G.273,0,"A read or write of a wf_fd_stream makes one system call where the descriptor is ready, and its outcome is that call's; closed, it is WF_ECLOSED."}
 * @clause{G.274,0,"A write to a pipe or socket that nobody reads is -EPIPE, and raises no signal; a SIGPIPE that was pending before, or blocked, stays as it was."}
 * @clause{G.275,0,"A shutdown of a wf_fd_stream ends its side of a socket, is 0 the second time and where the peer is gone, and does nothing to what is no socket."}
 */
#ifndef WEFT_FD_STREAM_H
#define WEFT_FD_STREAM_H

#include <stdbool.h>

#include "weft/async_fd.h"
#include "weft/detail/compiler.h"
#include "weft/io.h"

WF_BEGIN_DECLS

/** A descriptor as a stream. It does not move. */
struct wf_fd_stream {
    struct wf_io io;          /**< first: the stream */
    struct wf_async_fd *fd;   /**< borrowed */
    bool is_socket;           /**< for calls without a signal */
    bool short_means_drained; /**< a call that moves less than it could has left nothing: of pipes and TCP, not of terminals or what passes descriptors */
};

/**
 * @brief Make a stream of an open descriptor.
 * @param fd  borrowed; open for what will be done: WF_READABLE, WF_WRITABLE. A call in another direction is -EINVAL.
 *
 * Clauses: G.273 G.274 G.275
 * Cost:    a write to what is no socket takes two more system calls, for the signal mask.
 */
void wf_fd_stream_init(struct wf_fd_stream *stream, struct wf_async_fd *fd);

WF_END_DECLS

#endif
