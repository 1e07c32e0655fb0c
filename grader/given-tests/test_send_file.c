/**
 * @file test_send_file.c
 * @brief Files into sockets, and streams into streams, by the kernel: real descriptors, both kinds of runtimes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watching.h"
#include "weft/async.h"
#include "weft/context.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/send_file.h"

enum { BYTES = 5 * 1024 * 1024 + 3, SOME = 20000, PIECE = 1000, PATIENCE_MS = 20000 };
enum { IN_A_POLL = WF_MOVE_CALLS * PIECE, MOST_IN_A_POLL = WF_MOVE_CALLS * WF_MOVE_BYTES };

static const enum wf_runtime_kind kinds[] = {WF_RUNTIME_CURRENT_THREAD, WF_RUNTIME_MULTI_THREAD};
static unsigned char content[BYTES];
static int in[2], out[2]; /* [0] is the end of the test, [1] that of the runtime */
static int open_before;

static void setup(void)
{
    uint32_t random = 1;
    for (size_t i = 0; i < BYTES; i++) {
        random = random * 1664525 + 1013904223;
        content[i] = (unsigned char)(random >> 24);
    }
    open_before = open_descriptors();
}

static void teardown(void)
{
    ck_assert_int_eq(open_descriptors(), open_before);
}

/* The first `size` bytes of content, in a file that has no name any more. */
static int file_of(size_t size)
{
    char name[] = "/tmp/weft-send-XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(unlink(name), 0);
    for (size_t done = 0; done < size;) {
        ssize_t length = write(fd, content + done, size - done);
        ck_assert_int_gt(length, 0);
        done += (size_t)length;
    }
    return fd;
}

/* [1] of a pipe is written; of the others either is. */
static void open_pipe_to_read(int ends[2])
{
    int pipe[2];
    open_pipe(pipe);
    ends[0] = pipe[1];
    ends[1] = pipe[0];
}

static void reset_at_close(int fd)
{
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)), 0);
}

/* --- the other side --- */

/* Reads to the end, and compares with content, or writes content; then closes. */
struct other_side {
    pthread_t thread;
    int fd;
    size_t from, size;
    uint64_t moved;
};

static void wait_until(int fd, short events)
{
    struct pollfd polled = {.fd = fd, .events = events};
    ck_assert_int_eq(poll(&polled, 1, PATIENCE_MS), 1);
}

static void *read_to_end(void *arg)
{
    struct other_side *self = arg;
    static unsigned char bytes[30000];
    for (;;) {
        wait_until(self->fd, POLLIN);
        ssize_t length = read(self->fd, bytes, sizeof bytes);
        if (length == 0)
            break;
        ck_assert_int_gt(length, 0);
        ck_assert_uint_le(self->from + self->moved + (size_t)length, BYTES);
        ck_assert_mem_eq(bytes, content + self->from + self->moved, (size_t)length);
        self->moved += (uint64_t)length;
    }
    close(self->fd);
    return NULL;
}

static void *write_and_close(void *arg)
{
    struct other_side *self = arg;
    while (self->moved < self->size) {
        wait_until(self->fd, POLLOUT);
        ssize_t length = write(self->fd, content + self->from + self->moved, self->size - self->moved);
        ck_assert_int_gt(length, 0);
        self->moved += (uint64_t)length;
    }
    close(self->fd);
    return NULL;
}

static struct other_side reader, writer;

static void begin_reading(size_t from)
{
    reader = (struct other_side){.fd = out[0], .from = from};
    ck_assert_int_eq(pthread_create(&reader.thread, NULL, read_to_end, &reader), 0);
}

static uint64_t end_reading(void)
{
    pthread_join(reader.thread, NULL);
    return reader.moved;
}

static void begin_writing(size_t size)
{
    writer = (struct other_side){.fd = in[0], .size = size};
    ck_assert_int_eq(pthread_create(&writer.thread, NULL, write_and_close, &writer), 0);
}

/* --- in a runtime --- */

/* READY once `inner` is, or waits for `interest` in a descriptor, not merely for the reactor's first news of it; it is polled in a context that counts how often it gave way. */
struct until_it_waits {
    struct wf_future future;
    struct wf_future *inner;
    const struct wf_waiter *waiter;
    const uint64_t *done;
    unsigned interest; /* 0: no wait ends it */
    uint64_t at_least; /* a wait ends it when so much is done */
    uint64_t most;     /* bytes in a poll */
    int moves;         /* polls that moved some */
    bool is_ready;
    int out;
};

