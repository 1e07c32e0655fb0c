#include "weft/waker.h"

#include <stdlib.h>

#include "given.h"

static struct counts counts;
static struct wf_waker waker;

static void setup(void)
{
    counts = (struct counts){0};
    waker = counting_waker(&counts);
}

static void expect_counts(int clones, int wakes, int wakes_by_ref, int drops)
{
    ck_assert_int_eq(counts.clones, clones);
    ck_assert_int_eq(counts.wakes, wakes);
    ck_assert_int_eq(counts.wakes_by_ref, wakes_by_ref);
    ck_assert_int_eq(counts.drops, drops);
}

static void expect_empty(const struct wf_waker *given)
{
    ck_assert_ptr_null(given->ops);
    ck_assert_ptr_null(given->data);
}

/* G.6 */
START_TEST(g06_a_clone_is_a_waker_of_its_own)
{
    struct wf_waker clone = wf_waker_clone(&waker);
    expect_counts(1, 0, 0, 0);
    wf_waker_wake(&waker);
    wf_waker_wake_by_ref(&clone);
    wf_waker_drop(&clone);
    expect_counts(1, 1, 1, 1);
}
END_TEST

static void *clone_elsewhere(void *data)
{
    return (struct counts *)data + 1;
}

/* G.6: a clone need not share its datum. */
START_TEST(g06_a_clone_has_the_datum_that_its_operation_returns)
{
    struct counts pair[2] = {{0}, {0}};
    struct wf_waker_ops ops = *waker.ops;
    ops.clone = clone_elsewhere;
    struct wf_waker first = {&ops, &pair[0]};
    struct wf_waker clone = wf_waker_clone(&first);
    wf_waker_wake_by_ref(&clone);
    ck_assert_int_eq(pair[0].wakes_by_ref, 0);
    ck_assert_int_eq(pair[1].wakes_by_ref, 1);
}
END_TEST

/* G.6 */
START_TEST(g06_wake_uses_the_waker_up)
{
    wf_waker_wake(&waker);
    expect_counts(0, 1, 0, 0);
    expect_empty(&waker);
    wf_waker_wake(&waker);
    wf_waker_drop(&waker);
    expect_counts(0, 1, 0, 0);
}
END_TEST

/* G.6 */
START_TEST(g06_wake_by_ref_keeps_the_waker)
{
    wf_waker_wake_by_ref(&waker);
    wf_waker_wake_by_ref(&waker);
    expect_counts(0, 0, 2, 0);
    wf_waker_drop(&waker);
    expect_counts(0, 0, 2, 1);
}
END_TEST

/* G.6 */
START_TEST(g06_drop_uses_the_waker_up_without_waking)
{
    wf_waker_drop(&waker);
    expect_counts(0, 0, 0, 1);
    expect_empty(&waker);
    wf_waker_drop(&waker);
    expect_counts(0, 0, 0, 1);
}
END_TEST

static void free_storage(void *data)
{
    expect_empty(data);
    free(data);
}

/* G.6: waking or dropping may free what the waker is stored in, as a task does. */
START_TEST(g06_the_storage_of_a_waker_may_go_with_it)
{
    static const struct wf_waker_ops ops = {.wake = free_storage, .drop = free_storage};
    struct wf_waker *stored = malloc(sizeof *stored);
    *stored = (struct wf_waker){&ops, stored};
    wf_waker_wake(stored);
    stored = malloc(sizeof *stored);
    *stored = (struct wf_waker){&ops, stored};
    wf_waker_drop(stored);
}
END_TEST

/* G.7 */
START_TEST(g07_will_wake_is_true_for_clones_only)
{
    struct counts others = {0};
    struct wf_waker clone = wf_waker_clone(&waker), other = counting_waker(&others), empty = {0};
    struct wf_waker_ops ops = *waker.ops;
    struct wf_waker other_kind = {&ops, &counts};
    ck_assert(wf_waker_will_wake(&waker, &waker));
    ck_assert(wf_waker_will_wake(&waker, &clone));
    ck_assert(wf_waker_will_wake(&clone, &waker));
    ck_assert(!wf_waker_will_wake(&waker, &other));
    ck_assert(!wf_waker_will_wake(&waker, &other_kind));
    ck_assert(!wf_waker_will_wake(&waker, &empty));
    ck_assert(!wf_waker_will_wake(&empty, &waker));
}
END_TEST

