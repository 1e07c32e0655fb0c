/**
 * @file suite.c
 * @brief The tests of the exercise on models: each model passes where the code is right, and fails where it is wrong.
 *
 * Each clause has both kinds: a model that always passes earns no more than one that always fails.
 */
#include "../../src/judge.h"

#include <stddef.h>

static const struct judge_test tests[] = {
    {"explore_steal", "x2.1", INTERLEAVE, judge_model},
    {"catch_steal_unpublished", "x2.1", INTERLEAVE, judge_caught},
    {"explore_steal_locked", "x2.2", INTERLEAVE, judge_model},
    {"explore_steal_copying", "x2.2", INTERLEAVE, judge_model},
    {"catch_steal_unread", "x2.2", INTERLEAVE, judge_caught},
    {"catch_steal_pop", "x2.2", INTERLEAVE, judge_caught},
    {"catch_steal_end", "x2.2", INTERLEAVE, judge_caught},
    {"explore_overflow", "x2.3", INTERLEAVE, judge_model},
    {"catch_overflow_shed", "x2.3", INTERLEAVE, judge_caught},
    {"explore_overflow_locked", "x2.4", INTERLEAVE, judge_model},
    {"explore_overflow_copying", "x2.4", INTERLEAVE, judge_model},
    {"catch_overflow_room", "x2.4", INTERLEAVE, judge_caught},
    {"catch_overflow_early", "x2.4", INTERLEAVE, judge_caught},
    {"explore_sleep", "x2.5", INTERLEAVE, judge_model},
    {"catch_sleep_load", "x2.5", INTERLEAVE, judge_caught},
    {"explore_sleep_locked", "x2.6", INTERLEAVE, judge_model},
    {"explore_sleep_fences", "x2.6", INTERLEAVE, judge_model},
    {"catch_sleep_relaxed", "x2.6", INTERLEAVE, judge_caught},
    {"catch_sleep_unpublished", "x2.6", INTERLEAVE, judge_caught},
    {NULL, NULL, 0, NULL},
};

static const struct judge_rest rests[] = {
    {"x2.2", "x2.1"},
    {"x2.4", "x2.3"},
    {"x2.6", "x2.5"},
    {NULL, NULL},
};

const struct judge_suite suite_x2_model = {"x2-model", tests, NULL, rests};
