/**
 * @file real.h
 * @brief What the files of the scenario "real" share: a reactor of the system's, and wakers that count.
 */
#ifndef WEFT_SUITE_08_REAL_H
#define WEFT_SUITE_08_REAL_H

#include "stage.h"
#include "weft/async_fd.h"
#include "weft/context.h"

#define STORM_STEPS(STEP, ARG) STEP(gone, , ) STEP(storm, , )
STORM_STEPS(STEP_DECLARE, STEP_NOTHING)

/** A wait that is polled by hand: its waker counts. */
struct wait {
    struct wf_fd_ready ready;
    WF_ATOMIC(int64_t) wakes, clones;
};

/** Enter a context with a reactor; and leave it. */
struct wf_reactor *enter_reactor(struct wf_context *context);
void leave_reactor(struct wf_context *context);

/** Build it, and poll it: whether it is READY, which it should not be. */
bool begin_wait(struct wait *self, struct wf_async_fd *async_fd, unsigned interest);
/** Poll: whether it is READY. */
bool poll_wait(struct wait *self);
/** `count` of them, zeroed. */
struct wait *new_waits(int64_t count);

/** A pipe, or sockets. */
void make_pair(int fds[2], bool sockets);
void write_byte(int fd);
/** Open it: whether that fails. */
bool open_fails(struct wf_async_fd *async_fd, int fd, unsigned interest);
/** Read one byte. */
int64_t read_byte(int fd, void *arg, bool *drained);

#endif
