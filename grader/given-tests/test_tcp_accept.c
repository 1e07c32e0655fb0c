/**
 * @file test_tcp_accept.c
 * @brief Accepts: many on one listener, those that are dropped, connections that die in the queue, and a process short of descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "accept_errors.h"
#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/detail/time_driver.h"
#include "weft/error.h"
#include "weft/test.h"
#include "weft/time.h"

/* G.174: what an accept brings. */
START_TEST(g174_it_brings_a_stream_and_where_it_comes_from)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_test_task task;
    struct wf_address peer, local;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
    WF_EXPECT_PENDING(&task);
    ck_assert_uint_eq(listener.calls, 0); /* nothing is there, and it does not ask */
    int fd = connect_fd(&address);
    if (_i == 0)
        take_net_turns();
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    expect_released(&task);
    ck_assert_int_eq(accept.out, 0);
    ck_assert_uint_eq(listener.calls, 1);
    ck_assert_uint_eq(listener.pauses, 0);
    local = (struct wf_address){.length = sizeof local.as};
    ck_assert_int_eq(getsockname(fd, &local.as.any, &local.length), 0);
    ck_assert_uint_eq((uint16_t)wf_address_port(&accept.peer), (uint16_t)wf_address_port(&local));
    ck_assert_uint_eq(accept.peer.length, sizeof(struct sockaddr_in));
    ck_assert_int_eq(wf_tcp_peer(&accept.stream, &peer), 0);
    ck_assert_uint_eq((uint16_t)wf_address_port(&peer), (uint16_t)wf_address_port(&local));
    ck_assert_int_eq(fcntl(wf_tcp_fd(&accept.stream), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(fcntl(wf_tcp_fd(&accept.stream), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    struct wf_tcp_stream moved = accept.stream; /* plain data */
    put(fd, "hello");
    expect_text(&moved, "hello");
    wf_tcp_close(&moved);
    wf_tcp_listener_close(&listener);
    close(fd);
    end_net();
}
END_TEST

/* G.174: without memory the accepted connection is closed, and the next accept goes on. */
START_TEST(g174_one_that_cannot_be_opened_is_closed)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    char byte;
    begin_net(0);
    struct wf_address address = listen_here(&listener, NULL);
    int before = open_descriptors(), failures = 0;
    WF_FAIL_EACH_ALLOCATION(round)
    {
        int fd = connect_fd(&address);
        /* polled by hand: the executor's own allocations are not meant */
        struct wf_test_task task;
        wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
        while (wf_test_task_poll(&task) == WF_PENDING) {
            uint32_t left = wf_alloc_fail_at(0);
            take_net_turns();
            (void)wf_alloc_fail_at(left);
        }
        ck_assert(accept.out == 0 || accept.out == WF_ENOMEM);
        failures += accept.out != 0;
        if (accept.out != 0) {
            ck_assert_int_eq(open_descriptors(), before + 1);
            ck_assert_int_eq(read(fd, &byte, 1), 0); /* loopback: the end is there at once */
            ck_assert_ptr_null(accept.stream.fd.source);
        }
        wf_tcp_close(&accept.stream);
        close(fd);
    }
    ck_assert_int_ge(failures, 1);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* G.175: nine errors are those of connections that died. The accept goes on, without a pause. */
START_TEST(g175_connections_that_died_are_skipped)
{
    static const int errors[] = {ECONNABORTED, EPROTO,     ENETDOWN,    ENOPROTOOPT, EHOSTDOWN, ENONET,
                                 EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EINTR,       0};
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    int fd = connect_fd(&address);
    fail_accepts(errors);
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, 0);
    ck_assert_int_eq(accept_errors_left(), 0);
    ck_assert_uint_eq(listener.calls, 11);
    ck_assert_uint_eq(listener.pauses, 0);
    wf_tcp_close(&accept.stream);
    close(fd);
    /* what is the listener's own is the result */
    fail_accepts((const int[]){EPERM, 0});
    fd = connect_fd(&address);
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, -EPERM);
    close(fd);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* G.175: a real one: reset while it waits. Linux hands such a connection over; the error is its reader's. */
START_TEST(g175_a_connection_that_was_reset_in_the_queue)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    char byte;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    reset_fd(connect_fd(&address));
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, 0);
    ck_assert_int_eq(read_once(&accept.stream, &byte, 1), -ECONNRESET);
    wf_tcp_close(&accept.stream);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* --- short of descriptors --- */

/* Takes all that are left. @return how many. */
static int take_all(int *fds, int at_most)
{
    int count = 0;
    for (; count < at_most && (fds[count] = dup(STDERR_FILENO)) >= 0; count++)
        continue;
    return count;
}

struct short_of_all {
    struct wf_future future;
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_timeout limit;
    int fillers[256], fillers_taken, client;
    uint64_t begun;
    int out;
};

/* On a paused clock: so the pauses are exact. No descriptor is free for 10 s, then one. */
ASYNC_FN(short_of_all)
{
    ASYNC_BEGIN;
    struct wf_address address = listen_here(&self->listener, NULL);
    self->client = connect_fd(&address);
    self->fillers_taken = take_all(self->fillers, 256);
    self->begun = wf_now();
    wf_tcp_accept(&self->accept, &self->listener);
    AWAIT(wf_timeout(&self->limit, WF_SECONDS(10), &self->accept.future));
    ck_assert_int_eq(self->limit.out, WF_ETIMEDOUT);
    /* 5, 10, ... 640 ms: 8 pauses, which end at 1,275 ms; then one a second: begun at 1,275 ms, ... 9,275 ms */
    ck_assert_uint_eq(self->listener.pauses, 8 + 9);
    ck_assert_uint_eq(self->listener.calls, 8 + 9);
    wf_tcp_accept(&self->accept,
                  &self->listener); /* the one that was dropped took nothing, and left the readiness */
    AWAIT(wf_timeout(&self->limit, WF_MILLISECONDS(4), &self->accept.future));
    ck_assert_int_eq(self->limit.out, WF_ETIMEDOUT);
    wf_tcp_accept(&self->accept, &self->listener);
    wf_timeout(&self->limit, WF_MILLISECONDS(4), &self->accept.future);
    while (self->fillers_taken > 0) /* nobody is told of that */
        close(self->fillers[--self->fillers_taken]);
    AWAIT(&self->limit);
    ck_assert_int_eq(self->limit.out, 0);
    ck_assert_int_eq(self->accept.out, 0);
ASYNC_FINALLY:
    wf_tcp_close(&self->accept.stream);
    wf_tcp_listener_close(&self->listener);
    close(self->client);
    ASYNC_END;
}

static void limit_descriptors(void)
{
    const struct rlimit few = {200, 200};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
}

/* G.176: no spin: the calls are counted. */
START_TEST(g176_without_descriptors_it_pauses)
{
    struct short_of_all root;
    limit_descriptors();
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, true);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, short_of_all)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.176: with real timers. The descriptor is freed while the accept pauses, and it succeeds by itself. */
START_TEST(g176_a_descriptor_that_is_freed_is_found)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_test_task task;
    int fillers[256];
    limit_descriptors();
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    int client = connect_fd(&address);
    int count = take_all(fillers, 256);
    wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
    while (listener.pauses == 0) { /* the listener's readiness may come a little later */
        ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
        take_net_turns();
    }
    while (count > 0)
        close(fillers[--count]);
    ck_assert_int_eq(RUN(&accept)->out, 0);
    ck_assert_uint_ge(listener.calls, 2);
    ck_assert_uint_eq(listener.pauses, listener.calls - 1);
    expect_released(&task);
    wf_tcp_close(&accept.stream);
    wf_tcp_listener_close(&listener);
    close(client);
    end_net();
}
END_TEST

