/**
 * @file test_tcp_echo.c
 * @brief A server and fifty clients, each with 64 KiB: all that was written comes back, in sequence, in each kind of runtime.
 */
#include <stdlib.h>

#include "tcp_runs.h"

enum { CLIENTS = 50, BYTES = 65536 };

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i % 251);
}

/* Sends back what it reads, `at_once` bytes at most in each call. Owns the stream. */
struct echo {
    struct wf_future future;
    struct wf_tcp_stream stream;
    size_t at_once, have, done;
    struct wf_socket_io io;
    uint8_t bytes[4096];
    int out;
};

ASYNC_FN(echo)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT(wf_tcp_read(&self->io, &self->stream, self->bytes, self->at_once));
        if (self->io.out <= 0)
            break;
        self->have = (size_t)self->io.out;
        for (self->done = 0; self->done < self->have; self->done += (size_t)self->io.out) {
            AWAIT(wf_tcp_write(&self->io, &self->stream, self->bytes + self->done, self->have - self->done));
            ck_assert_int_gt(self->io.out, 0);
        }
    }
    ck_assert_int_eq(self->io.out, 0);
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

/* Accepts so many connections, and has each served. */
struct server {
    struct wf_future future;
    struct wf_tcp_listener *listener;
    size_t at_once;
    int count, i;
    struct wf_tcp_accept accept;
    struct wf_join_handle handles[CLIENTS];
    int out;
};

ASYNC_FN(server)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < self->count; self->i++) {
        AWAIT(wf_tcp_accept(&self->accept, self->listener));
        ck_assert_int_eq(self->accept.out, 0);
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->handles[self->i], echo,
                                  .stream = self->accept.stream, .at_once = self->at_once),
                         0);
    }
    for (self->i = 0; self->i < self->count; self->i++)
        AWAIT(&self->handles[self->i]);
ASYNC_FINALLY:
    ASYNC_END;
}

/* Writes all bytes; then its half is dropped, and the server reads the end. */
struct writer {
    struct wf_future future;
    struct wf_tcp_write_half half;
    size_t bytes, done;
    struct wf_socket_io io;
    uint8_t all[BYTES];
    int out;
};

ASYNC_FN(writer)
{
    ASYNC_BEGIN;
    for (size_t i = 0; i < self->bytes; i++)
        self->all[i] = byte_at(i);
    for (self->done = 0; self->done < self->bytes; self->done += (size_t)self->io.out) {
        AWAIT(wf_tcp_write(&self->io, self->half.stream, self->all + self->done, self->bytes - self->done));
        ck_assert_int_gt(self->io.out, 0);
    }
ASYNC_FINALLY:
    wf_tcp_write_half_drop(&self->half);
    ASYNC_END;
}

/* Connects, has a second task write, and reads the answer to its end. */
struct client {
    struct wf_future future;
    const struct wf_address *address;
    size_t bytes, at_once, done;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_tcp_read_half half;
    struct wf_tcp_write_half other;
    struct wf_join_handle writer;
    struct wf_socket_io io;
    uint8_t buffer[8192];
    int out;
};

ASYNC_FN(client)
{
    ASYNC_BEGIN;
    AWAIT(wf_tcp_connect(&self->connect, &self->stream, self->address, NULL));
    ck_assert_int_eq(self->connect.out, 0);
    ck_assert_int_eq(wf_tcp_into_split(&self->stream, &self->half, &self->other), 0);
    ck_assert_int_eq(
        WF_SPAWN(wf_scheduler_current(), &self->writer, writer, .half = self->other, .bytes = self->bytes), 0);
    do {
        AWAIT(wf_tcp_read(&self->io, self->half.stream, self->buffer, self->at_once));
        ck_assert_int_ge(self->io.out, 0);
        for (int64_t i = 0; i < self->io.out; i++)
            if (self->buffer[i] != byte_at(self->done + (size_t)i)) /* an assertion for each would take long */
                ck_abort_msg("byte %zu is another", self->done + (size_t)i);
        self->done += (size_t)self->io.out;
    } while (self->io.out > 0);
    ck_assert_uint_eq(self->done, self->bytes);
    AWAIT(&self->writer);
ASYNC_FINALLY:
    wf_tcp_read_half_drop(&self->half);
    ASYNC_END;
}

struct echo_root {
    struct wf_future future;
    struct wf_tcp_listener listener;
    struct wf_address address;
    size_t bytes, at_once;
    int clients, i;
    struct wf_join_handle server, handles[CLIENTS];
    int out;
};

ASYNC_FN(echo_root)
{
    ASYNC_BEGIN;
    self->address = listen_here(&self->listener, NULL);
    ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->server, server, .listener = &self->listener,
                              .at_once = self->at_once, .count = self->clients),
                     0);
    for (self->i = 0; self->i < self->clients; self->i++)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->handles[self->i], client,
                                  .address = &self->address, .bytes = self->bytes, .at_once = self->at_once),
                         0);
    for (self->i = 0; self->i < self->clients; self->i++) {
        AWAIT(&self->handles[self->i]);
        ck_assert_int_eq(self->handles[self->i].out, 0);
    }
    AWAIT(&self->server);
ASYNC_FINALLY:
    wf_tcp_listener_close(&self->listener);
    ASYNC_END;
}

static void run_echo(int kind, int clients, size_t bytes, size_t at_once)
{
    static struct echo_root root;
    begin_net(kind);
    (void)RUN(ASYNC_INIT(&root, echo_root, .clients = clients, .bytes = bytes, .at_once = at_once));
    end_net();
}

/* G.182, G.184, G.174, G.179, G.196 */
START_TEST(g182_fifty_clients_get_all_back)
{
    run_echo(_i, CLIENTS, BYTES, 4096);
}
END_TEST

/* G.182: reads of one byte lose none, and wait only where there is none. */
START_TEST(g182_one_byte_at_a_time)
{
    run_echo(_i, 2, 5000, 1);
}
END_TEST

TCase *tcp_echo_tests(void)
{
    TCase *tcase = tcase_create("tcp echo");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g182_fifty_clients_get_all_back, 0, KINDS);
    tcase_add_loop_test(tcase, g182_one_byte_at_a_time, 0, KINDS);
    return tcase;
}
