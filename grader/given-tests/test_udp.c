/**
 * @file test_udp.c
 * @brief UDP sockets: bound, connected, adopted, released, closed, shut down; on both kinds of runtime.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "datagrams.h"
#include "weft/alloc.h"
#include "weft/error.h"

/* --- bound --- */

static void expect_option(const struct side *side, int level, int option, int expected)
{
    int value = -1;
    ck_assert_int_eq(wf_socket_get(side->udp.socket.fd, level, option, &value), 0);
    ck_assert_int_eq(value, expected);
}

static void bind_fails(const struct wf_address *local, int expected)
{
    struct wf_udp udp;
    int before = open_descriptors();
    ck_assert_int_eq(bind_status(&udp, local, NULL), expected);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_int_eq(wf_udp_release(&udp), -1);
    wf_udp_close(&udp);
}

START_TEST(g230_a_bind_that_fails_says_why)
{
    struct side side;
    const struct wf_address of_unix = {.length = sizeof(sa_family_t), .as.any.sa_family = AF_UNIX};
    const struct wf_address none = {.length = 0};
    struct wf_address elsewhere = ip4_any(0), local = ip4_loopback(0);
    elsewhere.as.ip4.sin_addr.s_addr = inet_addr("192.0.2.1"); /* of TEST-NET-1: no machine has it */
    begin_runtime(_i);
    bind_side(&side);
    bind_fails(&side.local, -EADDRINUSE);
    bind_fails(&of_unix, -EAFNOSUPPORT);
    bind_fails(&none, -EAFNOSUPPORT);
    bind_fails(&elsewhere, -EADDRNOTAVAIL);
    (void)wf_alloc_fail_at(1);
    bind_fails(&local, WF_ENOMEM);
    wf_udp_close(&side.udp);
    end_runtime();
}
END_TEST

START_TEST(g230_options_are_set_before_the_bind)
{
    struct side one, other;
    const struct wf_udp_options all = {.reuse_address = true,
                                       .reuse_port = true,
                                       .broadcast = true,
                                       .receive_buffer_bytes = 20000,
                                       .send_buffer_bytes = 30000};
    const struct wf_udp_options each[] = {{.reuse_address = true}, {.reuse_port = true}};
    struct wf_address local = ip4_loopback(0);
    begin_runtime(_i);
    bind_side(&one);
    ck_assert_int_eq(fcntl(one.udp.socket.fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_ne(fcntl(one.udp.socket.fd, F_GETFL) & O_NONBLOCK, 0);
    expect_option(&one, SOL_SOCKET, SO_REUSEADDR, 0);
    expect_option(&one, SOL_SOCKET, SO_REUSEPORT, 0);
    expect_option(&one, SOL_SOCKET, SO_BROADCAST, 0);
    wf_udp_close(&one.udp);
    bind_side_with(&one, &local, &all);
    expect_option(&one, SOL_SOCKET, SO_RCVBUF, 40000); /* the kernel doubles it */
    expect_option(&one, SOL_SOCKET, SO_SNDBUF, 60000);
    expect_option(&one, SOL_SOCKET, SO_BROADCAST, 1);
    wf_udp_close(&one.udp);
    for (int i = 0; i < 2; i++) { /* two sockets at one port */
        bind_side_with(&one, &local, &each[i]);
        bind_side_with(&other, &one.local, &each[i]);
        ck_assert(wf_address_equal(&one.local, &other.local));
        wf_udp_close(&one.udp);
        wf_udp_close(&other.udp);
    }
    end_runtime();
}
END_TEST

START_TEST(g230_ip6_with_ip4_and_without)
{
    struct side one, other;
    const struct wf_udp_options only6 = {.v6only = true};
    struct wf_address local = ip6_loopback(0), beside;
    if (!has_ip6())
        return;
    begin_runtime(_i);
    local.as.ip6.sin6_addr = in6addr_any;
    bind_side_with(&one, &local, &only6);
    beside = ip4_any((uint16_t)wf_address_port(&one.local));
    bind_side_with(&other, &beside, NULL);
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    bind_side_with(&one, &local, NULL);
    beside = ip4_any((uint16_t)wf_address_port(&one.local));
    bind_fails(&beside, -EADDRINUSE);
    wf_udp_close(&one.udp);
    end_runtime();
}
END_TEST

/* --- connected --- */

START_TEST(g237_a_peer_and_none_again)
{
    struct side side;
    struct wf_address ours = ip4_loopback(0), first, second, told;
    begin_runtime(_i);
    if (_i == 1)
        ours = ip4_any(0);
    bind_side_with(&side, &ours, NULL);
    ours = side.local;
    struct wf_address here = ip4_loopback((uint16_t)wf_address_port(&ours));
    int one = plain_socket(&first), other = plain_socket(&second);
    ck_assert_int_eq(wf_udp_peer(&side.udp, &told), -ENOTCONN);
    ck_assert_int_eq(wf_udp_disconnect(&side.udp), 0); /* of no peer: nothing */
    plain_send(other, &here, "before");
    for (int i = 0; i < 2; i++) { /* anew, without a disconnect: the port stays */
        ck_assert_int_eq(wf_udp_connect(&side.udp, i == 0 ? &second : &first), 0);
        ck_assert_int_eq(wf_udp_local(&side.udp, &told), 0);
        ck_assert(wf_address_equal(&told, &here));
    }
    ck_assert_int_eq(wf_udp_peer(&side.udp, &told), 0);
    ck_assert(wf_address_equal(&told, &first));
    plain_send(other, &here, "dropped");
    plain_send(one, &here, "a");
    receive_text(&side, "before", &second);
    receive_text(&side, "a", &first);
    expect_nothing(&side);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "b", 1)), 1);
    plain_expect(one, "b");
    send_text(&side, &second, "c"); /* to another, nevertheless */
    plain_expect(other, "c");
    ck_assert_int_eq(wf_udp_connect(&side.udp, &(struct wf_address){.length = 16}), -EAFNOSUPPORT);
    ck_assert_int_eq(wf_udp_peer(&side.udp, &told), 0);

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(wf_udp_disconnect(&side.udp), 0);
    ck_assert_int_eq(wf_udp_peer(&side.udp, &told), -ENOTCONN);
    ck_assert_int_eq(wf_udp_local(&side.udp, &told), 0);
    ck_assert(wf_address_equal(&told, &ours)); /* also the port, which the kernel has chosen */
    plain_send(other, &here, "d");
    receive_text(&side, "d", &second);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "e", 1)), -EDESTADDRREQ);
    wf_udp_close(&side.udp);
    close(one);
    close(other);
    end_runtime();
}
END_TEST

