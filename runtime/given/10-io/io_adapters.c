/**
 * @file io_adapters.c
 * @brief Streams of other streams.
 *
 * No adapter waits, or has a readiness: `wait` is handed down as it is, and the future waits for what the stream below writes there.
 */
#include "weft/io_adapters.h"

#include <errno.h>
#include <string.h>

#include "weft/detail/moved.h"

enum { PIECES = 16 };

/* --- the stream below: what it does not have is as G.264 says --- */

static int64_t read_below(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    return io->ops->read ? io->ops->read(io, pieces, count, wait) : -EBADF;
}

static int64_t write_below(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    return io->ops->write ? io->ops->write(io, pieces, count, wait) : -EBADF;
}

static int64_t flush_below(struct wf_io *io, struct wf_io_wait *wait)
{
    return io->ops->flush ? io->ops->flush(io, wait) : 0;
}

static int64_t shutdown_below(struct wf_io *io, struct wf_io_wait *wait)
{
    return io->ops->shutdown ? io->ops->shutdown(io, wait) : 0;
}

/* --- take --- */

/* The first pieces of `pieces`, of `most` bytes at most. Empty ones are left out, so that there is a byte among them. */
static int cut(const struct iovec *pieces, int count, uint64_t most, struct iovec out[static PIECES])
{
    int kept = 0;
    for (int i = 0; i < count && kept < PIECES && most > 0; i++) {
        if (pieces[i].iov_len == 0)
            continue;
        out[kept] = pieces[i];
        if (out[kept].iov_len > most)
            out[kept].iov_len = (size_t)most;
        most -= out[kept].iov_len;
        kept++;
    }
    return kept;
}

static int64_t take_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io_take *self = (struct wf_io_take *)io;
    struct iovec fewer[PIECES];
    if (self->left == 0)
        return 0;
    int64_t result = read_below(self->inner, fewer, cut(pieces, count, self->left, fewer), wait);
    if (result > 0)
        self->left -= (uint64_t)result;
    return result;
}

static int64_t take_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    return write_below(((struct wf_io_take *)io)->inner, pieces, count, wait);
}

static int64_t take_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    return flush_below(((struct wf_io_take *)io)->inner, wait);
}

static int64_t take_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    return shutdown_below(((struct wf_io_take *)io)->inner, wait);
}

static const struct wf_io_ops take_ops = {"io_take", take_read, take_write, take_flush, take_shutdown};

void wf_io_take_init(struct wf_io_take *take, struct wf_io *inner, uint64_t limit)
{
    *take = (struct wf_io_take){.io = {&take_ops}, .inner = inner, .left = limit};
}

uint64_t wf_io_take_left(const struct wf_io_take *take)
{
    return take->left;
}

void wf_io_take_set(struct wf_io_take *take, uint64_t limit)
{
    take->left = limit;
}

/* --- chain --- */

static int64_t chain_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io_chain *self = (struct wf_io_chain *)io;
    if (self->first) {
        int64_t result = read_below(self->first, pieces, count, wait);
        if (result != 0)
            return result;
        self->first = NULL; /* an end may be told once only: it is not asked again */
    }
    return read_below(self->second, pieces, count, wait);
}

static const struct wf_io_ops chain_ops = {.name = "io_chain", .read = chain_read};

void wf_io_chain_init(struct wf_io_chain *chain, struct wf_io *first, struct wf_io *second)
{
    *chain = (struct wf_io_chain){.io = {&chain_ops}, .first = first, .second = second};
}

/* --- empty and repeat --- */

static int64_t empty_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    (void)io;
    (void)pieces;
    (void)count;
    (void)wait;
    return 0;
}

static int64_t empty_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    (void)io;
    (void)wait;
    return (int64_t)wf_pieces_size(pieces, (size_t)count);
}

static const struct wf_io_ops empty_ops = {.name = "io_empty", .read = empty_read, .write = empty_write};

struct wf_io *wf_io_empty(void)
{
    static struct wf_io empty = {&empty_ops}; /* never written */
    return &empty;
}

static int64_t repeat_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    const struct wf_io_repeat *self = (const struct wf_io_repeat *)io;
    (void)wait;
    for (int i = 0; i < count; i++)
        if (pieces[i].iov_len > 0)
            memset(pieces[i].iov_base, self->byte, pieces[i].iov_len);
    return (int64_t)wf_pieces_size(pieces, (size_t)count);
}

