/* Tries: forty processes that each spin for a little and end, and two that spin on, so that no one of them uses much. Its
 * answers are right, and each comes before the next look at it. */
#include <signal.h>
#include <unistd.h>

#include "weft/future.h"

static void leave_behind(void)
{
    static int there;
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; !there && i < 42; i++)
        if (fork() == 0) {
            for (volatile long n = 0; i < 2 || n < 100000000; n++)
                ;
            _exit(0);
        }
    there = 1;
}

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    leave_behind();
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
