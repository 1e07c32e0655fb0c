/**
 * @file pipe_pump.c
 * @brief A pipe between two tasks: one writes as much as fits, the other reads what is there, and sees that its other side was closed.
 *
 * A pipe holds 64 KiB, so the writer waits for the reader again and again. Each call moves what it can: how much that is, nobody says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "weft/async_fd.h"
#include "weft/error.h"
#include "weft/runtime.h"

enum { TOTAL = 1000000, AT_ONCE = 10000 };

/* One end of the pipe, and what has gone through it. */
struct end {
    struct wf_async_fd fd;
    uint32_t bytes, sum;
    uint8_t buffer[AT_ONCE];
};

static void count(struct end *end, size_t length)
{
    end->bytes += (uint32_t)length;
    for (size_t i = 0; i < length; i++)
        end->sum = end->sum * 31 + end->buffer[i];
}

static int64_t write_some(int fd, void *arg, bool *drained)
{
    struct end *end = arg;
    size_t want = TOTAL - end->bytes < AT_ONCE ? TOTAL - end->bytes : AT_ONCE;
    for (size_t i = 0; i < want; i++)
        end->buffer[i] = (uint8_t)((end->bytes + i) % 251);
    ssize_t length = write(fd, end->buffer, want);
    *drained = length >= 0 && (size_t)length < want; /* it is full now: the next call would be EAGAIN */
    return length < 0 ? -errno : length;
}

static int64_t read_some(int fd, void *arg, bool *drained)
{
    struct end *end = arg;
    ssize_t length = read(fd, end->buffer, AT_ONCE);
    *drained = length > 0 && length < AT_ONCE; /* it is empty now */
    return length < 0 ? -errno : length;
}

/* Writes TOTAL bytes into a descriptor that it owns, and closes it. */
struct writer {
    struct wf_future future;
    struct end *end;
    int fd;
    struct wf_fd_io io;
    int out;
};

ASYNC_FN(writer)
{
    ASYNC_BEGIN;
    self->out = wf_async_fd_open(&self->end->fd, self->fd, WF_WRITABLE);
    if (self->out != 0)
        (void)close(self->fd); /* it is still ours */
    while (self->out == 0 && self->end->bytes < TOTAL) {
        AWAIT(wf_fd_io(&self->io, &self->end->fd, WF_WRITABLE, write_some, self->end));
        if (self->io.out < 0)
            ASYNC_RETURN((int)self->io.out);
        count(self->end, (size_t)self->io.out);
    }
ASYNC_FINALLY:
    wf_async_fd_close(&self->end->fd);
    ASYNC_END;
}

struct async_main {
    struct wf_future future;
    struct wf_main_arguments arguments;
    struct wf_join_handle handle;
    struct end input, output;
    int fds[2];
    struct wf_fd_io io;
    struct wf_fd_ready ready;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->out = pipe2(self->fds, O_CLOEXEC) == 0 ? 0 : -errno;
    if (self->out == 0)
        self->out = wf_async_fd_open(&self->input.fd, self->fds[0], WF_READABLE);
    if (self->out == 0)
        self->out =
            WF_SPAWN(wf_scheduler_current(), &self->handle, writer, .end = &self->output, .fd = self->fds[1]);
    if (self->out != 0)
        ASYNC_RETURN(self->out);
    do {
        AWAIT(wf_fd_io(&self->io, &self->input.fd, WF_READABLE, read_some, &self->input));
        if (self->io.out > 0)
            count(&self->input, (size_t)self->io.out);
    } while (self->io.out > 0);
    /* The end of the file was read. That the other side is closed is an event too, and may come a little later. */
    do {
        AWAIT(wf_fd_ready(&self->ready, &self->input.fd, WF_READABLE));
        if (self->ready.out > 0)
            wf_async_fd_clear(&self->input.fd, self->ready.seen, WF_READABLE);
    } while (self->ready.out > 0 && !(self->ready.out & WF_READ_CLOSED));
    AWAIT_TO(self->out, &self->handle);
    printf("written: %u bytes, checksum %08x\n", self->output.bytes, self->output.sum);
    printf("read:    %u bytes, checksum %08x\n", self->input.bytes, self->input.sum);
    printf("the writer's side is closed: %s\n", self->ready.out & WF_READ_CLOSED ? "yes" : "no");
ASYNC_FINALLY:
    wf_async_fd_close(&self->input.fd);
    ASYNC_END;
}
WF_MAIN(async_main)
