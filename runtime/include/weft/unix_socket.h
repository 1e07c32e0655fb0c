/**
 * @file unix_socket.h
 * @brief Unix sockets: listeners, streams, records, datagrams, and descriptors that are sent through them.
 *
 *     // Listens at a path that an earlier run may have left behind, and serves each connection in a task of its own.
 *     (void)wf_address_unix(&self->address, "/run/echo.socket");
 *     self->out = wf_unix_remove_stale(&self->address);
 *     if (self->out == 0)
 *         self->out = wf_unix_listen(&self->listener, &self->address, NULL);
 *     while (self->out == 0) {
 *         AWAIT_TO(self->out, wf_unix_accept(&self->accept, &self->listener));
 *         if (self->out == 0 &&
 *             WF_SPAWN(wf_scheduler_current(), NULL, serve, .stream = self->accept.stream) == WF_ENOMEM)
 *             wf_unix_close(&self->accept.stream); // no frame was built; else the frame's clean-up closes
 *     }
 *
 *     // Connects, writes, says that this was all, and reads the answer to its end.
 *     AWAIT_TO(self->out, wf_unix_connect(&self->connect, &self->stream, &self->address, NULL));
 *     ...
 *     AWAIT(wf_unix_write(&self->io, &self->stream, "GET", 3));
 *     (void)wf_unix_shutdown(&self->stream, SHUT_WR);
 *     do {
 *         AWAIT(wf_unix_read(&self->io, &self->stream, self->bytes, sizeof self->bytes));
 *     } while (self->io.out > 0);
 *     wf_unix_close(&self->stream);
 *
 * Storage: the caller's. A stream, listener or datagram socket is plain data: while no future uses it, it may be moved by assignment; then
 *          the old place is not used any more. All zero is one that is not open.
 * Owner:   of the descriptor is the structure. It belongs to the runtime in which it was opened, wherever it is used. The file at a path is
 *          the caller's: no close removes it.
 * Threads: as of async_fd.h. One socket may be read by one task and written by another one, on any threads. Open, close and release: one
 *          thread, and no other is in a call on the socket meanwhile, or polls a future of it; what merely waits may.
 * Not open: futures are READY with WF_ECLOSED, calls return -EBADF.
 * Signals: no write raises SIGPIPE.
 * Cancel safety: SAFE, of each future here: what it does is one system call, in the poll that is READY.
 * Source:  Tokio's UnixListener, UnixStream and UnixDatagram; unix(7).
 */
#ifndef WEFT_UNIX_SOCKET_H
#define WEFT_UNIX_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "weft/async_fd.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/net_address.h"
#include "weft/socket.h"
#include "weft/time.h"

WF_BEGIN_DECLS

enum {
    WF_UNIX_BACKLOG = 1024, /**< connections that wait for an accept; the system may have a lower limit */
    WF_UNIX_FDS_MAX = 253,  /**< descriptors in one message: Linux takes no more */
};

/** The first pause where a queue is full, or descriptors have run out, in nanoseconds; each one is twice as long as the one before. */
#define WF_UNIX_PAUSE_MIN_NS UINT64_C(1000000)
/** The longest pause. */
#define WF_UNIX_PAUSE_MAX_NS UINT64_C(100000000)

/** A connection: a stream of bytes, or of records. */
struct wf_unix_stream {
    struct wf_async_fd fd; /**< open for reads and writes; for waits and calls of one's own (async_fd.h) */
    bool is_seqpacket;     /**< of records */
};

/** Where connections are accepted. */
struct wf_unix_listener {
    struct wf_async_fd fd; /**< open for WF_READABLE and WF_ERROR */
    bool is_seqpacket;     /**< what it accepts is of records */
};

/** A socket of datagrams, bound or not, connected or not. */
struct wf_unix_datagram {
    struct wf_async_fd fd; /**< open for reads, writes and WF_ERROR */
};

/** A pause after which a call is made again, since no event tells when it can succeed. A close of the socket ends it. A part of others. */
struct wf_unix_pause {
    struct wf_future future;   /**< the head */
    struct wf_async_fd *fd;    /**< borrowed; open for WF_ERROR */
    uint64_t next_ns;          /**< how long the next one is */
    struct wf_fd_ready closed; /**< READY early when the socket is closed */
    struct wf_timeout limit;   /**< the pause */
    int out;                   /**< 0: call again; or an error */
};

