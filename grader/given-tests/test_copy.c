/**
 * @file test_copy.c
 * @brief Copies between peers that follow scripts: in each direction, at each place where one side may stop.
 */
#include <errno.h>
#include <string.h>

#include "given.h"
#include "weft/buffered.h"
#include "weft/copy.h"
#include "weft/error.h"
#include "weft/test_io.h"

static struct wf_test_io left, right;
static struct wf_test_task task;
static struct wf_io_copy copy;
static struct wf_io_copy_both both;
static char buffers[2][4], held[16];

#define BEGIN(left_script, right_script)                                                                     \
    do {                                                                                                     \
        WF_TEST_IO(&left, (left_script));                                                                    \
        WF_TEST_IO(&right, (right_script));                                                                  \
    } while (0)

static void end(void)
{
    WF_EXPECT_RELEASED(&task);
    WF_EXPECT_SCRIPT_DONE(&left);
    WF_EXPECT_SCRIPT_DONE(&right);
    wf_test_io_destroy(&left);
    wf_test_io_destroy(&right);
}

static void copy_both(void)
{
    wf_io_copy_both(&both, &left.io, &right.io, buffers[0], buffers[1], sizeof buffers[0]);
    wf_test_task_init(&task, &both.future);
}

/* G.290 */
START_TEST(g290_all_bytes_to_the_end_in_pieces_of_any_size)
{
    static const struct wf_test_act from[] = {WF_PEER_SENDS("abcdefghij"), WF_PEER_SENDS("k"), WF_PEER_ENDS};
    static const struct wf_test_act to[] = {WF_PEER_RECEIVES("abc"), WF_PEER_RECEIVES("defghijk")};
    for (size_t size = 1; size <= sizeof buffers[0]; size++)
        for (size_t most = 0; most <= 3; most++) {
            BEGIN(from, to);
            left.most = most;
            right.most = most == 0 ? 2 : 0;
            wf_test_task_init(&task, &wf_io_copy(&copy, &left.io, &right.io, buffers[0], size)->future);
            WF_EXPECT_READY(&task);
            ck_assert(copy.out == 11 && copy.way.moved == 11);
            ck_assert(!right.is_shut);
            end();
        }
}
END_TEST

/* G.290 */
START_TEST(g290_an_error_of_either_side_is_the_outcome)
{
    static const struct wf_test_act from[] = {WF_PEER_SENDS("abc"), WF_PEER_FAILS(-ECONNRESET)};
    static const struct wf_test_act to[] = {WF_PEER_RECEIVES("abc")};
    static const struct wf_test_act sends[] = {WF_PEER_SENDS("abc"), WF_PEER_ENDS};
    static const struct wf_test_act fails[] = {WF_PEER_RECEIVES("ab"), WF_PEER_FAILS(-EPIPE)};
    BEGIN(from, to);
    wf_test_task_init(&task, &wf_io_copy(&copy, &left.io, &right.io, buffers[0], 4)->future);
    WF_EXPECT_READY(&task);
    ck_assert(copy.out == -ECONNRESET && copy.way.moved == 3);
    end();
    WF_TEST_IO(&left, sends);
    WF_TEST_IO(&right, fails);
    wf_test_task_init(&task, &wf_io_copy(&copy, &left.io, &right.io, buffers[0], 4)->future);
    WF_EXPECT_READY(&task);
    ck_assert(copy.out == -EPIPE && copy.way.moved == 2 && copy.way.end - copy.way.begin == 1);
    wf_test_io_destroy(&left);
    wf_test_io_destroy(&right);
}
END_TEST

/* G.291: the peer sends more only when it has received what was copied, and that is held back by a buffer. */
START_TEST(g291_what_was_written_is_flushed_before_the_copy_waits)
{
    static const struct wf_test_act from[] = {WF_PEER_SENDS("abc"), WF_PEER_WAITS, WF_PEER_SENDS("d"),
                                              WF_PEER_ENDS};
    static const struct wf_test_act to[] = {WF_PEER_RECEIVES("abc"), WF_PEER_RECEIVES("d")};
    struct wf_buf_writer writer;
    BEGIN(from, to);
    wf_buf_writer_init(&writer, &right.io, held, sizeof held);
    wf_test_task_init(&task, &wf_io_copy(&copy, &left.io, &writer.io, buffers[0], 4)->future);
    WF_EXPECT_PENDING(&task);
    ck_assert_uint_eq(right.next, 1); /* "abc" has arrived */
    wf_test_io_go_on(&left);
    WF_EXPECT_READY(&task);
    ck_assert(copy.out == 4);
    end();
}
END_TEST

/* G.291: a flush that must wait. */
START_TEST(g291_a_flush_that_waits_holds_the_read_and_loses_nothing)
{
    static const struct wf_test_act from[] = {WF_PEER_SENDS("abc"), WF_PEER_WAITS, WF_PEER_SENDS("d"),
                                              WF_PEER_ENDS};
    static const struct wf_test_act to[] = {WF_PEER_RECEIVES("a"), WF_PEER_WAITS, WF_PEER_RECEIVES("bc"),
                                            WF_PEER_RECEIVES("d")};
    struct wf_buf_writer writer;
    BEGIN(from, to);
    wf_buf_writer_init(&writer, &right.io, held, sizeof held);
    wf_test_task_init(&task, &wf_io_copy(&copy, &left.io, &writer.io, buffers[0], 4)->future);
    WF_EXPECT_PENDING(&task);
    wf_test_io_go_on(&right);
    WF_EXPECT_PENDING(&task); /* it waits for the left one now */
    ck_assert_uint_eq(right.next, 3);
    wf_test_io_go_on(&left);
    WF_EXPECT_READY(&task);
    end();
}
END_TEST