static int gave_way;

static void count_and_wake(struct wf_context *context, const struct wf_waker *waker)
{
    (void)context;
    gave_way++;
    wf_waker_wake_by_ref(waker);
}

static enum wf_poll until_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct until_it_waits *self = (struct until_it_waits *)future;
    struct wf_context context = {.runs = "the test", .defer = count_and_wake};
    uint64_t before = *self->done;
    wf_context_enter(&context);
    self->is_ready = wf_future_poll(self->inner, cx) == WF_READY;
    wf_context_leave(&context);
    if (*self->done - before > self->most)
        self->most = *self->done - before;
    self->moves += *self->done > before;
    bool waits = wf_load_acquire(&self->waiter->state) == WF_WAITER_WAITING;
    return self->is_ready ||
                   (waits && *self->done >= self->at_least && self->waiter->interest == self->interest)
               ? WF_READY
               : WF_PENDING;
}

static void until_it_waits(struct until_it_waits *until, struct wf_future *inner,
                           const struct wf_waiter *waiter, const uint64_t *done, unsigned interest)
{
    static const struct wf_future_ops ops = {
        .name = "until_it_waits", .poll = until_poll, WF_FRAME(struct until_it_waits)};
    *until = (struct until_it_waits){
        .future = {.ops = &ops}, .inner = inner, .waiter = waiter, .done = done, .interest = interest};
}

/* What becomes of it. */
enum how {
    AT_ONCE, /* awaited */
    COUNTED, /* polled by until_it_waits to its end */
    GOES_ON, /* it waits; then at_stall; then awaited */
    DROPPED, /* it waits; then at_stall; then dropped */
};

static void (*at_stall)(void);

struct mover {
    struct wf_future future;
    enum how how;
    bool copies;
    bool same;           /* from and to are one */
    bool closed;         /* they are closed before */
    unsigned interests;  /* of `out`, if not 0 */
    unsigned stalls_for; /* if not WF_WRITABLE */
    bool moves_nothing;  /* before it stalls */
    int file;
    int64_t offset;
    size_t count;
    size_t piece;
    struct wf_async_fd from, to;
    struct until_it_waits until;
    union {
        struct wf_send_file send;
        struct wf_splice_copy copy;
    };
    int64_t result; /* its out */
    uint64_t done, in_pipe;
    int out;
};

static struct mover mover;

static void build(struct mover *self)
{
    unsigned interest = self->how == COUNTED ? 0 : self->stalls_for ? self->stalls_for : WF_WRITABLE;
    struct wf_async_fd *from = self->same ? &self->to : &self->from;
    if (self->copies) {
        wf_splice_copy(&self->copy, from, &self->to, self->count);
        self->copy.piece = self->piece ? self->piece : self->copy.piece;
        until_it_waits(&self->until, &self->copy.future, &self->copy.io.waiter, &self->copy.done, interest);
    } else {
        wf_send_file(&self->send, &self->to, self->file, self->offset, self->count);
        self->send.piece = self->piece ? self->piece : self->send.piece;
        until_it_waits(&self->until, &self->send.future, &self->send.io.waiter, &self->send.done, interest);
    }
    self->until.at_least = self->moves_nothing ? 0 : 1;
}