/** @brief Implementation of accept and send_to. @return NULL: there is no time driver here. */
struct wf_unix_pause *wf_unix_pause(struct wf_unix_pause *pause, struct wf_async_fd *fd);

/* --- listen --- */

/** How a listener is to be. Zeroes are right for most. */
struct wf_unix_listen_options {
    int backlog;    /**< 0: WF_UNIX_BACKLOG */
    bool seqpacket; /**< connections of records: what one write sends, one read receives */
};

/**
 * @brief Listen at a path or at a name in the abstract space, in the runtime that this thread is in.
 * @param address  of a Unix socket. Without a name: Linux chooses one (wf_unix_listener_address()). Copied.
 * @param options  NULL: all zeroes.
 * @return 0; -EADDRINUSE: something is at the path, also a file of a listener that is gone, or has the name; -ENOENT, -EACCES and the like
 *         of bind(); -EAFNOSUPPORT: another family; -EMFILE and the like of socket(); or an error of wf_async_fd_open().
 *
 * @clause{G.210,0,"wf_unix_listen listens at a path or name; one that is there already is -EADDRINUSE. Where it fails neither a descriptor nor a file of its own is left."}
 */
WF_MUST_USE int wf_unix_listen(struct wf_unix_listener *listener, const struct wf_address *address,
                               const struct wf_unix_listen_options *options);

/**
 * @brief Remove the file of a socket on which nobody listens any more.
 * @return 0: nothing is at the path now, or it is no path; -EADDRINUSE: somebody is there; -ENOTSOCK: something else than a socket is
 *         there; or a negated errno.
 *
 * It finds out by a connection, which a living listener accepts, and which is at its end at once. A socket that was bound, and does not
 * listen yet, looks as one that is gone: two servers that may start at one moment need a lock of their own.
 * Cost: some system calls that do not wait for others.
 *
 * @clause{G.211,0,"wf_unix_remove_stale removes a socket's file if a connection to it is refused; it leaves one that listens, and whatever is no socket."}
 */
WF_MUST_USE int wf_unix_remove_stale(const struct wf_address *address);

/** @brief Where it listens. 0 or a negated errno. Clauses: G.210 */
WF_MUST_USE int wf_unix_listener_address(const struct wf_unix_listener *listener, struct wf_address *address);

/** @brief Listen no more. Connections that nobody has accepted are reset; a file stays. A second close does nothing. Clauses: G.220 */
void wf_unix_listener_close(struct wf_unix_listener *listener);

/* --- accept --- */

/** Accepts one connection. Clauses: G.212 G.213 */
struct wf_unix_accept {
    struct wf_future future;           /**< the head */
    struct wf_unix_listener *listener; /**< borrowed */
    struct wf_unix_stream stream;      /**< READY with 0: the connection, the caller's now; else not open */
    struct wf_address peer;            /**< READY with 0: mostly without a name */
    struct wf_fd_io io;                /**< waits, and calls accept4() */
    struct wf_unix_pause pause;        /**< where descriptors have run out */
    int out;                           /**< 0 or an error */
};

/**
 * @brief Build a future that accepts a connection. Any number may wait on one listener.
 * @return `accept`.
 *
 * Errors: WF_ECLOSED; WF_ECANCELED; those of accept4() that do not pass, and of wf_async_fd_open().
 *
 * @clause{G.212,0,"A wf_unix_accept is READY with 0, an open stream and its peer's address, each with another connection. One that is dropped has taken none."}
 * @clause{G.213,0,"Short of descriptors or memory an accept pauses, 1 ms at first, then double, up to 100 ms, and tries again. The connection waits in the queue."}
 */
struct wf_unix_accept *wf_unix_accept(struct wf_unix_accept *accept, struct wf_unix_listener *listener);

/* --- connect --- */

/** How a connection is to be made. Zeroes are right for most. */
struct wf_unix_connect_options {
    struct wf_address bind; /**< the name of this side; length 0: none */
    bool seqpacket;         /**< of records, as the listener */
};

