/**
 * @file test_reactor_runtime.c
 * @brief Descriptors in whole runtimes: of one thread and of several, beside each other, paused, and at their end.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "jobs.h"
#include "watching.h"
#include "weft/alloc.h"
#include "weft/async_fd.h"
#include "weft/coop.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/time.h"

static int64_t read_some(int fd, void *arg, bool *drained)
{
    char bytes[64];
    ssize_t length = read(fd, bytes, sizeof bytes);
    *drained = length > 0 && (size_t)length < sizeof bytes;
    (void)arg;
    return length < 0 ? -errno : length;
}

static int64_t write_some(int fd, void *arg, bool *drained)
{
    static const char bytes[1000];
    int64_t left = *(const int64_t *)arg;
    ssize_t length = write(fd, bytes, left < 1000 ? (size_t)left : sizeof bytes);
    (void)drained;
    return length < 0 ? -errno : length;
}

static _Atomic int readers_opened;

/* Reads to the end. */
struct reader {
    struct wf_future future;
    int fd;
    _Atomic int64_t *total;
    struct wf_async_fd input;
    struct wf_fd_io io;
    int out;
};

ASYNC_FN(reader)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(wf_async_fd_open(&self->input, self->fd, WF_READABLE), 0);
    readers_opened++;
    do {
        wf_fd_io(&self->io, &self->input, WF_READABLE, read_some, NULL);
        AWAIT(&self->io);
        ck_assert_int_ge(self->io.out, 0);
        *self->total += self->io.out;
    } while (self->io.out > 0);
ASYNC_FINALLY:
    wf_async_fd_close(&self->input);
    ASYNC_END;
}

struct writer {
    struct wf_future future;
    int fd;
    int64_t left;
    struct wf_async_fd output;
    struct wf_fd_io io;
    int out;
};

ASYNC_FN(writer)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(wf_async_fd_open(&self->output, self->fd, WF_WRITABLE), 0);
    while (self->left > 0) {
        wf_fd_io(&self->io, &self->output, WF_WRITABLE, write_some, &self->left);
        AWAIT(&self->io);
        ck_assert_int_gt(self->io.out, 0);
        self->left -= self->io.out;
    }
ASYNC_FINALLY:
    wf_async_fd_close(&self->output);
    ASYNC_END;
}

enum { PAIRS = 8, BYTES = 100000 };

/* Bytes through pipes, and through pairs of sockets. */
struct pump {
    struct wf_future future;
    struct wf_join_handle readers[PAIRS];
    _Atomic int64_t total;
    int i;
    int out;
};

ASYNC_FN(pump)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < PAIRS; self->i++) {
        int ends[2];
        if (self->i % 2)
            open_pair(ends);
        else
            open_pipe(ends);
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->readers[self->i], reader, .fd = ends[0],
                                  .total = &self->total),
                         0);
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), NULL, writer, .fd = ends[1], .left = BYTES), 0);
    }
    for (self->i = 0; self->i < PAIRS; self->i++)
        AWAIT(&self->readers[self->i]);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct wf_runtime *new_one(enum wf_runtime_kind kind, uint32_t workers, bool paused)
{
    struct wf_runtime *one =
        wf_runtime_new(&(struct wf_runtime_config){.kind = kind, .workers = workers, .paused_clock = paused});
    ck_assert_ptr_nonnull(one);
    return one;
}

static void *pump_in_a_runtime(void *arg)
{
    struct pump root;
    struct wf_runtime *runtime = new_one(*(const enum wf_runtime_kind *)arg, 2, false);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, pump)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(root.total, (int64_t)PAIRS * BYTES);
    return NULL;
}