ASYNC_FN(mover)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(wf_async_fd_open(&self->to, out[1],
                                      self->interests ? self->interests : (unsigned)WF_READABLE | WF_WRITABLE),
                     0);
    if (self->copies && !self->same)
        ck_assert_int_eq(wf_async_fd_open(&self->from, in[1], WF_READABLE), 0);
    if (self->closed) {
        wf_async_fd_close(&self->to);
        wf_async_fd_close(&self->from);
    }
    /* a socket's buffer grows by itself, to more than there is to send */
    if (self->how != AT_ONCE && !self->interests)
        (void)!setsockopt(out[1], SOL_SOCKET, SO_SNDBUF, &(int){65536}, sizeof(int));
    build(self);
    if (self->how != AT_ONCE) {
        AWAIT(&self->until);
        ck_assert(self->until.is_ready == (self->how == COUNTED));
        if (at_stall)
            at_stall();
    }
    if (self->how == DROPPED)
        wf_future_drop(self->until.inner);
    else if (self->how != COUNTED && self->copies)
        AWAIT(&self->copy);
    else if (self->how != COUNTED)
        AWAIT(&self->send);
    ck_assert_int_eq(wf_load_acquire(&self->until.waiter->state), WF_WAITER_IDLE);
    ck_assert(!self->copies || (self->copy.pipe[0] == -1 && self->copy.pipe[1] == -1));
    self->result = self->copies ? self->copy.out : self->send.out;
    self->done = self->copies ? self->copy.done : self->send.done;
    self->in_pipe = self->copies ? self->copy.in_pipe : 0;
ASYNC_FINALLY:
    if (self->from.source)
        in[1] = wf_async_fd_release(&self->from);
    wf_async_fd_close(&self->to);
    ASYNC_END;
}

/* What is not said here is 0. */
#define MOVE(runtime_kind, ...)                                                                              \
    do {                                                                                                     \
        ASYNC_INIT(&mover, mover, __VA_ARGS__);                                                              \
        run_it(runtime_kind);                                                                                \
    } while (0)

static void run_it(enum wf_runtime_kind kind)
{
    struct wf_runtime *runtime = new_runtime_of(kind, 2, false);
    gave_way = 0;
    ck_assert_int_eq(wf_runtime_block_on(runtime, &mover.future), 0);
    wf_runtime_drop(runtime);
}

static void (*const open_stream[])(int ends[2]) = {open_tcp, open_pair};

/* --- a file --- */

/* G.315 */
START_TEST(g315_a_file_of_five_megabytes)
{
    int file = file_of(BYTES);
    for (int i = 0; i < 4; i++) {
        open_stream[i / 2](out);
        begin_reading(0);
        MOVE(kinds[i % 2], .file = file, .count = SIZE_MAX);
        ck_assert_int_eq(mover.result, BYTES);
        ck_assert_uint_eq(mover.done, BYTES);
        ck_assert_uint_eq(end_reading(), BYTES);
    }
    close(file);
}
END_TEST

/* G.315 */
START_TEST(g315_pieces_of_a_file_and_its_end)
{
    static const struct {
        size_t size;
        int64_t offset;
        size_t count;
        int64_t sent;
    } rows[] = {
        {0, 0, 10, 0},           {0, 5, SIZE_MAX, 0},
        {SOME, 0, 0, 0},         {SOME, 0, SOME, SOME},
        {SOME, 7, 100, 100},     {SOME, SOME - 1, 1, 1},
        {SOME, SOME, 1, 0},      {SOME, SOME + 1, 1, 0},
        {SOME, SOME - 9, 10, 9}, {SOME, 1, SIZE_MAX, SOME - 1},
        {SOME, INT64_MAX, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int file = file_of(rows[i].size);
        ck_assert_int_eq(lseek(file, 3, SEEK_SET), 3);
        open_pair(out);
        begin_reading((size_t)rows[i].offset);
        MOVE(kinds[i % 2], .file = file, .offset = rows[i].offset, .count = rows[i].count);
        ck_assert_int_eq(mover.result, rows[i].sent);
        ck_assert_uint_eq(mover.done, (uint64_t)rows[i].sent);
        ck_assert_uint_eq(end_reading(), (uint64_t)rows[i].sent);
        ck_assert_int_eq(lseek(file, 0, SEEK_CUR), 3);
        close(file);
    }
}
END_TEST

/* G.316 */
START_TEST(g316_a_poll_sends_so_many_pieces_and_gives_way)
{
    int file = file_of(SOME);
    open_pair(out);
    begin_reading(0);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .how = COUNTED, .file = file, .count = SIZE_MAX, .piece = PIECE);
    ck_assert_int_eq(mover.result, SOME);
    ck_assert_uint_eq(mover.until.most, IN_A_POLL);
    ck_assert_int_eq(mover.until.moves, SOME / IN_A_POLL);
    ck_assert_int_eq(gave_way, mover.until.moves); /* the last one has looked for the end */
    ck_assert_uint_eq(end_reading(), SOME);
    open_pair(out);
    begin_reading(0);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .how = COUNTED, .file = file, .count = SOME, .piece = PIECE);
    ck_assert_int_eq(gave_way, mover.until.moves - 1); /* no end is looked for */
    ck_assert_uint_eq(end_reading(), SOME);
    close(file);
}
END_TEST

