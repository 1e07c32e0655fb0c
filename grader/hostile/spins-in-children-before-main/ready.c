/* Tries: thirty processes that spin for ever, made before main, while the program itself goes on. Its answers are right. */
#include <signal.h>
#include <unistd.h>

#include "weft/future.h"

__attribute__((constructor)) static void before_main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 30; i++)
        if (fork() == 0) {
            setsid();
            for (volatile int n = 0;; n++)
                ;
        }
}

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
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
