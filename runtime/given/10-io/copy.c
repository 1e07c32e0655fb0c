/**
 * @file copy.c
 * @brief One direction, as a call that never waits; and one or two of them as a future.
 *
 * A direction is at one of three places: it has bytes to write; it has none, and reads; `from` has ended, and the end is passed on. Each call does
 * one thing at one place, so that a copy between two streams that are always ready does not hold its thread.
 */
#include "weft/copy.h"

#include <errno.h>

#include "weft/detail/moved.h"
#include "weft/error.h"

static int64_t write_some(struct wf_copy_way *way, struct wf_io_wait *wait)
{
    const struct wf_io_ops *ops = way->to->ops;
    struct iovec piece = {way->buffer + way->begin, way->end - way->begin};
    int64_t moved = ops->write ? ops->write(way->to, &piece, 1, wait) : -EBADF;
    if (moved <= 0)
        return moved == 0 ? WF_EEND : moved;
    way->begin += (size_t)moved;
    way->moved += (uint64_t)moved;
    way->is_unflushed = true;
    return WF_IO_AGAIN;
}

static int64_t flush(struct wf_copy_way *way, struct wf_io_wait *wait)
{
    const struct wf_io_ops *ops = way->to->ops;
    int64_t status = ops->flush && way->is_unflushed ? ops->flush(way->to, wait) : 0;
    if (status == 0)
        way->is_unflushed = false;
    return status;
}

static int64_t read_some(struct wf_copy_way *way, struct wf_io_wait *wait)
{
    const struct wf_io_ops *ops = way->from->ops;
    struct iovec piece = {way->buffer, way->size};
    int64_t moved = ops->read ? ops->read(way->from, &piece, 1, wait) : -EBADF;
    if (moved == -EAGAIN && way->is_unflushed) {
        /* What is flushed may be what the peer needs to send more. Until it is out there is no use in reading: *wait is the flush's then. */
        struct wf_io_wait of_the_flush = {0};
        int64_t status = flush(way, &of_the_flush);
        if (status == -EAGAIN)
            *wait = of_the_flush;
        return status == 0 ? -EAGAIN : status;
    }
    if (moved < 0)
        return moved;
    way->begin = 0;
    way->end = (size_t)moved;
    way->has_ended = moved == 0;
    return WF_IO_AGAIN;
}

static int64_t pass_the_end_on(struct wf_copy_way *way, struct wf_io_wait *wait)
{
    const struct wf_io_ops *ops = way->to->ops;
    int64_t status = flush(way, wait);
    if (status == 0 && way->shuts_down && ops->shutdown)
        status = ops->shutdown(way->to, wait);
    way->is_over = status == 0;
    return status;
}

static int64_t go_on(void *arg, struct wf_io_wait *wait)
{
    struct wf_copy_way *way = arg;
    if (way->begin < way->end)
        return write_some(way, wait);
    return way->has_ended ? pass_the_end_on(way, wait) : read_some(way, wait);
}

static void begin_way(struct wf_copy_way *way, struct wf_io *from, struct wf_io *to, void *buffer,
                      size_t size, bool shuts_down)
{
    *way =
        (struct wf_copy_way){.from = from, .to = to, .buffer = buffer, .size = size, .shuts_down = shuts_down};
    wf_io_waiting_init(&way->waiting);
}

/* --- one direction --- */

static enum wf_poll copy_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_io_copy *self = (struct wf_io_copy *)future;
    int64_t result;
    if (wf_io_poll(&self->way.waiting, go_on, &self->way, "a copy", cx, &result) == WF_PENDING)
        return WF_PENDING;
    self->out = result < 0 ? result : (int64_t)self->way.moved;
    return WF_READY;
}

static void copy_drop(struct wf_future *future)
{
    wf_io_waiting_drop(&((struct wf_io_copy *)future)->way.waiting);
}

static const struct wf_future_ops copy_ops = {.name = "io_copy",
                                              .poll = copy_poll,
                                              .drop = copy_drop,
                                              .failed = wf_moved_failed,
                                              WF_FRAME(struct wf_io_copy)};

struct wf_io_copy *wf_io_copy(struct wf_io_copy *copy, struct wf_io *from, struct wf_io *to, void *buffer,
                              size_t size)
{
    *copy = (struct wf_io_copy){.future = {.ops = &copy_ops}};
    begin_way(&copy->way, from, to, buffer, size, false);
    return copy;
}

/* --- both --- */

static enum wf_poll copy_both_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_io_copy_both *self = (struct wf_io_copy_both *)future;
    int64_t result = 0;
    for (int i = 0; i < 2 && result >= 0; i++) {
        struct wf_copy_way *way = &self->ways[i];
        if (!way->is_over && wf_io_poll(&way->waiting, go_on, way, "a copy", cx, &result) == WF_PENDING)
            result = 0;
    }
    if (result >= 0 && !(self->ways[0].is_over && self->ways[1].is_over))
        return WF_PENDING;
    for (int i = 0; i < 2; i++)
        wf_io_waiting_drop(&self->ways[i].waiting);
    self->out = (int)result;
    return WF_READY;
}

static void copy_both_drop(struct wf_future *future)
{
    struct wf_io_copy_both *self = (struct wf_io_copy_both *)future;
    for (int i = 0; i < 2; i++)
        wf_io_waiting_drop(&self->ways[i].waiting);
}

static const struct wf_future_ops copy_both_ops = {
    .name = "io_copy_both", .poll = copy_both_poll, .drop = copy_both_drop, WF_FRAME(struct wf_io_copy_both)};

struct wf_io_copy_both *wf_io_copy_both(struct wf_io_copy_both *copy, struct wf_io *left, struct wf_io *right,
                                        void *left_buffer, void *right_buffer, size_t size)
{
    *copy = (struct wf_io_copy_both){.future = {.ops = &copy_both_ops}};
    begin_way(&copy->ways[0], left, right, left_buffer, size, true);
    begin_way(&copy->ways[1], right, left, right_buffer, size, true);
    return copy;
}
