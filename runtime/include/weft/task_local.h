/**
 * @file task_local.h
 * @brief Task-local values: what a request carries through every function it calls.
 *
 *     static const struct wf_task_local request_id = {"request_id"};
 *
 *     wf_local_scope(&self->scope, &request_id, &id, &self->handler.future);
 *     AWAIT(&self->scope);                 // inside the handler: wf_task_local_get(&request_id) is &id
 *
 * Shape:   a future around a future. While the inner one is polled or dropped, the value is in force; between its polls
 *          it is not, so tasks that take turns on a thread do not see each other's.
 * Threads: those of the future.
 * Source:  Tokio's task_local!.
 */
#ifndef WEFT_TASK_LOCAL_H
#define WEFT_TASK_LOCAL_H

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** A key: its address. Make it a static constant. */
struct wf_task_local {
    const char *name; /**< for people */
};

/** A value in force around a future. */
struct wf_local_scope {
    struct wf_future future;         /**< the head; there is no output: the inner future keeps its own */
    struct wf_future *inner;         /**< owned: dropped with the scope */
    const struct wf_task_local *key; /**< whose value */
    void *value;                     /**< borrowed; what wf_task_local_get() returns */
    struct wf_local_scope *outer;    /**< while polled: the scope outside, or NULL */
};

/**
 * @brief Build a future that runs `inner` with `value` in force under `key`.
 * @return `scope`. It is READY when `inner` is.
 *
 * Polled outside of any context (context.h) it panics, by 03.16 and with the key's name; dropped there it makes a context of its own.
 * Cancel safety: that of `inner`.
 *
 * @clause{03.16,4,"While a scope's inner future is polled, or dropped with the scope, its value is in force under its key: the innermost scope's, if several have that key."}
 * @clause{03.28,2,"Before, between and after the polls of a scope its value is not in force, and what was in force outside of the scope is again."}
 */
struct wf_local_scope *wf_local_scope(struct wf_local_scope *scope, const struct wf_task_local *key,
                                      void *value, struct wf_future *inner);

/** @brief The value in force under `key` on this thread, or NULL: none. Clauses: 03.16 03.28 */
void *wf_task_local_get(const struct wf_task_local *key);

WF_END_DECLS

#endif
