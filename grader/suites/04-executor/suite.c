/**
 * @file suite.c
 * @brief Lab 04's tests: one or more for each clause.
 *
 * The order is that in which failures are told: what a mistake breaks nearest to it comes first.
 */
#include "../../src/laws.h"
#include "futures.h"
#include "tests.h"

#include <stddef.h>

enum { LAB_FUTURES(LAW_NUMBER) };
#define LAWS_CLAUSE "04.32"
LAB_FUTURES(LAW_TEST)

static const struct judge_test tests[] = {
    {"run_order", "04.1", PLAIN | ASAN, test_run_order},
    {"run_limits", "04.1", PLAIN | ASAN, test_run_limits},
    {"injected_in_time", "04.2", PLAIN | ASAN | TSAN, test_injected_in_time},
    {"injected_stream", "04.2", PLAIN | ASAN, test_injected_stream},
    {"root_polls", "04.3", PLAIN | ASAN | TSAN, test_root_polls},
    {"root_woken_in_a_turn", "04.3", PLAIN | ASAN, test_root_woken_in_a_turn},
    {"runtimes_at_once", "04.3", PLAIN | TSAN, test_runtimes_at_once},
    {"nobody_starves", "04.4", PLAIN | ASAN, test_nobody_starves},
    {"park_has_its_turns", "04.22", PLAIN | ASAN, test_park_has_its_turns},
    {"stream_in_a_runtime", "04.22", PLAIN | ASAN, test_stream_in_a_runtime},
    {"sleeps_while_idle", "04.5", PLAIN | ASAN | TSAN, test_sleeps_while_idle},
    {"yield", "04.6", PLAIN | ASAN, test_yield},
    {"yield_gives_way", "04.31", PLAIN | ASAN, test_yield_gives_way},
    {"hooks", "04.7", PLAIN | ASAN | TSAN, test_hooks},
    {"hooks_alone", "04.7", PLAIN | ASAN, test_hooks_alone},
    {"budget", "04.8", PLAIN | ASAN, test_budget},
    {"root_budget", "04.23", PLAIN | ASAN, test_root_budget},
    {"unconstrained", "04.9", PLAIN | ASAN, test_unconstrained},
    {"block_on_in_task", "04.10", PLAIN | ASAN, test_block_on_in_task},
    {"block_on_in_root", "04.10", PLAIN | ASAN, test_block_on_in_root},
    {"block_on_in_block_on", "04.10", PLAIN | ASAN, test_block_on_in_block_on},
    {"block_on_twice", "04.10", PLAIN | ASAN, test_block_on_twice},
    {"block_on_after_drop", "04.10", PLAIN | ASAN, test_block_on_after_drop},
    {"block_on_in_drop", "04.10", PLAIN | ASAN, test_block_on_in_drop},
    {"drop_ends_all", "04.11", PLAIN | ASAN | TSAN, test_drop_ends_all},
    {"shutdown_by_hand", "04.11", PLAIN | ASAN, test_shutdown_by_hand},
    {"drops_at_once", "04.11", PLAIN | TSAN, test_drops_at_once},
    {"clean_ups", "04.12", PLAIN | ASAN | TSAN, test_clean_ups},
    {"outlives_the_runtime", "04.13", PLAIN | ASAN | TSAN, test_outlives_the_runtime},
    {"wakes_during_drop", "04.13", PLAIN | ASAN | TSAN, test_wakes_during_drop},
    {"life_of_the_park", "04.14", PLAIN | ASAN | TSAN, test_life_of_the_park},
    {"task_hooks", "04.25", PLAIN | ASAN | TSAN, test_task_hooks},
    {"task_hooks_alone", "04.25", PLAIN | ASAN, test_task_hooks_alone},
    {"hooks_call_back", "04.25", PLAIN | ASAN, test_hooks_call_back},
    {"wakes_in_the_gap", "04.24", PLAIN | ASAN | TSAN, test_wakes_in_the_gap},
    {"own_park", "04.24", PLAIN | ASAN | TSAN, test_own_park},
    {"wakes_from_inside_another", "04.24", PLAIN | ASAN | TSAN, test_wakes_from_inside_another},
    {"new_without_memory", "04.15", PLAIN | ASAN, test_new_without_memory},
    {"drop_in_root", "04.16", PLAIN | ASAN, test_drop_in_root},
    {"drop_in_task", "04.16", PLAIN | ASAN, test_drop_in_task},
    {"drop_in_drop", "04.16", PLAIN | ASAN, test_drop_in_drop},
    {"local_run", "04.17", PLAIN | ASAN, test_local_run},
    {"local_sets_at_once", "04.17", PLAIN | TSAN, test_local_sets_at_once},
    {"local_gives_way", "04.26", PLAIN | ASAN, test_local_gives_way},
    {"local_stream", "04.26", PLAIN | ASAN, test_local_stream},
    {"local_budgets", "04.27", PLAIN | ASAN, test_local_budgets},
    {"local_values", "04.33", PLAIN | ASAN, test_local_values},
    {"local_on_another_thread", "04.28", PLAIN | ASAN, test_local_on_another_thread},
    {"local_run_inside", "04.28", PLAIN | ASAN, test_local_run_inside},
    {"local_wakes", "04.18", PLAIN | ASAN | TSAN, test_local_wakes},
    {"local_lets_go", "04.29", PLAIN | ASAN | TSAN, test_local_lets_go},
    {"local_drop", "04.19", PLAIN | ASAN | TSAN, test_local_drop},
    {"local_drop_inside", "04.30", PLAIN | ASAN, test_local_drop_inside},
    {"local_drop_on_another_thread", "04.30", PLAIN | ASAN, test_local_drop_on_another_thread},
    {"wakes_from_a_local_set", "04.20", PLAIN | ASAN, test_wakes_from_a_local_set},
    {"local_in_a_task_that_moves", "04.21", PLAIN | ASAN, test_local_in_a_task_that_moves},
    LAB_FUTURES(LAW_ROW){"explore_spawn_in_a_hook", "04.2", INTERLEAVE, judge_model},
    {"explore_wake_root", "04.24", INTERLEAVE, judge_model},
    {"explore_late_wake", "04.13", INTERLEAVE, judge_model},
    {"explore_two_root_wakes", "04.24", INTERLEAVE, judge_model},
    {"explore_next_root", "04.24", INTERLEAVE, judge_model},
    {"explore_wake_task", "04.24", INTERLEAVE, judge_model},
    {"explore_spawn", "04.24", INTERLEAVE, judge_model},
    {"explore_two_spawns", "04.24", INTERLEAVE, judge_model},
    {"explore_drop_and_wake", "04.14", INTERLEAVE, judge_model},
    {"explore_drop_and_spawn", "04.14", INTERLEAVE, judge_model},
    {"explore_shutdown_and_wake", "04.13", INTERLEAVE, judge_model},
    {"explore_shutdown_and_abort", "04.13", INTERLEAVE, judge_model},
    {"explore_shutdown_and_spawn", "04.13", INTERLEAVE, judge_model},
    {"explore_set_references", "04.13", INTERLEAVE, judge_model},
    {"explore_local_wake", "04.18", INTERLEAVE, judge_model},
    {"explore_local_end", "04.29", INTERLEAVE, judge_model},
    {"explore_local_run_drop", "04.29", INTERLEAVE, judge_model},
    {"explore_local_drop", "04.19", INTERLEAVE, judge_model},
    {"explore_local_in_block_on", "04.18", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"04.2", "04.1 04.5"},
    {"04.3", "04.5"},
    {"04.4", "04.1"},
    {"04.7", "04.5"},
    {"04.9", "04.8"},
    {"04.10", "04.5"},
    {"04.11", "04.5"},
    {"04.12", "04.11"},
    {"04.13", "04.11"},
    {"04.14", "04.11 04.24"},
    {"04.16", "04.11"},
    {"04.17", "04.1 04.5"},
    {"04.18", "04.17"},
    {"04.19", "04.17"},
    {"04.20", "04.17"},
    {"04.21", "04.17"},
    {"04.22", "04.1"},
    {"04.23", "04.5 04.8"},
    {"04.24", "04.5 04.6"},
    {"04.25", "04.5"},
    {"04.26", "04.17"},
    {"04.27", "04.17 04.23"},
    {"04.28", "04.17"},
    {"04.29", "04.17"},
    {"04.30", "04.19"},
    {"04.31", "04.5 04.6"},
    {"04.33", "04.17"},
    {"04.32", "04.1 04.6 04.8 04.9 04.17 04.18 04.19 04.27 04.29"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_04_executor = {"04-executor", tests, describe_executor_event, rests};
