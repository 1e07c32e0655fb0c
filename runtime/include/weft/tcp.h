/**
 * @file tcp.h
 * @brief TCP: listeners that accept, streams that are connected, read and written, and their two halves.
 *
 *     // Listens on `address`, and serves each connection in a task of its own.
 *     self->out = wf_tcp_listen(&self->listener, &self->address, NULL);
 *     while (self->out == 0) {
 *         AWAIT_TO(self->out, wf_tcp_accept(&self->accept, &self->listener));
 *         if (self->out == 0 &&
 *             WF_SPAWN(wf_scheduler_current(), NULL, serve, .stream = self->accept.stream) == WF_ENOMEM)
 *             wf_tcp_close(&self->accept.stream); // no frame was built; else the frame's clean-up closes
 *     }
 *
 *     // Connects within five seconds, sends, says that this was all, and reads the answer to its end.
 *     wf_tcp_connect(&self->connect, &self->stream, &self->address, NULL);
 *     AWAIT(wf_timeout(&self->limit, WF_SECONDS(5), &self->connect.future));
 *     self->out = self->limit.out != 0 ? self->limit.out : self->connect.out;
 *     ...
 *     AWAIT(wf_tcp_write(&self->io, &self->stream, "GET", 3));
 *     (void)wf_tcp_shutdown(&self->stream, SHUT_WR);
 *     do {
 *         AWAIT(wf_tcp_read(&self->io, &self->stream, self->bytes, sizeof self->bytes));
 *     } while (self->io.out > 0);
 *     wf_tcp_close(&self->stream);
 *
 * Storage: the caller's. A stream or a listener is plain data: while no future uses it, it may be moved by assignment; then the old place
 *          is not used any more. All zero is one that is not open.
 * Owner:   of the descriptor is the stream or the listener. It belongs to the runtime in which it was opened, wherever it is used.
 * Threads: as of async_fd.h. One stream may be read by one task and written by another one, on any threads. Two reads at once, or two
 *          writes, take turns in an order that nobody says. Open, close, abort, release and split: one thread, and no other is in a call on
 *          the stream meanwhile, or polls a future of it; what merely waits may.
 * Not open: futures are READY with WF_ECLOSED, calls return -EBADF.
 * Reset:   a connection that the other side resets is -ECONNRESET for the first read or write that sees it, once; then reads are 0, and
 *          writes -EPIPE. No write raises SIGPIPE.
 * Urgent: data that is sent as urgent is skipped by reads; what is around it is read.
 * Source:  Tokio's TcpListener, TcpStream and TcpSocket; accept(2).
 *
 * @clause{G.199,0,"When its runtime is dropped, each operation of a task lets go of its socket; sockets that are closed then, or later, leave no memory and no descriptor."}
 */
#ifndef WEFT_TCP_H
#define WEFT_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "weft/async_fd.h"
#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/net_address.h"
#include "weft/socket.h"
#include "weft/time.h"

WF_BEGIN_DECLS

enum {
    WF_TCP_BACKLOG = 1024, /**< connections that wait for an accept; the system may have a lower limit */
    WF_TCP_INTEREST = WF_READABLE | WF_WRITABLE | WF_PRIORITY, /**< what a stream is opened for */
};

/** How long an accept pauses at first where the process is short of descriptors or memory, in nanoseconds; then twice as long, and so on. */
#define WF_TCP_PAUSE_MIN_NS UINT64_C(5000000)
/** How long it pauses at most. */
#define WF_TCP_PAUSE_MAX_NS UINT64_C(1000000000)

/** A connection. */
struct wf_tcp_stream {
    struct wf_async_fd fd; /**< open for WF_TCP_INTEREST; for waits and calls of one's own (async_fd.h) */
};

/** @brief The stream's descriptor, which stays the stream's; -1: it is not open. */
static inline int wf_tcp_fd(const struct wf_tcp_stream *stream)
{
    return stream->fd.source ? stream->fd.fd : -1;
}

/* --- listen --- */

/** How a listener is to be. Zeroes are right for most. */
struct wf_tcp_listen_options {
    int backlog; /**< 0: WF_TCP_BACKLOG */
    bool no_reuse_address; /**< by default a port is free although connections of an earlier listener linger (SO_REUSEADDR) */
    bool reuse_port; /**< several listeners share the port, if each says so (SO_REUSEPORT): the system deals connections out */
    bool v6only; /**< of IPv6: false: it takes IPv4 too, where the address is the unspecified one, whatever the system's default */
    int receive_buffer_bytes; /**< of each connection; 0: the system's. Beyond 64 KiB it must be said here, not of the stream */
    int send_buffer_bytes; /**< 0: the system's */
};

