#include "weft/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "weft/alloc.h"
#include "weft/combine.h"
#include "weft/error.h"

#include "given.h"

static struct wf_test_future inner[2];
static struct wf_future *branches[2] = {&inner[0].future, &inner[1].future};
static struct wf_join join;
static struct wf_test_task task;

static void setup(void)
{
    wf_test_future(&inner[0]);
    wf_test_future(&inner[1]);
    wf_test_task_init(&task, &wf_join(&join, branches, 2, WF_BIASED)->future);
}

/* G.55 */
START_TEST(g55_an_expectation_polls_once)
{
    WF_EXPECT_PENDING(&task);
    ck_assert_uint_eq(inner[0].polls, 1);
    WF_EXPECT_PENDING(&task); /* for nothing: an executor may do that */
    ck_assert_uint_eq(inner[0].polls, 2);
    wf_test_future_complete(&inner[0], 1);
    WF_EXPECT_PENDING(&task);
    wf_test_future_complete(&inner[1], 2);
    WF_EXPECT_READY(&task);
    ck_assert_uint_eq(inner[0].polls, 3);
    ck_assert_uint_eq(inner[1].polls, 4);
    WF_EXPECT_RELEASED(&task);
}
END_TEST

enum { FAILS_AT = __LINE__ + 6 };

static void expect_ready_of_a_pending_join(void)
{
    WF_EXPECT_PENDING(&task);
    wf_test_future_complete(&inner[0], 1);
    WF_EXPECT_READY(&task);
}

/* G.55 G.59: all of the message. */
START_TEST(g59_a_failure_says_what_where_and_for_what_the_future_waits)
{
    int status;
    const char *text = stderr_of(expect_ready_of_a_pending_join, &status);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    char expected[512];
    snprintf(expected, sizeof expected,
             "weft: test failed: join is PENDING, READY was expected\n"
             "  in expect_ready_of_a_pending_join (%s:%d)\n"
             "  since its last poll began: 0 wakes; alive: 1 clone of its waker\n"
             "  await tree:\n"
             "    join\n"
             "    `- test_future\n",
             __FILE__, FAILS_AT);
    ck_assert_str_eq(text, expected);
}
END_TEST

static void expect_pending_of_a_ready_future(void)
{
    struct wf_ready ready;
    wf_test_task_init(&task, &wf_ready(&ready, 42)->future);
    WF_EXPECT_PENDING(&task);
}

/* G.55 G.59: an output that is an int is shown. */
START_TEST(g55_expect_pending_fails_where_the_future_is_ready)
{
    expect_panic(expect_pending_of_a_ready_future,
                 "weft: test failed: ready is READY with 42, PENDING was expected\n"
                 "  since its last poll began: 0 wakes; alive: 0 clones of its waker\n");
}
END_TEST

static void expect_pending_of_an_error(void)
{
    struct wf_ready ready;
    wf_test_task_init(&task, &wf_ready(&ready, WF_ECLOSED)->future);
    WF_EXPECT_PENDING(&task);
}

/* G.59: an error has its name. */
START_TEST(g59_an_output_that_is_an_error_has_its_name)
{
    int status;
    const char *text = stderr_of(expect_pending_of_an_error, &status);
    ck_assert_ptr_nonnull(strstr(
        text, "ready is READY with -10001 (WF_ECLOSED: the other side is gone), PENDING was expected\n"));
}
END_TEST

static enum wf_poll nothing_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    return WF_READY;
}

static void expect_pending_of_nothing(void)
{
    static const struct wf_future_ops nothing_ops = {.name = "nothing", .poll = nothing_poll};
    struct wf_future nothing = {.ops = &nothing_ops};
    wf_test_task_init(&task, &nothing);
    WF_EXPECT_PENDING(&task);
}

/* G.59 */
START_TEST(g59_an_output_that_is_no_int_is_not_shown)
{
    expect_panic(expect_pending_of_nothing,
                 "weft: test failed: nothing is READY, PENDING was expected\n"
                 "  since its last poll began: 0 wakes; alive: 0 clones of its waker\n");
}
END_TEST

