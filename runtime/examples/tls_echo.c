/**
 * @file tls_echo.c
 * @brief An echo through TLS: a stream of OpenSSL's on a stream of TCP's.
 *
 *     tls_echo PORT      serves on loopback, until standard input ends: openssl s_client -connect 127.0.0.1:PORT
 *     tls_echo           serves clients of its own
 *
 * What copies is the same wf_io_copy that copies between any two streams: it does not know that its reads may write, and its writes read
 * (tls_echo/tls_stream.c). The certificate is made at start, and kept in memory; the clients trust it, and no other.
 *
 * Libraries: -lssl -lcrypto
 */
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tls_echo/tls_stream.h"
#include "weft/alloc.h"
#include "weft/combine.h"
#include "weft/copy.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/tcp.h"

enum { BULK_BYTES = 1 << 20 };

/* --- who is who --- */

/* The server's certificate, and what its clients trust. */
struct identity {
    SSL_CTX *server, *client, *stranger; /* the last trusts nobody */
};

/* A key, and a certificate of localhost for a day that the key has signed itself. */
static bool certify(const struct identity *identity, EVP_PKEY *key, X509 *certificate)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                                      0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -60) &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), 24L * 60 * 60) &&
           X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0 &&
           SSL_CTX_use_certificate(identity->server, certificate) == 1 &&
           SSL_CTX_use_PrivateKey(identity->server, key) == 1 &&
           X509_STORE_add_cert(SSL_CTX_get_cert_store(identity->client), certificate) == 1;
}

