/**
 * @file buf_reader.c
 * @brief Reads ahead into a buffer.
 */
#include <errno.h>
#include <string.h>

#include "weft/buffered.h"
#include "weft/detail/moved.h"
#include "weft/error.h"
#include "weft/panic.h"

/* --- as a stream --- */

static size_t take(struct wf_buf_reader *self, const struct iovec *pieces, int count)
{
    size_t done = 0;
    for (int i = 0; i < count && self->begin < self->end; i++) {
        size_t left = self->end - self->begin, size = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        if (size > 0)
            memcpy(pieces[i].iov_base, self->buffer + self->begin, size);
        self->begin += size;
        done += size;
    }
    return done;
}

int64_t wf_buf_more(struct wf_buf_reader *reader, struct wf_io_wait *wait)
{
    if (reader->end - reader->begin == reader->size)
        wf_panic("G.287", "a buffer of %zu bytes is full, and more is to be read", reader->size);
    if (!reader->inner->ops->read)
        return -EBADF;
    if (reader->begin == reader->end)
        reader->begin = reader->end = 0;
    if (reader->end == reader->size) {
        memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
        reader->end -= reader->begin;
        reader->begin = 0;
    }
    struct iovec room = {reader->buffer + reader->end, reader->size - reader->end};
    int64_t moved = reader->inner->ops->read(reader->inner, &room, 1, wait);
    if (moved > 0)
        reader->end += (size_t)moved;
    return moved;
}

static int64_t reader_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_buf_reader *self = (struct wf_buf_reader *)io;
    if (self->begin == self->end) {
        if (wf_pieces_size(pieces, (size_t)count) >= self->size)
            return self->inner->ops->read ? self->inner->ops->read(self->inner, pieces, count, wait) : -EBADF;
        int64_t moved = wf_buf_more(self, wait);
        if (moved <= 0)
            return moved;
    }
    return (int64_t)take(self, pieces, count);
}

static int64_t reader_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io *inner = ((struct wf_buf_reader *)io)->inner;
    return inner->ops->write ? inner->ops->write(inner, pieces, count, wait) : -EBADF;
}

static int64_t reader_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    struct wf_io *inner = ((struct wf_buf_reader *)io)->inner;
    return inner->ops->flush ? inner->ops->flush(inner, wait) : 0;
}

static int64_t reader_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    struct wf_io *inner = ((struct wf_buf_reader *)io)->inner;
    return inner->ops->shutdown ? inner->ops->shutdown(inner, wait) : 0;
}

static const struct wf_io_ops reader_ops = {"buf_reader", reader_read, reader_write, reader_flush,
                                            reader_shutdown};

void wf_buf_reader_init(struct wf_buf_reader *reader, struct wf_io *inner, void *buffer, size_t size)
{
    *reader = (struct wf_buf_reader){.io = {&reader_ops}, .inner = inner, .buffer = buffer, .size = size};
}

void wf_buf_consume(struct wf_buf_reader *reader, size_t count)
{
    if (count > reader->end - reader->begin)
        wf_panic("G.281", "%zu bytes are consumed, and %zu are buffered", count, reader->end - reader->begin);
    reader->begin += count;
}

/* --- its futures --- */

/* READY with the first `length` bytes of the buffer. */
static int64_t tell(struct wf_buf_read *self, size_t length, bool take)
{
    (void)wf_buf_peek(self->reader, &self->bytes);
    if (take)
        self->reader->begin += length;
    return (int64_t)length;
}

static int64_t fill_call(void *arg, struct wf_io_wait *wait)
{
    struct wf_buf_read *self = arg;
    size_t length = self->reader->end - self->reader->begin;
    if (length == 0) {
        int64_t moved = wf_buf_more(self->reader, wait);
        if (moved <= 0)
            return moved;
        length = (size_t)moved;
    }
    return tell(self, length, false);
}

/* One read at most: a stream that always has more must not hold the thread. */
static int64_t until_call(void *arg, struct wf_io_wait *wait)
{
    struct wf_buf_read *self = arg;
    struct wf_buf_reader *reader = self->reader;
    const char *bytes;
    size_t length = wf_buf_peek(reader, &bytes);
    const char *found = length > self->searched
                            ? memchr(bytes + self->searched, self->delimiter, length - self->searched)
                            : NULL;
    if (found)
        return tell(self, (size_t)(found - bytes) + 1, true);
    self->searched = length;
    if (length == reader->size)
        return WF_ETOOLONG;
    int64_t moved = wf_buf_more(reader, wait);
    if (moved > 0)
        return WF_IO_AGAIN;
    return moved == 0 ? tell(self, length, true) : moved;
}

static enum wf_poll buf_fill_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_buf_read *self = (struct wf_buf_read *)future;
    return wf_io_poll(&self->waiting, fill_call, self, "buf_fill", cx, &self->out);
}

static enum wf_poll buf_read_until_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_buf_read *self = (struct wf_buf_read *)future;
    return wf_io_poll(&self->waiting, until_call, self, "buf_read_until", cx, &self->out);
}

static void buf_read_drop(struct wf_future *future)
{
    wf_io_waiting_drop(&((struct wf_buf_read *)future)->waiting);
}

static const struct wf_future_ops fill_ops = {.name = "buf_fill",
                                              .poll = buf_fill_poll,
                                              .drop = buf_read_drop,
                                              .failed = wf_moved_failed,
                                              WF_FRAME(struct wf_buf_read)};
static const struct wf_future_ops until_ops = {.name = "buf_read_until",
                                               .poll = buf_read_until_poll,
                                               .drop = buf_read_drop,
                                               .failed = wf_moved_failed,
                                               WF_FRAME(struct wf_buf_read)};

static struct wf_buf_read *build(struct wf_buf_read *read, const struct wf_future_ops *ops,
                                 struct wf_buf_reader *reader, char delimiter)
{
    *read = (struct wf_buf_read){.future = {.ops = ops}, .reader = reader, .delimiter = delimiter};
    wf_io_waiting_init(&read->waiting);
    return read;
}

struct wf_buf_read *wf_buf_fill(struct wf_buf_read *read, struct wf_buf_reader *reader)
{
    return build(read, &fill_ops, reader, 0);
}

struct wf_buf_read *wf_buf_read_until(struct wf_buf_read *read, struct wf_buf_reader *reader, char delimiter)
{
    return build(read, &until_ops, reader, delimiter);
}
