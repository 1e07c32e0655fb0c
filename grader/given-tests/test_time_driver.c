#include "weft/detail/time_driver.h"

#include <pthread.h>
#include <stdlib.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/time.h"

static struct wf_time_driver *driver;
static struct wf_context context;
static struct counts counts;
static struct wf_waker waker;

static void begin(struct wf_park *inner, bool paused)
{
    driver = wf_time_driver_new(inner, paused);
    ck_assert_ptr_nonnull(driver);
    context = (struct wf_context){.time_driver = driver};
    wf_context_enter(&context);
    counts = (struct counts){0};
    waker = counting_waker(&counts);
}

static void end(void)
{
    wf_context_leave(&context);
    wf_park_drop(&driver->park);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

/* By the real clock, on a slow machine, the time may be over at the first poll: then the timer begins anew. */
static void arm(struct wf_timer *timer, uint64_t after_ns)
{
    enum { TIMES = 1000 };
    int times = 0;
    do {
        ck_assert_int_lt(times++, TIMES);
        wf_timer_init(timer, wf_now() + after_ns);
    } while (wf_timer_poll(timer, &waker) == WF_READY && wf_now() >= timer->deadline_ns);
    /* ARMED; where another thread drives, perhaps fired already */
    ck_assert_int_ne(wf_load_relaxed(&timer->state), WF_TIMER_IDLE);
}

/* G.140: by the real clock, with strict lower bounds. */
START_TEST(g140_a_park_ends_at_the_earlier_deadline)
{
    struct wf_timer timer, far;
    begin(NULL, false);
    arm(&far, WF_HOURS(1));
    uint64_t until = wf_now() + WF_MILLISECONDS(2);
    ck_assert_int_eq(wf_park(&driver->park, until), WF_PARK_TIMED_OUT);
    ck_assert_uint_ge(wf_clock_ns(), until);
    arm(&timer, WF_MILLISECONDS(2));
    ck_assert_int_eq(wf_park(&driver->park, WF_FOREVER), WF_PARK_WOKEN);
    ck_assert_uint_ge(wf_clock_ns(), timer.deadline_ns);
    ck_assert_int_eq(counts.wakes, 1);
    wf_timer_drop(&far);
    end();
}
END_TEST

/* G.140: slots that are opened on the way down do not end the park. */
START_TEST(g140_a_park_goes_on_where_nothing_was_due)
{
    struct wf_timer timer;
    begin(NULL, false);
    arm(&timer, WF_MILLISECONDS(70)); /* a level up: its slot begins before it is due */
    ck_assert_int_eq(wf_park(&driver->park, WF_FOREVER), WF_PARK_WOKEN);
    ck_assert_int_eq(counts.wakes, 1);
    end();
}
END_TEST

static void *arms_an_earlier_one(void *arg)
{
    struct wf_context own = {.time_driver = driver};
    wf_context_enter(&own);
    arm(arg, WF_MILLISECONDS(2));
    wf_context_leave(&own);
    return NULL;
}

/* G.140: the driver sleeps for an hour, or for ever, when another thread comes with less. */
START_TEST(g140_an_earlier_timer_of_another_thread_counts)
{
    for (int round = 0; round < 50; round++) {
        struct wf_timer timer, far;
        pthread_t thread;
        begin(NULL, false);
        if (round % 2)
            arm(&far, WF_HOURS(1));
        pthread_create(&thread, NULL, arms_an_earlier_one, &timer);
        while (counts.wakes == 0)
            (void)wf_park(&driver->park, WF_FOREVER);
        pthread_join(thread, NULL);
        if (round % 2)
            wf_timer_drop(&far);
        end();
    }
}
END_TEST

/* G.141 */
START_TEST(g141_a_turn_fires_and_tells)
{
    struct mock_driver inner;
    struct wf_timer timers[70];
    mock_driver_init(&inner);
    begin(&inner.park, true);
    ck_assert_int_eq(wf_park(&driver->park, 0), WF_PARK_TIMED_OUT);
    ck_assert_int_eq(inner.turns, 1);
    for (int i = 0; i < 70; i++)
        arm(&timers[i], WF_MILLISECONDS(1 + i / 10));
    for (int ms = 1; ms <= 7; ms++) {
        ck_assert_int_eq(wf_park(&driver->park, 0), WF_PARK_TIMED_OUT);
        wf_store_relaxed(&driver->paused_ns, wf_load_relaxed(&driver->paused_ns) + WF_TICK_NS);
        ck_assert_int_eq(wf_park(&driver->park, 0), WF_PARK_WOKEN);
        int woken = 10 * ms;
        ck_assert_int_eq(counts.wakes, woken);
    }
    ck_assert_int_eq(inner.turns, 15);
    wf_unpark(&driver->park);
    ck_assert_int_eq(inner.unparks, 1);
    ck_assert_int_eq(wf_park(&driver->park, 0), WF_PARK_WOKEN);
    for (int i = 0; i < 70; i++)
        ck_assert_int_eq(wf_timer_poll(&timers[i], &waker), WF_READY);
    end();
    ck_assert_int_eq(inner.drops, 1);
}
END_TEST

/* G.142 */
START_TEST(g142_shutdown_closes_all)
{
    struct mock_driver inner;
    struct wf_timer timers[70];
    mock_driver_init(&inner);
    begin(&inner.park, true);
    for (int i = 0; i < 70; i++)
        arm(&timers[i], WF_HOURS(i + 1));
    wf_park_shutdown(&driver->park);
    ck_assert_int_eq(counts.wakes, 70);
    ck_assert_int_eq(inner.shutdowns, 1);
    for (int i = 0; i < 70; i++) {
        ck_assert_int_eq(wf_timer_poll(&timers[i], &waker), WF_READY);
        ck_assert_int_eq(wf_timer_status(&timers[i]), WF_ECLOSED);
    }
    end();
}
END_TEST

static void sleeps_nowhere(void)
{
    struct wf_sleep sleep;
    wf_sleep(&sleep, 1);
    (void)!wf_future_poll(&sleep.future, &idle_cx);
}

/* G.143 */
START_TEST(g143_without_a_driver_it_panics)
{
    expect_panic(
        sleeps_nowhere,
        "weft: panic: clause G.143 broken: a timer is awaited where no time driver is: wf_runtime_new() makes a "
        "runtime that has one\n");
}
END_TEST

/* G.140 */
START_TEST(g140_without_memory_there_is_no_driver)
{
    for (uint32_t n = 1; n <= 2; n++) {
        wf_alloc_fail_at(n);
        ck_assert_ptr_null(wf_time_driver_new(NULL, false));
        wf_alloc_fail_at(0);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
}
END_TEST

TCase *time_driver_tests(void)
{
    TCase *tcase = tcase_create("time driver");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g140_a_park_ends_at_the_earlier_deadline);
    tcase_add_test(tcase, g140_a_park_goes_on_where_nothing_was_due);
    tcase_add_test(tcase, g140_an_earlier_timer_of_another_thread_counts);
    tcase_add_test(tcase, g140_without_memory_there_is_no_driver);
    tcase_add_test(tcase, g141_a_turn_fires_and_tells);
    tcase_add_test(tcase, g142_shutdown_closes_all);
    add_panic_test(tcase, g143_without_a_driver_it_panics);
    return tcase;
}
