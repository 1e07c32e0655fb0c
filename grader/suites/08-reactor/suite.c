/**
 * @file suite.c
 * @brief Lab 08's tests: one or more for each clause.
 *
 * The order is that in which failures are told: what a mistake breaks nearest to it comes first.
 */
#include "../../src/laws.h"
#include "futures.h"

#include <stddef.h>

#include "tests.h"

LAWS_OF_LAB("08.15")

static const struct judge_test tests[] = {
    {"word_bits", "08.1", PLAIN | ASAN, test_word_bits},
    {"word_publishes", "08.1", PLAIN | ASAN | TSAN, test_word_publishes},
    {"word_clear", "08.2", PLAIN | ASAN, test_word_clear},
    {"word_random", "08.2", PLAIN | ASAN, test_word_random},
    {"serves", "08.3", PLAIN | ASAN, test_serves},
    {"wakes", "08.4", PLAIN | ASAN, test_wakes},
    {"newest_waker", "08.4", PLAIN | ASAN, test_newest_waker},
    {"readiness_random", "08.4", PLAIN | ASAN, test_readiness_random},
    {"meanwhile", "08.5", PLAIN | ASAN, test_meanwhile},
    {"ping_pong", "08.5", PLAIN | ASAN | TSAN, test_ping_pong},
    {"waiter_over", "08.6", PLAIN | ASAN, test_waiter_over},
    {"drops_storm", "08.6", PLAIN | ASAN | TSAN, test_drops_storm},
    {"in_wakes", "08.7", PLAIN | ASAN, test_in_wakes},
    {"events_in_wakes", "08.7", PLAIN | ASAN, test_events_in_wakes},
    {"waits_again", "08.7", PLAIN | ASAN, test_waits_again},
    {"flood", "08.7", PLAIN | ASAN, test_flood},
    {"close", "08.8", PLAIN | ASAN, test_close},
    {"open", "08.9", PLAIN | ASAN, test_open},
    {"open_fails", "08.9", PLAIN | ASAN, test_open_fails},
    {"open_where", "08.9", PLAIN | ASAN, test_open_where},
    {"close_fd", "08.10", PLAIN | ASAN, test_close_fd},
    {"end_first", "08.10", PLAIN | ASAN, test_end_first},
    {"close_wakes", "08.10", PLAIN | ASAN, test_close_wakes},
    {"gone", "08.10", PLAIN | ASAN | TSAN, test_gone},
    {"release", "08.11", PLAIN | ASAN, test_release},
    {"fd_ready", "08.12", PLAIN | ASAN, test_fd_ready},
    {"fd_ready_errors", "08.12", PLAIN | ASAN, test_fd_ready_errors},
    {"fd_ready_where", "08.12", PLAIN | ASAN, test_fd_ready_where},
    {"fd_clear", "08.12", PLAIN | ASAN, test_fd_clear},
    {"crowd", "08.12", PLAIN | ASAN, test_crowd},
    {"io_results", "08.13", PLAIN | ASAN, test_io_results},
    {"io_again", "08.13", PLAIN | ASAN, test_io_again},
    {"io_clears", "08.13", PLAIN | ASAN, test_io_clears},
    {"io_meanwhile", "08.13", PLAIN | ASAN, test_io_meanwhile},
    {"io_random", "08.13", PLAIN | ASAN, test_io_random},
    {"io_inside", "08.13", PLAIN | ASAN, test_io_inside},
    {"io_closed", "08.13", PLAIN | ASAN, test_io_closed},
    {"giving_up", "08.13", PLAIN | ASAN, test_giving_up},
    {"pairs", "08.13", PLAIN | ASAN, test_pairs},
    {"peers", "08.13", PLAIN | ASAN, test_peers},
    {"counters", "08.13", PLAIN | ASAN, test_counters},
    {"pump", "08.13", PLAIN | ASAN | TSAN, test_pump},
    {"storm", "08.13", PLAIN | ASAN | TSAN, test_storm},
    {"fd_looks", "08.14", PLAIN | ASAN, test_fd_looks},
    {"io_looks", "08.14", PLAIN | ASAN, test_io_looks},
    {"explore_clear_data", "08.1", INTERLEAVE, judge_model},
    {"explore_events_data", "08.1", INTERLEAVE, judge_model},
    {"explore_event_clear", "08.2", INTERLEAVE, judge_model},
    {"explore_two_clears", "08.2", INTERLEAVE, judge_model},
    {"explore_three_clears", "08.2", INTERLEAVE, judge_model},
    {"explore_event_data", "08.3", INTERLEAVE, judge_model},
    {"explore_event_poll_again", "08.4", INTERLEAVE, judge_model},
    {"explore_two_events", "08.4", INTERLEAVE, judge_model},
    {"explore_event_poll", "08.5", INTERLEAVE, judge_model},
    {"explore_late_wake", "08.5", INTERLEAVE, judge_model},
    {"explore_event_clear_poll", "08.5", INTERLEAVE, judge_model},
    {"explore_event_drop", "08.6", INTERLEAVE, judge_model},
    {"explore_event_ready", "08.6", INTERLEAVE, judge_model},
    {"explore_event_drop_of_two", "08.6", INTERLEAVE, judge_model},
    {"explore_drop_elsewhere", "08.6", INTERLEAVE, judge_model},
    {"explore_drop_next_batch", "08.6", INTERLEAVE, judge_model},
    {"explore_close_poll", "08.8", INTERLEAVE, judge_model},
    {"explore_close_drop", "08.8", INTERLEAVE, judge_model},
    {"explore_close_next_batch", "08.8", INTERLEAVE, judge_model},
    {"explore_close_clear", "08.8", INTERLEAVE, judge_model},
    {"explore_close_elsewhere", "08.10", INTERLEAVE, judge_model},
    {"explore_close_when_woken", "08.10", INTERLEAVE, judge_model},
    {"explore_shutdown_poll", "08.10", INTERLEAVE, judge_model},
    {"explore_reopen", "08.11", INTERLEAVE, judge_model},
    {"explore_io_event", "08.13", INTERLEAVE, judge_model},
    {"explore_io_other_side", "08.13", INTERLEAVE, judge_model},
    {"explore_two_readers", "08.13", INTERLEAVE, judge_model},
    LAWS_ROWS{NULL, NULL, 0, NULL},
};

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"08.2", "08.1"},
    {"08.3", "08.1"},
    {"08.4", "08.1 08.2 08.3"},
    {"08.5", "08.1 08.2 08.3 08.4"},
    {"08.6", "08.1 08.2 08.3 08.4"},
    {"08.7", "08.1 08.2 08.3 08.4"},
    {"08.8", "08.1 08.2 08.3 08.4"},
    {"08.10", "08.8 08.9 08.11"},
    {"08.11", "08.3 08.8 08.9"},
    {"08.12", "08.3 08.4 08.8 08.9 08.10"},
    {"08.13", "08.2 08.3 08.4 08.9 08.10 08.12"},
    {"08.14", "08.3 08.9 08.10 08.12 08.13"},
    {"08.15", "08.3 08.4 08.6 08.12 08.13 08.14"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_08_reactor = {"08-reactor", tests, describe_event, rests};
