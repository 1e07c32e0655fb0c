/**
 * @file test_tcp_listener.c
 * @brief Listeners: their options, addresses, descriptors, and their end.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"

static int option_of(int fd, int level, int option)
{
    int value;
    ck_assert_int_eq(wf_socket_get(fd, level, option, &value), 0);
    return value;
}

/* G.170: what its options say, and nothing else. */
START_TEST(g170_it_is_as_its_options_say)
{
    struct wf_tcp_listener plain, special;
    const struct wf_tcp_listen_options options = {.backlog = 5,
                                                  .no_reuse_address = true,
                                                  .reuse_port = true,
                                                  .receive_buffer_bytes = 20000,
                                                  .send_buffer_bytes = 30000};
    begin_net(_i);
    (void)listen_here(&plain, NULL);
    (void)listen_here(&special, &options);
    ck_assert_int_eq(option_of(plain.fd.fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
    ck_assert_int_eq(option_of(plain.fd.fd, SOL_SOCKET, SO_REUSEADDR), 1);
    ck_assert_int_eq(option_of(plain.fd.fd, SOL_SOCKET, SO_REUSEPORT), 0);
    ck_assert_int_eq(fcntl(plain.fd.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(fcntl(plain.fd.fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    ck_assert_int_eq(option_of(special.fd.fd, SOL_SOCKET, SO_REUSEADDR), 0);
    ck_assert_int_eq(option_of(special.fd.fd, SOL_SOCKET, SO_REUSEPORT), 1);
    ck_assert_int_eq(option_of(special.fd.fd, SOL_SOCKET, SO_RCVBUF), 40000); /* Linux doubles it */
    ck_assert_int_eq(option_of(special.fd.fd, SOL_SOCKET, SO_SNDBUF), 60000);
    wf_tcp_listener_close(&plain);
    wf_tcp_listener_close(&special);
    end_net();
}
END_TEST

/* G.170: two share a port only where both say so; and IPv6 alone leaves the port of IPv4 free. */
START_TEST(g170_ports_are_shared_by_consent)
{
    struct wf_tcp_listener first, second;
    const struct wf_tcp_listen_options shared = {.reuse_port = true}, v6only = {.v6only = true};
    begin_net(0);
    struct wf_address address = listen_here(&first, NULL);
    ck_assert_int_eq(wf_tcp_listen(&second, &address, NULL), -EADDRINUSE);
    ck_assert_int_eq(wf_tcp_listen(&second, &address, &shared), -EADDRINUSE);
    ck_assert_ptr_null(second.fd.source);
    wf_tcp_listener_close(&first);
    address = listen_here(&first, &shared);
    ck_assert_int_eq(wf_tcp_listen(&second, &address, &shared), 0);
    wf_tcp_listener_close(&first);
    wf_tcp_listener_close(&second);

    struct wf_address any6 = at_port6(0);
    any6.as.ip6.sin6_addr = (struct in6_addr)IN6ADDR_ANY_INIT;
    int status = wf_tcp_listen(&first, &any6, &v6only);
    if (status != -EAFNOSUPPORT && status != -EADDRNOTAVAIL) {
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(option_of(first.fd.fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
        wf_tcp_listener_close(&first);
        ck_assert_int_eq(wf_tcp_listen(&first, &any6, NULL), 0);
        ck_assert_int_eq(option_of(first.fd.fd, IPPROTO_IPV6, IPV6_V6ONLY), 0);
        wf_tcp_listener_close(&first);
    }
    end_net();
}
END_TEST

/* G.170: a server that starts again has its port, although a connection of before lingers. */
START_TEST(g170_a_port_is_free_although_connections_linger)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    char byte;
    begin_net(0);
    struct wf_address address = listen_here(&listener, NULL);
    int fd = connect_fd(&address);
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, 0);
    wf_tcp_close(&accept.stream); /* first: so this side lingers */
    while (read(fd, &byte, 1) < 0)
        ck_assert_int_eq(errno, EAGAIN);
    close(fd);
    wf_tcp_listener_close(&listener);
    ck_assert_int_eq(
        wf_tcp_listen(&listener, &address, &(struct wf_tcp_listen_options){.no_reuse_address = true}),
        -EADDRINUSE);
    ck_assert_int_eq(wf_tcp_listen(&listener, &address, NULL), 0);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* G.170: whatever fails, no descriptor is left. */
START_TEST(g170_what_fails_leaves_nothing)
{
    struct wf_tcp_listener listener;
    struct wf_address of_unix = {.length = sizeof(struct sockaddr_un), .as.unix_name.sun_family = AF_UNIX};
    struct wf_address elsewhere = at_port(0), none = {0}, cut = at_port(0), free_port = at_port(0);
    elsewhere.as.ip4.sin_addr.s_addr = htonl(0xc0000201); /* of no interface; nothing is sent there */
    cut.length = 3;
    begin_net(_i);
    int before = open_descriptors();
    ck_assert_int_eq(wf_tcp_listen(&listener, &of_unix, NULL), -EAFNOSUPPORT);
    ck_assert_int_eq(wf_tcp_listen(&listener, &none, NULL), -EAFNOSUPPORT);
    ck_assert_int_eq(wf_tcp_listen(&listener, &elsewhere, NULL), -EADDRNOTAVAIL);
    ck_assert_int_eq(wf_tcp_listen(&listener, &cut, NULL), -EINVAL);
    int failures = 0;
    WF_FAIL_EACH_ALLOCATION(round)
    {
        int status = wf_tcp_listen(&listener, &free_port, NULL);
        failures += status == WF_ENOMEM;
        ck_assert(status == 0 || status == WF_ENOMEM);
        wf_tcp_listener_close(&listener);
        ck_assert_int_eq(open_descriptors(), before);
    }
    ck_assert_int_ge(failures, 1);
    end_net();
}
END_TEST

/* G.171: a descriptor that listens is taken, and comes back as it was; others are refused, and stay the caller's. */
START_TEST(g171_descriptors_come_and_go)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_address address;
    uint16_t port;
    int pair[2], event;
    begin_net(_i);
    int fd = listen_on_loopback(&port);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(wf_tcp_listener_from_fd(&listener, fd), 0);
        ck_assert_int_eq(wf_tcp_listener_address(&listener, &address), 0);
        ck_assert_uint_eq((uint16_t)wf_address_port(&address), port);
        int client = connect_fd(&address);
        ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, 0);
        wf_tcp_close(&accept.stream);
        close(client);
        ck_assert_int_eq(wf_tcp_listener_release(&listener), fd);
        ck_assert_int_eq(wf_tcp_listener_release(&listener), -1);
    }
    close(fd);
    open_tcp(pair);
    ck_assert_int_eq(wf_tcp_listener_from_fd(&listener, pair[0]), -EINVAL);
    close_both(pair);
    ck_assert_int_eq(wf_tcp_listener_from_fd(&listener, event = an_event()), -ENOTSOCK);
    close(event);
    ck_assert_int_eq(wf_tcp_listener_from_fd(&listener, 250), -EBADF);
    int seq = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); /* it listens, but is no stream */
    ck_assert_int_eq(bind(seq, &(struct sockaddr){.sa_family = AF_UNIX}, sizeof(sa_family_t)), 0);
    ck_assert_int_eq(listen(seq, 1), 0);
    ck_assert_int_eq(wf_tcp_listener_from_fd(&listener, seq), -EINVAL);
    close(seq);
    end_net();
}
END_TEST

/* G.172; of one that is not open, also where all is zero, no other file is asked. */
START_TEST(g172_it_tells_its_address)
{
    struct wf_tcp_listener listener, zero = {0};
    begin_net(0);
    struct wf_address address = listen_here(&listener, NULL), again;
    ck_assert_int_eq(address.as.any.sa_family, AF_INET);
    ck_assert_uint_eq(address.length, sizeof(struct sockaddr_in));
    ck_assert_uint_eq(ntohl(address.as.ip4.sin_addr.s_addr), INADDR_LOOPBACK);
    wf_tcp_listener_close(&listener);
    ck_assert_int_eq(wf_tcp_listen(&listener, &address, NULL), 0); /* the port that was told is the port */
    ck_assert_int_eq(wf_tcp_listener_address(&listener, &again), 0);
    ck_assert_uint_eq((uint16_t)wf_address_port(&again), (uint16_t)wf_address_port(&address));
    wf_tcp_listener_close(&listener);
    ck_assert_int_eq(wf_tcp_listener_address(&listener, &again), -EBADF);
    ck_assert_int_eq(wf_tcp_listener_address(&zero, &again), -EBADF);
    end_net();
}
END_TEST

/* G.173: those that wait, and those that come later. */
START_TEST(g173_after_a_close_each_accept_ends)
{
    enum { MANY = 5 };
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accepts[MANY], late;
    struct wf_test_task tasks[MANY];
    begin_net(_i);
    (void)listen_here(&listener, NULL);
    for (int i = 0; i < MANY; i++) {
        wf_test_task_init(&tasks[i], &wf_tcp_accept(&accepts[i], &listener)->future);
        WF_EXPECT_PENDING(&tasks[i]);
    }
    wf_tcp_listener_close(&listener);
    wf_tcp_listener_close(&listener);
    for (int i = 0; i < MANY; i++) {
        WF_EXPECT_READY(&tasks[i]);
        ck_assert_int_eq(accepts[i].out, WF_ECLOSED);
        expect_released(&tasks[i]);
    }
    ck_assert_int_eq(RUN(wf_tcp_accept(&late, &listener))->out, WF_ECLOSED);
    end_net();
}
END_TEST

TCase *tcp_listener_tests(void)
{
    TCase *tcase = tcase_create("tcp listener");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g170_it_is_as_its_options_say, 0, KINDS);
    tcase_add_test(tcase, g170_ports_are_shared_by_consent);
    tcase_add_test(tcase, g170_a_port_is_free_although_connections_linger);
    tcase_add_loop_test(tcase, g170_what_fails_leaves_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g171_descriptors_come_and_go, 0, KINDS);
    tcase_add_test(tcase, g172_it_tells_its_address);
    tcase_add_loop_test(tcase, g173_after_a_close_each_accept_ends, 0, KINDS);
    return tcase;
}
