/**
 * @file duplex.h
 * @brief Two connected streams of bytes in memory: a connection without a network, for tests and between tasks.
 *
 *     static char to_server[4096], to_client[4096];
 *     wf_duplex_init(&self->duplex, to_server, sizeof to_server, to_client, sizeof to_client);
 *     serve(&self->server, &self->duplex.second.io);
 *     ask(&self->client, &self->duplex.first.io);          // each a stream as any other (io.h)
 *     ...
 *     wf_duplex_close(&self->duplex.first);                // the server reads what is left, and then the end
 *
 * Shape:     two ways, one a direction, each a ring of `capacity` bytes in a buffer of the caller's.
 * Invariant: of each way: filled <= capacity. Where there are bytes its readiness has WF_READABLE, where there is room WF_WRITABLE; a bit
 *            that is not true is cleared by the call that finds nothing. Bits change under the way's lock, with what they tell of.
 * An end that is closed loses what it has not read; the other one is not told, as it would be by a reset of TCP. What it wrote is read to its
 * last byte.
 *
 * Memory:  the caller's; nothing here allocates.
 * Threads: the two ends on any threads, and at each end one read and one write at a time. Close: any thread, while calls go on.
 * Source:  Tokio's io::duplex.
 *
 * @clause{G.300,0,"What is written into one end of a wf_duplex is read from the other, each byte once, in sequence. Dropped calls have moved nothing."}
 * @clause{G.301,0,"At most `capacity` bytes lie in a way. A write to a full one is PENDING until one is read, a read from an empty one until one is written."}
 * @clause{G.302,0,"After a shutdown of an end the other one reads what is left, then 0, and may write on; the end's own writes are -EPIPE. A second is 0."}
 * @clause{G.303,0,"After a close of an end the other one reads what is left, then 0; its writes are -EPIPE. Calls on the closed end are WF_ECLOSED."}
 * @clause{G.304,0,"A shutdown or close wakes what waits and is served by it: the other end's read, its write where it was a close, and the own calls."}
 * @clause{G.305,0,"A write wakes only a read of the other end, and only where the way was empty; a read only its write, and only where the way was full."}
 * @clause{G.306,0,"A wf_duplex with a capacity of 0 panics."}
 */
#ifndef WEFT_DUPLEX_H
#define WEFT_DUPLEX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/compiler.h"
#include "weft/detail/readiness.h"
#include "weft/io.h"

WF_BEGIN_DECLS

/** One direction: a ring. Its reader is one end, its writer the other. */
struct wf_duplex_way {
    pthread_mutex_t lock; /**< guards what follows, and those that wait; no user's code runs under it */
    unsigned char *bytes; /**< borrowed */
    size_t capacity;      /**< of them, at least 1 */
    size_t begin;         /**< the next that is read, below capacity */
    size_t filled;        /**< how many lie there */
    bool is_shut;         /**< its writer writes no more */
    bool writer_closed;   /**< that end was closed; then is_shut too */
    bool reader_closed;   /**< the other one was */
    struct wf_readiness readiness; /**< the reader waits for WF_READABLE, the writer for WF_WRITABLE */
};

/** One end: a stream. */
struct wf_duplex_end {
    struct wf_io io;           /**< first: the stream */
    struct wf_duplex_way *in;  /**< that it reads */
    struct wf_duplex_way *out; /**< that it writes */
};

/** Both. It does not move. */
struct wf_duplex {
    struct wf_duplex_end first;   /**< one end */
    struct wf_duplex_end second;  /**< the other */
    struct wf_duplex_way ways[2]; /**< what the first writes; what the second writes */
};

/**
 * @brief Connect two ends.
 * @param to_second        `second_capacity` bytes, for the way from the first end to the second. Borrowed until wf_duplex_destroy().
 * @param to_first         `first_capacity` bytes, for the other way.
 * @param second_capacity  at least 1. So many bytes may be written ahead of the reader.
 * @param first_capacity   likewise.
 *
 * Clauses: G.300 G.301 G.306
 * Cost:    a read or write takes a lock and copies its bytes; one that ends a wait takes the lock once more, and wakes.
 */
void wf_duplex_init(struct wf_duplex *duplex, void *to_second, size_t second_capacity, void *to_first,
                    size_t first_capacity);

/**
 * @brief Close an end, in both directions.
 *
 * Clauses: G.303 G.304
 * Threads: any; calls may go on at both ends.
 */
void wf_duplex_close(struct wf_duplex_end *end);

/** @brief End both, open or closed. No future waits for either, and no call on them has yet to return, on any thread. */
void wf_duplex_destroy(struct wf_duplex *duplex);

WF_END_DECLS

#endif