/** Where connections are accepted. */
struct wf_tcp_listener {
    struct wf_async_fd fd;      /**< open for WF_READABLE and WF_ERROR */
    WF_ATOMIC(uint64_t) calls;  /**< of accept4(): those that brought a connection, and those that did not */
    WF_ATOMIC(uint64_t) pauses; /**< how often an accept paused because descriptors or memory had run out */
};

/**
 * @brief Listen on an address, in the runtime that this thread is in.
 * @param address  of IPv4 or IPv6; port 0: one that is free (wf_tcp_listener_address()). Copied.
 * @param options  NULL: all zeroes.
 * @return 0; -EADDRINUSE, -EADDRNOTAVAIL, -EACCES; -EAFNOSUPPORT: no address of IP; -EMFILE and the like of socket(); or an error of
 *         wf_async_fd_open(). After an error the listener is not open.
 *
 * Panics where no reactor is (G.155).
 *
 * @clause{G.170,0,"wf_tcp_listen listens as its options say, by default with reuse-address and a backlog of 1024. Where it fails it says why, and no descriptor is left."}
 */
WF_MUST_USE int wf_tcp_listen(struct wf_tcp_listener *listener, const struct wf_address *address,
                              const struct wf_tcp_listen_options *options);

/**
 * @brief Take a descriptor that listens already: inherited, or with options of one's own.
 * @param fd  owned from now on, if the call succeeds.
 * @return 0; -EINVAL: no stream socket that listens; -ENOTSOCK, -EBADF; or an error of wf_async_fd_open().
 *
 * @clause{G.171,0,"wf_tcp_listener_from_fd takes a stream socket that listens, and refuses another, which stays the caller's; wf_tcp_listener_release gives it back, still listening."}
 */
WF_MUST_USE int wf_tcp_listener_from_fd(struct wf_tcp_listener *listener, int fd);

/** @brief Give the descriptor to the caller; -1: it was not open. What waits is READY with WF_ECLOSED. Clauses: G.171 */
WF_MUST_USE int wf_tcp_listener_release(struct wf_tcp_listener *listener);

/**
 * @brief The address on which it listens: with the port that the system chose.
 * @return 0 or a negated errno.
 *
 * @clause{G.172,0,"wf_tcp_listener_address tells where the listener listens, with the port that was chosen for port 0."}
 */
WF_MUST_USE int wf_tcp_listener_address(const struct wf_tcp_listener *listener, struct wf_address *address);

/**
 * @brief Listen no more. Connections that nobody has accepted yet are reset. A second close does nothing.
 *
 * @clause{G.173,0,"After wf_tcp_listener_close each accept is READY with WF_ECLOSED, also one that pauses."}
 */
void wf_tcp_listener_close(struct wf_tcp_listener *listener);

/* --- accept --- */

/** Accepts one connection. Clauses: G.174 G.175 G.176 G.177 G.178 G.198 */
struct wf_tcp_accept {
    struct wf_future future;          /**< the head */
    struct wf_tcp_listener *listener; /**< borrowed */
    struct wf_tcp_stream stream;      /**< READY with 0: the connection, the caller's now; else not open */
    struct wf_address peer;           /**< READY with 0: where the connection comes from */
    struct wf_fd_io io;               /**< waits, and calls accept4() */
    struct wf_fd_ready closed;        /**< in a pause: is READY early when the listener is closed */
    struct wf_timeout pause;          /**< the pause */
    uint64_t pause_ns;                /**< how long the next one is */
    int out;                          /**< 0 or an error */
};

