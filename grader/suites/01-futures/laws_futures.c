/**
 * @file laws_futures.c
 * @brief How lab 01's futures are built for the laws.
 */
#include "futures.h"
#include "kit_subject.h"
#include "weft/combine.h"

static void build_ready(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_ready(frame, object->shape.result));
}

static void build_pending(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_pending(frame));
}

static int function(void *arg, void *out)
{
    struct kit_object *object = arg;
    kit_called_back(object, true, out);
    return kit_result(object, 0) ^ KIT_MAP_KEY;
}

static void build_map(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_map(frame, kit_leaf(object, 0), function, object));
}

static struct wf_future **branches(struct kit_object *object)
{
    for (int i = 0; i < object->shape.count; i++)
        object->leaves[i] = kit_leaf(object, i);
    return object->leaves;
}

#define COMBINATOR(kind, then)                                                                               \
    static void build_##kind(struct kit_object *object, void *frame)                                         \
    {                                                                                                        \
        kit_returned(object, frame,                                                                          \
                     wf_##kind(frame, branches(object), (size_t)object->shape.count,                         \
                               (enum wf_order)object->shape.order));                                         \
        then;                                                                                                \
    }                                                                                                        \
    static const struct kit_kind kind##_kind = {                                                             \
        .name = #kind, KIT_FRAME(struct wf_##kind), .build = build_##kind};

/* Its form: how often it was dropped and begun again. It has lent its branches, so they are as before. */
static void begin_again(struct kit_object *object, struct wf_select *select)
{
    for (int i = 0; i < object->shape.form; i++) {
        wf_future_drop(&select->future);
        kit_returned(object, select, wf_select_next(select));
    }
}

static void select_next_too_early(struct kit_object *object)
{
    wf_select_next((struct wf_select *)object->future);
}

COMBINATOR(join, )
COMBINATOR(try_join, )
COMBINATOR(select, begin_again(object, frame))
COMBINATOR(race, )

static const struct kit_kind ready_kind = {.name = "ready", KIT_FRAME(struct wf_ready), .build = build_ready};
static const struct kit_kind pending_kind = {
    .name = "pending", .frame_bytes = sizeof(struct wf_pending), .build = build_pending};
static const struct kit_kind map_kind = {.name = "map", KIT_FRAME(struct wf_map), .build = build_map};

KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);
KIT_KINDS(LAB_FUTURES);