/* G.151: of one thread; of two workers; and four runtimes at once. */
START_TEST(g151_bytes_go_through_runtimes)
{
    static const enum wf_runtime_kind kinds[] = {WF_RUNTIME_CURRENT_THREAD, WF_RUNTIME_MULTI_THREAD};
    int before = open_descriptors();
    if (_i < 2)
        pump_in_a_runtime((void *)(uintptr_t)&kinds[_i]);
    else {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(
                pthread_create(&threads[i], NULL, pump_in_a_runtime, (void *)(uintptr_t)&kinds[i % 2]), 0);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- the end --- */

static struct wf_async_fd kept;
static _Atomic int64_t ignored;

struct leaves_all {
    struct wf_future future;
    struct wf_yield yield;
    int i;
    int out;
};

/* Its writers' ends are kept open by the test: no reader comes to its end. */
static int writers_ends[PAIRS];

ASYNC_FN(leaves_all)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < PAIRS; self->i++) {
        int ends[2];
        open_pipe(ends);
        writers_ends[self->i] = ends[1];
        if (self->i % 2)
            put(ends[1], "x");
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), NULL, reader, .fd = ends[0], .total = &ignored), 0);
    }
    int ends[2];
    open_pipe(ends);
    ck_assert_int_eq(wf_async_fd_open(&kept, ends[0], WF_READABLE), 0);
    close(ends[1]);
    while (readers_opened < PAIRS)
        AWAIT(wf_yield(&self->yield));
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.153: a runtime ends under its waits; a descriptor that outlives it is closed like any other. */
START_TEST(g153_a_runtime_ends_with_all_in_flight)
{
    int before = open_descriptors();
    struct leaves_all root;
    struct wf_fd_ready ready;
    struct wf_runtime *runtime = new_one(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD, 2, false);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, leaves_all)->future), 0);
    wf_runtime_drop(runtime);
    wf_fd_ready(&ready, &kept, WF_READABLE);
    ck_assert_int_eq(wf_future_poll(&ready.future, &idle_cx), WF_READY);
    ck_assert_int_eq(ready.out, WF_ECLOSED);
    wf_async_fd_close(&kept);
    for (int i = 0; i < PAIRS; i++)
        close(writers_ends[i]);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static _Atomic bool is_begun, is_ending;

static bool is_true(void *flag)
{
    return *(_Atomic bool *)flag;
}

/* Opens one while the runtime is there, and closes it, and is refused another, when its executor is gone. */
static int outlives_the_executor(void *arg)
{
    int ends[2];
    struct wf_async_fd own, late;
    (void)arg;
    open_pipe(ends);
    ck_assert_int_eq(wf_async_fd_open(&own, ends[0], WF_READABLE), 0);
    is_begun = true;
    wait_for(is_true, &is_ending);
    while (!(wf_readiness_look(&own.source->readiness) & WF_SOURCE_CLOSED))
        sched_yield();
    ck_assert_int_eq(wf_async_fd_open(&late, ends[1], WF_WRITABLE), WF_ECLOSED);
    wf_async_fd_close(&own);
    close(ends[1]);
    return 0;
}

static bool calls_it(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    ck_assert_int_eq(wf_blocking(NULL, outlives_the_executor, NULL), 0);
    wait_for(is_true, &is_begun);
    return true;
}

