/**
 * @file connect.h
 * @brief Connect to whichever address of a host answers first: by its name, or by a list of addresses.
 *
 *     wf_tcp_connect_host(&self->connect, &self->stream, "example.org", 443, NULL);
 *     AWAIT(wf_timeout(&self->limit, WF_SECONDS(10), &self->connect.future));
 *     self->out = self->limit.out != 0 ? self->limit.out : self->connect.out;
 *
 * How names are looked up is in resolve.h, and how addresses race in happy_eyeballs.h.
 */
#ifndef WEFT_CONNECT_H
#define WEFT_CONNECT_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/happy_eyeballs.h"
#include "weft/net_address.h"
#include "weft/resolve.h"
#include "weft/tcp.h"

WF_BEGIN_DECLS

/** How one of several addresses is to be connected to. Zeroes are right for most. */
struct wf_connect_options {
    struct wf_tcp_connect_options tcp; /**< of each attempt. An address of another family than `bind` fails */
    struct wf_happy_eyeballs_options race; /**< when attempts begin */
};

/** Connects to one of several addresses. Clauses: G.258 */
struct wf_tcp_connect_any {
    struct wf_future future;           /**< the head */
    struct wf_tcp_stream *stream;      /**< borrowed; written when it is READY with 0 */
    struct wf_tcp_connect_options tcp; /**< of each attempt */
    struct wf_happy_eyeballs race; /**< of attempts; READY with 0: race.winner is the index of the address */
    int out;                       /**< 0 or an error */
};

/**
 * @brief Build a future that connects `stream` to the first of the addresses that answers.
 * @param stream     not open, or rubbish. READY with 0: it is open. READY with an error, or dropped: it is not.
 * @param addresses  the best first; borrowed until it is READY or dropped.
 * @param options    copied; NULL: all zeroes.
 * @return `connect`.
 *
 * Errors: as wf_happy_eyeballs() picks them of those of wf_tcp_connect(); WF_ENOMEM of an attempt counts as its error.
 * Cancel safety: SAFE: the sockets are closed.
 * Cost:          of each attempt one allocation, and what wf_tcp_connect() costs.
 *
 * @clause{G.258,0,"A wf_tcp_connect_any races wf_tcp_connects. READY with 0, the stream is the winner's; else it is not open. Either way no other descriptor is left."}
 */
struct wf_tcp_connect_any *wf_tcp_connect_any(struct wf_tcp_connect_any *connect, struct wf_tcp_stream *stream,
                                              const struct wf_address *addresses, size_t count,
                                              const struct wf_connect_options *options);

/** Connects to a host by its name. Clauses: G.259 */
struct wf_tcp_connect_host {
    struct wf_future future;           /**< the head */
    struct wf_tcp_stream *stream;      /**< borrowed; written when it is READY with 0 */
    struct wf_connect_options options; /**< how */
    struct wf_resolve resolve;         /**< first this, and it keeps the addresses; */
    struct wf_tcp_connect_any any;     /**< then this, once it has ops */
    int out;                           /**< 0 or an error */
};

/**
 * @brief Build a future that resolves a name and connects `stream` to the first of its addresses that answers.
 * @param stream  as of wf_tcp_connect_any().
 * @param host    borrowed until it is READY or dropped.
 * @return `connect`.
 *
 * The lookup counts as a whole: the race begins when it is over.
 *
 * Errors: those of wf_resolve(), and those of wf_tcp_connect_any().
 * Cancel safety: SAFE: the sockets are closed; a lookup that has begun ends alone.
 *
 * @clause{G.259,0,"A wf_tcp_connect_host connects to what wf_resolve finds, as wf_tcp_connect_any does, and frees the list; where either fails it is READY with that error."}
 */
struct wf_tcp_connect_host *wf_tcp_connect_host(struct wf_tcp_connect_host *connect,
                                                struct wf_tcp_stream *stream, const char *host, uint16_t port,
                                                const struct wf_connect_options *options);

WF_END_DECLS

#endif
