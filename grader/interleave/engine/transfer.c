/**
 * @file transfer.c
 * @brief What descriptors hold, reading and writing: each is one step, enabled when there is something to read, or room.
 *
 * A read learns what the threads knew whose bytes it takes; an end of file, what the thread knew that closed the other end; a write that
 * needs room which reads have made, what those knew.
 */
#include "descriptor.h"

#include <errno.h>

/* --- what a stream holds --- */

/* The kind is known by what there is: bytes, or a count. */
bool stream_is_readable(const struct stream *stream)
{
    return stream->count > 0 || stream->total > 0 || stream->no_writer;
}

static bool count_has_room(uint64_t count, uint64_t value)
{
    return value <= UINT64_MAX - 1 - count;
}

void stream_tells_reader(struct thread *thread, const struct stream *stream)
{
    if (stream->piece_count > 0)
        view_join(&thread->now, &stream->pieces[0].released);
    else if (stream->no_writer)
        view_join(&thread->now, &stream->ended);
}

void stream_tells_writer(struct thread *thread, const struct stream *stream, uint64_t room)
{
    if (stream->no_reader || stream->written + room > STREAM_BYTES)
        view_join(&thread->now, &stream->room);
}

/* The thread has written: what it knows goes with that. Where there are many pieces the last ones are as one. */
static void add_piece(const struct thread *thread, struct stream *stream, unsigned bytes)
{
    bool joins = stream->piece_count == PIECES_MAX;
    struct piece *piece = &stream->pieces[joins ? PIECES_MAX - 1 : stream->piece_count++];
    if (!joins) {
        piece->bytes = 0;
        view_clear(&piece->released);
    }
    piece->bytes += bytes;
    view_join(&piece->released, &thread->now);
}

static void take_pieces(struct thread *thread, struct stream *stream, unsigned bytes)
{
    while (bytes > 0) {
        struct piece *piece = &stream->pieces[0];
        unsigned taken = piece->bytes < bytes ? piece->bytes : bytes;
        view_join(&thread->now, &piece->released);
        bytes -= taken;
        piece->bytes -= taken;
        if (piece->bytes == 0)
            memmove(piece, piece + 1, (size_t)--stream->piece_count * sizeof *piece);
    }
}

void stream_has_changed(const struct stream *stream)
{
    il->locks[stream->lock].version++;
    il->locks[stream->lock].changes++;
    interests_may_be_met(stream);
}

/* --- reading --- */

static unsigned take_count(struct thread *thread, struct stream *stream, bool one, char *bytes)
{
    uint64_t value = one ? 1 : stream->total;
    stream->emptied += !count_has_room(stream->total, 1);
    stream->total -= value;
    if (stream->piece_count > 0)
        view_join(&thread->now, &stream->pieces[0].released);
    if (stream->total == 0)
        stream->piece_count = 0;
    memcpy(bytes, &value, sizeof value);
    return sizeof value;
}

static unsigned take_bytes(struct thread *thread, struct stream *stream, char *bytes, size_t size)
{
    unsigned taken = stream->count < size ? stream->count : (unsigned)size;
    if (taken == 0) {
        view_join(&thread->now, &stream->ended);
        return 0;
    }
    for (unsigned i = 0; i < taken; i++)
        bytes[i] = stream->bytes[(stream->first + i) % STREAM_BYTES];
    stream->emptied += stream->count == STREAM_BYTES;
    stream->first = (stream->first + taken) % STREAM_BYTES;
    stream->count -= taken;
    take_pieces(thread, stream, taken);
    return taken;
}

static void announce_transfer(struct thread *thread, enum operation op, int index, bool waits, uint64_t room,
                              il_site site)
{
    const struct descriptor *descriptor = descriptor_at(index);
    const struct stream *stream = stream_at(op == OP_READ ? descriptor->in : descriptor->out);
    if (!waits)
        look_begins(thread, FIRST_LOCK + stream->lock, room, site);
    struct pending next = pending_on(op, stream->lock, -1, site);
    next.target = (int8_t)index;
    next.waits = waits;
    next.room = room;
    thread->next = next;
    announce(thread);
    check_open(index, op == OP_READ ? "read" : "write", site);
}

static bool is_writable_with(const struct descriptor *descriptor, uint64_t held, bool ended, uint64_t room)
{
    return descriptor->kind == EVENT ? count_has_room(held, room) : ended || STREAM_BYTES - held >= room;
}

bool can_write(const struct descriptor *descriptor, uint64_t room)
{
    const struct stream *stream = stream_at(descriptor->out);
    return is_writable_with(descriptor, descriptor->kind == EVENT ? stream->total : stream->count,
                            stream->no_reader, room);
}

bool transfer_was_blocked(const struct pending *next, const struct step *earlier)
{
    int which = earlier->touches.object != next->touches.object;
    uint64_t held = earlier->held[which];
    bool ended = earlier->ended[which];
    return earlier->moves && next->waits &&
           (next->op == OP_READ ? held == 0 && !ended
                                : !is_writable_with(descriptor_at(next->target), held, ended, next->room));
}

void stream_moves(struct step *step, int index)
{
    const struct stream *stream = stream_at(index);
    if (!stream)
        return;
    int which = step->touches.object != FIRST_LOCK + stream->lock;
    step->moves = true;
    step->held[which] = stream->count + stream->total;
    step->ended[which] = stream->no_writer || stream->no_reader;
}