/**
 * @brief Build a future that accepts a connection.
 * @param listener  borrowed until it is READY or dropped; any number of accepts may wait on one.
 * @return `accept`.
 *
 * The stream is open in the runtime in which the accept is polled. Its descriptor neither blocks nor is inherited.
 *
 * Short of something: with -EMFILE, -ENFILE, -ENOBUFS or -ENOMEM the connection stays in the listener's queue, and no event will tell when
 * descriptors are free again. So the accept pauses by a timer of its runtime, and tries again, until it succeeds. A server sees in
 * `listener->pauses` that its limit is too low. Where there is no time driver, the error is the result, and the caller waits.
 *
 * Errors: WF_ECLOSED: the listener is closed; -EINVAL: it was shut down; WF_ECANCELED; those of wf_async_fd_open(): the connection is closed.
 * Cancel safety: SAFE: a connection is accepted in the poll that is READY.
 * Cost:          of one that waits no system call; of one that succeeds accept4(), and what wf_async_fd_open() does. Each connection wakes
 *                all that wait, and one gets it.
 *
 * @clause{G.174,0,"A wf_tcp_accept is READY with 0, an open stream and its peer's address; or with an error, and then no descriptor is left of the connection."}
 * @clause{G.175,0,"An accept calls accept4 only where the listener is readable, and again at once after a connection that died in the queue: such errors are no results."}
 * @clause{G.176,0,"Short of descriptors or memory an accept pauses, 5 ms at first, then double, up to 1 s, and tries again; each pause is counted."}
 * @clause{G.198,0,"Where there is no time driver, an accept that is short of descriptors or memory is READY with the error, and leaves the connection in the queue."}
 * @clause{G.177,0,"An accept that is dropped, in whatever state, has taken no connection."}
 * @clause{G.178,0,"Of many accepts on one listener each gets another connection, and no connection is left while one waits."}
 */
struct wf_tcp_accept *wf_tcp_accept(struct wf_tcp_accept *accept, struct wf_tcp_listener *listener);

/* --- connect --- */

/** How a connection is to be made. Zeroes are right for most. */
struct wf_tcp_connect_options {
    struct wf_address bind;   /**< from here; length 0: the system chooses. Port 0: a port that is free */
    bool reuse_address;       /**< SO_REUSEADDR, for `bind` with a port */
    bool nodelay;             /**< small writes are sent at once (TCP_NODELAY) */
    int receive_buffer_bytes; /**< set before connect(), so that the window can be as large; 0: the system's */
    int send_buffer_bytes;    /**< 0: the system's */
};

/** Makes one connection. Clauses: G.179 G.180 G.181 */
struct wf_tcp_connect {
    struct wf_future future;      /**< the head */
    struct wf_tcp_stream *stream; /**< borrowed: open while it connects, and when it is READY with 0 */
    struct wf_address address;    /**< where to */
    struct wf_tcp_connect_options options; /**< how */
    bool begun;                            /**< connect() was called */
    struct wf_fd_ready ready;              /**< waits until it is over */
    int out;                               /**< 0 or an error */
};

/**
 * @brief Build a future that connects `stream` to `address`.
 * @param stream   not open, or rubbish. READY with 0: it is open. READY with an error, or dropped: it is not.
 * @param address  of IPv4 or IPv6. Copied, and the options too.
 * @param options  NULL: all zeroes.
 * @return `connect`.
 *
 * It takes as long as the system tries, more than two minutes where nobody answers: put a wf_timeout() around it, as the example on this page does.
 *
 * Errors: -ECONNREFUSED, -ETIMEDOUT (which is WF_ETIMEDOUT), -ENETUNREACH and the like of connect(); -EADDRINUSE of bind(); those of socket()
 *         and wf_async_fd_open(); WF_ECANCELED; WF_ECLOSED: the runtime is shut down.
 * Itself: a socket that was given the very port that it connects to, where nobody listens, is connected to itself. That is
 *         -ECONNREFUSED here: nobody else would answer, and it would keep the port from its server.
 * Cancel safety: SAFE: the socket is closed.
 *
 * @clause{G.179,0,"A wf_tcp_connect is READY with 0 when the connection stands, as its options say. Else it is READY with the error, and no descriptor is left."}
 * @clause{G.180,0,"A connect that is dropped, polled or not, leaves the stream not open, and no descriptor."}
 * @clause{G.181,0,"A connection of a socket to itself is -ECONNREFUSED."}
 */
struct wf_tcp_connect *wf_tcp_connect(struct wf_tcp_connect *connect, struct wf_tcp_stream *stream,
                                      const struct wf_address *address,
                                      const struct wf_tcp_connect_options *options);

/* --- read and write --- */

