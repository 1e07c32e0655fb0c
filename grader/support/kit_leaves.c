/**
 * @file kit_leaves.c
 * @brief The kit's leaves, which do as they are told, its wakers, which count, and what a future's tree shows of both.
 */
#include <stdlib.h>
#include <string.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/context.h"

/* --- wakers --- */

static void counted_wake(const struct kit_datum *datum, int table)
{
    struct kit_object *object = datum->object;
    if (datum->pair * 2 + table == object->inner->newest)
        object->seen.wakes_newest++;
    else
        object->seen.wakes_older++;
    kit_place(AT_WAKE, object);
}

static void *counted_clone(void *data)
{
    struct kit_object *object = ((struct kit_datum *)data)->object;
    object->seen.clones++;
    kit_place(AT_CLONE, object);
    return data;
}

static void counted_drop(void *data)
{
    struct kit_object *object = ((struct kit_datum *)data)->object;
    object->seen.clones--;
    kit_place(AT_WAKER_DROP, object);
}

static void wake_by_ref_0(void *data)
{
    counted_wake(data, 0);
}

static void wake_by_ref_1(void *data)
{
    counted_wake(data, 1);
}

static void wake_0(void *data)
{
    counted_wake(data, 0);
    counted_drop(data);
}

static void wake_1(void *data)
{
    counted_wake(data, 1);
    counted_drop(data);
}

static const struct wf_waker_ops tables[] = {{counted_clone, wake_0, wake_by_ref_0, counted_drop},
                                             {counted_clone, wake_1, wake_by_ref_1, counted_drop}};

struct wf_waker kit_waker(struct kit_object *object, int number)
{
    object->inner->data[number / 2] = (struct kit_datum){object, number / 2};
    return (struct wf_waker){&tables[number % 2], &object->inner->data[number / 2]};
}

static int number_of(const struct kit_object *object, const struct wf_waker *waker)
{
    for (int i = 0; i < KIT_WAKERS; i++)
        if (waker->ops == &tables[i % 2] && waker->data == &object->inner->data[i / 2])
            return i;
    return -1;
}

/* --- leaves --- */

struct leaf {
    struct wf_future future;
    struct kit_object *object;
    int index;
    _Alignas(16) unsigned char out[];
};

static size_t out_bytes(const struct kit_object *object, int index)
{
    return index > 0 && object->kind->second_is_int ? sizeof(int) : (size_t)object->shape.bytes;
}

/* Byte `at` of the output that a leaf makes. An output of four bytes is an int: the result itself. */
static unsigned char output_byte(const struct kit_object *object, int index, size_t at)
{
    uint32_t word = (uint32_t)object->inner->tracks[index].result;
    return at < 4 ? (unsigned char)(word >> (8 * at))
                  : (unsigned char)(0x9e + 31 * at + 7 * (size_t)index + word);
}

bool kit_is_output(const struct kit_object *object, int index, const void *out)
{
    for (size_t i = 0; i < out_bytes(object, index); i++)
        if (((const unsigned char *)out)[i] != output_byte(object, index, i))
            return false;
    return true;
}

/* What a leaf finds in its poll or its drop, where the object polls or drops it. */
static void see_surroundings(struct kit_object *object, bool in_drop)
{
    const struct kit_kind *kind = object->kind;
    if (!object->inner->in_operation)
        return;
    if (kind->surrounds)
        object->seen.surroundings_wrong += !kind->surrounds(object, in_drop);
    if (kind->books)
        object->seen.uncounted += kind->books(object) < 1;
}

static enum wf_poll leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct leaf *leaf = (struct leaf *)future;
    struct kit_object *object = leaf->object;
    struct kit_inner *inner = object->inner;
    struct kit_track *track = &inner->tracks[leaf->index];
    object->seen.leaf_polls++;
    object->seen.twice += inner->in_operation && track->polled_in == inner->polls;
    track->polled_in = inner->polls;
    see_surroundings(object, false);
    kit_place(AT_LEAF_POLL, object);
    if (inner->inside) {
        void (*inside)(void *arg) = inner->inside;
        inner->inside = NULL;
        inside(inner->inside_arg);
    }
    if (track->armed && wf_budget_spend(cx->waker)) {
        wf_waker_drop(&track->kept);
        track->kept_number = -1;
        for (size_t i = 0; i < out_bytes(object, leaf->index); i++)
            leaf->out[i] = output_byte(object, leaf->index, i);
        track->state = READY_NOW;
        track->held = future->ops->drop_out != NULL;
        object->seen.made += track->held;
        return WF_READY;
    }
    wf_waker_store(&track->kept, cx->waker);
    track->kept_number = number_of(object, &track->kept);
    return WF_PENDING;
}

static void leaf_drop(struct wf_future *future)
{
    struct leaf *leaf = (struct leaf *)future;
    struct kit_track *track = &leaf->object->inner->tracks[leaf->index];
    /* wf_future_drop() has marked the head before it calls */
    leaf->object->seen.bypassed += wf_load_relaxed(&future->line) != WF_LINE_DROPPED;
    track->state = DROPPED;
    leaf->object->seen.leaf_drops++;
    see_surroundings(leaf->object, true);
    kit_place(AT_LEAF_DROP, leaf->object);
    wf_waker_drop(&track->kept);
    track->kept_number = -1;
}

/* The output says whose it is by its bytes only: the first one held that is alike is meant. */
static void drop_out(void *out)
{
    struct kit_object *object = kit_current;
    if (!object)
        return;
    object->seen.destroyed++;
    bool found = false;
    for (int i = 0; i < object->shape.count && !found; i++)
        if (object->inner->tracks[i].held && kit_is_output(object, i, out)) {
            object->inner->tracks[i].held = false;
            found = true;
        }
    object->seen.value_wrong += !found;
    kit_place(AT_DROP_OUT, object);
}

