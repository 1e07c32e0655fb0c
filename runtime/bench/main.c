/**
 * @file main.c
 * @brief `weft NAME COUNT [WORKERS [malloc | cache]]`: run one benchmark, once.
 *
 * WORKERS 0, or none: on the executor of one thread. The last word says what allocates; without it, what a release has.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/detail/block_cache.h"
#include "weft/detail/idle.h"

static const struct benchmark *const tables[] = {
    spawn_benchmarks,    yield_benchmarks,   wake_benchmarks,     blocking_benchmarks,
    parallel_benchmarks, latency_benchmarks, fairness_benchmarks, memory_benchmarks,
    life_benchmarks,     timer_benchmarks,   io_benchmarks,       driver_benchmarks,
};

static const struct benchmark *find(const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct benchmark *one = tables[i]; one->name; one++)
            if (strcmp(one->name, name) == 0)
                return one;
    return NULL;
}

/* Spawns the benchmark and awaits it. A task, for a root costs some runtimes more than a task does. */
struct root {
    struct wf_future future;
    const struct benchmark *benchmark;
    const struct bench *bench;
    struct wf_join_handle handle;
    int out;
};

ASYNC_FN(root)
{
    ASYNC_BEGIN;
    must(self->benchmark->start(self->bench, &self->handle));
    AWAIT(&self->handle);
    must(self->handle.out);
ASYNC_FINALLY:
    ASYNC_END;
}

static void run(const struct benchmark *benchmark, const struct bench *bench)
{
    if (benchmark->outside) {
        benchmark->outside(bench);
        return;
    }
    struct root root;
    ASYNC_INIT(&root, root, .benchmark = benchmark, .bench = bench);
    run_root(bench, benchmark->driven, &root.future);
}

/* False: there is no allocator of that name. */
static bool use_allocator(const char *name)
{
    if (strcmp(name, "cache") == 0)
        wf_set_allocator(&wf_block_cache);
    else if (strcmp(name, "malloc") == 0)
        wf_set_allocator(&wf_malloc);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {
        .name = argc >= 2 ? argv[1] : "",
        .count = argc >= 3 ? strtoull(argv[2], NULL, 10) : 0,
        .workers = argc >= 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0,
    };
    if (bench.count == 0 || argc > 5 || bench.workers > WF_WORKERS_MAX ||
        (argc == 5 && !use_allocator(argv[4]))) {
        fprintf(stderr, "usage: weft NAME COUNT [WORKERS [malloc | cache]]\n");
        return 2;
    }
    const struct benchmark *benchmark = find(bench.name);
    if (!benchmark || (benchmark->outside && bench.workers == 0)) {
        fprintf(stderr, "bench: no benchmark %s%s\n", bench.name, benchmark ? " without workers" : "");
        return 2;
    }
    run(benchmark, &bench);
    return 0;
}
