/**
 * @file test_udp_datagrams.c
 * @brief One datagram at a time, of all lengths: received, peeked at, sent, tried; on both kinds of runtime.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "datagrams.h"
#include "weft/error.h"

enum { IP6_MTU = 1280, LONGEST = 65507 };

static char large[LONGEST + 1];

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
    expect_pending(&side.io.future);
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
    expect_pending(&side.io.future);
    plain_send(plain, &side.local, "abc");
    plain_send(plain, &side.local, "d");
    ck_assert_int_eq(run_io(&side.io), 2);
    ck_assert(wf_udp_is_cut(&side.io));
    ck_assert_mem_eq(side.bytes, "ab", 2);
    wf_udp_peek_from(&side.io, &side.udp, side.bytes, sizeof side.bytes, &side.from);
    ck_assert_int_eq(run_io(&side.io), 3);
    ck_assert(wf_address_equal(&side.from, &sender));
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
    expect_pending(&side.io.future);
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
        ck_assert(wf_address_equal(&side.from, &peer));
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
    expect_pending(&side.io.future); /* as if nothing had happened */
    ck_assert_int_eq(wf_udp_try(&side.io), WF_EAGAIN);
    plain_send(plain, &side.local, "b");
    ck_assert_int_eq(run_io(&side.io), 1);
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    expect_pending(&side.io.future);
    plain_send(plain, &side.local, "c");
    ck_assert_int_eq(wf_udp_try(&side.io), 1); /* it waited; it does no more */
    ck_assert_int_eq(wf_load_relaxed(&side.io.io.waiter.state), WF_WAITER_IDLE);
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

TCase *udp_datagrams_tests(void)
{
    TCase *tcase = tcase_create("udp datagrams");
    tcase_set_timeout(tcase, 60);
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
    return tcase;
}
