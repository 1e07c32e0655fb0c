/**
 * @file test_frame.c
 * @brief Frames with their length in front, in every piece that their bytes may come in.
 */
#include <errno.h>
#include <string.h>

#include "given.h"
#include "weft/error.h"
#include "weft/frame.h"
#include "weft/test_io.h"

static struct wf_test_io peer;
static struct wf_test_task task;
static struct wf_buf_reader reader;
static struct wf_frame_read frame;
static struct wf_frame_write write_frame;
static char buffer[16];
static struct wf_frame_format format;

static int64_t run(struct wf_future *future, const int64_t *output)
{
    wf_test_task_init(&task, future);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
    return *output;
}

static int64_t read_one(void)
{
    return run(&wf_frame_read(&frame, &reader, &format)->future, &frame.out);
}

static void begin(const struct wf_test_act *script, size_t count, size_t most)
{
    wf_test_io_init(&peer, script, count, WF_TEST_HERE);
    peer.most = most;
    wf_buf_reader_init(&reader, &peer.io, buffer, sizeof buffer);
}

/* G.294 G.295 */
START_TEST(g294_frames_come_whole_however_their_bytes_come)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("\0\3abc\0\0\0\16"),
                                                WF_PEER_SENDS("ABCDEFGHIJKLMN\0\1z"), WF_PEER_ENDS};
    format = (struct wf_frame_format){.head_bytes = 2, .most = 100};
    for (size_t most = 0; most <= 5; most++) {
        begin(script, 3, most);
        ck_assert(read_one() == 3 && memcmp(frame.bytes, "abc", 3) == 0);
        ck_assert(read_one() == 0); /* an empty frame is no end */
        ck_assert(read_one() == 14 &&
                  memcmp(frame.bytes, "ABCDEFGHIJKLMN", 14) == 0); /* as long as the buffer */
        ck_assert(read_one() == 1 && frame.bytes[0] == 'z');
        ck_assert(read_one() == WF_ECLOSED);
        ck_assert(read_one() == WF_ECLOSED);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.294: the bytes of a head in both sequences, and in each number. */
START_TEST(g294_heads_of_one_to_eight_bytes_in_both_sequences)
{
    for (unsigned bytes = 1; bytes <= 8; bytes++)
        for (int little = 0; little < 2; little++) {
            char sent[10] = {0};
            sent[little ? 0 : bytes - 1] = 2;
            sent[bytes] = 'h';
            sent[bytes + 1] = 'i';
            const struct wf_test_act script[] = {WF_PEER_SENDS_BYTES(sent, bytes + 2),
                                                 WF_PEER_RECEIVES_BYTES(sent, bytes + 2), WF_PEER_ENDS};
            format = (struct wf_frame_format){.head_bytes = bytes, .little_endian = little, .most = 2};
            begin(script, 3, 1);
            ck_assert(read_one() == 2 && memcmp(frame.bytes, "hi", 2) == 0);
            ck_assert(run(&wf_frame_write(&write_frame, &peer.io, &format, "hi", 2)->future,
                          &write_frame.out) == 2);
            WF_EXPECT_SCRIPT_DONE(&peer);
            wf_test_io_destroy(&peer);
        }
}
END_TEST

/* G.295: at each byte. */
START_TEST(g295_an_end_in_a_frame_is_told)
{
    for (size_t length = 1; length < 5; length++) {
        const struct wf_test_act script[] = {WF_PEER_SENDS_BYTES("\0\3ab", length < 4 ? length : 4),
                                             WF_PEER_ENDS};
        format = (struct wf_frame_format){.head_bytes = 2, .most = 100};
        begin(script, 2, 0);
        ck_assert(read_one() == WF_EEND);
        ck_assert_uint_eq(reader.end - reader.begin, length < 4 ? length : 4);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.296 G.297: nothing of the payload is awaited; a limit that is raised lets the same frame through. */
START_TEST(g296_a_frame_above_the_limit_is_refused_by_its_head)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("\0\5ab"), WF_PEER_WAITS,
                                                WF_PEER_SENDS("cde\0\17")};
    format = (struct wf_frame_format){.head_bytes = 2, .most = 4};
    begin(script, 3, 0);
    ck_assert(read_one() == WF_ETOOLONG);
    ck_assert(read_one() == WF_ETOOLONG);
    format.most = 100;
    wf_test_task_init(&task, &wf_frame_read(&frame, &reader, &format)->future);
    WF_EXPECT_PENDING(&task);
    format.most = 4;
    wf_test_io_go_on(&peer);
    WF_EXPECT_READY(&task);
    ck_assert(frame.out == WF_ETOOLONG); /* changed while it waited */
    format.most = 5;
    ck_assert(read_one() == 5 && memcmp(frame.bytes, "abcde", 5) == 0);
    format.most = 100;
    ck_assert(read_one() == WF_ETOOLONG); /* 15, and the buffer holds 14 and the head */
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.296: lengths at which a sum would wrap. */
START_TEST(g296_the_largest_length_is_too_long_and_nothing_else)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("\xff\xff\xff\xff\xff\xff\xff\xff")};
    format = (struct wf_frame_format){.head_bytes = 8, .most = UINT64_MAX};
    begin(script, 1, 0);
    ck_assert(read_one() == WF_ETOOLONG);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.297 */
START_TEST(g297_a_drop_and_an_error_lose_nothing)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("\0"),  WF_PEER_WAITS,
                                                WF_PEER_SENDS("\2a"), WF_PEER_WAITS,
                                                WF_PEER_SENDS("b"),   WF_PEER_FAILS(-ECONNRESET)};
    format = (struct wf_frame_format){.head_bytes = 2, .most = 100};
    begin(script, 6, 0);
    for (int i = 0; i < 2; i++) {
        wf_test_task_init(&task, &wf_frame_read(&frame, &reader, &format)->future);
        WF_EXPECT_PENDING(&task);
        wf_future_drop(&frame.future);
        WF_EXPECT_RELEASED(&task);
        wf_test_io_go_on(&peer);
    }
    ck_assert(read_one() == 2 && memcmp(frame.bytes, "ab", 2) == 0);
    ck_assert(read_one() == -ECONNRESET);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.298 */