struct wf_future *kit_leaf_in(struct kit_object *object, int index, void *room)
{
    struct kit_track *track = &object->inner->tracks[index];
    struct leaf *leaf = room;
    bool is_int = index > 0 && object->kind->second_is_int;
    leaf->future = (struct wf_future){.ops = is_int ? &object->inner->int_ops : &object->inner->leaf_ops};
    leaf->object = object;
    leaf->index = index;
    track->state = ALIVE;
    track->future = &leaf->future;
    track->kept_number = -1;
    return &leaf->future;
}

struct wf_future *kit_leaf(struct kit_object *object, int index)
{
    struct kit_track *track = &object->inner->tracks[index];
    return track->state == NOT_BUILT ? kit_leaf_in(object, index, kit_new(object, object->leaf_bytes))
                                     : track->future;
}

bool kit_leaf_is_over(const struct kit_object *object, int index)
{
    return object->inner->tracks[index].state >= READY_NOW;
}

int kit_result(const struct kit_object *object, int index)
{
    return object->inner->tracks[index].result;
}

void kit_take_turn(struct kit_object *object)
{
    struct kit_object *outer = kit_current;
    kit_current = object;
    if (object->kind->turn)
        object->kind->turn(object);
    kit_current = outer;
}

void kit_arm(struct kit_object *object, int index, int32_t result)
{
    struct kit_track *track = &object->inner->tracks[index];
    track->armed = true;
    track->result = result;
    if (track->state == ALIVE && track->kept.ops)
        wf_waker_wake_by_ref(&track->kept);
    kit_take_turn(object);
}

void kit_prepare_leaves(struct kit_object *object)
{
    const struct kit_shape *shape = &object->shape;
    struct kit_inner *inner = object->inner;
    object->leaf_bytes =
        (sizeof(struct leaf) + (size_t)(shape->bytes > 4 ? shape->bytes : 4) + 15) & ~(size_t)15;
    inner->leaf_ops = (struct wf_future_ops){.name = "leaf",
                                             .poll = leaf_poll,
                                             .drop = leaf_drop,
                                             .size = (uint32_t)object->leaf_bytes,
                                             .out_offset = offsetof(struct leaf, out),
                                             .out_size = (uint32_t)shape->bytes,
                                             .drop_out = shape->owned && shape->bytes > 0 ? drop_out : NULL};
    inner->int_ops = inner->leaf_ops;
    inner->int_ops.out_size = sizeof(int);
    inner->int_ops.drop_out = NULL;
}

/* --- callbacks --- */

void kit_called_back(struct kit_object *object, bool right, void *out)
{
    object->seen.callbacks++;
    int made = 0;
    bool known = !out;
    for (int i = 0; i < object->shape.count && !known; i++) {
        struct kit_track *track = &object->inner->tracks[i];
        if (track->state == READY_NOW && wf_future_out(track->future) == out) {
            known = true;
            right &= kit_is_output(object, i, out);
            made += track->held;
            track->held = false;
        }
    }
    object->seen.callback_wrong += !right || !known;
    object->seen.claimed += made;
    kit_place(AT_CALLBACK, object);
}

void kit_cleaned_up(struct kit_object *object)
{
    object->seen.finals++;
    for (int i = 0; i < object->shape.count; i++)
        object->seen.finals_early += object->inner->tracks[i].state == ALIVE;
    object->seen.tree_wrong += object->future && object->future->awaiting;
    kit_place(AT_FINALLY, object);
}

/* --- what the tree shows --- */

struct reach {
    struct kit_object *object;
    const char *begin, *end; /* it is looked for what lies in this memory, and else for what is over */
    int depth;
};

static void visit(void *arg, const struct wf_future *child);

/* As a dump goes down: what is awaited, or else the children. */
static void go_below(struct reach *reach, const struct wf_future *future)
{
    if (reach->depth > 8)
        return;
    reach->depth++;
    if (future->awaiting)
        visit(reach, future->awaiting);
    else if (future->ops->children)
        future->ops->children(future, visit, reach);
    reach->depth--;
}

static void visit(void *arg, const struct wf_future *child)
{
    struct reach *reach = arg;
    struct kit_object *object = reach->object;
    const char *at = (const char *)child;
    bool over = !child || !child->ops || wf_load_relaxed(&child->line) >= WF_LINE_DROPPED;
    if (over || (at >= reach->begin && at < reach->end))
        object->seen.tree_wrong += !reach->begin || (at >= reach->begin && at < reach->end);
    else if (child->ops == &object->inner->leaf_ops || child->ops == &object->inner->int_ops)
        object->seen.reached++;
    else
        go_below(reach, child);
}

void kit_look_at_tree(struct kit_object *object)
{
    struct reach reach = {.object = object};
    object->seen.reached = 0;
    if (object->inner->over || object->seen.head > 1)
        return;
    if (object->seen.head == 0 && object->future->awaiting)
        object->seen.tree_wrong++; /* never polled, so it awaits nothing: that is what its storage held */
    else
        go_below(&reach, object->future);
}

/* While memory is being freed, nothing that a dump would go to lies in it. It does not go below what is over. */
void kit_look_for_freed(struct kit_object *object, const void *memory, size_t size)
{
    int32_t reached = object->seen.reached;
    struct reach reach = {object, memory, (const char *)memory + size, 0};
    if (object->future && wf_load_relaxed(&object->future->line) < WF_LINE_DROPPED)
        go_below(&reach, object->future);
    object->seen.reached = reached;
}
