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
#include "weft/detail/moved.h"
#include "weft/error.h"
#include "weft/panic.h"

static bool moves_nothing(const struct wf_io_call *self)
{
    return wf_pieces_size(self->pieces, (size_t)self->count) == 0;
}

static int64_t make_call(void *arg, struct wf_io_wait *wait)
{
    const struct wf_io_call *self = arg;
    const struct wf_io_ops *ops = self->io->ops;
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

void wf_io_waiting_init(struct wf_io_waiting *waiting)
{
    waiting->on = (struct wf_io_wait){0};
    wf_waiter_init(&waiting->waiter);
}

void wf_io_waiting_drop(struct wf_io_waiting *waiting)
{
    wf_waiter_drop(&waiting->waiter);
}

/* A waiter waits on one readiness, with one interest: for another it must leave first. */
static enum wf_poll wait_for(struct wf_io_waiting *waiting, struct wf_io_wait wait,
                             const struct wf_waker *waker)
{
    uint64_t seen;
    if (waiting->on.readiness != wait.readiness || waiting->on.interest != wait.interest)
        wf_waiter_drop(&waiting->waiter);
    waiting->on = wait;
    return wf_waiter_poll(&waiting->waiter, wait.readiness, wait.interest, waker, &seen);
}

enum wf_poll wf_io_poll(struct wf_io_waiting *waiting, int64_t (*call)(void *arg, struct wf_io_wait *wait),
                        void *arg, const char *name, struct wf_cx *cx, int64_t *result)
{
    for (;;) {
        struct wf_io_wait wait = {0};
        *result = wf_leaf_begin(cx->waker);
        if (*result == WF_EAGAIN)
            return WF_PENDING; /* no budget: the wait stays as it is */
        if (*result == 0)
            *result = call(arg, &wait);
        if (*result != -EAGAIN && *result != -EINTR) {
            wf_waiter_drop(&waiting->waiter);
            return WF_READY;
        }
        if (*result == -EINTR)
            continue;
        if (!wait.readiness)
            wf_panic("G.265", "a call of %s returns -EAGAIN, and does not say what it waits for", name);
        if (wait_for(waiting, wait, cx->waker) == WF_PENDING) {
            wf_budget_refund();
            return WF_PENDING;
        }
    }
}

static enum wf_poll io_call_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_io_call *self = (struct wf_io_call *)future;
    return wf_io_poll(&self->waiting, make_call, self, self->io->ops->name, cx, &self->out);
}

static void io_call_drop(struct wf_future *future)
{
    wf_io_waiting_drop(&((struct wf_io_call *)future)->waiting);
}

#define CALL_OPS(text)                                                                                       \
    {                                                                                                        \
        .name = (text), .poll = io_call_poll, .drop = io_call_drop, .failed = wf_moved_failed,               \
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
    wf_io_waiting_init(&call->waiting);
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
