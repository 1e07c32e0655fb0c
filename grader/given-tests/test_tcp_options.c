/**
 * @file test_tcp_options.c
 * @brief What can be asked of a stream and set of it; and descriptors that come from elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"

/* G.190: taken, given back, and taken again; it blocked before. */
START_TEST(g190_descriptors_come_and_go)
{
    struct wf_tcp_stream stream;
    struct wf_socket_io read;
    struct wf_test_task task;
    char byte;
    begin_net(_i);
    int fd = connect_to_fd(&stream), other = wf_tcp_fd(&stream);
    for (int i = 0; i < 3; i++) {
        wf_test_task_init(&task, &wf_tcp_read(&read, &stream, &byte, 1)->future);
        WF_EXPECT_PENDING(&task);
        ck_assert_int_eq(wf_tcp_release(&stream), other);
        WF_EXPECT_READY(&task);
        ck_assert_int_eq(read.out, WF_ECLOSED);
        ck_assert_int_eq(wf_tcp_release(&stream), -1);
        ck_assert_int_eq(fcntl(other, F_SETFL, 0), 0);
        ck_assert_int_eq(wf_tcp_from_fd(&stream, other), 0);
        ck_assert_int_eq(fcntl(other, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
        put(fd, "still connected");
        expect_text(&stream, "still connected");
    }
    int second = dup(other);
    struct wf_tcp_stream twice;
    ck_assert_int_eq(wf_tcp_from_fd(&twice, other), -EEXIST); /* this very number is open */
    ck_assert_int_eq(fcntl(other, F_GETFD) >= 0, 1);
    close(second);
    wf_tcp_close(&stream);
    close(fd);
    end_net();
}
END_TEST

/* G.190: what is refused is the caller's, as it was. */
START_TEST(g190_others_are_refused)
{
    struct wf_tcp_stream stream;
    int pair[2];
    begin_net(_i);
    int fds[] = {an_event(), socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0, 0};
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds + 2), 0);
    const int errors[] = {-ENOTSOCK, -ENOTCONN, -EINVAL, -EINVAL};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(wf_tcp_from_fd(&stream, fds[i]), errors[i]);
        ck_assert_int_eq(wf_tcp_fd(&stream), -1);
        ck_assert_int_eq(close(fds[i]), 0);
    }
    ck_assert_int_eq(wf_tcp_from_fd(&stream, 250), -EBADF);
    open_tcp(pair);
    wf_alloc_fail_at(1);
    ck_assert_int_eq(wf_tcp_from_fd(&stream, pair[0]), WF_ENOMEM);
    put(pair[1], "x");
    ck_assert_int_eq(wf_tcp_from_fd(&stream, pair[0]), 0);
    expect_text(&stream, "x");
    wf_tcp_close(&stream);
    close(pair[1]);
    end_net();
}
END_TEST

