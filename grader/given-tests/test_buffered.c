/**
 * @file test_buffered.c
 * @brief Readers and writers with a buffer, on a peer that follows a script: which calls they make, and what they keep.
 */
#include <errno.h>
#include <string.h>

#include "given.h"
#include "weft/buffered.h"
#include "weft/error.h"
#include "weft/test_io.h"

static struct wf_test_io peer;
static struct wf_test_task task;
static struct wf_io_call call;
static struct wf_buf_read line;
static struct wf_buf_reader reader;
static struct wf_buf_writer writer;
static char small[8], out[32];

static int64_t run(struct wf_future *future, const int64_t *output)
{
    wf_test_task_init(&task, future);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
    return *output;
}

static int64_t read_some(struct wf_io *io, size_t size)
{
    memset(out, 0, sizeof out);
    return run(&wf_io_read(&call, io, out, size)->future, &call.out);
}

static int64_t write_some(const char *text)
{
    return run(&wf_io_write(&call, &writer.io, text, strlen(text))->future, &call.out);
}

static int64_t read_line(void)
{
    return run(&wf_buf_read_until(&line, &reader, '\n')->future, &line.out);
}

static void expect_line(const char *text)
{
    ck_assert(read_line() == (int64_t)strlen(text));
    ck_assert_int_eq(strncmp(line.bytes, text, strlen(text)), 0);
}

/* G.280 */
START_TEST(g280_a_read_takes_what_is_buffered_then_fills_or_passes_by)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("abcdefghij"), WF_PEER_SENDS("0123456789"),
                                                WF_PEER_ENDS};
    WF_TEST_IO(&peer, script);
    wf_buf_reader_init(&reader, &peer.io, small, sizeof small);
    ck_assert(read_some(&reader.io, 3) == 3);
    ck_assert_str_eq(out, "abc");
    ck_assert_uint_eq(peer.read, 8);           /* one call, which filled the buffer */
    ck_assert(read_some(&reader.io, 20) == 5); /* what is buffered, and no call */
    ck_assert_str_eq(out, "defgh");
    ck_assert_uint_eq(peer.read, 8);
    ck_assert(read_some(&reader.io, 8) == 2); /* past the buffer */
    ck_assert_str_eq(out, "ij");
    ck_assert(read_some(&reader.io, 20) == 10);
    ck_assert(read_some(&reader.io, 7) == 0);
    ck_assert(read_some(&reader.io, 8) == 0);
    wf_test_io_destroy(&peer);
}
END_TEST

static void consume_too_much(void)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("ab")};
    WF_TEST_IO(&peer, script);
    wf_buf_reader_init(&reader, &peer.io, small, sizeof small);
    wf_buf_consume(&reader, 1);
}

/* G.281 */
START_TEST(g281_a_fill_shows_what_is_there_and_takes_nothing)
{
    static const struct wf_test_act script[] = {WF_PEER_WAITS, WF_PEER_SENDS("abc"), WF_PEER_ENDS};
    WF_TEST_IO(&peer, script);
    wf_buf_reader_init(&reader, &peer.io, small, sizeof small);
    wf_test_task_init(&task, &wf_buf_fill(&line, &reader)->future);
    WF_EXPECT_PENDING(&task);
    wf_test_io_go_on(&peer);
    WF_EXPECT_READY(&task);
    ck_assert(line.out == 3 && strncmp(line.bytes, "abc", 3) == 0);
    wf_buf_consume(&reader, 1);
    ck_assert(run(&wf_buf_fill(&line, &reader)->future, &line.out) == 2);
    ck_assert_int_eq(line.bytes[0], 'b');
    wf_buf_consume(&reader, 2);
    ck_assert(run(&wf_buf_fill(&line, &reader)->future, &line.out) == 0);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.281 */
START_TEST(g281_more_than_is_buffered_is_not_consumed)
{
    expect_panic(consume_too_much,
                 "weft: panic: clause G.281 broken: 1 bytes are consumed, and 0 are buffered\n");
}
END_TEST

/* G.282: in every piece. */
START_TEST(g282_lines_come_whole_however_the_bytes_come)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("a\n\nbcdefgh"), WF_PEER_SENDS("\nij"),
                                                WF_PEER_SENDS("k"), WF_PEER_ENDS};
    for (size_t most = 0; most <= 4; most++) {
        WF_TEST_IO(&peer, script);
        peer.most = most;
        wf_buf_reader_init(&reader, &peer.io, small, sizeof small);
        expect_line("a\n");
        expect_line("\n");
        expect_line("bcdefgh\n"); /* as long as the buffer */
        expect_line("ijk");       /* the end has no delimiter */
        ck_assert(read_line() == 0);
        ck_assert(read_line() == 0);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.283 */
START_TEST(g283_a_line_that_is_too_long_is_still_there)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("12345678"), WF_PEER_SENDS("9\n")};
    WF_TEST_IO(&peer, script);
    wf_buf_reader_init(&reader, &peer.io, small, sizeof small);
    ck_assert(read_line() == WF_ETOOLONG);
    ck_assert(read_line() == WF_ETOOLONG);
    wf_buf_consume(&reader, 4);
    expect_line("56789\n");
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.283 */
START_TEST(g283_a_drop_and_an_error_lose_nothing)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("ab"), WF_PEER_WAITS, WF_PEER_SENDS("c"),
                                                WF_PEER_WAITS, WF_PEER_FAILS(-ECONNRESET)};
    WF_TEST_IO(&peer, script);
    wf_buf_reader_init(&reader, &peer.io, small, sizeof small);
    for (int i = 0; i < 2; i++) {
        wf_test_task_init(&task, &wf_buf_read_until(&line, &reader, '\n')->future);
        WF_EXPECT_PENDING(&task);
        wf_future_drop(&line.future);
        WF_EXPECT_RELEASED(&task);
        wf_test_io_go_on(&peer);
    }
    ck_assert(read_line() == -ECONNRESET);
    ck_assert(read_some(&reader.io, 20) == 3);
    ck_assert_str_eq(out, "abc");
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.284 */
START_TEST(g284_a_write_is_held_back_while_it_fits)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("abcdefg"), WF_PEER_RECEIVES("hi"),
                                                WF_PEER_RECEIVES("0123456789"), WF_PEER_RECEIVES("87654321")};
    WF_TEST_IO(&peer, script);
    wf_buf_writer_init(&writer, &peer.io, small, sizeof small);
    ck_assert(write_some("abc") == 3);
    ck_assert(write_some("defg") == 4);
    ck_assert_uint_eq(peer.next, 0); /* nothing was written */
    ck_assert(write_some("hi") == 2);
    ck_assert_uint_eq(peer.next, 1);
    ck_assert(write_some("0123456789") == 10); /* what was held, then past the buffer */
    ck_assert_uint_eq(peer.next, 3);
    ck_assert(write_some("87654321") == 8); /* as large as the buffer: past it */
    ck_assert_uint_eq(peer.next, 4);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.284 G.285: at each place where the peer may stop reading nothing is lost, and nothing is written twice. */