/* G.176: each of the four; and other errors end a pause's series as they would end any. */
START_TEST(g176_four_errors_are_shortages)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    int fd = connect_fd(&address);
    fail_accepts((const int[]){EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EPERM, 0});
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, -EPERM);
    ck_assert_uint_eq(listener.pauses, 4);
    ck_assert_uint_eq(listener.calls, 6);
    close(fd);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* Polls until it pauses. */
static void poll_to_its_pause(struct wf_test_task *task, const struct wf_tcp_listener *listener)
{
    while (listener->pauses == 0) {
        ck_assert_int_eq(wf_test_task_poll(task), WF_PENDING);
        take_net_turns();
    }
}

/* G.173, G.177: a pause ends with the listener, and may be dropped. */
START_TEST(g173_a_close_ends_a_pause)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_test_task task;
    begin_net(_i);
    for (int drops = 0; drops < 2; drops++) {
        struct wf_address address = listen_here(&listener, NULL);
        int fd = connect_fd(&address);
        fail_accepts((const int[]){EMFILE, EMFILE, EMFILE, EMFILE, EMFILE, EMFILE, EMFILE, EMFILE, EMFILE, 0});
        wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
        poll_to_its_pause(&task, &listener);
        if (drops)
            wf_future_drop(&accept.future);
        wf_tcp_listener_close(&listener);
        if (!drops) {
            WF_EXPECT_READY(&task);
            ck_assert_int_eq(accept.out, WF_ECLOSED);
        }
        expect_released(&task);
        fail_accepts((const int[]){0});
        close(fd);
    }
    end_net();
}
END_TEST

