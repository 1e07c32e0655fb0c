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

#include "weft/detail/clock.h"
#include "weft/error.h"

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

void report_time(const struct bench *bench, const struct stopwatch *start, uint64_t count)
{
    uint64_t wall = wf_clock_ns() - start->wall_ns, cpu = cpu_ns() - start->cpu_ns;
    printf("%s %.2f %.2f\n", bench->name, (double)wall / (double)count, (double)cpu / (double)count);
}

void report_value(const struct bench *bench, const char *part, double value)
{
    printf("%s%s%s %.4f -\n", bench->name, part ? "." : "", part ? part : "", value);
}
