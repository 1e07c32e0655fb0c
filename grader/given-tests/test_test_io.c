/**
 * @file test_test_io.c
 * @brief A peer that follows a script, and what it says of a program that does not.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "given.h"
#include "weft/error.h"
#include "weft/test_io.h"

static struct wf_test_io peer;
static struct wf_test_task task;
static struct wf_io_call call, writing;
static char buffer[64];

static int64_t read_now(size_t size)
{
    memset(buffer, 0, sizeof buffer);
    wf_test_task_init(&task, &wf_io_read(&call, &peer.io, buffer, size)->future);
    WF_EXPECT_READY(&task);
    return call.out;
}

static int64_t write_now(const char *text)
{
    wf_test_task_init(&task, &wf_io_write(&writing, &peer.io, text, strlen(text))->future);
    WF_EXPECT_READY(&task);
    return writing.out;
}

static int64_t shut_now(void)
{
    wf_test_task_init(&task, &wf_io_shutdown(&call, &peer.io)->future);
    WF_EXPECT_READY(&task);
    return call.out;
}

static const struct wf_test_act exchange[] = {
    WF_PEER_SENDS("hello"), WF_PEER_SENDS("you"), WF_PEER_RECEIVES("who?"), WF_PEER_RECEIVES("me"),
    WF_PEER_SENDS("!"),     WF_PEER_EXPECTS_END,  WF_PEER_SENDS("bye"),     WF_PEER_ENDS,
};

/* G.266 G.267 G.270 */
START_TEST(g266_a_script_from_its_first_act_to_its_last)
{
    WF_TEST_IO(&peer, exchange);
    ck_assert(read_now(3) == 3);
    ck_assert_str_eq(buffer, "hel");
    ck_assert(write_now("who?me") == 4); /* before all is read; and no more than one act takes */
    ck_assert(read_now(sizeof buffer) == 2);
    ck_assert(read_now(sizeof buffer) == 3);
    ck_assert_str_eq(buffer, "you");
    wf_test_task_init(&task, &wf_io_read(&call, &peer.io, buffer, sizeof buffer)->future);
    WF_EXPECT_PENDING(&task); /* "!" comes behind "me" */
    struct wf_test_task other;
    wf_test_task_init(&other, &wf_io_write(&writing, &peer.io, "m", 1)->future);
    WF_EXPECT_READY(&other);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    wf_test_task_init(&other, &wf_io_write(&writing, &peer.io, "e", 1)->future);
    WF_EXPECT_READY(&other);
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 1 && buffer[0] == '!');
    ck_assert(shut_now() == 0);
    ck_assert(shut_now() == 0); /* again */
    ck_assert(write_now("more") == -EPIPE);
    ck_assert(read_now(sizeof buffer) == 3);
    ck_assert(read_now(sizeof buffer) == 0);
    ck_assert(read_now(sizeof buffer) == 0);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.266: several buffers. */
START_TEST(g266_a_read_fills_several_buffers)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("abcdef"), WF_PEER_RECEIVES("xyz")};
    WF_TEST_IO(&peer, script);
    struct iovec pieces[] = {{buffer, 0}, {buffer + 10, 2}, {buffer + 20, 3}};
    memset(buffer, 0, sizeof buffer);
    wf_test_task_init(&task, &wf_io_read_pieces(&call, &peer.io, pieces, 3)->future);
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 5);
    ck_assert_str_eq(buffer + 10, "ab");
    ck_assert_str_eq(buffer + 20, "cde");
    struct iovec out[] = {{(char *)"", 0}, {(char *)"x", 1}, {(char *)"yzq", 3}};
    wf_test_task_init(&task, &wf_io_write_pieces(&call, &peer.io, out, 3)->future);
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 3);
    ck_assert(read_now(9) == 1);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.268 */