static bool make_identity(struct identity *identity)
{
    identity->server = SSL_CTX_new(TLS_server_method());
    identity->client = SSL_CTX_new(TLS_client_method());
    identity->stranger = SSL_CTX_new(TLS_client_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool made = identity->server && identity->client && identity->stranger && key && certificate &&
                certify(identity, key, certificate);
    EVP_PKEY_free(key);
    X509_free(certificate);
    if (made) {
        SSL_CTX_set_verify(identity->client, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_verify(identity->stranger, SSL_VERIFY_PEER, NULL);
    }
    return made;
}

static void drop_identity(const struct identity *identity)
{
    SSL_CTX_free(identity->server);
    SSL_CTX_free(identity->client);
    SSL_CTX_free(identity->stranger);
}

/* --- the server --- */

struct echo {
    struct wf_future future;
    SSL_CTX *context;
    struct wf_tcp_stream stream; /* owned */
    struct wf_fd_stream bytes;
    struct tls_stream tls;
    struct wf_io_copy copy;
    struct wf_io_call call;
    char buffer[16384];
    int out; /* 0, or why it has ended otherwise */
};

ASYNC_FN(echo)
{
    ASYNC_BEGIN;
    wf_fd_stream_init(&self->bytes, &self->stream.fd);
    self->out = tls_stream_init(&self->tls, &self->bytes.io, self->context, NULL);
    if (self->out != 0)
        break;
    AWAIT(wf_io_copy(&self->copy, &self->tls.io, &self->tls.io, self->buffer, sizeof self->buffer));
    self->out = self->copy.out < 0 ? (int)self->copy.out : 0;
    if (self->out == 0)
        AWAIT_TO(self->out, wf_io_shutdown(&self->call, &self->tls.io));
ASYNC_FINALLY:
    tls_stream_drop(&self->tls);
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

struct server {
    struct wf_future future;
    SSL_CTX *context;
    struct wf_tcp_listener *listener;
    struct wf_tcp_accept accept;
    int out;
};

ASYNC_FN(server)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT_TO(self->out, wf_tcp_accept(&self->accept, self->listener));
        if (self->out != 0)
            break;
        if (WF_SPAWN(wf_scheduler_current(), NULL, echo, .context = self->context,
                     .stream = self->accept.stream) == WF_ENOMEM)
            wf_tcp_close(&self->accept.stream); /* after another error the task had it, and was dropped */
    }
ASYNC_FINALLY:
    wf_tcp_listener_close(self->listener);
    ASYNC_END;
}

/* --- clients of its own --- */

/* Says `size` bytes, and listens meanwhile until as many have come back. */
struct client {
    struct wf_future future;
    SSL_CTX *context;
    struct wf_tcp_stream *stream; /* borrowed */
    size_t size;
    bool cuts_off; /* does not say that it ends */
    struct wf_fd_stream bytes;
    struct tls_stream tls;
    struct wf_io_whole says, hears;
    struct wf_future *both[2];
    struct wf_join join;
    struct wf_io_call call;
    bool is_the_same;
    int out;
};

static char said[BULK_BYTES], heard[BULK_BYTES];

ASYNC_FN(client)
{
    ASYNC_BEGIN;
    wf_fd_stream_init(&self->bytes, &self->stream->fd);
    self->out = tls_stream_init(&self->tls, &self->bytes.io, self->context, "localhost");
    if (self->out != 0)
        break;
    self->both[0] = &wf_io_write_all(&self->says, &self->tls.io, said, self->size)->future;
    self->both[1] = &wf_io_read_exact(&self->hears, &self->tls.io, heard, self->size)->future;
    AWAIT(wf_join(&self->join, self->both, 2, WF_BIASED));
    self->out = self->hears.out < 0 ? (int)self->hears.out : 0;
    if (self->out != 0 || self->cuts_off)
        break;
    AWAIT_TO(self->out, wf_io_shutdown(&self->call, &self->tls.io));
    if (self->out == 0)
        AWAIT_TO(self->out, wf_io_read(&self->call, &self->tls.io, heard, 1));
ASYNC_FINALLY:
    tls_stream_drop(&self->tls);
    wf_tcp_close(self->stream);
    ASYNC_END;
}

static const struct {
    const char *name;
    size_t size;
    bool is_stranger, cuts_off;
} talks[] = {{"a line", 6, false, false},
             {"a megabyte", BULK_BYTES, false, false},
             {"cut off", 6, false, true},
             {"not trusted", 6, true, false}};
enum { TALKS = sizeof talks / sizeof *talks };

/* Little room in between: a megabyte does not fit, so that each side has to wait for the other in both directions. */
static const struct wf_tcp_listen_options narrow_server = {.receive_buffer_bytes = 32768,
                                                           .send_buffer_bytes = 32768};
static const struct wf_tcp_connect_options narrow_client = {.receive_buffer_bytes = 32768,
                                                            .send_buffer_bytes = 32768};

/* Both sides of one connection after the other. */
struct test {
    struct wf_future future;
    const struct identity *identity;
    struct wf_tcp_listener *listener;
    struct wf_address address;
    struct wf_tcp_stream stream;
    struct wf_tcp_connect connect;
    struct wf_tcp_accept accept;
    struct client client;
    struct echo echo;
    struct wf_future *both[2];
    struct wf_join join;
    int i;
    int out;
};

static void print_talk(const struct test *self)
{
    size_t size = self->client.hears.done;
    printf("%s\n  client: %s; %zu bytes, %s\n  server: %s\n", talks[self->i].name,
           wf_strerror(self->client.out), size, memcmp(said, heard, size) == 0 ? "the same" : "others",
           wf_strerror(self->echo.out));
}

ASYNC_FN(test)
{
    ASYNC_BEGIN;
    for (size_t i = 0; i < BULK_BYTES; i++)
        said[i] = (char)(i * 7 + i / 251);
    self->out = wf_tcp_listener_address(self->listener, &self->address);
    for (; self->out == 0 && self->i < TALKS; self->i++) {
        AWAIT_TO(self->out, wf_tcp_connect(&self->connect, &self->stream, &self->address, &narrow_client));
        if (self->out == 0)
            AWAIT_TO(self->out, wf_tcp_accept(&self->accept, self->listener));
        if (self->out != 0)
            break;
        memset(heard, 0, sizeof heard);
        self->both[0] = &ASYNC_INIT(&self->client, client,
                                    .context = talks[self->i].is_stranger ? self->identity->stranger
                                                                          : self->identity->client,
                                    .stream = &self->stream, .size = talks[self->i].size,
                                    .cuts_off = talks[self->i].cuts_off)
                             ->future;
        self->both[1] =
            &ASYNC_INIT(&self->echo, echo, .context = self->identity->server, .stream = self->accept.stream)
                 ->future;
        AWAIT(wf_join(&self->join, self->both, 2, WF_BIASED));
        print_talk(self);
    }
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

/* Listens; then serves until standard input ends, or has the test run. */
static int run(struct wf_runtime *runtime, const struct identity *identity, bool tests, uint16_t port)
{
    static struct wf_tcp_listener listener;
    static struct test root;
    struct wf_runtime_entry entry;
    struct wf_address address;
    char text[WF_ADDRESS_TEXT], byte;
    wf_runtime_enter(runtime, &entry);
    int status = wf_address_loopback(&address, AF_INET, port);
    if (status == 0)
        status = wf_tcp_listen(&listener, &address, tests ? &narrow_server : NULL);
    if (status == 0)
        status = wf_tcp_listener_address(&listener, &address);
    if (status == 0 && !tests)
        status = WF_SPAWN(wf_scheduler_current(), NULL, server, .context = identity->server,
                          .listener = &listener);
    wf_runtime_leave(&entry);
    if (status != 0)
        return status;
    if (tests) {
        (void)ASYNC_INIT(&root, test, .identity = identity, .listener = &listener);
        status = wf_runtime_block_on(runtime, &root.future);
        wf_tcp_listener_close(&listener);
        return status != 0 ? status : root.out;
    }
    (void)wf_address_print(&address, text, sizeof text);
    printf("%s\n", text);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    struct identity identity;
    struct wf_runtime *runtime = wf_runtime_new(NULL);
    if (!runtime || !make_identity(&identity)) {
        fprintf(stderr, "tls_echo: there is no runtime, or no certificate\n");
        return 1;
    }
    int status = run(runtime, &identity, argc == 1, argc == 1 ? 0 : (uint16_t)strtoul(argv[1], NULL, 10));
    wf_runtime_drop(runtime);
    drop_identity(&identity);
    printf("%s; live bytes: %zu\n", wf_strerror(status), wf_live_bytes());
    return status == 0 && wf_live_bytes() == 0 ? 0 : 1;
}
