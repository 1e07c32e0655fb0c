/**
 * @file rig.h
 * @brief The judge's side of the scenario "executor": steps by name, and stories of what came back.
 *
 * A story is every event from one moment until the runtime sleeps, or a call returns. Most tests let something
 * happen, take the story, and look whether it is one that the clause allows.
 */
#ifndef WEFT_SUITE_04_RIG_H
#define WEFT_SUITE_04_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_steps.h"
#include "../../src/judge_story.h"
#include "steps.h"

/** The thread that runs what most tests have one of: a runtime. Tasks are probes from 1. */
enum { ACTOR = 1 };

/** Write the program of a range of probes. */
#define PROGRAM(judge, first, last, ...) CARRY(judge, ACT(program, RANGE(first, last)), __VA_ARGS__)
#define DROP_PROGRAM(judge, first, last, ...) CARRY(judge, ACT(drop_program, RANGE(first, last)), __VA_ARGS__)
/** Let thread 0 do something. Its events are in judge_events(). */
#define DRIVER(judge, ...) CARRY(judge, ACT(driver), __VA_ARGS__)
#define WAKE(judge, number) DRIVER(judge, ACT(wake, (number)))
#define LET_GO(judge, number) DRIVER(judge, ACT(let_go, (number)))
/** Let a thread do something, from after the reply, which is its kernel number: its events are in the next story. */
#define THREAD(judge, number, ...) CARRY(judge, ACT(thread, (number)), __VA_ARGS__)

/** Make a runtime; it must be there. */
void new_runtime(struct judge *judge, int64_t runtime, int64_t park, int64_t hooks);
/** A runtime with a mock park that tells what it does. */
void make_runtime(struct judge *judge, bool hooks);
/** Thread 1 calls block_on with probe 0. @return its kernel number. */
int64_t run_root(struct judge *judge);
/** Thread 1 drops the runtime; the story until it has. */
const struct story *drop_runtime(struct judge *judge);

/** Thread 1 ends it without a drop: for tests of what comes before the drop in the lab. */
void end_runtime(struct judge *judge);

/** What the driver told in its last step. */
const struct story *driver_story(struct judge *judge);
/** A set of tasks without a runtime; the driver is its thread: what it spawns, wakes and aborts it does from inside. */
void make_set(struct judge *judge);
/** wf_task_set_run(), and what came of it. ALL: until no task can run. */
const struct story *run_set(struct judge *judge, int limit);
/** wf_task_set_end_turn(). */
void end_set_turn(struct judge *judge);
/** Abort these tasks, run them, and give the set up. */
void end_set(struct judge *judge, int first, int last);

/** drop_runtime(), while another thread is held in the middle of something: until it has, or sleeps and waits for that. */
const struct story *drop_while_held(struct judge *judge, bool *returned);

/** The story until the runtime sleeps in its park, without a deadline. */
const struct story *until_asleep(struct judge *judge);
/** The story until such an event. */
const struct story *until(struct judge *judge, enum event kind, const char *awaited);
/** The story until that probe is polled: somebody made it ready, and that must not be lost. */
const struct story *until_polled(struct judge *judge, int64_t probe);
/** The next event, whatever it is. */
const struct story *until_any(struct judge *judge, const char *awaited);
/** until(EVENT_BLOCK_ON_DONE). */
const struct story *until_done(struct judge *judge);
/** What there is to tell of the driver's step: its events and those of others that came with it. */
int driver_events(struct judge *judge, enum event kind, int64_t a);

/** Fail unless the probes are polled in this order, and no other is; ended by -1. The root does not count. */
void expect_polls(struct judge *judge, const struct story *told, const int *tasks);
#define EXPECT_POLLS(judge, story, ...) expect_polls(judge, story, (const int[]){__VA_ARGS__, -1})
/** Fail unless between two polls of the one that yields, each of the tasks `first` to `last` and the park had a turn. */
void expect_gave_way(struct judge *judge, const struct story *story, int yielder, int first, int last);
/** Fail unless the root was polled so often. */
void expect_root_polls(struct judge *judge, const struct story *told, int polls);

/** The subject's count of live bytes. */
int64_t runtime_bytes(struct judge *judge);
/** "task 3", "the root". Valid until the fourth call after it. */
const char *name_of(int64_t probe);
/** Of EVENT_PARK_MISUSED. */
const char *misuse_text(int64_t how);

#endif
