/**
 * @file test_unix_datagram.c
 * @brief Datagrams through Unix sockets.
 */
#include <errno.h>
#include <string.h>

#include "unix_runs.h"
#include "weft/combine.h"
#include "weft/coop.h"
#include "weft/error.h"

static int64_t send_text(struct wf_unix_datagram *socket, const char *text)
{
    struct wf_socket_io io;
    return RUN(wf_unix_datagram_send(&io, socket, text, strlen(text)))->out;
}

static int64_t send_text_to(struct wf_unix_datagram *socket, const char *text,
                            const struct wf_address *address)
{
    struct wf_unix_send_to send;
    return RUN(wf_unix_send_to(&send, socket, text, strlen(text), address))->out;
}

/* One datagram, exactly this; and its sender, if `from`. */
static void expect_datagram(struct wf_unix_datagram *socket, const char *text, struct wf_address *from)
{
    char bytes[64] = {0};
    struct wf_unix_receive_from receive;
    ck_assert_int_eq(RUN(wf_unix_receive_from(&receive, socket, bytes, sizeof bytes - 1))->out,
                     (int64_t)strlen(text));
    ck_assert_str_eq(bytes, text);
    ck_assert(!wf_socket_truncated(&receive.io));
    if (from)
        *from = receive.from;
}

/* G.216, G.223 */
START_TEST(g223_datagrams_are_whole)
{
    begin_unix(_i);
    char bytes[8];
    struct wf_socket_io io;
    struct wf_unix_datagram ends[2];
    ck_assert_int_eq(wf_unix_datagram_pair(ends), 0);
    wf_unix_datagram_receive(&io, &ends[1], bytes, sizeof bytes);
    expect_pending(&io.future);
    ck_assert_int_eq(send_text(&ends[0], "one"), 3);
    wf_future_drop(&io.future); /* it has taken nothing */
    ck_assert_int_eq(send_text(&ends[0], ""), 0);
    ck_assert_int_eq(send_text(&ends[0], "three"), 5);
    expect_datagram(&ends[1], "one", NULL);
    ck_assert_int_eq(RUN(wf_unix_datagram_receive(&io, &ends[1], bytes, sizeof bytes))->out, 0);
    expect_datagram(&ends[1], "three", NULL);
    wf_unix_datagram_close(&ends[1]);
    ck_assert_int_eq(send_text(&ends[0], "x"), -ECONNREFUSED);
    wf_unix_datagram_close(&ends[0]);
    end_unix();
}
END_TEST

/* G.223: connected, to another one, and no more; what others send does not come then. */
START_TEST(g223_a_socket_is_connected)
{
    for (int which = 0; which < 2; which++) {
        begin_unix(_i);
        struct wf_address a = a_name_or_path(which), b = a_name_or_path(which), mine = a_name(), at;
        struct wf_unix_datagram at_a = datagram_at(&a), at_b = datagram_at(&b), sender = datagram_at(&mine);
        ck_assert_int_eq(send_text(&sender, "x"), -ENOTCONN);
        ck_assert_int_eq(wf_unix_datagram_peer(&sender, &at), -ENOTCONN);
        ck_assert_int_eq(wf_unix_datagram_connect(&sender, &a), 0);
        ck_assert_int_eq(wf_unix_datagram_peer(&sender, &at), 0);
        ck_assert(wf_address_equal(&at, &a));
        ck_assert_int_eq(send_text(&sender, "to a"), 4);
        ck_assert_int_eq(send_text_to(&at_b, "x", &mine), -EPERM); /* it is connected to another one */
        ck_assert_int_eq(wf_unix_datagram_connect(&sender, &b), 0);
        ck_assert_int_eq(send_text(&sender, "to b"), 4);
        expect_datagram(&at_a, "to a", &at);
        ck_assert(wf_address_equal(&at, &mine));
        expect_datagram(&at_b, "to b", NULL);
        ck_assert_int_eq(wf_unix_datagram_connect(&sender, &(struct wf_address){0}), 0);
        ck_assert_int_eq(send_text(&sender, "x"), -ENOTCONN);
        wf_unix_datagram_close(&at_a);
        ck_assert_int_eq(wf_unix_datagram_connect(&sender, &a), -ECONNREFUSED);
        ck_assert_int_eq(wf_unix_datagram_connect(&sender, &b), 0);
        wf_unix_datagram_close(&at_b);
        ck_assert_int_eq(send_text(&sender, "x"), -ECONNREFUSED);
        wf_unix_datagram_close(&sender);
        remove_path(&a);
        remove_path(&b);
        end_unix();
    }
}
END_TEST