START_TEST(g268_a_peer_that_waits_holds_both_directions)
{
    static const struct wf_test_act script[] = {WF_PEER_WAITS, WF_PEER_SENDS("a"), WF_PEER_WAITS,
                                                WF_PEER_RECEIVES("b")};
    struct wf_test_task other;
    WF_TEST_IO(&peer, script);
    wf_test_task_init(&task, &wf_io_read(&call, &peer.io, buffer, 1)->future);
    wf_test_task_init(&other, &wf_io_write(&writing, &peer.io, "b", 1)->future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_PENDING(&other);
    wf_test_io_go_on(&peer);
    WF_EXPECT_READY(&task);
    ck_assert_uint_eq(wf_test_task_wakes(&other), 0); /* it waits again */
    wf_test_io_go_on(&peer);
    WF_EXPECT_READY(&other);
    WF_EXPECT_RELEASED(&other);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

static void *go_on(void *arg)
{
    wf_test_io_go_on(arg);
    return NULL;
}

/* G.268: from another thread. */
START_TEST(g268_another_thread_lets_it_go_on)
{
    static const struct wf_test_act script[] = {WF_PEER_WAITS, WF_PEER_SENDS("a")};
    pthread_t thread;
    WF_TEST_IO(&peer, script);
    wf_test_task_init(&task, &wf_io_read(&call, &peer.io, buffer, 1)->future);
    WF_EXPECT_PENDING(&task);
    ck_assert_int_eq(pthread_create(&thread, NULL, go_on, &peer), 0);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    pthread_join(thread, NULL);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.269 */
START_TEST(g269_a_broken_connection_is_that_in_both_directions)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("last"), WF_PEER_RECEIVES("x"),
                                                WF_PEER_FAILS(-ECONNRESET)};
    WF_TEST_IO(&peer, script);
    ck_assert(write_now("xy") == 1);
    ck_assert(write_now("y") == -ECONNRESET);
    ck_assert(read_now(9) == 4);
    ck_assert(read_now(9) == -ECONNRESET);
    ck_assert(read_now(9) == -ECONNRESET);
    ck_assert(shut_now() == -ECONNRESET);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.269: a read that waits is told. */
START_TEST(g269_what_waits_is_told_that_the_connection_broke)
{
    static const struct wf_test_act script[] = {WF_PEER_WAITS, WF_PEER_FAILS(-ECONNRESET)};
    WF_TEST_IO(&peer, script);
    wf_test_task_init(&task, &wf_io_read(&call, &peer.io, buffer, 1)->future);
    WF_EXPECT_PENDING(&task);
    wf_test_io_go_on(&peer);
    WF_EXPECT_READY(&task);
    ck_assert(call.out == -ECONNRESET);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.271 */
START_TEST(g271_one_byte_at_a_time)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("abc"), WF_PEER_RECEIVES("de")};
    WF_TEST_IO(&peer, script);
    peer.most = 1;
    for (const char *expected = "abc"; *expected; expected++) {
        ck_assert(read_now(9) == 1);
        ck_assert_int_eq(buffer[0], *expected);
    }
    ck_assert(write_now("de") == 1);
    ck_assert(write_now("e") == 1);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* --- what fails a test --- */

#define FIRST_LINE(act, expected)                                                                            \
    do {                                                                                                     \
        int status_;                                                                                         \
        const char *text_ = stderr_of((act), &status_);                                                      \
        ck_assert(WIFSIGNALED(status_) && WTERMSIG(status_) == SIGABRT);                                     \
        ck_assert_int_eq(strncmp(text_, expected "\n", strlen(expected) + 1), 0);                            \
    } while (0)

static void write_something_else(void)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("x"), WF_PEER_RECEIVES("GET /\r\n")};
    WF_TEST_IO(&peer, script);
    (void)write_now("GE");
    (void)write_now("t \r\n");
}

/* G.267 */
START_TEST(g267_other_bytes_fail_the_test)
{
    FIRST_LINE(
        write_something_else,
        "weft: test failed: \"t \\r\\n\" is written, where the peer of the script receives \"GET /\\r\\n\""
        " (act 2 of 2): byte 3 of them differs");
}
END_TEST

static void write_behind_the_script(void)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("x")};
    WF_TEST_IO(&peer, script);
    (void)write_now("\x01y");
}

/* G.267 */
START_TEST(g267_bytes_that_nobody_receives_fail_the_test)
{
    int status;
    const char *text = stderr_of(write_behind_the_script, &status);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_ptr_nonnull(strstr(text, "\"\\x01y\" is written, where the peer"));
    ck_assert_ptr_nonnull(strstr(text, "has done all of its script"));
    ck_assert_ptr_nonnull(strstr(text, "in write_behind_the_script ("));
    ck_assert_ptr_nonnull(strstr(text, "await tree:\n    io_write\n"));
}
END_TEST

