/**
 * @file detail/owned_tasks.h
 * @brief All tasks of a runtime that are not over, in several lists, each under a lock of its own.
 *
 * A task's number says in which list it stands: numbers are given out by blocks, so a worker that spawns stays at one list for a
 * while, and two workers seldom meet.
 *
 * Threads: any. No user's code runs under a lock.
 */
#ifndef WEFT_DETAIL_OWNED_TASKS_H
#define WEFT_DETAIL_OWNED_TASKS_H

#include <pthread.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/detail/task_queue.h"
#include "weft/list.h"

WF_BEGIN_DECLS

/** One list. */
struct wf_owned_list {
    alignas(64) pthread_mutex_t lock; /**< guards the rest */
    struct wf_list tasks;             /**< that are not over */
    uint32_t count;                   /**< of these */
    bool closed;                      /**< it takes no task any more */
};

/** All lists. */
struct wf_owned_tasks {
    struct wf_owned_list *lists; /**< the caller's */
    uint32_t mask;               /**< their count, a power of two, less one */
};

/** @brief Open and empty lists. @param count  a power of two. */
void wf_owned_tasks_init(struct wf_owned_tasks *owned, struct wf_owned_list *lists, uint32_t count);
/** @brief Release what wf_owned_tasks_init() made. */
void wf_owned_tasks_destroy(struct wf_owned_tasks *owned);

/** @brief Take a new task in. @return false: its list is closed. */
WF_MUST_USE bool wf_owned_tasks_add(struct wf_owned_tasks *owned, struct wf_task *task);
/** @brief A task is over. @return true: its list is closed, and empty from now on. */
WF_MUST_USE bool wf_owned_tasks_remove(struct wf_owned_tasks *owned, struct wf_task *task);

/**
 * @brief Close list `number`, and abort what is in it.
 * @param[out] batch  empty; gets the tasks that are to be scheduled for that.
 * @param[out] count  how many.
 * @return true: the list was empty.
 */
WF_MUST_USE bool wf_owned_tasks_close(struct wf_owned_tasks *owned, uint32_t number,
                                      struct wf_task_queue *batch, uint32_t *count);

/** @brief How many tasks there are. */
uint32_t wf_owned_tasks_count(struct wf_owned_tasks *owned);

WF_END_DECLS

#endif