START_TEST(g237_a_peer_of_ip6)
{
    struct side one, other;
    struct wf_address local = ip6_loopback(0), told;
    if (!has_ip6())
        return;
    begin_runtime(_i);
    bind_side_with(&one, &local, NULL);
    bind_side_with(&other, &local, NULL);
    ck_assert_int_eq(wf_udp_connect(&one.udp, &other.local), 0);
    ck_assert_int_eq(run_io(wf_udp_send(&one.io, &one.udp, "a", 1)), 1);
    receive_text(&other, "a", &one.local);
    ck_assert_int_eq(wf_udp_disconnect(&one.udp), 0);
    ck_assert_int_eq(wf_udp_local(&one.udp, &told), 0);
    ck_assert(wf_address_equal(&told, &one.local));
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    end_runtime();
}
END_TEST

/* Of one that is not open, all zero, the number is that of standard input: nothing may be done to that. */
START_TEST(g237_what_is_not_open_is_no_descriptor)
{
    struct wf_udp udp = {.socket = {.fd = 0}};
    struct wf_address peer;
    int value, plain = plain_socket(&peer);
    ck_assert_int_eq(dup2(plain, STDIN_FILENO), STDIN_FILENO);
    close(plain);
    ck_assert_int_eq(wf_udp_connect(&udp, &peer), -EBADF);
    ck_assert_int_eq(wf_udp_disconnect(&udp), -EBADF);
    ck_assert_int_eq(wf_udp_local(&udp, &peer), -EBADF);
    ck_assert_int_eq(wf_udp_peer(&udp, &peer), -EBADF);
    ck_assert_int_eq(wf_udp_take_error(&udp), -EBADF);
    ck_assert_int_eq(wf_udp_get(&udp, WF_UDP_TTL, &value), -EBADF);
    ck_assert_int_eq(wf_udp_set(&udp, WF_UDP_TTL, 3), -EBADF);
    ck_assert_int_eq(wf_udp_multicast_interface(&udp, 0), -EBADF);
    ck_assert_int_eq(wf_udp_release(&udp), -1);
    wf_udp_close(&udp);
    ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0);
}
END_TEST

