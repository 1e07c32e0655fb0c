/**
 * @file async_fd.h
 * @brief Descriptors in async functions: wait until one is ready, or make a call on it that would wait.
 *
 *     static int64_t read_some(int fd, void *arg, bool *drained)
 *     {
 *         struct buffer *buffer = arg;
 *         ssize_t length = read(fd, buffer->bytes, sizeof buffer->bytes);
 *         *drained = length > 0 && (size_t)length < sizeof buffer->bytes;
 *         return length < 0 ? -errno : length;
 *     }
 *
 *     wf_async_fd_open(&self->input, fd, WF_READABLE);
 *     wf_fd_io(&self->io, &self->input, WF_READABLE, read_some, &self->buffer);
 *     AWAIT(&self->io);
 *     if (self->io.out > 0) ...
 *     wf_async_fd_close(&self->input);
 *
 * What can be opened: whatever epoll takes: sockets, pipes, terminals, eventfd, timerfd, inotify, pidfd. Not a plain file or a folder: these
 *          are always ready, and a read of them waits for the disk all the same. Call that in wf_blocking().
 * Driver:  a runtime with a reactor, which wf_runtime_new() makes. The descriptor belongs to the runtime in which it was opened, wherever
 *          it is waited for.
 * Threads: several tasks may wait for one descriptor, on any threads, also for the same. Open, close and release: one thread, and no
 *          other is in a call on it meanwhile, or polls a future that waits for it. What merely waits may: it is woken, and may be
 *          polled from then on. A future may be dropped at any time, while the runtime lives.
 * Fork:    a child has the descriptors, and no runtime: it calls exec or _exit, and closes nothing through this interface.
 * Source:  Tokio's AsyncFd.
 *
 * @clause{08.15,4,"The futures of descriptors keep the laws of futures (docs/laws.md), at every edge of what they are built of."}
 */
#ifndef WEFT_ASYNC_FD_H
#define WEFT_ASYNC_FD_H

#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/detail/readiness.h"
#include "weft/detail/reactor.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** A descriptor that is open in a runtime. The caller's storage; it stays where it is until it is closed or released. All zero: not open. */
struct wf_async_fd {
    struct wf_source *source; /**< of the reactor; NULL: not open, or not any more */
    int fd;                   /**< owned, while it is open; else -1 */
    unsigned interest;        /**< what it was opened for */
};

/**
 * @brief Open a descriptor in the runtime that this thread is in, and make it non-blocking, for all who share the open file.
 * @param fd        owned from now on, if the call succeeds.
 * @param interest  all that will be waited for: WF_READABLE, WF_WRITABLE, WF_PRIORITY, WF_ERROR.
 * @return 0; -EINVAL: no such interest; WF_ENOTPOLLABLE: a plain file, a folder or the like; -EBADF; -EEXIST: it is open in this runtime
 *         already; WF_ENOMEM; -ENOSPC; WF_ECLOSED: the runtime is shut down. After an error `fd` is the caller's, as it was.
 *
 * A TCP socket is opened when its listen() was called, or its connect() has begun: before that, the kernel calls it closed.
 *
 * @clause{08.9,6,"wf_async_fd_open has the reactor of its thread watch the descriptor for all of its interest, and makes it non-blocking; where it fails it says why, and has changed nothing."}
 */
WF_MUST_USE int wf_async_fd_open(struct wf_async_fd *async_fd, int fd, unsigned interest);

/**
 * @brief Give the descriptor back to the reactor, and close it. One that is not open is left alone.
 *
 * Cost: three system calls, or two where it was opened for priority or errors alone; the locks of its readiness, of the reactor and of
 *       libevent.
 *
 * @clause{08.10,7,"wf_async_fd_close unwatches the descriptor, then closes it. What waits for it is woken, and READY with WF_ECLOSED, as is each later wait. A second close does nothing."}
 */
void wf_async_fd_close(struct wf_async_fd *async_fd);

