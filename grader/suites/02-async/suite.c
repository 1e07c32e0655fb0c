/**
 * @file suite.c
 * @brief Lab 02's tests: one for each clause.
 */
#include <stddef.h>

#include "../../src/laws.h"
#include "futures.h"
#include "rig.h"
#include "tests.h"

LAWS_OF_LAB("02.27")

static const struct judge_test tests[] = {
    {"and_then_chains", "02.1", PLAIN | ASAN, test_and_then_chains},
    {"and_then_result", "02.2", PLAIN | ASAN, test_and_then_result},
    {"and_then_without_second", "02.18", PLAIN | ASAN, test_and_then_without_second},
    {"and_then_drop", "02.3", PLAIN | ASAN, test_and_then_drop},
    {"and_then_head", "02.4", PLAIN | ASAN, test_and_then_head},
    {"async_drop", "02.5", PLAIN | ASAN, test_async_drop},
    {"async_finally", "02.6", PLAIN | ASAN, test_async_finally},
    {"backtrace", "02.7", PLAIN | ASAN, test_backtrace},
    {"backtrace_end", "02.19", PLAIN | ASAN, test_backtrace_end},
    {"backtrace_cut", "02.8", PLAIN | ASAN, test_backtrace_cut},
    {"dyn_room", "02.9", PLAIN | ASAN, test_dyn_room},
    {"dyn_without_memory", "02.10", PLAIN | ASAN, test_dyn_without_memory},
    {"dyn_result", "02.11", PLAIN | ASAN, test_dyn_result},
    {"dyn_output", "02.20", PLAIN | ASAN, test_dyn_output},
    {"dyn_awaiting", "02.21", PLAIN | ASAN, test_dyn_awaiting},
    {"dyn_frees_once", "02.12", PLAIN | ASAN, test_dyn_frees_once},
    {"dyn_never_built", "02.22", PLAIN | ASAN, test_dyn_never_built},
    {"closure_call", "02.13", PLAIN | ASAN, test_closure_call},
    {"closure_without_memory", "02.23", PLAIN | ASAN, test_closure_without_memory},
    {"closure_awaiting", "02.24", PLAIN | ASAN, test_closure_awaiting},
    {"closure_once", "02.14", PLAIN | ASAN, test_closure_once},
    {"closure_in_turn", "02.15", PLAIN | ASAN, test_closure_in_turn},
    {"closure_shared", "02.16", PLAIN | ASAN, test_closure_shared},
    {"closure_drop", "02.17", PLAIN | ASAN, test_closure_drop},
    {"closure_drop_too_early", "02.25", PLAIN | ASAN, test_closure_drop_too_early},
    {"closure_drop_taken", "02.26", PLAIN | ASAN, test_closure_drop_taken},
    LAWS_ROWS{"two_threads", "02.27", TSAN, test_two_threads},
    {NULL, NULL, 0, NULL},
};

/* One clause a line, not in columns. */
/* clang-format off */
static const struct judge_rest rests[] = {
    {"02.2", "02.1"},
    {"02.3", "02.1"},
    {"02.4", "02.1"},
    {"02.6", "02.5"},
    {"02.8", "02.7"},
    {"02.10", "02.9"},
    {"02.11", "02.9"},
    {"02.12", "02.9"},
    {"02.13", "02.9"},
    {"02.14", "02.13"},
    {"02.15", "02.13"},
    {"02.16", "02.13"},
    {"02.17", "02.13"},
    {"02.18", "02.1"},
    {"02.19", "02.7"},
    {"02.20", "02.11"},
    {"02.21", "02.11"},
    {"02.22", "02.9"},
    {"02.23", "02.13"},
    {"02.24", "02.13"},
    {"02.25", "02.17"},
    {"02.26", "02.14 02.17"},
    {"02.27", "02.1 02.2 02.3 02.4 02.5 02.6 02.9 02.10 02.11 02.12 02.13 02.20 02.21 02.22 02.23 02.24"},
    {NULL, NULL},
};
/* clang-format on */

const struct judge_suite suite_02_async = {"02-async", tests, describe_async_event, rests};
