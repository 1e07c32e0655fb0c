/**
 * @file test_tcp_shutdown.c
 * @brief A runtime is dropped while tasks accept, connect, read and write; and what its sockets are worth afterwards.
 */
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"

enum { EACH = 10 };

static _Atomic int begun;

/* Waits for ever in one operation; what it owns is closed by its clean-up. */
struct stays {
    struct wf_future future;
    int kind;
    struct wf_tcp_listener *listener;
    struct wf_address full;
    struct wf_tcp_stream stream;
    union {
        struct wf_tcp_accept accept;
        struct wf_tcp_connect connect;
        struct wf_socket_io io;
    } in;
    char block[4096];
    int out;
};

ASYNC_FN(stays)
{
    ASYNC_BEGIN;
    begun++;
    if (self->kind == 0)
        AWAIT(wf_tcp_accept(&self->in.accept, self->listener));
    else if (self->kind == 1)
        AWAIT(wf_tcp_connect(&self->in.connect, &self->stream, &self->full, NULL));
    else if (self->kind == 2)
        AWAIT(wf_tcp_read(&self->in.io, &self->stream, self->block, sizeof self->block));
    else
        do { /* until nothing more fits */
            AWAIT(wf_tcp_write(&self->in.io, &self->stream, self->block, sizeof self->block));
        } while (self->in.io.out > 0);
    ck_abort_msg("it does not end by itself");
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

/* G.199 */
START_TEST(g199_what_is_in_flight_leaves_nothing)
{
    struct wf_tcp_listener listener, queue;
    int others[EACH * 2], count = 0;
    begin_net(_i);
    (void)listen_here(&listener, NULL);
    struct wf_address full = listen_here(&queue, &(struct wf_tcp_listen_options){.backlog = 1});
    int inside[2] = {connect_fd(&full),
                     connect_fd(&full)}; /* a queue of 1 takes two, and who connects then waits */
    for (int i = 0; i < EACH * 4; i++) {
        struct wf_tcp_stream stream = {.fd = {.fd = -1}};
        if (i % 4 >= 2)
            others[count++] = connect_to_fd(&stream);
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), NULL, stays, .kind = i % 4, .listener = &listener,
                                  .full = full, .stream = stream),
                         0);
    }
    while (begun < EACH * 4)
        take_net_turns();
    take_net_turns();
    wf_tcp_listener_close(&queue);
    drop_net();
    wf_tcp_listener_close(&listener); /* the tasks that used it are over */
    while (count > 0)
        close(others[--count]);
    close_both(inside);
    expect_nothing_left();
}
END_TEST

/* G.199: a stream and halves outlive their runtime: each operation is closed, and their closes leave nothing. */
START_TEST(g199_what_outlives_its_runtime)
{
    struct wf_tcp_stream ends[4];
    struct wf_tcp_read_half read_half;
    struct wf_tcp_write_half write_half;
    struct wf_socket_io read;
    struct wf_test_task task;
    char byte;
    int open = open_descriptors();
    struct wf_runtime *runtime =
        new_runtime_of(_i == 0 ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD, 2, false);
    struct wf_runtime_entry entry;
    wf_runtime_enter(runtime, &entry);
    connect_two(ends);
    connect_two(ends + 2);
    ck_assert_int_eq(wf_tcp_into_split(&ends[2], &read_half, &write_half), 0);
    wf_test_task_init(&task, &wf_tcp_read(&read, &ends[0], &byte, 1)->future);
    WF_EXPECT_PENDING(&task);
    wf_runtime_leave(&entry);
    wf_runtime_drop(runtime);
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(read.out, WF_ECLOSED);
    expect_released(&task);
    wf_tcp_close(&ends[0]);
    wf_tcp_abort(&ends[1]);
    wf_tcp_write_half_drop(&write_half);
    wf_tcp_read_half_drop(&read_half);
    close(wf_tcp_release(&ends[3]));
    ck_assert_uint_eq(wf_live_bytes(), 0);
    ck_assert_int_eq(open_descriptors(), open);
}
END_TEST

TCase *tcp_shutdown_tests(void)
{
    TCase *tcase = tcase_create("tcp shutdown");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g199_what_is_in_flight_leaves_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g199_what_outlives_its_runtime, 0, 2);
    return tcase;
}
