#include "weft/time.h"

#include <unistd.h>

#include "given.h"
#include "weft/alloc.h"
#include "weft/delay_queue.h"
#include "weft/interval.h"
#include "weft/test.h"
#include "weft/test_clock.h"

static struct wf_test_clock clock_of_test;
static struct wf_test_task task;

static void begin(void)
{
    wf_test_clock_begin(&clock_of_test);
}

static void end(void)
{
    WF_EXPECT_RELEASED(&task);
    wf_test_clock_end(&clock_of_test);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

/* --- intervals --- */

static void no_period(void)
{
    struct wf_interval interval;
    wf_interval(&interval, 0, WF_MISSED_BURST);
}

/* G.144 */
START_TEST(g144_no_period_panics)
{
    expect_panic(
        no_period,
        "weft: panic: clause G.144 broken: an interval has no period: its ticks would all be due at once\n");
}
END_TEST

static void expect_tick(struct wf_interval *interval, uint64_t after_ns)
{
    struct wf_interval_tick tick;
    uint64_t due = wf_now() + after_ns;
    wf_interval_tick(&tick, interval);
    wf_test_task_init(&task, &tick.future);
    if (after_ns > 0) {
        WF_EXPECT_PENDING(&task);
        wf_test_clock_advance(after_ns - 1);
        WF_EXPECT_PENDING(&task);
        wf_test_clock_advance(1);
    }
    WF_EXPECT_READY(&task);
    ck_assert_uint_eq(tick.out, due);
}

/* G.144 */
START_TEST(g144_a_reset_says_when)
{
    struct wf_interval interval;
    begin();
    wf_interval(&interval, WF_MILLISECONDS(10), WF_MISSED_SKIP);
    expect_tick(&interval, 0);
    expect_tick(&interval, WF_MILLISECONDS(10));
    wf_test_clock_advance(WF_MILLISECONDS(3));
    wf_interval_reset(&interval);
    expect_tick(&interval, WF_MILLISECONDS(10));
    wf_interval_reset_at(&interval, wf_now() + WF_MILLISECONDS(1));
    expect_tick(&interval, WF_MILLISECONDS(1));
    expect_tick(&interval, WF_MILLISECONDS(10));
    wf_interval_at(&interval, wf_now() + WF_SECONDS(5), WF_SECONDS(1), WF_MISSED_BURST);
    expect_tick(&interval, WF_SECONDS(5));
    expect_tick(&interval, WF_SECONDS(1));
    end();
}
END_TEST

/* --- the paused clock --- */

static uint64_t woken_at[3];
static int woken_count;

static void *woken_clone(void *data)
{
    return data;
}

static void woken_wake(void *data)
{
    (void)data;
    woken_at[woken_count++] = wf_now();
}

static void woken_drop(void *data)
{
    (void)data;
}

/* G.145 */
START_TEST(g145_the_clock_stands_still_and_fires_in_sequence)
{
    static const struct wf_waker_ops ops = {woken_clone, woken_wake, woken_wake, woken_drop};
    const struct wf_waker waker = {&ops, woken_at};
    struct wf_cx cx = {.waker = &waker};
    struct wf_sleep sleeps[3];
    begin();
    wf_test_task_init(&task, &sleeps[0].future);
    uint64_t begun = wf_now();
    usleep(2000);
    ck_assert_uint_eq(wf_now(), begun);
    for (int i = 0; i < 3; i++) {
        wf_sleep(&sleeps[i], WF_HOURS(3 - i));
        ck_assert_int_eq(wf_future_poll(&sleeps[i].future, &cx), WF_PENDING);
    }
    wf_test_clock_advance(WF_HOURS(1) - 1);
    ck_assert_int_eq(woken_count, 0);
    wf_test_clock_advance(WF_HOURS(9));
    ck_assert_int_eq(woken_count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(wf_future_poll(&sleeps[i].future, &cx), WF_READY);
    ck_assert_uint_eq(wf_now(), begun + WF_HOURS(10) - 1);
    end();
}
END_TEST

static void advance_the_real_clock(void)
{
    wf_test_clock_advance(1);
}

/* G.146 */
START_TEST(g146_a_clock_that_is_not_paused_panics)
{
    expect_panic(
        advance_the_real_clock,
        "weft: panic: clause G.146 broken: this thread is in no paused clock that could be advanced\n");
}
END_TEST

static void no_memory(void)
{
    wf_alloc_fail_at(1);
    begin();
}

/* G.146 */
START_TEST(g146_without_memory_it_panics)
{
    expect_panic(no_memory, "weft: panic: clause G.146 broken: there is no memory for a test's clock\n");
}
END_TEST

/* --- the delay queue --- */

enum { ITEMS = 200 };
static struct wf_delay_queue queue;
static struct wf_delayed items[ITEMS];

static void begin_queue(void)
{
    begin();
    wf_delay_queue_init(&queue);
    for (int i = 0; i < ITEMS; i++)
        wf_delayed_init(&items[i]);
}

static void expect_next(struct wf_delay_queue_next *next, const struct wf_delayed *item)
{
    wf_delay_queue_next(next, &queue);
    wf_test_task_init(&task, &next->future);
    WF_EXPECT_READY(&task);
    ck_assert_ptr_eq(next->out, item);
    ck_assert_int_eq(next->status, 0);
}

/* G.148 */
START_TEST(g148_items_come_out_when_their_time_has_come)
{
    struct wf_delay_queue_next next;
    begin_queue();
    expect_next(&next, NULL);
    for (int i = 0; i < ITEMS; i++)
        wf_delay_queue_insert(&queue, &items[i], WF_MILLISECONDS(1 + i * 37 % ITEMS * 100));
    for (int ms = 0; ms < ITEMS; ms++) {
        wf_delay_queue_next(&next, &queue);
        wf_test_task_init(&task, &next.future);
        WF_EXPECT_PENDING(&task);
        wf_test_clock_advance(ms ? WF_MILLISECONDS(100) - 1 : WF_MILLISECONDS(1) - 1);
        (void)!wf_test_task_poll(&task); /* a slot may have been opened; nothing is due */
        ck_assert(!wf_future_is_done(&next.future));
        wf_test_clock_advance(1);
        WF_EXPECT_READY(&task);
        ck_assert_ptr_nonnull(next.out);
        ck_assert_int_eq((next.out - items) * 37 % ITEMS, ms);
    }
    expect_next(&next, NULL);
    end();
}
END_TEST

/* G.149 */
START_TEST(g149_changes_count_at_once)
{
    struct wf_delay_queue_next next;
    begin_queue();
    wf_delay_queue_insert(&queue, &items[0], WF_SECONDS(10));
    wf_delay_queue_next(&next, &queue);
    wf_test_task_init(&task, &next.future);
    WF_EXPECT_PENDING(&task);
    wf_delay_queue_insert(&queue, &items[1], WF_SECONDS(1)); /* earlier: woken, to look again */
    ck_assert_uint_eq(wf_test_task_wakes(&task), 1);
    WF_EXPECT_PENDING(&task);
    wf_delay_queue_reset(&queue, &items[1], WF_SECONDS(20)); /* later than both */
    WF_EXPECT_PENDING(&task);
    wf_test_clock_advance(WF_SECONDS(5));
    (void)!wf_test_task_poll(&task);
    ck_assert(!wf_future_is_done(&next.future));
    wf_delay_queue_reset(&queue, &items[0], WF_SECONDS(1));
    (void)!wf_test_task_poll(&task);
    wf_test_clock_advance(WF_SECONDS(1));
    WF_EXPECT_READY(&task);
    ck_assert_ptr_eq(next.out, &items[0]);
    ck_assert(!wf_delay_queue_remove(&queue, &items[0]));
    wf_delay_queue_next(&next, &queue);
    wf_test_task_init(&task, &next.future);
    WF_EXPECT_PENDING(&task);
    ck_assert(wf_delay_queue_remove(&queue, &items[1])); /* the last: woken with the end */
    WF_EXPECT_READY(&task);
    ck_assert_ptr_null(next.out);
    wf_delay_queue_insert(&queue, &items[2], WF_SECONDS(1));
    wf_delay_queue_next(&next, &queue);
    wf_test_task_init(&task, &next.future);
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&next.future); /* nothing is lost */
    wf_test_clock_advance(WF_SECONDS(1));
    expect_next(&next, &items[2]);
    end();
}
END_TEST

TCase *time_tests(void)
{
    TCase *tcase = tcase_create("time");
    tcase_set_timeout(tcase, 60);
    add_panic_test(tcase, g144_no_period_panics);
    tcase_add_test(tcase, g144_a_reset_says_when);
    tcase_add_test(tcase, g145_the_clock_stands_still_and_fires_in_sequence);
    add_panic_test(tcase, g146_a_clock_that_is_not_paused_panics);
    add_panic_test(tcase, g146_without_memory_it_panics);
    tcase_add_test(tcase, g148_items_come_out_when_their_time_has_come);
    tcase_add_test(tcase, g149_changes_count_at_once);
    return tcase;
}
