/**
 * @file suite.c
 * @brief Lab 05's tests: one or more for each clause.
 *
 * The order is that in which failures are told: what a mistake breaks nearest to it comes first.
 */
#include "../../src/judge.h"

#include <stddef.h>

#include "tests.h"

static const struct judge_test tests[] = {
    {"push_and_pop", "05.1", PLAIN | ASAN, test_push_and_pop},
    {"wraps", "05.1", PLAIN | ASAN, test_wraps},
    {"overflow", "05.2", PLAIN | ASAN, test_overflow},
    {"steal", "05.3", PLAIN | ASAN, test_steal},
    {"steal_chain", "05.3", PLAIN | ASAN, test_steal_chain},
    {"steal_nothing", "05.4", PLAIN | ASAN, test_steal_nothing},
    {"second_thief", "05.4", PLAIN | ASAN, test_second_thief},
    {"beside_a_thief", "05.20", PLAIN | ASAN, test_beside_a_thief},
    {"random_rings", "05.3", PLAIN | ASAN, test_random_rings},
    {"four_threads", "05.5", PLAIN | ASAN | TSAN, test_four_threads},
    {"to_wake", "05.6", PLAIN | ASAN, test_to_wake},
    {"half_search", "05.7", PLAIN | ASAN, test_half_search},
    {"last_searcher", "05.8", PLAIN | ASAN, test_last_searcher},
    {"random_idle", "05.6", PLAIN | ASAN, test_random_idle},
    {"own_first", "05.9", PLAIN | ASAN, test_own_first},
    {"searches", "05.9", PLAIN | ASAN, test_searches},
    {"injected_in_time", "05.10", PLAIN | ASAN, test_injected_in_time},
    {"share", "05.12", PLAIN | ASAN, test_share},
    {"turns", "05.11", PLAIN | ASAN, test_turns},
    {"yields", "05.11", PLAIN | ASAN, test_yields},
    {"yield_in_a_full_ring", "05.11", PLAIN | ASAN, test_yield_in_a_full_ring},
    /* first of those in which a worker that does not see the end hangs: after three the rest is not run */
    {"sleeps", "05.15", PLAIN | ASAN, test_sleeps},
    {"searcher_wakes", "05.13", PLAIN | ASAN, test_searcher_wakes},
    {"schedule_wakes", "05.14", PLAIN | ASAN, test_schedule_wakes},
    {"driver_wakes", "05.14", PLAIN | ASAN, test_driver_wakes},
    {"over_in_a_turn", "05.15", PLAIN | ASAN, test_over_in_a_turn},
    {"looks_again", "05.15", PLAIN | ASAN, test_looks_again},
    {"woken_by_driver", "05.15", PLAIN | ASAN, test_woken_by_driver},
    {"hooks", "05.16", PLAIN | ASAN, test_hooks},
    {"hook_makes_work", "05.16", PLAIN | ASAN, test_hook_makes_work},
    {"ends", "05.17", PLAIN | ASAN, test_ends},
    {"taken", "05.17", PLAIN | ASAN, test_taken},
    {"counts", "05.19", PLAIN | ASAN, test_counts},
    {"counts_of_sleep", "05.19", PLAIN | ASAN, test_counts_of_sleep},
    {"loads", "05.18", PLAIN | ASAN | TSAN, test_loads},
    {"loads_with_a_driver", "05.18", PLAIN | ASAN | TSAN, test_loads_with_a_driver},
    {"rescue", "05.14", PLAIN | ASAN | TSAN, test_rescue},
    {"block_ons", "05.18", PLAIN | ASAN | TSAN, test_block_ons},
    {"drop_states", "05.18", PLAIN | ASAN | TSAN, test_drop_states},
    {"explore_steal", "05.5", INTERLEAVE, judge_model},
    {"explore_steal_and_fill", "05.5", INTERLEAVE, judge_model},
    {"explore_pop_and_steal", "05.5", INTERLEAVE, judge_model},
    {"explore_two_thieves", "05.5", INTERLEAVE, judge_model},
    {"explore_thieves_and_fill", "05.5", INTERLEAVE, judge_model},
    {"explore_late_look", "05.5", INTERLEAVE, judge_model},
    {"explore_robbed_thief", "05.5", INTERLEAVE, judge_model},
    {"explore_overflow", "05.5", INTERLEAVE, judge_model},
    {"explore_chain", "05.3", INTERLEAVE, judge_model},
    {"explore_pop_finds", "05.20", INTERLEAVE, judge_model},
    {"explore_steal_finds", "05.4", INTERLEAVE, judge_model},
    {"explore_overflow_finds", "05.4", INTERLEAVE, judge_model},
    {"explore_late_finds", "05.4", INTERLEAVE, judge_model},
    {"explore_both_begin", "05.7", INTERLEAVE, judge_model},
    {"explore_end_together", "05.7", INTERLEAVE, judge_model},
    {"explore_refused_and_end", "05.7", INTERLEAVE, judge_model},
    {"explore_fall_asleep", "05.8", INTERLEAVE, judge_model},
    {"explore_both_fall_asleep", "05.8", INTERLEAVE, judge_model},
    {"explore_refused", "05.8", INTERLEAVE, judge_model},
    {"explore_two_publishers", "05.6", INTERLEAVE, judge_model},
    {"explore_wake_up", "05.6", INTERLEAVE, judge_model},
    {"explore_counted", "05.6", INTERLEAVE, judge_model},
    {"explore_found", "05.13", INTERLEAVE, judge_model},
    {"explore_hook", "05.13", INTERLEAVE, judge_model},
    {"explore_rescue", "05.14", INTERLEAVE, judge_model},
    {"explore_lookout", "05.14", INTERLEAVE, judge_model},
    {"explore_two_lookouts", "05.14", INTERLEAVE, judge_model},
    {"explore_inject", "05.15", INTERLEAVE, judge_model},
    {"explore_end", "05.15", INTERLEAVE, judge_model},
    {"explore_taken", "05.17", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"05.2", "05.1"},
    {"05.3", "05.1"},
    {"05.4", "05.1 05.3"},
    {"05.20", "05.1 05.2 05.3"},
    {"05.5", "05.1 05.2 05.3 05.4 05.20"},
    {"05.8", "05.6 05.7"},
    {"05.9", "05.1 05.3 05.7"},
    {"05.10", "05.1 05.9"},
    {"05.11", "05.1 05.9"},
    {"05.12", "05.1 05.9"},
    {"05.13", "05.6 05.7 05.9"},
    {"05.14", "05.6 05.9"},
    {"05.15", "05.6 05.7 05.8 05.9"},
    {"05.16", "05.15"},
    {"05.17", "05.9 05.15"},
    {"05.18", "05.5 05.8 05.9 05.10 05.13 05.14 05.15 05.17"},
    {"05.19", "05.2 05.3 05.9 05.15"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_05_work_stealing = {"05-work-stealing", tests, describe_worker_event, rests};
