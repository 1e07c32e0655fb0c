/**
 * @file test_tcp_connect.c
 * @brief Connects: as their options say, refused, dropped, too late, and to themselves.
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
#include "weft/time.h"

/* G.179: connected, and bytes go both ways; it waits, though the other side is here. */
START_TEST(g179_it_connects)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_address there;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address, NULL))->out, 0);
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, 0);
    ck_assert_int_eq(wf_tcp_peer(&stream, &there), 0);
    ck_assert_uint_eq((uint16_t)wf_address_port(&there), (uint16_t)wf_address_port(&address));
    ck_assert_int_eq(fcntl(wf_tcp_fd(&stream), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(fcntl(wf_tcp_fd(&stream), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    say(&stream, "there");
    expect_text(&accept.stream, "there");
    say(&accept.stream, "back");
    expect_text(&stream, "back");
    wf_tcp_close(&stream);
    wf_tcp_close(&accept.stream);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* G.179 */
START_TEST(g179_it_is_as_its_options_say)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_address here, taken;
    struct wf_tcp_connect_options options = {.bind = at_port(0),
                                             .reuse_address = true,
                                             .nodelay = true,
                                             .receive_buffer_bytes = 20000,
                                             .send_buffer_bytes = 30000};
    int value;
    bool on;
    options.bind.as.ip4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1); /* 127.0.0.2 */
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address, &options))->out, 0);
    ck_assert_int_eq(wf_tcp_local(&stream, &here), 0);
    ck_assert_uint_eq(ntohl(here.as.ip4.sin_addr.s_addr), INADDR_LOOPBACK + 1);
    ck_assert_int_eq(wf_tcp_nodelay(&stream, &on), 0);
    ck_assert(on);
    ck_assert_int_eq(wf_tcp_receive_buffer(&stream, &value), 0);
    ck_assert_int_eq(value, 40000);
    ck_assert_int_eq(wf_tcp_send_buffer(&stream, &value), 0);
    ck_assert_int_eq(value, 60000);
    ck_assert_int_eq(wf_socket_get(wf_tcp_fd(&stream), SOL_SOCKET, SO_REUSEADDR, &value), 0);
    ck_assert_int_eq(value, 1);
    ck_assert_int_eq(wf_tcp_local(&stream, &taken), 0);
    struct wf_tcp_stream other;
    options = (struct wf_tcp_connect_options){.bind = taken};
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &other, &address, &options))->out, -EADDRINUSE);
    wf_tcp_close(&stream);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* A port of loopback at which nobody listens; bound, so that nobody is given it meanwhile. */
static struct wf_address closed_port(int *fd)
{
    struct wf_address address = at_port(0);
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(*fd, &address.as.any, address.length), 0);
    ck_assert_int_eq(getsockname(*fd, &address.as.any, &address.length), 0);
    return address;
}

/* G.179: whatever fails, it is the result, and no descriptor is left. */
START_TEST(g179_what_fails_leaves_nothing)
{
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_address of_unix = {.length = sizeof(struct sockaddr_un), .as.unix_name.sun_family = AF_UNIX};
    struct wf_address cut = at_port(1);
    int holder, fillers[300], count = 0;
    cut.length = 3;
    begin_net(_i);
    struct wf_address address = closed_port(&holder);
    int before = open_descriptors();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address, NULL))->out, -ECONNREFUSED);
        ck_assert_ptr_null(stream.fd.source);
        ck_assert_int_eq(wf_tcp_fd(&stream), -1);
    }
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &of_unix, NULL))->out, -EAFNOSUPPORT);
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &cut, NULL))->out, -EINVAL);
    ck_assert_int_eq(open_descriptors(), before);
    const struct rlimit few = {200, 200};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (count < 300 && (fillers[count] = dup(STDERR_FILENO)) >= 0)
        count++;
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address, NULL))->out, -EMFILE);
    while (count > 0)
        close(fillers[--count]);
    close(holder);
    end_net();
}
END_TEST

/* G.179: each allocation of it fails in turn. */
START_TEST(g179_without_memory)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    int failures = 0;
    begin_net(0);
    struct wf_address address = listen_here(&listener, NULL);
    int before = open_descriptors();
    WF_FAIL_EACH_ALLOCATION(round)
    {
        struct wf_test_task task;
        wf_test_task_init(&task, &wf_tcp_connect(&connect, &stream, &address, NULL)->future);
        while (wf_test_task_poll(&task) == WF_PENDING) {
            uint32_t left = wf_alloc_fail_at(0);
            take_net_turns();
            (void)wf_alloc_fail_at(left);
        }
        ck_assert(connect.out == 0 || connect.out == WF_ENOMEM);
        failures += connect.out != 0;
        wf_tcp_close(&stream);
        ck_assert_int_eq(open_descriptors(), before);
    }
    ck_assert_int_ge(failures, 1);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* --- too late, and dropped --- */

/* This listener's queue is full. So a connect to it waits, as one to a host that does not answer. */
struct full {
    int listener, inside[2];
    struct wf_address address;
};

static void fill_a_queue(struct full *full)
{
    full->address = at_port(0);
    full->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(full->listener, &full->address.as.any, full->address.length), 0);
    ck_assert_int_eq(listen(full->listener, 0), 0);
    ck_assert_int_eq(getsockname(full->listener, &full->address.as.any, &full->address.length), 0);
    full->inside[0] = connect_fd(&full->address); /* a queue of 0 takes one */
}

static void empty_it(struct full *full)
{
    close(full->inside[0]);
    close(full->listener);
}

