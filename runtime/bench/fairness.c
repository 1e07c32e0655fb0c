/**
 * @file fairness.c
 * @brief How much less often than the others the worst-served of many tasks is polled, all of which could always run.
 */
#include "bench.h"

#include <stdlib.h>
#include <time.h>

#include "weft/coop.h"
#include "weft/detail/atomic.h"

enum { TASKS = 100, CHAIN = 64 };

struct race {
    WF_ATOMIC(bool) over;
    WF_ATOMIC(uint64_t) polls[TASKS];
};

struct runner {
    struct wf_future future;
    struct race *race;
    uint64_t number, value;
    struct wf_yield yield;
    struct {
    } out;
};

ASYNC_FN(runner)
{
    ASYNC_BEGIN;
    while (!wf_load_relaxed(&self->race->over)) { /* relaxed: when it is seen does not matter */
        self->value = compute(self->value, CHAIN);
        wf_fetch_add_relaxed(&self->race->polls[self->number], 1); /* relaxed: a count */
        AWAIT(wf_yield(&self->yield));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* For `count` milliseconds. */
static void fairness(const struct bench *bench)
{
    struct wf_multi_thread *runtime = runtime_of(bench);
    struct race *race = memory_for(1, sizeof *race);
    const struct timespec length = {(time_t)(bench->count / 1000), (long)(bench->count % 1000) * 1000000};
    for (uint64_t i = 0; i < TASKS; i++)
        must(WF_SPAWN(wf_multi_thread_scheduler(runtime), NULL, runner, .race = race, .number = i));
    nanosleep(&length, NULL);
    wf_store_relaxed(&race->over, true);
    wf_multi_thread_drop(runtime);
    uint64_t sum = 0, least = UINT64_MAX;
    for (uint64_t i = 0; i < TASKS; i++) {
        uint64_t polls = wf_load_relaxed(&race->polls[i]); /* relaxed: the threads are joined */
        sum += polls;
        least = polls < least ? polls : least;
    }
    check("whether each task was polled", least > 0, true);
    report_value(bench, NULL, (double)sum / TASKS / (double)least);
    free(race);
}

const struct benchmark fairness_benchmarks[] = {
    {"fairness", .outside = fairness},
    {0},
};
