/**
 * @file test_udp.c
 * @brief UDP sockets: bound, adopted, connected, closed; one datagram at a time, of all lengths; on both kinds of runtime.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "datagrams.h"
#include "weft/alloc.h"
#include "weft/error.h"

enum { IP6_MTU = 1280, LONGEST = 65507 };

static char large[LONGEST + 1];

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
        ck_assert(same_address(&one.local, &other.local));
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
    beside = ip4_any(port_of(&one.local));
    bind_side_with(&other, &beside, NULL);
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    bind_side_with(&one, &local, NULL);
    beside = ip4_any(port_of(&one.local));
    bind_fails(&beside, -EADDRINUSE);
    wf_udp_close(&one.udp);
    end_runtime();
}
END_TEST

/* --- received --- */

START_TEST(g231_datagrams_come_one_by_one)
{
    static const char *const texts[] = {"a", "", "", "bb", "", "ccc"};
    struct side side;
    struct wf_address sender;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&sender);
    for (int i = 0; i < 6; i++)
        plain_send(plain, &side.local, texts[i]);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes)),
                         (int64_t)strlen(texts[i]));
        ck_assert_mem_eq(side.bytes, texts[i], strlen(texts[i]));
    }
    /* one that waits already, and then an empty one comes */
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    expect_pending(&side.io);
    plain_send(plain, &side.local, "");
    ck_assert_int_eq(run_io(&side.io), 0);
    expect_nothing(&side);
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

START_TEST(g232_what_is_cut_keeps_what_fits)
{
    struct side side;
    struct wf_address sender;
    struct iovec pieces[] = {{side.bytes, 2}, {side.bytes + 32, 3}};
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&sender);
    for (int i = 0; i < 5; i++)
        plain_send(plain, &side.local, "0123456789");
    ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 3)), 3);
    ck_assert(wf_udp_is_cut(&side.io));
    ck_assert_mem_eq(side.bytes, "012", 3);
    wf_udp_receive(&side.io, &side.udp, side.bytes, 3);
    side.io.flags |= MSG_TRUNC;
    ck_assert_int_eq(run_io(&side.io), 10);
    ck_assert(wf_udp_is_cut(&side.io));
    ck_assert_mem_eq(side.bytes, "012", 3);
    ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 10)), 10);
    ck_assert(!wf_udp_is_cut(&side.io));
    wf_udp_receive(&side.io, &side.udp, NULL, 0);
    wf_socket_buffers(&side.io, pieces, 2);
    ck_assert_int_eq(run_io(&side.io), 5);
    ck_assert(wf_udp_is_cut(&side.io));
    ck_assert_mem_eq(side.bytes, "01", 2);
    ck_assert_mem_eq(side.bytes + 32, "234", 3);
    ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 0)), 0); /* of no room at all */
    ck_assert(wf_udp_is_cut(&side.io));
    plain_send(plain, &side.local, "");
    ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 0)), 0);
    ck_assert(!wf_udp_is_cut(&side.io));
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

START_TEST(g233_the_sender_stands_beside_the_frame)
{
    struct side one, other;
    struct wf_address nobody = dead_address(), untouched;
    begin_runtime(_i);
    bind_side(&one);
    bind_side(&other);
    memset(&one.from, 0x5a, sizeof one.from);
    send_text(&other, &one.local, "x");
    receive_text(&one, "x", &other.local);
    ck_assert_int_eq(one.from.length, sizeof(struct sockaddr_in));
    memset(&one.from, 0x5a, sizeof one.from);
    untouched = one.from;
    ck_assert_int_eq(wf_udp_connect(&one.udp, &nobody), 0);
    ck_assert_int_eq(run_io(wf_udp_send(&one.io, &one.udp, "x", 1)), 1);
    wf_udp_receive_from(&one.io, &one.udp, one.bytes, sizeof one.bytes, &one.from);
    ck_assert_int_eq(run_io(&one.io), -ECONNREFUSED);
    ck_assert_mem_eq(&one.from, &untouched, sizeof untouched);
    wf_udp_close(&one.udp);
    wf_udp_close(&other.udp);
    if (has_ip6()) {
        struct wf_address local = ip6_loopback(0);
        bind_side_with(&one, &local, NULL);
        bind_side_with(&other, &local, NULL);
        send_text(&other, &one.local, "x");
        receive_text(&one, "x", &other.local);
        ck_assert_int_eq(one.from.length, sizeof(struct sockaddr_in6));
        wf_udp_close(&one.udp);
        wf_udp_close(&other.udp);
    }
    end_runtime();
}
END_TEST

