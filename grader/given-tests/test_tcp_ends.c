/**
 * @file test_tcp_ends.c
 * @brief The ends of a connection: of one direction, by a close, by a reset, and under a future that waits.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/error.h"
#include "weft/test.h"

static void close_two(struct wf_tcp_stream ends[2])
{
    wf_tcp_close(&ends[0]);
    wf_tcp_close(&ends[1]);
}

/* G.187: one direction, then the other; each end comes behind the bytes. */
START_TEST(g187_half_a_close_each_way)
{
    struct wf_tcp_stream ends[2];
    char byte;
    begin_net(_i);
    for (int first = 0; first < 2; first++) {
        connect_two(ends);
        struct wf_tcp_stream *one = &ends[first], *other = &ends[1 - first];
        say(one, "the last words");
        ck_assert_int_eq(wf_tcp_shutdown(one, SHUT_WR), 0);
        ck_assert_int_eq(wf_tcp_shutdown(one, SHUT_WR), 0);
        expect_text(other, "the last words");
        ck_assert_int_eq(read_once(other, &byte, 1), 0);
        ck_assert_int_eq(write_once(one, "x", 1), -EPIPE);
        for (int i = 0; i < 3; i++) { /* the other direction goes on */
            say(other, "an answer");
            expect_text(one, "an answer");
        }
        ck_assert_int_eq(wf_tcp_shutdown(other, SHUT_WR), 0);
        ck_assert_int_eq(read_once(one, &byte, 1), 0);
        ck_assert_int_eq(wf_tcp_shutdown(one, SHUT_WR), 0); /* both are over */
        ck_assert_int_eq(wf_tcp_shutdown(other, SHUT_RDWR), 0);
        close_two(ends);
        ck_assert_int_eq(wf_tcp_shutdown(one, SHUT_WR), -EBADF);
    }
    end_net();
}
END_TEST

/* G.187: of the reading: one that waits is READY with 0. */
START_TEST(g187_a_shutdown_of_the_reading_ends_a_wait)
{
    struct wf_tcp_stream ends[2];
    struct wf_socket_io read;
    struct wf_test_task task;
    char byte;
    begin_net(_i);
    connect_two(ends);
    wf_test_task_init(&task, &wf_tcp_read(&read, &ends[0], &byte, 1)->future);
    WF_EXPECT_PENDING(&task);
    ck_assert_int_eq(wf_tcp_shutdown(&ends[0], SHUT_RD), 0);
    ck_assert_int_eq(RUN(&read)->out, 0);
    say(&ends[0], "writing goes on");
    expect_text(&ends[1], "writing goes on");
    ck_assert_int_eq(wf_tcp_shutdown(&ends[0], 77), -EINVAL);
    close_two(ends);
    end_net();
}
END_TEST

/* G.182, G.184, G.187, G.189: a reset behind some bytes, of a side that reads, or that writes. */
START_TEST(g189_a_reset_at_some_byte)
{
    struct wf_tcp_stream ends[2];
    char bytes[64];
    begin_net(_i);
    for (int reads = 0; reads < 2; reads++) {
        connect_two(ends);
        say(&ends[1], "not all of this is read");
        ck_assert_int_eq(read_once(&ends[0], bytes, 7), 7);
        wf_tcp_abort(&ends[1]);
        ck_assert_ptr_null(ends[1].fd.source);
        if (reads) {
            int64_t status;
            while ((status = read_once(&ends[0], bytes, sizeof bytes)) > 0) /* Linux keeps what had arrived */
                continue;
            ck_assert_int_eq(status, -ECONNRESET);
            ck_assert_int_eq(read_once(&ends[0], bytes, sizeof bytes), 0);
        } else {
            int64_t status = write_once(&ends[0], "x", 1);
            ck_assert(status == -ECONNRESET || status == -EPIPE);
        }
        ck_assert_int_eq(write_once(&ends[0], "x", 1), -EPIPE);
        ck_assert_int_eq(wf_tcp_shutdown(&ends[0], SHUT_WR), 0);
        wf_tcp_abort(&ends[0]);
        wf_tcp_abort(&ends[0]);
    }
    end_net();
}
END_TEST

/* G.182, G.184: a read and a write wait when the reset comes: both end. */
START_TEST(g184_a_reset_ends_what_waits)
{
    static char block[65536];
    struct wf_tcp_stream stream;
    struct wf_socket_io read, write;
    struct wf_test_task reads, writes;
    char byte;
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    wf_test_task_init(&reads, &wf_tcp_read(&read, &stream, &byte, 1)->future);
    WF_EXPECT_PENDING(&reads);
    for (int waits = 0; waits < 20;) { /* until it is full, also when what was written has moved on */
        wf_test_task_init(&writes, &wf_tcp_write(&write, &stream, block, sizeof block)->future);
        if (wf_test_task_poll(&writes) == WF_PENDING) {
            if (++waits == 20)
                break;
            take_net_turns();
            wf_future_drop(&write.future);
            expect_released(&writes); /* before it is a task anew */
        }
    }
    reset_fd(fd);
    /* one of the two has the reset; for the other the connection is over */
    int64_t read_out = RUN(&read)->out, write_out = RUN(&write)->out;
    if (write_out > 0) /* there was some room, before the reset */
        write_out = write_once(&stream, "x", 1);
    ck_assert_int_eq(read_out, -ECONNRESET);
    ck_assert(write_out == -EPIPE || write_out == -ECONNRESET);
    expect_released(&reads);
    expect_released(&writes);
    wf_tcp_close(&stream);
    end_net();
}
END_TEST

