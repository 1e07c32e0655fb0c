/**
 * @file waker.h
 * @brief Wakers: the handle with which a future says "poll me again".
 *
 * What is woken is here called the task: a future and what polls it, such as wf_block_on() and its root future.
 *
 * Shape:   two words, an ops table and a datum. A waker owns a reference to what it wakes; it may be
 *          cloned, sent to any thread and kept for any time, even longer than the task.
 * Threads: a waker value belongs to one thread at a time; clones are independent of each other.
 * Source:  Rust's RawWaker.
 *
 * @clause{G.6,0,"wf_waker_clone yields a waker of its own; wf_waker_wake uses its waker up; wf_waker_wake_by_ref does not; wf_waker_drop uses it up without waking."}
 * @clause{G.7,0,"wf_waker_will_wake is true for a clone of the same waker: waking one is as good as waking the other. Empty wakers wake nothing and equal only each other."}
 * @clause{G.8,0,"wf_waker_store replaces a kept waker by a clone of the given one, dropping the old one, and does nothing where the old one will wake the same task."}
 * @clause{G.9,0,"An empty waker (all zero), woken, cloned or dropped, does nothing."}
 */
#ifndef WEFT_WAKER_H
#define WEFT_WAKER_H

#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/compiler.h"
#include "weft/detail/debug.h"

WF_BEGIN_DECLS

/** What a kind of waker does. All four may be called on any thread. */
struct wf_waker_ops {
    void *(*clone)(void *data);      /**< a further reference; the clone's datum (most return `data`) */
    void (*wake)(void *data);        /**< wake, and give this reference up */
    void (*wake_by_ref)(void *data); /**< wake, and keep it */
    void (*drop)(void *data);        /**< give this reference up */
};

/** A waker. `ops` NULL: empty. Never copy one with `=` except to move it. */
struct wf_waker {
    const struct wf_waker_ops *ops; /**< what kind it is; NULL: empty */
    void *data;                     /**< what is woken; means what the kind says */
};

/** @brief A further waker of the same task, owned by the caller. Clauses: G.6 G.9 */
static inline WF_MUST_USE struct wf_waker wf_waker_clone(const struct wf_waker *waker)
{
    wf_calls_out("a waker");
    struct wf_waker clone = {waker->ops, waker->ops ? waker->ops->clone(waker->data) : NULL};
    return clone;
}

/** @brief Wake, and use the waker up: it is empty afterwards. Clauses: G.6 G.9 */
static inline void wf_waker_wake(struct wf_waker *waker)
{
    wf_calls_out("a waker");
    struct wf_waker taken = *waker; /* emptied first: waking may free the storage `waker` is in */
    waker->ops = NULL;
    waker->data = NULL;
    if (taken.ops)
        taken.ops->wake(taken.data);
}

/** @brief Wake, and keep the waker. Clauses: G.6 G.9 */
static inline void wf_waker_wake_by_ref(const struct wf_waker *waker)
{
    wf_calls_out("a waker");
    if (waker->ops)
        waker->ops->wake_by_ref(waker->data);
}

/** @brief Give the waker up without waking: it is empty afterwards. Clauses: G.6 G.9 */
static inline void wf_waker_drop(struct wf_waker *waker)
{
    wf_calls_out("a waker");
    struct wf_waker taken = *waker;
    waker->ops = NULL;
    waker->data = NULL;
    if (taken.ops)
        taken.ops->drop(taken.data);
}

/** @brief Whether waking one is known to be as good as waking the other. Clauses: G.7 */
static inline bool wf_waker_will_wake(const struct wf_waker *waker, const struct wf_waker *other)
{
    return waker->ops == other->ops && waker->data == other->data;
}

/** @brief Keep a clone of `waker` in `slot`, in place of what it held. Clauses: G.8 */
static inline void wf_waker_store(struct wf_waker *slot, const struct wf_waker *waker)
{
    if (wf_waker_will_wake(slot, waker))
        return;
    struct wf_waker old = *slot;
    *slot = wf_waker_clone(waker);
    wf_waker_drop(&old); /* last: a drop may run code that looks at the slot */
}

WF_END_DECLS

#endif
