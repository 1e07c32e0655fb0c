/**
 * @file kit_objects.c
 * @brief One object's life: built, polled, dropped, given back, and what is observed of it.
 */
#include <stdlib.h>
#include <string.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/alloc.h"
#include "weft/context.h"

__thread struct kit_object *kit_current;

/* --- one object's life --- */

void kit_look(struct kit_object *object)
{
    struct kit_seen *seen = &object->seen;
    struct kit_inner *inner = object->inner;
    seen->leaf_done = seen->leaf_alive = seen->holding = 0;
    for (int i = 0; i < object->shape.count; i++) {
        const struct kit_track *track = &inner->tracks[i];
        seen->leaf_done += track->state == READY_NOW;
        seen->leaf_alive += track->state == ALIVE;
        seen->holding += track->state == ALIVE && inner->newest >= 0 && track->kept_number == inner->newest;
    }
    if (object->future) {
        uint32_t line = wf_load_relaxed(&object->future->line);
        seen->head = line == WF_LINE_DONE ? 2 : line == WF_LINE_DROPPED ? 3 : inner->polls > 0;
        kit_look_at_tree(object);
    }
    seen->books = object->kind->books ? object->kind->books(object) : 0;
    uint32_t left = wf_alloc_fail_at(0); /* what is left to the failure of this life; 0: it has happened */
    wf_alloc_fail_at(left);
    seen->failures = kit_varied.fail && !left;
    kit_look_at_guards(object);
    seen->live = kit_live_bytes();
}

/* What the table says of the frame is what its header says: its size, and where its output is. */
static void look_at_ops(struct kit_object *object)
{
    const struct kit_kind *kind = object->kind;
    const struct wf_future_ops *ops = object->future->ops;
    object->seen.ops_wrong += ops->size != kind->frame_bytes || ops->out_size != kind->out_bytes ||
                              (kind->out_bytes && ops->out_offset != kind->out_offset);
}

void kit_build(struct kit_object *object, const struct kit_shape *shape, struct kit_object *parent,
               int32_t rubbish)
{
    struct kit_object *outer = kit_current;
    struct kit_inner *inner = calloc(1, sizeof *inner);
    if (!inner)
        scenario_broken("no memory");
    *object =
        (struct kit_object){.kind = kit_kinds[shape->kind], .shape = *shape, .parent = parent, .inner = inner};
    inner->rubbish = rubbish;
    inner->newest = -1;
    int tracks = shape->count > 2 ? shape->count : 2;
    inner->tracks = calloc((size_t)tracks, sizeof *inner->tracks);
    object->leaves = calloc((size_t)tracks, sizeof(struct wf_future *));
    if (!inner->tracks || !object->leaves)
        scenario_broken("no memory");
    kit_prepare_leaves(object);
    static const int spare[] = {[ROOM_ONE_SHORT] = -1, [ROOM_EXACT] = 0, [ROOM_AMPLE] = 32};
    if (shape->room >= ROOM_VALID_WITH_0)
        object->slot = kit_new(object, object->leaf_bytes + 32);
    object->slot_bytes = shape->room == ROOM_NULL_WITH_SIZE ? object->leaf_bytes
                         : shape->room >= ROOM_ONE_SHORT
                             ? object->leaf_bytes + (size_t)(ptrdiff_t)spare[shape->room]
                             : 0;
    object->value = shape->want && object->kind->hands_value ? kit_new(object, (size_t)shape->bytes) : NULL;
    void *frame = kit_new(object, object->kind->frame_bytes);
    if (object->kind->prepare)
        kit_aside(object, object->kind->prepare);
    kit_current = object;
    object->kind->build(object, frame);
    kit_current = outer;
    object->future = frame;
    object->seen.poll = -1;
    inner->built = true;
    look_at_ops(object);
    kit_take_turn(object);
}

void kit_aside(struct kit_object *object, void (*make)(struct kit_object *object))
{
    struct kit_object *outer = kit_current;
    uint32_t left = wf_alloc_fail_at(0);
    kit_current = NULL;
    make(object);
    kit_current = outer;
    wf_alloc_fail_at(left);
}

void kit_returned(struct kit_object *object, const void *storage, const void *returned)
{
    object->seen.returned_wrong += returned != storage;
}

