/**
 * @file suite.c
 * @brief Lab 07's tests: one or more for each clause.
 *
 * The order is that in which failures are told: what a mistake breaks nearest to it comes first.
 */
#include "../../src/laws.h"
#include "futures.h"

#include <stddef.h>

#include "tests.h"

LAWS_OF_LAB("07.20")

static const struct judge_test tests[] = {
    {"wheel_alone", "07.1", PLAIN | ASAN, test_wheel_alone},
    {"wheel_random", "07.1", PLAIN | ASAN, test_wheel_random},
    {"wheels_apart", "07.1", PLAIN | TSAN, test_wheels_apart},
    {"wheel_order", "07.2", PLAIN | ASAN, test_wheel_order},
    {"wheel_remove", "07.3", PLAIN | ASAN, test_wheel_remove},
    {"wheel_next", "07.4", PLAIN | ASAN, test_wheel_next},
    {"wheel_next_of_many", "07.4", PLAIN | ASAN, test_wheel_next_of_many},
    {"wheel_mass", "07.4", PLAIN, test_wheel_mass},
    {"wheel_pairs", "07.5", PLAIN | ASAN, test_wheel_pairs},
    {"wheel_late", "07.5", PLAIN | ASAN, test_wheel_late},
    {"timer_waits", "07.6", PLAIN | ASAN, test_timer_waits},
    {"timer_newest_waker", "07.7", PLAIN | ASAN, test_timer_newest_waker},
    {"poll_elsewhere", "07.7", PLAIN | ASAN, test_poll_elsewhere},
    {"timer_drop", "07.8", PLAIN | ASAN, test_timer_drop},
    {"drop_elsewhere", "07.8", PLAIN | ASAN, test_drop_elsewhere},
    {"timer_again", "07.8", PLAIN | ASAN, test_timer_again},
    {"flood", "07.8", PLAIN | ASAN, test_flood},
    {"storm", "07.8", PLAIN | ASAN | TSAN, test_storm},
    {"timer_reset", "07.9", PLAIN | ASAN, test_timer_reset},
    {"timer_reset_fired", "07.9", PLAIN | ASAN, test_timer_reset_fired},
    {"reset_elsewhere", "07.9", PLAIN | ASAN, test_reset_elsewhere},
    {"crowd", "07.9", PLAIN | ASAN, test_crowd},
    {"timer_shutdown", "07.10", PLAIN | ASAN, test_timer_shutdown},
    {"poll_meanwhile", "07.10", PLAIN | ASAN, test_poll_meanwhile},
    {"flood_of_closed", "07.10", PLAIN | ASAN, test_flood_of_closed},
    {"sleep_ready", "07.11", PLAIN | ASAN, test_sleep_ready},
    {"real_clock", "07.11", PLAIN | ASAN | TSAN, test_real_clock},
    {"sleep_leaf", "07.12", PLAIN | ASAN, test_sleep_leaf},
    {"sleep_again", "07.13", PLAIN | ASAN, test_sleep_again},
    {"timeout_inner_first", "07.14", PLAIN | ASAN, test_timeout_inner_first},
    {"timeout_fires", "07.15", PLAIN | ASAN, test_timeout_fires},
    {"timeout_elsewhere", "07.15", PLAIN | ASAN, test_timeout_elsewhere},
    {"workers", "07.15", PLAIN | ASAN | TSAN, test_workers},
    {"timeout_budget", "07.16", PLAIN | ASAN, test_timeout_budget},
    {"interval_ticks", "07.17", PLAIN | ASAN, test_interval_ticks},
    {"interval_on_time", "07.18", PLAIN | ASAN, test_interval_on_time},
    {"interval_late", "07.19", PLAIN | ASAN, test_interval_late},
    {"first_poll_outside", "07.20", PLAIN | ASAN, test_first_poll_outside},
    LAWS_ROWS{"explore_fire_drop", "07.8", INTERLEAVE, judge_model},
    {"explore_fire_ready", "07.8", INTERLEAVE, judge_model},
    {"explore_crosswise", "07.8", INTERLEAVE, judge_model},
    {"explore_fire_poll", "07.7", INTERLEAVE, judge_model},
    {"explore_fire_poll_elsewhere", "07.7", INTERLEAVE, judge_model},
    {"explore_fire_reset", "07.9", INTERLEAVE, judge_model},
    {"explore_fire_reset_late", "07.9", INTERLEAVE, judge_model},
    {"explore_earlier", "07.7", INTERLEAVE, judge_model},
    {"explore_earlier_reset", "07.9", INTERLEAVE, judge_model},
    {"explore_close_poll", "07.10", INTERLEAVE, judge_model},
    {"explore_close_first_poll", "07.10", INTERLEAVE, judge_model},
    {"explore_close_reset", "07.10", INTERLEAVE, judge_model},
    {"explore_close_reset_late", "07.10", INTERLEAVE, judge_model},
    {"explore_close_drop", "07.10", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"07.2", "07.1"},
    {"07.3", "07.1"},
    {"07.4", "07.1"},
    {"07.5", "07.1"},
    {"07.6", "07.1"},
    {"07.7", "07.1 07.3 07.6"},
    {"07.8", "07.1 07.3 07.6"},
    {"07.9", "07.1 07.3 07.6"},
    {"07.10", "07.1 07.6"},
    {"07.11", "07.1 07.6 07.7"},
    {"07.12", "07.6 07.8 07.11"},
    {"07.13", "07.6 07.9 07.11"},
    {"07.14", "07.6 07.8"},
    {"07.15", "07.6 07.7 07.8"},
    {"07.16", "07.6 07.14 07.15"},
    {"07.17", "07.6 07.8 07.18"},
    {"07.19", "07.18"},
    {"07.20", "07.6 07.7 07.8 07.11 07.12 07.14 07.15"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_07_time = {"07-time", tests, describe_event, rests};