START_TEST(g285_a_flush_that_waits_goes_on_where_it_stopped)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("ab"), WF_PEER_WAITS, WF_PEER_RECEIVES("cde"),
                                                WF_PEER_RECEIVES("xyz"), WF_PEER_EXPECTS_END};
    for (int drops = 0; drops < 2; drops++) {
        WF_TEST_IO(&peer, script);
        wf_buf_writer_init(&writer, &peer.io, small, sizeof small);
        ck_assert(write_some("abcde") == 5);
        wf_test_task_init(&task, &wf_io_flush(&call, &writer.io)->future);
        WF_EXPECT_PENDING(&task);
        if (drops) {
            wf_future_drop(&call.future);
            WF_EXPECT_RELEASED(&task);
            wf_test_task_init(&task, &wf_io_write(&call, &writer.io, "xyz", 3)->future);
            ck_assert_int_eq(wf_test_task_poll(&task),
                             WF_READY); /* "cde" is held, and there is room behind it */
            wf_test_io_go_on(&peer);
        } else {
            wf_test_io_go_on(&peer);
            WF_EXPECT_READY(&task);
            ck_assert(call.out == 0);
            ck_assert(write_some("xyz") == 3);
        }
        ck_assert(run(&wf_io_shutdown(&call, &writer.io)->future, &call.out) == 0);
        WF_EXPECT_SCRIPT_DONE(&peer);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.285 */
START_TEST(g285_an_error_is_told_and_what_was_not_written_stays)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("ab"), WF_PEER_FAILS(-EPIPE)};
    WF_TEST_IO(&peer, script);
    wf_buf_writer_init(&writer, &peer.io, small, sizeof small);
    ck_assert(write_some("abcde") == 5);
    ck_assert(run(&wf_io_flush(&call, &writer.io)->future, &call.out) == -EPIPE);
    ck_assert_uint_eq(writer.end - writer.begin, 3);
    ck_assert(write_some("0123456789") == -EPIPE);
    ck_assert_uint_eq(writer.end - writer.begin, 3);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.286 */
START_TEST(g286_a_stream_has_both)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("one\ntwo\n"), WF_PEER_RECEIVES("1\n2\n"),
                                                WF_PEER_EXPECTS_END, WF_PEER_ENDS};
    struct wf_buf_stream stream;
    static char more[16];
    WF_TEST_IO(&peer, script);
    wf_buf_stream_init(&stream, &peer.io, more, sizeof more, small, sizeof small);
    ck_assert(run(&wf_buf_read_until(&line, &stream.reader, '\n')->future, &line.out) == 4);
    ck_assert(run(&wf_io_write(&call, &stream.io, "1\n", 2)->future, &call.out) == 2);
    ck_assert(read_some(&stream.io, 20) == 4);
    ck_assert(run(&wf_io_write(&call, &stream.io, "2\n", 2)->future, &call.out) == 2);
    ck_assert_uint_eq(peer.next, 1);
    ck_assert(run(&wf_io_flush(&call, &stream.io)->future, &call.out) == 0);
    ck_assert(run(&wf_io_shutdown(&call, &stream.io)->future, &call.out) == 0);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

TCase *buffered_tests(void)
{
    TCase *tcase = tcase_create("buffered");
    tcase_add_test(tcase, g280_a_read_takes_what_is_buffered_then_fills_or_passes_by);
    tcase_add_test(tcase, g281_a_fill_shows_what_is_there_and_takes_nothing);
    add_panic_test(tcase, g281_more_than_is_buffered_is_not_consumed);
    tcase_add_test(tcase, g282_lines_come_whole_however_the_bytes_come);
    tcase_add_test(tcase, g283_a_line_that_is_too_long_is_still_there);
    tcase_add_test(tcase, g283_a_drop_and_an_error_lose_nothing);
    tcase_add_test(tcase, g284_a_write_is_held_back_while_it_fits);
    tcase_add_test(tcase, g285_a_flush_that_waits_goes_on_where_it_stopped);
    tcase_add_test(tcase, g285_an_error_is_told_and_what_was_not_written_stays);
    tcase_add_test(tcase, g286_a_stream_has_both);
    return tcase;
}
