/**
 * @file laws_futures.c
 * @brief How lab 02's futures are built for the laws.
 */
#include "futures.h"
#include "kit_subject.h"
#include "weft/async.h"
#include "weft/closure.h"
#include "weft/dyn.h"

/* --- and_then --- */

static struct wf_future *next(void *arg, void *out)
{
    kit_called_back(arg, true, out);
    return kit_leaf(arg, 1);
}

static void build_and_then(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_and_then(frame, kit_leaf(object, 0), next, object));
}

/* --- an async function that awaits two in turn --- */

struct pair {
    struct wf_future future;
    struct kit_object *object;
    int out;
};

ASYNC_FN(pair)
{
    ASYNC_BEGIN;
    AWAIT(kit_leaf(self->object, 0));
    AWAIT(kit_leaf(self->object, 1));
    ASYNC_RETURN(kit_result(self->object, 1));
ASYNC_FINALLY:
    kit_cleaned_up(self->object);
    ASYNC_END;
}

static void build_async(struct kit_object *object, void *frame)
{
    ASYNC_INIT((struct pair *)frame, pair, .object = object);
}

/* --- an async method, in a slot or a box --- */

enum { NOTHING_IS_BUILT = 1 }; /* a form */

static void build_in(struct kit_object *object, void *room)
{
    bool fits = object->slot && object->slot_bytes >= object->leaf_bytes;
    const struct wf_future *head = room;
    object->seen.room_wrong += fits != (room == object->slot) || head->ops || head->awaiting ||
                               wf_load_relaxed(&head->line) != WF_LINE_NEW;
    kit_leaf_in(object, 0, room);
}

static void build_dyn(struct kit_object *object, void *frame)
{
    void *room = wf_dyn(frame, object->slot, object->slot_bytes, object->leaf_bytes, object->value);
    if (room && object->shape.form != NOTHING_IS_BUILT)
        build_in(object, room);
}

static void dyn_polled_unbuilt(struct kit_object *object)
{
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    (void)!wf_future_poll(object->future, &cx);
}

static void dyn_too_small(struct kit_object *object)
{
    static struct wf_dyn dyn;
    (void)!wf_dyn(&dyn, object->slot, object->slot_bytes, sizeof(struct wf_future) - 1, NULL);
}

/* --- a closure's call: its form is the closure's kind, its parent the one that made the closure --- */

struct owned_closure {
    struct wf_closure_ops ops;
    struct wf_closure closure;
    int released;
};

static struct owned_closure *closure_of(struct kit_object *object)
{
    return (object->parent ? object->parent : object)->extra[0];
}

/* NULL is a state too: it is released as any other. */
static void *captured_by(struct kit_object *object)
{
    return object->shape.owned ? closure_of(object) : NULL;
}

static int32_t unfinished_calls(struct kit_object *object)
{
    return (int32_t)closure_of(object)->closure.unfinished;
}

/* It has its frame, so it counts already. */
static void build_body(void *room, void *captured, void *argument)
{
    struct kit_object *object = argument;
    struct owned_closure *owned = closure_of(object);
    bool counts = owned->closure.unfinished == *(uint32_t *)object->extra[1] + 1;
    kit_called_back(object, captured == captured_by(object) && counts, NULL);
    build_in(object, room);
}

static struct owned_closure *being_dropped; /* what it captured may be NULL, and says nothing */

static void release_captured(void *captured)
{
    being_dropped->released += !captured || captured == being_dropped;
}

static void build_call(struct kit_object *object, void *frame)
{
    if (!object->parent) {
        struct owned_closure *owned = object->extra[0] = kit_new(object, sizeof *owned);
        *owned = (struct owned_closure){.ops = {.name = "closure",
                                                .kind = (enum wf_closure_kind)object->shape.form,
                                                .frame_bytes = object->leaf_bytes,
                                                .build = build_body,
                                                .drop = release_captured}};
        kit_returned(object, &owned->closure, wf_closure(&owned->closure, &owned->ops, captured_by(object)));
    }
    uint32_t before = closure_of(object)->closure.unfinished;
    object->extra[1] = &before;
    kit_returned(object, frame,
                 wf_closure_call(frame, &closure_of(object)->closure, object, object->slot,
                                 object->slot_bytes, object->value));
}

/* What it captured goes with the closure, unless the call took it over. */
static void release_closure(struct kit_object *object)
{
    if (object->parent)
        return;
    struct owned_closure *owned = closure_of(object);
    bool taken = owned->ops.kind == WF_CLOSURE_ONCE && object->seen.callbacks > 0;
    being_dropped = owned;
    wf_closure_drop(&owned->closure);
    object->seen.callback_wrong += owned->released != !taken;
}

static void call_called_again(struct kit_object *object)
{
    static struct wf_call call;
    wf_closure_call(&call, &closure_of(object)->closure, object, NULL, 0, NULL);
}

static void call_called_beside(struct kit_object *object)
{
    call_called_again(object);
}

static void call_closure_gone(struct kit_object *object)
{
    being_dropped = closure_of(object);
    wf_closure_drop(&being_dropped->closure);
}

static void call_called_dropped(struct kit_object *object)
{
    call_closure_gone(object);
    call_called_again(object);
}

static void call_closure_gone_twice(struct kit_object *object)
{
    call_closure_gone(object);
    call_closure_gone(object);
}

KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);

/* --- the table --- */

static const struct kit_kind and_then_kind = {
    .name = "and_then", KIT_FRAME(struct wf_and_then), .second_is_int = true, .build = build_and_then};
static const struct kit_kind async_kind = {.name = "async", KIT_FRAME(struct pair), .build = build_async};
static const struct kit_kind dyn_kind = {
    .name = "dyn", KIT_FRAME(struct wf_dyn), .hands_value = true, .stays_empty = true, .build = build_dyn};
static const struct kit_kind call_kind = {.name = "call",
                                          KIT_FRAME(struct wf_call),
                                          .hands_value = true,
                                          .build = build_call,
                                          .release = release_closure,
                                          .books = unfinished_calls};

KIT_KINDS(LAB_FUTURES);
