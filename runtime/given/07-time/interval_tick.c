/**
 * @file interval_tick.c
 * @brief An interval and its ticks, but for the rule of what is due next.
 */
#include <stddef.h>

#include "weft/interval.h"
#include "weft/panic.h"
#include "weft/time.h"

void wf_interval_at(struct wf_interval *interval, uint64_t start_ns, uint64_t period_ns, enum wf_missed missed)
{
    if (period_ns == 0)
        wf_panic("G.144", "an interval has no period: its ticks would all be due at once");
    *interval = (struct wf_interval){.due_ns = start_ns, .period_ns = period_ns, .missed = missed};
}

void wf_interval(struct wf_interval *interval, uint64_t period_ns, enum wf_missed missed)
{
    wf_interval_at(interval, wf_now(), period_ns, missed);
}

void wf_interval_reset_at(struct wf_interval *interval, uint64_t due_ns)
{
    interval->due_ns = due_ns;
}

void wf_interval_reset(struct wf_interval *interval)
{
    wf_interval_reset_at(interval, wf_add_ns(wf_now(), interval->period_ns));
}

static enum wf_poll tick_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_interval_tick *self = (struct wf_interval_tick *)future;
    struct wf_interval *interval = self->interval;
    future->awaiting = &self->sleep.future;
    if (wf_future_poll(&self->sleep.future, cx) == WF_PENDING)
        return WF_PENDING;
    future->awaiting = NULL;
    self->out = WF_FOREVER;
    if (self->sleep.out == 0) {
        self->out = interval->due_ns;
        interval->due_ns = wf_interval_next(interval->missed, interval->due_ns, wf_now(), interval->period_ns);
    }
    return WF_READY;
}

static void tick_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_interval_tick *)future)->sleep.future);
}

static const struct wf_future_ops tick_ops = {
    .name = "interval tick", .poll = tick_poll, .drop = tick_drop, WF_FRAME(struct wf_interval_tick)};

struct wf_interval_tick *wf_interval_tick(struct wf_interval_tick *tick, struct wf_interval *interval)
{
    *tick = (struct wf_interval_tick){.future = {.ops = &tick_ops}, .interval = interval};
    (void)wf_sleep_until(&tick->sleep, interval->due_ns);
    return tick;
}
