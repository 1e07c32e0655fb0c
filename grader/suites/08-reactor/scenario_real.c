/**
 * @file scenario_real.c
 * @brief Lab 08: pipes, sockets, an eventfd and a timerfd, with the reactor on libevent.
 *
 * Nothing here says how late anything is: a wait for the reactor lasts until it tells.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "mocks.h"
#include "real.h"
#include "weft/async.h"
#include "weft/current_thread.h"
#include "weft/multi_thread.h"
#include "weft/scheduler.h"
#include "weft/task.h"

/* --- waits that are polled by hand --- */

static void *wait_clone(void *data)
{
    wf_fetch_add_relaxed(&((struct wait *)data)->clones, 1);
    return data;
}

static void wait_wake_by_ref(void *data)
{
    wf_fetch_add_release(&((struct wait *)data)->wakes, 1);
}

static void wait_drop(void *data)
{
    wf_fetch_add_release(&((struct wait *)data)->clones, -1);
}

static void wait_wake(void *data)
{
    wait_wake_by_ref(data);
    wait_drop(data);
}

static const struct wf_waker_ops wait_ops = {wait_clone, wait_wake, wait_wake_by_ref, wait_drop};

bool poll_wait(struct wait *self)
{
    const struct wf_waker waker = {&wait_ops, self};
    struct wf_cx cx = {.waker = &waker};
    return wf_future_poll(&self->ready.future, &cx) == WF_READY;
}

bool begin_wait(struct wait *self, struct wf_async_fd *async_fd, unsigned interest)
{
    wf_fd_ready(&self->ready, async_fd, interest);
    return poll_wait(self);
}

struct wait *new_waits(int64_t count)
{
    struct wait *waits = calloc((size_t)count, sizeof *waits);
    if (!waits)
        scenario_broken("no memory");
    return waits;
}

/* --- the reactor, and descriptors --- */

struct wf_reactor *enter_reactor(struct wf_context *context)
{
    struct wf_reactor *reactor = wf_reactor_new();
    if (!reactor)
        scenario_broken("no reactor");
    *context = (struct wf_context){.reactor = reactor};
    wf_context_enter(context);
    return reactor;
}

void leave_reactor(struct wf_context *context)
{
    wf_context_leave(context);
    wf_park_shutdown(&context->reactor->park);
    wf_park_drop(&context->reactor->park);
}

static void turn_until_woken(struct wait *waits, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        while (wf_load_acquire(&waits[i].wakes) == 0)
            (void)wf_park(&wf_context_current->reactor->park, WF_FOREVER);
}

void make_pair(int fds[2], bool sockets)
{
    if ((sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds)) != 0)
        scenario_broken("no more descriptors");
}

void write_byte(int fd)
{
    if (write(fd, "x", 1) != 1)
        scenario_broken("a byte is not written");
}

bool open_fails(struct wf_async_fd *async_fd, int fd, unsigned interest)
{
    return wf_async_fd_open(async_fd, fd, interest) != 0;
}

int64_t read_byte(int fd, void *arg, bool *drained)
{
    char byte;
    ssize_t length = read(fd, &byte, 1);
    (void)arg, (void)drained;
    return length < 0 ? -errno : length;
}

/* A call that must not wait. */
static int64_t do_now(struct wf_async_fd *async_fd, unsigned interest,
                      int64_t (*call)(int fd, void *arg, bool *drained), void *arg)
{
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    struct wf_fd_io io;
    wf_fd_io(&io, async_fd, interest, call, arg);
    if (wf_future_poll(&io.future, &cx) == WF_READY)
        return io.out;
    wf_future_drop(&io.future);
    return INT64_MIN;
}

/* --- a pump --- */

struct flow {
    struct wf_future future;
    struct wf_async_fd *async_fd;
    bool writes, closes;
    int64_t piece, total, done;
    unsigned char *bytes;
    struct wf_fd_io io;
    int out; /* 0: as it should be */
};

