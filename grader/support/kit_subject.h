/**
 * @file kit_subject.h
 * @brief The subject's half of the kit: what a lab's futures are built of.
 *
 * A lab defines kit_kinds[] by KIT_KINDS(LAB_FUTURES), and the kind of each line of its futures.h before it. A builder gets an
 * object, whose shape says what to build, and a frame of the size that the kind states, and waits for leaves of the kit: futures that
 * do as the judge says, count what is done to them, and have outputs of any size.
 */
#ifndef WEFT_GRADER_KIT_SUBJECT_H
#define WEFT_GRADER_KIT_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "kit.h"
#include "weft/context.h"
#include "weft/future.h"

struct kit_object;

/** A kind of future: how one is built. */
struct kit_kind {
    const char *name;
    size_t frame_bytes;
    size_t out_bytes;   /**< of its output, which its header names: an int, or an int64_t; 0: it has none */
    size_t out_offset;  /**< of that, in the frame */
    bool hands_value;   /**< the output of its leaf goes to `value` */
    bool stays_empty;   /**< in form 1 nothing is built in its room, so that it may not be polled */
    bool second_is_int; /**< whatever the shape says, the output of leaf 1 is an int */
    /** Make what it is built over, before; its allocations are not the future's. NULL: nothing. */
    void (*prepare)(struct kit_object *object);
    /** Build it in `frame`. `object->parent`: over that one's, where the kind has parents. */
    void (*build)(struct kit_object *object, void *frame);
    /** Give back what build made beside the frame, when the future is over; NULL: nothing. */
    void (*release)(struct kit_object *object);
    /** Run the task that polls its leaves, if it can run; NULL: it polls them itself. */
    void (*turn)(struct kit_object *object);
    /** From outside, let it have something to do beside its leaves (KEEPS_WAKER); NULL: there is nothing. */
    void (*kick)(struct kit_object *object);
    /** Whether what a leaf finds around it, in its poll or its drop, is what the future makes; NULL: nothing. */
    bool (*surrounds)(const struct kit_object *object, bool in_drop);
    /** What its parent counts now; NULL: it has none. */
    int32_t (*books)(struct kit_object *object);
    /** It was dropped: go on with what it left, and say how much there was; NULL: with its leaves that are alive. */
    int32_t (*witness)(struct kit_object *object);
};

/** Of a frame with an `out`: its size, and where that is. */
#define KIT_FRAME(type)                                                                                      \
    .frame_bytes = sizeof(type), .out_bytes = sizeof(((type *)NULL)->out), .out_offset = offsetof(type, out)

/** The lab's kinds, a line of its futures.h each; ended by NULL. Of FUTURE(join, ...) the kind is called join_kind. */
extern const struct kit_kind *const kit_kinds[];
#define KIT_KIND(name, ...) &name##_kind,
#define KIT_KINDS(LIST) const struct kit_kind *const kit_kinds[] = {LIST(KIT_KIND) NULL}

/** A mistake of one kind: when it is made, and the function that makes it. The program has ended by a panic then. */
struct kit_own_mistake {
    unsigned when;
    void (*make)(struct kit_object *object);
};

/** The lab's, in the order of LAB_OWN_MISTAKES in its futures.h. Each is a function, join_too_early of OWN(join, too_early, ...). */
extern const struct kit_own_mistake kit_own_mistakes[];
#define KIT_OWN_MISTAKE(future, name, clause, says, when, forms, text) {when, future##_##name},
#define KIT_OWN_MISTAKES(LIST)                                                                               \
    const struct kit_own_mistake kit_own_mistakes[] = {LIST(KIT_OWN_MISTAKE){0, NULL}}

/** One life. */
struct kit_object {
    const struct kit_kind *kind;
    struct kit_shape shape;
    struct wf_future *future;
    struct kit_object *parent; /* the one that it is built over, or NULL: it makes its own */
    void *extra[4];            /* the builder's */
    void *slot;                /* where the shape has a room */
    size_t slot_bytes;
    size_t leaf_bytes; /* of a leaf's frame */
    void *value;       /* where the output goes; NULL: not wanted */
    struct wf_future **leaves;
    const struct wf_context *outside; /* in which it is polled or dropped just now; NULL: in none */
    struct kit_seen seen;
    struct kit_inner *inner; /* the kit's own */
};

/** Leaf `index` of the object: built now, if it was not. */
struct wf_future *kit_leaf(struct kit_object *object, int index);
/** The same, built in this room of `leaf_bytes`. */
struct wf_future *kit_leaf_in(struct kit_object *object, int index, void *room);
/** Whether leaf `index` is READY or dropped. */
bool kit_leaf_is_over(const struct kit_object *object, int index);
/** What leaf `index` was made READY with. */
int kit_result(const struct kit_object *object, int index);

/** What all lives of the lab are lived in: its drivers. `begins` false: they are given back. None, unless the lab defines it. */
void kit_surround(struct wf_context *context, bool begins);
/** The same, for a thread of the kit's own: a context that has the drivers, to be entered. */
struct wf_context kit_around(void);

/** Storage that is looked over: rubbish in it at first, and any byte changed outside of it counts as damage. Given back with the
 * object. */
void *kit_new(struct kit_object *object, size_t bytes);

/** Make something that is not the future's own: what it allocates is not counted, and does not fail. */
void kit_aside(struct kit_object *object, void (*make)(struct kit_object *object));

/** A constructor was given `storage`, and returned this. */
void kit_returned(struct kit_object *object, const void *storage, const void *returned);

/** To be called by each callback: with the argument it was given, the output (NULL: it has none), and whether both are the
 * object's. `callback` counts as one. */
void kit_called_back(struct kit_object *object, bool right, void *out);
/** The clean-up of what the object is built of runs. */
void kit_cleaned_up(struct kit_object *object);

#endif
