/**
 * @file tcp_proxy.c
 * @brief A proxy: connects to a backend for each client, by name, and copies both ways; the end of one way is passed on, the other goes on.
 *
 * `tcp_proxy` alone has ten clients and a backend of its own, which answers when it has read to the end. `tcp_proxy PORT HOST:PORT` serves
 * 127.0.0.1 until its standard input ends, and says which port it got for port 0. It runs on one thread: plain variables will do.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/connect.h"
#include "weft/copy.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/tcp.h"
#include "weft/time.h"

enum { CLIENTS_MAX = 500, CONNECT_SECONDS = 10, IDLE_SECONDS = 300, PIECE = 16384, OWN_CLIENTS = 10 };

static struct wf_tcp_listener listener;
static const char *backend_host;
static uint16_t backend_port;
static int own_backend = -1; /* of the test: a socket that listens */
static int clients;          /* the tasks that relay */
static uint64_t moved[2];    /* bytes to the backend, and to clients, of those that are over */

/* One client, and its connection to the backend: owned both. */
struct relay {
    struct wf_future future;
    struct wf_tcp_stream client, backend;
    struct wf_tcp_connect_host connect;
    struct wf_timeout limit;
    struct wf_fd_stream left, right;
    struct wf_io_copy_both copy;
    struct wf_sleep idle;
    struct wf_future *branches[2];
    struct wf_select select;
    uint64_t before; /* what had been moved when `idle` began */
    char buffers[2][PIECE];
    int out;
};

static uint64_t moved_by(const struct wf_io_copy_both *copy)
{
    return copy->ways[0].moved + copy->ways[1].moved;
}

ASYNC_FN(relay)
{
    ASYNC_BEGIN;
    wf_tcp_connect_host(&self->connect, &self->backend, backend_host, backend_port, NULL);
    AWAIT_TO(self->out, wf_timeout(&self->limit, WF_SECONDS(CONNECT_SECONDS), &self->connect.future));
    self->out = self->out != 0 ? self->out : self->connect.out;
    if (self->out != 0) {
        fprintf(stderr, "tcp_proxy: no backend: %s\n", wf_strerror(self->out));
        break;
    }
    wf_fd_stream_init(&self->left, &self->client.fd);
    wf_fd_stream_init(&self->right, &self->backend.fd);
    wf_io_copy_both(&self->copy, &self->left.io, &self->right.io, self->buffers[0], self->buffers[1], PIECE);
    self->branches[0] = &self->copy.future;
    self->branches[1] = &self->idle.future;
    do { /* a limit around the copy would be one on its whole: this one is on the time in which nothing moves */
        self->before = moved_by(&self->copy);
        wf_sleep(&self->idle, WF_SECONDS(IDLE_SECONDS));
        AWAIT(wf_select(&self->select, self->branches, 2, WF_BIASED));
    } while (self->select.out == 1 && moved_by(&self->copy) != self->before);
    self->out = self->select.out == 1 ? WF_ETIMEDOUT : self->copy.out;
ASYNC_FINALLY:
    if (self->branches[0]) { /* the select has only borrowed them */
        wf_future_drop(&self->copy.future);
        wf_future_drop(&self->idle.future);
    }
    moved[0] += self->copy.ways[0].moved;
    moved[1] += self->copy.ways[1].moved;
    /* Else half an answer would look like a whole one. */
    if (self->out != 0 || wf_future_is_dropped(&self->future)) {
        wf_tcp_abort(&self->client);
        wf_tcp_abort(&self->backend);
    }
    wf_tcp_close(&self->client);
    wf_tcp_close(&self->backend);
    clients--;
    ASYNC_END;
}

struct accept_all {
    struct wf_future future;
    struct wf_tcp_accept accept;
    int out;
};

ASYNC_FN(accept_all)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT_TO(self->out, wf_tcp_accept(&self->accept, &listener));
        if (self->out == WF_ECLOSED)
            break;
        if (self->out == 0 && clients == CLIENTS_MAX) {
            wf_tcp_close(&self->accept.stream);
            self->out = WF_EFULL;
        } else if (self->out == 0) {
            clients++;
            self->out = WF_SPAWN(wf_scheduler_current(), NULL, relay, .client = self->accept.stream);
            if (self->out == WF_ENOMEM) { /* there was no frame: after any other failure it has cleaned up */
                wf_tcp_close(&self->accept.stream);
                clients--;
            }
        }
        if (self->out != 0)
            fprintf(stderr, "tcp_proxy: a client is lost: %s\n", wf_strerror(self->out));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* What the proxy waits for to end: blocking calls, since standard input may be a file, for which nobody can wait. */
static int read_input(void *arg)
{
    char bytes[256];
    (void)arg;
    while (read(STDIN_FILENO, bytes, sizeof bytes) > 0) {
    }
    return 0;
}

