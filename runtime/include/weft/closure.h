/**
 * @file closure.h
 * @brief Async closures: a function with captured state, whose call is a future.
 *
 * What matters about a closure is how its calls share the captured state:
 *
 *     WF_CLOSURE_SHARED    calls only read it: any number may be unfinished at once   (Rust: AsyncFn)
 *     WF_CLOSURE_IN_TURN   a call may change it: one at a time                        (AsyncFnMut)
 *     WF_CLOSURE_ONCE      the call takes it over: there is one call                  (AsyncFnOnce)
 *
 * Rust's borrow checker refuses a program that breaks this; here it is a panic that names the clause.
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
    void (*drop)(void *captured); /**< releases what was captured; NULL: plain data */
};

/** A closure. Built by wf_closure(). */
struct wf_closure {
    const struct wf_closure_ops *ops; /**< what it is; NULL: dropped */
    void *captured;                   /**< the state, in the caller's storage */
    uint32_t unfinished;              /**< calls that got their frame and are neither READY nor dropped */
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
 * @clause{02.17,5,"wf_closure_drop releases what was captured exactly once; never where a WF_CLOSURE_ONCE call took it over. While a call is unfinished it panics and names the closure; a second time it panics."}
 */
void wf_closure_drop(struct wf_closure *closure);

/** A call of a closure. Clauses: 02.13 02.14 02.15 02.16 */
struct wf_call {
    struct wf_future future;    /**< the head */
    struct wf_closure *closure; /**< borrowed until READY or dropped */
    struct wf_dyn body;         /**< the call's own future */
    int out;                    /**< 0, or WF_ENOMEM: there was no memory for the frame; the call did not happen */
};

/**
 * @brief Call a closure: build the future of one call.
 * @param argument    passed to `build`, not kept.
 * @param slot        as for wf_dyn(): room for the frame; NULL: it is allocated.
 * @param value       where the call's output is copied to; NULL: it is destroyed.
 * @return `call`; await it.
 *
 * Cancel safety: that of the closure's body. A WF_CLOSURE_ONCE call that is dropped releases what it took over.
 *
 * @clause{02.13,5,"wf_closure_call builds the call's future at once from what was captured and the argument; the call is READY in the poll in which that is, with 0 and its output where `value` points; without memory for its frame at once, with WF_ENOMEM. While it is suspended its awaiting is the body, and through it the call's future."}
 * @clause{02.14,4,"WF_CLOSURE_ONCE: a second call panics and names the closure. A call that got no memory took nothing over: the closure can be called again."}
 * @clause{02.15,4,"WF_CLOSURE_IN_TURN: a call while another is unfinished panics and names the closure; once that one is READY or dropped the next may begin, and it finds the state as the earlier one left it."}
 * @clause{02.16,2,"WF_CLOSURE_SHARED: any number of calls may be unfinished at once, each with its own frame and argument."}
 */
struct wf_call *wf_closure_call(struct wf_call *call, struct wf_closure *closure, void *argument, void *slot,
                                size_t slot_bytes, void *value);

WF_END_DECLS

#endif
