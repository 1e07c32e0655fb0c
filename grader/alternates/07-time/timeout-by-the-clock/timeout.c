/**
 * @file timeout.c
 * @brief A timeout: a future and a timer, of which the future has the first word.
 */
#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/time_driver.h"
#include "weft/error.h"
#include "weft/time.h"

static enum wf_poll timeout_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_timeout *self = (struct wf_timeout *)future;
    future->awaiting = self->inner;
    enum wf_poll inner = wf_future_poll(self->inner, cx);
    if (inner == WF_PENDING) {
        /* an armed timer's clock is that of its driver, wherever this is polled */
        bool is_armed = wf_load_acquire(&self->timer.state) == WF_TIMER_ARMED;
        uint64_t now_ns = is_armed ? wf_time_driver_now(self->timer.driver) : wf_now();
        bool late = now_ns >= self->timer.deadline_ns;
        if (!late && wf_timer_poll(&self->timer, cx->waker) == WF_PENDING)
            return WF_PENDING;
        int status = wf_timer_status(&self->timer);
        wf_future_drop(self->inner);
        self->out = status ? status : WF_ETIMEDOUT;
    } else {
        self->out = 0;
    }
    wf_timer_drop(&self->timer);
    future->awaiting = NULL;
    return WF_READY;
}

static void timeout_drop(struct wf_future *future)
{
    struct wf_timeout *self = (struct wf_timeout *)future;
    wf_future_drop(self->inner);
    wf_timer_drop(&self->timer);
}

static const struct wf_future_ops timeout_ops = {
    .name = "timeout", .poll = timeout_poll, .drop = timeout_drop, WF_FRAME(struct wf_timeout)};

struct wf_timeout *wf_timeout_at(struct wf_timeout *timeout, uint64_t deadline_ns, struct wf_future *inner)
{
    *timeout = (struct wf_timeout){.future = {.ops = &timeout_ops}, .inner = inner};
    wf_timer_init(&timeout->timer, deadline_ns);
    return timeout;
}

struct wf_timeout *wf_timeout(struct wf_timeout *timeout, uint64_t duration_ns, struct wf_future *inner)
{
    return wf_timeout_at(timeout, wf_add_ns(wf_now(), duration_ns), inner);
}
