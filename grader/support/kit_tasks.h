/**
 * @file kit_tasks.h
 * @brief A scheduler by hand, for labs that have tasks: what is spawned and woken waits until the kit runs it.
 *
 * What is polled in a task (IN_TASK) is there inside of a scope of a task-local value, of another key from poll to poll: so what
 * passes values on, or keeps them away, can be told by what it finds.
 */
#ifndef WEFT_GRADER_KIT_TASKS_H
#define WEFT_GRADER_KIT_TASKS_H

#include "weft/detail/task_queue.h"
#include "weft/scheduler.h"
#include "weft/task.h"

/** It refuses nothing, and its tasks stay on the thread that runs them. The caller's storage. */
struct kit_tasks {
    struct wf_scheduler scheduler; /* first: it is one */
    struct wf_task_queue queue;
};

void kit_tasks_init(struct kit_tasks *tasks);
/** From now on they may move to another thread: a scheduler with several workers has such. */
void kit_tasks_may_move(struct kit_tasks *tasks);
/** Run what can run, until nothing can. */
void kit_tasks_run(struct kit_tasks *tasks);

/** A new task, whose frame the caller builds; and spawn it. The scenario is broken if there is no memory, or it is refused. */
struct wf_task *kit_new_task(size_t frame_bytes);
void kit_spawn(struct wf_task *task, struct wf_scheduler *scheduler, struct wf_join_handle *handle);

/** Whether the kit's task-local values are in force as they are around what is polled: one of them in a task, else none. */
bool kit_values_reach(void);
/** Whether none of them is. */
bool kit_values_are_away(void);

#endif