/* G.153: a blocking call goes on when the drop has shut the reactor down. */
START_TEST(g153_a_blocking_call_closes_behind_the_shutdown)
{
    int before = open_descriptors();
    struct wf_runtime *runtime = new_one(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD, 2, false);
    struct job root = job_of(calls_it, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    is_ending = true;
    wf_runtime_drop(runtime);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- in between --- */

struct echo {
    struct wf_future future;
    struct wf_async_fd input;
    struct wf_fd_io io;
    struct wf_timeout limit;
    uint64_t begun;
    int ends[2];
    int i;
    int out;
};

/* What it reads was written by itself: it is there, but the reactor has not told yet. */
ASYNC_FN(echo)
{
    ASYNC_BEGIN;
    open_pipe(self->ends);
    ck_assert_int_eq(wf_async_fd_open(&self->input, self->ends[0], WF_READABLE), 0);
    self->begun = wf_now();
    for (self->i = 0; self->i < 1000; self->i++) {
        put(self->ends[1], "x");
        wf_fd_io(&self->io, &self->input, WF_READABLE, read_some, NULL);
        wf_timeout(&self->limit, WF_HOURS(1), &self->io.future);
        AWAIT(&self->limit);
        ck_assert_int_eq(self->limit.out, 0);
        ck_assert_int_eq(self->io.out, 1);
        ck_assert_uint_eq(wf_now(), self->begun);
    }
    wf_fd_io(&self->io, &self->input, WF_READABLE, read_some, NULL);
    wf_timeout(&self->limit, WF_HOURS(1), &self->io.future); /* nothing comes: time passes */
    AWAIT(&self->limit);
    ck_assert_int_ne(self->limit.out, 0);
    ck_assert_uint_ge(wf_now(), self->begun + WF_HOURS(1));
ASYNC_FINALLY:
    wf_async_fd_close(&self->input);
    close(self->ends[1]);
    ASYNC_END;
}

/* G.147, G.151: a paused clock does not pass what is ready. */
START_TEST(g151_a_paused_clock_looks_at_descriptors_first)
{
    struct echo root;
    struct wf_runtime *runtime = new_one(WF_RUNTIME_CURRENT_THREAD, 1, true);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, echo)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static _Atomic bool root_has_read;
static int to_root;

static bool polls_until_the_root_has_read(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    put(to_root, "x");
    wait_for(is_true, &root_has_read);
    return true;
}

struct reads_beside {
    struct wf_future future;
    struct wf_async_fd input;
    struct wf_fd_io io;
    struct wf_join_handle late[2];
    int i;
    int out;
};

ASYNC_FN(reads_beside)
{
    ASYNC_BEGIN;
    int ends[2];
    open_pipe(ends);
    to_root = ends[1];
    ck_assert_int_eq(wf_async_fd_open(&self->input, ends[0], WF_READABLE), 0);
    for (self->i = 0; self->i < 2; self->i++)
        ck_assert_int_eq(
            spawn_job(wf_scheduler_current(), polls_until_the_root_has_read, 0, &self->late[self->i]), 0);
    for (self->i = 0; self->i < 2; self->i += (int)self->io.out) {
        wf_fd_io(&self->io, &self->input, WF_READABLE, read_some, NULL);
        AWAIT(&self->io);
    }
    root_has_read = true;
    for (self->i = 0; self->i < 2; self->i++)
        AWAIT(&self->late[self->i]);
ASYNC_FINALLY:
    wf_async_fd_close(&self->input);
    close(to_root);
    ASYNC_END;
}

/* G.77, G.151: all workers have long polls, which end when the root has read what they wrote: somebody else looks at the pipe. */
START_TEST(g151_a_pipe_is_looked_at_beside_long_polls)
{
    struct reads_beside root;
    struct wf_runtime *runtime = new_one(WF_RUNTIME_MULTI_THREAD, 2, false);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, reads_beside)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

struct waits_elsewhere {
    struct wf_future future;
    struct wf_async_fd *input;
    struct wf_fd_io io;
    int out;
};

ASYNC_FN(waits_elsewhere)
{
    ASYNC_BEGIN;
    wf_fd_io(&self->io, self->input, WF_READABLE, read_some, NULL);
    AWAIT(&self->io);
    ck_assert_int_eq(self->io.out, 1);
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.151: a descriptor of one runtime is waited for in another. */
START_TEST(g151_a_descriptor_is_waited_for_elsewhere)
{
    int ends[2];
    struct wf_async_fd input;
    struct wf_runtime_entry entry;
    struct waits_elsewhere root;
    struct wf_runtime *home = new_one(WF_RUNTIME_MULTI_THREAD, 2, false),
                      *other = new_one(WF_RUNTIME_CURRENT_THREAD, 1, false);
    open_pipe(ends);
    wf_runtime_enter(home, &entry);
    ck_assert_int_eq(wf_async_fd_open(&input, ends[0], WF_READABLE), 0);
    wf_runtime_leave(&entry);
    for (int i = 0; i < 20; i++) {
        put(ends[1], "x");
        ck_assert_int_eq(
            wf_runtime_block_on(other, &ASYNC_INIT(&root, waits_elsewhere, .input = &input)->future), 0);
    }
    wf_async_fd_close(&input);
    close(ends[1]);
    wf_runtime_drop(home);
    wf_runtime_drop(other);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static void opens_nowhere(void)
{
    struct wf_async_fd async_fd;
    (void)!wf_async_fd_open(&async_fd, STDERR_FILENO, WF_WRITABLE);
}

/* G.155 */
START_TEST(g155_without_a_reactor_it_panics)
{
    expect_panic(opens_nowhere,
                 "weft: panic: clause G.155 broken: a descriptor is opened where no reactor is: "
                 "wf_runtime_new() makes a runtime that has one\n");
}
END_TEST

TCase *reactor_runtime_tests(void)
{
    TCase *tcase = tcase_create("reactor runtime");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g151_bytes_go_through_runtimes, 0, 3);
    tcase_add_loop_test(tcase, g153_a_runtime_ends_with_all_in_flight, 0, 2);
    tcase_add_loop_test(tcase, g153_a_blocking_call_closes_behind_the_shutdown, 0, 2);
    tcase_add_test(tcase, g151_a_paused_clock_looks_at_descriptors_first);
    tcase_add_test(tcase, g151_a_pipe_is_looked_at_beside_long_polls);
    tcase_add_test(tcase, g151_a_descriptor_is_waited_for_elsewhere);
    add_panic_test(tcase, g155_without_a_reactor_it_panics);
    return tcase;
}
