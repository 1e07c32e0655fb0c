/**
 * @file io.h
 * @brief Streams of bytes, whatever they are made of: what reads and writes them does not know.
 *
 *     wf_io_read(&self->read, stream, self->bytes, sizeof self->bytes);
 *     AWAIT(&self->read);
 *     if (self->read.out <= 0) ...                    // 0: the end; else an error
 *
 * A kind of stream is a table of calls that never wait. A call that finds nothing to do returns -EAGAIN, and says what it waits for: one
 * readiness, which detail/readiness.h describes, and an interest in it. The future wf_io_call waits for that, and calls again. So a stream
 * has no wakers of its own, a stream that is built on another one passes on what that one waits for, also where its read waits for a write
 * as in TLS, and a call that is cancelled has taken nothing.
 *
 * Streams: descriptors (fd_stream.h); two connected ends in memory (duplex.h); streams on streams (buffered.h, io_adapters.h); a peer that
 *          follows a script (test_io.h).
 * Threads: one call at a time in each direction; a read and a write may go on at once, on two threads, where the kind of stream says so.
 * Source:  Tokio's AsyncRead and AsyncWrite, with the waiting turned round: there each call is given the waker.
 *
 * @clause{G.260,0,"A wf_io_call makes its stream's call once a poll, again after -EINTR; it is READY with what that returns, unless that is -EAGAIN."}
 * @clause{G.261,0,"After -EAGAIN a wf_io_call is PENDING until the readiness that the call named serves the interest that it named; then it calls again."}
 * @clause{G.262,0,"A wf_io_call that is READY or dropped is in no list of waiters and has no waker. Dropped before it is READY it has moved no byte."}
 * @clause{G.263,0,"Each call takes a unit of budget, given back where it is PENDING. Where cancellation was asked for, a wf_io_call is READY with WF_ECANCELED, without a call."}
 * @clause{G.264,0,"A stream without a read or a write is -EBADF there; one without a flush or a shutdown is READY with 0 there."}
 * @clause{G.265,0,"A stream whose call returns -EAGAIN and names no readiness panics."}
 * @clause{G.276,0,"A read or write of no bytes is READY with 0, without a call of the stream."}
 */
#ifndef WEFT_IO_H
#define WEFT_IO_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "weft/detail/compiler.h"
#include "weft/detail/readiness.h"
#include "weft/future.h"

WF_BEGIN_DECLS

struct wf_io;

/** What a call that found nothing to do waits for. The call writes it; it is borrowed while the future waits. */
struct wf_io_wait {
    struct wf_readiness *readiness; /**< of the stream, or of what it is built on */
    unsigned interest;              /**< WF_READABLE for example */
};

/**
 * What a kind of stream does. None of these waits. -EAGAIN: `*wait` was written, and what it names was cleared of a bit that was not true,
 * or else the call is made again and again. NULL: see G.264.
 */
struct wf_io_ops {
    const char *name; /**< for await trees */
    /** Fill some of `count` buffers, of a byte at least in all. Bytes; 0: the end; or an error. */
    int64_t (*read)(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait);
    /** Take some of them. Bytes, at least one; or an error. */
    int64_t (*write)(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait);
    /** Pass on what was written and is held back. 0 or an error. */
    int64_t (*flush)(struct wf_io *io, struct wf_io_wait *wait);
    /** Flush, and tell the other side that no more comes. 0, also the second time; or an error. */
    int64_t (*shutdown)(struct wf_io *io, struct wf_io_wait *wait);
};

/** The head of every stream. */
struct wf_io {
    const struct wf_io_ops *ops; /**< what kind it is */
};

/** For a call of wf_io_poll(): it has done a part, and is to be called again, for another unit of budget. */
#define WF_IO_AGAIN (-EINTR)

/** One that waits for what a call named. All zero and wf_io_waiting_init(): for nothing. */
struct wf_io_waiting {
    struct wf_io_wait on;    /**< while it waits: for what */
    struct wf_waiter waiter; /**< in its list */
};

/** @brief It waits for nothing. */
void wf_io_waiting_init(struct wf_io_waiting *waiting);

/**
 * @brief For futures of your own: make a call that never waits, and wait for what it names, until it returns something else than -EAGAIN.
 * @param call    returns as the calls of wf_io_ops do.
 * @param name    of whose call it is, for the words of a panic.
 * @param result  READY: what it returned, or WF_ECANCELED.
 *
 * One call at a time for each `waiting`.
 *
 * Clauses: G.260 G.261 G.263 G.265
 */
WF_MUST_USE enum wf_poll wf_io_poll(struct wf_io_waiting *waiting,
                                    int64_t (*call)(void *arg, struct wf_io_wait *wait), void *arg,
                                    const char *name, struct wf_cx *cx, int64_t *result);

/** @brief Wait for nothing any more, in any state. Clauses: G.262 */
void wf_io_waiting_drop(struct wf_io_waiting *waiting);

/** Which of its stream's calls a wf_io_call makes. */
enum wf_io_operation { WF_IO_READ, WF_IO_WRITE, WF_IO_FLUSH, WF_IO_SHUTDOWN };

