/**
 * @file kit_tasks.h
 * @brief A scheduler by hand, for labs that have tasks: what is spawned and woken waits until the kit runs it.
 */
#ifndef WEFT_GRADER_KIT_TASKS_H
#define WEFT_GRADER_KIT_TASKS_H

#include "weft/detail/task_queue.h"
#include "weft/scheduler.h"

/** It refuses nothing, and its tasks stay on the thread that runs them. The caller's storage. */
struct kit_tasks {
    struct wf_scheduler scheduler; /* first: it is one */
    struct wf_task_queue queue;
};

void kit_tasks_init(struct kit_tasks *tasks);
/** Run what can run, until nothing can. */
void kit_tasks_run(struct kit_tasks *tasks);

#endif
