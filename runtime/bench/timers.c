/**
 * @file timers.c
 * @brief Timeouts that do not fire, many timers of one task, and how late a sleep is.
 *
 * The runtime has a time driver, and a reactor below it.
 */
#include "bench.h"

#include <stdlib.h>
#include <time.h>

#include "weft/detail/clock.h"
#include "weft/time.h"

/* --- timeout_unfired --- */

/* PENDING once, and woken at once. Not a yield: for that the drivers have a turn, whose system call costs more than the timeout. */
struct woken_once {
    struct wf_future future;
    bool is_woken;
    struct {
    } out;
};

static enum wf_poll woken_once_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct woken_once *self = (struct woken_once *)future;
    if (self->is_woken)
        return WF_READY;
    self->is_woken = true;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops woken_once_ops = {
    .name = "woken_once", .poll = woken_once_poll, WF_FRAME(struct woken_once)};

static struct wf_future *woken_once(struct woken_once *self)
{
    *self = (struct woken_once){.future = {.ops = &woken_once_ops}};
    return &self->future;
}

/* Awaits such a future, within 30 s each time. */
struct timeout_unfired {
    struct wf_future future;
    const struct bench *bench;
    struct stopwatch start;
    struct woken_once inner;
    struct wf_timeout timeout;
    uint64_t i;
    struct {
    } out;
};

ASYNC_FN(timeout_unfired)
{
    ASYNC_BEGIN;
    stopwatch_start(&self->start);
    for (; self->i < self->bench->count; self->i++) {
        AWAIT(wf_timeout(&self->timeout, WF_SECONDS(30), woken_once(&self->inner)));
        must(self->timeout.out);
    }
    report_time(self->bench, &self->start, self->bench->count);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(timeout_unfired)

/* --- timers --- */

enum {
    SPREAD_MS = 60000, /* of the deadlines of timers that do not expire */
    SOON_MS = 20,      /* of those that do */
};

struct timers {
    struct wf_future future;
    const struct bench *bench;
    struct stopwatch start;
    struct wf_sleep *sleeps;
    uint64_t now, i;
    struct {
    } out;
};

/* A deadline after `now`, another one for each timer and each `salt`. */
static uint64_t deadline(const struct timers *self, uint64_t i, uint64_t salt, uint64_t within_ms)
{
    return self->now + WF_MILLISECONDS(1 + (compute(i + salt, 2) >> 33) % within_ms);
}

/* Polls each; none is over yet. */
static void poll_all(struct timers *self, struct wf_cx *cx)
{
    uint64_t pending = 0;
    for (uint64_t i = 0; i < self->bench->count; i++)
        pending += wf_future_poll(&self->sleeps[i].future, cx) == WF_PENDING;
    check("the number of timers that wait", pending, self->bench->count);
}

static void insert_all(struct timers *self, struct wf_cx *cx, uint64_t after_ns, uint64_t within_ms)
{
    self->now = wf_now() + after_ns;
    for (uint64_t i = 0; i < self->bench->count; i++)
        (void)wf_sleep_until(&self->sleeps[i], deadline(self, i, 0, within_ms));
    poll_all(self, cx);
}

static void wait_until(uint64_t instant)
{
    const struct timespec pause = wf_timespec_of(wf_since_ns(instant, wf_now()));
    (void)nanosleep(&pause, NULL);
}

ASYNC_FN(timers)
{
    ASYNC_BEGIN;
    self->sleeps = memory_for(self->bench->count, sizeof *self->sleeps);
    for (self->i = 0; self->i < 2; self->i++) { /* the first time the memory is new */
        stopwatch_start(&self->start);
        insert_all(self, cx, WF_SECONDS(10), SPREAD_MS);
        if (self->i == 1)
            report_part_time(self->bench, "insert", &self->start, self->bench->count);
        stopwatch_start(&self->start);
        for (uint64_t i = 0; i < self->bench->count; i++)
            wf_sleep_reset(&self->sleeps[i], deadline(self, i, 1, SPREAD_MS));
        if (self->i == 1)
            report_part_time(self->bench, "reset", &self->start, self->bench->count);
        stopwatch_start(&self->start);
        for (uint64_t i = 0; i < self->bench->count; i++)
            wf_future_drop(&self->sleeps[i].future);
        if (self->i == 1)
            report_part_time(self->bench, "cancel", &self->start, self->bench->count);
    }
    /* All are inserted before the first is due. Which thread fires them, while this one sleeps or later, depends on the workers: so
     * processor time is what is reported. */
    insert_all(self, cx, WF_SECONDS(1), SOON_MS);
    stopwatch_start(&self->start);
    wait_until(self->now + WF_MILLISECONDS(SOON_MS + 2));
    for (self->i = 0; self->i < self->bench->count; self->i++) {
        AWAIT(&self->sleeps[self->i]);
        must(self->sleeps[self->i].out);
    }
    report_part_cpu(self->bench, "expire", &self->start, self->bench->count);
    free(self->sleeps);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(timers)

/* --- lateness --- */

/* Sleeps alone, for some milliseconds and a bit, so often. */
struct lateness {
    struct wf_future future;
    const struct bench *bench;
    struct wf_sleep sleep;
    double *late_ns;
    uint64_t due, i;
    struct {
    } out;
};

ASYNC_FN(lateness)
{
    ASYNC_BEGIN;
    self->late_ns = memory_for(self->bench->count, sizeof *self->late_ns);
    for (; self->i < self->bench->count; self->i++) {
        self->due = wf_now() + WF_MICROSECONDS(500 + (compute(self->i, 2) >> 33) % 4000);
        AWAIT(wf_sleep_until(&self->sleep, self->due));
        must(self->sleep.out);
        check("the number of sleeps that ended early", wf_now() < self->due, 0);
        self->late_ns[self->i] = (double)wf_since_ns(wf_now(), self->due);
    }
    report_percentiles(self->bench, self->late_ns, self->bench->count);
    free(self->late_ns);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(lateness)

const struct benchmark timer_benchmarks[] = {
    {"timeout_unfired", .start = start_timeout_unfired, .driven = true},
    {"timers", .start = start_timers, .driven = true},
    {"timers_many", .start = start_timers, .driven = true},
    {"lateness", .start = start_lateness, .driven = true},
    {0},
};
