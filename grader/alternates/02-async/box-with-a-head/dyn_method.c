#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/dyn.h"
#include "weft/error.h"
#include "weft/panic.h"

/* Before each allocated frame. */
struct box {
    alignas(max_align_t) size_t bytes;
};

static void *new_box(size_t frame_bytes)
{
    struct box *box = wf_alloc(sizeof *box + frame_bytes);
    if (!box)
        return NULL;
    box->bytes = sizeof *box + frame_bytes;
    return box + 1;
}

/* The method's future leaves its room; what it was is not asked any more. */
static void leave(struct wf_dyn *self)
{
    if (self->boxed_bytes) {
        struct box *box = (struct box *)self->inner - 1;
        wf_free(box, box->bytes);
    }
    self->boxed_bytes = 0;
    self->inner = NULL;
}

static enum wf_poll dyn_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_dyn *self = (struct wf_dyn *)future;
    self->out = self->inner ? 0 : WF_ENOMEM;
    if (self->out)
        return WF_READY;
    future->awaiting = self->inner; /* so that a tree shows it; gone before the room is */
    if (wf_future_poll(self->inner, cx) != WF_READY)
        return WF_PENDING;
    future->awaiting = NULL;
    void *out = wf_future_out(self->inner);
    size_t out_bytes = self->inner->ops->out_size;
    if (!self->value && self->inner->ops->drop_out)
        self->inner->ops->drop_out(out);
    if (self->value)
        memmove(self->value, out, out_bytes);
    leave(self);
    return WF_READY;
}

static void dyn_drop(struct wf_future *future)
{
    struct wf_dyn *self = (struct wf_dyn *)future;
    future->awaiting = NULL;
    if (!self->inner)
        return;
    if (self->inner->ops)
        wf_future_drop(self->inner);
    leave(self);
}

static const struct wf_future_ops dyn_ops = {
    .name = "dyn", .poll = dyn_poll, .drop = dyn_drop, WF_FRAME(struct wf_dyn)};

void *wf_dyn(struct wf_dyn *dyn, void *slot, size_t slot_bytes, size_t frame_bytes, void *value)
{
    if (frame_bytes < sizeof(struct wf_future))
        wf_panic("02.9", "no future has only %zu bytes", frame_bytes);
    bool boxed = !slot || slot_bytes < frame_bytes;
    void *room = boxed ? new_box(frame_bytes) : slot;
    if (room)
        memset(room, 0, frame_bytes);
    *dyn = (struct wf_dyn){
        .future = {.ops = &dyn_ops}, .inner = room, .boxed_bytes = room && boxed, .value = value};
    return room;
}
