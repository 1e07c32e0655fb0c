/**
 * @file measure.c
 * @brief Checks, clocks and reports.
 */
#include "bench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "weft/current_thread.h"
#include "weft/detail/clock.h"
#include "weft/error.h"
#include "weft/runtime.h"

void must(int error)
{
    if (error) {
        fprintf(stderr, "bench: %s\n", wf_strerror(error));
        exit(1);
    }
}

void check(const char *what, uint64_t got, uint64_t expected)
{
    if (got != expected) {
        fprintf(stderr, "bench: %s is %" PRIu64 ", not %" PRIu64 "\n", what, got, expected);
        exit(1);
    }
}

void *memory_for(uint64_t count, size_t size)
{
    void *memory = calloc(count, size);
    must(memory ? 0 : WF_ENOMEM);
    return memory;
}

struct wf_multi_thread *runtime_of(const struct bench *bench)
{
    struct wf_multi_thread *runtime =
        wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = bench->workers});
    must(runtime ? 0 : -errno);
    return runtime;
}

static void run_driven(const struct bench *bench, struct wf_future *root)
{
    struct wf_runtime *runtime = wf_runtime_new(&(struct wf_runtime_config){
        .kind = bench->workers ? WF_RUNTIME_MULTI_THREAD : WF_RUNTIME_CURRENT_THREAD,
        .workers = bench->workers,
    });
    must(runtime ? 0 : -errno);
    must(wf_runtime_block_on(runtime, root));
    wf_runtime_drop(runtime);
}

void run_root(const struct bench *bench, bool driven, struct wf_future *root)
{
    if (driven) {
        run_driven(bench, root);
    } else if (bench->workers == 0) {
        struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
        must(runtime ? 0 : WF_ENOMEM);
        wf_current_thread_block_on(runtime, root);
        wf_current_thread_drop(runtime);
    } else {
        struct wf_multi_thread *runtime = runtime_of(bench);
        must(wf_multi_thread_block_on(runtime, root));
        wf_multi_thread_drop(runtime);
    }
}

/* Processor time of all threads of this process. */
static uint64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void stopwatch_start(struct stopwatch *stopwatch)
{
    *stopwatch = (struct stopwatch){.cpu_ns = cpu_ns(), .wall_ns = wf_clock_ns()};
}

/* NAME.part, or NAME. */
static void print_name(const struct bench *bench, const char *part)
{
    printf("%s%s%s ", bench->name, part ? "." : "", part ? part : "");
}

void report_part_time(const struct bench *bench, const char *part, const struct stopwatch *start,
                      uint64_t count)
{
    uint64_t wall = wf_clock_ns() - start->wall_ns, cpu = cpu_ns() - start->cpu_ns;
    print_name(bench, part);
    printf("%.2f %.2f\n", (double)wall / (double)count, (double)cpu / (double)count);
}

void report_part_cpu(const struct bench *bench, const char *part, const struct stopwatch *start,
                     uint64_t count)
{
    double cpu = (double)(cpu_ns() - start->cpu_ns) / (double)count;
    print_name(bench, part);
    printf("%.2f %.2f\n", cpu, cpu);
}

void report_time(const struct bench *bench, const struct stopwatch *start, uint64_t count)
{
    report_part_time(bench, NULL, start, count);
}

void report_value(const struct bench *bench, const char *part, double value)
{
    print_name(bench, part);
    printf("%.4f -\n", value);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double median(double *values, uint64_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

void report_percentiles(const struct bench *bench, double *durations_ns, uint64_t count)
{
    report_value(bench, "p50", median(durations_ns, count));
    const uint64_t most = count * 99 / 100, nearly_all = count * 999 / 1000;
    report_value(bench, "p99", durations_ns[most]);
    report_value(bench, "p99.9", durations_ns[nearly_all]);
}
