/**
 * @file echo_server.c
 * @brief A TCP server that sends back what it gets: a task for each client, a limit on their number, and on the silence of each.
 *
 * `echo_server` alone has fifty clients of its own. `echo_server PORT` serves 127.0.0.1 until its standard input ends, and says which
 * port it got for port 0. Tasks run on all processors, so what they share is atomic. Connections that are left at the end are closed.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/tcp.h"
#include "weft/time.h"

enum { CLIENTS_MAX = 500, IDLE_SECONDS = 60, PIECE = 4096, OWN_CLIENTS = 50, MESSAGES = 5, MESSAGE = 1000 };

static struct wf_tcp_listener listener;
static _Atomic int clients;    /* the tasks that serve */
static _Atomic unsigned moved; /* bytes that were sent back */

/* One connection, which it owns. A client that neither sends nor takes anything for a minute is dropped. */
struct serve {
    struct wf_future future;
    struct wf_tcp_stream stream;
    struct wf_fd_stream io;
    struct wf_io_call read;
    struct wf_io_whole write;
    struct wf_timeout limit;
    char bytes[PIECE];
    int out;
};

ASYNC_FN(serve)
{
    ASYNC_BEGIN;
    wf_fd_stream_init(&self->io, &self->stream.fd);
    for (;;) {
        wf_io_read(&self->read, &self->io.io, self->bytes, PIECE);
        AWAIT(wf_timeout(&self->limit, WF_SECONDS(IDLE_SECONDS), &self->read.future));
        if (self->limit.out != 0 || self->read.out <= 0)
            break; /* silent, at its end, or gone: it is all the same here */
        wf_io_write_all(&self->write, &self->io.io, self->bytes, (size_t)self->read.out);
        AWAIT(wf_timeout(&self->limit, WF_SECONDS(IDLE_SECONDS), &self->write.future));
        if (self->limit.out != 0 || self->write.out < 0)
            break;
        moved += (unsigned)self->write.out;
    }
ASYNC_FINALLY: /* also of a task that is aborted, polled or not */
    wf_tcp_close(&self->stream);
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
            self->out = WF_SPAWN(wf_scheduler_current(), NULL, serve, .stream = self->accept.stream);
            if (self->out == WF_ENOMEM) { /* there was no frame: after any other failure it has cleaned up */
                wf_tcp_close(&self->accept.stream);
                clients--;
            }
        }
        if (self->out != 0) /* it is one client's misfortune: the next one may have more luck */
            fprintf(stderr, "echo_server: a client is lost: %s\n", wf_strerror(self->out));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* Says something, waits until it has come back, and so on; ends its side, and reads the end. */
struct client {
    struct wf_future future;
    const struct wf_address *address;
    int number, message;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_fd_stream io;
    struct wf_io_whole whole;
    char said[MESSAGE], heard[MESSAGE];
    int out; /* messages that came back, and nothing else did; or an error */
};

ASYNC_FN(client)
{
    ASYNC_BEGIN;
    AWAIT_TO(self->out, wf_tcp_connect(&self->connect, &self->stream, self->address, NULL));
    if (self->out != 0)
        break;
    wf_fd_stream_init(&self->io, &self->stream.fd);
    for (self->message = 0; self->message < MESSAGES; self->message++) {
        memset(self->said, 'a' + (self->number + self->message) % 26, MESSAGE);
        AWAIT(wf_io_write_all(&self->whole, &self->io.io, self->said, MESSAGE));
        AWAIT(wf_io_read_exact(&self->whole, &self->io.io, self->heard, MESSAGE));
        self->out += self->whole.out == MESSAGE && memcmp(self->said, self->heard, MESSAGE) == 0;
    }
    (void)wf_tcp_shutdown(&self->stream, SHUT_WR);
    AWAIT(wf_io_read_to_end(&self->whole, &self->io.io, NULL, 0));
    if (self->whole.out != 0)
        self->out = (int)self->whole.out;
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

/* Standard input may be a file, for which nobody can wait: so it is read by a blocking call. */
static int read_input(void *arg)
{
    while (read(STDIN_FILENO, arg, PIECE) > 0) {
    }
    return 0;
}

/* Serves until `until` is READY. */
struct async_main {
    struct wf_future future;
    bool has_port;
    struct wf_address address;
    struct accept_all accept_all;
    struct wf_join_handle input;
    char input_bytes[PIECE];
    struct client own[OWN_CLIENTS];
    struct wf_future *joined[OWN_CLIENTS], *branches[2];
    struct wf_join join;
    struct wf_timeout limit;
    struct wf_race race;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->out = wf_tcp_listen(&listener, &self->address, NULL);
    if (self->out == 0)
        self->out = wf_tcp_listener_address(&listener, &self->address);
    if (self->out == 0 && self->has_port) {
        printf("127.0.0.1:%d\n", wf_address_port(&self->address));
        (void)fflush(stdout);
        self->out = wf_blocking(&self->input, read_input, self->input_bytes);
    }
    if (self->out != 0)
        break;
    for (int i = 0; i < OWN_CLIENTS; i++) {
        ASYNC_INIT(&self->own[i], client, .address = &self->address, .number = i);
        self->joined[i] = &self->own[i].future;
    }
    wf_join(&self->join, self->joined, OWN_CLIENTS, WF_FAIR);
    self->branches[0] = self->has_port ? &self->input.future
                                       : &wf_timeout(&self->limit, WF_MINUTES(1), &self->join.future)->future;
    self->branches[1] = &ASYNC_INIT(&self->accept_all, accept_all)->future;
    AWAIT(wf_race(&self->race, self->branches, 2, WF_BIASED));
ASYNC_FINALLY:
    wf_tcp_listener_close(&listener);
    ASYNC_END;
}

int main(int argc, char **argv)
{
    static struct async_main root;
    char text[32] = "";
    ASYNC_INIT(&root, async_main, .has_port = argc > 1);
    (void)snprintf(text, sizeof text, "127.0.0.1:%s", argc > 1 ? argv[1] : "0");
    if (argc > 2 || wf_address_parse(&root.address, text) != 0) {
        fprintf(stderr, "usage: echo_server [PORT]\n");
        return 2;
    }
    struct wf_runtime *runtime = wf_runtime_new(NULL);
    if (!runtime)
        return 1;
    int status = wf_runtime_block_on(runtime, &root.future), whole = 0;
    wf_runtime_drop(runtime); /* aborts the tasks that are left, and waits for them */
    assert(clients == 0 && wf_live_bytes() == 0);
    status = status != 0 ? status : root.out;
    if (status != 0)
        fprintf(stderr, "echo_server: %s\n", wf_strerror(status));
    for (int i = 0; i < OWN_CLIENTS; i++)
        whole += root.own[i].out == MESSAGES;
    if (!root.has_port)
        printf("%d of %d clients had their messages back\n", whole, OWN_CLIENTS);
    printf("sent back: %u bytes\n", moved);
    return status == 0 && (root.has_port || whole == OWN_CLIENTS) ? 0 : 1;
}