/* G.316: also where the socket would take more. */
START_TEST(g316_no_poll_sends_more_than_the_limit)
{
    int file = file_of(BYTES);
    open_tcp(out);
    begin_reading(0);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .how = COUNTED, .file = file, .count = BYTES);
    ck_assert_uint_le(mover.until.most, MOST_IN_A_POLL);
    ck_assert_uint_eq(end_reading(), BYTES);
    close(file);
}
END_TEST

static void read_from_now_on(void)
{
    begin_reading(0);
}

/* G.317: the peer begins to read only once the future waits. */
START_TEST(g317_a_peer_that_does_not_read_is_waited_for)
{
    int file = file_of(BYTES);
    at_stall = read_from_now_on;
    for (int i = 0; i < 4; i++) {
        open_stream[i / 2](out);
        MOVE(kinds[i % 2], .how = GOES_ON, .file = file, .count = SIZE_MAX);
        ck_assert_int_eq(mover.result, BYTES);
        ck_assert_uint_eq(end_reading(), BYTES);
    }
    close(file);
}
END_TEST

/* G.317 */
START_TEST(g317_dropped_in_the_middle_it_says_how_many_went)
{
    int file = file_of(BYTES);
    for (int i = 0; i < 4; i++) {
        open_stream[i / 2](out);
        MOVE(kinds[i % 2], .how = DROPPED, .file = file, .offset = 5, .count = SIZE_MAX);
        ck_assert_uint_gt(mover.done, 0);
        ck_assert_uint_lt(mover.done, BYTES - 5);
        begin_reading(5);
        ck_assert_uint_eq(end_reading(), mover.done);
    }
    close(file);
}
END_TEST

/* --- what they do not take --- */

static int64_t result_of(int file, int64_t offset, unsigned interests, bool closed)
{
    MOVE(WF_RUNTIME_CURRENT_THREAD, .file = file, .offset = offset, .count = 9, .interests = interests,
         .closed = closed);
    close(out[0]);
    return mover.result;
}

/* G.318 */
START_TEST(g318_descriptors_that_a_file_is_not_sent_from_or_to)
{
    int file = file_of(SOME), folder = open("/tmp", O_RDONLY | O_CLOEXEC | O_DIRECTORY), pipe[2];
    int write_only = open("/dev/null", O_WRONLY | O_CLOEXEC);
    open_pipe(pipe);
    const int not_files[] = {pipe[0], folder, write_only};
    for (int i = 0; i < 3; i++) {
        open_pair(out);
        ck_assert_int_eq(result_of(not_files[i], 0, 0, false), -EINVAL);
    }
    open_pair(out);
    ck_assert_int_eq(result_of(-1, 0, 0, false), -EBADF);
    open_pair(out);
    ck_assert_int_eq(result_of(file, -1, 0, false), -EINVAL);
    open_pair(out);
    ck_assert_int_eq(result_of(file, 0, WF_READABLE, false), -EINVAL);
    open_pair(out);
    ck_assert_int_eq(result_of(file, 0, 0, true), WF_ECLOSED);
    open_pipe(out); /* the kernel would send into a pipe, and into messages */
    ck_assert_int_eq(result_of(file, 0, WF_WRITABLE, false), -EINVAL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, out), 0);
    ck_assert_int_eq(result_of(file, 0, WF_WRITABLE, false), -EINVAL);
    close(file);
    close(folder);
    close(write_only);
    close_both(pipe);
}
END_TEST

static _Atomic int pipe_signals;

static void count_signal(int number)
{
    (void)number;
    pipe_signals++;
}

static void reset_the_peer(void)
{
    reset_at_close(out[0]);
    close(out[0]);
}

