/**
 * @file counted_waker.h
 * @brief A waker for models: on the heap, counted, and it remembers that it was woken.
 *
 * The engine catches a use after its last reference, and a reference that is never given up.
 * Include it in one file of a model program.
 */
#ifndef INTERLEAVE_COUNTED_WAKER_H
#define INTERLEAVE_COUNTED_WAKER_H

#include "interleave.h"
#include "weft/waker.h"

/** What its wakers point to. */
struct counted {
    atomic_int references;
    atomic_int *wakes; /**< counts */
};

static void *counted_clone(void *data)
{
    struct counted *self = data;
    atomic_fetch_add_explicit(&self->references, 1, memory_order_relaxed);
    return self;
}

static void counted_drop(void *data)
{
    struct counted *self = data;
    if (atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel) == 1)
        free(self);
}

static void counted_wake_by_ref(void *data)
{
    atomic_fetch_add_explicit(((struct counted *)data)->wakes, 1, memory_order_relaxed);
}

static void counted_wake(void *data)
{
    counted_wake_by_ref(data);
    counted_drop(data);
}

static const struct wf_waker_ops counted_ops = {
    .clone = counted_clone,
    .wake = counted_wake,
    .wake_by_ref = counted_wake_by_ref,
    .drop = counted_drop,
};

/** A new one, with one reference, which is the caller's. Its wakes are added to `*wakes`. */
static inline struct wf_waker counted_waker(atomic_int *wakes)
{
    struct counted *self = malloc(sizeof *self);
    assert(self);
    interleave_name(&self->references, "the waker's references");
    *self = (struct counted){.references = 1, .wakes = wakes};
    return (struct wf_waker){&counted_ops, self};
}

#endif
