/**
 * @file test_unix_rights.c
 * @brief Descriptors through Unix sockets: each arrives once, and none is left open by accident.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unix_runs.h"
#include "weft/error.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

static int64_t send_fds(struct wf_unix_stream *stream, const char *text, const int *fds, size_t count)
{
    struct wf_unix_send_fds send;
    return RUN(wf_unix_send_fds(&send, &stream->fd, text, strlen(text), fds, count))->out;
}

/* Pipes whose writing ends are sent: what comes through says which one it was. */
static void expect_pipe(int fd, int ends[2], char mark)
{
    char byte = 0;
    ck_assert_int_ge(fd, 0);
    ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    ck_assert_int_eq(write(fd, &mark, 1), 1);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    ck_assert_int_eq(byte, mark);
}

/* G.227, G.228: through a stream, records and datagrams; the sender closes them at once. */
START_TEST(g228_descriptors_arrive)
{
    for (int way = 0; way < 3; way++) {
        begin_unix(_i);
        int pipes[2][2], fds[2];
        char bytes[8] = {0};
        struct wf_unix_stream streams[2];
        struct wf_unix_datagram datagrams[2];
        struct wf_unix_send_fds send;
        struct wf_unix_receive_fds receive;
        if (way < 2)
            ck_assert_int_eq(wf_unix_pair(streams, way), 0);
        else
            ck_assert_int_eq(wf_unix_datagram_pair(datagrams), 0);
        struct wf_async_fd *from = way < 2 ? &streams[0].fd : &datagrams[0].fd,
                           *to = way < 2 ? &streams[1].fd : &datagrams[1].fd;
        for (int i = 0; i < 2; i++) {
            open_pipe(pipes[i]);
            fds[i] = pipes[i][1];
        }
        wf_unix_receive_fds(&receive, to, bytes, sizeof bytes, 5);
        expect_pending(&receive.future);
        ck_assert_int_eq(RUN(wf_unix_send_fds(&send, from, "abc", 3, fds, 2))->out, 3);
        for (int i = 0; i < 2; i++)
            close(fds[i]);
        run_unix(&receive.future);
        ck_assert_int_eq(receive.out, 3);
        ck_assert_str_eq(bytes, "abc");
        ck_assert_uint_eq(receive.count, 2);
        ck_assert(!receive.lost);
        for (int i = 0; i < 2; i++)
            expect_pipe(receive.fds[i], pipes[i], (char)('a' + i));
        int taken = receive.fds[1];
        receive.fds[1] = -1;
        wf_unix_close_fds(&receive);
        wf_unix_close_fds(&receive);
        expect_pipe(taken, pipes[1], 'z');
        close(taken);
        for (int i = 0; i < 2; i++)
            close(pipes[i][0]);
        wf_async_fd_close(from);
        ck_assert_int_eq(way < 2 ? RUN(wf_unix_receive_fds(&receive, to, bytes, 1, 5))->out : 0, 0);
        ck_assert_uint_eq(receive.count, 0);
        wf_async_fd_close(to);
        end_unix();
    }
}
END_TEST

