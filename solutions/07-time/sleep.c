/**
 * @file sleep.c
 * @brief A sleep: a timer, as a leaf.
 */
#include <stddef.h>

#include "weft/context.h"
#include "weft/error.h"
#include "weft/time.h"

static enum wf_poll sleep_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_sleep *self = (struct wf_sleep *)future;
    /* LAB 07.T2 { what every leaf does first; then the timer. What was taken and not used is given back */
    int status = wf_leaf_begin(cx->waker);
    if (status == WF_EAGAIN)
        return WF_PENDING;
    if (status == WF_ECANCELED) {
        wf_timer_drop(&self->timer);
        self->out = WF_ECANCELED;
        return WF_READY;
    }
    if (wf_timer_poll(&self->timer, cx->waker) == WF_PENDING) {
        wf_budget_refund();
        return WF_PENDING;
    }
    self->out = wf_timer_status(&self->timer);
    return WF_READY;
    /* LAB 07.T2 } */
}

static void sleep_drop(struct wf_future *future)
{
    wf_timer_drop(&((struct wf_sleep *)future)->timer);
}

static const struct wf_future_ops sleep_ops = {
    .name = "sleep", .poll = sleep_poll, .drop = sleep_drop, WF_FRAME(struct wf_sleep)};

struct wf_sleep *wf_sleep_until(struct wf_sleep *sleep, uint64_t deadline_ns)
{
    *sleep = (struct wf_sleep){.future = {.ops = &sleep_ops}};
    wf_timer_init(&sleep->timer, deadline_ns);
    return sleep;
}

struct wf_sleep *wf_sleep(struct wf_sleep *sleep, uint64_t duration_ns)
{
    return wf_sleep_until(sleep, wf_add_ns(wf_now(), duration_ns));
}

void wf_sleep_reset(struct wf_sleep *sleep, uint64_t deadline_ns)
{
    /* LAB 07.T3 { a future that is over is built anew */
    if (wf_future_is_done(&sleep->future) || wf_future_is_dropped(&sleep->future))
        (void)wf_sleep_until(sleep, deadline_ns);
    else
        wf_timer_reset(&sleep->timer, deadline_ns);
    /* LAB 07.T3 } */
}
