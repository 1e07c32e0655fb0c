/**
 * @file closure.h
 * @brief Async closures: a function with captured state, whose call is a future.
 *
 * The kind of a closure says how its calls share the captured state:
 *
 *     WF_CLOSURE_SHARED    calls only read it: any number may be unfinished at once   (Rust: AsyncFn)
 *     WF_CLOSURE_IN_TURN   a call may change it: one at a time                        (AsyncFnMut)
 *     WF_CLOSURE_ONCE      the call takes it over: there is one call                  (AsyncFnOnce)
 *
 * Rust's borrow checker refuses a program that breaks this rule; here such a call panics and names the clause.
 *
 * Threads: one at a time for a closure and its calls.
 * Source:  Rust's async closures.
 */
#ifndef WEFT_CLOSURE_H
#define WEFT_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/dyn.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** How the calls of a closure share what it captured. */
enum wf_closure_kind {
    WF_CLOSURE_SHARED,  /**< any number of unfinished calls */
    WF_CLOSURE_IN_TURN, /**< one unfinished call at a time */
    WF_CLOSURE_ONCE     /**< one call, which takes the captured state over */
};

/** What a kind of closure does. One constant table a kind. */
struct wf_closure_ops {
    const char *name;          /**< for panics */
    enum wf_closure_kind kind; /**< how calls share the captured state */
    size_t frame_bytes;        /**< of a call's frame */
    /** Builds the future of a call in `frame`. WF_CLOSURE_ONCE: it takes over what was captured. */
    void (*build)(void *frame, void *captured, void *argument);
    void (*drop)(void *captured); /**< releases what was captured, and may free the closure; NULL: plain data */
};

/** A closure. Built by wf_closure(). */
struct wf_closure {
    const struct wf_closure_ops *ops; /**< what it is; NULL: dropped */
    void *captured;                   /**< the state, in the caller's storage */
    uint32_t unfinished;              /**< calls that got a frame, until READY or their body is dropped */
    bool taken;                       /**< WF_CLOSURE_ONCE: a call has taken the state over */
};

/**
 * @brief Build a closure over `captured`, which it owns from now on (the storage stays the caller's).
 * @return `closure`.
 */
struct wf_closure *wf_closure(struct wf_closure *closure, const struct wf_closure_ops *ops, void *captured);

/**
 * @brief Release what was captured.
 *
 * @clause{02.17,3,"wf_closure_drop empties the closure, then releases what was captured, once, so that the closure may be a part of it; a second wf_closure_drop panics."}
 * @clause{02.25,1,"wf_closure_drop while a call is unfinished, be it in the drop of its body, panics and names the closure."}
 * @clause{02.26,1,"wf_closure_drop does not release what a WF_CLOSURE_ONCE call took over."}
 */
void wf_closure_drop(struct wf_closure *closure);

/** A call of a closure. Clauses: 02.13 02.14 02.15 02.16 02.23 02.24 */
struct wf_call {
    struct wf_future future;    /**< the head */
    struct wf_closure *closure; /**< borrowed until READY or dropped */
    struct wf_dyn body;         /**< the call's own future */
    /** 0, or WF_ENOMEM: there was no memory for the frame; the call did not happen */
    int out;
};

/**
 * @brief Call a closure: build the future of one call.
 * @param closure     borrowed until the call is READY or dropped.
 * @param argument    passed to `build`, not kept.
 * @param slot        as for wf_dyn(): room for the frame; NULL: it is allocated.
 * @param value       where the call's output is copied to; NULL: it is destroyed.
 * @return `call`; await it.
 *
 * Cancel safety: that of the closure's body. A WF_CLOSURE_ONCE call that is dropped releases what it took over.
 *
 * @clause{02.13,3,"wf_closure_call builds the call's future at once, from captured state and argument. The call is READY, with 0, in the same poll as that future. After wf_closure_drop it panics."}
 * @clause{02.23,1,"A closure's call that gets no memory builds nothing, is never unfinished, and is READY at its first poll with WF_ENOMEM."}
 * @clause{02.24,1,"While a closure's call is suspended, its awaiting is its `body`, whose awaiting is the future that was built."}
 * @clause{02.14,4,"WF_CLOSURE_ONCE: a second call panics and names the closure. A call that got no memory took nothing over: the closure can be called again."}
 * @clause{02.15,4,"WF_CLOSURE_IN_TURN: a call while another is unfinished panics and names the closure. After that one is READY or dropped, the next call finds the state that it left."}
 * @clause{02.16,2,"WF_CLOSURE_SHARED: any number of calls may be unfinished at once, each with its own frame and argument."}
 */
struct wf_call *wf_closure_call(struct wf_call *call, struct wf_closure *closure, void *argument, void *slot,
                                size_t slot_bytes, void *value);

WF_END_DECLS

#endif