static unsigned char byte_at(int64_t position)
{
    return (unsigned char)(position * 131 + position / 251);
}

static int64_t write_some(int fd, void *arg, bool *drained)
{
    struct flow *self = arg;
    size_t wanted = (size_t)(self->total - self->done < self->piece ? self->total - self->done : self->piece);
    for (size_t i = 0; i < wanted; i++)
        self->bytes[i] = byte_at(self->done + (int64_t)i);
    ssize_t length = write(fd, self->bytes, wanted);
    *drained = length >= 0 && (size_t)length < wanted;
    return length < 0 ? -errno : length;
}

static int64_t read_some(int fd, void *arg, bool *drained)
{
    struct flow *self = arg;
    ssize_t length = read(fd, self->bytes, (size_t)self->piece);
    *drained = length > 0 && length < self->piece;
    return length < 0 ? -errno : length;
}

ASYNC_FN(flow)
{
    ASYNC_BEGIN;
    while (self->writes && self->out == 0 && self->done < self->total) {
        wf_fd_io(&self->io, self->async_fd, WF_WRITABLE, write_some, self);
        AWAIT(&self->io);
        self->done += self->io.out;
        self->out = self->io.out <= 0;
    }
    while (!self->writes && self->out == 0) {
        wf_fd_io(&self->io, self->async_fd, WF_READABLE, read_some, self);
        AWAIT(&self->io);
        if (self->io.out <= 0)
            break;
        for (int64_t i = 0; i < self->io.out; i++)
            self->out += self->bytes[i] != byte_at(self->done + i);
        self->done += self->io.out;
    }
    self->out += self->done != self->total;
    if (self->writes && self->closes)
        wf_async_fd_close(self->async_fd);
    else if (self->writes)
        (void)shutdown(self->async_fd->fd, SHUT_WR); /* the other side reads to the end */
ASYNC_FINALLY:
    ASYNC_END;
}

enum { FLOWS = 4 };

struct pumping {
    struct wf_future future;
    int64_t flows, piece, pieces, i;
    bool sockets;
    int fds[2];
    struct wf_async_fd ends[2];
    struct wf_join_handle handles[FLOWS];
    unsigned char *bytes[FLOWS];
    int wrong[FLOWS], status;
    int out;
};

ASYNC_FN(pumping)
{
    ASYNC_BEGIN;
    self->out +=
        open_fails(&self->ends[0], self->fds[0], self->sockets ? WF_READABLE | WF_WRITABLE : WF_READABLE);
    self->out +=
        open_fails(&self->ends[1], self->fds[1], self->sockets ? WF_READABLE | WF_WRITABLE : WF_WRITABLE);
    for (self->i = 0; self->i < self->flows; self->i++) {
        /* a pipe: 0 reads, 1 writes; sockets: 2 writes where 0 reads, and 3 reads where 1 writes */
        if (WF_SPAWN(wf_scheduler_current(), &self->handles[self->i], flow,
                     .async_fd = &self->ends[self->i % 2], .writes = self->i == 1 || self->i == 2,
                     .closes = !self->sockets, .piece = self->piece, .total = self->piece * self->pieces,
                     .bytes = self->bytes[self->i]) != 0)
            scenario_broken("no memory for a task");
        self->handles[self->i].value = &self->wrong[self->i];
    }
    for (self->i = 0; self->i < self->flows; self->i++) {
        AWAIT_TO(self->status, &self->handles[self->i]);
        self->out += self->status != 0 || self->wrong[self->i] != 0;
    }
    wf_async_fd_close(&self->ends[0]);
    wf_async_fd_close(&self->ends[1]);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct step_reply on_pump(const struct step_pump *step)
{
    struct wf_context context;
    struct wf_reactor *reactor = enter_reactor(&context);
    struct pumping root;
    int fds[2];
    make_pair(fds, step->pump == THROUGH_SOCKETS);
    (void)ASYNC_INIT(&root, pumping, .flows = step->pump == THROUGH_SOCKETS ? 4 : 2, .piece = step->piece,
                     .pieces = step->pieces, .sockets = step->pump == THROUGH_SOCKETS);
    memcpy(root.fds, fds, sizeof fds);
    for (int i = 0; i < FLOWS; i++)
        root.bytes[i] = mock_storage(step->piece);
    if (step->workers == 0) {
        struct wf_current_thread *runtime = wf_current_thread_new(&reactor->park, NULL);
        if (!runtime)
            scenario_broken("no memory");
        wf_current_thread_block_on(runtime, &root.future);
        wf_current_thread_drop(runtime);
    } else {
        struct wf_multi_thread *runtime =
            wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = (uint32_t)step->workers,
                                                                 .driver = &reactor->park,
                                                                 .base = &context,
                                                                 .stack_bytes = 256 << 10});
        if (!runtime || wf_multi_thread_block_on(runtime, &root.future) != 0)
            scenario_broken("no thread");
        wf_multi_thread_drop(runtime);
    }
    wf_context_leave(&context);
    for (int i = 0; i < FLOWS; i++)
        free(root.bytes[i]);
    return ANSWERS(root.out);
}

