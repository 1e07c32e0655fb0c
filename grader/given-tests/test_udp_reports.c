/**
 * @file test_udp_reports.c
 * @brief Peers that are not there: what ICMP reports reaches one call of a connected socket, and nothing else.
 */
#include <errno.h>
#include <unistd.h>

#include "datagrams.h"
#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/error.h"
#include "weft/time.h"

START_TEST(g238_a_report_is_returned_once)
{
    struct side side;
    struct wf_address peer = dead_address();
    begin_runtime(_i);
    bind_side(&side);
    ck_assert_int_eq(wf_udp_connect(&side.udp, &peer), 0);
    for (int i = 0; i < 3; i++) { /* it wakes a receive that waits already; the next one waits again */
        wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
        expect_pending(&side.io.future);
        ck_assert_int_eq(send(side.udp.socket.fd, "a", 1, 0), 1);
        ck_assert_int_eq(run_io(&side.io), -ECONNREFUSED);
    }
    wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
    expect_pending(&side.io.future);
    wf_future_drop(&side.io.future);
    /* a send returns it, and has sent nothing; then a datagram comes behind a report */
    ck_assert_int_eq(send(side.udp.socket.fd, "a", 1, 0), 1);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "b", 1)), -ECONNREFUSED);
    ck_assert_int_eq(send(side.udp.socket.fd, "c", 1, 0), 1);
    int plain = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(plain, &peer.as.any, peer.length), 0);
    plain_send(plain, &side.local, "here");
    plain_send(plain, &side.local, "again");
    ck_assert_int_eq(run_io(wf_udp_receive(&side.io, &side.udp, side.bytes, 1)), -ECONNREFUSED);
    receive_text(&side, "here", &peer);
    receive_text(&side, "again", &peer);
    ck_assert_int_eq(run_io(wf_udp_send(&side.io, &side.udp, "d", 1)), 1);
    plain_expect(plain, "d");
    close(plain);
    ck_assert_int_eq(send(side.udp.socket.fd, "e", 1, 0), 1);
    ck_assert_int_eq(wf_udp_take_error(&side.udp), -ECONNREFUSED);
    ck_assert_int_eq(wf_udp_take_error(&side.udp), 0);
    wf_udp_close(&side.udp);
    end_runtime();
}
END_TEST

START_TEST(g238_one_without_peer_is_told_nothing)
{
    struct side side;
    struct wf_address nobody = dead_address(), sender;
    begin_runtime(_i);
    int plain = plain_socket(&sender);
    bind_side(&side);
    for (int i = 0; i < 20; i++) {
        send_text(&side, &nobody, "a");
        plain_send(plain, &side.local, "b");
        receive_text(&side, "b", &sender);
        wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
        expect_pending(&side.io.future);
        wf_future_drop(&side.io.future);
    }
    ck_assert_int_eq(wf_udp_take_error(&side.udp), 0);
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

/* Waits for an hour of a paused clock, behind reports: it passes only where nothing is done meanwhile. */
struct waits_behind_reports {
    struct wf_future future;
    bool keeps_reports; /* in a queue of their own, which a receive does not empty */
    struct side side;
    struct wf_address peer;
    struct wf_timeout limit;
    int out;
};

ASYNC_FN(waits_behind_reports)
{
    ASYNC_BEGIN;
    self->side.local = ip4_loopback(0);
    ck_assert_int_eq(wf_udp_bind(&self->side.udp, &self->side.local, NULL), 0);
    self->peer = dead_address();
    ck_assert_int_eq(wf_socket_set(self->side.udp.socket.fd, IPPROTO_IP, IP_RECVERR, self->keeps_reports), 0);
    ck_assert_int_eq(wf_udp_connect(&self->side.udp, &self->peer), 0);
    AWAIT(wf_udp_send(&self->side.io, &self->side.udp, "a", 1));
    AWAIT(wf_udp_receive(&self->side.io, &self->side.udp, self->side.bytes, 1));
    ck_assert_int_eq(self->side.io.out, -ECONNREFUSED);
    wf_udp_receive(&self->side.io, &self->side.udp, self->side.bytes, 1);
    AWAIT(wf_timeout(&self->limit, WF_HOURS(1), &self->side.io.future));
    ck_assert_int_eq(self->limit.out, WF_ETIMEDOUT);
    if (self->keeps_reports) { /* they are there to be asked for */
        wf_udp_receive(&self->side.io, &self->side.udp, self->side.bytes, 1);
        self->side.io.flags |= MSG_ERRQUEUE;
        ck_assert_int_eq(wf_udp_try(&self->side.io), 1);
        ck_assert_int_eq(self->side.bytes[0], 'a');
    }
ASYNC_FINALLY:
    wf_udp_close(&self->side.udp);
    ASYNC_END;
}

START_TEST(g238_nothing_spins_behind_a_report)
{
    struct waits_behind_reports root;
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, true);
    ASYNC_INIT(&root, waits_behind_reports, .keeps_reports = _i == 1);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    wf_runtime_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *udp_reports_tests(void)
{
    TCase *tcase = tcase_create("udp reports");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g238_a_report_is_returned_once, 0, 2);
    tcase_add_loop_test(tcase, g238_one_without_peer_is_told_nothing, 0, 2);
    tcase_add_loop_test(tcase, g238_nothing_spins_behind_a_report, 0, 2);
    return tcase;
}
