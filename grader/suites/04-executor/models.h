/**
 * @file models.h
 * @brief What the models of lab 04 are made of: tasks and roots that do as their model says.
 */
#ifndef WEFT_SUITE_04_MODELS_H
#define WEFT_SUITE_04_MODELS_H

#include <stdbool.h>

#include "interleave.h"
#include "weft/current_thread.h"
#include "weft/task.h"

/** A future: a task's, or a root. */
struct probe {
    struct wf_future future;
    bool (*step)(struct probe *self, struct wf_cx *cx); /**< one poll: whether it is READY */
    int polls;                                          /**< plain: polls are ordered */
    int out;
};

/** What became of the tasks. Plain: they end on one thread, or after it. */
extern int ready, dropped;
/** Whether the last drop was inside a runtime. */
extern bool dropped_inside;
/** Written by another thread before a wake or spawn, plainly. */
extern int datum;

/** Names for the account of a failure. */
void model_name(struct wf_scheduler *scheduler);
/** And for the line of a future that is no task's; `name` is static. */
void model_name_line(const struct wf_future *future, const char *name);
/** Build one. */
struct probe model_probe(bool (*step)(struct probe *self, struct wf_cx *cx));
/** Spawn a task. What wf_task_spawn() returned. */
int model_spawn(struct wf_scheduler *scheduler, bool (*step)(struct probe *self, struct wf_cx *cx),
                struct wf_join_handle *handle);
/** Steps: READY at once; never READY; READY in the second poll. */
bool model_at_once(struct probe *self, struct wf_cx *cx);
bool model_never(struct probe *self, struct wf_cx *cx);
bool model_second(struct probe *self, struct wf_cx *cx);

/** Start a thread. */
pthread_t model_start(void *(*run)(void *arg), void *arg);
/** Wait for its end. */
void model_join(pthread_t thread);

#endif