/* READY at its second poll, and tells nobody: the mistake that a test which polls by itself overlooks. */
static void ready_without_a_wake(void)
{
    struct leaf leaf = leaf_ready_at(2);
    wf_test_task_init(&task, &leaf.future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_READY(&task);
}

/* G.56 */
START_TEST(g56_expect_ready_fails_where_nothing_has_woken_the_task)
{
    expect_panic(
        ready_without_a_wake,
        "weft: test failed: leaf is READY with 7, but nothing has woken its task since it was PENDING: "
        "no executor would have polled it again\n"
        "  since its last poll began: 0 wakes; alive: 0 clones of its waker\n");
}
END_TEST

/* G.56: a task is polled first without a wake, and a poll by hand may come at any time. */
START_TEST(g56_the_first_poll_needs_no_wake_nor_does_one_by_hand)
{
    struct leaf leaf = leaf_ready_at(1);
    wf_test_task_init(&task, &leaf.future);
    WF_EXPECT_READY(&task);
    leaf = leaf_ready_at(2);
    wf_test_task_init(&task, &leaf.future);
    WF_EXPECT_PENDING(&task);
    ck_assert_int_eq(wf_test_task_poll(&task), WF_READY);
}
END_TEST

static void poll_an_empty_future(void)
{
    static struct wf_future empty;
    wf_test_task_init(&task, &empty);
    WF_EXPECT_PENDING(&task);
}

/* G.51 and G.4: the panics of a poll are those of any poll. */
START_TEST(g51_an_empty_future_panics)
{
    expect_panic(
        poll_an_empty_future,
        "weft: panic: clause G.4 broken: an empty future is polled: it was never built, or its storage was "
        "cleared\n"
        "  await tree of wf_test_task_poll:\n"
        "    (empty)\n");
}
END_TEST

static void leave_two_clones(void)
{
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_RELEASED(&task);
}

static void leave_one_clone(void)
{
    wf_test_future_complete(&inner[0], 0);
    leave_two_clones();
}

/* G.58: the future may be gone by then, so nothing of it is printed. */
START_TEST(g58_clones_that_are_alive_are_counted)
{
    int status;
    const char *text = stderr_of(leave_one_clone, &status);
    ck_assert_ptr_nonnull(strstr(text, "weft: test failed: 1 clone of the task's waker is alive"));
    expect_panic(leave_two_clones,
                 "weft: test failed: 2 clones of the task's waker are alive: what keeps one has "
                 "neither woken nor dropped it\n");
}
END_TEST

/* G.58 */
START_TEST(g58_a_dropped_future_has_released_its_wakers)
{
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&join.future);
    WF_EXPECT_RELEASED(&task);
    memset(&join, 0xa5, sizeof join);
    WF_EXPECT_RELEASED(&task); /* looks at the task alone */
}
END_TEST

/* G.60 */
START_TEST(g60_a_test_future_is_ready_when_told)
{
    static const int values[] = {0, 1, -1, WF_ECLOSED, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct wf_test_future future;
        memset(&future, 0xa5, sizeof future);
        ck_assert_ptr_eq(wf_test_future(&future), &future);
        wf_test_task_init(&task, &future.future);
        if (i % 2 == 0)
            WF_EXPECT_PENDING(&task);
        wf_test_future_complete(&future, values[i]);
        ck_assert_uint_eq(wf_test_task_wakes(&task), i % 2 == 0 ? 1 : 0);
        WF_EXPECT_RELEASED(&task);
        WF_EXPECT_READY(&task);
        ck_assert_int_eq(future.out, values[i]);
        ck_assert_int_eq(wf_future_int_out(&future.future), values[i]);
        ck_assert_uint_eq(future.polls, i % 2 == 0 ? 2 : 1);
    }
}
END_TEST