/** Makes one connection. Clauses: G.214 G.215 */
struct wf_unix_connect {
    struct wf_future future;                /**< the head */
    struct wf_unix_stream *stream;          /**< borrowed: open when it is READY with 0 */
    struct wf_address address;              /**< where to */
    struct wf_unix_connect_options options; /**< how */
    int fd;                                 /**< owned, between two tries; else -1 */
    bool pauses;                            /**< `pause` is to be polled */
    uint64_t next_ns;                       /**< how long the next pause is */
    struct wf_sleep pause;                  /**< until the next try */
    int out;                                /**< 0 or an error */
};

/**
 * @brief Build a future that connects `stream` to a listener.
 * @param stream   not open, or rubbish. READY with 0: it is open. READY with an error, or dropped: it is not.
 * @param address  copied, and the options too; these may be NULL: all zeroes.
 * @return `connect`.
 *
 * A Unix socket is connected at once, or not: where the listener's backlog is full, Linux says so (EAGAIN), and tells no one when there is
 * room. So the future asks again, after 1 ms, then after double that, up to each 100 ms, for as long as nobody accepts: put a wf_timeout()
 * around it.
 *
 * Errors: -ECONNREFUSED: nobody listens there; -ENOENT: no such path; -EPROTOTYPE: the listener is of another type; -EACCES and the like
 *         of connect() and bind(); those of socket() and wf_async_fd_open(); WF_ECANCELED; WF_ECLOSED: the runtime is shut down.
 *
 * @clause{G.214,0,"A wf_unix_connect is READY with 0 when the connection stands. Else it is READY with the error, or dropped, and the stream is not open, and no descriptor is left."}
 * @clause{G.215,0,"Where the backlog is full a connect pauses, 1 ms at first, then double, up to 100 ms, and tries again, until a connection was accepted."}
 */
struct wf_unix_connect *wf_unix_connect(struct wf_unix_connect *connect, struct wf_unix_stream *stream,
                                        const struct wf_address *address,
                                        const struct wf_unix_connect_options *options);

/**
 * @brief Make two streams that are connected to each other, in the runtime that this thread is in.
 * @param seqpacket  of records.
 * @return 0; -EMFILE and the like of socketpair(); or an error of wf_async_fd_open(): then none is open.
 *
 * @clause{G.216,0,"wf_unix_pair and wf_unix_datagram_pair make two sockets that are connected to each other, of bytes, records or datagrams."}
 */
WF_MUST_USE int wf_unix_pair(struct wf_unix_stream ends[2], bool seqpacket);

/* --- read and write --- */

/**
 * @brief Build a future that reads up to `size` bytes: as many as are there, at least one; or one record.
 * @return `read`. `read->out`: bytes; 0: the other side has ended its writing, or `size` is 0, or a record is empty; or an error.
 *
 * Descriptors that come with the bytes are closed by the system: wf_unix_receive_fds() takes them. What a record has beyond `size` is
 * gone, and wf_socket_truncated() tells.
 * Errors: -ECONNRESET: the listener was closed before it accepted, or the other side was, with bytes that it had not read; WF_ECLOSED;
 *         WF_ECANCELED.
 *
 * @clause{G.217,0,"A wf_unix_read or peek is READY with bytes that are there, 0 at the end, or -ECONNRESET after a reset. A peek leaves them. Dropped, it has taken none."}
 */
struct wf_socket_io *wf_unix_read(struct wf_socket_io *read, struct wf_unix_stream *stream, void *buffer,
                                  size_t size);
/** @brief The same into several buffers, filled one after the other. The array is borrowed too. Clauses: G.217 */
struct wf_socket_io *wf_unix_read_pieces(struct wf_socket_io *read, struct wf_unix_stream *stream,
                                         const struct iovec *pieces, size_t count);
/** @brief The same, but the bytes stay: the next read has them again. Clauses: G.217 */
struct wf_socket_io *wf_unix_peek(struct wf_socket_io *peek, struct wf_unix_stream *stream, void *buffer,
                                  size_t size);