/* G.224 */
START_TEST(g224_a_datagram_has_a_sender)
{
    for (int which = 0; which < 2; which++) {
        begin_unix(_i);
        struct wf_address a = a_name_or_path(which), b = a_name_or_path(which), at, other = a_path();
        struct wf_unix_datagram at_a = datagram_at(&a), at_b = datagram_at(&b), unbound = datagram_at(NULL),
                                bad;
        ck_assert_int_eq(wf_unix_datagram_local(&at_a, &at), 0);
        ck_assert(wf_address_equal(&at, &a));
        ck_assert_int_eq(send_text_to(&at_a, "question", &b), 8);
        expect_datagram(&at_b, "question", &at);
        ck_assert(wf_address_equal(&at, &a));
        ck_assert_int_eq(send_text_to(&at_b, "answer", &at), 6);
        expect_datagram(&at_a, "answer", &at);
        ck_assert(wf_address_equal(&at, &b));
        ck_assert_int_eq(send_text_to(&unbound, "nobody's", &a), 8);
        expect_datagram(&at_a, "nobody's", &at);
        ck_assert(wf_address_family(&at) == AF_UNIX && !wf_address_unix_name(&at, &(size_t){0}));
        ck_assert_int_eq(send_text_to(&at_a, "x", &other), -ENOENT);
        int open = open_descriptors();
        ck_assert_int_eq(wf_unix_datagram_open(&bad, &a), -EADDRINUSE);
        ck_assert_int_eq(wf_address_parse(&other, "127.0.0.1:80"), 0);
        ck_assert_int_eq(wf_unix_datagram_open(&bad, &other), -EAFNOSUPPORT);
        ck_assert_int_eq(open_descriptors(), open);
        wf_unix_datagram_close(&at_a);
        ck_assert_int_eq(send_text_to(&at_b, "x", &a), -ECONNREFUSED);
        wf_unix_datagram_close(&at_b);
        wf_unix_datagram_close(&unbound);
        remove_path(&a);
        remove_path(&b);
        end_unix();
    }
}
END_TEST

/* --- a full queue --- */

/* Sends until the receiver takes no more. @return how many. */
static int fill(struct wf_unix_datagram *sender, const struct wf_address *address)
{
    int sent = 0;
    while (sendto(sender->fd.fd, "old", 3, MSG_NOSIGNAL, &address->as.any, address->length) == 3)
        ck_assert_int_lt(++sent, 100000);
    ck_assert_int_eq(errno, EAGAIN);
    return sent;
}

struct drains {
    struct wf_future future;
    struct wf_unix_datagram *socket;
    int left;
    struct wf_yield yield;
    struct wf_socket_io io;
    char bytes[8];
    int i;
    int out;
};

