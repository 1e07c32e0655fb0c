/**
 * @file test_tcp_split.c
 * @brief Halves of streams: borrowed, owned by tasks on several threads, and put together again.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"

/* G.195 */
START_TEST(g195_borrowed_halves_change_nothing)
{
    struct wf_tcp_stream ends[2];
    struct wf_tcp_read_half read_half;
    struct wf_tcp_write_half write_half;
    begin_net(_i);
    connect_two(ends);
    for (int i = 0; i < 3; i++) {
        if (_i == 0)
            (void)wf_alloc_fail_at(1); /* on this thread alone: it allocates nothing */
        wf_tcp_split(&ends[0], &read_half, &write_half);
        ck_assert(_i != 0 || wf_alloc_fail_at(0) == 1);
        say(write_half.stream, "there");
        expect_text(&ends[1], "there");
        say(&ends[1], "back");
        expect_text(read_half.stream, "back");
        ck_assert_int_eq(wf_tcp_reunite(&read_half, &write_half, &(struct wf_tcp_stream){.fd = {.fd = -1}}),
                         -EINVAL);
        ck_assert_ptr_eq(write_half.stream, &ends[0]);
        wf_tcp_write_half_drop(&write_half);
        wf_tcp_read_half_drop(&read_half);
        ck_assert_ptr_null(write_half.stream);
        ck_assert_ptr_null(read_half.stream);
    }
    wf_tcp_close(&ends[0]);
    wf_tcp_close(&ends[1]);
    end_net();
}
END_TEST

/* G.196: which half goes first; what the other side sees, and when the descriptor is closed. */
START_TEST(g196_the_last_half_closes)
{
    struct wf_tcp_stream ends[2];
    struct wf_tcp_read_half read_half;
    struct wf_tcp_write_half write_half;
    struct wf_socket_io read;
    struct wf_test_task task;
    char byte;
    begin_net(_i);
    for (int writer_first = 0; writer_first < 2; writer_first++) {
        connect_two(ends);
        int open = open_descriptors();
        ck_assert_int_eq(wf_tcp_into_split(&ends[0], &read_half, &write_half), 0);
        ck_assert_int_eq(wf_tcp_fd(&ends[0]), -1);
        wf_tcp_close(&ends[0]);                      /* not its any more */
        struct wf_tcp_write_half moved = write_half; /* plain data */
        say(moved.stream, "there");
        expect_text(&ends[1], "there");
        wf_test_task_init(&task, &wf_tcp_read(&read, &ends[1], &byte, 1)->future);
        WF_EXPECT_PENDING(&task);
        if (writer_first) {
            wf_tcp_write_half_drop(&moved);
            ck_assert_int_eq(RUN(&read)->out, 0); /* the end: and this side still reads */
            say(&ends[1], "back");
            expect_text(read_half.stream, "back");
            ck_assert_int_eq(open_descriptors(), open);
            wf_tcp_read_half_drop(&read_half);
        } else {
            wf_tcp_read_half_drop(&read_half);
            ck_assert_int_eq(open_descriptors(), open);
            say(moved.stream, "x");
            ck_assert_int_eq(RUN(&read)->out, 1);
            wf_tcp_write_half_drop(&moved);
            ck_assert_int_eq(read_once(&ends[1], &byte, 1), 0);
        }
        ck_assert_int_eq(open_descriptors(), open - 1);
        wf_tcp_write_half_drop(&moved);
        wf_tcp_read_half_drop(&read_half);
        wf_tcp_close(&ends[1]);
    }
    end_net();
}
END_TEST

/* G.196: without memory the stream is as it was. */
START_TEST(g196_without_memory)
{
    struct wf_tcp_stream ends[2];
    struct wf_tcp_read_half read_half;
    struct wf_tcp_write_half write_half;
    begin_net(0);
    connect_two(ends);
    wf_alloc_fail_at(1);
    ck_assert_int_eq(wf_tcp_into_split(&ends[0], &read_half, &write_half), WF_ENOMEM);
    wf_tcp_read_half_drop(&read_half);
    wf_tcp_write_half_drop(&write_half);
    say(&ends[0], "still one");
    expect_text(&ends[1], "still one");
    wf_tcp_close(&ends[0]);
    wf_tcp_close(&ends[1]);
    end_net();
}
END_TEST

/* --- on several threads --- */

enum { PAIRS = 40, WORDS = 50, BYTES = 4 * WORDS };

struct talks {
    struct wf_future future;
    struct wf_tcp_write_half half;
    struct wf_socket_io io;
    int i;
    int out;
};

ASYNC_FN(talks)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < WORDS; self->i++) {
        AWAIT(wf_tcp_write(&self->io, self->half.stream, "word", 4));
        ck_assert_int_eq(self->io.out, 4);
    }
ASYNC_FINALLY:
    wf_tcp_write_half_drop(&self->half);
    ASYNC_END;
}