/* What other programs would do: ten clients say something, and end their side; the backend answers each with how long it was. */
static int play_both_sides(void *arg)
{
    const struct wf_address *proxy = arg;
    int fds[OWN_CLIENTS], answered = 0;
    char bytes[OWN_CLIENTS * 1000] = "";
    for (int i = 0; i < OWN_CLIENTS; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fds[i], &proxy->as.any, proxy->length) == 0 &&
            send(fds[i], bytes, (size_t)(i + 1) * 1000, MSG_NOSIGNAL) > 0)
            (void)shutdown(fds[i], SHUT_WR);
    }
    for (int i = 0; i < OWN_CLIENTS; i++) {
        int fd = accept4(own_backend, NULL, NULL, SOCK_CLOEXEC), length = 0;
        for (ssize_t got = 0; (got = read(fd, bytes, sizeof bytes)) > 0;)
            length += (int)got;
        (void)dprintf(fd, "%05d", length);
        (void)close(fd);
    }
    for (int i = 0; i < OWN_CLIENTS; i++) {
        char answer[6] = "", expected[16];
        (void)snprintf(expected, sizeof expected, "%05d", (i + 1) * 1000);
        answered += recv(fds[i], answer, 5, MSG_WAITALL) == 5 && strcmp(answer, expected) == 0;
        (void)close(fds[i]);
    }
    printf("%d of %d clients were answered\n", answered, OWN_CLIENTS);
    return answered == OWN_CLIENTS ? 0 : -EIO;
}

struct async_main {
    struct wf_future future;
    bool has_port;
    struct wf_address address;
    struct accept_all accept_all;
    struct wf_join_handle until;
    struct wf_future *branches[2];
    struct wf_race race;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->out = wf_tcp_listen(&listener, &self->address, NULL);
    if (self->out == 0)
        self->out = wf_tcp_listener_address(&listener, &self->address);
    if (self->out == 0 && self->has_port)
        printf("127.0.0.1:%d\n", wf_address_port(&self->address));
    (void)fflush(stdout);
    if (self->out == 0)
        self->out = wf_blocking(&self->until, self->has_port ? read_input : play_both_sides, &self->address);
    if (self->out != 0)
        break;
    WF_JOIN_INTO(&self->until, &self->out);
    self->branches[0] = &self->until.future;
    self->branches[1] = &ASYNC_INIT(&self->accept_all, accept_all)->future;
    AWAIT(wf_race(&self->race, self->branches, 2, WF_BIASED));
ASYNC_FINALLY:
    wf_tcp_listener_close(&listener);
    ASYNC_END;
}

/* "localhost:80": what stands behind the last colon is the port. */
static bool parse_backend(char *text)
{
    char *colon = strrchr(text, ':'), *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (colon == text || port == 0 || port > UINT16_MAX || *end)
        return false;
    *colon = '\0';
    backend_host = text;
    backend_port = (uint16_t)port;
    return true;
}

/* A backend of its own, in which play_both_sides() accepts. */
static bool listen_here(void)
{
    struct wf_address address;
    own_backend = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (own_backend < 0 || wf_address_loopback(&address, AF_INET, 0) != 0 ||
        bind(own_backend, &address.as.any, address.length) != 0 || listen(own_backend, OWN_CLIENTS) != 0 ||
        wf_address_of_local(own_backend, &address) != 0)
        return false;
    backend_host = "127.0.0.1";
    backend_port = (uint16_t)wf_address_port(&address);
    return true;
}

int main(int argc, char **argv)
{
    static struct async_main root;
    char text[32] = "";
    ASYNC_INIT(&root, async_main, .has_port = argc == 3);
    (void)snprintf(text, sizeof text, "127.0.0.1:%s", argc == 3 ? argv[1] : "0");
    if ((argc != 1 && argc != 3) || wf_address_parse(&root.address, text) != 0 ||
        !(argc == 3 ? parse_backend(argv[2]) : listen_here())) {
        fprintf(stderr, "usage: tcp_proxy [PORT HOST:PORT]\n");
        return 2;
    }
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD});
    if (!runtime)
        return 1;
    int status = wf_runtime_block_on(runtime, &root.future);
    wf_runtime_drop(runtime); /* aborts the tasks that are left, and waits for them */
    assert(clients == 0 && wf_live_bytes() == 0);
    status = status != 0 ? status : root.out;
    if (status != 0)
        fprintf(stderr, "tcp_proxy: %s\n", wf_strerror(status));
    printf("to the backend: %" PRIu64 " bytes; to clients: %" PRIu64 " bytes\n", moved[0], moved[1]);
    return status == 0 ? 0 : 1;
}
