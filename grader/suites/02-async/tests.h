/**
 * @file tests.h
 * @brief The tests of lab 02 by file: tests_and_then.c, tests_async.c, tests_dyn.c, tests_closure.c.
 */
#ifndef WEFT_SUITE_02_TESTS_H
#define WEFT_SUITE_02_TESTS_H

struct judge;

void test_and_then_chains(struct judge *judge);
void test_and_then_result(struct judge *judge);
void test_and_then_without_second(struct judge *judge);
void test_and_then_drop(struct judge *judge);
void test_and_then_head(struct judge *judge);
void test_async_drop(struct judge *judge);
void test_async_finally(struct judge *judge);
void test_backtrace(struct judge *judge);
void test_backtrace_end(struct judge *judge);
void test_backtrace_cut(struct judge *judge);
void test_dyn_room(struct judge *judge);
void test_dyn_without_memory(struct judge *judge);
void test_dyn_result(struct judge *judge);
void test_dyn_output(struct judge *judge);
void test_dyn_awaiting(struct judge *judge);
void test_dyn_frees_once(struct judge *judge);
void test_dyn_never_built(struct judge *judge);
void test_closure_call(struct judge *judge);
void test_closure_without_memory(struct judge *judge);
void test_closure_awaiting(struct judge *judge);
void test_closure_once(struct judge *judge);
void test_closure_in_turn(struct judge *judge);
void test_closure_shared(struct judge *judge);
void test_closure_drop(struct judge *judge);
void test_closure_drop_too_early(struct judge *judge);
void test_closure_drop_taken(struct judge *judge);
void test_two_threads(struct judge *judge);

#endif
