/**
 * @file dyn_method.c
 * @brief A call of an async method: its frame in the caller's slot, or in a box.
 *
 * The call is a future around the method's future. It adds the room in which that future lies. The room is given back at
 * the end of the call: before READY, or in the drop.
 */
#include <stdbool.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/dyn.h"
#include "weft/error.h"
#include "weft/panic.h"

/* The method's future is over: its frame is not needed any more. */
static void free_box(struct wf_dyn *self)
{
    /* LAB 02.T4 { the call points to the room no more; then free it, if it was allocated. A dump may come while it is freed */
    void *room = self->inner;
    size_t bytes = self->boxed_bytes;
    self->inner = NULL;
    self->boxed_bytes = 0;
    self->future.awaiting = NULL;
    if (bytes > 0)
        wf_free(room, bytes); /* last: what the allocator calls may print the tree */
    /* LAB 02.T4 } */
}

static enum wf_poll dyn_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_dyn *self = (struct wf_dyn *)future;
    /* LAB 02.T4 { no room: READY with WF_ENOMEM. Else note in the head that the call awaits the method, and poll it; when it is READY, hand its output on and give its room back */
    if (!self->inner) {
        self->out = WF_ENOMEM;
        return WF_READY;
    }
    future->awaiting = self->inner; /* so that a backtrace goes on below */
    if (wf_future_poll(self->inner, cx) == WF_PENDING)
        return WF_PENDING;
    const struct wf_future_ops *ops = self->inner->ops;
    if (self->value)
        memcpy(self->value, wf_future_out(self->inner), ops->out_size);
    else if (ops->drop_out)
        ops->drop_out(wf_future_out(self->inner));
    free_box(self);
    return WF_READY;
    /* LAB 02.T4 } */
}

static void dyn_drop(struct wf_future *future)
{
    struct wf_dyn *self = (struct wf_dyn *)future;
    /* LAB 02.T4 { drop the method's future, if one was ever built in the room; then give the room back */
    if (self->inner && self->inner->ops)
        wf_future_drop(self->inner);
    free_box(self);
    /* LAB 02.T4 } */
}

static void dyn_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    const struct wf_dyn *self = (const struct wf_dyn *)future;
    if (self->inner && self->inner->ops)
        visit(arg, self->inner);
}

static const struct wf_future_ops dyn_ops = {
    .name = "dyn",
    .poll = dyn_poll,
    .drop = dyn_drop,
    .children = dyn_children,
    WF_FRAME(struct wf_dyn),
};

void *wf_dyn(struct wf_dyn *dyn, void *slot, size_t slot_bytes, size_t frame_bytes, void *value)
{
    if (frame_bytes < sizeof(struct wf_future))
        wf_panic("02.9", "a frame of %zu bytes has no room for the head of a future", frame_bytes);
    *dyn = (struct wf_dyn){.future = {.ops = &dyn_ops}, .value = value};
    /* LAB 02.T4 { the slot if it is large enough, else an allocation; a head of zeroes says that no future is built in it yet */
    bool fits = slot && frame_bytes <= slot_bytes;
    dyn->inner = fits ? slot : wf_alloc(frame_bytes);
    if (!dyn->inner)
        return NULL;
    if (!fits)
        dyn->boxed_bytes = frame_bytes;
    *dyn->inner = (struct wf_future){0};
    return dyn->inner;
    /* LAB 02.T4 } */
}
