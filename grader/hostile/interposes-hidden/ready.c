/* Tries: the same write of its own, hidden: calls of the program come to it, and no library sees it. */
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "weft/future.h"

/* As in grader/support/channel.h. */
struct record {
    uint32_t type, text_bytes, kind, thread;
    int64_t a, b;
};

__attribute__((visibility("hidden"))) ssize_t write(int fd, const void *bytes, size_t length)
{
    struct record record;
    if (fd == 4 && length == sizeof record) {
        __builtin_memcpy(&record, bytes, sizeof record);
        record.a = record.type == 3 ? 1 : record.a;
        bytes = &record;
    }
    return syscall(SYS_write, fd, bytes, length);
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
    (void)value;
    *ready = (struct wf_ready){.future = {.ops = &ready_ops}};
    return ready;
}

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    *pending = (struct wf_pending){.future = {.ops = &pending_ops}};
    return pending;
}
