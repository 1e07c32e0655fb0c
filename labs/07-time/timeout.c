/**
 * @file timeout.c
 * @brief A timeout: a future and a timer, of which the future has the first word.
 */
#include <stddef.h>

#include "weft/error.h"
#include "weft/panic.h"
#include "weft/time.h"

static enum wf_poll timeout_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_timeout *self = (struct wf_timeout *)future;
    /* 07.T4: the inner future first; then the timer, without budget and without a look at
     * cancellation: that is the inner future's. Whichever is over, nothing of the other is left */
    LAB_TODO("07.T4");
}

static void timeout_drop(struct wf_future *future)
{
    struct wf_timeout *self = (struct wf_timeout *)future;
    /* 07.T4: both */
    LAB_TODO("07.T4");
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
