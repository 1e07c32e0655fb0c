/**
 * @file bench.h
 * @brief What the benchmarks share: the table, checks, two clocks, and reports.
 *
 * A benchmark is a line of a table, in the file of its concept. It prints its figures, each on a line: name, figure, processor time.
 * What each does is said in docs/benchmarks.md; the files of the same name in peers/tokio and peers/go do the same.
 */
#ifndef WEFT_BENCH_H
#define WEFT_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "weft/async.h"
#include "weft/multi_thread.h"
#include "weft/task.h"

/** What a benchmark is asked for. */
struct bench {
    const char *name;
    uint64_t count;   /* operations, or what docs/benchmarks.md says */
    uint32_t workers; /* 0: the executor of one thread, which has none */
};

/** One benchmark. */
struct benchmark {
    const char *name; /* NULL: the end of a table */
    /* Spawns it as a task of the scheduler that is current. Or: */
    int (*start)(const struct bench *bench, struct wf_join_handle *handle);
    /* Runs it on the main thread, outside; it makes its own runtime, of several threads. */
    void (*outside)(const struct bench *bench);
    bool driven; /* the task's runtime is a whole one: it has a time driver and a reactor */
};

/* Of spawn.c, yields.c, ... */
extern const struct benchmark spawn_benchmarks[], yield_benchmarks[], wake_benchmarks[],
    blocking_benchmarks[], parallel_benchmarks[], latency_benchmarks[], fairness_benchmarks[],
    memory_benchmarks[], life_benchmarks[], timer_benchmarks[], io_benchmarks[], driver_benchmarks[];

/** Define `start_fn`, the `start` of the async function `fn`, whose frame has a member `bench`. */
#define BENCH_START(fn)                                                                                      \
    static int start_##fn(const struct bench *bench, struct wf_join_handle *handle)                          \
    {                                                                                                        \
        return WF_SPAWN(wf_scheduler_current(), handle, fn, .bench = bench);                                 \
    }

/* --- measure.c --- */

/** A call that returns 0 or an error, and must succeed. */
void must(int error);
/** Ends the program unless `got` is what was expected: what was timed was not done. */
void check(const char *what, uint64_t got, uint64_t expected);
/** malloc() that does not fail. */
void *memory_for(uint64_t count, size_t size);
/** A runtime with the workers that were asked for. */
struct wf_multi_thread *runtime_of(const struct bench *bench);
/** Drive a future on a new runtime, which is stopped then: of one thread where no workers were asked for; `driven`: with drivers. */
void run_root(const struct bench *bench, bool driven, struct wf_future *root);

/** When something began: on the wall's clock, and on that of the processor time of all threads. */
struct stopwatch {
    uint64_t wall_ns, cpu_ns;
};

void stopwatch_start(struct stopwatch *stopwatch);
/** Report both times since the start, each for one of `count` operations. */
void report_time(const struct bench *bench, const struct stopwatch *start, uint64_t count);
/** The same, as NAME.part. */
void report_part_time(const struct bench *bench, const char *part, const struct stopwatch *start,
                      uint64_t count);
/** Report the processor time alone, as NAME.part. */
void report_part_cpu(const struct bench *bench, const char *part, const struct stopwatch *start,
                     uint64_t count);
/** The median of so many values, which it sorts. */
double median(double *values, uint64_t count);
/** Report the median and the high percentiles of so many durations, which it sorts. */
void report_percentiles(const struct bench *bench, double *durations_ns, uint64_t count);
/** Report a figure that is no time of an operation, as NAME.part; `part` NULL: as NAME. */
void report_value(const struct bench *bench, const char *part, double value);

/* --- work --- */

/** A chain of `length` multiplications, each of which waits for the one before, and cannot be folded into it: some 6 cycles each. */
static inline uint64_t compute(uint64_t value, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++)
        value = (value ^ value >> 32) * 6364136223846793005u + 1;
    return value;
}

#endif
