/**
 * @file spawn.c
 * @brief Spawn and join: from a task, from outside, one at a time, and as a chain.
 */
#include <stdlib.h>

#include "bench.h"
#include "child.h"
#include "notify.h"

/* Await all handles. The output is the sum of what their tasks returned. */
struct join_all {
    struct wf_future future;
    struct wf_join_handle *handles;
    uint64_t count, i, value;
    uint64_t out;
};

ASYNC_FN(join_all)
{
    ASYNC_BEGIN;
    for (; self->i < self->count; self->i++) {
        self->handles[self->i].value = &self->value;
        AWAIT(&self->handles[self->i]);
        must(self->handles[self->i].out);
        self->out += self->value;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

static void spawn_children(struct wf_scheduler *scheduler, struct wf_join_handle *handles, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        must(WF_SPAWN(scheduler, &handles[i], child, .a = i, .b = 1));
}

/* --- spawn_join: spawn all, then await all --- */

struct spawn_join {
    struct wf_future future;
    const struct bench *bench;
    struct join_all all;
    struct stopwatch start;
    struct {
    } out;
};

ASYNC_FN(spawn_join)
{
    ASYNC_BEGIN;
    uint64_t count = self->bench->count;
    stopwatch_start(&self->start);
    struct wf_join_handle *handles = malloc(count * sizeof *handles);
    must(handles ? 0 : WF_ENOMEM);
    spawn_children(wf_scheduler_current(), handles, count);
    AWAIT(ASYNC_INIT(&self->all, join_all, .handles = handles, .count = count));
    free(self->all.handles);
    report_time(self->bench, &self->start, self->bench->count);
    check("the sum", self->all.out, self->bench->count * (self->bench->count + 1) / 2);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(spawn_join)

/* --- spawn_outside: the same, on a thread that is no worker --- */

static void spawn_outside(const struct bench *bench)
{
    struct wf_multi_thread *runtime = runtime_of(bench);
    struct stopwatch start;
    stopwatch_start(&start);
    struct wf_join_handle *handles = malloc(bench->count * sizeof *handles);
    must(handles ? 0 : WF_ENOMEM);
    spawn_children(wf_multi_thread_scheduler(runtime), handles, bench->count);
    struct join_all all;
    ASYNC_INIT(&all, join_all, .handles = handles, .count = bench->count);
    must(wf_multi_thread_block_on(runtime, &all.future));
    free(handles);
    report_time(bench, &start, bench->count);
    check("the sum", all.out, bench->count * (bench->count + 1) / 2);
    wf_multi_thread_drop(runtime);
}

/* --- spawn_await: spawn one, await it, and again --- */

struct spawn_await {
    struct wf_future future;
    const struct bench *bench;
    struct wf_join_handle handle;
    struct stopwatch start;
    uint64_t i, value, sum;
    struct {
    } out;
};

ASYNC_FN(spawn_await)
{
    ASYNC_BEGIN;
    stopwatch_start(&self->start);
    for (self->i = 0; self->i < self->bench->count; self->i++) {
        must(WF_SPAWN(wf_scheduler_current(), &self->handle, child, .a = self->i, .b = 1));
        self->handle.value = &self->value;
        AWAIT(&self->handle);
        must(self->handle.out);
        self->sum += self->value;
    }
    report_time(self->bench, &self->start, self->bench->count);
    check("the sum", self->sum, self->bench->count * (self->bench->count + 1) / 2);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(spawn_await)

/* --- spawn_chain: each task spawns the next one, and is over --- */

struct link {
    struct wf_future future;
    uint64_t left;
    struct notify *end;
    struct {
    } out;
};

/* Spawns itself: so its table has to be known before its body. */
static const struct wf_future_ops link_ops;

static enum wf_poll link_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)cx;
    struct link *self = (struct link *)future;
    if (self->left == 0)
        notify_one(self->end);
    else
        must(WF_SPAWN(wf_scheduler_current(), NULL, link, .left = self->left - 1, .end = self->end));
    return WF_READY;
}

static void link_drop(struct wf_future *future)
{
    (void)future; /* it owns nothing */
}

static const struct wf_future_ops link_ops = {
    .name = "link", .poll = link_poll, .drop = link_drop, WF_FRAME(struct link)};

struct spawn_chain {
    struct wf_future future;
    const struct bench *bench;
    struct notify end;
    struct notified ended;
    struct stopwatch start;
    struct {
    } out;
};

ASYNC_FN(spawn_chain)
{
    ASYNC_BEGIN;
    notify_init(&self->end);
    stopwatch_start(&self->start);
    must(WF_SPAWN(wf_scheduler_current(), NULL, link, .left = self->bench->count - 1, .end = &self->end));
    AWAIT(notified(&self->ended, &self->end));
    report_time(self->bench, &self->start, self->bench->count);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(spawn_chain)

const struct benchmark spawn_benchmarks[] = {
    {"spawn_join", .start = start_spawn_join},
    {"spawn_outside", .outside = spawn_outside},
    {"spawn_await", .start = start_spawn_await},
    {"spawn_chain", .start = start_spawn_chain},
    {0},
};
