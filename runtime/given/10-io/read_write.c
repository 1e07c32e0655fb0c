/**
 * @file read_write.c
 * @brief Until all bytes have been moved: read_exact, write_all, read_to_end.
 */
#include "weft/error.h"
#include "weft/detail/moved.h"
#include "weft/io.h"

static const struct wf_future_ops exact_ops, all_ops, to_end_ops;

/* The call for what is left; at the end of the buffer a read to the end asks whether one byte more comes. */
static void build_call(struct wf_io_whole *self)
{
    char *at = self->bytes + self->done;
    size_t left = self->size - self->done;
    if (self->future.ops == &all_ops)
        wf_io_write(&self->call, self->io, at, left);
    else if (left > 0)
        wf_io_read(&self->call, self->io, at, left);
    else
        wf_io_read(&self->call, self->io, &self->beyond, 1);
}

/* What the whole is READY with, once a call has returned `moved`; WF_EAGAIN: it goes on. */
static int64_t outcome(struct wf_io_whole *self, int64_t moved)
{
    bool to_end = self->future.ops == &to_end_ops;
    if (moved < 0)
        return moved;
    if (moved == 0)
        return to_end ? (int64_t)self->done : WF_EEND;
    if (self->done == self->size)
        return WF_ETOOLONG;
    self->done += (size_t)moved;
    return self->done < self->size || to_end ? WF_EAGAIN : (int64_t)self->size;
}

static enum wf_poll whole_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_io_whole *self = (struct wf_io_whole *)future;
    if (self->size == 0 && self->future.ops != &to_end_ops) {
        wf_future_drop(&self->call.future);
        self->out = 0;
        return WF_READY;
    }
    while (wf_future_poll(&self->call.future, cx) == WF_READY) {
        self->out = outcome(self, self->call.out);
        if (self->out != WF_EAGAIN)
            return WF_READY;
        build_call(self);
    }
    return WF_PENDING;
}

static void whole_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_io_whole *)future)->call.future);
}

static void whole_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_io_whole *)future)->call.future);
}

#define WHOLE_OPS(text)                                                                                      \
    {                                                                                                        \
        .name = (text), .poll = whole_poll, .drop = whole_drop, .children = whole_children,                  \
        .failed = wf_moved_failed, WF_FRAME(struct wf_io_whole)                                              \
    }
static const struct wf_future_ops exact_ops = WHOLE_OPS("io_read_exact");
static const struct wf_future_ops all_ops = WHOLE_OPS("io_write_all");
static const struct wf_future_ops to_end_ops = WHOLE_OPS("io_read_to_end");

static struct wf_io_whole *build(struct wf_io_whole *whole, const struct wf_future_ops *ops, struct wf_io *io,
                                 const void *bytes, size_t size)
{
    whole->future = (struct wf_future){.ops = ops};
    whole->io = io;
    whole->bytes = (char *)(uintptr_t)bytes;
    whole->size = size;
    whole->done = 0;
    build_call(whole);
    return whole;
}

struct wf_io_whole *wf_io_read_exact(struct wf_io_whole *whole, struct wf_io *io, void *buffer, size_t size)
{
    return build(whole, &exact_ops, io, buffer, size);
}

struct wf_io_whole *wf_io_write_all(struct wf_io_whole *whole, struct wf_io *io, const void *bytes,
                                    size_t size)
{
    return build(whole, &all_ops, io, bytes, size);
}

struct wf_io_whole *wf_io_read_to_end(struct wf_io_whole *whole, struct wf_io *io, void *buffer, size_t size)
{
    return build(whole, &to_end_ops, io, buffer, size);
}
