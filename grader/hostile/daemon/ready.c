/* Tries: leaves a daemon behind (two forks, setsid, a minute long) and goes on. Its answers are right. */
#include <unistd.h>

#include "weft/future.h"

static void leave_behind(void)
{
    static int there;
    if (there++)
        return;
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            for (int fd = 0; fd < 64; fd++)
                close(fd);
            sleep(60);
        }
        _exit(0);
    }
    usleep(100000);
}

static enum wf_poll ready_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    leave_behind();
    return WF_READY;
}

static enum wf_poll pending_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    leave_behind();
    return WF_PENDING;
}

static const struct wf_future_ops ready_ops = {.name = "ready", .poll = ready_poll, WF_FRAME(struct wf_ready)};
static const struct wf_future_ops pending_ops = {
    .name = "pending", .poll = pending_poll, .size = sizeof(struct wf_pending)};

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
