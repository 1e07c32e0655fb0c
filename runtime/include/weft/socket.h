/**
 * @file socket.h
 * @brief One message into or out of a socket: the future that the reads and writes of all kinds of sockets are made of.
 *
 *     wf_socket_receive(&self->io, &self->socket, 0);
 *     wf_socket_buffer(&self->io, self->bytes, sizeof self->bytes);
 *     AWAIT(&self->io);
 *     if (self->io.out > 0) ...
 *
 * tcp.h, udp.h and unix_socket.h have constructors with shorter names, which build the same frame. So one frame serves a connection's
 * reads and writes in turn.
 *
 * @clause{G.156,0,"A wf_socket_io makes one recvmsg or sendmsg once its socket is ready, and is READY with the bytes that were moved, or with the negated errno."}
 * @clause{G.157,0,"A write to a socket whose peer is gone is -EPIPE, and raises no signal."}
 * @clause{G.158,0,"On a stream a wf_socket_io of no bytes is READY with 0 at once, and makes no call."}
 */
#ifndef WEFT_SOCKET_H
#define WEFT_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "weft/async_fd.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** One message. Clauses: G.156 G.157 G.158 */
struct wf_socket_io {
    struct wf_future future; /**< the head */
    struct wf_fd_io io;      /**< waits, and calls */
    struct msghdr message;   /**< what the call is given; READY: with what the call filled in */
    struct iovec piece;      /**< of a message with one buffer */
    int flags;               /**< of the call */
    bool is_stream; /**< of no bytes it makes no call; less than was asked for means that no more is there now */
    bool ends_early; /**< less means nothing of the kind */
    bool sends;      /**< sendmsg, not recvmsg */
    int64_t out;     /**< bytes that were moved; of a stream's read 0: its end; or a negative error */
};

/**
 * @brief Build a future that receives one message; what it is put into is told by wf_socket_buffer(), or written to `message`.
 * @param socket  borrowed; open for WF_READABLE.
 * @param flags   of recvmsg(): MSG_PEEK, MSG_TRUNC, MSG_CMSG_CLOEXEC.
 * @return `io`.
 *
 * Errors: those of wf_fd_io(), and of recvmsg().
 * Cancel safety: SAFE: the poll in which something was received is READY.
 */
struct wf_socket_io *wf_socket_receive(struct wf_socket_io *io, struct wf_async_fd *socket, int flags);

/**
 * @brief Build a future that sends one message, or of a stream's a part of it. Otherwise as wf_socket_receive().
 * @param socket  borrowed; open for WF_WRITABLE.
 *
 * Cancel safety: SAFE: the poll in which something was sent is READY.
 */
struct wf_socket_io *wf_socket_send(struct wf_socket_io *io, struct wf_async_fd *socket, int flags);

/** @brief Give it one buffer, borrowed until it is READY or dropped. A send only reads it. */
static inline void wf_socket_buffer(struct wf_socket_io *io, const void *bytes, size_t size)
{
    io->piece.iov_base = (void *)(uintptr_t)bytes;
    io->piece.iov_len = size;
    io->message.msg_iov = &io->piece;
    io->message.msg_iovlen = 1;
}

/** @brief Give it several, up to IOV_MAX, borrowed with their array. */
static inline void wf_socket_buffers(struct wf_socket_io *io, const struct iovec *pieces, size_t count)
{
    io->message.msg_iov = (struct iovec *)(uintptr_t)pieces;
    io->message.msg_iovlen = count;
}

/** @brief Say that it is a stream's: short means drained, and nothing is moved at once (G.158). Not of a Unix stream's read. */
static inline void wf_socket_is_stream(struct wf_socket_io *io)
{
    io->is_stream = true;
}

/**
 * @brief Say that it is a Unix stream's read: nothing is moved at once (G.158), but short does not mean drained: a read ends where
 * descriptors were sent, and more may be there behind them.
 */
static inline void wf_socket_is_unix_stream(struct wf_socket_io *io)
{
    io->is_stream = true;
    io->ends_early = true;
}

/** @brief Of one that has received a message: whether that was longer than its buffers. What did not fit is gone, the rest is there. */
static inline bool wf_socket_truncated(const struct wf_socket_io *io)
{
    return (io->message.msg_flags & MSG_TRUNC) != 0;
}

/**
 * @brief Whether urgent data may have ended the read that was just made, although more is behind it.
 * @param interest  of the wait before the read: the reactor notes urgent data down, before the read or after it, where WF_PRIORITY is in it.
 */
static inline bool wf_socket_cut_short(const struct wf_async_fd *socket, unsigned interest)
{
    return (interest & WF_PRIORITY) && (wf_readiness_look(&socket->source->readiness) & WF_PRIORITY);
}

/** @brief A socket that neither blocks nor is inherited by a program that is executed. The descriptor, or a negated errno. */
WF_MUST_USE int wf_socket_new(int family, int type, int protocol);

/** @brief Set an option whose value is an int. 0 or a negated errno. */
WF_MUST_USE int wf_socket_set(int fd, int level, int option, int value);

/** An option that is set where it is wanted. */
struct wf_socket_setting {
    bool wanted; /**< else it stays as it is */
    int level;   /**< of setsockopt() */
    int option;  /**< of setsockopt() */
    int value;   /**< its value */
};

/** @brief Set those that are wanted, in sequence, up to the first that fails. 0 or a negated errno. */
WF_MUST_USE int wf_socket_set_all(int fd, const struct wf_socket_setting *settings, size_t count);

/** @brief The value of such an option, in `*value`. 0 or a negated errno. */
WF_MUST_USE int wf_socket_get(int fd, int level, int option, int *value);

WF_END_DECLS

#endif
