/**
 * @file unix_pipeline.c
 * @brief A pipeline of three tasks, over Unix sockets: numbers, those of them that are primes, and the sum of these.
 *
 * An end goes both ways: downstream as the end of what is read, and upstream as -EPIPE, once nobody reads any more; that is no failure. So a
 * million numbers are not all made for a sum of the first ten primes. The tasks share a thread, so they may be lent what the root owns.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "weft/alloc.h"
#include "weft/buffered.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/unix_socket.h"

enum { BUFFER = 4096, LINE = 16 };

/* What a task writes its lines to. It is lent the socket, and closes it at its end. */
struct lines_out {
    struct wf_unix_stream *socket;
    struct wf_fd_stream io;
    struct wf_buf_writer writer;
    char buffer[BUFFER], line[LINE];
    struct wf_io_whole write;
    struct wf_io_call end;
};

static void begin_out(struct lines_out *to, struct wf_unix_stream *socket)
{
    to->socket = socket;
    wf_fd_stream_init(&to->io, &socket->fd);
    wf_buf_writer_init(&to->writer, &to->io.io, to->buffer, BUFFER);
}

static struct wf_io_whole *write_number(struct lines_out *to, int number)
{
    int length = snprintf(to->line, LINE, "%d\n", number);
    return wf_io_write_all(&to->write, &to->writer.io, to->line, (size_t)length);
}

/* What it reads lines from, likewise. */
struct lines_in {
    struct wf_unix_stream *socket;
    struct wf_fd_stream io;
    struct wf_buf_reader reader;
    char buffer[BUFFER];
    struct wf_buf_read read;
};

static void begin_in(struct lines_in *from, struct wf_unix_stream *socket)
{
    from->socket = socket;
    wf_fd_stream_init(&from->io, &socket->fd);
    wf_buf_reader_init(&from->reader, &from->io.io, from->buffer, BUFFER);
}

/* 1, 2, 3 and so on. */
struct source {
    struct wf_future future;
    struct wf_unix_stream *socket;
    int count, number;
    struct lines_out to;
    int out;
};

ASYNC_FN(source)
{
    ASYNC_BEGIN;
    begin_out(&self->to, self->socket);
    for (self->number = 1; self->number <= self->count; self->number++) {
        AWAIT(write_number(&self->to, self->number));
        if (self->to.write.out < 0)
            ASYNC_RETURN((int)self->to.write.out);
    }
    AWAIT_TO(self->out, wf_io_shutdown(&self->to.end, &self->to.writer.io)); /* flushes */
ASYNC_FINALLY:
    wf_unix_close(self->socket);
    ASYNC_END;
}

static bool is_prime(int number)
{
    for (int divisor = 2; divisor * divisor <= number; divisor++)
        if (number % divisor == 0)
            return false;
    return number > 1;
}

/* Passes primes on. */
struct filter {
    struct wf_future future;
    struct wf_unix_stream *left, *right;
    int number;
    struct lines_in from;
    struct lines_out to;
    int out;
};

ASYNC_FN(filter)
{
    ASYNC_BEGIN;
    begin_in(&self->from, self->left);
    begin_out(&self->to, self->right);
    for (;;) {
        AWAIT(wf_buf_read_until(&self->from.read, &self->from.reader, '\n'));
        if (self->from.read.out <= 0)
            break;
        self->number = (int)strtol(self->from.read.bytes, NULL, 10); /* ends at the newline */
        if (!is_prime(self->number))
            continue;
        AWAIT(write_number(&self->to, self->number));
        if (self->to.write.out < 0)
            ASYNC_RETURN((int)self->to.write.out);
    }
    if (self->from.read.out < 0)
        ASYNC_RETURN((int)self->from.read.out);
    AWAIT_TO(self->out, wf_io_shutdown(&self->to.end, &self->to.writer.io));
ASYNC_FINALLY:
    wf_unix_close(self->left);
    wf_unix_close(self->right);
    ASYNC_END;
}

/* Adds up, `most` numbers at most. */
struct sink {
    struct wf_future future;
    struct wf_unix_stream *socket;
    int most;
    struct lines_in from;
    int64_t out; /* the sum, or an error */
};

ASYNC_FN(sink)
{
    ASYNC_BEGIN;
    begin_in(&self->from, self->socket);
    for (; self->most > 0; self->most--) {
        AWAIT(wf_buf_read_until(&self->from.read, &self->from.reader, '\n'));
        if (self->from.read.out <= 0)
            break;
        self->out += strtol(self->from.read.bytes, NULL, 10);
    }
    if (self->most > 0 && self->from.read.out < 0)
        self->out = self->from.read.out;
ASYNC_FINALLY:
    wf_unix_close(self->socket);
    ASYNC_END;
}

struct pipeline {
    struct wf_future future;
    int count, most;
    struct wf_unix_stream first[2], second[2];
    struct wf_join_handle handles[3];
    int source_out, filter_out;
    int64_t sum;
    int out;
};

ASYNC_FN(pipeline)
{
    ASYNC_BEGIN;
    struct wf_scheduler *here = wf_scheduler_current();
    self->out = wf_unix_pair(self->first, false);
    if (self->out == 0)
        self->out = wf_unix_pair(self->second, false);
    if (self->out == 0)
        self->out = WF_SPAWN(here, &self->handles[0], source, .socket = &self->first[0], .count = self->count);
    if (self->out == 0)
        self->out =
            WF_SPAWN(here, &self->handles[1], filter, .left = &self->first[1], .right = &self->second[0]);
    if (self->out == 0)
        self->out = WF_SPAWN(here, &self->handles[2], sink, .socket = &self->second[1], .most = self->most);
    if (self->out != 0)
        break;
    WF_JOIN_INTO(&self->handles[0], &self->source_out);
    WF_JOIN_INTO(&self->handles[1], &self->filter_out);
    WF_JOIN_INTO(&self->handles[2], &self->sum);
    AWAIT(&self->handles[0]);
    AWAIT(&self->handles[1]);
    AWAIT(&self->handles[2]);
ASYNC_FINALLY: /* where a spawn has failed, some are open still; what waits for them is woken */
    for (int i = 0; i < 2; i++) {
        wf_unix_close(&self->first[i]);
        wf_unix_close(&self->second[i]);
    }
    ASYNC_END;
}

/* -ECONNRESET is the same, with something that was not read. */
static const char *ended(int out)
{
    return out == 0                              ? "came to its end"
           : out == -EPIPE || out == -ECONNRESET ? "was read no more"
                                                 : wf_strerror(out);
}

static int run(struct wf_runtime *runtime, int count, int most)
{
    static struct pipeline root;
    int status =
        wf_runtime_block_on(runtime, &ASYNC_INIT(&root, pipeline, .count = count, .most = most)->future);
    status = status != 0 ? status : root.out;
    if (status != 0)
        printf("no pipeline: %s\n", wf_strerror(status));
    else
        printf("of 1 to %d, %d primes at most: their sum is %d; the source %s, the filter %s\n", count, most,
               (int)root.sum, ended(root.source_out), ended(root.filter_out));
    return status;
}

int main(void)
{
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD});
    if (!runtime)
        return 1;
    bool is_right = run(runtime, 1000, 1000) == 0 && run(runtime, 1000000, 10) == 0;
    wf_runtime_drop(runtime);
    assert(wf_live_bytes() == 0);
    return is_right ? 0 : 1;
}
