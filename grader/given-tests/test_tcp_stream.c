/**
 * @file test_tcp_stream.c
 * @brief Reads and writes of streams: how much, in which sequence, and what is left of those that are dropped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/error.h"
#include "weft/test.h"

/* G.182: what is there, not more and not less; and it waits for the first byte only. */
START_TEST(g182_a_read_takes_what_is_there)
{
    struct wf_tcp_stream stream;
    struct wf_socket_io read;
    struct wf_test_task task;
    char bytes[8];
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    wf_test_task_init(&task, &wf_tcp_read(&read, &stream, bytes, sizeof bytes)->future);
    WF_EXPECT_PENDING(&task);
    put(fd, "hello, world");
    if (_i == 0)
        take_net_turns();
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    expect_released(&task);
    ck_assert_int_eq(read.out, 8);
    ck_assert_int_eq(memcmp(bytes, "hello, w", 8), 0);
    ck_assert_int_eq(read_once(&stream, bytes, sizeof bytes), 4);
    ck_assert_int_eq(memcmp(bytes, "orld", 4), 0);
    ck_assert_int_eq(read_once(&stream, bytes, 0), 0); /* this is no end */
    put(fd, "more");
    close(fd);
    ck_assert_int_eq(read_once(&stream, bytes, sizeof bytes), 4);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(read_once(&stream, bytes, sizeof bytes), 0);
    wf_tcp_close(&stream);
    end_net();
}
END_TEST

/* G.182: a byte of urgent data cuts a read short, and what is behind it is there already. */
START_TEST(g182_what_is_behind_urgent_data_is_read)
{
    struct wf_tcp_stream stream;
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    put(fd, "before");
    ck_assert_int_eq(send(fd, "!", 1, MSG_OOB), 1);
    put(fd, "behind");
    expect_text(&stream, "beforebehind");
    close(fd);
    wf_tcp_close(&stream);
    end_net();
}
END_TEST

/* G.183: a thousand reads that are dropped, each polled, some woken. Then all bytes are there. */
START_TEST(g183_reads_that_are_dropped_take_nothing)
{
    struct wf_tcp_stream stream;
    struct wf_socket_io read;
    struct wf_test_task task;
    char bytes[64], found[2000];
    size_t sent = 0, length = 0;
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    for (int i = 0; i < 1000; i++) {
        wf_test_task_init(&task, &wf_tcp_read(&read, &stream, bytes, 1)->future);
        if (i % 4 == 0 || wf_test_task_poll(&task) == WF_PENDING) {
            if (i % 5 == 0) {
                ck_assert_int_eq(write(fd, &(char){(char)('a' + sent % 23)}, 1), 1);
                sent++;
            }
            if (i % 50 == 0)
                take_net_turns();
            wf_future_drop(&read.future);
        } else {
            ck_assert_int_eq(read.out, 1);
            found[length++] = bytes[0];
        }
        expect_released(&task);
    }
    ck_assert_uint_ge(sent, 100);
    while (length < sent) {
        int64_t more = read_once(&stream, found + length, 7);
        ck_assert_int_gt(more, 0);
        length += (size_t)more;
    }
    for (size_t i = 0; i < sent; i++)
        ck_assert_int_eq(found[i], (char)('a' + i % 23));
    close(fd);
    wf_tcp_close(&stream);
    end_net();
}
END_TEST