START_TEST(g235_a_peek_takes_nothing)
{
    struct side side;
    struct wf_address sender;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&sender);
    wf_udp_peek(&side.io, &side.udp, side.bytes, 2);
    expect_pending(&side.io);
    plain_send(plain, &side.local, "abc");
    plain_send(plain, &side.local, "d");
    ck_assert_int_eq(run_io(&side.io), 2);
    ck_assert(wf_udp_is_cut(&side.io));
    ck_assert_mem_eq(side.bytes, "ab", 2);
    wf_udp_peek_from(&side.io, &side.udp, side.bytes, sizeof side.bytes, &side.from);
    ck_assert_int_eq(run_io(&side.io), 3);
    ck_assert(same_address(&side.from, &sender));
    wf_udp_peek(&side.io, &side.udp, NULL, 0);
    side.io.flags |= MSG_TRUNC;
    ck_assert_int_eq(run_io(&side.io), 3); /* how long a buffer it needs */
    receive_text(&side, "abc", &sender);
    receive_text(&side, "d", &sender);
    expect_nothing(&side);
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

/* --- sent --- */

START_TEST(g234_a_send_is_one_datagram)
{
    struct side side;
    struct wf_address receiver;
    const struct iovec pieces[] = {{"ab", 2}, {"", 0}, {"cde", 3}};
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&receiver);
    send_text(&side, &receiver, "a");
    send_text(&side, &receiver, "");
    wf_udp_send_to(&side.io, &side.udp, NULL, 0, &receiver);
    wf_socket_buffers(&side.io, pieces, 3);
    ck_assert_int_eq(run_io(&side.io), 5);
    ck_assert_int_eq(wf_udp_connect(&side.udp, &receiver), 0);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "b", 1)), 1);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, NULL, 0)), 0);
    plain_expect(plain, "a");
    plain_expect(plain, "");
    plain_expect(plain, "abcde");
    plain_expect(plain, "b");
    plain_expect(plain, "");
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, large, LONGEST)), LONGEST);
    ck_assert_int_eq(recv(plain, large, sizeof large, MSG_DONTWAIT), LONGEST);
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

static int calls;

static int64_t no_room(int fd, void *arg, bool *drained)
{
    (void)fd, (void)arg, (void)drained;
    calls++;
    return -ENOBUFS;
}

START_TEST(g234_what_cannot_be_sent_is_an_error)
{
    struct side side;
    struct wf_address receiver;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&receiver);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "a", 1)), -EDESTADDRREQ);
    wf_udp_send_to(&side.io, &side.udp, large, sizeof large, &receiver);
    ck_assert_int_eq(run_io(&side.io), -EMSGSIZE);
    wf_udp_send_to(&side.io, &side.udp, "a", 1, &receiver);
    side.io.io.call = no_room;
    ck_assert_int_eq(run_io(&side.io), -ENOBUFS);
    ck_assert_int_eq(calls, 1);
    send_text(&side, &receiver, "b"); /* and it goes on */
    plain_expect(plain, "b");
    wf_udp_close(&side.udp);
    if (has_ip6()) { /* fragments, for which the socket's own buffer is too small */
        const struct wf_udp_options small = {.send_buffer_bytes = 1};
        struct wf_address local = ip6_loopback(0);
        bind_side_with(&side, &local, &small);
        ck_assert_int_eq(wf_socket_set(side.udp.socket.fd, IPPROTO_IPV6, IPV6_MTU, IP6_MTU), 0);
        wf_udp_send_to(&side.io, &side.udp, large, LONGEST - 1000, &side.local);
        ck_assert_int_eq(run_io(&side.io), -ENOBUFS);
        send_text(&side, &side.local, "c");
        receive_text(&side, "c", &side.local);
        wf_udp_close(&side.udp);
    }
    close(plain);
    end_runtime();
}
END_TEST

static int64_t (*the_call)(int fd, void *arg, bool *drained);

static int64_t full_at_first(int fd, void *arg, bool *drained)
{
    return calls++ == 0 ? -EAGAIN : the_call(fd, arg, drained);
}

START_TEST(g234_a_send_waits_for_its_buffer)
{
    struct side side;
    struct wf_address receiver;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&receiver);
    send_text(&side, &receiver, "a"); /* the reactor has told that it is writable */
    wf_udp_send_to(&side.io, &side.udp, "b", 1, &receiver);
    the_call = side.io.io.call;
    side.io.io.call = full_at_first;
    expect_pending(&side.io);
    ck_assert_int_eq(calls, 1);
    plain_send(plain, &side.local, "event"); /* the kernel tells what it is ready for, all of it */
    ck_assert_int_eq(run_io(&side.io), 1);
    ck_assert_int_eq(calls, 2);
    plain_expect(plain, "a");
    plain_expect(plain, "b");
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

/* --- tried --- */

static unsigned bits_of_side(const struct side *side)
{
    return (unsigned)wf_readiness_look(&side->udp.socket.source->readiness) & WF_INTERESTS;
}