bool transfer_is_runnable(const struct pending *next)
{
    const struct descriptor *descriptor = descriptor_at(next->target);
    return !next->waits || descriptor->closed_at ||
           (next->op == OP_READ ? stream_is_readable(stream_at(descriptor->in))
                                : can_write(descriptor, next->room));
}

static int64_t comes_to_nothing(struct thread *thread, struct step *step, const struct stream *stream,
                                const char *what, int index)
{
    step_end(thread, step, NULL);
    look_made(thread, il->locks[stream->lock].version, false, false);
    tell_step(thread, step->site, "%s descriptor %d: EAGAIN", what, FIRST_DESCRIPTOR + index);
    return -EAGAIN;
}

int64_t il_read(int number, void *bytes, size_t size, bool never_waits, il_site site)
{
    struct thread *thread = il_this();
    int index = descriptor_of(number, "read", site);
    const struct descriptor *descriptor = descriptor_at(index);
    struct stream *stream = stream_at(descriptor->in);
    if (!stream)
        return -EBADF;
    if (descriptor->kind == EVENT && size < sizeof stream->total)
        return -EINVAL;
    announce_transfer(thread, OP_READ, index, !descriptor->never_waits && !never_waits, 0, site);
    struct step *step = step_begin(thread);
    if (!stream_is_readable(stream))
        return comes_to_nothing(thread, step, stream, "read", index);
    stream_moves(step, descriptor->in);
    char *taken = il->descriptors->taken;
    unsigned count = descriptor->kind == EVENT ? take_count(thread, stream, descriptor->takes_one, taken)
                                               : take_bytes(thread, stream, taken, size);
    view_join(&stream->room, &thread->now);
    stream_has_changed(stream);
    step_end(thread, step, NULL);
    look_ends(thread);
    tell_step(thread, site, count ? "read descriptor %d: %u bytes" : "read descriptor %d: its end", number,
              count);
    il_plain(bytes, count, true, site);
    memory_copy(bytes, taken, count);
    return count;
}

/* --- writing --- */

static int64_t add_count(const struct thread *thread, struct stream *stream, uint64_t value)
{
    stream->total += value;
    if (stream->piece_count == 0)
        add_piece(thread, stream, 0);
    else
        view_join(&stream->pieces[0].released, &thread->now);
    return sizeof value;
}

static int64_t add_bytes(struct thread *thread, struct stream *stream, const char *bytes, size_t size)
{
    unsigned room = STREAM_BYTES - stream->count, added = size < room ? (unsigned)size : room;
    stream_tells_writer(thread, stream, added);
    unsigned start = (stream->first + stream->count) % STREAM_BYTES;
    unsigned before_end = added < STREAM_BYTES - start ? added : STREAM_BYTES - start;
    memory_copy(&stream->bytes[start], bytes, before_end);
    memory_copy(stream->bytes, bytes + before_end, added - before_end);
    stream->count += added;
    stream->written += added;
    add_piece(thread, stream, added);
    return added;
}

/* One step of a write. A pipe takes what it can hold as a whole, or not at all. */
static int64_t write_some(int index, const char *bytes, size_t size, bool waits, il_site site)
{
    struct thread *thread = il_this();
    const struct descriptor *descriptor = descriptor_at(index);
    struct stream *stream = stream_at(descriptor->out);
    uint64_t room = descriptor->kind == PIPE_OUT && size <= STREAM_BYTES ? size : 1;
    if (descriptor->kind == EVENT)
        memory_copy(&room, bytes, sizeof room);
    announce_transfer(thread, OP_WRITE, index, waits, room, site);
    struct step *step = step_begin(thread);
    if (!can_write(descriptor, room))
        return comes_to_nothing(thread, step, stream, "write", index);
    stream_moves(step, descriptor->out);
    int64_t written = -EPIPE;
    if (stream->no_reader)
        stream_tells_writer(thread, stream, 0);
    else
        written = descriptor->kind == EVENT ? add_count(thread, stream, room)
                                            : add_bytes(thread, stream, bytes, size);
    stream->filled++;
    stream_has_changed(stream);
    step_end(thread, step, NULL);
    look_ends(thread);
    tell_step(thread, site, written < 0 ? "write descriptor %d: EPIPE" : "write descriptor %d: %d bytes",
              FIRST_DESCRIPTOR + index, (int)written);
    return written;
}

int64_t il_write(int number, const void *bytes, size_t size, bool never_waits, il_site site)
{
    int index = descriptor_of(number, "write", site);
    const struct descriptor *descriptor = descriptor_at(index);
    bool waits = !descriptor->never_waits && !never_waits;
    if (descriptor->out == NO_STREAM)
        return -EBADF;
    if (descriptor->kind == EVENT) {
        uint64_t value = UINT64_MAX;
        if (size >= sizeof value)
            memory_copy(&value, bytes, sizeof value);
        return value == UINT64_MAX ? -EINVAL : write_some(index, bytes, size, waits, site);
    }
    int64_t total = 0;
    do {
        int64_t written = write_some(index, (const char *)bytes + total, size - (size_t)total, waits, site);
        if (written < 0)
            return total ? total : written;
        total += written;
    } while (waits && (size_t)total < size);
    return total;
}
