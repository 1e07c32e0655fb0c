/**
 * @file tls_stream.h
 * @brief TLS as a stream that is built on another one, by OpenSSL.
 *
 * OpenSSL reads and writes no descriptor here: a session has two buffers in memory, and the calls of the stream carry bytes between these
 * and the stream beneath. The handshake goes on in whatever call comes first, so a read may have to write, and a write to read. Each call
 * names what it waits for, whichever that is.
 *
 * Threads: one call at a time, in both directions together: a session is for one thread.
 */
#ifndef TLS_STREAM_H
#define TLS_STREAM_H

#include <openssl/ssl.h>
#include <stddef.h>

#include "weft/detail/compiler.h"
#include "weft/io.h"

enum { TLS_RECORD_BYTES = 16384 + 512 };

/**
 * A session. All zero: none. It does not move. Invariant: bytes [begin, end) of `cipher` were taken from `to_peer`, and not written.
 *
 * Its reads are 0 where the peer has said that it ends, and WF_EEND where the stream beneath ends without that: somebody may have cut it
 * off. What the peer must not do, or be, is -EPROTO, and the peer is told.
 */
struct tls_stream {
    struct wf_io io;          /**< first: the stream */
    struct wf_io *inner;      /**< borrowed */
    SSL *ssl;                 /**< owned; NULL: none */
    BIO *from_peer, *to_peer; /**< the session's */
    size_t begin, end;
    char cipher[TLS_RECORD_BYTES];
};

/**
 * @brief Begin a session.
 * @param inner  borrowed.
 * @param host   of a client: whose certificate the server must have; NULL: this side is the server.
 * @return 0 or WF_ENOMEM.
 */
WF_MUST_USE int tls_stream_init(struct tls_stream *self, struct wf_io *inner, SSL_CTX *context,
                                const char *host);

/** @brief End it, and say nothing to the peer: shut it down before. */
void tls_stream_drop(struct tls_stream *self);

#endif