START_TEST(g298_a_frame_is_written_to_its_last_byte)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("\0\3a"), WF_PEER_WAITS,
                                                WF_PEER_RECEIVES("bc\0\0"), WF_PEER_FAILS(-EPIPE)};
    format = (struct wf_frame_format){.head_bytes = 2, .most = 3};
    for (size_t most = 0; most <= 3; most++) {
        begin(script, 4, most);
        wf_test_task_init(&task, &wf_frame_write(&write_frame, &peer.io, &format, "abc", 3)->future);
        WF_EXPECT_PENDING(&task);
        ck_assert_uint_eq(write_frame.done, 3);
        wf_test_io_go_on(&peer);
        WF_EXPECT_READY(&task);
        ck_assert(write_frame.out == 3 && write_frame.done == 5);
        ck_assert(run(&wf_frame_write(&write_frame, &peer.io, &format, "", 0)->future, &write_frame.out) == 0);
        ck_assert(run(&wf_frame_write(&write_frame, &peer.io, &format, "x", 1)->future, &write_frame.out) ==
                  -EPIPE);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.298 */
START_TEST(g298_what_is_too_long_is_not_begun)
{
    static char payload[300];
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("never")};
    begin(script, 1, 0);
    format = (struct wf_frame_format){.head_bytes = 1, .most = 1000};
    ck_assert(run(&wf_frame_write(&write_frame, &peer.io, &format, payload, 256)->future, &write_frame.out) ==
              WF_ETOOLONG);
    format = (struct wf_frame_format){.head_bytes = 2, .most = 299};
    ck_assert(run(&wf_frame_write(&write_frame, &peer.io, &format, payload, 300)->future, &write_frame.out) ==
              WF_ETOOLONG);
    ck_assert_uint_eq(peer.received, 0);
    wf_test_io_destroy(&peer);
}
END_TEST

static void a_head_of_nine_bytes(void)
{
    format = (struct wf_frame_format){.head_bytes = 9};
    wf_frame_read(&frame, &reader, &format);
}

/* G.294 */
START_TEST(g294_a_head_has_at_most_eight_bytes)
{
    expect_panic(a_head_of_nine_bytes,
                 "weft: panic: clause G.294 broken: a frame's head has 9 bytes: 1 to 8\n");
}
END_TEST

static void read_into_a_full_buffer(void)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("0123456789abcdefgh")};
    struct wf_io_wait wait;
    begin(script, 1, 0);
    ck_assert(wf_buf_more(&reader, &wait) == 16);
    (void)wf_buf_more(&reader, &wait);
}

/* G.287 */
START_TEST(g287_a_full_buffer_takes_no_more)
{
    expect_panic(read_into_a_full_buffer,
                 "weft: panic: clause G.287 broken: a buffer of 16 bytes is full, and more is to be read\n");
}
END_TEST

TCase *frame_tests(void)
{
    TCase *tcase = tcase_create("frame");
    tcase_add_test(tcase, g294_frames_come_whole_however_their_bytes_come);
    tcase_add_test(tcase, g294_heads_of_one_to_eight_bytes_in_both_sequences);
    tcase_add_test(tcase, g295_an_end_in_a_frame_is_told);
    tcase_add_test(tcase, g296_a_frame_above_the_limit_is_refused_by_its_head);
    tcase_add_test(tcase, g296_the_largest_length_is_too_long_and_nothing_else);
    tcase_add_test(tcase, g297_a_drop_and_an_error_lose_nothing);
    tcase_add_test(tcase, g298_a_frame_is_written_to_its_last_byte);
    tcase_add_test(tcase, g298_what_is_too_long_is_not_begun);
    add_panic_test(tcase, g294_a_head_has_at_most_eight_bytes);
    add_panic_test(tcase, g287_a_full_buffer_takes_no_more);
    return tcase;
}
