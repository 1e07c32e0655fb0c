/**
 * @file udp.h
 * @brief UDP: datagrams out of and into a socket, with the future that all sockets share.
 *
 *     wf_udp_bind(&self->udp, &self->local, NULL);
 *     for (;;) {
 *         wf_udp_receive_from(&self->io, &self->udp, self->bytes, sizeof self->bytes, &self->sender);
 *         AWAIT(&self->io);
 *         if (self->io.out < 0)
 *             ASYNC_RETURN((int)self->io.out);
 *         wf_udp_send_to(&self->io, &self->udp, self->bytes, (size_t)self->io.out, &self->sender);
 *         AWAIT(&self->io);
 *     }
 *
 * Datagram: one send is one datagram, one receive takes one. One of no bytes is a datagram like any other, and 0 is no end: UDP has none.
 * Pieces:   wf_socket_buffers(), behind a constructor, in place of its one buffer. `io->flags`, before the first poll, may get more flags of
 *           recvmsg() or sendmsg(), and `message.msg_control` a buffer for what comes beside the data.
 * Lost:     what the kernel drops, because the receive buffer is full or the net loses it, nobody is told of. A larger
 *           receive_buffer_bytes takes longer bursts.
 * Errors:   ICMP reports reach a connected socket alone (G.238). A server of many clients does not fail for one that is gone.
 * Threads:  any number of tasks, on any threads, share one `struct wf_udp` by pointer, each with a frame of its own: there are no halves
 *           to split it into. Bind, adopt, close and release as in async_fd.h: one thread, and no other is in a call on it.
 * Source:   Tokio's UdpSocket.
 *
 * @clause{G.239,0,"However short datagrams are and however many come at once, no receive waits while the kernel has one: readiness ends by EAGAIN alone."}
 * @clause{G.240,0,"A receive that is dropped before it is READY has taken no datagram, and a send has sent none."}
 * @clause{G.241,0,"Tasks on any threads send and receive through one socket at once: each datagram is sent once and whole, and received by one of them."}
 */
#ifndef WEFT_UDP_H
#define WEFT_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "weft/async_fd.h"
#include "weft/detail/compiler.h"
#include "weft/net_address.h"
#include "weft/socket.h"

WF_BEGIN_DECLS

/** A UDP socket that is open in a runtime. The caller's storage; it stays where it is until it is closed or released. All zero: not open. */
struct wf_udp {
    struct wf_async_fd socket; /**< for WF_READABLE and WF_WRITABLE; of wf_fd_ready(), too */
};

/** What a socket gets before it is bound. All zero: what the kernel gives. */
struct wf_udp_options {
    bool reuse_address; /**< others that say so too may have the same address: a multicast group's port; else the last one gets all */
    bool reuse_port; /**< others of this user's that say so too share the datagrams, by sender */
    bool v6only;     /**< of IPv6: no IPv4 beside it, whatever the system's default is. Of IPv4: nothing */
    bool broadcast;  /**< may send to broadcast addresses */
    int receive_buffer_bytes; /**< 0: the kernel's. It takes twice as much, for its own structures, and has a limit, net.core.rmem_max */
    int send_buffer_bytes; /**< the same; net.core.wmem_max */
};

/**
 * @brief Open a socket in the runtime that this thread is in, and bind it.
 * @param udp      not open.
 * @param local    of IPv4 or IPv6; port 0: one that is free, which wf_udp_local() tells. Only read in the call.
 * @param options  NULL: none.
 * @return 0; -EAFNOSUPPORT: of another family; -EADDRINUSE; -EADDRNOTAVAIL; -EACCES; -EMFILE; WF_ENOMEM; WF_ECLOSED: the runtime is
 *         shut down. After an error it is not open.
 *
 * It receives what is sent to those groups that it joined itself, and not to those of all sockets of the machine, as Linux has it (G.243).
 *
 * @clause{G.230,0,"wf_udp_bind opens a socket of the address's family, its options set before it is bound; where it fails it says why, and no descriptor is left."}
 */
WF_MUST_USE int wf_udp_bind(struct wf_udp *udp, const struct wf_address *local,
                            const struct wf_udp_options *options);

/**
 * @brief Take a descriptor that exists already: of a service manager, or with options of its own.
 * @param fd  a datagram socket of IPv4 or IPv6; owned from now on, if the call succeeds. Made non-blocking; its options stay as they are.
 * @return 0; -EINVAL: no such socket; else as wf_async_fd_open(). After an error `fd` is the caller's, as it was.
 *
 * @clause{G.244,0,"wf_udp_adopt takes a datagram socket of IPv4 or IPv6, no other. wf_udp_release gives it back. After these, a close or a shutdown for reading, receives are WF_ECLOSED."}
 */
WF_MUST_USE int wf_udp_adopt(struct wf_udp *udp, int fd);