static const struct wf_io_ops repeat_ops = {.name = "io_repeat", .read = repeat_read};

void wf_io_repeat_init(struct wf_io_repeat *repeat, unsigned char byte)
{
    *repeat = (struct wf_io_repeat){.io = {&repeat_ops}, .byte = byte};
}

/* --- tee --- */

/* What both streams have, into the caller's buffers. */
static int64_t give(struct wf_io_tee *self, const struct iovec *pieces, int count)
{
    size_t before = self->given;
    for (int i = 0; i < count && self->given < self->copied; i++) {
        size_t left = self->copied - self->given;
        size_t size = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        if (size > 0)
            memcpy(pieces[i].iov_base, self->bytes + self->given, size);
        self->given += size;
    }
    return (int64_t)(self->given - before);
}

/* Bytes are kept here until the second stream and the caller have them: a call that waits, or fails, loses nothing, and the next one goes on. */
static int64_t tee_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io_tee *self = (struct wf_io_tee *)io;
    self->second_failed = false;
    if (self->given < self->copied)
        return give(self, pieces, count);
    if (self->copied == self->filled) {
        struct iovec all = {self->bytes, self->size};
        int64_t result = read_below(self->inner, &all, 1, wait);
        if (result <= 0)
            return result;
        self->filled = (size_t)result;
        self->copied = self->given = 0;
    }
    struct iovec rest = {self->bytes + self->copied, self->filled - self->copied};
    int64_t result = write_below(self->second, &rest, 1, wait);
    self->second_failed = result < 0 && result != -EAGAIN && result != -EINTR;
    if (result < 0)
        return result;
    self->copied += (size_t)result;
    return give(self, pieces, count);
}

static int64_t tee_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    return write_below(((struct wf_io_tee *)io)->inner, pieces, count, wait);
}

static int64_t tee_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    return flush_below(((struct wf_io_tee *)io)->inner, wait);
}

static int64_t tee_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    return shutdown_below(((struct wf_io_tee *)io)->inner, wait);
}

static const struct wf_io_ops tee_ops = {"io_tee", tee_read, tee_write, tee_flush, tee_shutdown};

void wf_io_tee_init(struct wf_io_tee *tee, struct wf_io *inner, struct wf_io *second, void *bytes, size_t size)
{
    *tee =
        (struct wf_io_tee){.io = {&tee_ops}, .inner = inner, .second = second, .bytes = bytes, .size = size};
}

/* --- counter --- */

/* relaxed: a number alone, of one writer; it orders nothing */
static void count_more(WF_ATOMIC(uint64_t) * counter, int64_t result)
{
    if (result > 0)
        wf_store_relaxed(counter, wf_load_relaxed(counter) + (uint64_t)result);
}

static int64_t counter_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io_counter *self = (struct wf_io_counter *)io;
    int64_t result = read_below(self->inner, pieces, count, wait);
    count_more(&self->read, result);
    return result;
}

static int64_t counter_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_io_counter *self = (struct wf_io_counter *)io;
    int64_t result = write_below(self->inner, pieces, count, wait);
    count_more(&self->written, result);
    return result;
}

static int64_t counter_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    return flush_below(((struct wf_io_counter *)io)->inner, wait);
}

static int64_t counter_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    return shutdown_below(((struct wf_io_counter *)io)->inner, wait);
}

static const struct wf_io_ops counter_ops = {"io_counter", counter_read, counter_write, counter_flush,
                                             counter_shutdown};

void wf_io_counter_init(struct wf_io_counter *counter, struct wf_io *inner)
{
    counter->io.ops = &counter_ops;
    counter->inner = inner;
    wf_store_relaxed(&counter->read, (uint64_t)0); /* relaxed: nobody else knows it */
    wf_store_relaxed(&counter->written, (uint64_t)0);
}

uint64_t wf_io_counter_read(const struct wf_io_counter *counter)
{
    return wf_load_relaxed(&counter->read);
}

uint64_t wf_io_counter_written(const struct wf_io_counter *counter)
{
    return wf_load_relaxed(&counter->written);
}
