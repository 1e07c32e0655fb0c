/**
 * @file notify.h
 * @brief A notification to wait for, as the benchmarks need it until there is lab 11's.
 *
 * Shape:     a FIFO of waiters, whose nodes live in their futures, and one stored permit.
 * State:     of a future, in its node: all zero, it was not polled; linked, it waits; unlinked, it was notified.
 * Invariant: a permit is stored only while nobody waits.
 * Threads:   notify_one, notify_all: any. A future: as any future.
 * Source:    Tokio's sync::Notify, less what no benchmark does: a future that was notified and is then dropped
 *            does not hand its notification on.
 */
#ifndef WEFT_BENCH_NOTIFY_H
#define WEFT_BENCH_NOTIFY_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/atomic.h"
#include "weft/future.h"
#include "weft/list.h"
#include "weft/waker.h"

/** What is waited for. */
struct notify {
    WF_ATOMIC(bool) taken;  /* the lock */
    struct wf_list waiters; /* guarded by lock */
    bool permit;            /* guarded by lock: the next that waits need not */
};

/** A future: READY once it was notified. Without output. */
struct notified {
    struct wf_future future; /* first: the frame is a future */
    struct notify *notify;   /* borrowed; outlives the future */
    struct wf_list node;     /* guarded by notify->lock */
    struct wf_waker waker;   /* guarded by notify->lock; kept while the node is linked */
};

/* Held for some instructions only: a thread that finds it taken gives its core away, and asks again. */
static inline void notify_lock(struct notify *notify)
{
    while (wf_exchange_acquire(&notify->taken, true)) /* acquire: what its last holder did is seen */
        sched_yield();
}

static inline void notify_unlock(struct notify *notify)
{
    wf_store_release(&notify->taken, false); /* release: the other side */
}

static inline void notify_init(struct notify *notify)
{
    *notify = (struct notify){.permit = false};
    wf_list_init(&notify->waiters);
}

static enum wf_poll notified_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct notified *self = (struct notified *)future;
    struct notify *notify = self->notify;
    /* Look and leave the waker under one lock: a notification comes before, and is seen, or after, and wakes. */
    notify_lock(notify);
    bool is_new = !self->node.next;
    bool ready = is_new ? notify->permit : wf_list_is_empty(&self->node);
    if (ready && is_new)
        notify->permit = false;
    if (!ready && is_new)
        wf_list_push_back(&notify->waiters, &self->node);
    if (!ready)
        wf_waker_store(&self->waker, cx->waker);
    notify_unlock(notify);
    return ready ? WF_READY : WF_PENDING;
}

static void notified_drop(struct wf_future *future)
{
    struct notified *self = (struct notified *)future;
    notify_lock(self->notify);
    if (self->node.next)
        wf_list_remove(&self->node);
    notify_unlock(self->notify);
    wf_waker_drop(&self->waker);
}

static const struct wf_future_ops notified_ops = {
    .name = "notified",
    .poll = notified_poll,
    .drop = notified_drop,
    .size = sizeof(struct notified),
};

/** Build a future that waits for a notification. */
static inline struct notified *notified(struct notified *self, struct notify *notify)
{
    *self = (struct notified){.future = {.ops = &notified_ops}, .notify = notify};
    return self;
}

/** Take the longest waiting future out and wake it, outside of the lock. @return false: nobody waits. */
static inline bool notify_first(struct notify *notify, bool store_permit)
{
    notify_lock(notify);
    struct wf_list *node = wf_list_pop_front(&notify->waiters);
    struct wf_waker waiting = {0};
    if (node) {
        struct notified *first = WF_CONTAINER_OF(node, struct notified, node);
        waiting = first->waker;
        first->waker = (struct wf_waker){0}; /* from the unlock on, the future may be gone */
    } else if (store_permit) {
        notify->permit = true;
    }
    notify_unlock(notify);
    wf_waker_wake(&waiting);
    return node != NULL;
}

/** Wake one future that waits, or let the next one through. */
static inline void notify_one(struct notify *notify)
{
    (void)notify_first(notify, true);
}

/** Wake all futures that wait now. */
static inline void notify_all(struct notify *notify)
{
    while (notify_first(notify, false))
        continue;
}

#endif
