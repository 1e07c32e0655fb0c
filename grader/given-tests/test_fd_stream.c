/**
 * @file test_fd_stream.c
 * @brief Descriptors as streams: bytes through whole runtimes, ends, and calls that would raise a signal.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jobs.h"
#include "watching.h"
#include "weft/async.h"
#include "weft/combine.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/test.h"

enum { BYTES = 300000, AT_ONCE = 7000 };

static int ends[2];

/* Writes BYTES, and ends its side; or reads to the end, and counts. */
struct mover {
    struct wf_future future;
    int fd;
    bool writes;
    int64_t moved;
    struct wf_async_fd async_fd;
    struct wf_fd_stream stream;
    struct wf_io_call call;
    char bytes[AT_ONCE];
    int out;
};

ASYNC_FN(mover)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(wf_async_fd_open(&self->async_fd, self->fd, self->writes ? WF_WRITABLE : WF_READABLE), 0);
    wf_fd_stream_init(&self->stream, &self->async_fd);
    while (self->writes && self->moved < BYTES) {
        for (int i = 0; i < AT_ONCE; i++)
            self->bytes[i] = (char)((self->moved + i) % 251);
        wf_io_write(&self->call, &self->stream.io, self->bytes,
                    BYTES - self->moved < AT_ONCE ? (size_t)(BYTES - self->moved) : AT_ONCE);
        AWAIT(&self->call);
        ck_assert_int_gt(self->call.out, 0);
        self->moved += self->call.out;
    }
    while (!self->writes) {
        wf_io_read(&self->call, &self->stream.io, self->bytes, AT_ONCE);
        AWAIT(&self->call);
        ck_assert_int_ge(self->call.out, 0);
        if (self->call.out == 0)
            break;
        for (int64_t i = 0; i < self->call.out;
             i++) /* an assertion for each would take longer than all else */
            if (self->bytes[i] != (char)((self->moved + i) % 251))
                ck_abort_msg("byte %lld is wrong", (long long)(self->moved + i));
        self->moved += self->call.out;
    }
    wf_io_shutdown(&self->call, &self->stream.io);
    AWAIT(&self->call);
    ck_assert_int_eq(self->call.out, 0);
    ck_assert_int_eq(self->moved, BYTES);
ASYNC_FINALLY:
    wf_async_fd_close(&self->async_fd);
    ASYNC_END;
}

struct both {
    struct wf_future future;
    struct mover reader, writer;
    struct wf_future *branches[2];
    struct wf_join join;
    int out;
};

ASYNC_FN(both)
{
    ASYNC_BEGIN;
    ASYNC_INIT(&self->reader, mover, .fd = ends[0]);
    ASYNC_INIT(&self->writer, mover, .fd = ends[1], .writes = true);
    self->branches[0] = &self->reader.future;
    self->branches[1] = &self->writer.future;
    wf_join(&self->join, self->branches, 2, WF_BIASED);
    AWAIT(&self->join);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct both both;

static void move_through(void (*open_ends)(int ends[2]))
{
    open_ends(ends);
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, false);
    ASYNC_INIT(&both, both);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &both.future), 0);
    wf_runtime_drop(runtime);
}

/* G.273 */
START_TEST(g273_all_bytes_come_through_in_their_sequence)
{
    move_through(open_tcp);
    move_through(open_pair);
    move_through(open_pipe);
}
END_TEST

/* In a runtime: a stream of ends[0] does `operation`. */
struct one_call {
    struct wf_future future;
    enum wf_io_operation operation;
    unsigned interest;
    bool close_first;
    struct wf_async_fd async_fd;
    struct wf_fd_stream stream;
    struct wf_io_call call;
    char byte;
    int out;
};

ASYNC_FN(one_call)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(wf_async_fd_open(&self->async_fd, ends[0], self->interest), 0);
    wf_fd_stream_init(&self->stream, &self->async_fd);
    if (self->close_first)
        wf_async_fd_close(&self->async_fd);
    if (self->operation == WF_IO_READ)
        wf_io_read(&self->call, &self->stream.io, &self->byte, 1);
    else if (self->operation == WF_IO_WRITE)
        wf_io_write(&self->call, &self->stream.io, &self->byte, 1);
    else
        wf_io_shutdown(&self->call, &self->stream.io);
    AWAIT(&self->call);
    self->out = (int)self->call.out;
ASYNC_FINALLY:
    if (!self->close_first)
        ends[0] = wf_async_fd_release(&self->async_fd);
    ASYNC_END;
}

static int do_one(enum wf_io_operation operation, unsigned interest, bool close_first)
{
    static struct one_call one;
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, false);
    ASYNC_INIT(&one, one_call, .operation = operation, .interest = interest, .close_first = close_first);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &one.future), 0);
    wf_runtime_drop(runtime);
    return one.out;
}

