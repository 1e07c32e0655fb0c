/**
 * @file tests.h
 * @brief The tests of lab 07 by file: tests_wheel.c, tests_timer.c, tests_places.c, tests_futures.c, tests_interval.c, tests_many.c.
 */
#ifndef WEFT_SUITE_07_TESTS_H
#define WEFT_SUITE_07_TESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_steps.h"
#include "steps.h"

/* words.c */
const char *future_name(int64_t future);
void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size);

/* rig.c: what several tests do */
void begin_time(struct judge *judge);
/** Poll freely, with this waker, and expect PENDING. */
void expect_pending(struct judge *judge, int64_t future, int64_t waker, const char *why);
/** Poll freely, with waker 0, and expect READY with this out. */
void expect_ready(struct judge *judge, int64_t future, int64_t out, const char *why);
/** The same in another place. */
void expect_pending_in(struct judge *judge, int64_t place, int64_t future, int64_t waker, const char *why);
void expect_ready_in(struct judge *judge, int64_t place, int64_t future, int64_t out, const char *why);
/** The clock goes on by so much; this waker alone is woken, once, at the last moment. -1: none is. */
void expect_wake(struct judge *judge, int64_t duration, int64_t waker, const char *why);
/** So many timers are in the driver. */
void expect_armed(struct judge *judge, int64_t timers, const char *why);
/** Both of the other runtime. */
void expect_wake_elsewhere(struct judge *judge, int64_t duration, int64_t waker, const char *why);
void expect_armed_elsewhere(struct judge *judge, int64_t timers, const char *why);
/** So many clones of wakers are alive. */
void expect_clones(struct judge *judge, int64_t clones, const char *why);
/** Nothing of a waker was called under the driver's lock so far. */
void expect_unlocked(struct judge *judge);
/** No waker is alive, no timer armed; and the test is over. */
void finish_time(struct judge *judge);

/* tests_wheel.c */
void test_wheel_alone(struct judge *judge);
void test_wheel_order(struct judge *judge);
void test_wheel_remove(struct judge *judge);
void test_wheel_next(struct judge *judge);
void test_wheel_next_of_many(struct judge *judge);
void test_wheel_mass(struct judge *judge);
void test_wheel_pairs(struct judge *judge);
void test_wheel_random(struct judge *judge);
void test_wheel_late(struct judge *judge);
void test_wheels_apart(struct judge *judge);

/* tests_timer.c */
void test_timer_waits(struct judge *judge);
void test_timer_newest_waker(struct judge *judge);
void test_timer_drop(struct judge *judge);
void test_timer_again(struct judge *judge);
void test_timer_reset(struct judge *judge);
void test_timer_reset_fired(struct judge *judge);
void test_timer_shutdown(struct judge *judge);
void test_poll_meanwhile(struct judge *judge);

/* tests_places.c */
void test_poll_elsewhere(struct judge *judge);
void test_drop_elsewhere(struct judge *judge);
void test_reset_elsewhere(struct judge *judge);
void test_timeout_elsewhere(struct judge *judge);
void test_first_poll_outside(struct judge *judge);

/* tests_futures.c */
void test_sleep_ready(struct judge *judge);
void test_sleep_leaf(struct judge *judge);
void test_sleep_again(struct judge *judge);
void test_timeout_inner_first(struct judge *judge);
void test_timeout_fires(struct judge *judge);
void test_timeout_budget(struct judge *judge);

/* tests_interval.c */
void test_interval_ticks(struct judge *judge);
void test_interval_on_time(struct judge *judge);
void test_interval_late(struct judge *judge);

/* tests_many.c */
void test_crowd(struct judge *judge);
void test_flood(struct judge *judge);
void test_flood_of_closed(struct judge *judge);
void test_storm(struct judge *judge);
void test_real_clock(struct judge *judge);
void test_workers(struct judge *judge);

#endif
