/**
 * @file tests.h
 * @brief The tests of lab 01 by file: tests_leaf.c, tests_combine.c, tests_turns.c, tests_parking.c, tests_block_on.c.
 */
#ifndef WEFT_SUITE_01_TESTS_H
#define WEFT_SUITE_01_TESTS_H

struct judge;
struct channel_record;

void describe_futures_event(struct judge *judge, const struct channel_record *event, char *text, int size);
void describe_parking_event(struct judge *judge, const struct channel_record *event, char *text, int size);

void test_ready_at_once(struct judge *judge);
void test_pending_never(struct judge *judge);
void test_map_applies_once(struct judge *judge);
void test_map_drop(struct judge *judge);
void test_join_result(struct judge *judge);
void test_join_polls_each_once(struct judge *judge);
void test_turn_moves_on(struct judge *judge);
void test_array_order(struct judge *judge);
void test_join_drop(struct judge *judge);
void test_try_join_error(struct judge *judge);
void test_try_join_all(struct judge *judge);
void test_try_join_older_error(struct judge *judge);
void test_try_join_drops_rest(struct judge *judge);
void test_select_first_ready(struct judge *judge);
void test_select_borrows(struct judge *judge);
void test_select_disabled(struct judge *judge);
void test_select_next_keeps_turn(struct judge *judge);
void test_select_next_too_early(struct judge *judge);
void test_race_drops_losers(struct judge *judge);
void test_race_drop(struct judge *judge);
void test_race_without_branches(struct judge *judge);
void test_newest_waker(struct judge *judge);
void test_two_threads(struct judge *judge);
void test_permit_is_kept(struct judge *judge);
void test_park_sleeps(struct judge *judge);
void test_park_deadline(struct judge *judge);
void test_waker_references(struct judge *judge);
void test_waker_identity(struct judge *judge);
void test_waker_wakes(struct judge *judge);
void test_block_on_polls_once_per_wake(struct judge *judge);
void test_wake_is_not_lost(struct judge *judge);
void test_block_on_sleeps(struct judge *judge);
void test_block_on_nested(struct judge *judge);
void test_waker_outlives_block_on(struct judge *judge);
void test_block_on_without_memory(struct judge *judge);

#endif
