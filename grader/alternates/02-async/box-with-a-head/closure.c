#include "weft/closure.h"

#include "weft/error.h"
#include "weft/panic.h"

struct wf_closure *wf_closure(struct wf_closure *closure, const struct wf_closure_ops *ops, void *captured)
{
    closure->ops = ops;
    closure->captured = captured;
    closure->unfinished = 0;
    closure->taken = false;
    return closure;
}

void wf_closure_drop(struct wf_closure *closure)
{
    const struct wf_closure_ops *ops = closure->ops;
    if (!ops)
        wf_panic("02.17", "this closure is gone already");
    if (closure->unfinished)
        wf_panic("02.25", "a call of %s goes on", ops->name);
    const struct wf_closure was = *closure;
    *closure = (struct wf_closure){0};
    if (!was.taken && ops->drop)
        ops->drop(was.captured);
}

/* `out` holds WF_ENOMEM from the construction on, where there was no memory: such a call counts nowhere. */
static enum wf_poll call_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_call *self = (struct wf_call *)future;
    future->awaiting = &self->body.future;
    if (self->out == 0 && wf_future_poll(&self->body.future, cx) == WF_PENDING)
        return WF_PENDING;
    self->closure->unfinished -= self->out == 0;
    return WF_READY;
}

static void call_drop(struct wf_future *future)
{
    struct wf_call *self = (struct wf_call *)future;
    if (self->out)
        return;
    wf_future_drop(&self->body.future);
    self->closure->unfinished--;
}

static const struct wf_future_ops call_ops = {
    .name = "call", .poll = call_poll, .drop = call_drop, WF_FRAME(struct wf_call)};

struct wf_call *wf_closure_call(struct wf_call *call, struct wf_closure *closure, void *argument, void *slot,
                                size_t slot_bytes, void *value)
{
    const struct wf_closure_ops *ops = closure->ops;
    if (!ops)
        wf_panic("02.13", "there is no closure to call");
    switch (ops->kind) {
    case WF_CLOSURE_ONCE:
        if (closure->taken)
            wf_panic("02.14", "%s was called before", ops->name);
        break;
    case WF_CLOSURE_IN_TURN:
        if (closure->unfinished)
            wf_panic("02.15", "%s: one call after the other", ops->name);
        break;
    case WF_CLOSURE_SHARED:
        break;
    }
    *call = (struct wf_call){.future = {.ops = &call_ops}, .closure = closure, .out = WF_ENOMEM};
    void *frame = wf_dyn(&call->body, slot, slot_bytes, ops->frame_bytes, value);
    if (!frame)
        return call;
    call->out = 0;
    closure->unfinished++;
    closure->taken = ops->kind == WF_CLOSURE_ONCE;
    ops->build(frame, closure->captured, argument);
    return call;
}