/**
 * @brief Build a future that reads up to `size` bytes: as many as are there, at least one.
 * @param buffer  borrowed until it is READY or dropped.
 * @return `read`. `read->out`: bytes; 0: the other side has ended its writing, or `size` is 0; or an error.
 *
 * Errors: -ECONNRESET, -ETIMEDOUT of a keep-alive or a user timeout; WF_ECLOSED; WF_ECANCELED.
 * Cancel safety: SAFE.
 *
 * @clause{G.182,0,"A wf_tcp_read is READY with the bytes that are there, up to its size; at the end of the stream, now and later, with 0; after a reset with -ECONNRESET."}
 * @clause{G.183,0,"A read or write that is dropped has moved nothing: after any number of them all bytes are there, in sequence."}
 */
struct wf_socket_io *wf_tcp_read(struct wf_socket_io *read, struct wf_tcp_stream *stream, void *buffer,
                                 size_t size);

/** @brief The same into several buffers, filled one after the other. The array is borrowed too. Clauses: G.185 */
struct wf_socket_io *wf_tcp_read_pieces(struct wf_socket_io *read, struct wf_tcp_stream *stream,
                                        const struct iovec *pieces, size_t count);

/**
 * @brief The same, but the bytes stay: the next read has them again.
 *
 * A peek is READY at once while anything is there. So it cannot wait for more than is there.
 *
 * @clause{G.186,0,"A wf_tcp_peek is READY as a read would be, and the next read has the same bytes, however short the peek was."}
 */
struct wf_socket_io *wf_tcp_peek(struct wf_socket_io *peek, struct wf_tcp_stream *stream, void *buffer,
                                 size_t size);

/**
 * @brief Build a future that writes up to `size` bytes: as many as there is room for, at least one.
 * @param bytes  borrowed until it is READY or dropped.
 * @return `write`. `write->out`: bytes; or an error.
 *
 * That they were written does not say that they arrive: the other side may reset the connection later.
 *
 * Errors: -EPIPE: after a shutdown of this side, or a reset; -ECONNRESET; WF_ECLOSED; WF_ECANCELED.
 * Cancel safety: SAFE.
 *
 * @clause{G.184,0,"A wf_tcp_write is READY with what there was room for, and waits where there is none. To a peer that is gone it is -EPIPE or -ECONNRESET, without a signal."}
 */
struct wf_socket_io *wf_tcp_write(struct wf_socket_io *write, struct wf_tcp_stream *stream, const void *bytes,
                                  size_t size);

/**
 * @brief The same from several buffers, as if they were one.
 *
 * @clause{G.185,0,"wf_tcp_write_pieces sends its buffers in sequence, and wf_tcp_read_pieces fills them in sequence, as one read or write."}
 */
struct wf_socket_io *wf_tcp_write_pieces(struct wf_socket_io *write, struct wf_tcp_stream *stream,
                                         const struct iovec *pieces, size_t count);

/* --- the end --- */

/**
 * @brief End one direction, or both. What was written before is still sent.
 * @param how  SHUT_WR: the other side reads the end, behind what was written; SHUT_RD: reads here are 0; SHUT_RDWR.
 * @return 0, also where it was shut down before, or the connection is gone; -EBADF: the stream is not open; -EINVAL.
 *
 * @clause{G.187,0,"After wf_tcp_shutdown of its writing the other side reads the end behind all bytes; the other direction goes on. It is 0 also the second time, and after a reset."}
 */
int wf_tcp_shutdown(struct wf_tcp_stream *stream, int how);

/**
 * @brief Close the connection. A second close does nothing.
 *
 * What was written is still sent, in the background. But where something was received and not read, or comes later, the system resets the
 * connection, and the other side may lose what it has not read: shut the writing down first, and read to the end.
 *
 * @clause{G.188,0,"After wf_tcp_close what waits for the stream, and each later read or write, is READY with WF_ECLOSED; the other side reads the end."}
 */
void wf_tcp_close(struct wf_tcp_stream *stream);

/**
 * @brief Close the connection by a reset: what was not sent yet is thrown away, and the port is free at once.
 *
 * @clause{G.189,0,"After wf_tcp_abort the other side has -ECONNRESET; here it is closed as by wf_tcp_close."}
 */
void wf_tcp_abort(struct wf_tcp_stream *stream);

/**
 * @brief Take a connection that was made elsewhere, in the runtime that this thread is in.
 * @param fd  owned from now on, if the call succeeds. It is made non-blocking.
 * @return 0; -EINVAL: no stream socket; -ENOTCONN: it is not connected, or not any more; -ENOTSOCK, -EBADF; or an error of wf_async_fd_open().
 *
 * @clause{G.190,0,"wf_tcp_from_fd takes a connected stream socket, and refuses another, which stays the caller's. wf_tcp_release gives it back, connected."}
 */
