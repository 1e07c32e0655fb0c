/**
 * @file copy.h
 * @brief From one stream to another, to the end; or in both directions at once, as a proxy does.
 *
 *     wf_io_copy_both(&self->copy, &client->io, &server->io, self->buffer[0], self->buffer[1], sizeof self->buffer[0]);
 *     AWAIT(&self->copy);
 *
 * Before it waits for more to read, a copy flushes what it has written: or a peer that holds half a request back would wait for its answer, and
 * the copy for the other half.
 *
 * Memory: the buffers are the caller's; nothing here allocates. More than 64 KiB bring little.
 * Source: Tokio's copy and copy_bidirectional.
 *
 * @clause{G.290,0,"A wf_io_copy writes to `to` what it reads from `from`, in its sequence; at the end it flushes, and is READY with how many bytes that were."}
 * @clause{G.291,0,"A copy that has nothing to read flushes what it has written before it is PENDING."}
 * @clause{G.292,0,"A wf_io_copy_both copies in both directions, of which none waits for the other. Where one ends, it shuts the other side down, and the other direction goes on."}
 * @clause{G.293,0,"A wf_io_copy_both is READY with 0 when both directions have ended, or at once with the first error; moved says what each direction has written."}
 */
#ifndef WEFT_COPY_H
#define WEFT_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/io.h"

WF_BEGIN_DECLS

/** One direction. Bytes [begin, end) of its buffer were read and not written. */
struct wf_copy_way {
    struct wf_io_waiting waiting; /**< for one side or the other */
    struct wf_io *from;           /**< borrowed */
    struct wf_io *to;             /**< borrowed */
    char *buffer;                 /**< borrowed */
    size_t size;                  /**< of it, at least 1 */
    size_t begin;                 /**< of what is in it */
    size_t end;                   /**< behind it */
    bool has_ended;               /**< `from` has */
    bool is_unflushed;            /**< something was written since the last flush */
    bool shuts_down;              /**< the end is passed on */
    bool is_over;                 /**< and that is done */
    uint64_t moved;               /**< bytes that were written */
};

/** Copies in one direction. Clauses: G.290 G.291 */
struct wf_io_copy {
    struct wf_future future; /**< the head */
    struct wf_copy_way way;  /**< the direction; way.moved is to be read at any time */
    int64_t out;             /**< bytes; or an error of either side */
};

/**
 * @brief Build a future that copies to the end of `from`, and flushes `to`. It does not shut `to` down.
 * @param buffer  borrowed, `size` bytes, at least 1.
 * @return `copy`.
 *
 * Cancel safety: NOT: what was read and not written is in the buffer. way.moved, way.begin and way.end say what became of it.
 */
struct wf_io_copy *wf_io_copy(struct wf_io_copy *copy, struct wf_io *from, struct wf_io *to, void *buffer,
                              size_t size);

/** Copies in both directions. Clauses: G.291 G.292 G.293 */
struct wf_io_copy_both {
    struct wf_future future;    /**< the head */
    struct wf_copy_way ways[2]; /**< from `left`, and from `right`; `moved` of each may be read at any time */
    int out;                    /**< 0, or the first error */
};

/**
 * @brief Build a future that copies from `left` to `right` and back, until both have ended.
 * @param left_buffer   for what comes from `left`; borrowed, `size` bytes, at least 1.
 * @param right_buffer  for what comes from `right`, likewise.
 * @return `copy`.
 *
 * Cancel safety: NOT: as wf_io_copy().
 */
struct wf_io_copy_both *wf_io_copy_both(struct wf_io_copy_both *copy, struct wf_io *left, struct wf_io *right,
                                        void *left_buffer, void *right_buffer, size_t size);

WF_END_DECLS

#endif
