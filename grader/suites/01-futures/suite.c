/**
 * @file suite.c
 * @brief Lab 01's tests: one for each clause.
 */
#include "../../src/laws.h"
#include "futures.h"
#include "tests.h"

#include <stddef.h>

LAWS_OF_LAB("01.34")

static const struct judge_test tests[] = {
    {"ready_at_once", "01.1", PLAIN | ASAN, test_ready_at_once},
    {"pending_never", "01.2", PLAIN | ASAN, test_pending_never},
    {"map_applies_once", "01.3", PLAIN | ASAN, test_map_applies_once},
    {"map_drop", "01.4", PLAIN | ASAN, test_map_drop},
    {"join_result", "01.5", PLAIN | ASAN, test_join_result},
    {"join_polls_each_once", "01.6", PLAIN | ASAN, test_join_polls_each_once},
    {"turn_moves_on", "01.7", PLAIN | ASAN, test_turn_moves_on},
    {"array_order", "01.28", PLAIN | ASAN, test_array_order},
    {"join_drop", "01.8", PLAIN | ASAN, test_join_drop},
    {"try_join_error", "01.9", PLAIN | ASAN, test_try_join_error},
    {"try_join_all", "01.29", PLAIN | ASAN, test_try_join_all},
    {"try_join_older_error", "01.30", PLAIN | ASAN, test_try_join_older_error},
    {"try_join_drops_rest", "01.10", PLAIN | ASAN, test_try_join_drops_rest},
    {"select_first_ready", "01.11", PLAIN | ASAN, test_select_first_ready},
    {"select_borrows", "01.31", PLAIN | ASAN, test_select_borrows},
    {"select_disabled", "01.12", PLAIN | ASAN, test_select_disabled},
    {"select_next_keeps_turn", "01.13", PLAIN | ASAN, test_select_next_keeps_turn},
    {"select_next_too_early", "01.13", PLAIN, test_select_next_too_early},
    {"race_drops_losers", "01.14", PLAIN | ASAN, test_race_drops_losers},
    {"race_drop", "01.32", PLAIN | ASAN, test_race_drop},
    {"race_without_branches", "01.33", PLAIN | ASAN, test_race_without_branches},
    {"newest_waker", "01.15", PLAIN | ASAN, test_newest_waker},
    {"permit_is_kept", "01.16", PLAIN | ASAN | TSAN, test_permit_is_kept},
    {"park_sleeps", "01.17", PLAIN | ASAN | TSAN, test_park_sleeps},
    {"park_deadline", "01.18", PLAIN | ASAN | TSAN, test_park_deadline},
    {"waker_references", "01.19", PLAIN | ASAN | TSAN, test_waker_references},
    {"waker_identity", "01.20", PLAIN | ASAN, test_waker_identity},
    {"waker_wakes", "01.27", PLAIN | ASAN | TSAN, test_waker_wakes},
    {"block_on_polls_once_per_wake", "01.21", PLAIN | ASAN | TSAN, test_block_on_polls_once_per_wake},
    {"wake_is_not_lost", "01.22", PLAIN | ASAN | TSAN, test_wake_is_not_lost},
    {"block_on_sleeps", "01.23", PLAIN | ASAN | TSAN, test_block_on_sleeps},
    {"block_on_nested", "01.24", PLAIN | ASAN, test_block_on_nested},
    {"waker_outlives_block_on", "01.25", PLAIN | ASAN | TSAN, test_waker_outlives_block_on},
    {"block_on_without_memory", "01.26", PLAIN | ASAN, test_block_on_without_memory},
    LAWS_ROWS{"two_threads", "01.34", PLAIN | TSAN, test_two_threads},
    {"explore_unpark", "01.17", INTERLEAVE, judge_model},
    {"explore_turn", "01.16", INTERLEAVE, judge_model},
    {"explore_time_out", "01.18", INTERLEAVE, judge_model},
    {"explore_two_unparks", "01.16", INTERLEAVE, judge_model},
    {"explore_parks_in_a_row", "01.16", INTERLEAVE, judge_model},
    {"explore_references", "01.19", INTERLEAVE, judge_model},
    {"explore_wake", "01.27", INTERLEAVE, judge_model},
    {"explore_block_on", "01.22", INTERLEAVE, judge_model},
    {"explore_late_wake", "01.25", INTERLEAVE, judge_model},
    {"explore_two_wakes", "01.21", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

static void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    if (judge_scenario_is(judge, "futures"))
        describe_futures_event(judge, event, text, size);
    else
        describe_parking_event(judge, event, text, size);
}

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"01.4", "01.3"},
    {"01.7", "01.6"},
    {"01.8", "01.6"},
    {"01.9", "01.6"},
    {"01.10", "01.9"},
    {"01.12", "01.11"},
    {"01.13", "01.11"},
    {"01.14", "01.11"},
    {"01.15", "01.6"},
    {"01.17", "01.16"},
    {"01.18", "01.16 01.17"},
    {"01.19", "01.16"},
    {"01.20", "01.19"},
    {"01.21", "01.16 01.17 01.27"},
    {"01.22", "01.21"},
    {"01.23", "01.21"},
    {"01.24", "01.21"},
    {"01.25", "01.19 01.21"},
    {"01.26", "01.21"},
    {"01.27", "01.16 01.19"},
    {"01.28", "01.6"},
    {"01.29", "01.6"},
    {"01.30", "01.9"},
    {"01.31", "01.11"},
    {"01.33", "01.14"},
    {"01.34", "01.1 01.2 01.3 01.4 01.5 01.6 01.8 01.9 01.10 01.11 01.14 01.15 01.28 01.29 01.31 01.32 01.33"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_01_futures = {"01-futures", tests, describe_event, rests};
