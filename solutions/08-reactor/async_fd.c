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
    /* LAB 08.T3 { what is asked for; then the reactor, then the flag: the last that can fail must undo the others */
    if (interest == 0 || (interest & ~(unsigned)WF_INTERESTS) != 0)
        return -EINVAL;
    struct wf_reactor *reactor = reactor_here();
    struct wf_source *source;
    int status = reactor->ops->watch(reactor, fd, interest, &source);
    if (status != 0)
        return status;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (!(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)) {
        status = -errno;
        reactor->ops->unwatch(source);
        return status;
    }
    *async_fd = (struct wf_async_fd){.source = source, .fd = fd, .interest = interest};
    return 0;
    /* LAB 08.T3 } */
}

int wf_async_fd_release(struct wf_async_fd *async_fd)
{
    /* LAB 08.T3 { a task that is woken must find it closed; the reactor frees the source */
    struct wf_source *source = async_fd->source;
    int fd = async_fd->fd;
    if (!source)
        return -1;
    *async_fd = (struct wf_async_fd){.fd = -1};
    wf_readiness_close(&source->readiness);
    source->reactor->ops->unwatch(source);
    return fd;
    /* LAB 08.T3 } */
}

void wf_async_fd_close(struct wf_async_fd *async_fd)
{
    /* LAB 08.T3 { behind the unwatch: the number is free at once, for any thread */
    int fd = wf_async_fd_release(async_fd);
    if (fd >= 0)
        (void)close(fd);
    /* LAB 08.T3 } */
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
    /* LAB 08.T4 { what every leaf does first; then whether it is open, and for that; then the waiter. What was taken and not used is given back, and a future that is not PENDING does not wait */
    int status = wf_leaf_begin(waker);
    if (status == WF_EAGAIN)
        return WF_EAGAIN;
    if (status == 0 && !async_fd->source)
        status = WF_ECLOSED;
    else if (status == 0 && (interest == 0 || (interest & ~async_fd->interest) != 0))
        status = -EINVAL;
    if (status != 0) {
        wf_waiter_drop(waiter);
        return status;
    }
    if (wf_waiter_poll(waiter, &async_fd->source->readiness, interest, waker, seen) == WF_PENDING) {
        wf_budget_refund();
        return WF_EAGAIN;
    }
    return *seen & WF_SOURCE_CLOSED ? WF_ECLOSED : 0;
    /* LAB 08.T4 } */
}

static enum wf_poll fd_ready_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_fd_ready *self = (struct wf_fd_ready *)future;
    /* LAB 08.T4 { the bits that end the wait, or the error */
    int status = look(self->async_fd, self->interest, &self->waiter, cx->waker, &self->seen);
    if (status == WF_EAGAIN)
        return WF_PENDING;
    self->out = status != 0 ? status : (int)wf_serves(self->seen, self->interest);
    return WF_READY;
    /* LAB 08.T4 } */
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
    /* LAB 08.T5 { look, call, and again where the call would have waited: the kernel may have told more meanwhile. A signal is no result */
    for (;;) {
        uint64_t seen;
        int status = look(self->async_fd, self->interest, &self->waiter, cx->waker, &seen);
        if (status == WF_EAGAIN)
            return WF_PENDING;
        if (status != 0) {
            self->out = status;
            return WF_READY;
        }
        bool drained = false;
        int64_t result = self->call(self->async_fd->fd, self->arg, &drained);
        if (drained || result == -EAGAIN)
            wf_async_fd_clear(self->async_fd, seen, self->interest);
        if (result != -EAGAIN && result != -EINTR) {
            self->out = result;
            return WF_READY;
        }
    }
    /* LAB 08.T5 } */
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
