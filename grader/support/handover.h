/**
 * @file handover.h
 * @brief What threads of a subject hand each other, and what orders them then: the code under test, not the scenario.
 */
#ifndef WEFT_GRADER_HANDOVER_H
#define WEFT_GRADER_HANDOVER_H

#include <pthread.h>
#include <stdint.h>

#include "weft/waker.h"

/** Hold this thread until the gate is opened. Relaxed accesses alone: what it sees behind it, it sees through the code under test. */
void wait_at_gate(int64_t gate);
/** Let one thread through, now or when it comes. */
void open_gate(int64_t gate);
enum { GATES_MAX = 4 };

/** A plain variable: written by the thread that will wake another, read by the one that was woken. If the code under test does not
 * publish the write, ThreadSanitizer sees a race; nothing here does. */
void write_parcel(int64_t value);
int64_t read_parcel(void);

/** A waker that one thread keeps and another takes, under a lock that the caller names. The one that was kept before is
 * dropped, without the lock. */
void keep_waker(struct wf_waker *kept, pthread_mutex_t *lock, const struct wf_waker *waker);
/** What is kept, or an empty waker; and a clone of it, which is made under the lock. The caller owns it. */
struct wf_waker take_waker(struct wf_waker *kept, pthread_mutex_t *lock);
struct wf_waker clone_kept_waker(const struct wf_waker *kept, pthread_mutex_t *lock);

/**
 * A rally: whenever the future has been polled, this thread writes the parcel and wakes it by `wake`, so many times. It spins
 * before that, each time for another while, up to about 6 times `spin`: so the wake falls on different places of poll and park.
 */
void rally(int64_t rounds, int64_t spin, void (*wake)(void *arg), void *arg);
/** The future's part, in each poll in which it is to be woken, once its waker can be: it reads the parcel. */
void rally_return(void);
/** Before the future can be polled. */
void rally_begin(void);

#endif