/** @brief Give the descriptor back, open, non-blocking. What waits is READY with WF_ECLOSED. -1: it was not open. Clauses: G.244 */
WF_MUST_USE int wf_udp_release(struct wf_udp *udp);

/** @brief Close it. What waits is READY with WF_ECLOSED. One that is not open is left alone. Clauses: G.244 */
void wf_udp_close(struct wf_udp *udp);

/**
 * @brief Name the peer: it is who wf_udp_send() sends to, and what others send is dropped by the kernel from now on.
 * @return 0; -EAFNOSUPPORT; -ENETUNREACH, and other errors of connect(): then it has no peer.
 *
 * Nothing is sent, and nothing is waited for. What came before the call, from anyone, is still there to be received. One that has a
 * peer is disconnected first, so that the address that it sends from is one that reaches the new peer.
 *
 * @clause{G.237,0,"A connected socket receives from its peer alone, and sends to it; disconnected, it receives from all again, at the local address that it had."}
 */
WF_MUST_USE int wf_udp_connect(struct wf_udp *udp, const struct wf_address *peer);

/**
 * @brief Have no peer any more. One that has none is left alone.
 * @return 0; -EADDRINUSE: the kernel gave its port back, and another socket was faster; then it has none.
 *
 * A port that the kernel has chosen is given back with the peer, and is bound anew here: what comes in between is lost.
 * Clauses: G.237
 */
WF_MUST_USE int wf_udp_disconnect(struct wf_udp *udp);

/** @brief The local address. 0 or a negated errno. */
WF_MUST_USE int wf_udp_local(const struct wf_udp *udp, struct wf_address *local);

/** @brief The peer's address. 0; -ENOTCONN: it has none. */
WF_MUST_USE int wf_udp_peer(const struct wf_udp *udp, struct wf_address *peer);

/**
 * @brief The error that was reported, which no call has returned yet; it is gone then.
 * @return 0: there is none; or a negated errno.
 */
WF_MUST_USE int wf_udp_take_error(struct wf_udp *udp);

/**
 * @brief Build a future that receives a datagram.
 * @param bytes  borrowed until it is READY or dropped, as all of the frame.
 * @return `io`. Its `out`: the bytes that were written; 0: an empty datagram; or a negative error.
 *
 * Longer than the buffer: see wf_udp_is_cut(). With MSG_TRUNC among `io->flags` its `out` is the true length, which may be more than `size`.
 * Of a socket without peer it takes any sender's: wf_udp_receive_from().
 *
 * Errors:        of a socket with a peer -ECONNREFUSED and others that ICMP reports (G.238); WF_ECLOSED; WF_ECANCELED.
 * Cancel safety: SAFE (G.240).
 * Cost:          one system call where a datagram is there, and the reactor has told.
 *
 * @clause{G.231,0,"A receive is READY with the bytes of one datagram, each in the sequence in which they came; 0 is a datagram without bytes, and no end."}
 * @clause{G.238,0,"Where a connected socket's peer is not there one call returns -ECONNREFUSED, once for a report; then it goes on, and loses nothing. An unconnected one is told nothing."}
 */
struct wf_socket_io *wf_udp_receive(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size);

/**
 * @brief The same, and say who sent it.
 * @param from  the caller's, beside the frame; borrowed until it is READY or dropped. Written if a datagram was received.
 *
 * @clause{G.233,0,"A receive_from that is READY with a datagram has written its sender's address and length; with an error, it has written nothing."}
 */
struct wf_socket_io *wf_udp_receive_from(struct wf_socket_io *io, struct wf_udp *udp, void *bytes,
                                         size_t size, struct wf_address *from);

/**
 * @brief As wf_udp_receive(), but the datagram stays, as the next one that is received.
 *
 * With MSG_TRUNC among the flags and no buffer at all, `out` is how long a buffer it needs.
 *
 * @clause{G.235,0,"A peek is READY with what the next receive gets, and takes nothing: no datagram, and no readiness."}
 */
struct wf_socket_io *wf_udp_peek(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size);

/** @brief As wf_udp_receive_from(), but the datagram stays. Clauses: G.235 */
struct wf_socket_io *wf_udp_peek_from(struct wf_socket_io *io, struct wf_udp *udp, void *bytes, size_t size,
                                      struct wf_address *from);

/**
 * @brief Whether the datagram was longer than the buffers of a receive or a peek that is READY. The rest of it is gone.
 *
 * @clause{G.232,0,"Of a datagram longer than the buffers what fits is kept, and msg_flags has MSG_TRUNC; with MSG_TRUNC among the flags out is its true length."}
 */
static inline bool wf_udp_is_cut(const struct wf_socket_io *io)
{
    return io->out >= 0 && (io->message.msg_flags & MSG_TRUNC) != 0;
}

