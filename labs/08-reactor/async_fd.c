/**
 * @file async_fd.c
 * @brief A descriptor in a runtime, and the two futures that wait for it.
 *
 * The sequence of an end decides what a descriptor's number can be mistaken for: first the source leaves the structure, so that a task
 * that is woken finds it closed; then those that wait are woken; then the reactor forgets it; then the number is free for the next open file.
 */
#include "weft/async_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "weft/context.h"
#include "weft/error.h"
#include "weft/panic.h"

/* --- open and closed --- */

static struct wf_reactor *reactor_here(void)
{
    const struct wf_context *context = wf_context_current;
    if (!context || !context->reactor)
        wf_panic("G.155",
                 "a descriptor is opened where no reactor is: wf_runtime_new() makes a runtime that has one");
    return context->reactor;
}

int wf_async_fd_open(struct wf_async_fd *async_fd, int fd, unsigned interest)
{
    *async_fd = (struct wf_async_fd){.fd = -1};
    /* 08.T3: what is asked for; then the reactor, then the flag: the last that can fail must undo
     * the others */
    LAB_TODO("08.T3");
}

int wf_async_fd_release(struct wf_async_fd *async_fd)
{
    /* 08.T3: a task that is woken must find it closed; the reactor frees the source */
    LAB_TODO("08.T3");
}

void wf_async_fd_close(struct wf_async_fd *async_fd)
{
    /* 08.T3: behind the unwatch: the number is free at once, for any thread */
    LAB_TODO("08.T3");
}

void wf_async_fd_clear(struct wf_async_fd *async_fd, uint64_t seen, unsigned bits)
{
    if (async_fd->source)
        wf_readiness_clear(&async_fd->source->readiness, seen, bits);
}

/* --- waiting --- */

/* A look of a future at its descriptor. 0: it is ready, and `*seen` says for what; WF_EAGAIN: be PENDING; else the error of the wait, which
 * has ended. */
static int look(const struct wf_async_fd *async_fd, unsigned interest, struct wf_waiter *waiter,
                const struct wf_waker *waker, uint64_t *seen)
{
    /* 08.T4: what every leaf does first; then whether it is open, and for that; then the waiter.
     * What was taken and not used is given back, and a future that is not PENDING does not wait */
    LAB_TODO("08.T4");
}

static enum wf_poll fd_ready_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_fd_ready *self = (struct wf_fd_ready *)future;
    /* 08.T4: the bits that end the wait, or the error */
    LAB_TODO("08.T4");
}

static void fd_ready_drop(struct wf_future *future)
{
    wf_waiter_drop(&((struct wf_fd_ready *)future)->waiter);
}

static const struct wf_future_ops fd_ready_ops = {
    .name = "fd_ready", .poll = fd_ready_poll, .drop = fd_ready_drop, WF_FRAME(struct wf_fd_ready)};

struct wf_fd_ready *wf_fd_ready(struct wf_fd_ready *ready, struct wf_async_fd *async_fd, unsigned interest)
{
    *ready =
        (struct wf_fd_ready){.future = {.ops = &fd_ready_ops}, .async_fd = async_fd, .interest = interest};
    wf_waiter_init(&ready->waiter);
    return ready;
}

static enum wf_poll fd_io_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_fd_io *self = (struct wf_fd_io *)future;
    /* 08.T5: look, call, and again where the call would have waited: the kernel may have told more
     * meanwhile. A signal is no result */
    LAB_TODO("08.T5");
}

static void fd_io_drop(struct wf_future *future)
{
    wf_waiter_drop(&((struct wf_fd_io *)future)->waiter);
}

static const struct wf_future_ops fd_io_ops = {
    .name = "fd_io", .poll = fd_io_poll, .drop = fd_io_drop, WF_FRAME(struct wf_fd_io)};

struct wf_fd_io *wf_fd_io(struct wf_fd_io *io, struct wf_async_fd *async_fd, unsigned interest,
                          int64_t (*call)(int fd, void *arg, bool *drained), void *arg)
{
    *io = (struct wf_fd_io){
        .future = {.ops = &fd_io_ops}, .async_fd = async_fd, .interest = interest, .call = call, .arg = arg};
    wf_waiter_init(&io->waiter);
    return io;
}