/* G.60 */
START_TEST(g60_a_test_future_may_wake_for_nothing)
{
    struct wf_test_future future;
    wf_test_task_init(&task, &wf_test_future(&future)->future);
    WF_EXPECT_PENDING(&task);
    wf_waker_wake_by_ref(&future.waker);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 1);
    WF_EXPECT_PENDING(&task);
    ck_assert_uint_eq(wf_test_task_clones(&task), 1);
    wf_future_drop(&future.future);
    WF_EXPECT_RELEASED(&task);
    wf_test_future_complete(&future, 1); /* too late, and no mistake */
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
}
END_TEST

/* Allocates `count` times; NULL where one failed, and then nothing is kept. */
static bool allocates(int count, bool leak)
{
    void *kept[8];
    int made = 0;
    while (made < count && (kept[made] = wf_alloc(16)))
        made++;
    bool whole = made == count;
    while (made > (leak && !whole ? 1 : 0))
        wf_free(kept[--made], 16);
    return whole;
}

/* G.61 */
START_TEST(g61_each_allocation_fails_once_and_then_none)
{
    void *other = wf_alloc(100); /* of nobody's concern */
    for (int count = 0; count <= 8; count++) {
        int rounds = 0;
        WF_FAIL_EACH_ALLOCATION(failures)
        {
            rounds++;
            ck_assert_uint_eq(failures.n, (uint32_t)rounds);
            if (!allocates(count, false))
                continue;
            ck_assert_int_eq(rounds, count + 1);
        }
        ck_assert_int_eq(rounds, count + 1);
        ck_assert(allocates(1, false)); /* no failure is left */
    }
    wf_free(other, 100);
}
END_TEST

static void leak_in_the_third_round(void)
{
    WF_FAIL_EACH_ALLOCATION(failures)
    (void)allocates(3, failures.n == 3);
}

static void leak_in_the_last_round(void)
{
    WF_FAIL_EACH_ALLOCATION(failures)
    {
        void *memory = wf_alloc(16);
        if (failures.n == 1)
            wf_free(memory, 16);
    }
}

static void free_too_much(void)
{
    void *before = wf_alloc(24);
    WF_FAIL_EACH_ALLOCATION(failures)
    wf_free(before, 24);
}

/* G.61 G.59 */
START_TEST(g61_bytes_that_are_not_back_fail)
{
    int status;
    const char *text = stderr_of(leak_in_the_last_round, &status);
    ck_assert_ptr_nonnull(strstr(text,
                                 "weft: test failed: 16 bytes are not freed where no allocation failed\n  in "
                                 "leak_in_the_last_round ("));
    text = stderr_of(free_too_much, &status);
    ck_assert_ptr_nonnull(
        strstr(text, "weft: test failed: 24 bytes too many are freed where no allocation failed\n"));
    expect_panic(leak_in_the_third_round,
                 "weft: test failed: 16 bytes are not freed where allocation 3 failed\n");
}
END_TEST

TCase *test_task_tests(void)
{
    TCase *tests = tcase_create("test.h: expectations");
    tcase_add_checked_fixture(tests, setup, NULL);
    add_panic_test(tests, g51_an_empty_future_panics);
    tcase_add_test(tests, g55_an_expectation_polls_once);
    add_panic_test(tests, g55_expect_pending_fails_where_the_future_is_ready);
    add_panic_test(tests, g56_expect_ready_fails_where_nothing_has_woken_the_task);
    tcase_add_test(tests, g56_the_first_poll_needs_no_wake_nor_does_one_by_hand);
    add_panic_test(tests, g58_clones_that_are_alive_are_counted);
    tcase_add_test(tests, g58_a_dropped_future_has_released_its_wakers);
    tcase_add_test(tests, g59_a_failure_says_what_where_and_for_what_the_future_waits);
    tcase_add_test(tests, g59_an_output_that_is_an_error_has_its_name);
    add_panic_test(tests, g59_an_output_that_is_no_int_is_not_shown);
    tcase_add_test(tests, g60_a_test_future_is_ready_when_told);
    tcase_add_test(tests, g60_a_test_future_may_wake_for_nothing);
    tcase_add_test(tests, g61_each_allocation_fails_once_and_then_none);
    add_panic_test(tests, g61_bytes_that_are_not_back_fail);
    return tests;
}
