/**
 * @file tests.h
 * @brief The tests of lab 06 by file: tests_spawn.c, tests_sleep.c, tests_end.c; and the judge's model of a pool, pool.c.
 */
#ifndef WEFT_SUITE_06_TESTS_H
#define WEFT_SUITE_06_TESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_steps.h"
#include "steps.h"

struct channel_record;
void describe_pool_event(struct judge *judge, const struct channel_record *event, char *text, int size);

/* --- pool.c: do a step, and expect what the model says of it --- */

void make_pool(struct judge *judge, int64_t threads_max);
void make_pool_with(struct judge *judge, int64_t threads_max, int64_t keep_alive_ns);
/** Abort a call that is queued or runs. */
void abort_call(struct judge *judge, int call);
/** Drop the call's handle. */
void detach(struct judge *judge, int call);
/** Spawn a call, which gets the next number. @return it. */
int spawn(struct judge *judge, int64_t kind, int64_t behaviour);
/** The same, and it is refused with this code. */
void spawn_refused(struct judge *judge, int64_t kind, int64_t wanted);
void let_go(struct judge *judge, int call);
void expire(struct judge *judge, int sleepers);
void spurious(struct judge *judge, int sleepers);
void hold(struct judge *judge);
void release(struct judge *judge, bool late);
/** From now on the system starts no thread, for this reason; 0: it does again. */
void no_threads(struct judge *judge, int64_t reason);
/** Of a pool whose threads all sleep, or that has none. */
void close_by_hand(struct judge *judge);
void begin_drop(struct judge *judge);
/** Expect the drop to return now, with each thread joined. */
void end_drop(struct judge *judge);
/** Expect the handle to be READY with this; `code` 0: and the call's value. */
void expect_joined(struct judge *judge, int call, int64_t code);
void expect_not_joined(struct judge *judge, int call);
/** Let go what waits, end the pool, join all handles. By hand where no drop was begun: so most tests need no close. */
void finish(struct judge *judge);
/** The same, and another pool is to follow in the same program. */
void finish_pool(struct judge *judge);
/** Of the drop to come: each thread must have been joined. */
void count_joins(void);
/** From now on the pool's own counts are compared, too. */
void look_at_metrics(void);

/** What a pool counts. */
struct pool_counts {
    int64_t threads, idle, queued, started;
};
/** Compare the reply of the step `metrics`, or `has`, with this. */
void expect_metrics(struct judge *judge, struct judge_reply reply, struct pool_counts wanted);

/** What the model has. */
struct pool_model {
    int threads_max, started, threads, asleep, held, ending, queued, running, begun, compared, returned,
        calls, turns;
    bool closed, no_threads, holds, counts_joins, looks_at_metrics;
};
const struct pool_model *model(void);
/** Some call that runs, drawn; -1: none does. */
int some_running(struct judge *judge);

/* tests_spawn.c */
/** Each call so far was run, or dropped, with the context that its thread has entered. */
void expect_contexts(struct judge *judge);
void test_begins(struct judge *judge);
void test_limit(struct judge *judge);
void test_aborts(struct judge *judge);
void test_sequence(struct judge *judge);
void test_refused(struct judge *judge);
void test_large_limits(struct judge *judge);
void test_no_more_threads(struct judge *judge);
void test_random_pool(struct judge *judge);
void test_storm(struct judge *judge);
void test_two_pools(struct judge *judge);

/* tests_sleep.c */
void test_idle_is_used(struct judge *judge);
void test_two_calls_one_sleeper(struct judge *judge);
void test_spurious(struct judge *judge);
void test_many(struct judge *judge);
void test_beaten(struct judge *judge);
void test_told_late(struct judge *judge);
void test_keep_alive(struct judge *judge);

/* tests_end.c */
void test_drop_waits(struct judge *judge);
void test_drop_queue(struct judge *judge);
void test_drop_mandatory(struct judge *judge);
void test_drop_calls_back(struct judge *judge);
void test_joins_call_back(struct judge *judge);
void test_joins(struct judge *judge);
void test_drop_sleepers(struct judge *judge);
void test_random_drop(struct judge *judge);

#endif