/* The output where the object's kind puts it is what was made. */
static void look_at_value(struct kit_object *object)
{
    struct kit_track *track = &object->inner->tracks[0];
    if (!object->value || track->state != READY_NOW)
        return;
    object->seen.value_wrong += !kit_is_output(object, 0, object->value);
    object->seen.claimed += track->held;
    track->held = false;
}

/* What a future may not change in the context that it is polled or dropped in, unless it changes it back. */
static bool is_same_context(const struct wf_context *now, const struct wf_context *before)
{
    return now->root == before->root && now->runs == before->runs && now->task == before->task &&
           now->event_hook == before->event_hook && now->defer == before->defer &&
           now->constrained == before->constrained && now->scheduler == before->scheduler &&
           now->locals == before->locals;
}

static void see_context(struct kit_object *object, const struct wf_context *current,
                        const struct wf_context *copy)
{
    object->seen.context_lost += wf_context_current != current || (current && !is_same_context(current, copy));
    object->outside = NULL;
}

static int read_out(struct wf_future *future)
{
    switch (future->ops->out_size) {
    case sizeof(int):
        return *(const int *)wf_future_out(future);
    case sizeof(int64_t):
        return (int)*(const int64_t *)wf_future_out(future);
    default:
        return 0;
    }
}

enum wf_poll kit_poll(struct kit_object *object, int waker)
{
    struct kit_object *outer = kit_current;
    struct kit_inner *inner = object->inner;
    struct wf_waker own = kit_waker(object, waker);
    struct wf_cx cx = {.waker = &own};
    const struct wf_context *before = object->outside = wf_context_current;
    const struct wf_context copy = before ? *before : (struct wf_context){0};
    inner->newest = waker;
    inner->polls++;
    inner->operations++;
    kit_current = object;
    inner->in_operation = true;
    enum wf_poll poll = wf_future_poll(object->future, &cx);
    inner->in_operation = false;
    kit_current = outer;
    see_context(object, before, &copy);
    if (copy.constrained)
        object->seen.spent += (int32_t)(copy.budget - before->budget);
    object->seen.poll = (int32_t)poll;
    if (poll == WF_READY) {
        inner->over = true;
        object->seen.out = read_out(object->future);
        look_at_value(object);
    }
    return poll;
}

void kit_drop(struct kit_object *object)
{
    struct kit_object *outer = kit_current;
    const struct wf_context *before = object->outside = wf_context_current;
    const struct wf_context copy = before ? *before : (struct wf_context){0};
    kit_current = object;
    object->inner->operations++;
    object->inner->in_operation = object->inner->in_drop = true;
    wf_future_drop(object->future);
    object->inner->in_operation = object->inner->in_drop = false;
    kit_current = outer;
    if (copy.constrained) /* a drop takes no unit and gives none back */
        object->seen.spent += (int32_t)(copy.budget - before->budget);
    see_context(object, before, &copy);
    object->inner->over = true;
}

/* By a task without a waker: what it polls keeps none of the object's any more. */
void kit_witness(struct kit_object *object)
{
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    if (object->kind->witness) {
        object->seen.went_on += object->kind->witness(object);
        return;
    }
    for (int i = 0; i < object->shape.count; i++)
        if (object->inner->tracks[i].state == ALIVE) {
            object->seen.went_on++;
            (void)!wf_future_poll(object->inner->tracks[i].future, &cx);
        }
}

void kit_release(struct kit_object *object)
{
    if (!object->inner->over)
        wf_future_drop(object->future);
    struct kit_inner *inner = object->inner;
    object->future = NULL;
    kit_current = object;
    if (object->kind->release)
        object->kind->release(object);
    kit_current = NULL;
    for (int i = 0; i < object->shape.count; i++) {
        struct kit_track *track = &inner->tracks[i];
        if (track->state == ALIVE) { /* it was lent */
            object->seen.leaf_drops--;
            wf_future_drop(track->future);
        }
        object->seen.claimed += track->held; /* it stayed in the frame */
    }
    kit_look(object);
    kit_free_storage(object);
    free(inner->tracks);
    free(object->leaves);
    free(inner);
    object->inner = NULL;
}
