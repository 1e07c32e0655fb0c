/**
 * @file async_fd.c
 * @brief A descriptor in a runtime, and one kind of wait with an optional call, of which both futures are made.
 */
#include "weft/async_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "weft/context.h"
#include "weft/error.h"
#include "weft/panic.h"

static const struct wf_async_fd not_open = {.source = NULL, .fd = -1};

int wf_async_fd_open(struct wf_async_fd *async_fd, int fd, unsigned interest)
{
    const struct wf_context *context = wf_context_current;
    struct wf_source *source;
    *async_fd = not_open;
    if (!(interest & WF_INTERESTS) || (interest & ~(unsigned)WF_INTERESTS))
        return -EINVAL;
    if (!context || !context->reactor)
        wf_panic("G.155",
                 "a descriptor is opened where no reactor is: wf_runtime_new() makes a runtime that has one");
    int before = fcntl(fd, F_GETFL);
    if (before < 0 || fcntl(fd, F_SETFL, before | O_NONBLOCK) != 0)
        return -errno;
    int status = context->reactor->ops->watch(context->reactor, fd, interest, &source);
    if (status == 0)
        *async_fd = (struct wf_async_fd){source, fd, interest};
    else if (!(before & O_NONBLOCK))
        (void)fcntl(fd, F_SETFL, before);
    return status;
}

/* The descriptor; -1: it was not open. Waiters are woken when it is closed for all to see, but watched still. */
static int take(struct wf_async_fd *async_fd)
{
    struct wf_async_fd taken = *async_fd;
    *async_fd = not_open;
    if (taken.source) {
        struct wf_reactor *reactor = taken.source->reactor;
        wf_readiness_close(&taken.source->readiness);
        reactor->ops->unwatch(taken.source);
    }
    return taken.source ? taken.fd : -1;
}

int wf_async_fd_release(struct wf_async_fd *async_fd)
{
    return take(async_fd);
}

void wf_async_fd_close(struct wf_async_fd *async_fd)
{
    int fd = take(async_fd);
    if (fd != -1)
        (void)close(fd);
}

void wf_async_fd_clear(struct wf_async_fd *async_fd, uint64_t seen, unsigned bits)
{
    if (async_fd->source != NULL)
        wf_readiness_clear(&async_fd->source->readiness, seen, bits);
}

/* What both futures wait for. */
struct wanted {
    struct wf_async_fd *async_fd;
    unsigned interest;
    struct wf_waiter *waiter;
    int64_t (*call)(int fd, void *arg, bool *drained); /* NULL: to be ready is all */
    void *arg;
    uint64_t *seen;
};

/* What is wrong with the wait; 0: nothing. */
static int mistake_of(const struct wanted *wanted)
{
    const struct wf_async_fd *async_fd = wanted->async_fd;
    if (!async_fd->source)
        return WF_ECLOSED;
    return wanted->interest == 0 || (wanted->interest | async_fd->interest) != async_fd->interest ? -EINVAL
                                                                                                  : 0;
}

/* One round. WF_EAGAIN: PENDING; -EINTR: another round; else the output. */
static int64_t round_of(const struct wanted *wanted, const struct wf_waker *waker)
{
    int status = wf_leaf_begin(waker);
    if (status == WF_EAGAIN)
        return WF_EAGAIN;
    if (status == 0)
        status = mistake_of(wanted);
    if (status != 0) {
        wf_waiter_drop(wanted->waiter);
        return status;
    }
    if (wf_waiter_poll(wanted->waiter, &wanted->async_fd->source->readiness, wanted->interest, waker,
                       wanted->seen) == WF_PENDING) {
        wf_budget_refund();
        return WF_EAGAIN;
    }
    unsigned bits = wf_serves(*wanted->seen, wanted->interest);
    if (bits & WF_SOURCE_CLOSED)
        return WF_ECLOSED;
    if (!wanted->call)
        return bits;
    bool drained = false;
    int64_t result = wanted->call(wanted->async_fd->fd, wanted->arg, &drained);
    if (result == -EAGAIN || drained)
        wf_async_fd_clear(wanted->async_fd, *wanted->seen, wanted->interest);
    return result == -EAGAIN ? -EINTR : result; /* both go round */
}

static enum wf_poll poll_wanted(const struct wanted *wanted, const struct wf_waker *waker, int64_t *out)
{
    int64_t result;
    while ((result = round_of(wanted, waker)) == -EINTR)
        ;
    if (result == WF_EAGAIN)
        return WF_PENDING;
    *out = result;
    return WF_READY;
}

/* --- the futures --- */

static enum wf_poll fd_ready_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_fd_ready *self = (struct wf_fd_ready *)future;
    const struct wanted wanted = {
        .async_fd = self->async_fd, .interest = self->interest, .waiter = &self->waiter, .seen = &self->seen};
    int64_t out;
    if (poll_wanted(&wanted, cx->waker, &out) == WF_PENDING)
        return WF_PENDING;
    self->out = (int)out;
    return WF_READY;
}

static enum wf_poll fd_io_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_fd_io *self = (struct wf_fd_io *)future;
    uint64_t seen;
    const struct wanted wanted = {self->async_fd, self->interest, &self->waiter,
                                  self->call,     self->arg,      &seen};
    return poll_wanted(&wanted, cx->waker, &self->out);
}

static void fd_ready_drop(struct wf_future *future)
{
    wf_waiter_drop(&((struct wf_fd_ready *)future)->waiter);
}

static void fd_io_drop(struct wf_future *future)
{
    wf_waiter_drop(&((struct wf_fd_io *)future)->waiter);
}

static const struct wf_future_ops fd_ready_ops = {
    .name = "fd_ready", .poll = fd_ready_poll, .drop = fd_ready_drop, WF_FRAME(struct wf_fd_ready)};
static const struct wf_future_ops fd_io_ops = {
    .name = "fd_io", .poll = fd_io_poll, .drop = fd_io_drop, WF_FRAME(struct wf_fd_io)};

struct wf_fd_ready *wf_fd_ready(struct wf_fd_ready *ready, struct wf_async_fd *async_fd, unsigned interest)
{
    *ready = (struct wf_fd_ready){.future.ops = &fd_ready_ops, .async_fd = async_fd, .interest = interest};
    wf_waiter_init(&ready->waiter);
    return ready;
}

struct wf_fd_io *wf_fd_io(struct wf_fd_io *io, struct wf_async_fd *async_fd, unsigned interest,
                          int64_t (*call)(int fd, void *arg, bool *drained), void *arg)
{
    *io = (struct wf_fd_io){.future.ops = &fd_io_ops, .async_fd = async_fd, .interest = interest};
    io->call = call;
    io->arg = arg;
    wf_waiter_init(&io->waiter);
    return io;
}
