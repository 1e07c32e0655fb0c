/**
 * @file delay_queue.c
 * @brief A wheel of one's own, and one timer that stands for its next tick.
 */
#include "weft/delay_queue.h"

#include <stddef.h>

#include "weft/context.h"
#include "weft/detail/time_driver.h"
#include "weft/error.h"
#include "weft/time.h"

void wf_delay_queue_init(struct wf_delay_queue *queue)
{
    queue->start_ns = wf_now();
    queue->count = 0;
    queue->waiting = NULL;
    wf_timer_wheel_init(&queue->wheel);
}

/* When the queue wants to be looked at. */
static uint64_t next_ns(const struct wf_delay_queue *queue)
{
    return wf_tick_ns(queue->start_ns, wf_timer_wheel_next(&queue->wheel));
}

/* Something else comes next: the future that waits for the queue looks again. */
static void changed(struct wf_delay_queue *queue)
{
    if (queue->waiting)
        wf_waker_wake_by_ref(&queue->waiting->waker);
}

void wf_delay_queue_insert(struct wf_delay_queue *queue, struct wf_delayed *item, uint64_t delay_ns)
{
    uint64_t before = next_ns(queue);
    wf_timer_wheel_insert(&queue->wheel, &item->entry,
                          wf_tick_from(queue->start_ns, wf_add_ns(wf_now(), delay_ns)));
    queue->count++;
    if (next_ns(queue) < before)
        changed(queue);
}

bool wf_delay_queue_remove(struct wf_delay_queue *queue, struct wf_delayed *item)
{
    if (wf_list_is_empty(&item->entry.link))
        return false;
    wf_timer_wheel_remove(&queue->wheel, &item->entry);
    if (--queue->count == 0)
        changed(queue);
    return true;
}

void wf_delay_queue_reset(struct wf_delay_queue *queue, struct wf_delayed *item, uint64_t delay_ns)
{
    if (!wf_list_is_empty(&item->entry.link)) {
        wf_timer_wheel_remove(&queue->wheel, &item->entry);
        queue->count--;
    }
    wf_delay_queue_insert(queue, item, delay_ns);
}

/* --- next --- */

static enum wf_poll ready(struct wf_delay_queue_next *self, int status, struct wf_wheel_entry *entry)
{
    self->status = status;
    self->out = entry ? WF_CONTAINER_OF(entry, struct wf_delayed, entry) : NULL;
    self->queue->waiting = NULL;
    wf_timer_drop(&self->timer);
    wf_waker_drop(&self->waker);
    return WF_READY;
}

static enum wf_poll next_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_delay_queue_next *self = (struct wf_delay_queue_next *)future;
    struct wf_delay_queue *queue = self->queue;
    int status = wf_leaf_begin(cx->waker);
    if (status == WF_EAGAIN)
        return WF_PENDING;
    if (status == WF_ECANCELED || queue->count == 0)
        return ready(self, status, NULL);
    for (;;) {
        uint64_t now = wf_tick_at(queue->start_ns, wf_now());
        struct wf_wheel_entry *entry = wf_timer_wheel_pop(&queue->wheel, now);
        if (entry) {
            queue->count--;
            return ready(self, 0, entry);
        }
        if (self->timer.deadline_ns != next_ns(queue))
            wf_timer_reset(&self->timer, next_ns(queue));
        if (wf_timer_poll(&self->timer, cx->waker) == WF_PENDING)
            break;
        if ((status = wf_timer_status(&self->timer)) != 0)
            return ready(self, status, NULL);
        wf_timer_drop(&self->timer); /* it was only a slot to be opened, or time went on: look again */
    }
    queue->waiting = self;
    wf_waker_store(&self->waker, cx->waker);
    wf_budget_refund();
    return WF_PENDING;
}

static void next_drop(struct wf_future *future)
{
    struct wf_delay_queue_next *self = (struct wf_delay_queue_next *)future;
    if (self->queue->waiting == self)
        self->queue->waiting = NULL;
    wf_timer_drop(&self->timer);
    wf_waker_drop(&self->waker);
}

static const struct wf_future_ops next_ops = {
    .name = "delay queue", .poll = next_poll, .drop = next_drop, WF_FRAME(struct wf_delay_queue_next)};

struct wf_delay_queue_next *wf_delay_queue_next(struct wf_delay_queue_next *next, struct wf_delay_queue *queue)
{
    *next = (struct wf_delay_queue_next){.future = {.ops = &next_ops}, .queue = queue};
    wf_timer_init(&next->timer, WF_FOREVER);
    return next;
}