/* Receives what is old, when others have been polled. */
ASYNC_FN(drains)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < 3; self->i++)
        AWAIT(wf_yield(&self->yield));
    for (; self->left > 0; self->left--) {
        AWAIT(wf_unix_datagram_receive(&self->io, self->socket, self->bytes, sizeof self->bytes));
        ck_assert_int_eq(self->io.out, 3);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.225; and G.223, where the sender is connected, and so is told. The queue is full of what others have sent. */
START_TEST(g225_a_full_receiver_is_waited_for)
{
    for (int connected = 0; connected < 2; connected++) {
        begin_unix(_i);
        struct wf_address a = a_name(), b = a_name();
        struct wf_unix_datagram at_a = datagram_at(&a), at_b = datagram_at(&b), other = datagram_at(NULL),
                                sender = datagram_at(NULL);
        struct drains late;
        struct wf_yield yield;
        struct wf_unix_send_to send_to;
        struct wf_socket_io send;
        struct wf_join join;
        int old = fill(&other, &a);
        ck_assert_int_eq(send_text_to(&sender, "first", &b), 5); /* so that it is known to be writable */
        expect_datagram(&at_b, "first", NULL);
        for (int i = 0; i < 3; i++) /* and all that the reactor has to tell of it is told */
            RUN(wf_yield(&yield));
        ASYNC_INIT(&late, drains, .socket = &at_a, .left = old);
        struct wf_future *both[] = {&wf_unix_send_to(&send_to, &sender, "new", 3, &a)->future, &late.future};
        if (connected) {
            ck_assert_int_eq(wf_unix_datagram_connect(&sender, &a), 0);
            both[0] = &wf_unix_datagram_send(&send, &sender, "new", 3)->future;
        }
        expect_pending(both[0]);
        if (!connected) {
            ck_assert_int_eq(send_text_to(&sender, "else", &b), 4); /* its socket is still writable */
            expect_datagram(&at_b, "else", NULL);
        }
        RUN(wf_join(&join, both, 2, WF_BIASED));
        ck_assert_int_eq(connected ? send.out : send_to.out, 3);
        expect_datagram(&at_a, "new", NULL);
        ck_assert_int_lt(recv(at_a.fd.fd, &old, 1, 0), 0); /* once */
        wf_unix_datagram_close(&at_a);
        wf_unix_datagram_close(&at_b);
        wf_unix_datagram_close(&other);
        wf_unix_datagram_close(&sender);
        end_unix();
    }
}
END_TEST

/* G.225, G.220: 1 + 2 + 4 + ... ms, on a clock that passes only when all wait, so that one that calls and calls is never over; and a close
 * ends a pause. */
START_TEST(g225_a_pause_doubles_and_ends)
{
    begin_unix(PAUSED_CLOCK);
    struct wf_address a = a_name();
    struct wf_unix_datagram at_a = datagram_at(&a), sender = datagram_at(NULL);
    struct wf_unix_send_to send;
    struct wf_timeout limit;
    fill(&sender, &a);
    wf_unix_send_to(&send, &sender, "new", 3, &a);
    ck_assert_int_eq(RUN(wf_timeout(&limit, WF_SECONDS(1), &send.future))->out, WF_ETIMEDOUT);
    ck_assert_uint_eq(send.pause.next_ns, WF_UNIX_PAUSE_MAX_NS);
    uint64_t now = wf_now();
    wf_unix_send_to(&send, &sender, "new", 3, &a);
    expect_pending(&send.future);
    wf_unix_datagram_close(&sender);
    run_unix(&send.future);
    ck_assert_int_eq(send.out, WF_ECLOSED);
    ck_assert_uint_eq(wf_now(), now);
    wf_unix_datagram_close(&at_a);
    end_unix();
}
END_TEST

/* G.226 */
START_TEST(g226_a_long_datagram_is_truncated)
{
    begin_unix(_i);
    char bytes[4];
    struct wf_socket_io io;
    struct wf_unix_receive_from from;
    struct wf_address a = a_name(), b = a_name();
    struct wf_unix_datagram at_a = datagram_at(&a), at_b = datagram_at(&b);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(send_text_to(&at_b, "abcdefgh", &a), 8);
        ck_assert_int_eq(send_text_to(&at_b, "next", &a), 4);
        if (i == 0) {
            ck_assert_int_eq(RUN(wf_unix_datagram_receive(&io, &at_a, bytes, 4))->out, 4);
            ck_assert(wf_socket_truncated(&io));
        } else {
            ck_assert_int_eq(RUN(wf_unix_receive_from(&from, &at_a, bytes, 4))->out, 4);
            ck_assert(wf_socket_truncated(&from.io));
            ck_assert(wf_address_equal(&from.from, &b));
        }
        ck_assert_mem_eq(bytes, "abcd", 4);
        ck_assert_int_eq(RUN(wf_unix_datagram_receive(&io, &at_a, bytes, 4))->out, 4);
        ck_assert(!wf_socket_truncated(&io));
        ck_assert_mem_eq(bytes, "next", 4);
    }
    wf_unix_datagram_close(&at_a);
    wf_unix_datagram_close(&at_b);
    end_unix();
}
END_TEST

TCase *unix_datagram_tests(void)
{
    TCase *tcase = tcase_create("unix datagram");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g223_datagrams_are_whole, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g223_a_socket_is_connected, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g224_a_datagram_has_a_sender, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g225_a_full_receiver_is_waited_for, 0, UNIX_KINDS);
    tcase_add_test(tcase, g225_a_pause_doubles_and_ends);
    tcase_add_loop_test(tcase, g226_a_long_datagram_is_truncated, 0, UNIX_KINDS);
    return tcase;
}
