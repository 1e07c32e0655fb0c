/**
 * @file block_on.h
 * @brief Run one future to its end on the calling thread: the smallest executor.
 */
#ifndef WEFT_BLOCK_ON_H
#define WEFT_BLOCK_ON_H

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/**
 * @brief Poll `future` until it is READY, sleeping while there is nothing to do.
 * @param future  built and not READY; it is READY afterwards.
 * @return 0, or WF_ENOMEM: nothing was done, the future is as it was.
 *
 * Meanwhile the thread is inside a runtime: its context names `future` as the root. Each poll begins with WF_BUDGET units
 * of budget (context.h).
 *
 * Threads: any number at once, each with its own future; wakes may come from any thread.
 * Cost:    one allocation.
 *
 * @clause{01.21,5,"block_on polls the future, and again only if the waker was woken since the last poll began: once for any number of wakes. After READY it returns 0."}
 * @clause{01.22,5,"A wake that comes during a poll, or between a poll and the sleep, is not lost: the future is polled again."}
 * @clause{01.23,4,"While the future is pending and unwoken, the thread sleeps. A wake from another thread ends the sleep; the next poll sees what was written before the wake."}
 * @clause{01.24,3,"block_on inside block_on panics and names both. After the outer one has returned, the thread may call it again."}
 * @clause{01.25,3,"A clone of the waker that outlives block_on may be woken and dropped on any thread: nothing happens, and the last clone frees its memory."}
 * @clause{01.26,1,"Without memory block_on returns WF_ENOMEM and has not polled; called again with memory it runs the future."}
 */
WF_MUST_USE int wf_block_on(struct wf_future *future);

WF_END_DECLS

#endif
