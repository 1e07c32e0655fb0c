/**
 * @file stage.h
 * @brief What the files of the scenario "worker" share: programs, tasks that run them, workers without a runtime.
 */
#ifndef WEFT_SUITE_05_STAGE_H
#define WEFT_SUITE_05_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "steps.h"
#include "weft/coop.h"
#include "weft/detail/worker.h"
#include "weft/task.h"

/** What a task, the driver, a park or a hook does. */
struct program {
    int count;
    struct step_act acts[PROGRAM_MAX];
};

/* scenario_probe.c */

/** Set what a range of tasks does when they are polled. */
void set_program(int64_t range, const struct program *program);
/** Spawn them, on the thread that calls. */
void spawn_tasks(int64_t range);
void wake_task(int64_t number);
void abort_task(int64_t number);
/** Abort what is not over. Then nothing is told any more. */
void abort_all(void);
/** Drop wakers and handles: after the last task is over. */
void release_probes(void);

/* scenario_world.c */

void world_new(int64_t count, int64_t slots, int64_t hooks, int64_t first, int64_t number);
void world_end(void);
/** As the judge counts: from that one on whose thread is run. */
struct wf_worker *world_worker(int64_t number);
struct wf_workers *world(void);
/** What its counts begin with: so each comes to 2^32. */
#define COUNTS_BEGIN ((uint64_t)UINT32_MAX)
/** What happens once, the next time: in a park of worker 0, a hook, an unpark of another worker, before a steal. */
enum moment { IN_TURN, IN_SLEEP, IN_BEFORE_PARK, IN_AFTER_UNPARK, IN_UNPARK, AT_STEAL, MOMENTS };
void set_moment(enum moment moment, const struct program *program);
/** Do an act that is none of a poll's alone; false: it is one. */
bool do_anywhere(const struct step_act *act);
void run_program(const struct program *program);
/** A task is polled: the last one, maybe, that `after` lets pass. */
void poll_begins(void);
/** Publish what this thread left in the tables, and see what others did. */
void synchronise(void);

/* scenario_worker.c */

/** Do one act on a thread of its own, and wait for its end. */
void run_aside(const struct step_act *act);

#endif
