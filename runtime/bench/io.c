/**
 * @file io.c
 * @brief Descriptors: a byte through a pipe and back, of one pair of tasks and of a hundred; many descriptors, of which one is ready; opening one.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "weft/async_fd.h"

/* A read that gets less than there is room for has drained the descriptor. */
enum { ROOM = 64 };

static int64_t read_some(int fd, void *bytes, bool *drained)
{
    ssize_t length = read(fd, bytes, ROOM);
    *drained = length > 0 && length < ROOM;
    return length < 0 ? -errno : length;
}

static int64_t write_byte(int fd, void *bytes, bool *drained)
{
    (void)drained;
    ssize_t length = write(fd, bytes, 1);
    return length < 0 ? -errno : length;
}

/* --- pipe, pipes: two tasks hand a byte to and fro --- */

enum { PAIRS = 100 };

/* One way of it. */
struct way {
    struct wf_async_fd reader, writer;
};

static void open_way(struct way *way)
{
    int ends[2];
    must(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : -errno);
    must(wf_async_fd_open(&way->reader, ends[0], WF_READABLE));
    must(wf_async_fd_open(&way->writer, ends[1], WF_WRITABLE));
}

static void close_way(struct way *way)
{
    wf_async_fd_close(&way->reader);
    wf_async_fd_close(&way->writer);
}

/* Reads a byte and writes one, so often. The one that asks has written before, and writes once less. */
struct side {
    struct wf_future future;
    struct way *in, *out_way;
    uint64_t left;
    bool asks;
    struct wf_fd_io io;
    char bytes[ROOM];
    struct {
    } out;
};

ASYNC_FN(side)
{
    ASYNC_BEGIN;
    if (self->asks) {
        AWAIT(wf_fd_io(&self->io, &self->out_way->writer, WF_WRITABLE, write_byte, self->bytes));
        check("the bytes that were written", (uint64_t)self->io.out, 1);
    }
    for (; self->left > 0; self->left--) {
        AWAIT(wf_fd_io(&self->io, &self->in->reader, WF_READABLE, read_some, self->bytes));
        check("the bytes that were read", (uint64_t)self->io.out, 1);
        if (self->asks && self->left == 1)
            break;
        AWAIT(wf_fd_io(&self->io, &self->out_way->writer, WF_WRITABLE, write_byte, self->bytes));
        check("the bytes that were written", (uint64_t)self->io.out, 1);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct pipes {
    struct wf_future future;
    const struct bench *bench; /* its count: round trips of all pairs */
    uint64_t pairs;
    struct way ways[2 * PAIRS];
    struct wf_join_handle handles[2 * PAIRS];
    struct stopwatch start;
    uint64_t i;
    struct {
    } out;
};

ASYNC_FN(pipes)
{
    ASYNC_BEGIN;
    for (uint64_t i = 0; i < 2 * self->pairs; i++)
        open_way(&self->ways[i]);
    stopwatch_start(&self->start);
    for (uint64_t i = 0; i < 2 * self->pairs; i++)
        must(WF_SPAWN(wf_scheduler_current(), &self->handles[i], side, .in = &self->ways[i],
                      .out_way = &self->ways[i ^ 1], .left = self->bench->count / self->pairs,
                      .asks = i % 2 == 0));
    for (self->i = 0; self->i < 2 * self->pairs; self->i++) {
        AWAIT(&self->handles[self->i]);
        must(self->handles[self->i].out);
    }
    report_time(self->bench, &self->start, self->bench->count);
    for (uint64_t i = 0; i < 2 * self->pairs; i++)
        close_way(&self->ways[i]);
ASYNC_FINALLY:
    ASYNC_END;
}

static int start_pipe(const struct bench *bench, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, pipes, .bench = bench, .pairs = 1);
}

static int start_pipes(const struct bench *bench, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, pipes, .bench = bench, .pairs = PAIRS);
}

/* --- many_fds: of many descriptors that tasks wait for, one is ready at a time --- */

enum {
    MANY = 10000,
    STEP =
        7919, /* from one that is asked to the next: it divides no number of descriptors that is used here */
};

