/**
 * @file test_reactor_waits.c
 * @brief Waits for descriptors beside other things: a paused clock, long polls, another runtime, none.
 */
#include <unistd.h>

#include "jobs.h"
#include "watching.h"
#include "weft/alloc.h"
#include "weft/async_fd.h"
#include "weft/runtime.h"
#include "weft/time.h"

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
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, true);
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
    struct wf_runtime *runtime = new_runtime_of(WF_RUNTIME_MULTI_THREAD, 2, false);
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
    struct wf_runtime *home = new_runtime_of(WF_RUNTIME_MULTI_THREAD, 2, false),
                      *other = new_runtime_of(WF_RUNTIME_CURRENT_THREAD, 1, false);
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

TCase *reactor_waits_tests(void)
{
    TCase *tcase = tcase_create("reactor waits");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g151_a_paused_clock_looks_at_descriptors_first);
    tcase_add_test(tcase, g151_a_pipe_is_looked_at_beside_long_polls);
    tcase_add_test(tcase, g151_a_descriptor_is_waited_for_elsewhere);
    add_panic_test(tcase, g155_without_a_reactor_it_panics);
    return tcase;
}
