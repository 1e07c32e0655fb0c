#include "weft/future.h"

#include <string.h>

#include "given.h"

static void poll_after_ready(void)
{
    struct leaf leaf = leaf_ready_at(1);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    (void)!wf_future_poll(&leaf.future, &idle_cx);
}

/* G.1 */
START_TEST(g01_a_poll_after_ready_panics)
{
    expect_panic(poll_after_ready, "weft: panic: clause G.1 broken: leaf is polled after it was READY\n");
}
END_TEST

static void poll_after_ready_and_drop(void)
{
    struct leaf leaf = leaf_ready_at(1);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    wf_future_drop(&leaf.future);
    (void)!wf_future_poll(&leaf.future, &idle_cx);
}

/* G.1: dropping a future that is READY does nothing, so READY is still what it was. */
START_TEST(g01_a_poll_after_ready_and_drop_panics)
{
    expect_panic(poll_after_ready_and_drop,
                 "weft: panic: clause G.1 broken: leaf is polled after it was READY\n");
}
END_TEST

/* G.1: any number of polls before. */
START_TEST(g01_it_may_be_polled_until_it_is_ready)
{
    struct leaf leaf = leaf_ready_at(100);
    for (int poll = 1; poll <= 100; poll++) {
        ck_assert(!wf_future_is_done(&leaf.future));
        ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), poll == 100 ? WF_READY : WF_PENDING);
    }
    ck_assert(wf_future_is_done(&leaf.future));
    ck_assert_int_eq(leaf.polls, 100);
}
END_TEST

static void poll_after_drop(void)
{
    struct leaf leaf = leaf_ready_at(0);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_PENDING);
    wf_future_drop(&leaf.future);
    (void)!wf_future_poll(&leaf.future, &idle_cx);
}

/* G.2 */
START_TEST(g02_a_poll_after_the_drop_panics)
{
    expect_panic(poll_after_drop,
                 "weft: panic: clause G.2 broken: leaf is polled after it was dropped. If nothing dropped "
                 "it, its constructor left `line` as it was\n");
}
END_TEST

static void poll_of_rubbish(void)
{
    struct leaf leaf = leaf_ready_at(0);
    wf_store_relaxed(&leaf.future.line, 0xa5a5a5a5u);
    (void)!wf_future_poll(&leaf.future, &idle_cx);
}

/* G.2 */
START_TEST(g02_a_head_of_rubbish_is_called_so)
{
    expect_panic(poll_of_rubbish,
                 "weft: panic: clause G.2 broken: leaf is polled, and the `line` in its head is 0xa5a5a5a5, "
                 "which is rubbish: its constructor sets it to WF_LINE_NEW\n");
}
END_TEST

static void drop_twice(void)
{
    struct leaf leaf = leaf_ready_at(0);
    wf_future_drop(&leaf.future);
    wf_future_drop(&leaf.future);
}

/* G.3 */
START_TEST(g03_a_second_drop_panics)
{
    expect_panic(drop_twice,
                 "weft: panic: clause G.3 broken: leaf is dropped after it was dropped. If nothing "
                 "dropped it, its constructor left `line` as it was\n");
}
END_TEST

static void drop_inside_its_drop(void)
{
    static const struct wf_future_ops ops = {.name = "reentrant", .drop = wf_future_drop};
    struct wf_future future = {.ops = &ops};
    wf_future_drop(&future);
}

/* G.3 */
START_TEST(g03_a_second_drop_inside_the_first_panics)
{
    expect_panic(drop_inside_its_drop,
                 "weft: panic: clause G.3 broken: reentrant is dropped after it was dropped. If nothing "
                 "dropped it, its constructor left `line` as it was\n");
}
END_TEST

/* G.3 */
START_TEST(g03_dropping_what_is_ready_does_nothing)
{
    struct leaf leaf = leaf_ready_at(1);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    for (int i = 0; i < 3; i++)
        wf_future_drop(&leaf.future);
    ck_assert_int_eq(leaf.drops, 0);
    ck_assert_int_eq(leaf.out, 7);
    ck_assert(wf_future_is_done(&leaf.future));
}
END_TEST

/* G.4 */
START_TEST(g04_the_drop_operation_is_called_once)
{
    for (int polls = 0; polls < 3; polls++) {
        struct leaf leaf = leaf_ready_at(0);
        for (int i = 0; i < polls; i++)
            ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_PENDING);
        wf_future_drop(&leaf.future);
        ck_assert_int_eq(leaf.drops, 1);
        ck_assert(!wf_future_is_done(&leaf.future));
    }
}
END_TEST

/* G.4 */
START_TEST(g04_a_future_need_not_have_a_drop_operation)
{
    static const struct wf_future_ops ops = {.name = "holds nothing"};
    struct wf_future future = {.ops = &ops};
    wf_future_drop(&future);
    ck_assert_uint_eq(wf_load_relaxed(&future.line), WF_LINE_DROPPED);
}
END_TEST

