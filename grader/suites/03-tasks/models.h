/**
 * @file models.h
 * @brief What the models of lab 03 are made of: a task that does as its model says, and a queue for one task.
 *
 * The queue is what the schedule seam promises and no more: what was done before `schedule` is seen by the
 * thread that takes the task out, and the task's link belongs to the queue from the one to the other.
 */
#ifndef WEFT_SUITE_03_MODELS_H
#define WEFT_SUITE_03_MODELS_H

#include <stdbool.h>

#include "interleave.h"
#include "weft/task.h"

/** The future of a task. */
struct probe {
    struct wf_future future;
    bool (*step)(struct probe *self); /**< one poll: whether it is READY, with 42 */
    int polls;                        /**< plain: the state word orders one poll before the next */
    int out;
};

/** What became of the task: plain, for each may happen once, and the thread that looks has joined the others. */
extern int ready, dropped, destroyed;
/** Written before an abort, and read in the drop of the future that it causes, if `drop_reads_datum`. */
extern int datum;
extern bool drop_reads_datum;

/** Spawn a task; `handle` NULL: detached. It is in the queue then. */
struct wf_task *model_spawn(bool (*step)(struct probe *self), struct wf_join_handle *handle);
/** The same on a scheduler of the model's own; NULL: the queue for one task. */
struct wf_task *model_spawn_on(struct wf_scheduler *scheduler, bool (*step)(struct probe *self),
                               struct wf_join_handle *handle);
/** Run the task, if it is in the queue. Any thread. */
bool model_run(void);
/** The waker of a task, which owns a reference. */
struct wf_waker model_waker(struct wf_task *task);
/** Start a thread. */
pthread_t model_start(void *(*run)(void *arg), void *arg);
/** Wait for its end. */
void model_join(pthread_t thread);
/** The future gives way in this poll. */
void model_yield(void);

#endif