/* G.273 */
START_TEST(g273_a_closed_descriptor_and_a_direction_that_was_not_opened)
{
    static const enum wf_io_operation all[] = {WF_IO_READ, WF_IO_WRITE, WF_IO_SHUTDOWN};
    for (int i = 0; i < 3; i++) {
        open_pair(ends);
        ck_assert_int_eq(do_one(all[i], WF_READABLE | WF_WRITABLE, true), WF_ECLOSED);
        close(ends[1]);
    }
    open_pair(ends);
    ck_assert_int_eq(do_one(WF_IO_READ, WF_WRITABLE, false), -EINVAL);
    ck_assert_int_eq(do_one(WF_IO_WRITE, WF_READABLE, false), -EINVAL);
    close_both(ends);
}
END_TEST

static _Atomic int pipe_signals;

static void count_signal(int number)
{
    (void)number;
    pipe_signals++;
}

/* ends[0] of a pipe is the end that is read: turn it. */
static void open_pipe_to_write(void)
{
    int pipe[2];
    open_pipe(pipe);
    ends[0] = pipe[1];
    ends[1] = pipe[0];
}

/* G.274 */
START_TEST(g274_nobody_reads_and_no_signal_is_raised)
{
    sigset_t mask;
    struct sigaction action = {.sa_handler = count_signal}, before;
    ck_assert_int_eq(sigaction(SIGPIPE, &action, &before), 0);
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            open_pair(ends);
        else if (i == 1)
            open_tcp(ends);
        else
            open_pipe_to_write();
        if (i == 1)
            ck_assert_int_eq(
                setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)), 0);
        close(ends[1]);
        int outcome = do_one(WF_IO_WRITE, WF_WRITABLE, false);
        ck_assert(outcome == -EPIPE || (i == 1 && outcome == -ECONNRESET));
        close(ends[0]);
    }
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    ck_assert_int_eq(sigismember(&mask, SIGPIPE), 0); /* not blocked: one from elsewhere is delivered */
    ck_assert_int_eq(pipe_signals, 0);
    ck_assert_int_eq(sigaction(SIGPIPE, &before, NULL), 0);
}
END_TEST

/* G.274: what somebody else has raised and blocked is still there. */
START_TEST(g274_a_signal_that_was_pending_stays_pending)
{
    sigset_t set, before, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, &before), 0);
    ck_assert_int_eq(pthread_kill(pthread_self(), SIGPIPE), 0);
    open_pipe_to_write();
    close(ends[1]);
    ck_assert_int_eq(do_one(WF_IO_WRITE, WF_WRITABLE, false), -EPIPE);
    close(ends[0]);
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGPIPE), 1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 1); /* blocked still */
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    ck_assert_int_eq(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGPIPE);
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
}
END_TEST

/* G.275 */
START_TEST(g275_a_shutdown_ends_one_side)
{
    char byte;
    open_pair(ends);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(do_one(WF_IO_SHUTDOWN, WF_WRITABLE, false), 0);
    ck_assert_int_eq(read(ends[1], &byte, 1), 0);
    put(ends[1], "x");
    ck_assert_int_eq(do_one(WF_IO_READ, WF_READABLE, false), 1);
    close_both(ends);
    open_tcp(ends);
    ck_assert_int_eq(
        setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)), 0);
    close(ends[1]);
    ck_assert_int_eq(do_one(WF_IO_SHUTDOWN, WF_WRITABLE, false), 0);
    close(ends[0]);
    open_pipe_to_write();
    ck_assert_int_eq(do_one(WF_IO_SHUTDOWN, WF_WRITABLE, false), 0);
    ck_assert_int_eq(do_one(WF_IO_WRITE, WF_WRITABLE, false), 1); /* it is open still */
    close_both(ends);
}
END_TEST

/* G.262: a read that is dropped has taken nothing. */
START_TEST(g262_a_read_that_is_dropped_takes_nothing)
{
    static struct wf_async_fd async_fd;
    static struct wf_fd_stream stream;
    static struct wf_io_call call;
    static struct wf_test_task task;
    static char byte;
    open_pair(ends);
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, false);
    struct wf_runtime_entry entry;
    wf_runtime_enter(runtime, &entry);
    ck_assert_int_eq(wf_async_fd_open(&async_fd, ends[0], WF_READABLE), 0);
    wf_fd_stream_init(&stream, &async_fd);
    for (int i = 0; i < 1000; i++) {
        wf_io_read(&call, &stream.io, &byte, 1);
        wf_test_task_init(&task, &call.future);
        WF_EXPECT_PENDING(&task);
        wf_future_drop(&call.future);
        WF_EXPECT_RELEASED(&task);
    }
    wf_async_fd_close(&async_fd);
    wf_runtime_leave(&entry);
    wf_runtime_drop(runtime);
    close(ends[1]);
}
END_TEST

TCase *fd_stream_tests(void)
{
    TCase *tcase = tcase_create("fd_stream");
    tcase_add_test(tcase, g273_all_bytes_come_through_in_their_sequence);
    tcase_add_test(tcase, g273_a_closed_descriptor_and_a_direction_that_was_not_opened);
    tcase_add_test(tcase, g274_nobody_reads_and_no_signal_is_raised);
    tcase_add_test(tcase, g274_a_signal_that_was_pending_stays_pending);
    tcase_add_test(tcase, g275_a_shutdown_ends_one_side);
    tcase_add_test(tcase, g262_a_read_that_is_dropped_takes_nothing);
    return tcase;
}
