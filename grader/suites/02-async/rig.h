/**
 * @file rig.h
 * @brief The judge's side of lab 02's scenarios: steps that look at their reply, and events held against a list.
 *
 * A test says which kinds of events it is about and which of them must have come, in order; so one mistake costs
 * its own clause and not those of its neighbours.
 */
#ifndef WEFT_SUITE_02_RIG_H
#define WEFT_SUITE_02_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_steps.h"
#include "steps.h"

/** One event that must come. */
struct want {
    uint32_t kind;
    int64_t a, b;
};

/** A set of kinds of events. */
#define KIND(event) (1u << (event))

void describe_async_event(struct judge *judge, const struct channel_record *event, char *text, int size);

/** The last step's events of these kinds must be these, in this order. */
void expect_wants(struct judge *judge, unsigned kinds, const struct want *wants, int count);
#define EXPECT_EVENTS(judge, kinds, ...)                                                                     \
    expect_wants((judge), (kinds), (const struct want[]){__VA_ARGS__},                                       \
                 (int)(sizeof((const struct want[]){__VA_ARGS__}) / sizeof(struct want)))
/** None of these kinds may have come. */
void expect_no_events(struct judge *judge, unsigned kinds);

/** What a future is called in reports. */
const char *future_name(int64_t number);
/** A value for an output: one of its edges, then any. */
int output_value(struct judge *judge);
/** A number to reckon with: positive, negative, seldom 0. */
int some_number(struct judge *judge);

/** The next step happens there, once. */
void at(struct judge *judge, enum point point);

/** Start one of the scenarios. */
void start_async(struct judge *judge, const char *scenario);
/** Poll a future with a waker that the seed chooses; the trace shows the result. */
struct judge_reply poll_it(struct judge *judge, int future);
/** Poll it and expect this result. */
struct judge_reply poll_expect(struct judge *judge, int future, int64_t poll);
void drop_it(struct judge *judge, int future);
/** That the probe was polled, in the last poll_it() and with its waker. */
struct want polled(struct judge *judge, int probe, int64_t poll);
struct want dropped(int probe);
int64_t bytes_alive(struct judge *judge);
/** judge_finish(), after the look for wakers that were not given back. */
void finish_async(struct judge *judge);

/** Following `awaiting` from a future, so many steps lead to the other: so a backtrace shows it. */
void expect_awaited(struct judge *judge, int future, int steps, int other);

#endif
