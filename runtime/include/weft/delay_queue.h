/**
 * @file delay_queue.h
 * @brief A queue whose items come out when their time has come: what a cache expires, what is tried again later.
 *
 *     wf_delay_queue_insert(&self->queue, &entry->delayed, WF_SECONDS(60));
 *     wf_delay_queue_next(&self->next, &self->queue);
 *     AWAIT(&self->next);
 *     if (self->next.out)
 *         expire(WF_CONTAINER_OF(self->next.out, struct entry, delayed));
 *
 * All items of a queue need one timer of the runtime. It has a wheel of its own, with ticks of a millisecond.
 *
 * Memory:  items are the caller's, and intrusive; nothing here allocates.
 * Threads: one task.
 * Source:  tokio-util's DelayQueue.
 *
 * @clause{G.148,0,"A delay queue's next is READY with an item when its deadline has come, in the sequence of deadlines in ticks, and with NULL when the queue is empty."}
 * @clause{G.149,0,"What is inserted, reset or removed while a next is PENDING counts at once: an earlier item is met in time; without the last one it is NULL."}
 */
#ifndef WEFT_DELAY_QUEUE_H
#define WEFT_DELAY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/detail/timer.h"
#include "weft/detail/timer_wheel.h"
#include "weft/future.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

/** An item's place in a queue, as a member of the item. It must not move while it is in there. */
struct wf_delayed {
    struct wf_wheel_entry entry; /**< in the queue's wheel */
};

struct wf_delay_queue_next;

/** A queue. It must not move. */
struct wf_delay_queue {
    struct wf_timer_wheel wheel;         /**< of the items' entries */
    uint64_t start_ns;                   /**< tick 0 */
    uint32_t count;                      /**< items in it */
    struct wf_delay_queue_next *waiting; /**< the future that is PENDING, or NULL */
};

/** @brief Make an empty queue. */
void wf_delay_queue_init(struct wf_delay_queue *queue);

/** @brief Make an item that is in no queue. */
static inline void wf_delayed_init(struct wf_delayed *item)
{
    wf_wheel_entry_init(&item->entry);
}

/** @brief Put an item in, which is in no queue, for `delay_ns` from now. Clauses: G.148 G.149. Cost: O(1). */
void wf_delay_queue_insert(struct wf_delay_queue *queue, struct wf_delayed *item, uint64_t delay_ns);

/** @brief An item of this queue, or of none, waits in it for `delay_ns` from now. Clauses: G.149. Cost: O(1). */
void wf_delay_queue_reset(struct wf_delay_queue *queue, struct wf_delayed *item, uint64_t delay_ns);

/** @brief Take an item of this queue out. @return false: it is in none, and nothing happened. Clauses: G.149. Cost: O(1). */
bool wf_delay_queue_remove(struct wf_delay_queue *queue, struct wf_delayed *item);

/** Waits for a queue's next item. Clauses: G.148 G.149 */
struct wf_delay_queue_next {
    struct wf_future future;      /**< the head */
    struct wf_delay_queue *queue; /**< borrowed */
    struct wf_timer timer;        /**< of the queue's next tick */
    struct wf_waker waker;        /**< while PENDING: of the latest poll */
    int status;                   /**< 0; or why there is no item: WF_ECANCELED, WF_ECLOSED */
    struct wf_delayed *out; /**< the item, which has left the queue; NULL: it is empty, or see `status` */
};

/**
 * @brief Build a future that is READY with the next item.
 * @param queue  borrowed until READY or dropped; it has one such future at a time.
 * @return `next`.
 *
 * Cancel safety: SAFE: every item stays in the queue.
 *
 * Clauses: G.148 G.149
 */
struct wf_delay_queue_next *wf_delay_queue_next(struct wf_delay_queue_next *next,
                                                struct wf_delay_queue *queue);

WF_END_DECLS

#endif
