/**
 * @file buffered.h
 * @brief Buffers in front of a stream: fewer and larger calls; lines and other pieces with an end; and both directions together.
 *
 *     wf_buf_reader_init(&self->reader, &self->stream.io, self->buffer, sizeof self->buffer);
 *     wf_buf_read_until(&self->line, &self->reader, '\n');
 *     AWAIT(&self->line);
 *     if (self->line.out <= 0) ...                     // 0: the end
 *     handle(self->line.bytes, (size_t)self->line.out);    // lies in the buffer: no copy
 *
 * A reader and a writer are streams themselves (io.h): wf_io_read() takes what is buffered first. What a cancelled call has read lies in the
 * buffer, and the next call finds it.
 *
 * Memory:  the buffers are the caller's; nothing here allocates.
 * Threads: one task at a time for a reader, and one for a writer.
 * Source:  Tokio's BufReader, BufWriter and BufStream. There read_until copies into a vector, and loses it where it is cancelled.
 *
 * @clause{G.280,0,"A read of a wf_buf_reader takes what is buffered, without a call; with nothing buffered it fills its buffer by one call, or reads past a smaller one."}
 * @clause{G.281,0,"A wf_buf_fill is READY with the number of bytes that are buffered, at least one; with 0 at the end; wf_buf_consume takes bytes off their front."}
 * @clause{G.282,0,"A wf_buf_read_until is READY with the bytes up to the delimiter, and it, and takes them; without one before the end, with what is left; at the end with 0."}
 * @clause{G.283,0,"A wf_buf_read_until is WF_ETOOLONG where the whole buffer has no delimiter. Then, after an error and after a drop all that was read is still buffered."}
 * @clause{G.284,0,"A write to a wf_buf_writer is copied where it fits; else what is held back is written first, and a write of the buffer's size or more goes past it."}
 * @clause{G.285,0,"A flush of a wf_buf_writer writes all that it holds, then flushes what is beneath; a shutdown flushes, then shuts that down. What was not written stays held."}
 * @clause{G.286,0,"A wf_buf_stream reads by its reader and writes by its writer."}
 */
#ifndef WEFT_BUFFERED_H
#define WEFT_BUFFERED_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/io.h"

WF_BEGIN_DECLS

/** Reads ahead. Invariant: begin <= end <= size; bytes [begin, end) were read and not taken. */
struct wf_buf_reader {
    struct wf_io io;     /**< first: it is a stream; it writes to `inner` */
    struct wf_io *inner; /**< borrowed */
    char *buffer;        /**< borrowed */
    size_t size;         /**< of it, at least 1 */
    size_t begin;        /**< of what is buffered */
    size_t end;          /**< behind it */
};

/** @brief Make a reader with an empty buffer. Clauses: G.280 */
void wf_buf_reader_init(struct wf_buf_reader *reader, struct wf_io *inner, void *buffer, size_t size);

/** @brief What is buffered: how many bytes, and `*bytes` where. Valid until the next call on the reader. */
static inline size_t wf_buf_peek(const struct wf_buf_reader *reader, const char **bytes)
{
    *bytes = reader->buffer + reader->begin;
    return reader->end - reader->begin;
}

/** @brief Take `count` bytes, which are buffered. More panics. Clauses: G.281 */
void wf_buf_consume(struct wf_buf_reader *reader, size_t count);

/**
 * @brief For codecs of your own, in a call of wf_io_poll(): read once, behind what is buffered. The buffer is not full, or that panics.
 * @return bytes that came; 0: the end; or what the read said, -EAGAIN with `*wait`.
 *
 * @clause{G.287,0,"wf_buf_more reads once behind what is buffered, moves that to the buffer's begin where there is no room, and panics where the buffer is full."}
 */
int64_t wf_buf_more(struct wf_buf_reader *reader, struct wf_io_wait *wait);

/** Fills a buffer, or finds a delimiter. Clauses: G.281 G.282 G.283 */
struct wf_buf_read {
    struct wf_future future;      /**< the head */
    struct wf_io_waiting waiting; /**< for more bytes */
    struct wf_buf_reader *reader; /**< borrowed */
    char delimiter;               /**< of wf_buf_read_until() */
    size_t searched;              /**< buffered bytes that have no delimiter: each is looked at once */
    const char *bytes;            /**< READY: where they lie, until the next call on the reader */
    int64_t out;                  /**< how many; 0: the end; or an error */
};

/**
 * @brief Build a future that is READY when something is buffered. It takes nothing.
 * @return `read`. Its out: bytes, at `bytes`; 0: the end; or an error.
 *
 * Cancel safety: SAFE.
 */
struct wf_buf_read *wf_buf_fill(struct wf_buf_read *read, struct wf_buf_reader *reader);

/**
 * @brief Build a future that takes bytes up to a delimiter, and with it: a line, where that is '\n'.
 * @return `read`. Its out: bytes, at `bytes`, valid until the next call on the reader. Without a delimiter as the last one the stream has
 *         ended. 0: nothing was left. WF_ETOOLONG: the buffer is too small; or an error. After both nothing was taken.
 *
 * Cancel safety: SAFE: what was read stays buffered.
 * Cost:          each byte is looked at once; the buffered ones are moved to the buffer's begin where there is no room behind them.
 */
struct wf_buf_read *wf_buf_read_until(struct wf_buf_read *read, struct wf_buf_reader *reader, char delimiter);

/** Holds back what is written. Invariant: begin <= end <= size; bytes [begin, end) were taken and not written. */
struct wf_buf_writer {
    struct wf_io io;     /**< first: it is a stream; it reads from `inner` */
    struct wf_io *inner; /**< borrowed */
    char *buffer;        /**< borrowed */
    size_t size;         /**< of it, at least 1 */
    size_t begin;        /**< of what is held back */
    size_t end;          /**< behind it */
};

/** @brief Make a writer that holds nothing. What it holds when it is left is not written: flush, or shut down, first. Clauses: G.284 */
void wf_buf_writer_init(struct wf_buf_writer *writer, struct wf_io *inner, void *buffer, size_t size);

/** Both directions of one stream. */
struct wf_buf_stream {
    struct wf_io io;             /**< first: it is a stream */
    struct wf_buf_reader reader; /**< for wf_buf_read_until() */
    struct wf_buf_writer writer; /**< what is written */
};

/** @brief Make a stream with a buffer in each direction. Clauses: G.286 */
void wf_buf_stream_init(struct wf_buf_stream *stream, struct wf_io *inner, void *read_buffer,
                        size_t read_size, void *write_buffer, size_t write_size);

WF_END_DECLS

#endif
