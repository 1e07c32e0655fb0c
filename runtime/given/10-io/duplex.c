/**
 * @file duplex.c
 * @brief Two connected streams of bytes in memory.
 *
 * Bytes and the bits that tell of them change together, under the way's lock: so a call that finds nothing clears a bit that is not true,
 * and no event can come in between. Those that wait are woken behind the lock. A waiter that lies down meanwhile looks at the word under that
 * same lock (readiness.c), and finds the bit.
 *
 * Only a change from empty or from full is an event: a call waits in no other state.
 */
#include "weft/duplex.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "weft/error.h"
#include "weft/panic.h"

/* --- the ring --- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Take up to `size` bytes, which may lie in two pieces. */
static size_t take(struct wf_duplex_way *way, void *to, size_t size)
{
    size_t done = 0;
    while (done < size && way->filled > 0) {
        size_t piece = smaller(smaller(size - done, way->filled), way->capacity - way->begin);
        memcpy((char *)to + done, way->bytes + way->begin, piece);
        way->begin = way->begin + piece == way->capacity ? 0 : way->begin + piece;
        way->filled -= piece;
        done += piece;
    }
    return done;
}

/* Append up to `size` bytes. The end is computed without a sum that could overflow. */
static size_t put(struct wf_duplex_way *way, const void *from, size_t size)
{
    size_t done = 0;
    while (done < size && way->filled < way->capacity) {
        size_t to_edge = way->capacity - way->begin;
        size_t end = way->filled < to_edge ? way->begin + way->filled : way->filled - to_edge;
        size_t piece = smaller(smaller(size - done, way->capacity - way->filled), way->capacity - end);
        memcpy(way->bytes + end, (const char *)from + done, piece);
        way->filled += piece;
        done += piece;
    }
    return done;
}

/* --- calls on a way, under its lock --- */

static int64_t read_now(struct wf_duplex_way *way, const struct iovec *pieces, int count)
{
    size_t done = 0;
    if (way->reader_closed)
        return WF_ECLOSED;
    if (way->filled == 0)
        return way->is_shut ? 0 : -EAGAIN;
    for (int i = 0; i < count && way->filled > 0; i++)
        done += take(way, pieces[i].iov_base, pieces[i].iov_len);
    return (int64_t)done;
}

static int64_t write_now(struct wf_duplex_way *way, const struct iovec *pieces, int count)
{
    size_t done = 0;
    if (way->writer_closed)
        return WF_ECLOSED;
    if (way->is_shut || way->reader_closed)
        return -EPIPE;
    if (way->filled == way->capacity)
        return -EAGAIN;
    for (int i = 0; i < count && way->filled < way->capacity; i++)
        done += put(way, pieces[i].iov_base, pieces[i].iov_len);
    return (int64_t)done;
}

/* Nothing was found: the bit is not true. Under the lock, so the word is the newest. */
static int64_t wait_for(struct wf_duplex_way *way, unsigned interest, struct wf_io_wait *wait)
{
    wf_readiness_clear(&way->readiness, wf_readiness_look(&way->readiness), interest);
    *wait = (struct wf_io_wait){&way->readiness, interest};
    return -EAGAIN;
}

/* Give the lock back, and tell of what has changed under it; 0: of nothing. */
static void leave(struct wf_duplex_way *way, unsigned bits)
{
    if (bits != 0)
        wf_readiness_add(&way->readiness, bits);
    pthread_mutex_unlock(&way->lock);
    if (bits != 0)
        wf_readiness_wake(&way->readiness, bits);
}

/* --- as a stream --- */

static int64_t duplex_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_duplex_way *way = ((struct wf_duplex_end *)io)->in;
    pthread_mutex_lock(&way->lock);
    bool was_full = way->filled == way->capacity;
    int64_t result = read_now(way, pieces, count);
    if (result == -EAGAIN)
        result = wait_for(way, WF_READABLE, wait);
    leave(way, was_full && result > 0 ? WF_WRITABLE : 0);
    return result;
}

static int64_t duplex_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_duplex_way *way = ((struct wf_duplex_end *)io)->out;
    pthread_mutex_lock(&way->lock);
    bool was_empty = way->filled == 0;
    int64_t result = write_now(way, pieces, count);
    if (result == -EAGAIN)
        result = wait_for(way, WF_WRITABLE, wait);
    leave(way, was_empty && result > 0 ? WF_READABLE : 0);
    return result;
}

/* No more comes on this way: its reader finds the end, behind what is left; a write of its own waits for nothing. */
static int64_t duplex_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    struct wf_duplex_way *way = ((struct wf_duplex_end *)io)->out;
    (void)wait;
    pthread_mutex_lock(&way->lock);
    bool was_shut = way->is_shut;
    int64_t result = way->writer_closed ? WF_ECLOSED : 0;
    way->is_shut = true;
    leave(way, was_shut ? 0 : WF_READ_CLOSED | WF_WRITE_CLOSED);
    return result;
}

static const struct wf_io_ops duplex_ops = {
    .name = "duplex", .read = duplex_read, .write = duplex_write, .shutdown = duplex_shutdown};

/* --- its life --- */

static void init_way(struct wf_duplex_way *way, void *bytes, size_t capacity)
{
    if (capacity == 0)
        wf_panic("G.306", "a wf_duplex has a buffer of no bytes: each direction needs one at least");
    *way = (struct wf_duplex_way){.bytes = bytes, .capacity = capacity};
    pthread_mutex_init(&way->lock, NULL);
    wf_readiness_init(&way->readiness, &way->lock);
    wf_readiness_add(&way->readiness, WF_WRITABLE);
}

void wf_duplex_init(struct wf_duplex *duplex, void *to_second, size_t second_capacity, void *to_first,
                    size_t first_capacity)
{
    struct wf_duplex_way *ways = duplex->ways;
    init_way(&ways[0], to_second, second_capacity);
    init_way(&ways[1], to_first, first_capacity);
    duplex->first = (struct wf_duplex_end){.io = {&duplex_ops}, .in = &ways[1], .out = &ways[0]};
    duplex->second = (struct wf_duplex_end){.io = {&duplex_ops}, .in = &ways[0], .out = &ways[1]};
}

void wf_duplex_close(struct wf_duplex_end *end)
{
    pthread_mutex_lock(&end->out->lock);
    bool was_shut = end->out->is_shut, was_closed = end->out->writer_closed;
    end->out->is_shut = end->out->writer_closed = true;
    leave(end->out, was_shut ? 0 : WF_READ_CLOSED | WF_WRITE_CLOSED);
    if (was_closed)
        return;
    pthread_mutex_lock(&end->in->lock);
    end->in->reader_closed = true;
    /* its own read ends, and the other end's write: both sides of this way are through */
    leave(end->in, WF_SOURCE_CLOSED);
}

void wf_duplex_destroy(struct wf_duplex *duplex)
{
    for (int i = 0; i < 2; i++)
        pthread_mutex_destroy(&duplex->ways[i].lock);
}
