/**
 * @file laws_futures.c
 * @brief How lab 19's futures are built for the laws.
 */
#include "futures.h"
#include "kit_subject.h"
#include "weft/ended.h"

static void build_ended(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_ended(frame, kit_leaf(object, 0)));
}

static const struct kit_kind ended_kind = {.name = "ended", KIT_FRAME(struct wf_ended), .build = build_ended};

KIT_KINDS(LAB_FUTURES);
KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);