/* --- many --- */

static struct step_reply on_crowd(const struct step_crowd *step)
{
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    struct wf_async_fd async_fd;
    int fds[2];
    make_pair(fds, false);
    (void)enter_reactor(&context);
    struct wait *waits = new_waits(step->count);
    reply.a += open_fails(&async_fd, fds[0], WF_READABLE);
    for (int64_t i = 0; i < step->count; i++)
        reply.a += begin_wait(&waits[i], &async_fd, WF_READABLE);
    write_byte(fds[1]);
    turn_until_woken(waits, step->count);
    for (int64_t i = 0; i < step->count; i++) {
        bool good = poll_wait(&waits[i]) && waits[i].ready.out == WF_READABLE && waits[i].wakes == 1 &&
                    waits[i].clones == 0;
        reply.a += !good;
        reply.b += good;
    }
    wf_async_fd_close(&async_fd);
    (void)close(fds[1]);
    leave_reactor(&context);
    free(waits);
    return reply;
}

static struct step_reply on_giving_up(const struct step_giving_up *step)
{
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    struct wf_async_fd async_fd;
    struct wait *last = new_waits(1);
    int fds[2];
    make_pair(fds, false);
    (void)enter_reactor(&context);
    reply.a += open_fails(&async_fd, fds[0], WF_READABLE);
    for (int64_t i = 0; i < step->count; i++) {
        struct wait *wait = new_waits(1);
        reply.a += begin_wait(wait, &async_fd, WF_READABLE);
        wf_future_drop(&wait->ready.future);
        reply.a += wait->clones != 0;
        free(wait);
    }
    reply.a += begin_wait(last, &async_fd, WF_READABLE);
    write_byte(fds[1]);
    turn_until_woken(last, 1);
    reply.b += poll_wait(last);
    reply.a += do_now(&async_fd, WF_READABLE, read_byte, NULL) != 1;
    wf_async_fd_close(&async_fd);
    (void)close(fds[1]);
    leave_reactor(&context);
    free(last);
    return reply;
}

static struct step_reply on_pairs(const struct step_pairs *step)
{
    static int fds[PAIRS_MAX][2];
    static struct wf_async_fd async_fds[PAIRS_MAX];
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    int64_t count = scenario_in_range(step->pairs, PAIRS_MAX + 1);
    struct wait *waits = new_waits(count);
    (void)enter_reactor(&context);
    for (int64_t i = 0; i < count; i++) {
        make_pair(fds[i], false);
        reply.a += open_fails(&async_fds[i], fds[i][0], WF_READABLE);
        reply.a += begin_wait(&waits[i], &async_fds[i], WF_READABLE);
    }
    for (int64_t i = count - 1; i >= 0; i--) {
        write_byte(fds[i][1]);
        turn_until_woken(&waits[i], 1);
        reply.a += i > 0 && waits[i - 1].wakes != 0;
        reply.a += !poll_wait(&waits[i]) || waits[i].ready.out != WF_READABLE;
    }
    for (int64_t i = 0; i < count; i++) {
        reply.b += do_now(&async_fds[i], WF_READABLE, read_byte, NULL) == 1;
        reply.a += do_now(&async_fds[i], WF_READABLE, read_byte, NULL) != INT64_MIN;
        wf_async_fd_close(&async_fds[i]);
        (void)close(fds[i][1]);
    }
    leave_reactor(&context);
    free(waits);
    return reply;
}

