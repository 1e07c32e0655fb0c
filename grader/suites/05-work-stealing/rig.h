/**
 * @file rig.h
 * @brief The judge's side of the scenario "worker": steps by name, and stories of what came back.
 *
 * A story is every event from the begin of a run of worker 0 until it sleeps, or returns. Most tests let something happen,
 * take the story, and look whether it is one that the clause allows.
 */
#ifndef WEFT_SUITE_05_RIG_H
#define WEFT_SUITE_05_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_steps.h"
#include "../../src/judge_story.h"
#include "steps.h"

/** Write the program of a range of tasks. */
#define PROGRAM(judge, first, last, ...) CARRY(judge, ACT(program, RANGE(first, last)), __VA_ARGS__)
/** Let thread 0 do something. */
#define DRIVER(judge, ...) CARRY(judge, ACT(driver), __VA_ARGS__)

/** Workers with whole rings, whose numbers begin somewhere; so does that of worker 0. */
void make_world_with(struct judge *judge, int64_t workers, int64_t hooks);
/** The same, where worker 0 has this number: -1 draws one. */
void make_world_at(struct judge *judge, int64_t workers, int64_t hooks, int64_t number);
/** A number between others: so the first and the last of WORKERS_MAX are other workers. */
int64_t middle_number(struct judge *judge);
/** The same, without hooks. */
void make_world(struct judge *judge, int64_t workers);
/** Thread 1 runs worker 0. @return its kernel number. */
int64_t run_worker(struct judge *judge);
/** The same, and the story until it returns: some task ends it. If it sleeps before, the driver ends it. */
const struct story *run_to_its_end(struct judge *judge);
/** The same, where the poll of that number ends it. */
const struct story *run_polls(struct judge *judge, int polls);
/** The story until worker 0 sleeps in its park. */
const struct story *until_asleep(struct judge *judge);
/** The driver says that all tasks are over: the story until worker 0 returns, and it must say so. */
const struct story *finish(struct judge *judge);
/** The events of the driver's step, which are of its own thread. */
int driver_events(struct judge *judge, enum event kind, int64_t a);
void end_world(struct judge *judge);

/** Sleeps: parks that may sleep, with a permit too. */
int count_sleeps(const struct story *told);
/** Workers that worker 0's thread has woken: each its own, or not, once. */
int count_wakes(const struct story *told);

/** Fail unless the tasks are polled in this order, and no other is; ended by -1. */
void expect_polls(struct judge *judge, const struct story *told, const int *tasks);
#define EXPECT_POLLS(judge, story, ...) expect_polls(judge, story, (const int[]){__VA_ARGS__, -1})
/** Fail unless tasks `first` to `last` are polled in this order from the story's event `from` on: what follows. */
int expect_range(struct judge *judge, const struct story *told, int from, int first, int last,
                 const char *expected);
/** The index of the task's next poll, from there on; fails if there is none. */
int poll_of(struct judge *judge, const struct story *told, int from, int task, const char *expected);

/** "task 3". Valid until the fourth call after it. */
const char *name_of(int64_t task);

#endif