WF_MUST_USE int wf_tcp_from_fd(struct wf_tcp_stream *stream, int fd);

/** @brief Give the descriptor to the caller; -1: it was not open. What waits is READY with WF_ECLOSED. Clauses: G.190 */
WF_MUST_USE int wf_tcp_release(struct wf_tcp_stream *stream);

/* --- what can be asked of a stream --- */

/**
 * @brief This side's address. 0 or a negated errno.
 *
 * @clause{G.191,0,"wf_tcp_local and wf_tcp_peer tell the addresses of both sides; of a connection that is gone the peer's is -ENOTCONN."}
 */
WF_MUST_USE int wf_tcp_local(const struct wf_tcp_stream *stream, struct wf_address *address);
/** @brief The other side's address. 0; -ENOTCONN: the connection is gone. Clauses: G.191 */
WF_MUST_USE int wf_tcp_peer(const struct wf_tcp_stream *stream, struct wf_address *address);

/**
 * @brief Take the error that is pending on the socket (SO_ERROR), which the next read or write would have.
 * @return 0: there is none; else a negated errno.
 *
 * @clause{G.192,0,"wf_tcp_error is the error that is pending on the connection, and takes it away."}
 */
WF_MUST_USE int wf_tcp_error(struct wf_tcp_stream *stream);

/* --- options; each call returns 0 or a negated errno --- */

/** Probes of a connection on which nothing comes. Of the numbers 0 means the system's. */
struct wf_tcp_keepalive {
    bool on;        /**< whether there are any */
    int idle_s;     /**< after so many seconds of silence the first probe */
    int interval_s; /**< between two */
    int count;      /**< so many without an answer: -ETIMEDOUT */
};

/**
 * @brief Send small writes at once, and not together with those that follow while an answer is awaited.
 *
 * @clause{G.193,0,"What an option of a stream was set to is what is asked back, and what the system has; of one that is not open each is -EBADF."}
 */
int wf_tcp_set_nodelay(struct wf_tcp_stream *stream, bool on);
/** @brief Whether it does. Clauses: G.193 */
WF_MUST_USE int wf_tcp_nodelay(const struct wf_tcp_stream *stream, bool *on);

/** @brief Probe the other side when nothing comes from it. Clauses: G.193 */
int wf_tcp_set_keepalive(struct wf_tcp_stream *stream, const struct wf_tcp_keepalive *keepalive);
/** @brief Whether, and how; the numbers are the system's where none was set. Clauses: G.193 */
WF_MUST_USE int wf_tcp_keepalive(const struct wf_tcp_stream *stream, struct wf_tcp_keepalive *keepalive);

/**
 * @brief What a close does with bytes that were not sent yet.
 * @param seconds  -1, as at first: it returns, and they are sent in the background; 0: it throws them away, and resets the connection.
 *
 * The system knows a third way: the close blocks for up to so many seconds. It would hold all tasks of the thread, so it is -EINVAL here. To
 * know that all has arrived, shut the writing down, and read to the end.
 *
 * @clause{G.194,0,"wf_tcp_set_linger takes -1 and 0; with 0 a close is a reset. A close that would block its thread is -EINVAL."}
 */
int wf_tcp_set_linger(struct wf_tcp_stream *stream, int seconds);
/** @brief How it is now. Clauses: G.193 G.194 */
WF_MUST_USE int wf_tcp_linger(const struct wf_tcp_stream *stream, int *seconds);

/** @brief How many hops a packet may take: of IPv6 its hop limit. Clauses: G.193 */
int wf_tcp_set_ttl(struct wf_tcp_stream *stream, int hops);
/** @brief How many it may take. Clauses: G.193 */
WF_MUST_USE int wf_tcp_ttl(const struct wf_tcp_stream *stream, int *hops);

/** @brief The room for what was received and not read. Linux doubles it, keeps it within its limits, and adapts it no more. Clauses: G.193 */
int wf_tcp_set_receive_buffer(struct wf_tcp_stream *stream, int bytes);
/** @brief The room that there is, with the system's own overhead. Clauses: G.193 */
WF_MUST_USE int wf_tcp_receive_buffer(const struct wf_tcp_stream *stream, int *bytes);
/** @brief The room for what was written and not acknowledged; otherwise as wf_tcp_set_receive_buffer(). Clauses: G.193 */
int wf_tcp_set_send_buffer(struct wf_tcp_stream *stream, int bytes);
/** @brief The room that there is. Clauses: G.193 */
WF_MUST_USE int wf_tcp_send_buffer(const struct wf_tcp_stream *stream, int *bytes);