/* G.191, G.192 */
START_TEST(g191_addresses_and_the_error)
{
    struct wf_tcp_stream ends[2];
    struct wf_address local[2], peer[2];
    begin_net(_i);
    connect_two(ends);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wf_tcp_local(&ends[i], &local[i]), 0);
        ck_assert_int_eq(wf_tcp_peer(&ends[i], &peer[i]), 0);
        ck_assert_int_eq(wf_tcp_error(&ends[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq((uint16_t)wf_address_port(&local[i]), (uint16_t)wf_address_port(&peer[1 - i]));
        ck_assert_uint_eq(local[i].length, sizeof(struct sockaddr_in));
    }
    ck_assert_uint_ne((uint16_t)wf_address_port(&local[0]), (uint16_t)wf_address_port(&local[1]));
    wf_tcp_abort(&ends[1]);
    ck_assert_int_eq(wf_tcp_peer(&ends[0], &peer[0]), -ENOTCONN);
    ck_assert_int_eq(wf_tcp_local(&ends[0], &local[0]), 0);
    wf_tcp_close(&ends[0]);
    end_net();
}
END_TEST

/* G.192: once. */
START_TEST(g192_the_error_is_taken)
{
    struct wf_tcp_stream ends[2];
    char byte;
    begin_net(_i);
    connect_two(ends);
    wf_tcp_abort(&ends[1]);
    ck_assert_int_eq(wf_tcp_error(&ends[0]), -ECONNRESET);
    ck_assert_int_eq(wf_tcp_error(&ends[0]), 0);
    ck_assert_int_eq(read_once(&ends[0], &byte, 1), 0); /* not the error again */
    wf_tcp_close(&ends[0]);
    ck_assert_int_eq(wf_tcp_error(&ends[0]), -EBADF);
    end_net();
}
END_TEST

static int asked(const struct wf_tcp_stream *stream, int level, int option)
{
    int value = -77;
    ck_assert_int_eq(wf_socket_get(wf_tcp_fd(stream), level, option, &value), 0);
    return value;
}

/* G.193: of both families. */
static void set_and_ask(struct wf_tcp_stream *stream, int hops_level, int hops_option)
{
    bool on;
    int value;
    unsigned milliseconds;
    struct wf_tcp_keepalive found;
    for (int i = 1; i >= 0; i--) {
        ck_assert_int_eq(wf_tcp_set_nodelay(stream, i), 0);
        ck_assert_int_eq(wf_tcp_nodelay(stream, &on), 0);
        ck_assert_int_eq(on, i);
        ck_assert_int_eq(asked(stream, IPPROTO_TCP, TCP_NODELAY) != 0, i);
        ck_assert_int_eq(wf_tcp_set_quickack(stream, i), 0);
        ck_assert_int_eq(wf_tcp_quickack(stream, &on), 0);
        ck_assert_int_eq(on, i);
        int timeout = i ? 12345 : 0;
        ck_assert_int_eq(wf_tcp_set_user_timeout(stream, (unsigned)timeout), 0);
        ck_assert_int_eq(wf_tcp_user_timeout(stream, &milliseconds), 0);
        ck_assert_uint_eq(milliseconds, (unsigned)timeout);
        ck_assert_int_eq(asked(stream, IPPROTO_TCP, TCP_USER_TIMEOUT), timeout);
    }
    struct wf_tcp_keepalive keepalive = {.on = true, .idle_s = 100, .interval_s = 20, .count = 3};
    ck_assert_int_eq(wf_tcp_set_keepalive(stream, &keepalive), 0);
    keepalive.idle_s = keepalive.count = 0; /* stay as they are */
    keepalive.interval_s = 21;
    ck_assert_int_eq(wf_tcp_set_keepalive(stream, &keepalive), 0);
    ck_assert_int_eq(wf_tcp_keepalive(stream, &found), 0);
    ck_assert(found.on && found.idle_s == 100 && found.interval_s == 21 && found.count == 3);
    ck_assert_int_eq(asked(stream, SOL_SOCKET, SO_KEEPALIVE), 1);
    ck_assert_int_eq(asked(stream, IPPROTO_TCP, TCP_KEEPIDLE), 100);
    keepalive = (struct wf_tcp_keepalive){.on = false};
    ck_assert_int_eq(wf_tcp_set_keepalive(stream, &keepalive), 0);
    ck_assert_int_eq(wf_tcp_keepalive(stream, &found), 0);
    ck_assert(!found.on);
    ck_assert_int_eq(wf_tcp_set_ttl(stream, 33), 0);
    ck_assert_int_eq(wf_tcp_ttl(stream, &value), 0);
    ck_assert_int_eq(value, 33);
    ck_assert_int_eq(asked(stream, hops_level, hops_option), 33);
    ck_assert_int_eq(wf_tcp_set_ttl(stream, 300), -EINVAL);
    ck_assert_int_eq(wf_tcp_set_receive_buffer(stream, 20000), 0);
    ck_assert_int_eq(wf_tcp_receive_buffer(stream, &value), 0);
    ck_assert_int_eq(value, 40000); /* Linux doubles it */
    ck_assert_int_eq(wf_tcp_set_send_buffer(stream, 30000), 0);
    ck_assert_int_eq(wf_tcp_send_buffer(stream, &value), 0);
    ck_assert_int_eq(value, 60000);
    ck_assert_int_eq(wf_tcp_receive_buffer(stream, &value), 0);
    ck_assert_int_eq(value, 40000);
}

START_TEST(g193_options_are_set_and_asked_for)
{
    struct wf_tcp_stream stream;
    struct wf_tcp_listener listener;
    struct wf_tcp_connect connect;
    struct wf_address address6 = at_port6(0);
    begin_net(0);
    int fd = connect_to_fd(&stream);
    set_and_ask(&stream, IPPROTO_IP, IP_TTL);
    wf_tcp_close(&stream);
    close(fd);
    int status = wf_tcp_listen(&listener, &address6, NULL); /* where there is no IPv6, it cannot be tested */
    if (status == 0) {
        ck_assert_int_eq(wf_tcp_listener_address(&listener, &address6), 0);
        ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address6, NULL))->out, 0);
        set_and_ask(&stream, IPPROTO_IPV6, IPV6_UNICAST_HOPS);
        wf_tcp_close(&stream);
        wf_tcp_listener_close(&listener);
    }
    end_net();
}
END_TEST

