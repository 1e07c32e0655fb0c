/**
 * @file ended.h
 * @brief To wait for the end of a future whose output nobody wants. The example of CONTRIBUTING.md: no part of the runtime.
 *
 * @clause{19.1,40,"wf_ended is READY, with 0, in the poll in which the inner future is."}
 * @clause{19.2,30,"A wf_ended that is dropped before it is READY drops the inner future, once."}
 * @clause{19.3,30,"wf_ended keeps the laws of futures (docs/laws.md)."}
 */
#ifndef WEFT_ENDED_H
#define WEFT_ENDED_H

#include "weft/future.h"

WF_BEGIN_DECLS

/** The frame: the caller's storage. */
struct wf_ended {
    struct wf_future future;
    struct wf_future *inner; /**< owned; its output stays in it */
    int out;                 /**< 0 */
};

/**
 * @brief Wait for the end of `inner`.
 * @return `ended`.
 *
 * Clauses:       19.1 19.2 19.3
 * Cancel safety: that of `inner`, which it drops.
 */
struct wf_ended *wf_ended(struct wf_ended *ended, struct wf_future *inner);

WF_END_DECLS

#endif