/* G.180: the deadline around it passes: the socket is closed. */
START_TEST(g180_a_deadline_that_passes)
{
    struct full full;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_timeout limit;
    fill_a_queue(&full);
    begin_net(_i);
    int before = open_descriptors();
    wf_tcp_connect(&connect, &stream, &full.address, NULL);
    (void)RUN(wf_timeout(&limit, WF_MILLISECONDS(20), &connect.future));
    ck_assert_int_eq(limit.out, WF_ETIMEDOUT);
    ck_assert_ptr_null(stream.fd.source);
    ck_assert_int_eq(open_descriptors(), before);
    wf_tcp_close(&stream);
    end_net();
    empty_it(&full);
}
END_TEST

/* G.179: it is asked, not believed, that a connection stands: here the reactor notes down what is not so. */
START_TEST(g179_a_note_that_came_too_early)
{
    struct full full;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_test_task task;
    fill_a_queue(&full);
    begin_net(_i);
    wf_test_task_init(&task, &wf_tcp_connect(&connect, &stream, &full.address, NULL)->future);
    WF_EXPECT_PENDING(&task);
    for (int i = 0; i < 3; i++) {
        wf_readiness_event(&stream.fd.source->readiness, WF_WRITABLE);
        ck_assert_uint_ge(wf_test_task_wakes(&task), 1);
        WF_EXPECT_PENDING(&task);
    }
    wf_future_drop(&connect.future);
    expect_released(&task);
    end_net();
    empty_it(&full);
}
END_TEST

/* G.180: polled or not. */
START_TEST(g180_one_that_is_dropped_leaves_nothing)
{
    struct full full;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_test_task task;
    fill_a_queue(&full);
    begin_net(_i);
    int before = open_descriptors();
    for (int i = 0; i < 20; i++) {
        memset(&stream, 0xa5, sizeof stream); /* rubbish is right */
        wf_test_task_init(&task, &wf_tcp_connect(&connect, &stream, &full.address, NULL)->future);
        if (i % 2) {
            WF_EXPECT_PENDING(&task);
            ck_assert_int_eq(open_descriptors(), before + 1);
        }
        wf_future_drop(&connect.future);
        expect_released(&task);
        ck_assert_int_eq(open_descriptors(), before);
        ck_assert_int_eq(wf_tcp_fd(&stream), -1);
        wf_tcp_close(&stream);
    }
    end_net();
    empty_it(&full);
}
END_TEST

/* G.179: cancellation was asked for: before it begins, and then nobody is called; or while it connects. */
START_TEST(g179_one_that_is_canceled_leaves_nothing)
{
    struct full full;
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_test_task task;
    WF_ATOMIC(bool) asked;
    fill_a_queue(&full);
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    int before = open_descriptors();
    for (int late = 0; late < 2; late++) {
        struct wf_context scope = {.canceled = &asked};
        asked = !late;
        wf_context_enter(&scope);
        wf_tcp_connect(&connect, &stream, late ? &full.address : &address, NULL);
        if (late)
            ck_assert_int_eq(wf_future_poll(&connect.future, &idle_cx), WF_PENDING);
        asked = true;
        ck_assert_int_eq(wf_future_poll(&connect.future, &idle_cx), WF_READY);
        wf_context_leave(&scope);
        ck_assert_int_eq(connect.out, WF_ECANCELED);
        ck_assert_ptr_null(stream.fd.source);
        ck_assert_int_eq(open_descriptors(), before);
    }
    take_net_turns();
    wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&accept.future);
    wf_tcp_listener_close(&listener);
    end_net();
    empty_it(&full);
}
END_TEST

/* G.181: from the port to the port. The kernel takes it for a connection. */
START_TEST(g181_a_socket_that_connects_to_itself)
{
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    int holder;
    begin_net(_i);
    struct wf_address address = closed_port(&holder);
    close(holder);
    const struct wf_tcp_connect_options from_there = {.bind = address};
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address, &from_there))->out, -ECONNREFUSED);
    ck_assert_ptr_null(stream.fd.source);
    /* and its port is free, also for one that does not want to share */
    struct wf_tcp_listener listener;
    const struct wf_tcp_listen_options alone = {.no_reuse_address = true};
    ck_assert_int_eq(wf_tcp_listen(&listener, &address, &alone), 0);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* G.181: the same port of two addresses is no such connection, nor are two addresses of one port. */
START_TEST(g181_the_same_port_elsewhere_is_another)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    struct wf_tcp_connect_options options = {.bind = address};
    options.bind.as.ip4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    ck_assert_int_eq(RUN(wf_tcp_connect(&connect, &stream, &address, &options))->out, 0);
    wf_tcp_close(&stream);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

TCase *tcp_connect_tests(void)
{
    TCase *tcase = tcase_create("tcp connect");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g179_it_connects, 0, KINDS);
    tcase_add_loop_test(tcase, g179_it_is_as_its_options_say, 0, KINDS);
    tcase_add_loop_test(tcase, g179_what_fails_leaves_nothing, 0, KINDS);
    tcase_add_test(tcase, g179_without_memory);
    tcase_add_loop_test(tcase, g179_a_note_that_came_too_early, 0, KINDS);
    tcase_add_loop_test(tcase, g179_one_that_is_canceled_leaves_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g180_a_deadline_that_passes, 0, KINDS);
    tcase_add_loop_test(tcase, g180_one_that_is_dropped_leaves_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g181_a_socket_that_connects_to_itself, 0, KINDS);
    tcase_add_loop_test(tcase, g181_the_same_port_elsewhere_is_another, 0, KINDS);
    return tcase;
}
