/**
 * @file frame.c
 * @brief Messages with their length in front.
 */
#include "weft/frame.h"

#include "weft/detail/moved.h"
#include "weft/error.h"
#include "weft/panic.h"

enum { HEAD_MAX = sizeof(uint64_t) };

static void check_format(const struct wf_frame_format *format)
{
    if (format->head_bytes < 1 || format->head_bytes > HEAD_MAX)
        wf_panic("G.294", "a frame's head has %u bytes: 1 to %d", format->head_bytes, HEAD_MAX);
}

/* The place of the byte that stands for 256 to the power `i`. */
static unsigned place_of(const struct wf_frame_format *format, unsigned i)
{
    return format->little_endian ? i : format->head_bytes - 1 - i;
}

static uint64_t length_in(const struct wf_frame_format *format, const char *head)
{
    uint64_t length = 0;
    for (unsigned i = 0; i < format->head_bytes; i++)
        length |= (uint64_t)(uint8_t)head[place_of(format, i)] << (8 * i);
    return length;
}

/* --- reading --- */

static int64_t read_call(void *arg, struct wf_io_wait *wait)
{
    struct wf_frame_read *self = arg;
    const struct wf_frame_format *format = self->format;
    const char *bytes;
    size_t have = wf_buf_peek(self->reader, &bytes), head = format->head_bytes;
    if (have >= head) {
        uint64_t length = length_in(format, bytes);
        if (length > format->most || length > self->reader->size || head + length > self->reader->size)
            return WF_ETOOLONG;
        if (have - head >= length) {
            self->bytes = bytes + head;
            wf_buf_consume(self->reader, head + (size_t)length);
            return (int64_t)length;
        }
    } else if (head > self->reader->size) {
        return WF_ETOOLONG;
    }
    int64_t moved = wf_buf_more(self->reader, wait);
    if (moved == 0)
        return have == 0 ? WF_ECLOSED : WF_EEND;
    return moved > 0 ? WF_IO_AGAIN : moved;
}

static enum wf_poll frame_read_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_frame_read *self = (struct wf_frame_read *)future;
    return wf_io_poll(&self->waiting, read_call, self, "a frame", cx, &self->out);
}

static void frame_read_drop(struct wf_future *future)
{
    wf_io_waiting_drop(&((struct wf_frame_read *)future)->waiting);
}

static const struct wf_future_ops read_ops = {.name = "frame_read",
                                              .poll = frame_read_poll,
                                              .drop = frame_read_drop,
                                              .failed = wf_moved_failed,
                                              WF_FRAME(struct wf_frame_read)};

struct wf_frame_read *wf_frame_read(struct wf_frame_read *read, struct wf_buf_reader *reader,
                                    const struct wf_frame_format *format)
{
    check_format(format);
    *read = (struct wf_frame_read){.future = {.ops = &read_ops}, .reader = reader, .format = format};
    wf_io_waiting_init(&read->waiting);
    return read;
}

/* --- writing --- */

/* Whether something is left. */
static bool take_off(struct iovec pieces[2], size_t written)
{
    for (int i = 0; i < 2; i++) {
        size_t size = written < pieces[i].iov_len ? written : pieces[i].iov_len;
        pieces[i].iov_base = (char *)pieces[i].iov_base + size;
        pieces[i].iov_len -= size;
        written -= size;
    }
    return pieces[0].iov_len + pieces[1].iov_len > 0;
}

static enum wf_poll frame_write_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_frame_write *self = (struct wf_frame_write *)future;
    bool goes_on = self->size >= 0;
    if (!goes_on) {
        wf_future_drop(&self->call.future);
        self->out = self->size;
    }
    while (goes_on) {
        if (wf_future_poll(&self->call.future, cx) == WF_PENDING)
            return WF_PENDING;
        self->out = self->call.out > 0 ? self->size : self->call.out == 0 ? WF_EEND : self->call.out;
        self->done += self->call.out > 0 ? (size_t)self->call.out : 0;
        goes_on = self->call.out > 0 && take_off(self->pieces, (size_t)self->call.out);
        if (goes_on)
            wf_io_write_pieces(&self->call, self->io, self->pieces, 2);
    }
    return WF_READY;
}

static void frame_write_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_frame_write *)future)->call.future);
}

static const struct wf_future_ops write_ops = {.name = "frame_write",
                                               .poll = frame_write_poll,
                                               .drop = frame_write_drop,
                                               .failed = wf_moved_failed,
                                               WF_FRAME(struct wf_frame_write)};

struct wf_frame_write *wf_frame_write(struct wf_frame_write *write, struct wf_io *io,
                                      const struct wf_frame_format *format, const void *payload, size_t size)
{
    check_format(format);
    bool fits = size <= format->most && size <= INT64_MAX &&
                (format->head_bytes == HEAD_MAX || size >> (8 * format->head_bytes) == 0);
    *write = (struct wf_frame_write){
        .future = {.ops = &write_ops}, .io = io, .size = fits ? (int64_t)size : WF_ETOOLONG};
    for (unsigned i = 0; i < format->head_bytes; i++)
        write->head[place_of(format, i)] = (uint8_t)(size >> (8 * i));
    write->pieces[0] = (struct iovec){write->head, format->head_bytes};
    write->pieces[1] = (struct iovec){(void *)(uintptr_t)payload, size};
    wf_io_write_pieces(&write->call, io, write->pieces, 2);
    return write;
}