/* G.188: a read and a write that wait, in tasks of their own; then all later ones. The number is another's at once. */
START_TEST(g188_a_close_under_those_that_wait)
{
    struct wf_tcp_stream stream, zero = {.fd = {.source = NULL}};
    struct wf_socket_io read, peek;
    struct wf_test_task reads, peeks;
    char byte = 0;
    begin_net(_i);
    for (int i = 0; i < 20; i++) {
        int fd = connect_to_fd(&stream), number = wf_tcp_fd(&stream), others[2];
        wf_test_task_init(&reads, &wf_tcp_read(&read, &stream, &byte, 1)->future);
        wf_test_task_init(&peeks, &wf_tcp_peek(&peek, &stream, &byte, 1)->future);
        WF_EXPECT_PENDING(&reads);
        WF_EXPECT_PENDING(&peeks);
        wf_tcp_close(&stream);
        wf_tcp_close(&stream);
        open_pair(others);
        ck_assert(others[0] == number || others[1] == number);
        put(others[0], "x"); /* to be stolen */
        put(others[1], "x");
        WF_EXPECT_READY(&reads);
        WF_EXPECT_READY(&peeks);
        ck_assert_int_eq(read.out, WF_ECLOSED);
        ck_assert_int_eq(peek.out, WF_ECLOSED);
        expect_released(&reads);
        expect_released(&peeks);
        ck_assert_int_eq(read_once(&stream, &byte, 1), WF_ECLOSED);
        ck_assert_int_eq(write_once(&stream, "x", 1), WF_ECLOSED);
        ck_assert_int_eq(read_once(&zero, &byte, 1), WF_ECLOSED);
        ck_assert_int_eq(recv(others[0], &byte, 1, 0), 1);
        ck_assert_int_eq(recv(others[1], &byte, 1, 0), 1);
        ck_assert_int_eq(recv(fd, &byte, 1, 0), 0); /* the other side reads the end */
        close_both(others);
        close(fd);
    }
    end_net();
}
END_TEST

struct waits {
    struct wf_future future;
    struct wf_tcp_stream *stream;
    struct wf_socket_io io;
    char byte;
    int out;
};

ASYNC_FN(waits)
{
    ASYNC_BEGIN;
    AWAIT(wf_tcp_read(&self->io, self->stream, &self->byte, 1));
    self->out = (int)self->io.out;
ASYNC_FINALLY:
    ASYNC_END;
}

/* How many wait. With the lock, so that their polls are over: none touches the stream any more. */
static int waiting_for(const struct wf_tcp_stream *stream)
{
    struct wf_readiness *readiness = &stream->fd.source->readiness;
    int count = 0;
    pthread_mutex_lock(readiness->lock);
    for (struct wf_list *node = readiness->waiters.next; node != &readiness->waiters; node = node->next)
        count++;
    pthread_mutex_unlock(readiness->lock);
    return count;
}

/* G.188: the same where the tasks are on other threads: the close wakes each. */
START_TEST(g188_a_close_while_tasks_read)
{
    enum { TASKS = 10 };
    struct wf_tcp_stream stream;
    struct wf_join_handle handles[TASKS];
    int outs[TASKS];
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    for (int i = 0; i < TASKS; i++) {
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &handles[i], waits, .stream = &stream), 0);
        handles[i].value = &outs[i];
    }
    while (waiting_for(&stream) < TASKS)
        take_net_turns();
    wf_tcp_close(&stream);
    for (int i = 0; i < TASKS; i++) {
        ck_assert_int_eq(RUN(&handles[i])->out, 0);
        ck_assert_int_eq(outs[i], WF_ECLOSED);
    }
    close(fd);
    end_net();
}
END_TEST

TCase *tcp_ends_tests(void)
{
    TCase *tcase = tcase_create("tcp ends");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g187_half_a_close_each_way, 0, KINDS);
    tcase_add_loop_test(tcase, g187_a_shutdown_of_the_reading_ends_a_wait, 0, KINDS);
    tcase_add_loop_test(tcase, g189_a_reset_at_some_byte, 0, KINDS);
    tcase_add_loop_test(tcase, g184_a_reset_ends_what_waits, 0, KINDS);
    tcase_add_loop_test(tcase, g188_a_close_under_those_that_wait, 0, KINDS);
    tcase_add_loop_test(tcase, g188_a_close_while_tasks_read, 0, KINDS);
    return tcase;
}
