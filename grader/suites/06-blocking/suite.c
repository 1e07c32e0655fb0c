/**
 * @file suite.c
 * @brief Lab 06's tests: one or more for each clause.
 *
 * The order is that in which failures are told: what a mistake breaks nearest to it comes first.
 */
#include "../../src/judge.h"

#include <stddef.h>

#include "../../src/laws.h"
#include "futures.h"
#include "tests.h"

LAWS_OF_LAB("06.8")

static const struct judge_test tests[] = {
    {"refused", "06.5", PLAIN | ASAN, test_refused},
    {"begins", "06.1", PLAIN | ASAN | TSAN, test_begins},
    {"aborts", "06.1", PLAIN | ASAN, test_aborts},
    {"sequence", "06.1", PLAIN | ASAN, test_sequence},
    {"limit", "06.2", PLAIN | ASAN, test_limit},
    {"large_limits", "06.2", PLAIN | ASAN, test_large_limits},
    {"no_more_threads", "06.2", PLAIN | ASAN, test_no_more_threads},
    {"idle_is_used", "06.2", PLAIN | ASAN, test_idle_is_used},
    {"two_calls_one_sleeper", "06.3", PLAIN | ASAN | TSAN, test_two_calls_one_sleeper},
    {"spurious", "06.3", PLAIN | ASAN, test_spurious},
    {"many", "06.3", PLAIN | ASAN, test_many},
    {"random_pool", "06.3", PLAIN | ASAN | TSAN, test_random_pool},
    {"storm", "06.3", PLAIN | ASAN | TSAN, test_storm},
    {"two_pools", "06.3", PLAIN | TSAN, test_two_pools},
    {"keep_alive", "06.4", PLAIN | ASAN, test_keep_alive},
    {"told_late", "06.4", PLAIN | ASAN, test_told_late},
    {"beaten", "06.4", PLAIN | ASAN, test_beaten},
    {"drop_waits", "06.6", PLAIN | ASAN | TSAN, test_drop_waits},
    {"drop_queue", "06.6", PLAIN | ASAN, test_drop_queue},
    {"drop_mandatory", "06.6", PLAIN | ASAN, test_drop_mandatory},
    {"drop_sleepers", "06.6", PLAIN | ASAN, test_drop_sleepers},
    {"drop_calls_back", "06.6", PLAIN | ASAN, test_drop_calls_back},
    {"random_drop", "06.6", PLAIN | ASAN | TSAN, test_random_drop},
    {"joins", "06.7", PLAIN | ASAN | TSAN, test_joins},
    {"joins_call_back", "06.7", PLAIN | ASAN, test_joins_call_back},
    LAWS_ROWS{"explore_no_threads", "06.5", INTERLEAVE, judge_model},
    {"explore_two_calls", "06.3", INTERLEAVE, judge_model},
    {"explore_keep_alive", "06.4", INTERLEAVE, judge_model},
    {"explore_all_idle", "06.4", INTERLEAVE, judge_model},
    {"explore_close", "06.6", INTERLEAVE, judge_model},
    {"explore_close_call", "06.6", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"06.2", "06.1"},
    {"06.3", "06.1 06.2"},
    {"06.4", "06.1 06.3"},
    {"06.6", "06.1"},
    {"06.7", "06.1 06.6"},
    {"06.8", "06.1 06.2 06.3 06.6"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_06_blocking = {"06-blocking", tests, describe_pool_event, rests};
