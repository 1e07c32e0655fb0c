/**
 * @file memory.c
 * @brief Memory per task: resident bytes of one that waits, and live bytes of one that was spawned.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "notify.h"
#include "weft/alloc.h"
#include "weft/coop.h"
#include "weft/detail/atomic.h"

/* Idle tasks that are spawned before they get a turn: so few that the run queue does not count. */
enum { BATCH = 1000 };

/* --- idle: tasks that wait for one notification --- */

struct crowd {
    struct notify notify;
    WF_ATOMIC(uint64_t) waiting, woken; /* tasks */
};

struct idle_task {
    struct wf_future future;
    struct crowd *crowd;
    struct notified notified;
    struct {
    } out; /* nothing, as in the other programs */
};

/* relaxed, here and below: only counts */
ASYNC_FN(idle_task)
{
    ASYNC_BEGIN;
    wf_fetch_add_relaxed(&self->crowd->waiting, 1);
    AWAIT(notified(&self->notified, &self->crowd->notify));
    wf_fetch_add_relaxed(&self->crowd->woken, 1);
ASYNC_FINALLY:
    ASYNC_END;
}

static double resident_bytes(void)
{
    char line[256];
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || !fgets(line, sizeof line, statm) || !strchr(line, ' ')) {
        fprintf(stderr, "bench: /proc/self/statm cannot be read\n");
        exit(1);
    }
    fclose(statm);
    unsigned long pages = strtoul(strchr(line, ' '), NULL, 10); /* the second number */
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

enum { WARM, MEASURED, CROWDS };

struct idle {
    struct wf_future future;
    const struct bench *bench;
    struct crowd crowds[CROWDS]; /* first one batch that is not measured, for the code's own pages */
    int which;
    uint64_t spawned, target; /* of the crowd at hand */
    struct wf_yield yield;
    double before;
    struct {
    } out;
};

ASYNC_FN(idle)
{
    ASYNC_BEGIN;
    for (self->which = WARM; self->which < CROWDS; self->which++) {
        self->target = self->which == WARM ? BATCH : self->bench->count;
        notify_init(&self->crowds[self->which].notify);
        self->before = resident_bytes();
        for (self->spawned = 0; self->spawned < self->target;) {
            must(WF_SPAWN(wf_scheduler_current(), NULL, idle_task, .crowd = &self->crowds[self->which]));
            self->spawned++;
            while (self->spawned % BATCH == 0 &&
                   wf_load_relaxed(&self->crowds[self->which].waiting) < self->spawned)
                AWAIT(wf_yield(&self->yield));
        }
        while (wf_load_relaxed(&self->crowds[self->which].waiting) < self->target)
            AWAIT(wf_yield(&self->yield));
    }
    report_value(self->bench, NULL, (resident_bytes() - self->before) / (double)self->bench->count);
    for (self->which = WARM; self->which < CROWDS; self->which++) {
        notify_all(&self->crowds[self->which].notify);
        while (wf_load_relaxed(&self->crowds[self->which].woken) <
               wf_load_relaxed(&self->crowds[self->which].waiting))
            AWAIT(wf_yield(&self->yield));
    }
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(idle)

/* --- live_bytes: what a task takes from wf_alloc(); on one thread --- */

struct live_bytes {
    struct wf_future future;
    const struct bench *bench;
    struct wf_yield yield;
    size_t before;
    struct {
    } out;
};

ASYNC_FN(live_bytes)
{
    ASYNC_BEGIN;
    self->before = wf_live_bytes();
    for (uint64_t i = 0; i < self->bench->count; i++)
        must(WF_SPAWN(wf_scheduler_current(), NULL, child, .a = i, .b = 1));
    report_value(self->bench, NULL, (double)(wf_live_bytes() - self->before) / (double)self->bench->count);
    AWAIT(wf_yield(&self->yield));
    check("what is left of the tasks, in bytes,", wf_live_bytes(), self->before);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(live_bytes)

const struct benchmark memory_benchmarks[] = {
    {"idle", .start = start_idle},
    {"live_bytes", .start = start_live_bytes},
    {0},
};
