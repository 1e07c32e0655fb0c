/**
 * @file detail/task_queue.h
 * @brief A queue of tasks, linked through the tasks themselves: first in, first out.
 *
 * Invariant: `tail` points to the link where the next task goes: &head when the queue is empty.
 * Threads:   one at a time: that of the queue's owner.
 * Cost:      every operation is O(1) and allocates nothing. A task is in one queue at a time.
 */
#ifndef WEFT_DETAIL_TASK_QUEUE_H
#define WEFT_DETAIL_TASK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/task_state.h"

WF_BEGIN_DECLS

/** A queue. It must not move: `tail` may point into it. */
struct wf_task_queue {
    struct wf_task *head;  /**< the first task, or NULL */
    struct wf_task **tail; /**< the link that is NULL */
};

/** @brief Make an empty queue. */
static inline void wf_task_queue_init(struct wf_task_queue *queue)
{
    queue->head = NULL;
    queue->tail = &queue->head;
}

/** @brief Whether nothing is in it. */
static inline bool wf_task_queue_is_empty(const struct wf_task_queue *queue)
{
    return !queue->head;
}

/** @brief Add a task, which is in no queue, at the end. */
static inline void wf_task_queue_push(struct wf_task_queue *queue, struct wf_task *task)
{
    task->next = NULL;
    *queue->tail = task;
    queue->tail = &task->next;
}

/** @brief Take the first task out, or NULL. */
static inline struct wf_task *wf_task_queue_pop(struct wf_task_queue *queue)
{
    struct wf_task *task = queue->head;
    if (task && !(queue->head = task->next))
        queue->tail = &queue->head;
    return task;
}

/** @brief Move all tasks of `from` to the end of `queue`, in their order. */
static inline void wf_task_queue_append(struct wf_task_queue *queue, struct wf_task_queue *from)
{
    if (!from->head)
        return;
    *queue->tail = from->head;
    queue->tail = from->tail;
    wf_task_queue_init(from);
}

WF_END_DECLS

#endif
