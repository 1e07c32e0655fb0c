/* Tries: moves into the process group of its parent and loops there, ignoring every signal that it can. */
#include <signal.h>
#include <unistd.h>

#include "weft/future.h"

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    setpgid(0, getpgid(getppid()));
    for (int i = 1; i < 64; i++)
        signal(i, SIG_IGN);
    for (volatile int i = 0;; i++)
        ;
    return WF_READY;
}

static const struct wf_future_ops ready_ops = {
    .name = "ready", .poll = hostile_poll, WF_FRAME(struct wf_ready)};
static const struct wf_future_ops pending_ops = {
    .name = "pending", .poll = hostile_poll, .size = sizeof(struct wf_pending)};

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