/**
 * @brief Build a future that writes up to `size` bytes: as many as there is room for, at least one; or one record, whole.
 * @return `write`. `write->out`: bytes; or an error.
 *
 * Errors: -EPIPE: the other side is closed or reads no more, or this one was shut down; -ECONNRESET; -EMSGSIZE: the record is longer than
 *         the buffer of the socket; WF_ECLOSED; WF_ECANCELED.
 *
 * @clause{G.218,0,"A wf_unix_write sends what there is room for, waits where there is none, and is -EPIPE where nobody reads any more, without a signal."}
 * @clause{G.222,0,"Of a connection of records, made by wf_unix_listen and wf_unix_connect or wf_unix_pair, each write is one record, and each read has one."}
 */
struct wf_socket_io *wf_unix_write(struct wf_socket_io *write, struct wf_unix_stream *stream,
                                   const void *bytes, size_t size);
/** @brief The same from several buffers, as if they were one. Clauses: G.218 */
struct wf_socket_io *wf_unix_write_pieces(struct wf_socket_io *write, struct wf_unix_stream *stream,
                                          const struct iovec *pieces, size_t count);

/**
 * @brief End one direction, or both. What was written before can still be read.
 * @param how  SHUT_WR: the other side reads the end; SHUT_RD: its writes are -EPIPE; SHUT_RDWR.
 * @return 0; -EBADF: not open; -EINVAL.
 *
 * @clause{G.219,0,"After wf_unix_shutdown of its writing the other side reads the end behind all bytes, and the other direction goes on."}
 */
int wf_unix_shutdown(struct wf_unix_stream *stream, int how);

/**
 * @brief Close the connection. What was written can still be read by the other side. A second close does nothing.
 *
 * @clause{G.220,0,"After a close what waits for the listener, stream or datagram socket, and each later future of it, is READY with WF_ECLOSED; calls are -EBADF."}
 */
void wf_unix_close(struct wf_unix_stream *stream);

/* --- what can be asked of a stream --- */

/** @brief This side's name. 0 or a negated errno. Clauses: G.221 */
WF_MUST_USE int wf_unix_local(const struct wf_unix_stream *stream, struct wf_address *address);
/** @brief The other side's name: of one that was accepted from, where the listener is. 0 or a negated errno. Clauses: G.221 */
WF_MUST_USE int wf_unix_peer(const struct wf_unix_stream *stream, struct wf_address *address);

/** A process, at the moment in which it connected, listened or made a pair. */
struct wf_unix_credentials {
    pid_t pid; /**< 0: it is in a namespace that this process does not see */
    uid_t uid; /**< its effective user */
    gid_t gid; /**< its effective group */
};

/**
 * @brief Who is on the other side, as the system knows it (SO_PEERCRED). 0 or a negated errno.
 *
 * @clause{G.221,0,"wf_unix_local and _peer tell the names of both sides, wf_unix_credentials process, user and group of the other one."}
 */
WF_MUST_USE int wf_unix_credentials(const struct wf_unix_stream *stream,
                                    struct wf_unix_credentials *credentials);

/* --- descriptors that come from elsewhere --- */

/**
 * @brief Take a stream socket, connected, of bytes or records, that was made elsewhere, in the runtime that this thread is in.
 * @param fd  owned from now on, if the call succeeds. It is made non-blocking.
 * @return 0; -EINVAL: a socket of another kind; -ENOTCONN; -ENOTSOCK, -EBADF; or an error of wf_async_fd_open().
 *
 * @clause{G.229,0,"wf_unix_from_fd and its like take a socket of their kind, and refuse another, which stays the caller's; a release gives it back, as it is."}
 */
WF_MUST_USE int wf_unix_from_fd(struct wf_unix_stream *stream, int fd);
/** @brief The same with one that listens: inherited, as from systemd. -EINVAL: it does not. Clauses: G.229 */
WF_MUST_USE int wf_unix_listener_from_fd(struct wf_unix_listener *listener, int fd);
/** @brief The same with one of datagrams. Clauses: G.229 */
WF_MUST_USE int wf_unix_datagram_from_fd(struct wf_unix_datagram *socket, int fd);
/** @brief Give the descriptor to the caller; -1: it was not open. What waits is READY with WF_ECLOSED. Clauses: G.229 */
WF_MUST_USE int wf_unix_release(struct wf_unix_stream *stream);
/** @brief The same of a listener. Clauses: G.229 */
WF_MUST_USE int wf_unix_listener_release(struct wf_unix_listener *listener);
/** @brief The same of a socket of datagrams. Clauses: G.229 */
WF_MUST_USE int wf_unix_datagram_release(struct wf_unix_datagram *socket);

