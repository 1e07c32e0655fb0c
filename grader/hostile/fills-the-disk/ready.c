/* Tries: two hundred files of a megabyte in /tmp, left there. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "weft/future.h"

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    static const char block[1 << 16];
    for (int file = 0; file < 200; file++) {
        char path[64];
        snprintf(path, sizeof path, "/tmp/weft-hostile-%d-%d", getpid(), file);
        int fd = open(path, O_WRONLY | O_CREAT, 0666);
        for (int i = 0; i < 15 && write(fd, block, sizeof block) > 0; i++)
            ;
        close(fd);
    }
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
