/**
 * @file tests.h
 * @brief The tests of lab 08 by file: tests_word.c, tests_waiter.c, tests_calls.c, tests_open.c, tests_ready.c, tests_io.c, tests_meanwhile.c, tests_real.c.
 */
#ifndef WEFT_SUITE_08_TESTS_H
#define WEFT_SUITE_08_TESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_steps.h"
#include "steps.h"
#include "weft/future.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof *(array)))

/* words.c */
void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size);

/* rig.c: the judge's readiness, beside the subject's. Each of these does the step and expects what the model says. */

enum { IDLE, WAITING, WOKEN };

/** Whether these bits end a wait for the interest: written anew, not read from the header. */
bool bits_serve(uint64_t bits, uint64_t interest);

void begin_readiness(struct judge *judge);
void fresh(struct judge *judge, int64_t object);
void preset(struct judge *judge, int64_t object, int64_t tick);
void add(struct judge *judge, int64_t object, int64_t bits);
void wake(struct judge *judge, int64_t object, int64_t bits);
void event(struct judge *judge, int64_t object, int64_t bits);
void close_readiness(struct judge *judge, int64_t object);
/** The word is as it should be; it is kept as this slot. */
uint64_t look(struct judge *judge, int64_t object, int64_t slot);
void clear(struct judge *judge, int64_t object, int64_t slot, int64_t bits);
/** The waiter's memory is freed; there is a new one. */
void anew(struct judge *judge, int64_t waiter);
/** Returns whether it was READY. */
bool poll(struct judge *judge, int64_t waiter, int64_t object, int64_t interest, int64_t waker);
void drop(struct judge *judge, int64_t waiter);
/** Lists and clones are as they should be. */
void expect_held(struct judge *judge);
int state_of(int64_t waiter);
/** The interest that it waits for, and where. */
int64_t interest_of(int64_t waiter);
int64_t object_of(int64_t waiter);
/** The wakers that the last step woke are these, in this sequence. */
void expect_wakes(struct judge *judge, const int64_t *wanted, int wanted_count, const char *why);
/** All waiters are dropped, nothing is held, no lock was; the test is over. */
void finish_readiness(struct judge *judge);

/* rig_fd.c: the scenario "fd" */
void begin_fd(struct judge *judge);
/** Descriptor and async of this number: opened for this, by an eventless reactor. */
void open_as(struct judge *judge, int64_t number, int64_t kind, int64_t interest);
/** Freely, in this runtime. */
void expect_pending(struct judge *judge, int64_t future, int64_t waker, const char *why);
void expect_ready(struct judge *judge, int64_t future, int64_t out, const char *why);
/** With so many units, in this place; out is not looked at where it is PENDING. */
void expect_poll(struct judge *judge, const struct step_poll_future *poll, bool ready, int64_t out,
                 const char *why);
void expect_units(struct judge *judge, int64_t units, const char *why);
/** Only this waker was woken by the last step, so often. */
void expect_woken(struct judge *judge, int64_t waker, int times, const char *why);
void expect_waiting(struct judge *judge, int64_t descriptor, int64_t waiters, const char *why);
void expect_clones(struct judge *judge, int64_t clones, const char *why);
/** Nobody waits for the descriptor any more, and no waker is kept. */
void expect_nothing_kept(struct judge *judge, int64_t descriptor);
/** The word's bits are these. */
void expect_bits(struct judge *judge, int64_t descriptor, int64_t bits, const char *why);
/** The last step made so many calls, each on this descriptor, each with what it was given. */
void expect_calls(struct judge *judge, int calls, int64_t descriptor, const char *why);
/** Async 0 is opened for all interests, and told of these bits. */
void begin_io(struct judge *judge, int64_t bits);
/** A wf_fd_io on it, which makes the script's calls. */
void build_io(struct judge *judge, int64_t future, int64_t interest);
void expect_calls_left(struct judge *judge, int64_t wanted);
/** Each call was made; async 0 is closed. */
void end_io(struct judge *judge);
/** Of the last step: it unwatched this descriptor once, open, alone; and watched none. */
void expect_unwatched(struct judge *judge, int64_t descriptor);
/** No waker is kept, each descriptor is given back. */
void finish_fd(struct judge *judge);

/* tests_word.c */
void test_word_bits(struct judge *judge);
void test_word_publishes(struct judge *judge);
void test_word_clear(struct judge *judge);
void test_word_random(struct judge *judge);

/* tests_waiter.c */
void test_serves(struct judge *judge);
void test_wakes(struct judge *judge);
void test_newest_waker(struct judge *judge);
void test_readiness_random(struct judge *judge);
void test_waiter_over(struct judge *judge);
void test_ping_pong(struct judge *judge);
void test_drops_storm(struct judge *judge);
void test_close(struct judge *judge);

/* tests_calls.c */
void test_meanwhile(struct judge *judge);
void test_in_wakes(struct judge *judge);
void test_events_in_wakes(struct judge *judge);
void test_flood(struct judge *judge);
void test_waits_again(struct judge *judge);

/* tests_open.c */
void test_open(struct judge *judge);
void test_open_fails(struct judge *judge);
void test_open_where(struct judge *judge);
void test_release(struct judge *judge);
void test_close_fd(struct judge *judge);
void test_end_first(struct judge *judge);
void test_close_wakes(struct judge *judge);
void test_io_closed(struct judge *judge);

/* tests_ready.c */
void test_fd_ready(struct judge *judge);
void test_fd_ready_errors(struct judge *judge);
void test_fd_clear(struct judge *judge);
void test_fd_ready_where(struct judge *judge);
void test_fd_looks(struct judge *judge);

/* tests_io.c */
void test_io_results(struct judge *judge);
void test_io_again(struct judge *judge);
void test_io_clears(struct judge *judge);
void test_io_random(struct judge *judge);
void test_io_looks(struct judge *judge);

/* tests_meanwhile.c */
void test_io_meanwhile(struct judge *judge);
void test_io_inside(struct judge *judge);

/* tests_real.c */
void test_crowd(struct judge *judge);
void test_giving_up(struct judge *judge);
void test_pairs(struct judge *judge);
void test_gone(struct judge *judge);
void test_peers(struct judge *judge);
void test_counters(struct judge *judge);
void test_pump(struct judge *judge);
void test_storm(struct judge *judge);

#endif
