/**
 * @file detail/inject_queue.h
 * @brief The queue through which tasks come from outside of the workers, and to which a full ring sheds its half.
 *
 * Shape:   a list linked through the tasks, under a lock, with its length beside it, which any thread may look at without.
 * Threads: any.
 * Cost:    O(1) for a push, for a batch too; nothing is allocated.
 *
 * @clause{G.70,0,"Tasks leave an inject queue in the sequence in which they came, those of a batch in its own; a pop takes what is there, up to its limit."}
 */
#ifndef WEFT_DETAIL_INJECT_QUEUE_H
#define WEFT_DETAIL_INJECT_QUEUE_H

#include <pthread.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/task_queue.h"

WF_BEGIN_DECLS

/** The queue. It must not move. */
struct wf_inject_queue {
    WF_ATOMIC(uint32_t) length; /**< changed under the lock; a hint without it */
    pthread_mutex_t lock;       /**< guards what follows */
    struct wf_task_queue tasks; /**< first in, first out */
    uint64_t pushed;            /**< tasks that came, so far */
};

/** @brief Make an empty queue. */
void wf_inject_queue_init(struct wf_inject_queue *queue);
/** @brief Release an empty queue. */
void wf_inject_queue_destroy(struct wf_inject_queue *queue);
/** @brief Add the tasks of `batch`, of which there are `count`, in their order; `batch` is empty afterwards. Clauses: G.70 */
void wf_inject_queue_push(struct wf_inject_queue *queue, struct wf_task_queue *batch, uint32_t count);
/** @brief Add one task. Clauses: G.70 */
void wf_inject_queue_push_one(struct wf_inject_queue *queue, struct wf_task *task);
/** @brief Take at most `limit` tasks from the front to the end of `batch`. @return how many. Clauses: G.70 */
uint32_t wf_inject_queue_pop(struct wf_inject_queue *queue, struct wf_task_queue *batch, uint32_t limit);
/** @brief How many tasks came, so far. */
uint64_t wf_inject_queue_pushed(struct wf_inject_queue *queue);

/** @brief How many there are: a hint; the thread that acts on it takes the lock. */
static inline uint32_t wf_inject_queue_length(const struct wf_inject_queue *queue)
{
    return wf_load_relaxed(&queue->length);
}

WF_END_DECLS

#endif
