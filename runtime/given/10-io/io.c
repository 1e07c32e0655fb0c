/**
 * @file io.c
 * @brief The one future of all streams: make the call, and wait for what the call names.
 *
 * Why no wake is lost: the stream clears a bit only with the word that it saw before it looked (detail/readiness.h), so what came since is
 * still in the word when the waiter is polled, and the call is made again.
 */
#include "weft/io.h"

#include <errno.h>

#include "weft/context.h"
#include "weft/error.h"
#include "weft/panic.h"

static bool moves_nothing(const struct wf_io_call *self)
{
    for (int i = 0; i < self->count; i++)
        if (self->pieces[i].iov_len > 0)
            return false;
    return true;
}

static int64_t make_call(struct wf_io_call *self)
{
    const struct wf_io_ops *ops = self->io->ops;
    struct wf_io_wait *wait = &self->wait;
    switch (self->operation) {
    case WF_IO_READ:
        if (!ops->read)
            return -EBADF;
        return moves_nothing(self) ? 0 : ops->read(self->io, self->pieces, self->count, wait);
    case WF_IO_WRITE:
        if (!ops->write)
            return -EBADF;
        return moves_nothing(self) ? 0 : ops->write(self->io, self->pieces, self->count, wait);
    case WF_IO_FLUSH:
        return ops->flush ? ops->flush(self->io, wait) : 0;
    default:
        return ops->shutdown ? ops->shutdown(self->io, wait) : 0;
    }
}

/* One that waits elsewhere, or for something else, than the call says now must leave there first. */
static enum wf_poll wait_for(struct wf_io_call *self, struct wf_io_wait before, const struct wf_waker *waker)
{
    uint64_t seen;
    if (!self->wait.readiness)
        wf_panic("G.265", "a call of %s returns -EAGAIN, and does not say what it waits for",
                 self->io->ops->name);
    if (before.readiness != self->wait.readiness || before.interest != self->wait.interest)
        wf_waiter_drop(&self->waiter);
    return wf_waiter_poll(&self->waiter, self->wait.readiness, self->wait.interest, waker, &seen);
}

static enum wf_poll io_call_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_io_call *self = (struct wf_io_call *)future;
    for (;;) {
        struct wf_io_wait before = self->wait;
        int64_t result = wf_leaf_begin(cx->waker);
        if (result == WF_EAGAIN)
            return WF_PENDING; /* no budget: the wait stays as it is */
        if (result == 0) {
            self->wait = (struct wf_io_wait){0};
            result = make_call(self);
        }
        if (result == -EINTR) {
            self->wait = before;
        } else if (result != -EAGAIN) {
            wf_waiter_drop(&self->waiter);
            self->out = result;
            return WF_READY;
        } else if (wait_for(self, before, cx->waker) == WF_PENDING) {
            wf_budget_refund();
            return WF_PENDING;
        }
    }
}

static void io_call_drop(struct wf_future *future)
{
    wf_waiter_drop(&((struct wf_io_call *)future)->waiter);
}

static bool io_call_failed(const void *out)
{
    return *(const int64_t *)out < 0;
}

#define CALL_OPS(text)                                                                                       \
    {                                                                                                        \
        .name = (text), .poll = io_call_poll, .drop = io_call_drop, .failed = io_call_failed,                \
        WF_FRAME(struct wf_io_call)                                                                          \
    }
static const struct wf_future_ops call_ops[] = {
    [WF_IO_READ] = CALL_OPS("io_read"),
    [WF_IO_WRITE] = CALL_OPS("io_write"),
    [WF_IO_FLUSH] = CALL_OPS("io_flush"),
    [WF_IO_SHUTDOWN] = CALL_OPS("io_shutdown"),
};

static struct wf_io_call *build(struct wf_io_call *call, struct wf_io *io, enum wf_io_operation operation,
                                const struct iovec *pieces, int count)
{
    *call = (struct wf_io_call){.future = {.ops = &call_ops[operation]},
                                .io = io,
                                .operation = operation,
                                .pieces = pieces,
                                .count = count};
    wf_waiter_init(&call->waiter);
    return call;
}

static struct wf_io_call *build_with(struct wf_io_call *call, struct wf_io *io,
                                     enum wf_io_operation operation, const void *bytes, size_t size)
{
    build(call, io, operation, &call->piece, 1);
    call->piece = (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
    return call;
}

struct wf_io_call *wf_io_read(struct wf_io_call *call, struct wf_io *io, void *buffer, size_t size)
{
    return build_with(call, io, WF_IO_READ, buffer, size);
}

struct wf_io_call *wf_io_write(struct wf_io_call *call, struct wf_io *io, const void *bytes, size_t size)
{
    return build_with(call, io, WF_IO_WRITE, bytes, size);
}

struct wf_io_call *wf_io_read_pieces(struct wf_io_call *call, struct wf_io *io, const struct iovec *pieces,
                                     int count)
{
    return build(call, io, WF_IO_READ, pieces, count);
}

struct wf_io_call *wf_io_write_pieces(struct wf_io_call *call, struct wf_io *io, const struct iovec *pieces,
                                      int count)
{
    return build(call, io, WF_IO_WRITE, pieces, count);
}

struct wf_io_call *wf_io_flush(struct wf_io_call *call, struct wf_io *io)
{
    return build(call, io, WF_IO_FLUSH, NULL, 0);
}

struct wf_io_call *wf_io_shutdown(struct wf_io_call *call, struct wf_io *io)
{
    return build(call, io, WF_IO_SHUTDOWN, NULL, 0);
}
