/**
 * @file datagrams.h
 * @brief For the tests of UDP: sockets on loopback, inside and outside of a runtime.
 */
#ifndef WEFT_GIVEN_DATAGRAMS_H
#define WEFT_GIVEN_DATAGRAMS_H

#include "watching.h"
#include "weft/udp.h"

/** One socket, and what it sends or receives. */
struct side {
    struct wf_udp udp;
    struct wf_address local; /**< its address, once it is bound */
    struct wf_socket_io io;
    struct wf_address from;
    char bytes[64];
};

/** Loopback's address and this port, of IPv4 and of IPv6; and all addresses of IPv4. */
struct wf_address ip4_loopback(uint16_t port);
struct wf_address ip6_loopback(uint16_t port);
struct wf_address ip4_any(uint16_t port);
/** Whether this machine has IPv6 on loopback; where it has not, a test says so and is over. */
bool has_ip6(void);

/** The runtime of the test: 0: of one thread, 1: of two workers. */
extern struct wf_runtime *weft;
void begin_runtime(int kind);
/** Drop it: no memory and no descriptor is left that was not there before. */
void end_runtime(void);

/** Bind a side in it to a free port of loopback; or to `local`. */
void bind_side(struct side *side);
void bind_side_with(struct side *side, const struct wf_address *local, const struct wf_udp_options *options);
/** What wf_udp_bind() and wf_udp_adopt() return in it. */
int bind_status(struct wf_udp *udp, const struct wf_address *local, const struct wf_udp_options *options);
int adopt_status(struct wf_udp *udp, int fd);

/** Run what a constructor has built, to its end. @return its out. */
int64_t run_io(struct wf_socket_io *io);
/** Send a text, or receive one, which must be it, with the sender. */
void send_text(struct side *side, const struct wf_address *to, const char *text);
void receive_text(struct side *side, const char *text, const struct wf_address *sender);

/** A socket outside of all runtimes, on loopback; it blocks. Its address in `*local`. */
int plain_socket(struct wf_address *local);
void plain_send(int fd, const struct wf_address *to, const char *text);
/** Expect that it has this datagram, which was sent before. */
void plain_expect(int fd, const char *text);
/** A port of loopback at which nobody listens. */
struct wf_address dead_address(void);

/** Expect that nothing is there: the socket's own call would wait. */
void expect_nothing(struct side *side);

#endif