struct many_fds {
    struct wf_future future;
    const struct bench *bench; /* its count: questions, as often to each */
    struct wf_async_fd answer, *asked;
    uint64_t descriptors, times, i;
    struct wf_fd_io io;
    uint64_t told[ROOM / sizeof(uint64_t)];
    struct stopwatch start;
    struct {
    } out;
};

/* Is asked so often, and answers. */
struct listener {
    struct wf_future future;
    struct wf_async_fd *own;
    int answer;
    uint64_t left;
    struct wf_fd_io io;
    uint64_t told[ROOM / sizeof(uint64_t)];
    struct {
    } out;
};

static void tell(int fd)
{
    const uint64_t one = 1;
    must(write(fd, &one, sizeof one) == sizeof one ? 0 : -errno);
}

ASYNC_FN(listener)
{
    ASYNC_BEGIN;
    for (; self->left > 0; self->left--) {
        AWAIT(wf_fd_io(&self->io, self->own, WF_READABLE, read_some, self->told));
        check("what an eventfd told", self->told[0], 1);
        tell(self->answer);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

static int new_eventfd(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    must(fd >= 0 ? 0 : -errno);
    return fd;
}

/* As many descriptors as the system lets this process have. */
static void raise_limit(void)
{
    struct rlimit limit;
    must(getrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : -errno);
    limit.rlim_cur = limit.rlim_max;
    must(setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : -errno);
}

ASYNC_FN(many_fds)
{
    ASYNC_BEGIN;
    raise_limit();
    self->descriptors = self->bench->count < MANY ? self->bench->count : MANY;
    self->times = self->bench->count / self->descriptors;
    self->asked = memory_for(self->descriptors, sizeof *self->asked);
    must(wf_async_fd_open(&self->answer, new_eventfd(), WF_READABLE));
    for (uint64_t i = 0; i < self->descriptors; i++) {
        must(wf_async_fd_open(&self->asked[i], new_eventfd(), WF_READABLE));
        must(WF_SPAWN(wf_scheduler_current(), NULL, listener, .own = &self->asked[i],
                      .answer = self->answer.fd, .left = self->times));
    }
    /* The first time, in which the tasks begin, does not count, if there is another one. */
    for (self->i = 0; self->i < self->times * self->descriptors; self->i++) {
        if (self->i == 0 || self->i == self->descriptors)
            stopwatch_start(&self->start);
        tell(self->asked[self->i * STEP % self->descriptors].fd);
        AWAIT(wf_fd_io(&self->io, &self->answer, WF_READABLE, read_some, self->told));
        check("what the answer told", self->told[0], 1);
    }
    report_time(self->bench, &self->start, self->descriptors * (self->times > 1 ? self->times - 1 : 1));
    for (uint64_t i = 0; i < self->descriptors; i++)
        wf_async_fd_close(&self->asked[i]);
    wf_async_fd_close(&self->answer);
    free(self->asked);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(many_fds)

/* --- open_fd: register a descriptor, and take it back --- */

struct open_fd {
    struct wf_future future;
    const struct bench *bench;
    struct {
    } out;
};

static void open_and_release(const struct bench *bench)
{
    struct wf_async_fd async_fd;
    struct stopwatch start;
    int fd = new_eventfd();
    stopwatch_start(&start);
    for (uint64_t i = 0; i < bench->count; i++) {
        must(wf_async_fd_open(&async_fd, fd, WF_READABLE));
        check("the descriptor", (uint64_t)wf_async_fd_release(&async_fd), (uint64_t)fd);
    }
    report_time(bench, &start, bench->count);
    (void)close(fd);
}

ASYNC_FN(open_fd)
{
    ASYNC_BEGIN;
    open_and_release(self->bench);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(open_fd)

const struct benchmark io_benchmarks[] = {
    {"pipe", .start = start_pipe, .driven = true},
    {"pipes", .start = start_pipes, .driven = true},
    {"many_fds", .start = start_many_fds, .driven = true},
    {"open_fd", .start = start_open_fd, .driven = true},
    {0},
};