static void end_too_early(void)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("x")};
    WF_TEST_IO(&peer, script);
    (void)shut_now();
}

static void write_where_the_end_is_expected(void)
{
    static const struct wf_test_act script[] = {WF_PEER_EXPECTS_END};
    WF_TEST_IO(&peer, script);
    (void)write_now("x");
}

/* G.270 */
START_TEST(g270_an_end_too_early_and_bytes_in_place_of_an_end_fail_the_test)
{
    FIRST_LINE(end_too_early,
               "weft: test failed: the program ends its side, where the peer of the script receives"
               " \"x\" (act 1 of 1)");
    FIRST_LINE(write_where_the_end_is_expected,
               "weft: test failed: \"x\" is written, where the peer of the script"
               " expects the end (act 1 of 1)");
}
END_TEST

static void go_on_where_it_does_not_wait(void)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("x")};
    WF_TEST_IO(&peer, script);
    wf_test_io_go_on(&peer);
}

/* G.268 */
START_TEST(g268_a_go_on_where_the_peer_does_not_wait_fails_the_test)
{
    FIRST_LINE(go_on_where_it_does_not_wait,
               "weft: test failed: wf_test_io_go_on() is called, where the peer of the"
               " script receives \"x\" (act 1 of 1)");
}
END_TEST

static void not_written(void)
{
    WF_TEST_IO(&peer, exchange);
    (void)read_now(5);
    (void)read_now(3);
    WF_EXPECT_SCRIPT_DONE(&peer);
}

static void not_read(void)
{
    WF_TEST_IO(&peer, exchange);
    (void)read_now(2);
    WF_EXPECT_SCRIPT_DONE(&peer);
}

/* G.272 */
START_TEST(g272_a_script_that_is_not_through_fails_the_test)
{
    FIRST_LINE(not_written, "weft: test failed: act 3 of 8 is not done: the peer receives \"who?\"");
    FIRST_LINE(not_read,
               "weft: test failed: of act 1 of 8, in which the peer sends \"hello\", 3 bytes are not read");
}
END_TEST

static void no_bytes(void)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("a"), WF_PEER_SENDS("")};
    WF_TEST_IO(&peer, script);
}

static void sends_after_its_end(void)
{
    static const struct wf_test_act script[] = {WF_PEER_ENDS, WF_PEER_SENDS("a")};
    WF_TEST_IO(&peer, script);
}

/* G.266: a script that no peer can follow. */
START_TEST(g266_a_script_that_makes_no_sense_fails_the_test)
{
    FIRST_LINE(no_bytes, "weft: test failed: act 2 of the script has no bytes");
    FIRST_LINE(sends_after_its_end,
               "weft: test failed: act 2 of the script sends, and stands below the peer's end");
}
END_TEST

TCase *test_io_tests(void)
{
    TCase *tcase = tcase_create("test_io");
    tcase_add_test(tcase, g266_a_script_from_its_first_act_to_its_last);
    tcase_add_test(tcase, g266_a_read_fills_several_buffers);
    tcase_add_test(tcase, g268_a_peer_that_waits_holds_both_directions);
    tcase_add_test(tcase, g268_another_thread_lets_it_go_on);
    tcase_add_test(tcase, g269_a_broken_connection_is_that_in_both_directions);
    tcase_add_test(tcase, g269_what_waits_is_told_that_the_connection_broke);
    tcase_add_test(tcase, g271_one_byte_at_a_time);
    tcase_add_test(tcase, g267_other_bytes_fail_the_test);
    tcase_add_test(tcase, g267_bytes_that_nobody_receives_fail_the_test);
    tcase_add_test(tcase, g270_an_end_too_early_and_bytes_in_place_of_an_end_fail_the_test);
    tcase_add_test(tcase, g268_a_go_on_where_the_peer_does_not_wait_fails_the_test);
    tcase_add_test(tcase, g272_a_script_that_is_not_through_fails_the_test);
    tcase_add_test(tcase, g266_a_script_that_makes_no_sense_fails_the_test);
    return tcase;
}