/* G.318 G.317: a peer that is gone, and one that goes while the future waits. */
START_TEST(g318_nobody_reads_and_no_signal_is_raised)
{
    sigset_t mask;
    struct sigaction action = {.sa_handler = count_signal}, before;
    ck_assert_int_eq(sigaction(SIGPIPE, &action, &before), 0);
    int file = file_of(BYTES);
    for (int i = 0; i < 2; i++) {
        open_pair(out);
        close(out[0]);
        MOVE(kinds[i], .file = file, .count = SIZE_MAX);
        ck_assert_int_eq(mover.result, -EPIPE);
        ck_assert_uint_eq(mover.done, 0);
        open_tcp(out);
        at_stall = reset_the_peer;
        MOVE(kinds[i], .how = GOES_ON, .file = file, .count = SIZE_MAX);
        ck_assert(mover.result == -ECONNRESET || mover.result == -EPIPE);
        ck_assert_uint_gt(mover.done, 0);
        ck_assert_uint_lt(mover.done, BYTES);
    }
    close(file);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    ck_assert_int_eq(sigismember(&mask, SIGPIPE), 0); /* not blocked: one from elsewhere is delivered */
    ck_assert_int_eq(pipe_signals, 0);
    ck_assert_int_eq(sigaction(SIGPIPE, &before, NULL), 0);
}
END_TEST

/* G.318 */
START_TEST(g318_a_signal_that_was_pending_stays_pending)
{
    sigset_t set, before, pending;
    int file = file_of(SOME);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, &before), 0);
    ck_assert_int_eq(pthread_kill(pthread_self(), SIGPIPE), 0);
    open_pair(out);
    close(out[0]);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .file = file, .count = SIZE_MAX);
    ck_assert_int_eq(mover.result, -EPIPE);
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGPIPE), 1);
    ck_assert_int_eq(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGPIPE);
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    close(file);
}
END_TEST

/* --- a stream --- */

static void (*const open_source[])(int ends[2]) = {open_tcp, open_pair, open_pipe_to_read};
static void (*const open_sink[])(int ends[2]) = {open_tcp, open_pair, open_pipe};

/* `out` of kind `i`, which for a pipe is opened to be written alone. */
static unsigned interests_of(int i)
{
    return i == 2 ? WF_WRITABLE : 0;
}

/* G.319: each kind into each. */
START_TEST(g319_every_byte_comes_through_in_its_sequence)
{
    for (int i = 0; i < 9; i++) {
        open_source[i / 3](in);
        open_sink[i % 3](out);
        begin_reading(0);
        begin_writing(BYTES / 4);
        MOVE(kinds[i % 2], .copies = true, .count = SIZE_MAX, .interests = interests_of(i % 3));
        pthread_join(writer.thread, NULL);
        ck_assert_int_eq(mover.result, BYTES / 4);
        ck_assert_uint_eq(mover.done, BYTES / 4);
        ck_assert_uint_eq(mover.in_pipe, 0);
        ck_assert_uint_eq(end_reading(), BYTES / 4);
        close(in[1]);
    }
}
END_TEST

static uint64_t read_rest(int fd, size_t from)
{
    reader = (struct other_side){.fd = fd, .from = from};
    read_to_end(&reader);
    return reader.moved;
}

/* G.319 */
START_TEST(g319_no_byte_more_than_asked_for_is_read)
{
    for (int i = 0; i < 3; i++) {
        open_source[i](in);
        open_pair(out);
        begin_reading(0);
        begin_writing(SOME);
        pthread_join(writer.thread, NULL);
        MOVE(kinds[i % 2], .copies = true, .count = 300, .piece = 200);
        ck_assert_int_eq(mover.result, 300);
        ck_assert_uint_eq(end_reading(), 300);
        ck_assert_uint_eq(read_rest(in[1], 300), SOME - 300);
    }
    open_pair(in);
    open_pair(out);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .copies = true, .count = 0);
    ck_assert_int_eq(mover.result, 0);
    close_both(in);
    close(out[0]);
}
END_TEST

/* G.319: one socket may be both, as in an echo. */
START_TEST(g319_a_socket_into_itself)
{
    open_pair(out);
    ck_assert_int_eq(write(out[0], content, SOME), SOME);
    ck_assert_int_eq(shutdown(out[0], SHUT_WR), 0);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .copies = true, .same = true, .count = SIZE_MAX);
    ck_assert_int_eq(mover.result, SOME);
    ck_assert_uint_eq(read_rest(out[0], 0), SOME);
}
END_TEST

