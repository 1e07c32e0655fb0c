/**
 * @file test_io_whole.c
 * @brief read_exact, write_all and read_to_end, in every piece that bytes may come in.
 */
#include <errno.h>
#include <string.h>

#include "given.h"
#include "weft/error.h"
#include "weft/test_io.h"

static struct wf_test_io peer;
static struct wf_test_task task;
static struct wf_io_whole whole;
static char buffer[32];

static int64_t run(struct wf_io_whole *it)
{
    wf_test_task_init(&task, &it->future);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
    return it->out;
}

/* G.277 */
START_TEST(g277_read_exact_fills_the_buffer_however_the_bytes_come)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("ab"), WF_PEER_SENDS("cdef"),
                                                WF_PEER_SENDS("gh"), WF_PEER_ENDS};
    for (size_t most = 0; most <= 3; most++) {
        WF_TEST_IO(&peer, script);
        peer.most = most;
        memset(buffer, 0, sizeof buffer);
        ck_assert(run(wf_io_read_exact(&whole, &peer.io, buffer, 7)) == 7);
        ck_assert_str_eq(buffer, "abcdefg"); /* and "h" is not taken */
        ck_assert(run(wf_io_read_exact(&whole, &peer.io, buffer, 2)) == WF_EEND);
        ck_assert_uint_eq(whole.done, 1);
        ck_assert_int_eq(buffer[0], 'h');
        ck_assert(run(wf_io_read_exact(&whole, &peer.io, buffer, 0)) == 0);
        WF_EXPECT_SCRIPT_DONE(&peer);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.277: what came before a drop, or an error, is there. */
START_TEST(g277_done_says_what_came_before_a_drop_and_before_an_error)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("abc"), WF_PEER_WAITS, WF_PEER_SENDS("d"),
                                                WF_PEER_FAILS(-ECONNRESET)};
    WF_TEST_IO(&peer, script);
    wf_test_task_init(&task, &wf_io_read_exact(&whole, &peer.io, buffer, 5)->future);
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&whole.future);
    WF_EXPECT_RELEASED(&task);
    ck_assert_uint_eq(whole.done, 3);
    wf_test_io_go_on(&peer);
    ck_assert(run(wf_io_read_exact(&whole, &peer.io, buffer + 3, 2)) == -ECONNRESET);
    ck_assert_uint_eq(whole.done, 1);
    ck_assert_int_eq(strncmp(buffer, "abcd", 4), 0);
    wf_test_io_destroy(&peer);
}
END_TEST

static int64_t take_nothing(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    (void)io;
    (void)pieces;
    (void)count;
    (void)wait;
    return 0;
}

/* G.278 */
START_TEST(g278_write_all_goes_on_until_all_is_taken)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("ab"), WF_PEER_WAITS,
                                                WF_PEER_RECEIVES("cdefg")};
    for (size_t most = 0; most <= 3; most++) {
        WF_TEST_IO(&peer, script);
        peer.most = most;
        wf_test_task_init(&task, &wf_io_write_all(&whole, &peer.io, "abcdefg", 7)->future);
        WF_EXPECT_PENDING(&task);
        ck_assert_uint_eq(whole.done, 2);
        wf_test_io_go_on(&peer);
        WF_EXPECT_READY(&task);
        ck_assert(whole.out == 7);
        ck_assert(run(wf_io_write_all(&whole, &peer.io, "", 0)) == 0);
        WF_EXPECT_SCRIPT_DONE(&peer);
        wf_test_io_destroy(&peer);
    }
}
END_TEST

/* G.278 */
START_TEST(g278_a_write_that_takes_nothing_is_an_error)
{
    static const struct wf_io_ops ops = {.name = "full", .write = take_nothing};
    struct wf_io full = {&ops};
    ck_assert(run(wf_io_write_all(&whole, &full, "ab", 2)) == WF_EEND);
    ck_assert_uint_eq(whole.done, 0);
}
END_TEST

/* G.279: room for one byte less, exactly, and one byte more. */
START_TEST(g279_read_to_end_has_a_limit)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("abc"), WF_PEER_SENDS("def"), WF_PEER_ENDS};
    for (size_t most = 0; most <= 2; most++)
        for (size_t size = 0; size <= 8; size++) {
            WF_TEST_IO(&peer, script);
            peer.most = most;
            memset(buffer, 0, sizeof buffer);
            int64_t out = run(wf_io_read_to_end(&whole, &peer.io, buffer, size));
            ck_assert(out == (size < 6 ? WF_ETOOLONG : 6));
            ck_assert_int_eq(strncmp(buffer, "abcdef", size), 0);
            wf_test_io_destroy(&peer);
        }
}
END_TEST

TCase *io_whole_tests(void)
{
    TCase *tcase = tcase_create("io_whole");
    tcase_add_test(tcase, g277_read_exact_fills_the_buffer_however_the_bytes_come);
    tcase_add_test(tcase, g277_done_says_what_came_before_a_drop_and_before_an_error);
    tcase_add_test(tcase, g278_write_all_goes_on_until_all_is_taken);
    tcase_add_test(tcase, g278_a_write_that_takes_nothing_is_an_error);
    tcase_add_test(tcase, g279_read_to_end_has_a_limit);
    return tcase;
}