/* G.292 G.293 */
START_TEST(g292_both_directions_and_a_half_close_in_each)
{
    static const struct wf_test_act client[] = {WF_PEER_SENDS("request"), WF_PEER_ENDS,
                                                WF_PEER_RECEIVES("the answer"), WF_PEER_EXPECTS_END};
    static const struct wf_test_act server[] = {WF_PEER_RECEIVES("request"), WF_PEER_EXPECTS_END,
                                                WF_PEER_WAITS, WF_PEER_SENDS("the answer"), WF_PEER_ENDS};
    BEGIN(client, server);
    copy_both();
    WF_EXPECT_PENDING(&task);
    ck_assert(right.is_shut && !left.is_shut);
    wf_test_io_go_on(&right);
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(both.out, 0);
    ck_assert(both.ways[0].moved == 7 && both.ways[1].moved == 10);
    end();
}
END_TEST

/* G.292: the left one takes nothing, and sends all the same. */
START_TEST(g292_a_side_that_takes_nothing_does_not_hold_the_other_direction)
{
    static const struct wf_test_act client[] = {WF_PEER_SENDS("0123456789"), WF_PEER_WAITS,
                                                WF_PEER_RECEIVES("x"), WF_PEER_EXPECTS_END, WF_PEER_ENDS};
    static const struct wf_test_act server[] = {WF_PEER_SENDS("x"), WF_PEER_ENDS,
                                                WF_PEER_RECEIVES("0123456789"), WF_PEER_EXPECTS_END};
    BEGIN(client, server);
    copy_both();
    WF_EXPECT_PENDING(&task);
    ck_assert(both.ways[0].moved == 10 && both.ways[1].moved == 0);
    wf_test_io_go_on(&left);
    WF_EXPECT_PENDING(&task); /* the second direction has just let the left one end, which wakes the first */
    WF_EXPECT_READY(&task);
    end();
}
END_TEST

/* G.293 */
START_TEST(g293_the_first_error_ends_both)
{
    static const struct wf_test_act client[] = {WF_PEER_SENDS("abc"), WF_PEER_WAITS,
                                                WF_PEER_FAILS(-ECONNRESET)};
    static const struct wf_test_act server[] = {WF_PEER_RECEIVES("abc"), WF_PEER_WAITS};
    BEGIN(client, server);
    copy_both();
    WF_EXPECT_PENDING(&task);
    wf_test_io_go_on(&left);
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(both.out, -ECONNRESET);
    ck_assert(both.ways[0].moved == 3);
    WF_EXPECT_RELEASED(&task); /* the direction that still waited has let go */
    ck_assert(wf_list_is_empty(&right.readiness.waiters));
    wf_test_io_destroy(&left);
    wf_test_io_destroy(&right);
}
END_TEST

/* G.262: dropped in both directions. */
START_TEST(g262_a_copy_that_is_dropped_waits_nowhere)
{
    static const struct wf_test_act waits[] = {WF_PEER_WAITS};
    BEGIN(waits, waits);
    copy_both();
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&both.future);
    WF_EXPECT_RELEASED(&task);
    ck_assert(wf_list_is_empty(&left.readiness.waiters) && wf_list_is_empty(&right.readiness.waiters));
    wf_test_io_destroy(&left);
    wf_test_io_destroy(&right);
}
END_TEST

/* G.263: streams that always have more give way. */
START_TEST(g263_an_endless_copy_gives_way)
{
    static char much[1000];
    static const struct wf_test_act from[] = {WF_PEER_SENDS_BYTES(much, sizeof much), WF_PEER_ENDS};
    static const struct wf_test_act to[] = {WF_PEER_RECEIVES_BYTES(much, sizeof much)};
    BEGIN(from, to);
    wf_test_task_init(&task, &wf_io_copy(&copy, &left.io, &right.io, buffers[0], 1)->future);
    WF_EXPECT_PENDING(&task); /* no budget is left */
    ck_assert_uint_gt(wf_test_task_wakes(&task), 0);
    ck_assert(copy.way.moved > 0 && copy.way.moved < sizeof much);
    while (wf_test_task_poll(&task) == WF_PENDING)
        ;
    ck_assert(copy.out == sizeof much);
    end();
}
END_TEST

TCase *copy_tests(void)
{
    TCase *tcase = tcase_create("copy");
    tcase_add_test(tcase, g290_all_bytes_to_the_end_in_pieces_of_any_size);
    tcase_add_test(tcase, g290_an_error_of_either_side_is_the_outcome);
    tcase_add_test(tcase, g291_what_was_written_is_flushed_before_the_copy_waits);
    tcase_add_test(tcase, g291_a_flush_that_waits_holds_the_read_and_loses_nothing);
    tcase_add_test(tcase, g292_both_directions_and_a_half_close_in_each);
    tcase_add_test(tcase, g292_a_side_that_takes_nothing_does_not_hold_the_other_direction);
    tcase_add_test(tcase, g293_the_first_error_ends_both);
    tcase_add_test(tcase, g262_a_copy_that_is_dropped_waits_nowhere);
    tcase_add_test(tcase, g263_an_endless_copy_gives_way);
    return tcase;
}
