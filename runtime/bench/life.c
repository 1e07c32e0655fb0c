/**
 * @file life.c
 * @brief Start a runtime, run a task on it, stop it: without drivers, and a whole one.
 */
#include "bench.h"
#include "child.h"

struct one_child {
    struct wf_future future;
    struct wf_join_handle handle;
    uint64_t out;
};

ASYNC_FN(one_child)
{
    ASYNC_BEGIN;
    must(WF_SPAWN(wf_scheduler_current(), &self->handle, child, .a = 1, .b = 1));
    self->handle.value = &self->out;
    AWAIT(&self->handle);
ASYNC_FINALLY:
    ASYNC_END;
}

static void lives(const struct bench *bench, bool driven)
{
    struct stopwatch start;
    stopwatch_start(&start);
    for (uint64_t i = 0; i < bench->count; i++) {
        struct one_child root;
        ASYNC_INIT(&root, one_child);
        run_root(bench, driven, &root.future);
        check("the sum", root.out, 2);
    }
    report_time(bench, &start, bench->count);
}

static void start_stop(const struct bench *bench)
{
    lives(bench, false);
}

static void driven_start_stop(const struct bench *bench)
{
    lives(bench, true);
}

const struct benchmark life_benchmarks[] = {
    {"start_stop", .outside = start_stop},
    {"driven_start_stop", .outside = driven_start_stop},
    {0},
};
