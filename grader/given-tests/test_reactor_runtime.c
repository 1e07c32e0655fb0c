/**
 * @file test_reactor_runtime.c
 * @brief Bytes through whole runtimes: of one thread and of several, beside each other, in a storm of signals; and their ends.
 */
#include <errno.h>
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

static void *pump_in_a_runtime(void *arg)
{
    struct pump root;
    struct wf_runtime *runtime = new_runtime_of(*(const enum wf_runtime_kind *)arg, 2, false);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, pump)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(root.total, (int64_t)PAIRS * BYTES);
    return NULL;
}

/* G.151: of one thread; of two workers; and four runtimes at once, with a thousand signals a second. */
START_TEST(g151_bytes_go_through_runtimes)
{
    static const enum wf_runtime_kind kinds[] = {WF_RUNTIME_CURRENT_THREAD, WF_RUNTIME_MULTI_THREAD};
    int before = open_descriptors();
    if (_i < 2)
        pump_in_a_runtime((void *)(uintptr_t)&kinds[_i]);
    else {
        pthread_t threads[4];
        begin_signals();
        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(
                pthread_create(&threads[i], NULL, pump_in_a_runtime, (void *)(uintptr_t)&kinds[i % 2]), 0);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
        end_signals();
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
    struct wf_runtime *runtime =
        new_runtime_of(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD, 2, false);
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
    struct wf_runtime *runtime =
        new_runtime_of(_i ? WF_RUNTIME_CURRENT_THREAD : WF_RUNTIME_MULTI_THREAD, 2, false);
    struct job root = job_of(calls_it, 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    is_ending = true;
    wf_runtime_drop(runtime);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *reactor_runtime_tests(void)
{
    TCase *tcase = tcase_create("reactor runtime");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g151_bytes_go_through_runtimes, 0, 3);
    tcase_add_loop_test(tcase, g153_a_runtime_ends_with_all_in_flight, 0, 2);
    tcase_add_loop_test(tcase, g153_a_blocking_call_closes_behind_the_shutdown, 0, 2);
    return tcase;
}