/**
 * @brief Give the descriptor back to the reactor, and to the caller: open, non-blocking still. It may be opened again.
 * @return the descriptor; -1: it was not open.
 *
 * @clause{08.11,4,"wf_async_fd_release does what wf_async_fd_close does, but returns the descriptor in place of closing it; it can be opened anew, as if for the first time."}
 */
WF_MUST_USE int wf_async_fd_release(struct wf_async_fd *async_fd);

/** Waits until a descriptor is ready. Clauses: 08.12 08.14 */
struct wf_fd_ready {
    struct wf_future future;      /**< the head */
    struct wf_async_fd *async_fd; /**< borrowed */
    unsigned interest;            /**< any of these */
    struct wf_waiter waiter;      /**< in the descriptor's list */
    uint64_t seen;                /**< READY: the word, for wf_async_fd_clear() */
    int out;                      /**< the bits that end the wait, of enum wf_ready_bits; or an error */
};

/**
 * @brief Build a future that is READY when the descriptor is ready for any of `interest`.
 * @return `ready`.
 *
 * It takes nothing away: build it again, and it is READY again, until wf_async_fd_clear(). An interest in nothing is one that the descriptor
 * was not opened for. A source that is closed, by wf_async_fd_close() or because the runtime is shut down, is WF_ECLOSED, whatever else its
 * word says. A wait that a release has woken, and that is polled only after the structure was opened anew, waits for the new one.
 * A poll that finds no unit of budget left leaves the wait as it is, in its place among others.
 *
 * Cancel safety: SAFE: nothing is taken.
 *
 * @clause{08.12,7,"A wf_fd_ready is READY with the bits that serve its interest, once there are any; WF_ECLOSED where descriptor or source is closed; -EINVAL where not opened for that."}
 */
struct wf_fd_ready *wf_fd_ready(struct wf_fd_ready *ready, struct wf_async_fd *async_fd, unsigned interest);

/** @brief Say that a call on the descriptor returned EAGAIN, or less than it could take: it is not ready any more. Clauses: 08.2 */
void wf_async_fd_clear(struct wf_async_fd *async_fd, uint64_t seen, unsigned bits);

/** Makes a call on a descriptor once it does not wait. Clauses: 08.13 08.14 */
struct wf_fd_io {
    struct wf_future future;                           /**< the head */
    struct wf_async_fd *async_fd;                      /**< borrowed */
    unsigned interest;                                 /**< before the call */
    int64_t (*call)(int fd, void *arg, bool *drained); /**< see wf_fd_io() */
    void *arg;                                         /**< the call's */
    struct wf_waiter waiter;                           /**< in the descriptor's list */
    int64_t out;                                       /**< what the call returned; or an error of the wait */
};

/**
 * @brief Build a future that calls `call(fd, arg, &drained)` when the descriptor is ready for `interest`, until that does not find it unready.
 * @param call  makes one system call. It returns what that returned, or the negated errno. `drained` is false at first: a call that could
 *              not take all that it asked for sets it, and saves a call that would return EAGAIN.
 * @return `io`.
 *
 * -EAGAIN takes the readiness away, and the future waits again; after -EINTR the call is made again. Each call takes a unit of budget.
 * Errors of the wait are those of wf_fd_ready(). The call may close the descriptor: then the future is READY with what it returns, or
 * with WF_ECLOSED where that means again. It may also open the structure anew, for the next call; then it neither returns -EAGAIN nor sets
 * `drained`, which would be said of the new descriptor.
 *
 * Cancel safety: SAFE: the poll in which the call did something is READY.
 *
 * @clause{08.13,9,"A wf_fd_io calls where the descriptor is ready: again after -EINTR; after -EAGAIN once ready again. It is READY with what else the call returns. -EAGAIN and drained clear."}
 * @clause{08.14,6,"Each look of these futures takes a unit of budget, given back where it is PENDING. Where cancellation was asked for they are READY with WF_ECANCELED, without a call."}
 */
struct wf_fd_io *wf_fd_io(struct wf_fd_io *io, struct wf_async_fd *async_fd, unsigned interest,
                          int64_t (*call)(int fd, void *arg, bool *drained), void *arg);

WF_END_DECLS

#endif
