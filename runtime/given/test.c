/**
 * @file test.c
 * @brief A task that counts, a future that does as it is told, and failing allocations: for tests of futures.
 *
 * ## The word of a test task
 *
 *     bits  0 to 30   clones that are alive
 *     bit   31        LENT: a poll is going on, and the waker is lent to it
 *     bits 32 to 63   wakes since that poll began
 *
 * Wakes and clones share a word so that a wake which uses its clone up is one step. After it that thread touches the task
 * no more: so a test that has seen the wake may end, and take the storage with it, and never takes for a leak what is only late.
 * For the same reason WF_EXPECT_WAKE() looks at the word again and again: to signal the thread that waits, the one that
 * wakes would have to touch the task once more.
 *
 * The orders are those of a real task's word (detail/task_state.h), and no stronger: under a thread sanitizer a future that
 * relies on more is found here too.
 */
#include "weft/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "weft/alloc.h"
#include "weft/await_tree.h"
#include "weft/context.h"
#include "weft/detail/clock.h"
#include "weft/error.h"
#include "weft/panic.h"

#define CLONE UINT64_C(1)
#define CLONES UINT64_C(0x7fffffff)
#define LENT UINT64_C(0x80000000)
#define WAKE UINT64_C(0x100000000)
#define WAKES_SHIFT 32

/* --- the waker --- */

/* `before` is what the word said when a waker was used that must be one of `those`. */
static void check_waker(uint64_t before, uint64_t those, const char *used)
{
    if (WF_UNLIKELY(!(before & those)))
        wf_panic("G.54",
                 "a waker is %s, and is no clone: it was lent to a poll and kept, or was used up before",
                 used);
}

static void *test_clone(void *data)
{
    struct wf_test_task *task = data;
    /* relaxed: the waker that is cloned keeps the test from ending; nothing is published by counting up */
    check_waker(wf_fetch_add_relaxed(&task->state, CLONE), CLONES | LENT, "cloned");
    return data;
}

/* release, in all three: publishes what this thread did to the poll or the look that follows */
static void test_wake(void *data)
{
    struct wf_test_task *task = data;
    check_waker(wf_fetch_add_release(&task->state, WAKE - CLONE), CLONES, "woken");
}

static void test_wake_by_ref(void *data)
{
    struct wf_test_task *task = data;
    check_waker(wf_fetch_add_release(&task->state, WAKE), CLONES | LENT, "woken");
}

static void test_drop(void *data)
{
    struct wf_test_task *task = data;
    check_waker(wf_fetch_sub_release(&task->state, CLONE), CLONES, "dropped");
}

static const struct wf_waker_ops test_waker_ops = {
    .clone = test_clone,
    .wake = test_wake,
    .wake_by_ref = test_wake_by_ref,
    .drop = test_drop,
};

/* --- the task --- */

/* An empty future has none; its poll panics. */
static const char *name_of(const struct wf_future *future)
{
    return future->ops ? future->ops->name : "an empty future";
}

void wf_test_task_init(struct wf_test_task *task, struct wf_future *future)
{
    *task = (struct wf_test_task){.future = future, .waker = {&test_waker_ops, task}};
}

enum wf_poll wf_test_task_poll(struct wf_test_task *task)
{
    /* acquire: pairs with the release of each wake that this poll answers */
    uint64_t before = wf_fetch_and_acq_rel(&task->state, CLONES | LENT);
    if (before & LENT)
        wf_panic("G.51", "%s is polled while its test task polls it", name_of(task->future));
    wf_fetch_add_relaxed(&task->state, LENT);
    struct wf_cx cx = {.waker = &task->waker};
    struct wf_context context = {
        .runs = "wf_test_task_poll", .root = task->future, .constrained = true, .budget = WF_BUDGET};
    wf_context_enter(&context);
    enum wf_poll poll = wf_future_poll(task->future, &cx);
    wf_context_leave(&context);
    wf_fetch_sub_release(&task->state, LENT);
    task->pending = poll == WF_PENDING;
    return poll;
}

uint32_t wf_test_task_wakes(const struct wf_test_task *task)
{
    return (uint32_t)(wf_load_acquire(&task->state) >> WAKES_SHIFT); /* pairs with the release of a wake */
}

uint32_t wf_test_task_clones(const struct wf_test_task *task)
{
    return (uint32_t)(wf_load_acquire(&task->state) & CLONES); /* pairs with the release of a wake or drop */
}

/* --- expectations --- */

/* Says what was expected and found, and where, as a panic does. */
static void say(const char *function, const char *file, int line, const char *format, va_list arguments)
{
    fflush(stdout); /* what the test has printed so far stands before it, also where it goes into a pipe */
    fprintf(stderr, "weft: test failed: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n  in %s (%s:%d)\n", function, file, line);
}

static WF_NORETURN void end(const struct wf_future *pending)
{
    if (pending) {
        fprintf(stderr, "  await tree:\n");
        wf_await_tree_print(pending, stderr, 4);
    }
    fflush(stderr);
    abort();
}

