/**
 * @file bench.h
 * @brief Tasks on a bench: futures that do as they are told, and a scheduler that runs them when it is told to.
 *
 * What one thread hands to another here is hidden from ThreadSanitizer (stage.h), but for what a task may rely on: bind
 * publishes a new task to all threads that get to know it; a queue hands a task on, so what was done with its memory before
 * schedule() is over before it is freed; a handle is used by one thread at a time. Our queue publishes no more than
 * that, where a real one would: not to the poll.
 */
#ifndef WEFT_SUITE_03_BENCH_H
#define WEFT_SUITE_03_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "steps.h"
#include "weft/task.h"

/** The output of a task. */
struct output {
    int64_t task;
    int64_t value;
};

/** What the scenario knows of a task. */
struct script {
    struct wf_task *task;
    struct wf_join_handle *handle; /**< in storage of its own: a wrong access beside it is seen by ASan */
    struct output *value;          /**< where the handle's output goes */
    bool ready;                    /**< its next poll is READY */
    int64_t out;                   /**< with this */
    int64_t abort;                 /**< of the abort handles, which the future owns; or -1 */
    bool written;                  /**< there is something to read in its next poll */
};

void bench_begin(void);
void bench_end(void);
/** Before a thread runs tasks. */
void bench_enter(void);
/** After it. */
void bench_leave(void);
/** This thread has so many units of budget from now on; -1: it is not constrained. */
void bench_constrain(int64_t units);
/** What is left of them. */
int64_t bench_budget(void);

struct script *script_at(int64_t number);

/** What wf_task_spawn() returned. */
int64_t bench_spawn(int64_t number, enum spawn how);
/** The number of the task that was next, or -1: the queue is empty. */
int64_t bench_run_next(void);
/** From now on the queue is linked through the tasks. */
void bench_link(void);
/** Write where the next poll of the task reads. */
void bench_write(int64_t number, int64_t value);
/** A thread that is given a waker or a handle knows of the task as it was when it was bound, and no more. */
void bench_know(struct wf_task *task);
struct wf_abort_handle *abort_at(int64_t slot);
/** Use an abort handle, on a copy: its slot is handed on out of sight. */
void use_abort(int64_t slot, void (*use)(struct wf_abort_handle *handle));

#endif
