/**
 * @file test_udp_options.c
 * @brief Options of UDP sockets, broadcast, and groups: on loopback, of both families.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "datagrams.h"
#include "weft/error.h"

/* --- options --- */

static void expect_values(struct side *side, enum wf_udp_option option, int at_first, int then)
{
    int value = -2;
    ck_assert_int_eq(wf_udp_get(&side->udp, option, &value), 0);
    ck_assert_int_eq(value, at_first);
    ck_assert_int_eq(wf_udp_set(&side->udp, option, then), 0);
    ck_assert_int_eq(wf_udp_get(&side->udp, option, &value), 0);
    ck_assert_int_eq(value, then);
}

static void expect_options(struct side *side)
{
    int value;
    expect_values(side, WF_UDP_BROADCAST, 0, 1);
    expect_values(side, WF_UDP_TTL, 64, 7);
    expect_values(side, WF_UDP_TRAFFIC_CLASS, 0, 0xb8);
    expect_values(side, WF_UDP_MULTICAST_LOOP, 1, 0);
    expect_values(side, WF_UDP_MULTICAST_TTL, 1, 9);
    ck_assert_int_eq(wf_udp_set(&side->udp, WF_UDP_RECEIVE_BUFFER, 20000), 0);
    ck_assert_int_eq(wf_udp_get(&side->udp, WF_UDP_RECEIVE_BUFFER, &value), 0);
    ck_assert_int_eq(value, 40000);
    ck_assert_int_eq(wf_udp_set(&side->udp, WF_UDP_SEND_BUFFER, 30000), 0);
    ck_assert_int_eq(wf_udp_get(&side->udp, WF_UDP_SEND_BUFFER, &value), 0);
    ck_assert_int_eq(value, 60000);
    ck_assert_int_eq(wf_udp_set(&side->udp, WF_UDP_TTL, 256), -EINVAL);
    ck_assert_int_eq(wf_udp_set(&side->udp, WF_UDP_OPTIONS, 1), -EINVAL);
    ck_assert_int_eq(wf_udp_get(&side->udp, WF_UDP_OPTIONS, &value), -EINVAL);
}

START_TEST(g242_each_option_is_the_kernels)
{
    struct side side;
    struct wf_address local = ip6_loopback(0);
    begin_runtime(_i);
    bind_side(&side);
    expect_options(&side);
    int value;
    ck_assert_int_eq(wf_socket_get(side.udp.socket.fd, IPPROTO_IP, IP_TTL, &value), 0);
    ck_assert_int_eq(value, 7);
    ck_assert_int_eq(wf_socket_get(side.udp.socket.fd, IPPROTO_IP, IP_MULTICAST_TTL, &value), 0);
    ck_assert_int_eq(value, 9);
    wf_udp_close(&side.udp);
    if (has_ip6()) {
        bind_side_with(&side, &local, NULL);
        expect_options(&side);
        ck_assert_int_eq(wf_socket_get(side.udp.socket.fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &value), 0);
        ck_assert_int_eq(value, 7);
        ck_assert_int_eq(wf_socket_get(side.udp.socket.fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &value), 0);
        ck_assert_int_eq(value, 9);
        wf_udp_close(&side.udp);
    }
    end_runtime();
}
END_TEST

START_TEST(g242_the_ttl_is_in_what_is_sent)
{
    struct side one, other;
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    begin_runtime(_i);
    bind_side(&one);
    bind_side(&other);
    ck_assert_int_eq(wf_udp_set(&one.udp, WF_UDP_TTL, 7), 0);
    ck_assert_int_eq(wf_socket_set(other.udp.socket.fd, IPPROTO_IP, IP_RECVTTL, 1), 0);
    send_text(&one, &other.local, "a");
    wf_udp_receive(&other.io, &other.udp, other.bytes, sizeof other.bytes);
    other.io.message.msg_control = &control; /* what comes beside the data */
    other.io.message.msg_controllen = sizeof control;
    ck_assert_int_eq(run_io(&other.io), 1);
    const struct cmsghdr *told = CMSG_FIRSTHDR(&other.io.message);
    ck_assert_ptr_nonnull(told);
    ck_assert_int_eq(told->cmsg_type, IP_TTL);
    int ttl;
    memcpy(&ttl, CMSG_DATA(told), sizeof ttl);
    ck_assert_int_eq(ttl, 7);
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    end_runtime();
}
END_TEST

START_TEST(g242_a_broadcast_needs_the_option)
{
    struct side one, other;
    struct wf_address local = ip4_any(0), all;
    begin_runtime(_i);
    bind_side_with(&other, &local, NULL);
    bind_side(&one);
    all = ip4_any((uint16_t)wf_address_port(&other.local));
    all.as.ip4.sin_addr.s_addr = inet_addr("127.255.255.255");
    ck_assert_int_eq(run_io(wf_udp_send_to(&one.io, &one.udp, "a", 1, &all)), -EACCES);
    ck_assert_int_eq(wf_udp_set(&one.udp, WF_UDP_BROADCAST, 1), 0);
    send_text(&one, &all, "b");
    receive_text(&other, "b", &one.local);
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    end_runtime();
}
END_TEST

/* --- groups --- */

static struct wf_address group_of(const char *text, uint16_t port)
{
    struct wf_address group = ip4_any(port);
    group.as.ip4.sin_addr.s_addr = inet_addr(text);
    return group;
}

static struct wf_address group6_of(const char *text, uint16_t port)
{
    struct wf_address group = ip6_loopback(port);
    ck_assert_int_eq(inet_pton(AF_INET6, text, &group.as.ip6.sin6_addr), 1);
    return group;
}