/* G.7 G.9 */
START_TEST(g07_empty_wakers_equal_each_other)
{
    struct wf_waker empty = {0}, used = wf_waker_clone(&waker);
    wf_waker_wake(&used);
    ck_assert(wf_waker_will_wake(&empty, &used));
}
END_TEST

/* G.8 */
START_TEST(g08_store_replaces_what_was_kept)
{
    struct counts others = {0};
    struct wf_waker slot = counting_waker(&others);
    wf_waker_store(&slot, &waker);
    ck_assert_int_eq(others.drops, 1);
    ck_assert_int_eq(others.wakes + others.wakes_by_ref, 0);
    expect_counts(1, 0, 0, 0);
    wf_waker_wake(&slot);
    expect_counts(1, 1, 0, 0);
}
END_TEST

/* G.8 */
START_TEST(g08_store_does_nothing_where_the_old_one_wakes_the_same)
{
    struct wf_waker slot = wf_waker_clone(&waker);
    wf_waker_store(&slot, &waker);
    expect_counts(1, 0, 0, 0);
}
END_TEST

/* G.8 */
START_TEST(g08_store_into_an_empty_slot_and_of_an_empty_waker)
{
    struct wf_waker slot = {0}, empty = {0};
    wf_waker_store(&slot, &empty);
    expect_empty(&slot);
    wf_waker_store(&slot, &waker);
    ck_assert(wf_waker_will_wake(&slot, &waker));
    wf_waker_store(&slot, &empty);
    expect_empty(&slot);
    expect_counts(1, 0, 0, 1);
}
END_TEST

static struct wf_waker looked_at;

static void look_at_slot(void *data)
{
    (void)data;
    ck_assert(wf_waker_will_wake(&looked_at, &waker));
    counts.drops++;
}

/* G.8: what the drop of the old one runs sees the new one. */
START_TEST(g08_the_old_waker_is_dropped_last)
{
    static const struct wf_waker_ops ops = {.drop = look_at_slot};
    looked_at = (struct wf_waker){&ops, NULL};
    wf_waker_store(&looked_at, &waker);
    expect_counts(1, 0, 0, 1);
}
END_TEST

/* G.9 */
START_TEST(g09_an_empty_waker_does_nothing)
{
    struct wf_waker empty = {0};
    struct wf_waker clone = wf_waker_clone(&empty);
    expect_empty(&clone);
    wf_waker_wake(&empty);
    wf_waker_wake_by_ref(&empty);
    wf_waker_drop(&empty);
    expect_empty(&empty);
}
END_TEST

TCase *waker_tests(void)
{
    TCase *tests = tcase_create("waker");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, g06_a_clone_is_a_waker_of_its_own);
    tcase_add_test(tests, g06_a_clone_has_the_datum_that_its_operation_returns);
    tcase_add_test(tests, g06_wake_uses_the_waker_up);
    tcase_add_test(tests, g06_wake_by_ref_keeps_the_waker);
    tcase_add_test(tests, g06_drop_uses_the_waker_up_without_waking);
    tcase_add_test(tests, g06_the_storage_of_a_waker_may_go_with_it);
    tcase_add_test(tests, g07_will_wake_is_true_for_clones_only);
    tcase_add_test(tests, g07_empty_wakers_equal_each_other);
    tcase_add_test(tests, g08_store_replaces_what_was_kept);
    tcase_add_test(tests, g08_store_does_nothing_where_the_old_one_wakes_the_same);
    tcase_add_test(tests, g08_store_into_an_empty_slot_and_of_an_empty_waker);
    tcase_add_test(tests, g08_the_old_waker_is_dropped_last);
    tcase_add_test(tests, g09_an_empty_waker_does_nothing);
    return tests;
}