/* --- ends, and descriptors of other kinds --- */

static int64_t send_byte(int fd, void *arg, bool *drained)
{
    ssize_t length = send(fd, "x", 1, MSG_NOSIGNAL);
    (void)arg, (void)drained;
    return length < 0 ? -errno : length;
}

static struct step_reply on_peers(const struct step_peers *step)
{
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    struct wf_async_fd async_fd;
    struct wait *waits = new_waits(2);
    int fds[2];
    (void)step;
    make_pair(fds, true);
    (void)enter_reactor(&context);
    reply.a += open_fails(&async_fd, fds[0], WF_READABLE | WF_WRITABLE | WF_PRIORITY);
    reply.a += begin_wait(&waits[0], &async_fd, WF_READABLE);
    reply.a += begin_wait(&waits[1], &async_fd, WF_PRIORITY);
    (void)shutdown(fds[1], SHUT_WR);
    turn_until_woken(waits, 2); /* that nothing is read any more serves both */
    reply.b += poll_wait(&waits[0]) && do_now(&async_fd, WF_READABLE, read_byte, NULL) == 0;
    reply.b += poll_wait(&waits[1]) && waits[1].ready.out == WF_READ_CLOSED;
    reply.b += do_now(&async_fd, WF_WRITABLE, send_byte, NULL) == 1;
    (void)close(fds[1]);
    reply.b += do_now(&async_fd, WF_WRITABLE, send_byte, NULL) == -EPIPE;
    wf_async_fd_close(&async_fd);
    leave_reactor(&context);
    free(waits);
    return reply;
}

static int64_t read_count(int fd, void *arg, bool *drained)
{
    uint64_t count;
    ssize_t length = read(fd, &count, sizeof count);
    (void)arg, (void)drained;
    return length < 0 ? -errno : (int64_t)count;
}

/* Wait until it can be read; then it reads `wanted`, and nothing more. Whether it went wrong. */
static bool counts(int fd, bool is_timer, int64_t wanted)
{
    struct wf_async_fd async_fd;
    struct wait *wait = new_waits(1);
    const struct itimerspec soon = {.it_value.tv_nsec = 50000};
    bool wrong = open_fails(&async_fd, fd, WF_READABLE) || begin_wait(wait, &async_fd, WF_READABLE);
    if (is_timer)
        wrong |= timerfd_settime(fd, 0, &soon, NULL) != 0;
    else
        wrong |= eventfd_write(fd, (eventfd_t)wanted) != 0;
    turn_until_woken(wait, 1);
    wrong |= !poll_wait(wait) || do_now(&async_fd, WF_READABLE, read_count, NULL) != wanted ||
             do_now(&async_fd, WF_READABLE, read_count, NULL) != INT64_MIN ||
             wf_async_fd_release(&async_fd) != fd;
    free(wait);
    return wrong;
}

static struct step_reply on_counters(const struct step_counters *step)
{
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    int event = eventfd(0, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    if (event < 0 || timer < 0)
        scenario_broken("no more descriptors");
    (void)enter_reactor(&context);
    for (int64_t round = 0; round < step->rounds; round++) {
        reply.a += counts(event, false, 1 + round);
        reply.a += counts(timer, true, 1);
        reply.b++;
    }
    leave_reactor(&context);
    (void)close(event);
    (void)close(timer);
    return reply;
}

STEP_SCENARIO(real, REAL_STEPS, NULL, NULL)