/* G.316 */
START_TEST(g316_a_poll_copies_so_many_pieces_and_gives_way)
{
    open_pair(in);
    open_pair(out);
    begin_reading(0);
    begin_writing(SOME);
    pthread_join(writer.thread, NULL);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .how = COUNTED, .copies = true, .count = SOME, .piece = PIECE);
    ck_assert_int_eq(mover.result, SOME);
    ck_assert_uint_eq(mover.until.most, IN_A_POLL / 2); /* a read and a write each */
    ck_assert_int_eq(gave_way, mover.until.moves - 1);
    ck_assert_uint_eq(end_reading(), SOME);
    close(in[1]);
}
END_TEST

/* G.317 G.319: what is in the pipe is kept while it waits for room. */
START_TEST(g319_a_slow_reader_gets_what_was_in_the_pipe)
{
    at_stall = read_from_now_on;
    for (int i = 0; i < 6; i++) {
        open_source[i / 2](in);
        open_sink[i / 2](out);
        begin_writing(BYTES);
        MOVE(kinds[i % 2], .how = GOES_ON, .copies = true, .count = SIZE_MAX,
             .interests = interests_of(i / 2));
        pthread_join(writer.thread, NULL);
        ck_assert_int_eq(mover.result, BYTES);
        ck_assert_uint_eq(end_reading(), BYTES);
        close(in[1]);
    }
}
END_TEST

static void drop_in_the_middle(enum wf_runtime_kind kind, int i)
{
    open_source[i](in);
    open_sink[i](out);
    begin_writing(BYTES);
    MOVE(kind, .how = DROPPED, .copies = true, .count = SIZE_MAX, .interests = interests_of(i));
    ck_assert_uint_gt(mover.done, 0);
    ck_assert_uint_gt(mover.in_pipe, 0);
    begin_reading(0);
    ck_assert_uint_eq(end_reading(), mover.done);
    ck_assert_uint_eq(read_rest(in[1], mover.done + mover.in_pipe), BYTES - mover.done - mover.in_pipe);
    pthread_join(writer.thread, NULL);
}

/* G.320 */
START_TEST(g320_dropped_in_the_middle_it_says_what_is_lost)
{
    for (int i = 0; i < 6; i++)
        drop_in_the_middle(kinds[i % 2], i / 2);
}
END_TEST

/* G.320: it waits with bytes in its pipe: nobody reads, and all was written before. */
START_TEST(g320_what_was_in_the_pipe_is_counted)
{
    open_pipe_to_read(in);
    open_pipe(out);
    begin_writing(SOME);
    pthread_join(writer.thread, NULL);
    while (write(out[1], content, 4096) == 4096)
        continue;
    ck_assert_int_eq(errno, EAGAIN);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .how = DROPPED, .copies = true, .count = SIZE_MAX, .piece = PIECE,
         .interests = WF_WRITABLE, .moves_nothing = true);
    ck_assert_uint_eq(mover.done, 0);
    ck_assert_uint_eq(mover.in_pipe, PIECE);
    ck_assert_uint_eq(read_rest(in[1], PIECE), SOME - PIECE);
    close(out[0]);
}
END_TEST

/* G.320 G.318 */
START_TEST(g320_where_nobody_reads_it_fails_and_says_what_is_lost)
{
    struct sigaction action = {.sa_handler = count_signal}, before;
    ck_assert_int_eq(sigaction(SIGPIPE, &action, &before), 0);
    for (int i = 1; i < 3; i++) {
        open_pair(in);
        open_sink[i](out);
        close(out[0]);
        begin_writing(SOME);
        pthread_join(writer.thread, NULL);
        MOVE(kinds[i % 2], .copies = true, .count = SIZE_MAX, .piece = PIECE, .interests = interests_of(i));
        ck_assert_int_eq(mover.result, -EPIPE);
        ck_assert_uint_eq(mover.done, 0);
        ck_assert_uint_eq(mover.in_pipe, PIECE);
        ck_assert_uint_eq(read_rest(in[1], PIECE), SOME - PIECE);
    }
    ck_assert_int_eq(pipe_signals, 0);
    ck_assert_int_eq(sigaction(SIGPIPE, &before, NULL), 0);
}
END_TEST

