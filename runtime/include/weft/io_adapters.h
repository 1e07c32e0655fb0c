/**
 * @file io_adapters.h
 * @brief Streams of other streams: so many bytes of one, one after the other, nothing at all, a copy of what is read, a count.
 *
 *     wf_io_take_init(&self->body, &self->connection.io, self->length);
 *     parse(&self->parser, &self->body.io);                      // reads the end behind `length` bytes, and no byte more
 *     if (wf_io_take_left(&self->body) > 0) ...                  // it has not read all
 *
 * Each makes the calls of the stream below, and passes on what they return, and what they wait for. So one is as safe to cancel
 * as what it is built on, and may be built on another one. A call that the stream below does not have is as G.264 says: of a read or write
 * -EBADF, of a flush or shutdown 0.
 *
 * Memory:  the caller's storage, which does not move; nothing here allocates. Streams below are borrowed.
 * Threads: as the streams below, one read and one write at a time.
 * Source:  Tokio's Take, Chain, Empty and Repeat; tokio-util's InspectReader; Go's io.TeeReader.
 *
 * @clause{G.307,0,"A wf_io_take reads at most its limit from the inner stream, then 0, without a call. What is left can be read and set. Other calls pass on."}
 * @clause{G.308,0,"A wf_io_chain reads the first stream to its end, then the second, in the same call where need be. Writes are -EBADF; flush and shutdown do nothing."}
 * @clause{G.309,0,"The wf_io_empty reads 0, and takes all that is written. A wf_io_repeat fills each buffer with its byte; writes are -EBADF."}
 * @clause{G.310,0,"A read of a wf_io_tee gets the inner stream's bytes, in sequence, once the second stream has taken them: each byte once. Other calls pass on to the inner one."}
 * @clause{G.311,0,"Where the second stream of a wf_io_tee has no room, reads wait for it, with what was read kept. A read that is dropped loses nothing in either."}
 * @clause{G.312,0,"Where the second stream fails, so does the read, once what was taken has been read, and `second_failed` is true. The next read tries the same bytes again."}
 * @clause{G.313,0,"A wf_io_counter counts the bytes that reads and writes of the inner stream have moved, and passes all calls on."}
 * @clause{G.314,0,"An adapter waits for what the stream below it names, and fails with its errors."}
 */
#ifndef WEFT_IO_ADAPTERS_H
#define WEFT_IO_ADAPTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/io.h"

WF_BEGIN_DECLS

/** The first bytes of a stream. */
struct wf_io_take {
    struct wf_io io;     /**< first: the stream */
    struct wf_io *inner; /**< borrowed */
    uint64_t left;       /**< bytes */
};

/**
 * @brief Make a stream that ends behind `limit` bytes of `inner`, or where that ends. Writes, flush and shutdown are those of `inner`.
 *
 * A read into more than 16 buffers fills the first 16 that are not empty.
 *
 * Clauses: G.307 G.314
 */
void wf_io_take_init(struct wf_io_take *take, struct wf_io *inner, uint64_t limit);

/** @brief How many bytes may still be read: not 0 where the inner stream has ended before. Threads: the one that reads. Clauses: G.307 */
uint64_t wf_io_take_left(const struct wf_io_take *take);

/** @brief Let `limit` bytes be read from now on, also behind an end. Threads: the one that reads, and no read goes on. Clauses: G.307 */
void wf_io_take_set(struct wf_io_take *take, uint64_t limit);

/** One stream behind the other. */
struct wf_io_chain {
    struct wf_io io;      /**< first: the stream */
    struct wf_io *first;  /**< borrowed; NULL: it has ended, and is not used any more */
    struct wf_io *second; /**< borrowed */
};

/** @brief Make a stream that is read from `first`, and from `second` once that has ended. Clauses: G.308 G.314 */
void wf_io_chain_init(struct wf_io_chain *chain, struct wf_io *first, struct wf_io *second);

/** @brief The stream of nothing, one for all: it is at its end, and swallows what is written. Threads: any. Clauses: G.309 */
struct wf_io *wf_io_empty(void);

/** One byte for ever. */
struct wf_io_repeat {
    struct wf_io io;    /**< first: the stream */
    unsigned char byte; /**< that is read */
};

/** @brief Make a stream that never ends. Threads: any number of reads at once. Clauses: G.309 */
void wf_io_repeat_init(struct wf_io_repeat *repeat, unsigned char byte);

/**
 * A stream that is copied while it is read.
 *
 * Invariant: given <= copied <= filled <= size. Of the bytes that were read from the inner stream [given, copied) are in the second one and
 *            not yet the caller's, [copied, filled) are in neither.
 */
struct wf_io_tee {
    struct wf_io io;      /**< first: the stream */
    struct wf_io *inner;  /**< borrowed: it is read */
    struct wf_io *second; /**< borrowed: what is read is written there */
    char *bytes;          /**< borrowed */
    size_t size;          /**< of bytes, at least 1 */
    size_t filled;        /**< of them were read from the inner stream */
    size_t copied;        /**< of them the second one has taken */
    size_t given;         /**< of them the caller has got */
    bool second_failed;   /**< the last read failed because the second stream did; else the inner one has */
};

/**
 * @brief Make a stream that reads `inner`, and writes what it has read to `second` before anybody else sees it.
 * @param bytes  `size` of them, at least one: so many are read at once. Borrowed as long as the stream.
 *
 * Writes, flush and shutdown are those of `inner`. The second stream is flushed and ended by its owner, between reads: a read writes to it.
 *
 * Clauses: G.310 G.311 G.312 G.314
 * Cost:    one more copy of what is read.
 */
void wf_io_tee_init(struct wf_io_tee *tee, struct wf_io *inner, struct wf_io *second, void *bytes,
                    size_t size);

/** A stream whose bytes are counted. */
struct wf_io_counter {
    struct wf_io io;             /**< first: the stream */
    struct wf_io *inner;         /**< borrowed */
    WF_ATOMIC(uint64_t) read;    /**< bytes; changed by reads alone */
    WF_ATOMIC(uint64_t) written; /**< bytes; changed by writes alone */
};

/** @brief Make a stream that is `inner`, and counts. Clauses: G.313 G.314 */
void wf_io_counter_init(struct wf_io_counter *counter, struct wf_io *inner);

/** @brief How many bytes were read. Threads: any. Clauses: G.313 */
uint64_t wf_io_counter_read(const struct wf_io_counter *counter);

/** @brief How many bytes were written. Threads: any. Clauses: G.313 */
uint64_t wf_io_counter_written(const struct wf_io_counter *counter);

WF_END_DECLS

#endif
