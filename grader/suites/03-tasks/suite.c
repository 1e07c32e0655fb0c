/**
 * @file suite.c
 * @brief Lab 03's tests. A clause about a transition has one that calls it alone; what follows from it has others.
 *
 * The order is that in which failures are told: what a mistake breaks nearest to it comes first.
 */
#include "../../src/laws.h"
#include "futures.h"
#include "tests.h"

#include <stddef.h>

LAWS_OF_LAB("03.30")

static const struct judge_test tests[] = {
    {"to_running", "03.1", PLAIN | ASAN, test_to_running},
    {"run_idle", "03.1", PLAIN, test_run_idle},
    {"run_running", "03.1", PLAIN, test_run_running},
    {"run_complete", "03.1", PLAIN, test_run_complete},
    {"to_idle", "03.2", PLAIN | ASAN, test_to_idle},
    {"to_idle_cancelled", "03.18", PLAIN | ASAN, test_to_idle_cancelled},
    {"to_complete", "03.3", PLAIN | ASAN, test_to_complete},
    {"run_in_one_step", "03.29", PLAIN | ASAN, test_run_in_one_step},
    {"references", "03.6", PLAIN | ASAN, test_references},
    {"task_waker", "03.6", PLAIN | ASAN | TSAN, test_task_waker},
    {"references_max", "03.20", PLAIN, test_references_max},
    {"wake_by_reference", "03.4", PLAIN | ASAN, test_wake_by_reference},
    {"wake_by_value", "03.5", PLAIN | ASAN, test_wake_by_value},
    {"waker_used_up", "03.5", PLAIN | ASAN | TSAN, test_waker_used_up},
    {"one_poll_per_wake", "03.19", PLAIN | ASAN | TSAN, test_one_poll_per_wake},
    {"wake_after_a_run", "03.19", PLAIN | ASAN | TSAN, test_wake_after_a_run},
    {"wake_publishes", "03.7", PLAIN | ASAN | TSAN, test_wake_publishes},
    {"poll_publishes", "03.21", PLAIN | ASAN | TSAN, test_poll_publishes},
    {"task_result", "03.8", PLAIN | ASAN | TSAN, test_task_result},
    {"share", "03.22", PLAIN | ASAN, test_share},
    {"slot", "03.23", PLAIN | ASAN, test_slot},
    {"join_dropped", "03.23", PLAIN | ASAN, test_join_dropped},
    {"newest_join_waker", "03.9", PLAIN | ASAN | TSAN, test_newest_join_waker},
    {"detach", "03.11", PLAIN | ASAN | TSAN, test_detach},
    {"detach_any_time", "03.11", PLAIN | ASAN | TSAN, test_detach_any_time},
    {"join_waker_given_back", "03.10", PLAIN | ASAN | TSAN, test_join_waker_given_back},
    {"end_in_between", "03.25", PLAIN | ASAN | TSAN, test_end_in_between},
    {"join_sees_output", "03.24", PLAIN | ASAN | TSAN, test_join_sees_output},
    {"to_cancelled", "03.12", PLAIN | ASAN, test_to_cancelled},
    {"abort_idle", "03.12", PLAIN | ASAN | TSAN, test_abort_idle},
    {"abort_after_a_run", "03.12", PLAIN | ASAN | TSAN, test_abort_after_a_run},
    {"abort_publishes", "03.27", PLAIN | ASAN | TSAN, test_abort_publishes},
    {"aborted_join", "03.26", PLAIN | ASAN | TSAN, test_aborted_join},
    {"abort_any_time", "03.26", PLAIN | ASAN | TSAN, test_abort_any_time},
    {"abort_in_poll", "03.13", PLAIN | ASAN | TSAN, test_abort_in_poll},
    {"abort_over", "03.14", PLAIN | ASAN | TSAN, test_abort_over},
    {"abort_handle", "03.15", PLAIN | ASAN | TSAN, test_abort_handle},
    {"local_scopes", "03.16", PLAIN | ASAN, test_local_scopes},
    {"scope_outside", "03.16", PLAIN, test_scope_outside},
    {"local_scopes_end", "03.28", PLAIN | ASAN, test_local_scopes_end},
    {"join_budget", "03.17", PLAIN | ASAN | TSAN, test_join_budget},
    LAWS_ROWS{"two_threads", "03.30", TSAN, test_two_threads},
    {"explore_wake", "03.19", INTERLEAVE, judge_model},
    {"explore_wake_by_value", "03.5", INTERLEAVE, judge_model},
    {"explore_two_wakes_by_ref", "03.7", INTERLEAVE, judge_model},
    {"explore_two_wakes_by_value", "03.7", INTERLEAVE, judge_model},
    {"explore_yield", "03.19", INTERLEAVE, judge_model},
    {"explore_clones", "03.6", INTERLEAVE, judge_model},
    {"explore_references", "03.6", INTERLEAVE, judge_model},
    {"explore_join", "03.25", INTERLEAVE, judge_model},
    {"explore_join_other_waker", "03.25", INTERLEAVE, judge_model},
    {"explore_join_same_waker", "03.25", INTERLEAVE, judge_model},
    {"explore_join_ends_scheduler", "03.24", INTERLEAVE, judge_model},
    {"explore_detach", "03.11", INTERLEAVE, judge_model},
    {"explore_detach_kept", "03.11", INTERLEAVE, judge_model},
    {"explore_join_drop", "03.10", INTERLEAVE, judge_model},
    {"explore_join_drop_kept", "03.10", INTERLEAVE, judge_model},
    {"explore_abort", "03.27", INTERLEAVE, judge_model},
    {"explore_abort_and_wake", "03.26", INTERLEAVE, judge_model},
    {"explore_two_aborts", "03.12", INTERLEAVE, judge_model},
    {"explore_abort_ready", "03.13", INTERLEAVE, judge_model},
    {NULL, NULL, 0, NULL},
};

static void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    if (judge_scenario_is(judge, "tasks"))
        describe_tasks_event(judge, event, text, size);
    else
        describe_scopes_event(judge, event, text, size);
}

static const struct judge_rest rests[] = {
    {"03.7", "03.1 03.4"},
    {"03.8", "03.1 03.2 03.3"},
    {"03.9", "03.1 03.2 03.22"},
    {"03.10", "03.9 03.23"},
    {"03.11", "03.23"},
    {"03.13", "03.18"},
    {"03.14", "03.12"},
    {"03.15", "03.6 03.12"},
    {"03.17", "03.9"},
    {"03.19", "03.1 03.2 03.4"},
    {"03.20", "03.6"},
    {"03.21", "03.1 03.2"},
    {"03.24", "03.8"},
    {"03.25", "03.9 03.22 03.23"},
    {"03.26", "03.12 03.18"},
    {"03.27", "03.26"},
    {"03.28", "03.16"},
    {"03.29", "03.1 03.2 03.3"},
    {"03.30", "03.1 03.2 03.3 03.4 03.5 03.6 03.8 03.9 03.10 03.11 03.12 03.16 03.17 03.22 03.23 03.26 03.28"},
    {NULL, NULL},
};

const struct judge_suite suite_03_tasks = {"03-tasks", tests, describe_event, rests};
