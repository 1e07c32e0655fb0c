/**
 * @file frame.h
 * @brief Messages over a stream of bytes: a head that says how long it is, then the payload.
 *
 *     static const struct wf_frame_format format = {.head_bytes = 4, .most = 1 << 20};
 *     wf_frame_read(&self->frame, &self->reader, &format);
 *     AWAIT(&self->frame);
 *     if (self->frame.out >= 0)
 *         handle(self->frame.bytes, (size_t)self->frame.out);   // lies in the reader's buffer: no copy
 *
 * The length in the head is that of the payload alone. A frame, head and payload, fits into the reader's buffer. Messages that end with a
 * line: wf_buf_read_until().
 *
 * Source: tokio-util's LengthDelimitedCodec.
 *
 * @clause{G.294,0,"A wf_frame_read is READY with the payload's size when a whole frame is buffered, and takes it; however its bytes come."}
 * @clause{G.295,0,"A stream that ends between two frames is WF_ECLOSED, one that ends in a frame is WF_EEND."}
 * @clause{G.296,0,"A frame is WF_ETOOLONG, before its payload is read, where its head says more than `most`, or more than the reader's buffer can hold."}
 * @clause{G.297,0,"After an error and after a drop all that was read is still buffered. A limit that was changed counts from the next look on."}
 * @clause{G.298,0,"A wf_frame_write writes head and payload, and is READY with the payload's size; with WF_ETOOLONG, and no byte written, where it is longer than `most` or its head can say."}
 */
#ifndef WEFT_FRAME_H
#define WEFT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "weft/buffered.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/io.h"

WF_BEGIN_DECLS

/** How frames are written. Both sides agree on it. */
struct wf_frame_format {
    unsigned head_bytes; /**< 1 to 8: how many bytes the length has */
    bool little_endian;  /**< the lowest byte first; else the highest, as the net has it */
    uint64_t most;       /**< bytes of a payload at most. 0: only empty frames */
};

/** Reads one frame. Clauses: G.294 G.295 G.296 G.297 */
struct wf_frame_read {
    struct wf_future future;              /**< the head */
    struct wf_io_waiting waiting;         /**< for more bytes */
    struct wf_buf_reader *reader;         /**< borrowed */
    const struct wf_frame_format *format; /**< borrowed */
    const char *bytes;                    /**< READY: the payload, until the next call on the reader */
    int64_t out;                          /**< its size; or an error */
};

/**
 * @brief Build a future that reads one frame.
 * @param format  borrowed until it is READY or dropped; head_bytes of 0 or more than 8 panics.
 * @return `read`. Its out: the size of the payload, which may be 0; WF_ECLOSED: there are no more frames; WF_EEND; WF_ETOOLONG; or an error.
 *
 * Cancel safety: SAFE: what was read stays buffered.
 */
struct wf_frame_read *wf_frame_read(struct wf_frame_read *read, struct wf_buf_reader *reader,
                                    const struct wf_frame_format *format);

/** Writes one frame. Clauses: G.298 */
struct wf_frame_write {
    struct wf_future future; /**< the head */
    struct wf_io_call call;  /**< the write that goes on */
    struct wf_io *io;        /**< borrowed */
    struct iovec pieces[2];  /**< what is left of head and payload */
    uint8_t head[8];         /**< the length */
    int64_t size;            /**< of the payload; or the error that it is */
    size_t done;             /**< bytes that were written, of the head too: to be read at any time */
    int64_t out;             /**< the size; or an error */
};

/**
 * @brief Build a future that writes one frame. It does not flush.
 * @param format   looked at in this call only; head_bytes of 0 or more than 8 panics.
 * @param payload  borrowed until it is READY or dropped.
 * @return `write`. Its out: `size`; WF_ETOOLONG; WF_EEND: a write took nothing; or what the write said.
 *
 * Cancel safety: NOT: a part of the frame may have been written, which `done` says; the next frame would stand in the middle of it.
 */
struct wf_frame_write *wf_frame_write(struct wf_frame_write *write, struct wf_io *io,
                                      const struct wf_frame_format *format, const void *payload, size_t size);

WF_END_DECLS

#endif