/** @brief Acknowledge at once. Linux only; the system goes back to its own judgement later, so it is set again as needed. Clauses: G.193 */
int wf_tcp_set_quickack(struct wf_tcp_stream *stream, bool on);
/** @brief Whether it does now. Linux only. Clauses: G.193 */
WF_MUST_USE int wf_tcp_quickack(const struct wf_tcp_stream *stream, bool *on);

/** @brief After so long without an acknowledgement the connection is over, -ETIMEDOUT; 0: the system's. Linux only. Clauses: G.193 */
int wf_tcp_set_user_timeout(struct wf_tcp_stream *stream, unsigned milliseconds);
/** @brief After how long. Linux only. Clauses: G.193 */
WF_MUST_USE int wf_tcp_user_timeout(const struct wf_tcp_stream *stream, unsigned *milliseconds);

/* --- halves --- */

/** A stream that two owned halves share. Opaque. */
struct wf_tcp_shared;

/** The half that reads: `half.stream` is for wf_tcp_read(), its like, and what can be asked. All zero: none. */
struct wf_tcp_read_half {
    struct wf_tcp_stream *stream; /**< borrowed; NULL: none */
    struct wf_tcp_shared *shared; /**< of an owned half: a reference; NULL: the half is borrowed */
};

/** The half that writes: `half.stream` is for wf_tcp_write(), its like, and wf_tcp_shutdown(). All zero: none. */
struct wf_tcp_write_half {
    struct wf_tcp_stream *stream; /**< borrowed; NULL: none */
    struct wf_tcp_shared *shared; /**< of an owned half: a reference; NULL: the half is borrowed */
};

/**
 * @brief Borrow the two halves of a stream, which stays open and the caller's: for two branches of one task.
 *
 * Cost: none. To drop them does nothing.
 *
 * @clause{G.195,0,"The halves of wf_tcp_split read and write the stream; dropping them changes nothing about it."}
 */
void wf_tcp_split(struct wf_tcp_stream *stream, struct wf_tcp_read_half *read_half,
                  struct wf_tcp_write_half *write_half);

/**
 * @brief Take a stream apart into two halves that own it together: for two tasks, on any threads. No future uses it now.
 * @return 0: `stream` is not open any more, and each half is to be dropped, or both to be reunited; WF_ENOMEM: it is as it was.
 *
 * The halves may be moved by assignment, even while futures use `half.stream`.
 *
 * Cost: one allocation.
 *
 * @clause{G.196,0,"The halves of wf_tcp_into_split own the stream: dropping the write half ends this side's writing, dropping the last one, on whatever thread, closes it."}
 */
WF_MUST_USE int wf_tcp_into_split(struct wf_tcp_stream *stream, struct wf_tcp_read_half *read_half,
                                  struct wf_tcp_write_half *write_half);

/** @brief Drop the half. No future uses it. It is all zero afterwards, and a second drop does nothing. Clauses: G.195 G.196. Threads: any. */
void wf_tcp_read_half_drop(struct wf_tcp_read_half *half);
/** @brief Drop the half: the other side reads the end. Otherwise as wf_tcp_read_half_drop(). Clauses: G.195 G.196 */
void wf_tcp_write_half_drop(struct wf_tcp_write_half *half);
/** @brief Drop the half, but leave the writing open until the other half goes. Clauses: G.197 */
void wf_tcp_write_half_forget(struct wf_tcp_write_half *half);

/**
 * @brief Put two owned halves together again.
 * @param stream  not open. 0: it is the stream again, and the halves are all zero.
 * @return 0; -EINVAL: they are not of one stream, or not owned; they are as they were.
 *
 * @clause{G.197,0,"wf_tcp_reunite gives back the stream of two owned halves; of two streams, or borrowed, it is -EINVAL and both are as before. A half that is forgotten ends no writing."}
 */
WF_MUST_USE int wf_tcp_reunite(struct wf_tcp_read_half *read_half, struct wf_tcp_write_half *write_half,
                               struct wf_tcp_stream *stream);

WF_END_DECLS

#endif