static void poll_empty(void)
{
    struct wf_future empty;
    memset(&empty, 0, sizeof empty);
    (void)!wf_future_poll(&empty, &idle_cx);
}

/* G.4 */
START_TEST(g04_polling_an_empty_future_panics)
{
    expect_panic(poll_empty,
                 "weft: panic: clause G.4 broken: an empty future is polled: it was never built, or "
                 "its storage was cleared\n");
}
END_TEST

static void drop_empty(void)
{
    struct wf_future empty;
    memset(&empty, 0, sizeof empty);
    wf_future_drop(&empty);
}

/* G.4 */
START_TEST(g04_dropping_an_empty_future_panics)
{
    expect_panic(drop_empty,
                 "weft: panic: clause G.4 broken: an empty future is dropped: it was never built, or "
                 "its storage was cleared\n");
}
END_TEST

/* G.5 */
START_TEST(g05_out_points_into_the_frame)
{
    struct leaf leaf = leaf_ready_at(1);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    ck_assert_ptr_eq(wf_future_out(&leaf.future), &leaf.out);
    ck_assert_int_eq(wf_future_int_out(&leaf.future), 7);
}
END_TEST

/* A future whose output is no int. */
struct wide {
    struct wf_future future;
    double out;
};

static void int_out_of_a_double(void)
{
    static const struct wf_future_ops ops = {.name = "wide", WF_FRAME(struct wide)};
    struct wide wide = {.future = {.ops = &ops}};
    wf_future_int_out(&wide.future);
}

/* G.5 */
START_TEST(g05_an_int_output_of_a_double_panics)
{
    expect_panic(int_out_of_a_double,
                 "weft: panic: clause G.5 broken: the output of wide is not an int: it has 8 bytes\n");
}
END_TEST

static void int_out_of_nothing(void)
{
    static const struct wf_future_ops ops = {.name = "mute", .size = sizeof(struct wf_future)};
    struct wf_future mute = {.ops = &ops};
    wf_future_int_out(&mute);
}

/* G.5 */
START_TEST(g05_an_int_output_where_there_is_none_panics)
{
    expect_panic(int_out_of_nothing,
                 "weft: panic: clause G.5 broken: the output of mute is not an int: it has 0 bytes\n");
}
END_TEST

struct pair {
    struct wf_future future;
    int out[2];
};

static bool second_is_set(const void *out)
{
    return ((const int *)out)[1];
}

/* G.65 */
START_TEST(g65_a_negative_int_is_a_failure)
{
    struct leaf leaf = leaf_ready_at(1);
    for (leaf.out = -1; leaf.out <= 1; leaf.out++)
        ck_assert_int_eq(wf_future_failed(&leaf.future), leaf.out < 0);
}
END_TEST

/* G.65: what has no predicate, and is no int, says nothing of failure. */
START_TEST(g65_another_output_has_a_predicate_or_never_fails)
{
    static const struct wf_future_ops silent = {.name = "silent", WF_FRAME(struct pair)};
    static const struct wf_future_ops telling = {
        .name = "telling", .failed = second_is_set, WF_FRAME(struct pair)};
    static const struct wf_future_ops mute = {.name = "mute", .size = sizeof(struct wf_future)};
    struct pair pair = {.future = {.ops = &silent}, .out = {-1, 1}};
    ck_assert(!wf_future_failed(&pair.future));
    pair.future.ops = &telling;
    ck_assert(wf_future_failed(&pair.future));
    pair.out[1] = 0;
    ck_assert(!wf_future_failed(&pair.future));
    struct wf_future nothing = {.ops = &mute};
    ck_assert(!wf_future_failed(&nothing));
}
END_TEST

TCase *future_tests(void)
{
    TCase *tests = tcase_create("future");
    add_panic_test(tests, g01_a_poll_after_ready_panics);
    add_panic_test(tests, g01_a_poll_after_ready_and_drop_panics);
    tcase_add_test(tests, g01_it_may_be_polled_until_it_is_ready);
    add_panic_test(tests, g02_a_poll_after_the_drop_panics);
    add_panic_test(tests, g02_a_head_of_rubbish_is_called_so);
    add_panic_test(tests, g03_a_second_drop_panics);
    add_panic_test(tests, g03_a_second_drop_inside_the_first_panics);
    tcase_add_test(tests, g03_dropping_what_is_ready_does_nothing);
    tcase_add_test(tests, g04_the_drop_operation_is_called_once);
    tcase_add_test(tests, g04_a_future_need_not_have_a_drop_operation);
    add_panic_test(tests, g04_polling_an_empty_future_panics);
    add_panic_test(tests, g04_dropping_an_empty_future_panics);
    tcase_add_test(tests, g05_out_points_into_the_frame);
    add_panic_test(tests, g05_an_int_output_of_a_double_panics);
    add_panic_test(tests, g05_an_int_output_where_there_is_none_panics);
    tcase_add_test(tests, g65_a_negative_int_is_a_failure);
    tcase_add_test(tests, g65_another_output_has_a_predicate_or_never_fails);
    return tests;
}
