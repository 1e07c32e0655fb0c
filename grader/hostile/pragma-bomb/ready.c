/* Tries: a million million pragmas, each with a message. */
#include "weft/future.h"

#define P0 _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"") _Pragma("message \"ha\"")
#define P1 P0 P0 P0 P0 P0 P0 P0 P0 P0 P0
#define P2 P1 P1 P1 P1 P1 P1 P1 P1 P1 P1
#define P3 P2 P2 P2 P2 P2 P2 P2 P2 P2 P2
#define P4 P3 P3 P3 P3 P3 P3 P3 P3 P3 P3
#define P5 P4 P4 P4 P4 P4 P4 P4 P4 P4 P4
#define P6 P5 P5 P5 P5 P5 P5 P5 P5 P5 P5
#define P7 P6 P6 P6 P6 P6 P6 P6 P6 P6 P6
#define P8 P7 P7 P7 P7 P7 P7 P7 P7 P7 P7
#define P9 P8 P8 P8 P8 P8 P8 P8 P8 P8 P8
#define P10 P9 P9 P9 P9 P9 P9 P9 P9 P9 P9
#define P11 P10 P10 P10 P10 P10 P10 P10 P10 P10 P10
P11

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    return WF_READY;
}

static const struct wf_future_ops ready_ops = {.name = "ready", .poll = hostile_poll, WF_FRAME(struct wf_ready)};
static const struct wf_future_ops pending_ops = {.name = "pending", .poll = hostile_poll, .size = sizeof(struct wf_pending)};

struct wf_ready *wf_ready(struct wf_ready *ready, int value)
{
    (void)value;
    *ready = (struct wf_ready){.future = {.ops = &ready_ops}};
    return ready;
}

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    *pending = (struct wf_pending){.future = {.ops = &pending_ops}};
    return pending;
}