/* G.198: a context with a reactor, and without timers: the error is the result, and no panic. */
START_TEST(g198_without_a_time_driver_it_is_the_result)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_test_task task;
    begin_reactor();
    struct wf_context context = {.reactor = reactor};
    wf_context_enter(&context);
    struct wf_address address = listen_here(&listener, NULL);
    int fd = connect_fd(&address);
    fail_accepts((const int[]){EMFILE, 0});
    wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
    WF_EXPECT_PENDING(&task);
    park_until(listener.fd.source, WF_READABLE);
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(accept.out, -EMFILE);
    ck_assert_uint_eq(listener.pauses, 0);
    wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future); /* nothing was taken away */
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(accept.out, 0);
    wf_tcp_close(&accept.stream);
    wf_tcp_listener_close(&listener);
    wf_context_leave(&context);
    close(fd);
    end_reactor();
}
END_TEST

/* G.199: the timers are shut down in a pause, or before it: the accept ends, and does not try for ever without one. */
START_TEST(g199_a_pause_ends_with_its_timers)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_test_task task;
    begin_reactor();
    struct wf_time_driver *driver = wf_time_driver_new(NULL, false);
    struct wf_context context = {.reactor = reactor, .time_driver = driver};
    wf_context_enter(&context);
    struct wf_address address = listen_here(&listener, NULL);
    int fd = connect_fd(&address);
    park_until(listener.fd.source, WF_READABLE);
    for (int before = 0; before < 2; before++) {
        fail_accepts((const int[]){EMFILE, EMFILE, EMFILE, 0});
        wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
        if (!before) {
            WF_EXPECT_PENDING(&task);
            wf_park_shutdown(&driver->park);
        }
        WF_EXPECT_READY(&task);
        ck_assert_int_eq(accept.out, WF_ECLOSED);
        ck_assert_int_eq(accept_errors_left(), 2);
        expect_released(&task);
    }
    wf_tcp_listener_close(&listener);
    wf_context_leave(&context);
    wf_park_drop(&driver->park);
    close(fd);
    end_reactor();
}
END_TEST

/* G.174: cancellation was asked for: before the call, or in a pause. The connection stays in the queue. */
START_TEST(g174_one_that_is_canceled_accepts_nothing)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    WF_ATOMIC(bool) asked = false;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    int fd = connect_fd(&address);
    wf_tcp_accept(&accept, &listener);
    struct wf_context scope = {.canceled = &asked};
    fail_accepts((const int[]){EMFILE, 0});
    while (listener.pauses == 0) {
        wf_context_enter(&scope);
        ck_assert_int_eq(wf_future_poll(&accept.future, &idle_cx), WF_PENDING);
        wf_context_leave(&scope);
        take_net_turns();
    }
    asked = true;
    wf_context_enter(&scope);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wf_future_poll(&accept.future, &idle_cx), WF_READY);
        ck_assert_int_eq(accept.out, WF_ECANCELED);
        wf_tcp_accept(&accept, &listener);
    }
    wf_context_leave(&scope);
    ck_assert_uint_eq(listener.calls, 1);
    ck_assert_int_eq(RUN(&accept)->out, 0);
    wf_tcp_close(&accept.stream);
    wf_tcp_listener_close(&listener);
    close(fd);
    end_net();
}
END_TEST

