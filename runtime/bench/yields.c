/**
 * @file yields.c
 * @brief Tasks that give way: one alone, and a thousand in turn.
 */
#include "bench.h"

#include "weft/coop.h"

enum { RING = 1000 /* tasks that yield in turn */ };

/* Yields `count` times; its output is how often it was resumed. */
struct yielder {
    struct wf_future future;
    uint64_t count, resumed;
    struct wf_yield yield;
    uint64_t out;
};

ASYNC_FN(yielder)
{
    ASYNC_BEGIN;
    while (self->resumed < self->count) {
        AWAIT(wf_yield(&self->yield));
        self->resumed++;
    }
    self->out = self->resumed;
ASYNC_FINALLY:
    ASYNC_END;
}

struct yields {
    struct wf_future future;
    const struct bench *bench;
    uint64_t tasks;
    struct wf_join_handle handles[RING];
    struct stopwatch start;
    uint64_t i, value, resumed;
    struct {
    } out;
};

ASYNC_FN(yields)
{
    ASYNC_BEGIN;
    stopwatch_start(&self->start);
    for (uint64_t i = 0; i < self->tasks; i++)
        must(WF_SPAWN(wf_scheduler_current(), &self->handles[i], yielder,
                      .count = self->bench->count / self->tasks));
    for (self->i = 0; self->i < self->tasks; self->i++) {
        self->handles[self->i].value = &self->value;
        AWAIT(&self->handles[self->i]);
        must(self->handles[self->i].out);
        self->resumed += self->value;
    }
    report_time(self->bench, &self->start, self->bench->count);
    check("the number of yields", self->resumed, self->bench->count);
ASYNC_FINALLY:
    ASYNC_END;
}

static int start_ring(const struct bench *bench, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, yields, .bench = bench, .tasks = RING);
}

static int start_lone(const struct bench *bench, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, yields, .bench = bench, .tasks = 1);
}

const struct benchmark yield_benchmarks[] = {
    {"yield_ring", .start = start_ring},
    {"yield_lone", .start = start_lone},
    {"driven_ring", .start = start_ring, .driven = true},
    {"driven_lone", .start = start_lone, .driven = true},
    {0},
};