static void expect_joined_and_left(struct side *side, const struct wf_address *group, unsigned lo)
{
    ck_assert_int_eq(wf_udp_leave(&side->udp, group, lo), -EADDRNOTAVAIL);
    ck_assert_int_eq(wf_udp_join(&side->udp, group, lo), 0);
    ck_assert_int_eq(wf_udp_join(&side->udp, group, lo), -EADDRINUSE);
    ck_assert_int_eq(wf_udp_leave(&side->udp, group, lo), 0);
    ck_assert_int_eq(wf_udp_leave(&side->udp, group, lo), -EADDRNOTAVAIL);
    ck_assert_int_eq(wf_udp_join(&side->udp, group, 1000000), -ENODEV);
}

START_TEST(g243_a_group_is_received_until_it_is_left)
{
    struct side sender, one, other;
    const struct wf_udp_options shared = {.reuse_address = true};
    struct wf_address local = ip4_any(0), group;
    unsigned lo = if_nametoindex("lo");
    begin_runtime(_i);
    bind_side(&sender);
    ck_assert_int_eq(wf_udp_multicast_interface(&sender.udp, lo), 0);
    ck_assert_int_eq(wf_udp_multicast_interface(&sender.udp, 1000000), -EADDRNOTAVAIL);
    bind_side_with(&one, &local, &shared);
    bind_side_with(&other, &one.local, &shared); /* at the same port, and in no group */
    group = group_of("239.255.77.1", (uint16_t)wf_address_port(&one.local));
    expect_joined_and_left(&one, &group, lo);
    send_text(&sender, &group, "not yet");
    ck_assert_int_eq(wf_udp_join(&one.udp, &group, lo), 0);
    send_text(&sender, &group, "a");
    receive_text(&one, "a", &sender.local);
    expect_nothing(&one);
    expect_nothing(&other);
    ck_assert_int_eq(wf_udp_join(&other.udp, &group, lo), 0);
    send_text(&sender, &group, "b");
    receive_text(&one, "b", &sender.local);
    receive_text(&other, "b", &sender.local);
    ck_assert_int_eq(wf_udp_leave(&one.udp, &group, lo), 0);
    send_text(&sender, &group, "c");
    receive_text(&other, "c", &sender.local);
    expect_nothing(&one);
    struct wf_address no_group = ip4_loopback(0), of_ip6 = group6_of("ff02::7:7", 0);
    ck_assert_int_eq(wf_udp_join(&one.udp, &no_group, lo), -EINVAL);
    ck_assert_int_eq(wf_udp_join(&one.udp, &of_ip6, lo), -EINVAL);
    wf_udp_close(&sender.udp);
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    end_runtime();
}
END_TEST

/* Whether any socket of this machine has joined that group on loopback. */
static bool has_joined_on_lo(const char *group_as_hex)
{
    char line[128];
    bool has = false;
    FILE *groups = fopen("/proc/net/igmp6", "re");
    ck_assert_ptr_nonnull(groups);
    while (fgets(line, sizeof line, groups))
        has |= strstr(line, "lo ") && strstr(line, group_as_hex);
    fclose(groups);
    return has;
}

/* Loopback has no route to groups of IPv6, and where it is given one nothing comes out of it: what the kernel knows must do. */
START_TEST(g243_a_group_of_ip6)
{
    static const char as_hex[] = "ff010000000000000000000000070007";
    struct side side;
    struct wf_address local = ip6_loopback(0), group = group6_of("ff01::7:7", 0), of_ip4;
    unsigned lo = if_nametoindex("lo");
    if (!has_ip6())
        return;
    begin_runtime(_i);
    bind_side_with(&side, &local, NULL);
    ck_assert_int_eq(wf_udp_multicast_interface(&side.udp, lo), 0);
    int value = 0;
    ck_assert_int_eq(wf_socket_get(side.udp.socket.fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &value), 0);
    ck_assert_int_eq(value, (int)lo);
#ifdef IPV6_MULTICAST_ALL
    ck_assert_int_eq(wf_socket_get(side.udp.socket.fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &value), 0);
    ck_assert_int_eq(value, 0); /* nothing of groups that others have joined */
#endif
    ck_assert_int_eq(wf_udp_multicast_interface(&side.udp, 1000000), -ENODEV);
    of_ip4 = group_of("239.255.77.1", 0);
    ck_assert_int_eq(wf_udp_join(&side.udp, &of_ip4, lo), -EINVAL);
    expect_joined_and_left(&side, &group, lo);
    ck_assert(!has_joined_on_lo(as_hex));
    ck_assert_int_eq(wf_udp_join(&side.udp, &group, lo), 0);
    ck_assert(has_joined_on_lo(as_hex));
    wf_udp_close(&side.udp);
    ck_assert(!has_joined_on_lo(as_hex));
    end_runtime();
}
END_TEST

TCase *udp_options_tests(void)
{
    TCase *tcase = tcase_create("udp options");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g242_each_option_is_the_kernels, 0, 2);
    tcase_add_loop_test(tcase, g242_the_ttl_is_in_what_is_sent, 0, 2);
    tcase_add_loop_test(tcase, g242_a_broadcast_needs_the_option, 0, 2);
    tcase_add_loop_test(tcase, g243_a_group_is_received_until_it_is_left, 0, 2);
    tcase_add_loop_test(tcase, g243_a_group_of_ip6, 0, 2);
    return tcase;
}
