/**
 * @file detail/debug.h
 * @brief What a debug build asserts of the runtime: it calls no user's code under a lock, and a wake only queues (G.116).
 *
 * What a user supplied may call back, take a lock of its own, or wait for another thread: under a lock of the runtime that is the
 * commonest deadlock of all.
 *
 * A debug build defines WF_DEBUG for the files of the runtime, given ones and solutions (grader.mk): of such objects the unit tests and
 * examples are made, and all of a subject but what was submitted. There each lock that a file takes is counted, by the name of
 * the call, for its thread. Not counted are the locks of a user, whose files do not define WF_DEBUG; those of a submission, which is
 * preprocessed once for all variants; and what the model checker explores. In a release nothing is counted or asserted.
 *
 * @clause{G.115,0,"Nothing that a user supplied is called while the thread holds a lock of the runtime: no poll, drop, waker, hook, park or allocator. A debug build panics there."}
 */
#ifndef WEFT_DETAIL_DEBUG_H
#define WEFT_DETAIL_DEBUG_H

#include "weft/detail/compiler.h"

#ifdef WF_DEBUG

#include <pthread.h>
#include <stdint.h>

WF_BEGIN_DECLS

/** Locks of the runtime that this thread holds. */
extern __thread uint32_t wf_locks_held;

/** @brief Report a call of a user's code under a lock. Clauses: G.115 */
WF_NORETURN void wf_called_under_lock(const char *what);

WF_END_DECLS

/** Takes a lock, and counts it. A wait for a condition counts nothing: its thread runs nothing while it gave the lock up. */
#define pthread_mutex_lock(mutex) (wf_locks_held++, pthread_mutex_lock(mutex))
/** Gives a lock back, and counts that. */
#define pthread_mutex_unlock(mutex) (wf_locks_held--, pthread_mutex_unlock(mutex))

/** A statement of a debug build. */
#define WF_DEBUG_ONLY(...) __VA_ARGS__

#else
#define WF_DEBUG_ONLY(...)
#endif

/** @brief Stands before each call of what a user supplied. @param what  is called: "a waker". Clauses: G.115 */
static inline void wf_calls_out(const char *what)
{
    (void)what;
    WF_DEBUG_ONLY(if (WF_UNLIKELY(wf_locks_held)) wf_called_under_lock(what));
}

#endif