struct listens {
    struct wf_future future;
    struct wf_tcp_read_half half;
    struct wf_socket_io io;
    int64_t bytes;
    char buffer[64];
    int out;
};

ASYNC_FN(listens)
{
    ASYNC_BEGIN;
    do {
        AWAIT(wf_tcp_read(&self->io, self->half.stream, self->buffer, sizeof self->buffer));
        ck_assert_int_ge(self->io.out, 0);
        self->bytes += self->io.out;
    } while (self->io.out > 0);
    ck_assert_int_eq(self->bytes, BYTES);
ASYNC_FINALLY:
    wf_tcp_read_half_drop(&self->half);
    ASYNC_END;
}

/* G.196: four tasks for each connection, and whichever half goes last closes. */
START_TEST(g196_halves_on_several_threads)
{
    struct wf_tcp_stream ends[2];
    struct wf_tcp_read_half read_half;
    struct wf_tcp_write_half write_half;
    static struct wf_join_handle handles[PAIRS * 4];
    begin_net(_i);
    int open = open_descriptors();
    for (int i = 0; i < PAIRS * 4; i += 4) {
        connect_two(ends);
        for (int k = 0; k < 2; k++) {
            ck_assert_int_eq(wf_tcp_into_split(&ends[k], &read_half, &write_half), 0);
            ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &handles[i + k], talks, .half = write_half), 0);
            ck_assert_int_eq(
                WF_SPAWN(wf_scheduler_current(), &handles[i + 2 + k], listens, .half = read_half), 0);
        }
    }
    for (int i = 0; i < PAIRS * 4; i++)
        ck_assert_int_eq(RUN(&handles[i])->out, 0);
    ck_assert_int_eq(open_descriptors(), open);
    end_net();
}
END_TEST

/* G.197: of two streams nothing fits; each pair of its own does. */
START_TEST(g197_halves_are_put_together)
{
    struct wf_tcp_stream ends[2], again = {.fd = {.fd = -1}};
    struct wf_tcp_read_half reads[2];
    struct wf_tcp_write_half writes[2];
    begin_net(_i);
    connect_two(ends);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(wf_tcp_into_split(&ends[i], &reads[i], &writes[i]), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wf_tcp_reunite(&reads[i], &writes[1 - i], &again), -EINVAL);
        say(writes[1 - i].stream, "as they were");
        expect_text(reads[i].stream, "as they were");
    }
    ck_assert_int_eq(wf_tcp_fd(&again), -1);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wf_tcp_reunite(&reads[i], &writes[i], &ends[i]), 0);
        ck_assert_ptr_null(reads[i].stream);
        ck_assert_ptr_null(writes[i].stream);
        ck_assert_int_eq(wf_tcp_reunite(&reads[i], &writes[i], &again), -EINVAL);
        wf_tcp_read_half_drop(&reads[i]);
        wf_tcp_write_half_drop(&writes[i]); /* ends nothing */
    }
    for (int i = 0; i < 2; i++) {
        say(&ends[i], "one again");
        expect_text(&ends[1 - i], "one again");
    }
    wf_tcp_close(&ends[0]);
    wf_tcp_close(&ends[1]);
    end_net();
}
END_TEST

/* G.197 */
START_TEST(g197_a_half_that_is_forgotten_ends_nothing)
{
    struct wf_tcp_stream ends[2];
    struct wf_tcp_read_half read_half;
    struct wf_tcp_write_half write_half;
    struct wf_socket_io read;
    struct wf_test_task task;
    char byte;
    begin_net(_i);
    connect_two(ends);
    ck_assert_int_eq(wf_tcp_into_split(&ends[0], &read_half, &write_half), 0);
    wf_tcp_write_half_forget(&write_half);
    ck_assert_ptr_null(write_half.stream);
    take_net_turns();
    wf_test_task_init(&task, &wf_tcp_read(&read, &ends[1], &byte, 1)->future);
    WF_EXPECT_PENDING(&task);
    wf_tcp_read_half_drop(&read_half); /* the last */
    ck_assert_int_eq(RUN(&read)->out, 0);
    wf_tcp_close(&ends[1]);
    end_net();
}
END_TEST

TCase *tcp_split_tests(void)
{
    TCase *tcase = tcase_create("tcp split");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g195_borrowed_halves_change_nothing, 0, KINDS);
    tcase_add_loop_test(tcase, g196_the_last_half_closes, 0, KINDS);
    tcase_add_test(tcase, g196_without_memory);
    tcase_add_loop_test(tcase, g196_halves_on_several_threads, 0, KINDS);
    tcase_add_loop_test(tcase, g197_halves_are_put_together, 0, KINDS);
    tcase_add_loop_test(tcase, g197_a_half_that_is_forgotten_ends_nothing, 0, KINDS);
    return tcase;
}
