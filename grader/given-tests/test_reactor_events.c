/**
 * @file test_reactor_events.c
 * @brief What the reactor notes down of each kind of descriptor.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watching.h"
#include "weft/detail/clock.h"

enum { BOTH = WF_READABLE | WF_WRITABLE, CLOSED = WF_READ_CLOSED | WF_WRITE_CLOSED };

/* G.151 */
START_TEST(g151_what_is_ready_at_the_beginning_is_told)
{
    int ends[2];
    begin_reactor();
    open_pair(ends);
    put(ends[1], "x");
    struct wf_source *source = watch_fd(ends[0], BOTH), *other = watch_fd(ends[1], BOTH);
    expect_bits(source, BOTH);
    expect_bits(other, WF_WRITABLE);
    unwatch(source);
    unwatch(other);
    close_both(ends);
    end_reactor();
}
END_TEST

/* G.151: an event each time, and none without. */
START_TEST(g151_events_are_edges)
{
    begin_reactor();
    int fd = an_event();
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    expect_bits(source, 0);
    for (uint64_t i = 1; i <= 5; i++) {
        ck_assert_int_eq(eventfd_write(fd, 1), 0); /* nobody has read the one before */
        expect_bits(source, WF_READABLE);
        ck_assert_uint_eq(ticks_of(source), i);
        ck_assert_int_eq(wf_park(&reactor->park, wf_clock_ns() + 100000), WF_PARK_TIMED_OUT);
    }
    clear_bits(source, WF_READABLE); /* not drained: it does not come back by itself */
    expect_bits(source, 0);
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

/* G.151 */
START_TEST(g151_a_pipe_that_has_room_again_is_writable)
{
    int ends[2];
    static char bytes[4096];
    begin_reactor();
    open_pipe(ends);
    struct wf_source *source = watch_fd(ends[1], WF_WRITABLE);
    expect_bits(source, WF_WRITABLE);
    while (write(ends[1], bytes, sizeof bytes) > 0)
        continue;
    clear_bits(source, WF_WRITABLE);
    expect_bits(source, 0);
    drain(ends[0]);
    expect_bits(source, WF_WRITABLE);
    unwatch(source);
    close_both(ends);
    end_reactor();
}
END_TEST

/* G.151: the other side of a socket writes no more; then it is gone. */
START_TEST(g151_half_closed_then_closed)
{
    int ends[2];
    begin_reactor();
    if (_i)
        open_tcp(ends);
    else
        open_pair(ends);
    struct wf_source *source = watch_fd(ends[0], BOTH);
    expect_bits(source, WF_WRITABLE);
    ck_assert_int_eq(shutdown(ends[1], SHUT_WR), 0);
    park_until(source, WF_READ_CLOSED);
    expect_bits(source, BOTH | WF_READ_CLOSED);
    ck_assert_int_eq(shutdown(ends[0], SHUT_WR), 0);
    park_until(source, CLOSED);
    expect_bits(source, BOTH | CLOSED);
    unwatch(source);
    close_both(ends);
    end_reactor();
}
END_TEST

/* G.151: a pipe whose writer is gone, with bytes left: closed already, and its reader finds them, and then the end. */
START_TEST(g151_a_hung_up_pipe_keeps_what_is_left)
{
    int ends[2];
    char bytes[8];
    begin_reactor();
    open_pipe(ends);
    struct wf_source *source = watch_fd(ends[0], WF_READABLE);
    put(ends[1], "left");
    close(ends[1]);
    expect_bits(source, WF_READABLE | CLOSED);
    ck_assert_int_eq(read(ends[0], bytes, sizeof bytes), 4);
    clear_bits(source, WF_READABLE); /* a short read; the closed bits stay, so the next wait is served */
    expect_bits(source, CLOSED);
    ck_assert_uint_ne(wf_serves(wf_readiness_look(&source->readiness), WF_READABLE), 0);
    ck_assert_int_eq(read(ends[0], bytes, sizeof bytes), 0);
    unwatch(source);
    close(ends[0]);
    end_reactor();
}
END_TEST

/* G.151 */
START_TEST(g151_a_pipe_whose_reader_is_gone)
{
    int ends[2];
    begin_reactor();
    open_pipe(ends);
    struct wf_source *source = watch_fd(ends[1], WF_WRITABLE);
    expect_bits(source, WF_WRITABLE);
    clear_bits(source, WF_WRITABLE);
    close(ends[0]);
    expect_bits(source, WF_WRITABLE | WF_ERROR | WF_WRITE_CLOSED);
    unwatch(source);
    close(ends[1]);
    end_reactor();
}
END_TEST

static int error_of(int fd)
{
    int error = -1;
    socklen_t length = sizeof error;
    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    return error;
}

/* G.151: the other side resets while bytes of it are unread. */
START_TEST(g151_a_reset)
{
    int ends[2];
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    begin_reactor();
    open_tcp(ends);
    put(ends[1], "unread");
    struct wf_source *source = watch_fd(ends[0], BOTH);
    park_until(source, BOTH);
    ck_assert_int_eq(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
    close(ends[1]);
    park_until(source, CLOSED);
    expect_bits(source, BOTH | WF_ERROR | CLOSED);
    ck_assert_int_eq(error_of(ends[0]), ECONNRESET);
    unwatch(source);
    close(ends[0]);
    end_reactor();
}
END_TEST

/* G.151: data out of band; a source that did not ask for it is not told. */
START_TEST(g151_priority_data)
{
    int ends[2], others[2];
    begin_reactor();
    open_tcp(ends);
    open_tcp(others);
    struct wf_source *source = watch_fd(ends[0], WF_PRIORITY), *other = watch_fd(others[0], WF_READABLE);
    expect_bits(source, 0);
    ck_assert_int_eq(send(others[1], "!", 1, MSG_OOB), 1);
    ck_assert_int_eq(send(ends[1], "!", 1, MSG_OOB), 1);
    park_until(source, WF_PRIORITY);
    expect_bits(source, WF_PRIORITY);
    ck_assert_uint_eq(bits_of(other) & WF_PRIORITY, 0);
    char byte;
    ck_assert_int_eq(recv(ends[0], &byte, 1, MSG_OOB), 1);
    clear_bits(source, WF_PRIORITY);
    expect_bits(source, 0);
    ck_assert_int_eq(send(ends[1], "?", 1, MSG_OOB), 1);
    park_until(source, WF_PRIORITY);
    unwatch(source);
    unwatch(other);
    close_both(ends);
    close_both(others);
    end_reactor();
}
END_TEST

/* G.151: nobody listens: a connect is refused, and a datagram comes back as an error, by which no side is closed. */
START_TEST(g151_refused)
{
    uint16_t port;
    begin_reactor();
    int listener = listen_on_loopback(&port);
    const struct sockaddr_in address = loopback_at(port);
    close(listener); /* nobody has the port for datagrams either: it was drawn at random */
    bool stream = _i == 0;
    int fd = socket(AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int status = connect(fd, (const struct sockaddr *)&address, sizeof address);
    ck_assert(status == 0 || errno == EINPROGRESS || errno == ECONNREFUSED);
    struct wf_source *source = watch_fd(fd, BOTH | WF_ERROR);
    if (!stream) {
        expect_bits(source, WF_WRITABLE);
        ck_assert_int_eq(send(fd, "x", 1, 0), 1);
    }
    park_until(source, WF_ERROR);
    expect_bits(source, BOTH | WF_ERROR | (stream ? CLOSED : 0u));
    ck_assert_int_eq(error_of(fd), ECONNREFUSED);
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

/* G.151: sockets that listen. */
START_TEST(g151_a_connection_to_accept)
{
    uint16_t port;
    begin_reactor();
    int listener = listen_on_loopback(&port), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = loopback_at(port);
    struct wf_source *source = watch_fd(listener, WF_READABLE);
    expect_bits(source, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    park_until(source, WF_READABLE);
    expect_bits(source, WF_READABLE);
    unwatch(source);
    close(listener);
    close(fd);
    end_reactor();
}
END_TEST

TCase *reactor_events_tests(void)
{
    TCase *tcase = tcase_create("reactor events");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g151_what_is_ready_at_the_beginning_is_told);
    tcase_add_test(tcase, g151_events_are_edges);
    tcase_add_test(tcase, g151_a_pipe_that_has_room_again_is_writable);
    tcase_add_loop_test(tcase, g151_half_closed_then_closed, 0, 2);
    tcase_add_test(tcase, g151_a_hung_up_pipe_keeps_what_is_left);
    tcase_add_test(tcase, g151_a_pipe_whose_reader_is_gone);
    tcase_add_test(tcase, g151_a_reset);
    tcase_add_test(tcase, g151_priority_data);
    tcase_add_loop_test(tcase, g151_refused, 0, 2);
    tcase_add_test(tcase, g151_a_connection_to_accept);
    return tcase;
}
