/**
 * @file tests.h
 * @brief The tests of lab 05 by file: tests_ring.c, tests_thief.c, tests_idle.c, tests_order.c, tests_turns.c, tests_wakes.c,
 * tests_sleep.c, tests_end.c, tests_runtime.c.
 */
#ifndef WEFT_SUITE_05_TESTS_H
#define WEFT_SUITE_05_TESTS_H

#include <stddef.h>
#include <stdint.h>

struct judge;
struct channel_record;

/* How arguments read: tells.c. */
void tell_ring(int64_t value, char *text, size_t size);
void tell_worker(int64_t value, char *text, size_t size);
void tell_first(int64_t value, char *text, size_t size);
void tell_task(int64_t value, char *text, size_t size);
void tell_tasks(int64_t value, char *text, size_t size);
void tell_each(int64_t value, char *text, size_t size);
void tell_place(int64_t value, char *text, size_t size);
void tell_hooks(int64_t value, char *text, size_t size);

void describe_worker_event(struct judge *judge, const struct channel_record *event, char *text, int size);

/* tests_ring.c */
void test_push_and_pop(struct judge *judge);
void test_wraps(struct judge *judge);
void test_overflow(struct judge *judge);
void test_steal(struct judge *judge);
void test_steal_chain(struct judge *judge);
void test_steal_nothing(struct judge *judge);
void test_random_rings(struct judge *judge);
void test_four_threads(struct judge *judge);

/* tests_thief.c */
void test_beside_a_thief(struct judge *judge);
void test_second_thief(struct judge *judge);

/* tests_idle.c */
void test_to_wake(struct judge *judge);
void test_half_search(struct judge *judge);
void test_last_searcher(struct judge *judge);
void test_random_idle(struct judge *judge);

/* tests_order.c */
void test_own_first(struct judge *judge);
void test_searches(struct judge *judge);
void test_injected_in_time(struct judge *judge);
void test_share(struct judge *judge);

/* tests_turns.c */
void test_turns(struct judge *judge);
void test_yields(struct judge *judge);
void test_yield_in_a_full_ring(struct judge *judge);

/* tests_wakes.c */
void test_searcher_wakes(struct judge *judge);
void test_schedule_wakes(struct judge *judge);
void test_driver_wakes(struct judge *judge);

/* tests_sleep.c */
void test_sleeps(struct judge *judge);
void test_over_in_a_turn(struct judge *judge);
void test_looks_again(struct judge *judge);
void test_woken_by_driver(struct judge *judge);
void test_hooks(struct judge *judge);
void test_hook_makes_work(struct judge *judge);

/* tests_end.c */
void test_ends(struct judge *judge);
void test_taken(struct judge *judge);
void test_counts(struct judge *judge);
void test_counts_of_sleep(struct judge *judge);

/* tests_runtime.c */
void test_loads(struct judge *judge);
void test_loads_with_a_driver(struct judge *judge);
void test_rescue(struct judge *judge);
void test_block_ons(struct judge *judge);
void test_drop_states(struct judge *judge);

#endif