/* How many are open, also beyond those that open_descriptors() looks at. */
static int open_of_all(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* G.228: a dropped receive has taken no descriptor; the next one has it. */
START_TEST(g228_a_dropped_receive_loses_nothing)
{
    begin_unix(_i);
    int ends[2];
    char byte;
    struct wf_unix_stream streams[2];
    struct wf_unix_receive_fds receive;
    ck_assert_int_eq(wf_unix_pair(streams, false), 0);
    open_pipe(ends);
    wf_unix_receive_fds(&receive, &streams[1].fd, &byte, 1, 1);
    expect_pending(&receive.future);
    ck_assert_int_eq(send_fds(&streams[0], "x", &ends[1], 1), 1);
    int open = open_descriptors();
    wf_future_drop(&receive.future);
    wf_unix_close_fds(&receive); /* it has none */
    ck_assert_int_eq(open_descriptors(), open);
    ck_assert_int_eq(RUN(wf_unix_receive_fds(&receive, &streams[1].fd, &byte, 1, 1))->out, 1);
    ck_assert_uint_eq(receive.count, 1);
    expect_pipe(receive.fds[0], ends, 'd');
    wf_unix_close_fds(&receive);
    close_both(ends);
    wf_unix_close(&streams[0]);
    wf_unix_close(&streams[1]);
    end_unix();
}
END_TEST

enum { MANY = 300, A_MESSAGE = 37 };

/* G.227, G.228: 300 of them, in messages whose bytes a read could take at once, were it not for the boundaries between. */
START_TEST(g228_many_descriptors_in_several_messages)
{
    begin_unix(_i);
    int ends[2], fds[MANY], received = 0, bytes_read = 0, messages = 0;
    char bytes[64];
    struct wf_unix_stream streams[2];
    struct wf_unix_receive_fds receive;
    ck_assert_int_eq(wf_unix_pair(streams, false), 0);
    open_pipe(ends);
    int open = open_of_all();
    for (int i = 0; i < MANY; i++)
        fds[i] = ends[1];
    for (int sent = 0; sent < MANY; sent += A_MESSAGE, messages++)
        ck_assert_int_eq(send_fds(&streams[0], "xyz", &fds[sent],
                                  MANY - sent < A_MESSAGE ? (size_t)(MANY - sent) : A_MESSAGE),
                         3);
    while (bytes_read < 3 * messages) {
        RUN(wf_unix_receive_fds(&receive, &streams[1].fd, bytes, sizeof bytes, WF_UNIX_FDS_MAX));
        ck_assert_int_gt(receive.out, 0);
        ck_assert(!receive.lost);
        bytes_read += (int)receive.out;
        received += (int)receive.count;
        for (size_t i = 0; i < receive.count; i++)
            expect_pipe(receive.fds[i], ends, 'm');
        wf_unix_close_fds(&receive);
    }
    ck_assert_int_eq(received, MANY);
    ck_assert_int_eq(bytes_read / 3, messages);
    ck_assert_int_eq(open_of_all(), open);

    /* the most in one message */
    ck_assert_int_eq(send_fds(&streams[0], "x", fds, WF_UNIX_FDS_MAX), 1);
    ck_assert_int_eq(
        RUN(wf_unix_receive_fds(&receive, &streams[1].fd, bytes, sizeof bytes, WF_UNIX_FDS_MAX + 9))->out, 1);
    ck_assert_uint_eq(receive.count, WF_UNIX_FDS_MAX);
    wf_unix_close_fds(&receive);
    ck_assert_int_eq(open_of_all(), open);
    close_both(ends);
    wf_unix_close(&streams[0]);
    wf_unix_close(&streams[1]);
    end_unix();
}
END_TEST

/* G.228: whatever the room, an odd one too, what is beyond it is closed; also where a plain read takes the bytes. */
START_TEST(g228_what_has_no_room_is_closed)
{
    begin_unix(_i);
    int ends[2], fds[6];
    char bytes[8];
    struct wf_unix_stream streams[2];
    struct wf_unix_receive_fds receive;
    ck_assert_int_eq(wf_unix_pair(streams, false), 0);
    open_pipe(ends);
    int open = open_descriptors();
    for (int i = 0; i < 6; i++)
        fds[i] = ends[1];
    for (size_t most = 0; most < 8; most++) {
        ck_assert_int_eq(send_fds(&streams[0], "abc", fds, 6), 3);
        ck_assert_int_eq(RUN(wf_unix_receive_fds(&receive, &streams[1].fd, bytes, sizeof bytes, most))->out,
                         3);
        ck_assert_uint_eq(receive.count, most < 6 ? most : 6);
        ck_assert(receive.lost == (most < 6));
        ck_assert_int_eq(open_descriptors(), open + (int)receive.count);
        wf_unix_close_fds(&receive);
        ck_assert_int_eq(open_descriptors(), open);
    }
    ck_assert_int_eq(send_fds(&streams[0], "abc", fds, 6), 3);
    expect_said(&streams[1], "abc");
    ck_assert_int_eq(open_descriptors(), open);

    if (!RUNNING_ON_VALGRIND) { /* the process has no number left; valgrind keeps that limit from the kernel */
        ck_assert_int_eq(send_fds(&streams[0], "abc", fds, 6), 3);
        begin_shortage();
        ck_assert_int_eq(RUN(wf_unix_receive_fds(&receive, &streams[1].fd, bytes, sizeof bytes, 6))->out, 3);
        end_shortage();
        ck_assert(receive.lost);
        ck_assert_uint_eq(receive.count, 0);
        ck_assert_int_eq(open_descriptors(), open);
    }
    /* in flight when both sides are closed */
    ck_assert_int_eq(send_fds(&streams[0], "abc", fds, 6), 3);
    close_both(ends);
    wf_unix_close(&streams[0]);
    wf_unix_close(&streams[1]);
    end_unix();
}
END_TEST

/* G.217: a read that ends early at a boundary has not drained: the next one is READY at once, without an event. */
START_TEST(g217_a_read_ends_where_descriptors_were_sent)
{
    begin_unix(_i);
    int ends[2];
    struct wf_unix_stream streams[2];
    ck_assert_int_eq(wf_unix_pair(streams, false), 0);
    open_pipe(ends);
    say_to(&streams[0], "a");
    ck_assert_int_eq(send_fds(&streams[0], "b", &ends[1], 1), 1);
    ck_assert_int_eq(send_fds(&streams[0], "c", &ends[1], 1), 1);
    int64_t bytes = 0;
    while (bytes < 3)
        bytes += read_out(&streams[1]);
    ck_assert_int_eq(bytes, 3);
    close_both(ends);
    wf_unix_close(&streams[0]);
    wf_unix_close(&streams[1]);
    end_unix();
}
END_TEST

/* G.227 */
START_TEST(g227_what_cannot_be_sent)
{
    begin_unix(_i);
    int fds[WF_UNIX_FDS_MAX + 1];
    char bytes[8];
    struct wf_unix_stream streams[2];
    struct wf_unix_receive_fds receive;
    struct wf_unix_send_fds send;
    ck_assert_int_eq(wf_unix_pair(streams, false), 0);
    for (int i = 0; i <= WF_UNIX_FDS_MAX; i++)
        fds[i] = STDERR_FILENO;
    ck_assert_int_eq(send_fds(&streams[0], "x", fds, WF_UNIX_FDS_MAX + 1), -EINVAL);
    ck_assert_int_eq(send_fds(&streams[0], "", fds, 1), -EINVAL);
    wf_unix_send_fds(&send, &streams[0].fd, "", 0, fds, 1);
    wf_future_drop(&send.future);
    fds[0] = 4000;
    ck_assert_int_eq(send_fds(&streams[0], "x", fds, 1), -EBADF);
    ck_assert_int_eq(send_fds(&streams[0], "ok", fds, 0), 2); /* none is possible */
    ck_assert_int_eq(RUN(wf_unix_receive_fds(&receive, &streams[1].fd, bytes, sizeof bytes, 3))->out, 2);
    ck_assert_uint_eq(receive.count, 0);
    ck_assert(!receive.lost);
    wf_unix_close(&streams[1]);
    ck_assert_int_eq(send_fds(&streams[0], "x", &(int){STDERR_FILENO}, 1), -EPIPE);
    wf_unix_close(&streams[0]);
    ck_assert_int_eq(send_fds(&streams[0], "x", &(int){STDERR_FILENO}, 1), WF_ECLOSED);
    ck_assert_int_eq(RUN(wf_unix_receive_fds(&receive, &streams[1].fd, bytes, 1, 3))->out, WF_ECLOSED);
    end_unix();
}
END_TEST

TCase *unix_rights_tests(void)
{
    TCase *tcase = tcase_create("unix rights");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g217_a_read_ends_where_descriptors_were_sent, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g227_what_cannot_be_sent, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g228_descriptors_arrive, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g228_a_dropped_receive_loses_nothing, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g228_many_descriptors_in_several_messages, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g228_what_has_no_room_is_closed, 0, UNIX_KINDS);
    return tcase;
}
