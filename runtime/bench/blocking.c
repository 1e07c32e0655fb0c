/**
 * @file blocking.c
 * @brief Blocking calls, in batches: a task spawns a hundred, and awaits them.
 */
#include "bench.h"
#include "weft/blocking.h"

enum { CALLS = 100 };

static int call(void *arg)
{
    (void)arg;
    return 1;
}

struct blocking_batch {
    struct wf_future future;
    const struct bench *bench;
    struct wf_blocking_pool *pool;
    struct wf_join_handle handles[CALLS];
    struct stopwatch start;
    uint64_t done, i;
    int value;
    struct {
    } out;
};

ASYNC_FN(blocking_batch)
{
    ASYNC_BEGIN;
    self->pool = wf_blocking_pool_new(&(struct wf_blocking_config){0});
    must(self->pool ? 0 : WF_ENOMEM);
    stopwatch_start(&self->start);
    while (self->done < self->bench->count) {
        for (uint64_t i = 0; i < CALLS; i++)
            must(wf_spawn_blocking(self->pool, &self->handles[i], call, NULL));
        for (self->i = 0; self->i < CALLS; self->i++) {
            self->handles[self->i].value = &self->value;
            AWAIT(&self->handles[self->i]);
            must(self->handles[self->i].out);
            self->done += (uint64_t)self->value;
        }
    }
    report_time(self->bench, &self->start, self->bench->count);
    check("the number of calls", self->done, self->bench->count);
ASYNC_FINALLY:
    wf_blocking_pool_drop(self->pool);
    ASYNC_END;
}
BENCH_START(blocking_batch)

const struct benchmark blocking_benchmarks[] = {
    {"blocking_batch", .start = start_blocking_batch},
    {0},
};
