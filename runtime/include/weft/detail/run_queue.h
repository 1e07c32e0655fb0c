/**
 * @file detail/run_queue.h
 * @brief A worker's run queue: a ring of fixed size from which other workers may steal.
 *
 * ## The ring
 *
 *     slot      ...   steal      real           tail   ...
 *                     | claimed  | to be run    | free
 *                     | by a     | by the owner |
 *                     | thief    |              |
 *
 * `tail` is the next slot to be filled; only the owner writes it. `head` is one word with two numbers: `real`, the next task to be
 * taken, and `steal`. They are equal unless a thief is at work: it has claimed the slots from `steal` to `real`, and copies
 * them. Until it is done the owner may take further tasks, and fills no slot that the thief still reads. Numbers run
 * on and wrap at 2^32; a number modulo the size is a slot.
 *
 * Size:      WF_RUN_QUEUE_SIZE; models and tests make smaller rings, which are full sooner. Rings that steal from one another have one size.
 * Invariant: tail - steal <= size, and steal, real, tail stand in this order.
 * Threads:   push and pop: the owner. steal: any worker, into its own ring. One thief at a time; a second one goes elsewhere.
 * Cost:      push: a load and a store; pop: one compare and exchange; nothing is allocated.
 * Source:    Tokio's queue, Go's runq.
 *
 * @clause{05.5,10,"However pushes, pops and steals of several threads interleave, each task that was pushed is taken exactly once, and its taker sees what was written before the push."}
 */
#ifndef WEFT_DETAIL_RUN_QUEUE_H
#define WEFT_DETAIL_RUN_QUEUE_H

#include <stdalign.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/detail/inject_queue.h"
#include "weft/detail/task_state.h"

WF_BEGIN_DECLS

/** Slots of a worker's ring. */
enum { WF_RUN_QUEUE_SIZE = 256 };

/** A ring. What thieves change and what the owner changes have a cache line each. */
struct wf_run_queue {
    alignas(64) WF_ATOMIC(uint64_t) head;     /**< steal in the upper half, real in the lower one */
    alignas(64) WF_ATOMIC(uint32_t) tail;     /**< written by the owner */
    uint32_t mask;                            /**< constant: the size, less one */
    struct wf_task *slots[WF_RUN_QUEUE_SIZE]; /**< those from steal to tail are in use */
};

/**
 * @brief Make an empty ring.
 * @param size   slots that are used: a power of two, from 4 to WF_RUN_QUEUE_SIZE.
 * @param first  the number of the first task: 0, but for tests of the wrap.
 */
void wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first);

/**
 * @brief Add a task at the end. The owner.
 * @return how many tasks went to `inject`: 0 where there was room.
 *
 * @clause{05.1,5,"A ring holds as many tasks as its size; push adds at the end, pop takes the oldest, or is NULL; also where the numbers wrap at 2^32."}
 * @clause{05.2,3,"A push to a full ring moves its oldest half, and the new task behind it, to the inject queue."}
 * @clause{05.20,2,"While a thief is at work the owner waits for nothing: pop takes the next task, a push to a full ring injects the new task alone."}
 */
uint32_t wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task, struct wf_inject_queue *inject);

/** @brief Take the oldest task, or NULL. The owner. Clauses: 05.1 */
WF_MUST_USE struct wf_task *wf_run_queue_pop(struct wf_run_queue *queue);

/**
 * @brief Take half of another worker's tasks: one is returned, the others go to the end of `own`.
 * @param[out] count  how many were taken, with the one that is returned; 0 if there was none.
 *
 * @clause{05.3,5,"steal takes the larger half of the tasks, the oldest ones: it returns the last of them, and puts the others, in sequence, at the end of the thief's ring."}
 * @clause{05.4,3,"steal takes nothing and returns NULL where there is no task, where another thief is at work, and where the thief's ring is more than half full."}
 *
 * Threads: the owner of `own`, which is another ring than `from`. NULL says that there was no task for a moment: where the owner pushes
 *          and pops, and a task is there all the while, a thief finds one.
 */
WF_MUST_USE struct wf_task *wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own,
                                               uint32_t *count);

/** @brief The number of the next task to be taken: exact for the owner. */
static inline uint32_t wf_run_queue_front(const struct wf_run_queue *queue)
{
    return (uint32_t)wf_load_relaxed(
        &queue->head); /* relaxed: a hint, but for the owner and for a thread that the caller is ordered behind */
}

/** @brief The number that the next task will get: exact for the owner. */
static inline uint32_t wf_run_queue_end(const struct wf_run_queue *queue)
{
    return wf_load_relaxed(&queue->tail); /* relaxed: a hint, but for the owner */
}

/** @brief How many tasks it holds when it is full. */
static inline uint32_t wf_run_queue_size(const struct wf_run_queue *queue)
{
    return queue->mask + 1;
}

/** @brief How many tasks there are to be run: exact for the owner, a hint for others. */
static inline uint32_t wf_run_queue_length(const struct wf_run_queue *queue)
{
    uint32_t front =
        wf_run_queue_front(queue); /* before the end, so that the difference is not negative for long */
    return wf_run_queue_end(queue) - front;
}

WF_END_DECLS

#endif
