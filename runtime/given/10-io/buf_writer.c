/**
 * @file buf_writer.c
 * @brief Holds back what is written; and a reader and a writer together.
 */
#include <errno.h>
#include <string.h>

#include "weft/buffered.h"
#include "weft/detail/moved.h"
#include "weft/error.h"

static int64_t inner_write(struct wf_buf_writer *self, const struct iovec *pieces, int count,
                           struct wf_io_wait *wait)
{
    return self->inner->ops->write ? self->inner->ops->write(self->inner, pieces, count, wait) : -EBADF;
}

/* Write what is held back. 0: all of it; or what the write says, after which the rest is held still. */
static int64_t write_out(struct wf_buf_writer *self, struct wf_io_wait *wait)
{
    while (self->begin < self->end) {
        struct iovec held = {self->buffer + self->begin, self->end - self->begin};
        int64_t moved = inner_write(self, &held, 1, wait);
        if (moved <= 0)
            return moved == 0 ? WF_EEND : moved;
        self->begin += (size_t)moved;
    }
    self->begin = self->end = 0;
    return 0;
}

static int64_t writer_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_buf_writer *self = (struct wf_buf_writer *)io;
    size_t size = wf_pieces_size(pieces, (size_t)count);
    if (size > self->size - self->end) {
        int64_t status = write_out(self, wait);
        if (status != 0)
            return status;
    }
    if (size >= self->size)
        return inner_write(self, pieces, count, wait);
    for (int i = 0; i < count; i++) {
        if (pieces[i].iov_len > 0)
            memcpy(self->buffer + self->end, pieces[i].iov_base, pieces[i].iov_len);
        self->end += pieces[i].iov_len;
    }
    return (int64_t)size;
}

static int64_t writer_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    struct wf_buf_writer *self = (struct wf_buf_writer *)io;
    int64_t status = write_out(self, wait);
    return status != 0 || !self->inner->ops->flush ? status : self->inner->ops->flush(self->inner, wait);
}

static int64_t writer_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    struct wf_buf_writer *self = (struct wf_buf_writer *)io;
    int64_t status = writer_flush(io, wait);
    return status != 0 || !self->inner->ops->shutdown ? status : self->inner->ops->shutdown(self->inner, wait);
}

static int64_t writer_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io *inner = ((struct wf_buf_writer *)io)->inner;
    return inner->ops->read ? inner->ops->read(inner, pieces, count, wait) : -EBADF;
}

static const struct wf_io_ops writer_ops = {"buf_writer", writer_read, writer_write, writer_flush,
                                            writer_shutdown};

void wf_buf_writer_init(struct wf_buf_writer *writer, struct wf_io *inner, void *buffer, size_t size)
{
    *writer = (struct wf_buf_writer){.io = {&writer_ops}, .inner = inner, .buffer = buffer, .size = size};
}

/* --- both --- */

static int64_t stream_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io *reader = &((struct wf_buf_stream *)io)->reader.io;
    return reader->ops->read(reader, pieces, count, wait);
}

static int64_t stream_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    return writer_write(&((struct wf_buf_stream *)io)->writer.io, pieces, count, wait);
}

static int64_t stream_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    return writer_flush(&((struct wf_buf_stream *)io)->writer.io, wait);
}

static int64_t stream_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    return writer_shutdown(&((struct wf_buf_stream *)io)->writer.io, wait);
}

static const struct wf_io_ops stream_ops = {"buf_stream", stream_read, stream_write, stream_flush,
                                            stream_shutdown};

void wf_buf_stream_init(struct wf_buf_stream *stream, struct wf_io *inner, void *read_buffer,
                        size_t read_size, void *write_buffer, size_t write_size)
{
    stream->io.ops = &stream_ops;
    wf_buf_reader_init(&stream->reader, inner, read_buffer, read_size);
    wf_buf_writer_init(&stream->writer, inner, write_buffer, write_size);
}