static void reset_the_source(void)
{
    reset_at_close(in[0]);
    close(in[0]);
}

/* G.320: the source breaks while it is waited for. */
START_TEST(g320_a_source_that_breaks)
{
    for (int i = 0; i < 2; i++) {
        open_tcp(in);
        open_pair(out);
        at_stall = reset_the_source;
        MOVE(kinds[i], .how = GOES_ON, .stalls_for = WF_READABLE, .moves_nothing = true, .copies = true,
             .count = SIZE_MAX);
        ck_assert_int_eq(mover.result, -ECONNRESET);
        ck_assert_uint_eq(mover.in_pipe, 0);
        close(in[1]);
        close(out[0]);
    }
}
END_TEST

/* G.318 */
START_TEST(g318_descriptors_that_are_not_copied_from_or_to)
{
    open_pair(in);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, out), 0);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .copies = true, .count = 9);
    ck_assert_int_eq(mover.result, -EINVAL);
    close(out[0]);
    open_pair(out);
    put(in[0], "x");
    MOVE(WF_RUNTIME_CURRENT_THREAD, .copies = true, .count = 9, .interests = WF_READABLE);
    ck_assert_int_eq(mover.result, -EINVAL);
    ck_assert_uint_eq(mover.in_pipe, 1);
    close(out[0]);
    open_pair(out);
    MOVE(WF_RUNTIME_CURRENT_THREAD, .copies = true, .count = 9, .closed = true);
    ck_assert_int_eq(mover.result, WF_ECLOSED);
    close(out[0]);
    close(in[0]);
    open_pair(out);
    in[1] = an_event();
    MOVE(WF_RUNTIME_CURRENT_THREAD, .copies = true, .count = 9);
    ck_assert_int_eq(mover.result, -EINVAL);
    close(in[1]);
    close(out[0]);
}
END_TEST

/* G.317 G.320: one that was never polled has nothing. */
START_TEST(g320_dropped_before_its_first_poll)
{
    static struct wf_async_fd none = {.fd = -1};
    wf_send_file(&mover.send, &none, -1, 0, 1);
    wf_future_drop(&mover.send.future);
    ck_assert_uint_eq(mover.send.done, 0);
    wf_splice_copy(&mover.copy, &none, &none, 1);
    wf_future_drop(&mover.copy.future);
    ck_assert_uint_eq(mover.copy.done + mover.copy.in_pipe, 0);
}
END_TEST

TCase *send_file_tests(void)
{
    TCase *tcase = tcase_create("send_file");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, g315_a_file_of_five_megabytes);
    tcase_add_test(tcase, g315_pieces_of_a_file_and_its_end);
    tcase_add_test(tcase, g316_a_poll_sends_so_many_pieces_and_gives_way);
    tcase_add_test(tcase, g316_no_poll_sends_more_than_the_limit);
    tcase_add_test(tcase, g316_a_poll_copies_so_many_pieces_and_gives_way);
    tcase_add_test(tcase, g317_a_peer_that_does_not_read_is_waited_for);
    tcase_add_test(tcase, g317_dropped_in_the_middle_it_says_how_many_went);
    tcase_add_test(tcase, g318_descriptors_that_a_file_is_not_sent_from_or_to);
    tcase_add_test(tcase, g318_nobody_reads_and_no_signal_is_raised);
    tcase_add_test(tcase, g318_a_signal_that_was_pending_stays_pending);
    tcase_add_test(tcase, g318_descriptors_that_are_not_copied_from_or_to);
    tcase_add_test(tcase, g319_every_byte_comes_through_in_its_sequence);
    tcase_add_test(tcase, g319_no_byte_more_than_asked_for_is_read);
    tcase_add_test(tcase, g319_a_socket_into_itself);
    tcase_add_test(tcase, g319_a_slow_reader_gets_what_was_in_the_pipe);
    tcase_add_test(tcase, g320_dropped_in_the_middle_it_says_what_is_lost);
    tcase_add_test(tcase, g320_what_was_in_the_pipe_is_counted);
    tcase_add_test(tcase, g320_where_nobody_reads_it_fails_and_says_what_is_lost);
    tcase_add_test(tcase, g320_a_source_that_breaks);
    tcase_add_test(tcase, g320_dropped_before_its_first_poll);
    return tcase;
}