/* --- datagrams --- */

/**
 * @brief Make a socket of datagrams, in the runtime that this thread is in.
 * @param address  where it receives, a path or a name; without a name: Linux chooses one. NULL: unbound: it only sends, and nobody can
 *         answer.
 * @return as wf_unix_listen().
 *
 * @clause{G.223,0,"Datagrams that are sent to a socket's path or name, or by one that is connected to it, are received whole, in sequence, each by one receive."}
 */
WF_MUST_USE int wf_unix_datagram_open(struct wf_unix_datagram *socket, const struct wf_address *address);

/** @brief Two that are connected to each other. 0 or a negated errno: then none is open. Clauses: G.216 */
WF_MUST_USE int wf_unix_datagram_pair(struct wf_unix_datagram ends[2]);

/**
 * @brief Send to this one from now on, and receive from it alone. An address of none: no more.
 * @return 0; -ECONNREFUSED: the file is there, and nobody receives; -ENOENT; -EPROTOTYPE; -EBADF.
 *
 * Clauses: G.223
 */
WF_MUST_USE int wf_unix_datagram_connect(struct wf_unix_datagram *socket, const struct wf_address *address);

/** @brief Where it receives. 0 or a negated errno. Clauses: G.224 */
WF_MUST_USE int wf_unix_datagram_local(const struct wf_unix_datagram *socket, struct wf_address *address);
/** @brief Whom it is connected to. 0; -ENOTCONN. Clauses: G.224 */
WF_MUST_USE int wf_unix_datagram_peer(const struct wf_unix_datagram *socket, struct wf_address *address);

/** @brief Close it; a file stays. A second close does nothing. Clauses: G.220 */
void wf_unix_datagram_close(struct wf_unix_datagram *socket);

/**
 * @brief Build a future that sends one datagram, whole, from a socket that is connected. It waits while the receiver's queue is full.
 * @return `send`. `send->out`: `size`; or an error: -ENOTCONN; -ECONNREFUSED: the receiver is gone; -EMSGSIZE: longer than the socket's
 *         buffer; WF_ECLOSED; WF_ECANCELED.
 *
 * Clauses: G.223
 */
struct wf_socket_io *wf_unix_datagram_send(struct wf_socket_io *send, struct wf_unix_datagram *socket,
                                           const void *bytes, size_t size);

/**
 * @brief Build a future that receives one datagram.
 * @return `receive`. `receive->out`: the bytes that are in the buffer, 0 of an empty datagram; or an error.
 *
 * @clause{G.226,0,"Of a datagram or record longer than the buffer a receive has its beginning, and wf_socket_truncated says so; the next receive has the next one."}
 */
struct wf_socket_io *wf_unix_datagram_receive(struct wf_socket_io *receive, struct wf_unix_datagram *socket,
                                              void *buffer, size_t size);

/** Sends one datagram to an address. Clauses: G.224 G.225 */
struct wf_unix_send_to {
    struct wf_future future;         /**< the head */
    struct wf_unix_datagram *socket; /**< borrowed */
    struct wf_address address;       /**< where to */
    const void *bytes;               /**< borrowed */
    size_t size;                     /**< of them */
    struct wf_fd_io io;              /**< waits, and calls sendto() */
    struct wf_unix_pause pause;      /**< where the receiver's queue is full */
    int64_t out;                     /**< `size`, or an error */
};

/**
 * @brief Build a future that sends one datagram, whole, to an address, which is copied.
 * @return `send`. Errors as those of wf_unix_datagram_send(), and -ENOENT, -EACCES, -EPROTOTYPE.
 *
 * A full queue of the receiver is told only to a socket that is connected to it. So the future asks again after 1 ms, then after double
 * that, up to each 100 ms. For many datagrams to one receiver, connect.
 *
 * @clause{G.224,0,"A wf_unix_send_to sends to its address, and a wf_unix_receive_from tells where each datagram comes from: without a name, if its sender is unbound."}
 * @clause{G.225,0,"While the receiver's queue is full, a wf_unix_send_to waits, and others that send to other receivers do not; then the datagram is sent, once."}
 */
