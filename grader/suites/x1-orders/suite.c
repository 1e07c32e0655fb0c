/**
 * @file suite.c
 * @brief The tests of the exercise on memory orders: for each piece its models, then the weakening search.
 *
 * The numbers are the orders that a piece has in the starter: each earns an equal share of the piece's points.
 */
#include "../../src/judge.h"

#include <stddef.h>

#define WEAKEN(piece, clause, orders)                                                                        \
    static void weaken_##piece(struct judge *judge)                                                          \
    {                                                                                                        \
        judge_orders(judge, clause, "orders.c", orders);                                                     \
    }

WEAKEN(mailbox, "x1.1", 4)
WEAKEN(spin, "x1.2", 5)
WEAKEN(counted, "x1.3", 4)
WEAKEN(lazy, "x1.4", 3)
WEAKEN(ring, "x1.5", 6)
WEAKEN(stack, "x1.6", 4)
WEAKEN(gate, "x1.7", 4)
WEAKEN(pair, "x1.8", 11)

static const struct judge_test tests[] = {
    {"explore_mailbox", "x1.1", INTERLEAVE, judge_model},
    {"weaken_mailbox", "x1.1", INTERLEAVE, weaken_mailbox},
    {"explore_spin", "x1.2", INTERLEAVE, judge_model},
    {"explore_spin_try", "x1.2", INTERLEAVE, judge_model},
    {"weaken_spin", "x1.2", INTERLEAVE, weaken_spin},
    {"explore_counted", "x1.3", INTERLEAVE, judge_model},
    {"explore_counted_alone", "x1.3", INTERLEAVE, judge_model},
    {"weaken_counted", "x1.3", INTERLEAVE, weaken_counted},
    {"explore_lazy", "x1.4", INTERLEAVE, judge_model},
    {"weaken_lazy", "x1.4", INTERLEAVE, weaken_lazy},
    {"explore_ring", "x1.5", INTERLEAVE, judge_model},
    {"weaken_ring", "x1.5", INTERLEAVE, weaken_ring},
    {"explore_stack", "x1.6", INTERLEAVE, judge_model},
    {"weaken_stack", "x1.6", INTERLEAVE, weaken_stack},
    {"explore_gate", "x1.7", INTERLEAVE, judge_model},
    {"weaken_gate", "x1.7", INTERLEAVE, weaken_gate},
    {"explore_pair", "x1.8", INTERLEAVE, judge_model},
    {"weaken_pair", "x1.8", INTERLEAVE, weaken_pair},
    {NULL, NULL, 0, NULL},
};

const struct judge_suite suite_x1_orders = {"x1-orders", tests, NULL, NULL};
