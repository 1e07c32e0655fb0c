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
 * The thread is inside a runtime meanwhile: the context names `future` as the root.
 *
 * Threads: any number at once, each with its own future; wakes may come from any thread.
 * Cost:    one allocation.
 *
 * @clause{01.21,5,"block_on polls the future at once, and again once its waker was woken since the last poll began: one poll, however often it was woken, and none without a wake. It returns 0 when the future is READY."}
 * @clause{01.22,5,"A wake that comes during a poll, or after it and before the thread sleeps, is not lost: the future is polled again."}
 * @clause{01.23,4,"While the future is pending and unwoken the thread sleeps; a wake from another thread ends that, and what was written before the wake is seen by the poll after it."}
 * @clause{01.24,3,"block_on inside block_on panics, naming both; after the outer one has returned the thread may call it again."}
 * @clause{01.25,3,"A clone of the waker that is kept may be woken and dropped after block_on returned, on any thread: nothing happens, and its memory is freed with the last one."}
 * @clause{01.26,1,"Without memory block_on returns WF_ENOMEM and has not polled; called again with memory it runs the future."}
 */
WF_MUST_USE int wf_block_on(struct wf_future *future);

WF_END_DECLS

#endif