struct wf_unix_send_to *wf_unix_send_to(struct wf_unix_send_to *send, struct wf_unix_datagram *socket,
                                        const void *bytes, size_t size, const struct wf_address *address);

/** Receives one datagram, and whose it is. Clauses: G.224 G.226 */
struct wf_unix_receive_from {
    struct wf_future future; /**< the head */
    struct wf_socket_io io;  /**< for wf_socket_truncated() */
    struct wf_address from;  /**< READY with 0 or more: the sender */
    int64_t out;             /**< as wf_unix_datagram_receive() */
};

/** @brief Build a future that receives one datagram, and tells its sender. */
struct wf_unix_receive_from *wf_unix_receive_from(struct wf_unix_receive_from *receive,
                                                  struct wf_unix_datagram *socket, void *buffer, size_t size);

/* --- descriptors that are sent --- */

/** Room for the descriptors of one message, as the kernel has them. */
union wf_unix_control {
    size_t aligned;                                        /**< as the head of such a message is */
    char bytes[CMSG_SPACE(sizeof(int) * WF_UNIX_FDS_MAX)]; /**< one of SCM_RIGHTS */
};

/** Sends descriptors with bytes. Clauses: G.227 */
struct wf_unix_send_fds {
    struct wf_future future;       /**< the head */
    struct wf_socket_io io;        /**< the message */
    union wf_unix_control control; /**< the descriptors' numbers */
    int status;                    /**< an error of the arguments */
    int64_t out;                   /**< bytes, or an error */
};

/**
 * @brief Build a future that sends descriptors, together with the first of `size` bytes.
 * @param socket  of a stream, or of datagrams: `&stream.fd`.
 * @param fds     `count` numbers, up to WF_UNIX_FDS_MAX; copied. The descriptors are borrowed until it is READY; then they may be closed.
 * @param size    at least 1: without a byte a stream sends nothing.
 * @return `send`. `send->out`: bytes: all descriptors were sent, and of a stream perhaps not all bytes: write the rest. Or an error:
 *         -EINVAL: no byte, or too many descriptors; -EBADF: one of them is not open; -ETOOMANYREFS: too many are under way; those of a
 * write.
 *
 * @clause{G.227,0,"A wf_unix_send_fds sends up to 253 descriptors and at least one byte in one message; none without a byte, and more than 253, are -EINVAL."}
 */
struct wf_unix_send_fds *wf_unix_send_fds(struct wf_unix_send_fds *send, struct wf_async_fd *socket,
                                          const void *bytes, size_t size, const int *fds, size_t count);

/** Receives bytes, and the descriptors that come with them. Clauses: G.228 */
struct wf_unix_receive_fds {
    struct wf_future future;       /**< the head */
    struct wf_socket_io io;        /**< the message; for wf_socket_truncated() */
    union wf_unix_control control; /**< what the kernel writes */
    int fds[WF_UNIX_FDS_MAX]; /**< READY: the caller's: take those of 0 or more, and write -1 in their place */
    size_t count;             /**< of `fds` */
    bool lost;   /**< READY: more were sent than there was room for; the system has closed them */
    int64_t out; /**< bytes; 0: the end; or an error, and then there are no descriptors */
};

/**
 * @brief Build a future that receives up to `size` bytes, at least one, and up to `most` descriptors.
 * @param socket  of a stream, or of datagrams: `&stream.fd`.
 * @param most    0 to WF_UNIX_FDS_MAX; more is as much.
 * @return `receive`. Give it to wf_unix_close_fds() when it is READY.
 *
 * All descriptors are closed when another program is executed. Of a stream one receive has the descriptors of one message at most.
 * Where the process has no more descriptors free, those that it had no room for are lost, too.
 *
 * @clause{G.228,0,"A wf_unix_receive_fds has the descriptors of a message, all close-on-exec, and the caller's; those beyond its room are closed, and it says so. Dropped, it took none."}
 */
struct wf_unix_receive_fds *wf_unix_receive_fds(struct wf_unix_receive_fds *receive,
                                                struct wf_async_fd *socket, void *buffer, size_t size,
                                                size_t most);

/** @brief Close the descriptors that were received and not taken. One that is not READY has none. Clauses: G.228 */
void wf_unix_close_fds(struct wf_unix_receive_fds *receive);

WF_END_DECLS

#endif
