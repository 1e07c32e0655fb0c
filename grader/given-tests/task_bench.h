/**
 * @file task_bench.h
 * @brief For unit tests of tasks: a scheduler that runs them when it is told to, and a task that looks around.
 */
#ifndef WEFT_GIVEN_TASK_BENCH_H
#define WEFT_GIVEN_TASK_BENCH_H

#include "given.h"
#include "weft/task.h"

/** A scheduler with room for a few tasks: whatever is queued waits until run_all(). */
struct bench {
    struct wf_scheduler head;
    struct wf_task *queue[8];
    int queued, bound, released;
    bool closed;
    const struct wf_join_handle *awaits; /* looked at in `released` */
    bool complete_at_release;
};

extern struct bench bench;

void new_bench(bool closed);
void run_all(struct wf_context *context);

/** What the async function of a task sees of its surroundings. */
struct sight {
    int polls, ends;
    int argument;
    struct wf_task *current;
    uint64_t id;
    const struct wf_future *root;
    bool constrained;
    uint32_t budget;
    struct wf_task *current_at_end;
    bool wakes_itself;
};

/** Looks around, waits once if it shall, and is READY with its argument. */
struct look {
    struct wf_future future;
    struct sight *sight;
    int argument;
    bool waits;
    struct wf_pending pending;
    int out;
};

/** WF_SPAWN(scheduler, handle, look, ...): members of struct look. */
#define SPAWN_LOOK(scheduler, handle, ...)                                                                   \
    spawn_look((scheduler), (handle), &(const struct look){__VA_ARGS__})
int spawn_look(struct wf_scheduler *scheduler, struct wf_join_handle *handle, const struct look *as);

#endif
