/**
 * @file rig.h
 * @brief The judge's side of the scenario "tasks": a count of what became of each task, and steps that look at their reply.
 *
 * Each step is done by a thread: 0, 1 or 2. Between at() and the next step lies nothing: at() makes that step happen
 * at a point inside of a later one.
 */
#ifndef WEFT_SUITE_03_RIG_H
#define WEFT_SUITE_03_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_steps.h"
#include "steps.h"

/** What was seen of a task. */
struct tally {
    int32_t scheduled, released, polls, drops, destroyed;
    int32_t run_thread; /**< which polled or dropped it last */
    int32_t parcel;     /**< what its last poll, or its drop, read */
    int32_t value;      /**< of the output that was destroyed */
};

/** What was seen of a mock waker. */
struct mock_tally {
    int32_t clones, wakes, given_back;
};

const struct tally *tally_of(struct judge *judge, int task);
const struct mock_tally *mock_of(struct judge *judge, int mock);

/** The next step happens there, once. */
void at(struct judge *judge, enum point point, int subject);

/** Threads: one spawns a task, and has its handle; another runs it. */
enum { HANDLE = 1, RUNNER = 2 };

/** A value for the output of a task that will be READY. */
int a_value(struct judge *judge);

/** The number of the new task. */
int spawn(struct judge *judge, int thread, enum spawn how);
/** Run the next task of the queue; it must be this one. The thread may be held in it. */
void run(struct judge *judge, int thread, int task);
void expect_queue_empty(struct judge *judge);
struct judge_reply poll_handle(struct judge *judge, int thread, int task, int mock);
/** The poll of a handle, which must be READY with this result. */
void expect_result(struct judge *judge, int thread, int task, int mock, int out);
/** The same, and then this value is in its place, if the result is 0; else nothing. */
void expect_joined(struct judge *judge, int thread, int task, int mock, int out, int value);
void expect_stored(struct judge *judge, int thread, int task, int value);
void expect_nothing_stored(struct judge *judge, int thread, int task);
bool is_finished(struct judge *judge, int thread, int task);
void expect_budget(struct judge *judge, int thread, int units);
/** False: it was not held. */
bool go_on(struct judge *judge, int thread);

/** Fail unless what was counted is as it should be. */
void expect_count(struct judge *judge, int64_t seen, int64_t wanted, const char *what);
/** How the future ended, and what became of the output: one end each. */
void expect_ended(struct judge *judge, int task, bool ready, bool destroyed);
void expect_freed(struct judge *judge);
void expect_alive(struct judge *judge);
void expect_no_clones(struct judge *judge, int mock);
/** judge_finish(), after the look for tasks in the queue and for memory. */
void finish_tasks(struct judge *judge);

#endif