START_TEST(g236_a_try_does_not_wait_for_the_reactor)
{
    struct side side;
    struct wf_address peer;
    begin_runtime(_i);
    int plain = plain_socket(&peer);
    for (int i = 0; i < 20; i++) {
        bind_side(&side);
        wf_udp_send_to(&side.io, &side.udp, "a", 1, &peer); /* of one thread: nobody has looked at it yet */
        ck_assert_int_eq(wf_udp_try(&side.io), 1);
        wf_future_drop(&side.io.future); /* it is READY */
        plain_expect(plain, "a");
        plain_send(plain, &side.local, "b");
        wf_udp_receive_from(&side.io, &side.udp, side.bytes, sizeof side.bytes, &side.from);
        ck_assert_int_eq(wf_udp_try(&side.io), 1);
        ck_assert(same_address(&side.from, &peer));
        wf_udp_close(&side.udp);
    }
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    ck_assert_int_eq(wf_udp_try(&side.io), WF_ECLOSED);
    close(plain);
    end_runtime();
}
END_TEST

START_TEST(g236_a_try_that_would_wait_clears)
{
    struct side side;
    struct wf_address peer;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&peer);
    plain_send(plain, &side.local, "a");
    receive_text(&side, "a", &peer);
    ck_assert_uint_ne(bits_of_side(&side) & WF_READABLE, 0); /* one short datagram says nothing of the next */
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    ck_assert_int_eq(wf_udp_try(&side.io), WF_EAGAIN);
    ck_assert_uint_eq(bits_of_side(&side) & WF_READABLE, 0);
    expect_pending(&side.io); /* as if nothing had happened */
    ck_assert_int_eq(wf_udp_try(&side.io), WF_EAGAIN);
    plain_send(plain, &side.local, "b");
    ck_assert_int_eq(run_io(&side.io), 1);
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    expect_pending(&side.io);
    plain_send(plain, &side.local, "c");
    ck_assert_int_eq(wf_udp_try(&side.io), 1); /* it waited; it does no more */
    ck_assert_int_eq(side.bytes[0], 'c');
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

static int64_t told_meanwhile(int fd, void *arg, bool *drained)
{
    struct wf_socket_io *io = arg;
    (void)fd, (void)drained;
    wf_readiness_event(&io->io.async_fd->source->readiness, WF_READABLE);
    return -EAGAIN;
}

START_TEST(g236_what_is_told_behind_a_try_stays)
{
    struct side side;
    begin_runtime(_i);
    bind_side(&side);
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    side.io.io.call = told_meanwhile;
    ck_assert_int_eq(wf_udp_try(&side.io), WF_EAGAIN);
    ck_assert_uint_ne(bits_of_side(&side) & WF_READABLE, 0);
    wf_future_drop(&side.io.future);
    wf_udp_close(&side.udp);
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
    struct wf_address here = ip4_loopback(port_of(&ours));
    int one = plain_socket(&first), other = plain_socket(&second);
    ck_assert_int_eq(wf_udp_peer(&side.udp, &told), -ENOTCONN);
    ck_assert_int_eq(wf_udp_disconnect(&side.udp), 0); /* of no peer: nothing */
    plain_send(other, &here, "before");
    for (int i = 0; i < 2; i++) { /* anew, without a disconnect: the port stays */
        ck_assert_int_eq(wf_udp_connect(&side.udp, i == 0 ? &second : &first), 0);
        ck_assert_int_eq(wf_udp_local(&side.udp, &told), 0);
        ck_assert(same_address(&told, &here));
    }
    ck_assert_int_eq(wf_udp_peer(&side.udp, &told), 0);
    ck_assert(same_address(&told, &first));
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
    ck_assert(same_address(&told, &ours)); /* also the port, which the kernel has chosen */
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
    ck_assert(same_address(&told, &one.local));
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
        expect_pending(&side.io);
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
    expect_pending(&side.io);
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
    tcase_add_loop_test(tcase, g231_datagrams_come_one_by_one, 0, 2);
    tcase_add_loop_test(tcase, g232_what_is_cut_keeps_what_fits, 0, 2);
    tcase_add_loop_test(tcase, g233_the_sender_stands_beside_the_frame, 0, 2);
    tcase_add_loop_test(tcase, g235_a_peek_takes_nothing, 0, 2);
    tcase_add_loop_test(tcase, g234_a_send_is_one_datagram, 0, 2);
    tcase_add_loop_test(tcase, g234_what_cannot_be_sent_is_an_error, 0, 2);
    tcase_add_loop_test(tcase, g234_a_send_waits_for_its_buffer, 0, 2);
    tcase_add_loop_test(tcase, g236_a_try_does_not_wait_for_the_reactor, 0, 2);
    tcase_add_loop_test(tcase, g236_a_try_that_would_wait_clears, 0, 2);
    tcase_add_loop_test(tcase, g236_what_is_told_behind_a_try_stays, 0, 2);
    tcase_add_loop_test(tcase, g237_a_peer_and_none_again, 0, 2);
    tcase_add_loop_test(tcase, g237_a_peer_of_ip6, 0, 2);
    tcase_add_test(tcase, g237_what_is_not_open_is_no_descriptor);
    tcase_add_loop_test(tcase, g244_only_a_datagram_socket_is_adopted, 0, 2);
    tcase_add_loop_test(tcase, g244_what_waits_is_closed, 0, 2);
    tcase_add_loop_test(tcase, g244_what_is_shut_down_is_received_to_its_end, 0, 2);
    return tcase;
}