/* --- adopted, released, closed, shut down --- */

START_TEST(g244_only_a_datagram_socket_is_adopted)
{
    struct side side;
    struct wf_address peer;
    int pair[2], plain;
    begin_runtime(_i);
    open_pair(pair);
    ck_assert_int_eq(adopt_status(&side.udp, pair[0]), -EINVAL);
    close_both(pair);
    open_pipe(pair);
    ck_assert_int_eq(adopt_status(&side.udp, pair[0]), -EINVAL);
    close_both(pair);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(adopt_status(&side.udp, pair[0]), -EINVAL);
    close_both(pair);
    uint16_t port;
    pair[0] = listen_on_loopback(&port);
    ck_assert_int_eq(adopt_status(&side.udp, pair[0]), -EINVAL);
    close(pair[0]);
    ck_assert_int_eq(adopt_status(&side.udp, -1), -EBADF);
    plain = plain_socket(&peer);
    ck_assert_int_eq(adopt_status(&side.udp, plain), 0);
    send_text(&side, &peer, "to itself");
    receive_text(&side, "to itself", &peer);
    ck_assert_int_eq(wf_udp_release(&side.udp), plain);
    ck_assert_int_eq(wf_udp_release(&side.udp), -1);
    plain_send(plain, &peer, "a");
    plain_expect(plain, "a");
    ck_assert_int_eq(adopt_status(&side.udp, plain), 0);
    wf_udp_close(&side.udp);
    ck_assert_int_eq(fcntl(plain, F_GETFD), -1);
    end_runtime();
}
END_TEST

START_TEST(g244_what_waits_is_closed)
{
    struct side side;
    begin_runtime(_i);
    for (int released = 0; released < 2; released++) {
        bind_side(&side);
        wf_udp_receive_from(&side.io, &side.udp, side.bytes, sizeof side.bytes, &side.from);
        expect_pending(&side.io.future);
        if (released)
            close(wf_udp_release(&side.udp));
        else
            wf_udp_close(&side.udp);
        ck_assert_int_eq(run_io(&side.io), WF_ECLOSED);
        ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 1)), WF_ECLOSED);
        ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "a", 1)), WF_ECLOSED);
    }
    end_runtime();
}
END_TEST

/* The kernel says EAGAIN there, and no event will come: neither a wait nor a loop is of use. */
START_TEST(g244_what_is_shut_down_is_received_to_its_end)
{
    struct side side;
    struct wf_address peer;
    begin_runtime(_i);
    int plain = plain_socket(&peer);
    bind_side(&side);
    ck_assert_int_eq(wf_udp_connect(&side.udp, &peer), 0);
    plain_send(plain, &side.local, "a");
    ck_assert_int_eq(shutdown(side.udp.socket.fd, SHUT_RD), 0);
    receive_text(&side, "a", &peer);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 1)), WF_ECLOSED);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "b", 1)), 1); /* the other side is open */
    wf_udp_close(&side.udp);

    bind_side(&side);
    wf_udp_receive(&side.io, &side.udp, side.bytes, 1);
    expect_pending(&side.io.future);
    ck_assert_int_eq(wf_udp_connect(&side.udp, &peer), 0);
    ck_assert_int_eq(shutdown(side.udp.socket.fd, SHUT_RDWR), 0);
    ck_assert_int_eq(run_io(&side.io), WF_ECLOSED);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "b", 1)), -EPIPE);
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

TCase *udp_tests(void)
{
    TCase *tcase = tcase_create("udp");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g230_a_bind_that_fails_says_why, 0, 2);
    tcase_add_loop_test(tcase, g230_options_are_set_before_the_bind, 0, 2);
    tcase_add_loop_test(tcase, g230_ip6_with_ip4_and_without, 0, 2);
    tcase_add_loop_test(tcase, g237_a_peer_and_none_again, 0, 2);
    tcase_add_loop_test(tcase, g237_a_peer_of_ip6, 0, 2);
    tcase_add_test(tcase, g237_what_is_not_open_is_no_descriptor);
    tcase_add_loop_test(tcase, g244_only_a_datagram_socket_is_adopted, 0, 2);
    tcase_add_loop_test(tcase, g244_what_waits_is_closed, 0, 2);
    tcase_add_loop_test(tcase, g244_what_is_shut_down_is_received_to_its_end, 0, 2);
    return tcase;
}