/* G.193: all zero is not descriptor 0. */
START_TEST(g193_one_that_is_not_open_has_none)
{
    struct wf_tcp_stream zero = {.fd = {.source = NULL}};
    struct wf_tcp_keepalive keepalive = {.on = true};
    struct wf_address address;
    bool on;
    int value;
    unsigned milliseconds;
    const int results[] = {
        wf_tcp_set_nodelay(&zero, true),
        wf_tcp_nodelay(&zero, &on),
        wf_tcp_set_keepalive(&zero, &keepalive),
        wf_tcp_keepalive(&zero, &keepalive),
        wf_tcp_set_linger(&zero, 0),
        wf_tcp_linger(&zero, &value),
        wf_tcp_set_ttl(&zero, 3),
        wf_tcp_ttl(&zero, &value),
        wf_tcp_set_receive_buffer(&zero, 1),
        wf_tcp_receive_buffer(&zero, &value),
        wf_tcp_set_send_buffer(&zero, 1),
        wf_tcp_send_buffer(&zero, &value),
        wf_tcp_set_quickack(&zero, true),
        wf_tcp_quickack(&zero, &on),
        wf_tcp_set_user_timeout(&zero, 1),
        wf_tcp_user_timeout(&zero, &milliseconds),
        wf_tcp_local(&zero, &address),
        wf_tcp_peer(&zero, &address),
        wf_tcp_shutdown(&zero, SHUT_WR),
        wf_tcp_error(&zero),
    };
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        ck_assert_msg(results[i] == -EBADF, "call %zu: %d", i, results[i]);
    ck_assert_int_eq(wf_tcp_release(&zero), -1);
    wf_tcp_close(&zero);
    wf_tcp_abort(&zero);
    ck_assert_int_ge(fcntl(0, F_GETFD), 0);
}
END_TEST

/* G.194 */
START_TEST(g194_a_close_never_blocks)
{
    struct wf_tcp_stream stream;
    struct linger linger;
    socklen_t size = sizeof linger;
    char byte;
    int seconds;
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    ck_assert_int_eq(wf_tcp_linger(&stream, &seconds), 0);
    ck_assert_int_eq(seconds, -1);
    ck_assert_int_eq(wf_tcp_set_linger(&stream, 1), -EINVAL);
    ck_assert_int_eq(getsockopt(wf_tcp_fd(&stream), SOL_SOCKET, SO_LINGER, &linger, &size), 0);
    ck_assert_int_eq(linger.l_onoff, 0);
    ck_assert_int_eq(wf_tcp_set_linger(&stream, 0), 0);
    ck_assert_int_eq(wf_tcp_linger(&stream, &seconds), 0);
    ck_assert_int_eq(seconds, 0);
    ck_assert_int_eq(wf_tcp_set_linger(&stream, -1), 0);
    ck_assert_int_eq(wf_tcp_linger(&stream, &seconds), 0);
    ck_assert_int_eq(seconds, -1);
    ck_assert_int_eq(wf_tcp_set_linger(&stream, 0), 0);
    wf_tcp_close(&stream);
    ck_assert_int_eq(read(fd, &byte, 1), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    close(fd);
    end_net();
}
END_TEST

TCase *tcp_options_tests(void)
{
    TCase *tcase = tcase_create("tcp options");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g190_descriptors_come_and_go, 0, KINDS);
    tcase_add_loop_test(tcase, g190_others_are_refused, 0, KINDS);
    tcase_add_loop_test(tcase, g191_addresses_and_the_error, 0, KINDS);
    tcase_add_loop_test(tcase, g192_the_error_is_taken, 0, KINDS);
    tcase_add_test(tcase, g193_options_are_set_and_asked_for);
    tcase_add_test(tcase, g193_one_that_is_not_open_has_none);
    tcase_add_loop_test(tcase, g194_a_close_never_blocks, 0, KINDS);
    return tcase;
}
