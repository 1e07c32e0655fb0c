/**
 * @file send_file.h
 * @brief Bytes from one descriptor to another without a buffer of the program's: a file to a socket, and a stream to a stream.
 *
 *     wf_send_file(&self->send, &self->socket, file, 0, SIZE_MAX);      // to the end of the file
 *     AWAIT(&self->send);
 *     if (self->send.out < 0) ...                                       // and self->send.done bytes went
 *
 * What each takes, all else is -EINVAL:
 *
 *     wf_send_file    from a plain file, open for reading, to a stream socket: TCP or Unix
 *     wf_splice_copy  from a stream socket or a pipe, to a stream socket or a pipe; both may be the same socket
 *
 * How much at once: WF_MOVE_BYTES in a system call, and WF_MOVE_CALLS of them in a poll, which then gives way. A socket's buffer would
 * take megabytes, and what the cache does not have the kernel reads from the disk while the thread waits: 256 KiB over loopback took 0.2 ms
 * from the cache; a disk of 100 MB a second needs 2.6 ms. Where that is too long, set `piece`, or read the file in wf_blocking().
 *
 * Memory:  the caller's storage. A wf_splice_copy has a pipe, from its first poll until it is over: two descriptors.
 * Threads: as of one write to the one, and one read of the other.
 * Source:  sendfile(2) and splice(2); Go's io.Copy between a file and a connection.
 *
 * @clause{G.315,0,"A wf_send_file sends `count` bytes of the file from `offset` on, or what there is before its end. READY with how many; the file's position stays."}
 * @clause{G.316,0,"A system call of these futures asks for `piece` bytes at most. After WF_MOVE_CALLS calls that moved bytes a poll is PENDING, and its task gives way."}
 * @clause{G.317,0,"Where there is no room, or nothing to read, they wait for it. Of a wf_send_file that is dropped, or fails, exactly `done` bytes went."}
 * @clause{G.318,0,"Descriptors of another kind are -EINVAL, a closed one is WF_ECLOSED; where nobody reads any more they fail. No signal is raised, none that was pending is taken."}
 * @clause{G.319,0,"A wf_splice_copy moves `count` bytes, or those before the end, each once, in sequence, however often it waits. READY with how many."}
 * @clause{G.320,0,"Of a wf_splice_copy that is dropped, or fails, `done` bytes went, and `in_pipe` more were read and are lost. READY or dropped, it has no descriptor open."}
 */
#ifndef WEFT_SEND_FILE_H
#define WEFT_SEND_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/async_fd.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

enum {
    WF_MOVE_BYTES = 65536, /**< in a system call: what a pipe holds */
    WF_MOVE_CALLS = 4,     /**< that move bytes, in a poll */
};

/** Sends a file. Clauses: G.315 G.316 G.317 G.318 */
struct wf_send_file {
    struct wf_future future; /**< the head */
    struct wf_fd_io io;      /**< of the next call */
    int file;                /**< borrowed */
    int64_t offset;          /**< in the file, of the first byte */
    uint64_t count;          /**< bytes at most */
    size_t piece;            /**< bytes in a call, at least 1; may be set before the first poll */
    bool has_begun;          /**< it was polled, and the descriptors were looked at */
    uint64_t done;           /**< bytes that went, in any state */
    int64_t out;             /**< READY: done; or an error */
};

/**
 * @brief Build a future that sends a piece of a file into a socket.
 * @param socket  borrowed; open for WF_WRITABLE.
 * @param file    borrowed, a descriptor of the caller's. Its own position is neither used nor moved.
 * @param offset  of the first byte. Behind the end of the file there is nothing: READY with 0. Negative: -EINVAL.
 * @param count   SIZE_MAX: to the end. 0: READY with 0, without a look at the descriptors.
 * @return `send`. Its out: bytes; or an error: of sendfile(2), -EPIPE and -ECONNRESET among them, or of the wait (async_fd.h).
 *
 * Cancel safety: SAFE with `done`: it says how many went, to go on at offset + done.
 * Cost:          a system call a piece, and four for the signal mask.
 */
struct wf_send_file *wf_send_file(struct wf_send_file *send, struct wf_async_fd *socket, int file,
                                  int64_t offset, size_t count);

/** Copies a stream. Clauses: G.316 G.317 G.318 G.319 G.320 */
struct wf_splice_copy {
    struct wf_future future;  /**< the head */
    struct wf_fd_io io;       /**< of the next call: a read while in_pipe is 0, else a write */
    struct wf_async_fd *from; /**< borrowed */
    struct wf_async_fd *to;   /**< borrowed */
    uint64_t count;           /**< bytes at most */
    size_t piece;             /**< bytes in a call, at least 1; may be set before the first poll */
    uint64_t done;            /**< bytes that were written, in any state */
    uint64_t in_pipe; /**< bytes that were read and not written; dropped or failed: how many are lost */
    int pipe[2];      /**< owned; -1: not open */
    int64_t out;      /**< READY: done; or an error */
};

/**
 * @brief Build a future that copies one stream into another, through a pipe in the kernel.
 * @param from   borrowed; open for WF_READABLE.
 * @param to     borrowed; open for WF_WRITABLE.
 * @param count  SIZE_MAX: to the end of `from`. No byte more is read. 0: READY with 0, without a look at the descriptors.
 * @return `copy`. Its out: bytes; or an error: of splice(2) or pipe(2), or of the wait (async_fd.h).
 *
 * Cancel safety: LOSES-DATA: in_pipe bytes. To end it without loss: let a limit be its count.
 * Cost:          two system calls a piece, and four for the signal mask; two more for the pipe, and two to close it.
 */
struct wf_splice_copy *wf_splice_copy(struct wf_splice_copy *copy, struct wf_async_fd *from,
                                      struct wf_async_fd *to, size_t count);

WF_END_DECLS

#endif