/** One call on a stream. Clauses: G.260 G.261 G.262 G.263 */
struct wf_io_call {
    struct wf_future future;        /**< the head */
    struct wf_io *io;               /**< borrowed */
    enum wf_io_operation operation; /**< which call */
    const struct iovec *pieces;     /**< what is read into, or written */
    int count;                      /**< how many */
    struct iovec piece;             /**< where it is one buffer */
    struct wf_io_waiting waiting;   /**< PENDING: for what the call named */
    int64_t out;                    /**< bytes, or 0; or an error */
};

/**
 * @brief Build a future that reads some bytes: those that are there, at least one, at most `size`.
 * @param buffer  borrowed until the future is over. What lies behind the bytes that were read may have changed.
 * @return `call`. Its out: bytes; 0: the end, or `size` is 0; or a negative error.
 *
 * Cancel safety: SAFE: what was read is in a poll that is READY.
 */
struct wf_io_call *wf_io_read(struct wf_io_call *call, struct wf_io *io, void *buffer, size_t size);

/**
 * @brief Build a future that writes some bytes, at least one, at most `size`. A stream may hold them back until a flush.
 * @param bytes  borrowed until the future is over.
 * @return `call`. Its out: bytes; 0: `size` is 0; or a negative error, -EPIPE where the other side reads no more. No signal is raised.
 *
 * Cancel safety: SAFE: what was written is in a poll that is READY.
 */
struct wf_io_call *wf_io_write(struct wf_io_call *call, struct wf_io *io, const void *bytes, size_t size);

/** @brief As wf_io_read(), into several buffers, one after the other. @param pieces  borrowed, and what they point to. */
struct wf_io_call *wf_io_read_pieces(struct wf_io_call *call, struct wf_io *io, const struct iovec *pieces,
                                     int count);

/** @brief As wf_io_write(), from several buffers, one after the other. @param pieces  borrowed, and what they point to. */
struct wf_io_call *wf_io_write_pieces(struct wf_io_call *call, struct wf_io *io, const struct iovec *pieces,
                                      int count);

/**
 * @brief Build a future that is READY when all that was written has gone to what the stream is built on. Its out: 0 or an error.
 *
 * Cancel safety: SAFE: build it again to go on.
 */
struct wf_io_call *wf_io_flush(struct wf_io_call *call, struct wf_io *io);

/**
 * @brief Build a future that flushes, and ends this side: the peer reads the end. This side may read on. Its out: 0 or an error.
 *
 * Cancel safety: SAFE: build it again to go on.
 */
struct wf_io_call *wf_io_shutdown(struct wf_io_call *call, struct wf_io *io);

/** Moves bytes until all have been moved: a loop of calls. Clauses: G.277 G.278 G.279 */
struct wf_io_whole {
    struct wf_future future; /**< the head */
    struct wf_io_call call;  /**< the one that goes on */
    struct wf_io *io;        /**< borrowed */
    char *bytes;             /**< borrowed */
    size_t size;             /**< of them */
    size_t done; /**< bytes that were moved: to be read at any time, also after an error or a drop */
    char beyond; /**< of wf_io_read_to_end(): a byte that has no room */
    int64_t out; /**< bytes; or an error */
};

/**
 * @brief Build a future that reads until `buffer` is full.
 * @return `whole`. Its out: `size`; WF_EEND: the stream ended before; or what the read said.
 *
 * Cancel safety: NOT by itself: bytes that were read are in `buffer`, and `done` says how many. Read on behind them.
 *
 * @clause{G.277,0,"A wf_io_read_exact is READY with size when the buffer is full, with WF_EEND where the stream ends before; done says how many bytes came."}
 */
struct wf_io_whole *wf_io_read_exact(struct wf_io_whole *whole, struct wf_io *io, void *buffer, size_t size);

/**
 * @brief Build a future that writes all of `bytes`. It does not flush.
 * @return `whole`. Its out: `size`; WF_EEND: a write took nothing; or what the write said.
 *
 * Cancel safety: NOT by itself: `done` says how many bytes were written.
 *
 * @clause{G.278,0,"A wf_io_write_all is READY with size when all bytes were taken, with WF_EEND where a write takes none; done says how many were."}
 */
struct wf_io_whole *wf_io_write_all(struct wf_io_whole *whole, struct wf_io *io, const void *bytes,
                                    size_t size);

/**
 * @brief Build a future that reads to the end of the stream, `size` bytes at most.
 * @return `whole`. Its out: bytes that came; WF_ETOOLONG: there are more, of which one was taken and is lost; or what the read said.
 *
 * Cancel safety: NOT by itself: as wf_io_read_exact().
 *
 * @clause{G.279,0,"A wf_io_read_to_end is READY with the bytes before the end of the stream, and with WF_ETOOLONG where these are more than size."}
 */
struct wf_io_whole *wf_io_read_to_end(struct wf_io_whole *whole, struct wf_io *io, void *buffer, size_t size);

WF_END_DECLS

#endif