/* --- drops --- */

/* G.177: polled or not, woken or not: what was dropped has taken nothing. */
START_TEST(g177_one_that_is_dropped_loses_no_connection)
{
    struct wf_tcp_listener listener;
    struct wf_tcp_accept accept;
    struct wf_test_task task;
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    for (int i = 0; i < 30; i++) {
        wf_test_task_init(&task, &wf_tcp_accept(&accept, &listener)->future);
        if (i % 3 > 0)
            WF_EXPECT_PENDING(&task);
        int fd = connect_fd(&address);
        if (i % 3 > 1) {
            take_net_turns();
            WF_EXPECT_WAKE(&task);
        }
        wf_future_drop(&accept.future);
        expect_released(&task);
        ck_assert_int_eq(RUN(wf_tcp_accept(&accept, &listener))->out, 0);
        put(fd, "x");
        expect_text(&accept.stream, "x");
        wf_tcp_close(&accept.stream);
        close(fd);
    }
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* --- many --- */

enum { TASKS = 50, EACH = 4 };

struct acceptor {
    struct wf_future future;
    struct wf_tcp_listener *listener;
    struct wf_tcp_accept accept;
    int i;
    int out;
};

static _Atomic int accepted;

ASYNC_FN(acceptor)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < EACH; self->i++) {
        AWAIT(wf_tcp_accept(&self->accept, self->listener));
        ck_assert_int_eq(self->accept.out, 0);
        wf_tcp_close(&self->accept.stream);
        accepted++;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.178: one connection at a time, or all at once: each wakes enough. */
START_TEST(g178_fifty_tasks_share_a_listener)
{
    struct wf_tcp_listener listener;
    struct wf_join_handle handles[TASKS];
    int fds[TASKS];
    begin_net(_i);
    struct wf_address address = listen_here(&listener, NULL);
    for (int i = 0; i < TASKS; i++)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &handles[i], acceptor, .listener = &listener), 0);
    for (int i = 0; i < EACH; i++) {
        for (int k = 0; k < TASKS; k++) {
            fds[k] = connect_fd(&address);
            while (i % 2 && accepted <= i * TASKS + k)
                take_net_turns();
        }
        while (accepted < (i + 1) * TASKS)
            take_net_turns();
        for (int k = 0; k < TASKS; k++)
            close(fds[k]);
    }
    for (int i = 0; i < TASKS; i++)
        ck_assert_int_eq(RUN(&handles[i])->out, 0);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

TCase *tcp_accept_tests(void)
{
    TCase *tcase = tcase_create("tcp accept");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g174_it_brings_a_stream_and_where_it_comes_from, 0, KINDS);
    tcase_add_test(tcase, g174_one_that_cannot_be_opened_is_closed);
    tcase_add_loop_test(tcase, g175_connections_that_died_are_skipped, 0, KINDS);
    tcase_add_loop_test(tcase, g175_a_connection_that_was_reset_in_the_queue, 0, KINDS);
    tcase_add_test(tcase, g176_without_descriptors_it_pauses);
    tcase_add_loop_test(tcase, g176_a_descriptor_that_is_freed_is_found, 0, KINDS);
    tcase_add_loop_test(tcase, g176_four_errors_are_shortages, 0, KINDS);
    tcase_add_loop_test(tcase, g173_a_close_ends_a_pause, 0, KINDS);
    tcase_add_test(tcase, g198_without_a_time_driver_it_is_the_result);
    tcase_add_test(tcase, g199_a_pause_ends_with_its_timers);
    tcase_add_loop_test(tcase, g174_one_that_is_canceled_accepts_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g177_one_that_is_dropped_loses_no_connection, 0, KINDS);
    tcase_add_loop_test(tcase, g178_fifty_tasks_share_a_listener, 0, KINDS);
    return tcase;
}
