/**
 * @file tests.h
 * @brief The tests of lab 04 by file: tests_queue.c, tests_yield.c, tests_limits.c, tests_coop.c, tests_loop.c, tests_hooks.c,
 * tests_idle.c, tests_at_once.c, tests_nested.c, tests_end.c, tests_after.c, tests_local.c, tests_local_wakes.c,
 * tests_local_values.c, tests_local_end.c.
 */
#ifndef WEFT_SUITE_04_TESTS_H
#define WEFT_SUITE_04_TESTS_H

#include <stddef.h>
#include <stdint.h>

struct judge;
struct channel_record;

/* How arguments read: tells.c. */
void tell_probe(int64_t value, char *text, size_t size);
void tell_probes(int64_t value, char *text, size_t size);
void tell_each(int64_t value, char *text, size_t size);
void tell_place(int64_t value, char *text, size_t size);
void tell_limit(int64_t value, char *text, size_t size);
void tell_hooks(int64_t value, char *text, size_t size);

void describe_executor_event(struct judge *judge, const struct channel_record *event, char *text, int size);

void test_runtimes_at_once(struct judge *judge);
void test_drops_at_once(struct judge *judge);
void test_local_sets_at_once(struct judge *judge);
void test_wakes_from_inside_another(struct judge *judge);
void test_run_order(struct judge *judge);
void test_injected_in_time(struct judge *judge);
void test_root_polls(struct judge *judge);
void test_park_has_its_turns(struct judge *judge);
void test_nobody_starves(struct judge *judge);
void test_sleeps_while_idle(struct judge *judge);
void test_wakes_in_the_gap(struct judge *judge);
void test_own_park(struct judge *judge);
void test_yield(struct judge *judge);
void test_yield_gives_way(struct judge *judge);
void test_hooks(struct judge *judge);
void test_task_hooks(struct judge *judge);
void test_root_budget(struct judge *judge);
void test_budget(struct judge *judge);
void test_unconstrained(struct judge *judge);
void test_block_on_in_task(struct judge *judge);
void test_block_on_in_root(struct judge *judge);
void test_block_on_in_block_on(struct judge *judge);
void test_block_on_twice(struct judge *judge);
void test_drop_ends_all(struct judge *judge);
void test_clean_ups(struct judge *judge);
void test_outlives_the_runtime(struct judge *judge);
void test_wakes_during_drop(struct judge *judge);
void test_life_of_the_park(struct judge *judge);
void test_new_without_memory(struct judge *judge);
void test_block_on_after_drop(struct judge *judge);
void test_local_run_inside(struct judge *judge);
void test_local_drop_inside(struct judge *judge);
void test_block_on_in_drop(struct judge *judge);
void test_drop_in_drop(struct judge *judge);
void test_drop_in_root(struct judge *judge);
void test_drop_in_task(struct judge *judge);
void test_local_run(struct judge *judge);
void test_local_gives_way(struct judge *judge);
void test_local_budgets(struct judge *judge);
void test_local_lets_go(struct judge *judge);
void test_local_on_another_thread(struct judge *judge);
void test_local_wakes(struct judge *judge);
void test_local_drop(struct judge *judge);
void test_local_drop_on_another_thread(struct judge *judge);
void test_local_in_a_task_that_moves(struct judge *judge);
void test_wakes_from_a_local_set(struct judge *judge);
void test_run_limits(struct judge *judge);
void test_injected_stream(struct judge *judge);
void test_root_woken_in_a_turn(struct judge *judge);
void test_stream_in_a_runtime(struct judge *judge);
void test_hooks_call_back(struct judge *judge);
void test_hooks_alone(struct judge *judge);
void test_task_hooks_alone(struct judge *judge);
void test_shutdown_by_hand(struct judge *judge);
void test_local_stream(struct judge *judge);
void test_local_values(struct judge *judge);

#endif