/**
 * @brief Build a future that sends a datagram to the peer.
 * @return `io`. Its `out`: `size`; or a negative error: then nothing was sent.
 *
 * It waits only while the socket's own buffer is full. That it is READY says that the kernel has it, and not that it arrives.
 *
 * Errors:        -EDESTADDRREQ: no peer; -EMSGSIZE: too long for IP, or for the way where fragments are forbidden; -ENOBUFS: the system has no
 *                room, which no event ends, so it is up to the caller to send it later or drop it; -ECONNREFUSED: of an
 *                earlier datagram (G.238), send it again; -ENETUNREACH, -EHOSTUNREACH, -EPERM, -EACCES: a broadcast without the option.
 * Cancel safety: SAFE (G.240).
 *
 * @clause{G.234,0,"A send is READY with the length of one datagram that was sent whole, empty or not, or with an error: -EMSGSIZE, -ENOBUFS and -EDESTADDRREQ are results, and no waits."}
 */
struct wf_socket_io *wf_udp_send(struct wf_socket_io *io, struct wf_udp *udp, const void *bytes, size_t size);

/** @brief The same, to an address, which is borrowed, as the bytes are. A socket with a peer may send to others, too. Clauses: G.234 */
struct wf_socket_io *wf_udp_send_to(struct wf_socket_io *io, struct wf_udp *udp, const void *bytes,
                                    size_t size, const struct wf_address *to);

/**
 * @brief Do at once what a future does that one of these has built, or say that it would wait.
 *
 *     if (wf_udp_try(wf_udp_send_to(&self->io, &self->udp, bytes, size, &to)) == WF_EAGAIN) ...
 *
 * @param io  built, and not READY; may be PENDING.
 * @return what its `out` would be; WF_EAGAIN: the call would wait. Then `io` may be awaited, as if nothing had happened; after anything else
 *         it is over, as if it were READY.
 *
 * It asks the kernel, also where the reactor has told nothing yet. It takes no budget: a loop of these is a long poll.
 *
 * @clause{G.236,0,"wf_udp_try makes the call at once, whatever the reactor has told. EAGAIN takes the readiness away, and is WF_EAGAIN; then io may be awaited."}
 */
WF_MUST_USE int64_t wf_udp_try(struct wf_socket_io *io);

/** What can be set at any time. Of an IPv6 socket, what it sends to IPv4 has the kernel's defaults. */
enum wf_udp_option {
    WF_UDP_BROADCAST,     /**< 0 or 1: may send to broadcast addresses */
    WF_UDP_TTL,           /**< 1 to 255: hops that a datagram lives, or -1: the kernel's */
    WF_UDP_TRAFFIC_CLASS, /**< 0 to 255: the byte that has DSCP and ECN */
    WF_UDP_MULTICAST_LOOP, /**< 0 or 1: what it sends to a group is received on this machine, too; at first 1 */
    WF_UDP_MULTICAST_TTL, /**< 0 to 255: as TTL, of what it sends to groups; at first 1: this net alone */
    WF_UDP_RECEIVE_BUFFER, /**< bytes, as in wf_udp_options; the value that is got is what the kernel has made of it */
    WF_UDP_SEND_BUFFER, /**< the same */
    WF_UDP_OPTIONS,     /**< their number */
};

/**
 * @brief Set an option.
 * @return 0; -EINVAL: no such value; -EBADF: not open.
 *
 * @clause{G.242,0,"Each option is the kernel's own, of the socket's family: wf_udp_set sets it, wf_udp_get tells what it is."}
 */
WF_MUST_USE int wf_udp_set(struct wf_udp *udp, enum wf_udp_option option, int value);

/** @brief The value of an option, in `*value`. 0 or a negated errno. Clauses: G.242 */
WF_MUST_USE int wf_udp_get(const struct wf_udp *udp, enum wf_udp_option option, int *value);

/**
 * @brief Receive, from now on, what is sent to a group, on one interface.
 * @param group      of the socket's family; its port is not looked at.
 * @param interface  the index, as if_nametoindex() has it; 0: the one that the kernel's routes name.
 * @return 0; -EADDRINUSE: it has joined; -EINVAL: no group; -ENODEV: no such interface; -ENOBUFS: the system's limit of groups.
 *
 * Bind the socket to the group's port, with reuse_address where others on the machine do so too. A close leaves all groups.
 *
 * @clause{G.243,0,"After wf_udp_join a socket receives what is sent to the group on that interface, until wf_udp_leave; nothing of a group that other sockets alone have joined."}
 */
WF_MUST_USE int wf_udp_join(struct wf_udp *udp, const struct wf_address *group, unsigned interface);

/** @brief Receive it no more. 0; -EADDRNOTAVAIL: it had not joined there. Clauses: G.243 */
WF_MUST_USE int wf_udp_leave(struct wf_udp *udp, const struct wf_address *group, unsigned interface);

/** @brief Through which interface it sends to groups; 0: the one that the kernel's routes name. 0; -ENODEV; -EADDRNOTAVAIL. */
WF_MUST_USE int wf_udp_multicast_interface(struct wf_udp *udp, unsigned interface);

WF_END_DECLS

#endif
