/* Tries: an endless loop in a handler at exit. Its answers are right. */
#include <stdlib.h>

#include "weft/future.h"

static void spin(void)
{
    for (volatile int i = 0;; i++)
        ;
}

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    static int there;
    if (!there++)
        atexit(spin);
    return WF_READY;
}

static const struct wf_future_ops ready_ops = {
    .name = "ready", .poll = hostile_poll, WF_FRAME(struct wf_ready)};
static const struct wf_future_ops pending_ops = {
    .name = "pending", .poll = hostile_poll, .size = sizeof(struct wf_pending)};

struct wf_ready *wf_ready(struct wf_ready *ready, int value)
{
    *ready = (struct wf_ready){.future = {.ops = &ready_ops}, .out = value};
    return ready;
}

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    *pending = (struct wf_pending){.future = {.ops = &pending_ops}};
    return pending;
}
