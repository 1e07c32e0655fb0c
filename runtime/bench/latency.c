/**
 * @file latency.c
 * @brief How long it takes from a wake on a thread outside until the task is polled, while workers sleep and while they are busy.
 */
#include "bench.h"

#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "notify.h"
#include "weft/coop.h"
#include "weft/detail/atomic.h"
#include "weft/detail/clock.h"

enum {
    PAUSE_NS = 200000,   /* between two wakes: long enough for a worker to fall asleep */
    BUSY_PER_WORKER = 8, /* tasks that compute and yield */
    BUSY_CHAIN = 6400,   /* some ten microseconds */
};

struct wakes {
    struct notify notify;
    sem_t taken;
    WF_ATOMIC(uint64_t) sent_ns;
    double *took_ns; /* written by the task, read when it has posted */
    uint64_t count;
    WF_ATOMIC(bool) over;
};

struct sleeper {
    struct wf_future future;
    struct wakes *wakes;
    struct notified told;
    uint64_t i;
    struct {
    } out;
};

ASYNC_FN(sleeper)
{
    ASYNC_BEGIN;
    for (; self->i < self->wakes->count; self->i++) {
        AWAIT(notified(&self->told, &self->wakes->notify));
        self->wakes->took_ns[self->i] = (double)(wf_clock_ns() - wf_load_relaxed(&self->wakes->sent_ns));
        sem_post(&self->wakes->taken);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* Computes and yields until all is over. */
struct busy {
    struct wf_future future;
    struct wakes *wakes;
    struct wf_yield yield;
    uint64_t value;
    struct {
    } out;
};

ASYNC_FN(busy)
{
    ASYNC_BEGIN;
    while (!wf_load_relaxed(&self->wakes->over)) { /* relaxed: when it is seen does not matter */
        self->value = compute(self->value, BUSY_CHAIN);
        AWAIT(wf_yield(&self->yield));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

static void measure(const struct bench *bench, uint32_t busy_tasks)
{
    struct wf_multi_thread *runtime = runtime_of(bench);
    struct wf_scheduler *scheduler = wf_multi_thread_scheduler(runtime);
    struct wakes wakes = {.count = bench->count, .took_ns = memory_for(bench->count, sizeof *wakes.took_ns)};
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    notify_init(&wakes.notify);
    sem_init(&wakes.taken, 0, 0);
    must(WF_SPAWN(scheduler, NULL, sleeper, .wakes = &wakes));
    for (uint32_t i = 0; i < busy_tasks; i++)
        must(WF_SPAWN(scheduler, NULL, busy, .wakes = &wakes));
    for (uint64_t i = 0; i < bench->count; i++) {
        nanosleep(&pause, NULL);
        wf_store_relaxed(&wakes.sent_ns, wf_clock_ns()); /* relaxed: the wake publishes it */
        notify_one(&wakes.notify);
        while (sem_wait(&wakes.taken) != 0)
            continue;
    }
    wf_store_relaxed(&wakes.over, true);
    wf_multi_thread_drop(runtime);
    report_percentiles(bench, wakes.took_ns, bench->count);
    free(wakes.took_ns);
}

static void idle(const struct bench *bench)
{
    measure(bench, 0);
}

static void under_load(const struct bench *bench)
{
    measure(bench, BUSY_PER_WORKER * bench->workers);
}

const struct benchmark latency_benchmarks[] = {
    {"latency_idle", .outside = idle},
    {"latency_busy", .outside = under_load},
    {0},
};
