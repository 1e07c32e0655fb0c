/**
 * @file test_socket.c
 * @brief One message of a socket as one future: of streams and of datagrams, and of a peer that is gone.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"

static void open_both(struct wf_async_fd sockets[2], int type)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(wf_async_fd_open(&sockets[i], ends[i], WF_READABLE | WF_WRITABLE), 0);
}

static void close_them(struct wf_async_fd sockets[2])
{
    wf_async_fd_close(&sockets[0]);
    wf_async_fd_close(&sockets[1]);
}

/* G.156: it waits, and makes its one call when the socket is ready. */
START_TEST(g156_a_receive_waits_for_its_message)
{
    struct wf_async_fd sockets[2];
    struct wf_socket_io receive, send;
    struct wf_test_task task;
    char bytes[16] = "";
    begin_net(_i);
    open_both(sockets, SOCK_DGRAM);
    wf_socket_buffer(wf_socket_receive(&receive, &sockets[0], 0), bytes, sizeof bytes);
    wf_test_task_init(&task, &receive.future);
    WF_EXPECT_PENDING(&task);
    wf_socket_buffer(wf_socket_send(&send, &sockets[1], 0), "hello", 5);
    ck_assert_int_eq(RUN(&send)->out, 5);
    if (_i == 0)
        take_net_turns();
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(receive.out, 5);
    ck_assert_str_eq(bytes, "hello");
    expect_released(&task);
    close_them(sockets);
    end_net();
}
END_TEST

/* G.156: what the call fills in is in the message: here that the datagram was longer. */
START_TEST(g156_the_message_says_what_the_call_said)
{
    struct wf_async_fd sockets[2];
    struct wf_socket_io io;
    char bytes[3];
    enum { TOO_MANY = 2000 };
    static struct iovec pieces[TOO_MANY];
    begin_net(0);
    open_both(sockets, SOCK_DGRAM);
    wf_socket_buffer(wf_socket_send(&io, &sockets[1], 0), "hello", 5);
    ck_assert_int_eq(RUN(&io)->out, 5);
    wf_socket_buffer(wf_socket_send(&io, &sockets[1], 0), "", 0);
    ck_assert_int_eq(RUN(&io)->out, 0);
    wf_socket_buffer(wf_socket_receive(&io, &sockets[0], MSG_TRUNC), bytes, sizeof bytes);
    ck_assert_int_eq(RUN(&io)->out, 5);
    ck_assert(io.message.msg_flags & MSG_TRUNC);
    /* a datagram of no bytes is one */
    wf_socket_buffer(wf_socket_receive(&io, &sockets[0], 0), bytes, sizeof bytes);
    ck_assert_int_eq(RUN(&io)->out, 0);
    ck_assert(!(io.message.msg_flags & MSG_TRUNC));
    /* an errno is the result: these buffers are too many */
    wf_socket_buffers(wf_socket_send(&io, &sockets[1], 0), pieces, TOO_MANY);
    ck_assert_int_eq(RUN(&io)->out, -EMSGSIZE);
    close_them(sockets);
    end_net();
}
END_TEST

/* G.156: errors of the wait. */
START_TEST(g156_a_socket_that_is_closed)
{
    struct wf_async_fd sockets[2];
    struct wf_socket_io io;
    char bytes[3];
    begin_net(_i);
    open_both(sockets, SOCK_STREAM);
    close_them(sockets);
    wf_socket_buffer(wf_socket_receive(&io, &sockets[0], 0), bytes, sizeof bytes);
    ck_assert_int_eq(RUN(&io)->out, WF_ECLOSED);
    ck_assert(wf_future_failed(&io.future));
    end_net();
}
END_TEST

static _Atomic int pipe_signals;

static void count_it(int number)
{
    (void)number;
    pipe_signals++;
}

/* G.157: with the signal's default this test would die; with a handler, it would be counted. */
START_TEST(g157_a_peer_that_is_gone_is_an_error)
{
    struct wf_async_fd sockets[2];
    struct wf_socket_io io;
    signal(SIGPIPE, count_it);
    begin_net(_i);
    open_both(sockets, SOCK_STREAM);
    wf_async_fd_close(&sockets[1]);
    for (int i = 0; i < 3; i++) {
        wf_socket_buffer(wf_socket_send(&io, &sockets[0], 0), "hello", 5);
        ck_assert_int_eq(RUN(&io)->out, -EPIPE);
    }
    ck_assert_int_eq(pipe_signals, 0);
    wf_async_fd_close(&sockets[0]);
    end_net();
}
END_TEST

/* G.158: nothing is there to be read, and nothing can be written: it does not wait for that, and tells no end. */
START_TEST(g158_no_bytes_are_moved_at_once)
{
    struct wf_async_fd sockets[2];
    struct wf_socket_io io;
    struct wf_test_task task;
    char byte;
    begin_net(0);
    open_both(sockets, SOCK_STREAM);
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            close_them(sockets);
        struct wf_socket_io *built =
            i % 2 ? wf_socket_send(&io, &sockets[0], 0) : wf_socket_receive(&io, &sockets[0], 0);
        wf_socket_is_stream(built);
        wf_socket_buffer(built, &byte, 0);
        wf_test_task_init(&task, &io.future);
        WF_EXPECT_READY(&task);
        ck_assert_int_eq(io.out, 0);
        expect_released(&task);
    }
    end_net();
}
END_TEST

TCase *socket_tests(void)
{
    TCase *tcase = tcase_create("socket");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g156_a_receive_waits_for_its_message, 0, KINDS);
    tcase_add_test(tcase, g156_the_message_says_what_the_call_said);
    tcase_add_loop_test(tcase, g156_a_socket_that_is_closed, 0, KINDS);
    tcase_add_loop_test(tcase, g157_a_peer_that_is_gone_is_an_error, 0, KINDS);
    tcase_add_test(tcase, g158_no_bytes_are_moved_at_once);
    return tcase;
}
