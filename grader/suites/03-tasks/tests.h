/**
 * @file tests.h
 * @brief The tests of lab 03 by file: tests_transitions.c, tests_wake.c, tests_join.c, tests_join_budget.c, tests_abort.c,
 *        tests_scopes.c.
 */
#ifndef WEFT_SUITE_03_TESTS_H
#define WEFT_SUITE_03_TESTS_H

#include <stddef.h>
#include <stdint.h>

struct judge;
struct channel_record;

/** A task's state, in words. */
void tell_word(int64_t value, char *text, size_t size);

void describe_tasks_event(struct judge *judge, const struct channel_record *event, char *text, int size);
void describe_scopes_event(struct judge *judge, const struct channel_record *event, char *text, int size);

void test_to_running(struct judge *judge);
void test_run_idle(struct judge *judge);
void test_run_running(struct judge *judge);
void test_run_complete(struct judge *judge);
void test_to_idle(struct judge *judge);
void test_to_idle_cancelled(struct judge *judge);
void test_to_complete(struct judge *judge);
void test_run_in_one_step(struct judge *judge);
void test_wake_by_reference(struct judge *judge);
void test_wake_by_value(struct judge *judge);
void test_references(struct judge *judge);
void test_references_max(struct judge *judge);
void test_share(struct judge *judge);
void test_slot(struct judge *judge);
void test_join_dropped(struct judge *judge);
void test_to_cancelled(struct judge *judge);

void test_one_poll_per_wake(struct judge *judge);
void test_wake_after_a_run(struct judge *judge);
void test_waker_used_up(struct judge *judge);
void test_task_waker(struct judge *judge);
void test_wake_publishes(struct judge *judge);
void test_poll_publishes(struct judge *judge);

void test_task_result(struct judge *judge);
void test_join_sees_output(struct judge *judge);
void test_newest_join_waker(struct judge *judge);
void test_end_in_between(struct judge *judge);
void test_join_waker_given_back(struct judge *judge);
void test_detach(struct judge *judge);
void test_detach_any_time(struct judge *judge);
void test_join_budget(struct judge *judge);

void test_aborted_join(struct judge *judge);
void test_abort_idle(struct judge *judge);
void test_abort_any_time(struct judge *judge);
void test_abort_after_a_run(struct judge *judge);
void test_abort_in_poll(struct judge *judge);
void test_abort_publishes(struct judge *judge);
void test_abort_over(struct judge *judge);
void test_abort_handle(struct judge *judge);

void test_local_scopes(struct judge *judge);
void test_scope_outside(struct judge *judge);
void test_local_scopes_end(struct judge *judge);
void test_two_threads(struct judge *judge);

#endif
