/**
 * @file ready.c
 * @brief The two smallest futures: one that is ready at once, one that never is.
 *
 * A future written by hand has three parts: a frame (in the header, because the caller provides its
 * storage), a poll function that gets the frame's head and finds the rest behind it, and one constant table
 * that describes the kind. The constructor fills the frame in and names the table.
 */
#include "weft/future.h"

static enum wf_poll ready_poll(struct wf_future *future, struct wf_cx *cx)
{
    /* LAB 01.T1 { the value is in the frame already: there is nothing to wait for */
    (void)future;
    (void)cx;
    return WF_READY;
    /* LAB 01.T1 } */
}

static const struct wf_future_ops ready_ops = {
    .name = "ready",
    .poll = ready_poll,
    WF_FRAME(struct wf_ready),
};

struct wf_ready *wf_ready(struct wf_ready *ready, int value)
{
    /* LAB 01.T1 { build the whole frame in place: the head names the table above, everything else of the head is zero */
    *ready = (struct wf_ready){.future = {.ops = &ready_ops}, .out = value};
    return ready;
    /* LAB 01.T1 } */
}

static enum wf_poll pending_poll(struct wf_future *future, struct wf_cx *cx)
{
    /* LAB 01.T1 { no further poll will ever be worth while: so what is to be done with the waker? */
    (void)future;
    (void)cx; /* the waker is not kept: no poll will ever be worth while */
    return WF_PENDING;
    /* LAB 01.T1 } */
}

static const struct wf_future_ops pending_ops = {
    .name = "pending",
    .poll = pending_poll,
    .size = sizeof(struct wf_pending),
};

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    *pending = (struct wf_pending){.future = {.ops = &pending_ops}};
    return pending;
}
