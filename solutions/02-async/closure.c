/**
 * @file closure.c
 * @brief Async closures: when a call is allowed, and which call or drop releases what was captured.
 *
 * A call is an async method whose frame the closure builds (dyn_method.c). What is added here is the rule of the
 * closure's kind, kept by two members: how many calls are unfinished, and whether one has taken the state over.
 */
#include "weft/closure.h"

#include "weft/error.h"
#include "weft/panic.h"

struct wf_closure *wf_closure(struct wf_closure *closure, const struct wf_closure_ops *ops, void *captured)
{
    *closure = (struct wf_closure){.ops = ops, .captured = captured};
    return closure;
}

void wf_closure_drop(struct wf_closure *closure)
{
    if (!closure->ops)
        wf_panic("02.17", "a closure is dropped twice, or was never built");
    /* LAB 02.T5 { refuse while a call is unfinished; else empty the closure, then release what was captured, unless a call took it */
    const struct wf_closure_ops *ops = closure->ops;
    if (closure->unfinished > 0)
        wf_panic("02.25", "closure %s is dropped while %u of its calls are unfinished", ops->name,
                 closure->unfinished);
    closure->ops = NULL;
    if (ops->drop && !closure->taken)
        ops->drop(closure->captured); /* last: the closure itself may be a part of it */
    /* LAB 02.T5 } */
}

/* The call is READY or dropped: the closure has one unfinished call less. */
static void end_call(struct wf_call *self)
{
    /* LAB 02.T6 { the closure has one unfinished call less; a call that got no memory was never counted, and its `closure` is NULL */
    if (self->closure)
        self->closure->unfinished--;
    /* LAB 02.T6 } */
}

static enum wf_poll call_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_call *self = (struct wf_call *)future;
    /* LAB 02.T6 { note in the head that the call awaits `body`, and poll `body`; when it is READY, so is the call */
    future->awaiting = &self->body.future;
    if (wf_future_poll(&self->body.future, cx) == WF_PENDING)
        return WF_PENDING;
    self->out = self->body.out;
    end_call(self);
    return WF_READY;
    /* LAB 02.T6 } */
}

static void call_drop(struct wf_future *future)
{
    struct wf_call *self = (struct wf_call *)future;
    /* LAB 02.T6 { drop the body first, since it may still use what was captured; then the call is over */
    wf_future_drop(&self->body.future);
    end_call(self);
    /* LAB 02.T6 } */
}

static void call_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_call *)future)->body.future);
}

static const struct wf_future_ops call_ops = {
    .name = "call",
    .poll = call_poll,
    .drop = call_drop,
    .children = call_children,
    WF_FRAME(struct wf_call),
};

/* Panics where the closure's kind does not allow another call now. */
static void check_callable(const struct wf_closure *closure)
{
    if (!closure->ops)
        wf_panic("02.13", "a closure is called after it was dropped, or was never built");
    /* LAB 02.T5 { ONCE: not after a call took the state over. IN_TURN: not while a call is unfinished */
    if (closure->taken)
        wf_panic("02.14", "closure %s can be called once, and is called again", closure->ops->name);
    if (closure->ops->kind == WF_CLOSURE_IN_TURN && closure->unfinished > 0)
        wf_panic("02.15",
                 "closure %s is called while its last call is unfinished: await or drop that one first",
                 closure->ops->name);
    /* LAB 02.T5 } */
}

struct wf_call *wf_closure_call(struct wf_call *call, struct wf_closure *closure, void *argument, void *slot,
                                size_t slot_bytes, void *value)
{
    check_callable(closure);
    *call = (struct wf_call){.future = {.ops = &call_ops}};
    /* LAB 02.T6 { wf_dyn() finds room for the frame. With room, count the call and build its future; without, leave the closure as it was */
    void *frame = wf_dyn(&call->body, slot, slot_bytes, closure->ops->frame_bytes, value);
    if (frame) {
        /* counted first: a `build` that calls the closure again is a second call */
        call->closure = closure;
        closure->unfinished++;
        closure->taken = closure->ops->kind == WF_CLOSURE_ONCE;
        closure->ops->build(frame, closure->captured, argument);
    }
    return call;
    /* LAB 02.T6 } */
}