void wf_test_fail(const struct wf_future *pending, const char *function, const char *file, int line,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(function, file, line, format, arguments);
    va_end(arguments);
    end(pending);
}

/* The tree is of `task`, if there is one and it is PENDING. */
static WF_NORETURN WF_PRINTF(5, 6) void fail(const struct wf_test_task *task, const char *function,
                                             const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(function, file, line, format, arguments);
    va_end(arguments);
    if (task) {
        uint32_t wakes = wf_test_task_wakes(task), clones = wf_test_task_clones(task);
        fprintf(stderr, "  since its last poll began: %u wake%s; alive: %u clone%s of its waker\n", wakes,
                wakes == 1 ? "" : "s", clones, clones == 1 ? "" : "s");
    }
    end(task && task->pending ? task->future : NULL);
}

void wf_test_expect(struct wf_test_task *task, enum wf_poll expected, const char *function, const char *file,
                    int line)
{
    bool asked = !task->pending || wf_test_task_wakes(task) > 0;
    enum wf_poll poll = wf_test_task_poll(task);
    const char *name = name_of(task->future);
    if (poll == WF_PENDING && expected == WF_READY)
        fail(task, function, file, line, "%s is PENDING, READY was expected", name);
    if (poll == WF_PENDING || (expected == WF_READY && asked))
        return;
    char out[128] = "";
    if (task->future->ops->out_size == sizeof(int)) {
        int value = wf_future_int_out(task->future);
        snprintf(out, sizeof out, value < 0 ? " with %d (%s)" : " with %d", value, wf_strerror(value));
    }
    if (expected == WF_PENDING)
        fail(task, function, file, line, "%s is READY%s, PENDING was expected", name, out);
    fail(task, function, file, line,
         "%s is READY%s, but nothing has woken its task since it was PENDING: no executor would have polled it again",
         name, out);
}

void wf_test_expect_wake(const struct wf_test_task *task, uint64_t patience_ns, const char *function,
                         const char *file, int line)
{
    const char *name = name_of(task->future);
    uint64_t begin = wf_clock_ns();
    for (;;) {
        uint64_t state = wf_load_acquire(&task->state); /* pairs with the release of a wake */
        if (state >= WAKE)
            return;
        if (!(state & CLONES))
            fail(task, function, file, line, "%s keeps no waker, so it can never be woken", name);
        if (wf_clock_ns() - begin >= patience_ns)
            fail(task, function, file, line, "%s was not woken in %g s", name, (double)patience_ns / 1e9);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

void wf_test_expect_released(const struct wf_test_task *task, const char *function, const char *file, int line)
{
    uint32_t clones = wf_test_task_clones(task);
    if (clones > 0)
        fail(NULL, function, file, line, /* the future may be gone */
             "%u clone%s of the task's waker %s alive: what keeps one has neither woken nor dropped it",
             clones, clones == 1 ? "" : "s", clones == 1 ? "is" : "are");
}

/* --- a future that is told --- */

static enum wf_poll test_future_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_test_future *self = (struct wf_test_future *)future;
    self->polls++;
    if (self->completed)
        return WF_READY;
    wf_waker_store(&self->waker, cx->waker);
    return WF_PENDING;
}

static void test_future_drop(struct wf_future *future)
{
    wf_waker_drop(&((struct wf_test_future *)future)->waker);
}

static const struct wf_future_ops test_future_ops = {
    .name = "test_future",
    .poll = test_future_poll,
    .drop = test_future_drop,
    WF_FRAME(struct wf_test_future),
};

struct wf_test_future *wf_test_future(struct wf_test_future *future)
{
    *future = (struct wf_test_future){.future = {.ops = &test_future_ops}};
    return future;
}

void wf_test_future_complete(struct wf_test_future *future, int value)
{
    future->completed = true;
    future->out = value;
    wf_waker_wake(&future->waker);
}

/* --- allocations that fail --- */

struct wf_test_failures wf_test_failures_begin(void)
{
    return (struct wf_test_failures){.live_bytes = wf_live_bytes()};
}

bool wf_test_failures_next(struct wf_test_failures *failures, const char *function, const char *file, int line)
{
    bool last =
        failures->n > 0 && wf_alloc_fail_at(0) > 0; /* what was set has not happened: too few allocations */
    size_t live = wf_live_bytes();
    if (live != failures->live_bytes) {
        char round[64];
        snprintf(round, sizeof round, last ? "no allocation failed" : "allocation %u failed", failures->n);
        bool leaked = live > failures->live_bytes;
        fail(NULL, function, file, line,
             leaked ? "%zu bytes are not freed where %s" : "%zu bytes too many are freed where %s",
             leaked ? live - failures->live_bytes : failures->live_bytes - live, round);
    }
    if (last)
        return false;
    wf_alloc_fail_at(++failures->n);
    return true;
}
