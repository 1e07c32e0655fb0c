/**
 * @file tls_stream.c
 * @brief The four calls of a stream of TLS.
 */
#include "tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>

#include "weft/error.h"

/* Writes what the session has for its peer. 0: all is written; or -EAGAIN or an error of the stream beneath. */
static int64_t push(struct tls_stream *self, struct wf_io_wait *wait)
{
    for (;;) {
        if (self->begin == self->end) {
            int size = BIO_read(self->to_peer, self->cipher, sizeof self->cipher);
            if (size <= 0)
                return 0;
            self->begin = 0;
            self->end = (size_t)size;
        }
        struct iovec piece = {self->cipher + self->begin, self->end - self->begin};
        int64_t written = self->inner->ops->write(self->inner, &piece, 1, wait);
        if (written < 0)
            return written;
        self->begin += (size_t)written;
    }
}

/* Reads some for the session. 0: it has more; or WF_EEND: the peer ends without having said so, and somebody may have cut it off; or as
 * above. */
static int64_t pull(struct tls_stream *self, struct wf_io_wait *wait)
{
    char bytes[TLS_RECORD_BYTES];
    struct iovec piece = {bytes, sizeof bytes};
    int64_t size = self->inner->ops->read(self->inner, &piece, 1, wait);
    if (size <= 0)
        return size == 0 ? WF_EEND : size;
    return BIO_write(self->from_peer, bytes, (int)size) == size ? 0 : WF_ENOMEM;
}

/* What a call of OpenSSL has returned, in words of io.h; -EAGAIN: it is to be called again, once bytes have come. */
static int64_t result_of(const struct tls_stream *self, int returned, size_t moved)
{
    switch (SSL_get_error(self->ssl, returned)) {
    case SSL_ERROR_NONE:
        return (int64_t)moved;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    default:
        return -EPROTO; /* a certificate that is not trusted, a record that was changed */
    }
}

/* What a call of OpenSSL moves. */
typedef int tls_step(SSL *ssl, void *bytes, size_t size, size_t *moved);

/* A call of OpenSSL, and all that it needs from beneath. A write waits until what was written before is gone, so that no more than a record
 * is held back. A read does not: two peers that both write, and wait for each other to read, would wait for ever. */
static int64_t call(struct tls_stream *self, tls_step *step, const struct iovec *piece, bool is_read,
                    struct wf_io_wait *wait)
{
    while (piece->iov_len == 0) /* of several buffers the first that is none */
        piece++;
    for (;;) {
        int64_t status = push(self, wait);
        if (status != 0 && !(is_read && status == -EAGAIN))
            return status;
        size_t moved = 0;
        ERR_clear_error();
        int returned = step(self->ssl, piece->iov_base, piece->iov_len, &moved);
        int64_t result = result_of(self, returned, moved);
        struct wf_io_wait unwritten = {0};
        status = push(self, &unwritten); /* a part of a handshake, an alert; or what was written */
        if (result != -EAGAIN)
            return result; /* what is not gone yet goes with the next call: a flush for example */
        if (status != 0 && status != -EAGAIN)
            return status;
        result = pull(self, wait);
        if (result == -EAGAIN && unwritten.readiness == wait->readiness)
            wait->interest |= unwritten.interest; /* whichever comes first */
        if (result != 0)
            return result;
    }
}

static int read_step(SSL *ssl, void *bytes, size_t size, size_t *moved)
{
    return SSL_read_ex(ssl, bytes, size, moved);
}

static int write_step(SSL *ssl, void *bytes, size_t size, size_t *moved)
{
    return SSL_write_ex(ssl, bytes, size, moved);
}

static int64_t tls_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    (void)count;
    return call((struct tls_stream *)io, read_step, pieces, true, wait);
}

static int64_t tls_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    (void)count;
    return call((struct tls_stream *)io, write_step, pieces, false, wait);
}

static int64_t tls_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    struct tls_stream *self = (struct tls_stream *)io;
    int64_t status = push(self, wait);
    return status == 0 && self->inner->ops->flush ? self->inner->ops->flush(self->inner, wait) : status;
}

/* Says that no more comes, in words of TLS that nobody on the way can forge; then beneath. */
static int64_t tls_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    struct tls_stream *self = (struct tls_stream *)io;
    if (SSL_is_init_finished(self->ssl) && !(SSL_get_shutdown(self->ssl) & SSL_SENT_SHUTDOWN))
        (void)SSL_shutdown(self->ssl);
    int64_t status = tls_flush(io, wait);
    return status == 0 && self->inner->ops->shutdown ? self->inner->ops->shutdown(self->inner, wait) : status;
}

static const struct wf_io_ops tls_ops = {
    .name = "tls", .read = tls_read, .write = tls_write, .flush = tls_flush, .shutdown = tls_shutdown};

int tls_stream_init(struct tls_stream *self, struct wf_io *inner, SSL_CTX *context, const char *host)
{
    self->io.ops = &tls_ops;
    self->inner = inner;
    self->begin = self->end = 0;
    self->from_peer = BIO_new(BIO_s_mem());
    self->to_peer = BIO_new(BIO_s_mem());
    self->ssl = SSL_new(context);
    if (!self->from_peer || !self->to_peer || !self->ssl || (host && SSL_set1_host(self->ssl, host) != 1)) {
        BIO_free(self->from_peer);
        BIO_free(self->to_peer);
        SSL_free(self->ssl);
        self->ssl = NULL;
        return WF_ENOMEM;
    }
    SSL_set_bio(self->ssl, self->from_peer, self->to_peer);
    (void)SSL_set_mode(self->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (host)
        SSL_set_connect_state(self->ssl);
    else
        SSL_set_accept_state(self->ssl);
    return 0;
}

void tls_stream_drop(struct tls_stream *self)
{
    SSL_free(self->ssl); /* and its buffers */
    self->ssl = NULL;
}
