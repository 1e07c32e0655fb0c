#include "weft/async.h"

static enum wf_poll suspend(struct wf_future *future, struct wf_future *child, enum wf_and_then_state state)
{
    future->awaiting = child;
    wf_store_relaxed(&future->line, (uint32_t)state);
    return WF_PENDING;
}

static enum wf_poll and_then_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_and_then *self = (struct wf_and_then *)future;
    struct wf_future *second = future->awaiting;
    uint32_t line = wf_load_relaxed(&future->line);
    if (line > WF_AND_THEN_SECOND)
        wf_async_lost(future);
    if (line != WF_AND_THEN_SECOND) {
        if (wf_future_poll(self->first, cx) == WF_PENDING)
            return suspend(future, self->first, WF_AND_THEN_FIRST);
        future->awaiting = NULL;
        second = self->next(self->arg, wf_future_out(self->first));
        if (!second)
            return WF_READY;
    }
    if (wf_future_poll(second, cx) == WF_PENDING)
        return suspend(future, second, WF_AND_THEN_SECOND);
    future->awaiting = NULL;
    self->out = wf_future_int_out(second);
    return WF_READY;
}

static void and_then_drop(struct wf_future *future)
{
    struct wf_and_then *self = (struct wf_and_then *)future;
    wf_future_drop(future->awaiting ? future->awaiting : self->first);
}

static const struct wf_future_ops and_then_ops = {
    .name = "and_then", .poll = and_then_poll, .drop = and_then_drop, WF_FRAME(struct wf_and_then)};

struct wf_and_then *wf_and_then(struct wf_and_then *and_then, struct wf_future *first,
                                struct wf_future *(*next)(void *arg, void *out), void *arg)
{
    *and_then =
        (struct wf_and_then){.future = {.ops = &and_then_ops}, .first = first, .next = next, .arg = arg};
    return and_then;
}