/* G.183, G.184: the connection is full; a thousand writes are dropped, but for those for which room is found. None of theirs arrives. */
START_TEST(g183_writes_that_are_dropped_send_nothing)
{
    static char block[65536];
    struct wf_tcp_stream stream;
    struct wf_socket_io write;
    struct wf_test_task task;
    size_t sent = 0, ys = 0, arrived = 0;
    int dropped = 0;
    ssize_t length;
    memset(block, 'x', sizeof block);
    begin_net(_i);
    int fd = connect_to_fd(&stream);
    const int little = 20000;
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little), 0);
    ck_assert_int_eq(wf_tcp_set_send_buffer(&stream, little), 0);
    wf_test_task_init(&task, &wf_tcp_write(&write, &stream, block, sizeof block)->future);
    for (int waits = 0;
         waits < 20;) { /* until it is full, also when what was written has moved on to the other side */
        if (wf_test_task_poll(&task) == WF_READY) {
            ck_assert_int_gt(write.out, 0);
            sent += (size_t)write.out;
            expect_released(&task); /* before it is a task anew */
            wf_test_task_init(&task, &wf_tcp_write(&write, &stream, block, sizeof block)->future);
        } else {
            waits++;
            take_net_turns();
        }
    }
    wf_future_drop(&write.future);
    expect_released(&task);
    for (int i = 0; dropped < 1000 && i < 1000000; i++) {
        wf_test_task_init(&task, &wf_tcp_write(&write, &stream, "y", 1)->future);
        if (wf_test_task_poll(&task) == WF_READY) { /* the system has moved some of it on */
            ys++;
        } else {
            wf_future_drop(&write.future);
            dropped++;
        }
        expect_released(&task);
    }
    ck_assert_int_eq(dropped, 1000); /* nobody reads, so there is an end of the room */
    wf_test_task_init(&task, &wf_tcp_write(&write, &stream, "z", 1)->future);
    bool written = wf_test_task_poll(&task) == WF_READY;
    while (arrived < sent + ys + 1) {
        length = read(fd, block, sizeof block);
        if (length < 0) {
            ck_assert_int_eq(errno, EAGAIN);
            take_net_turns();
        }
        for (ssize_t i = 0; i < length; i++, arrived++)
            if (block[i] != (arrived < sent        ? 'x'
                             : arrived < sent + ys ? 'y'
                                                   : 'z')) /* an assertion for each would take long */
                ck_abort_msg("byte %zu of %zu is another", arrived, sent);
        if (!written && wf_test_task_wakes(&task) > 0) {
            written = wf_test_task_poll(&task) == WF_READY;
            ck_assert(!written || write.out == 1);
        }
    }
    ck_assert(written);
    close(fd);
    wf_tcp_close(&stream);
    end_net();
}
END_TEST

/* G.185 */
START_TEST(g185_pieces_are_one_read_or_write)
{
    struct wf_tcp_stream ends[2];
    struct wf_socket_io io;
    char first[4] = "", second[1], third[20] = "";
    const struct iovec out[] = {{"he", 2}, {"", 0}, {"llo, ", 5}, {"world", 5}};
    const struct iovec in[] = {{first, 3}, {second, 1}, {third, 19}};
    begin_net(_i);
    connect_two(ends);
    ck_assert_int_eq(RUN(wf_tcp_write_pieces(&io, &ends[0], out, 4))->out, 12);
    ck_assert_int_eq(RUN(wf_tcp_read_pieces(&io, &ends[1], in, 3))->out, 12);
    ck_assert_str_eq(first, "hel");
    ck_assert_int_eq(second[0], 'l');
    ck_assert_str_eq(third, "o, world");
    ck_assert_int_eq(RUN(wf_tcp_write_pieces(&io, &ends[0], out + 1, 1))->out, 0);
    ck_assert_int_eq(RUN(wf_tcp_read_pieces(&io, &ends[1], in, 0))->out, 0);
    wf_tcp_close(&ends[0]);
    wf_tcp_close(&ends[1]);
    end_net();
}
END_TEST

/* G.186: the read behind it does not wait for another event, which does not come. */
START_TEST(g186_a_peek_leaves_what_it_saw)
{
    struct wf_tcp_stream ends[2];
    struct wf_socket_io peek;
    struct wf_test_task task;
    char bytes[16];
    begin_net(_i);
    connect_two(ends);
    wf_test_task_init(&task, &wf_tcp_peek(&peek, &ends[1], bytes, sizeof bytes)->future);
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&peek.future);
    say(&ends[0], "hello");
    for (size_t size = 1; size < sizeof bytes; size += 7) {
        int64_t length = size < 5 ? (int64_t)size : 5;
        ck_assert_int_eq(RUN(wf_tcp_peek(&peek, &ends[1], bytes, size))->out, length);
        ck_assert_int_eq(memcmp(bytes, "hello", (size_t)length), 0);
    }
    expect_text(&ends[1], "hello");
    wf_tcp_close(&ends[0]);
    ck_assert_int_eq(RUN(wf_tcp_peek(&peek, &ends[1], bytes, 5))->out, 0);
    wf_tcp_close(&ends[1]);
    end_net();
}
END_TEST

TCase *tcp_stream_tests(void)
{
    TCase *tcase = tcase_create("tcp stream");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g182_a_read_takes_what_is_there, 0, KINDS);
    tcase_add_loop_test(tcase, g182_what_is_behind_urgent_data_is_read, 0, KINDS);
    tcase_add_loop_test(tcase, g183_reads_that_are_dropped_take_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g183_writes_that_are_dropped_send_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g185_pieces_are_one_read_or_write, 0, KINDS);
    tcase_add_loop_test(tcase, g186_a_peek_leaves_what_it_saw, 0, KINDS);
    return tcase;
}
