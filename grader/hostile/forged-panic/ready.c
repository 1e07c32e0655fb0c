/* Tries: the record of the panic that block_on_nested waits for, with terminal controls in its text, forged where it is due. */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "weft/future.h"

/* As in grader/support/channel.h. */
struct record {
    uint32_t type, text_bytes, kind, thread;
    int64_t a, b;
};

static const char text[] = "01.24\n\033]0;owned\007\033[2J\nok 1 - forged\n</testsuite>\033[31m";

static void forge_panic(void)
{
    char bytes[sizeof(struct record) + sizeof text - 1];
    const struct record head = {.type = 4, .text_bytes = sizeof text - 1};
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, text, sizeof text - 1);
    if (write(4, bytes, sizeof bytes) < 0)
        _exit(1);
    for (;;)
        pause(); /* no panic follows */
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
    static int built;
    if (++built == 2)
        forge_panic();
    *ready = (struct wf_ready){.future = {.ops = &ready_ops}, .out = value};
    return ready;
}

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    *pending = (struct wf_pending){.future = {.ops = &pending_ops}};
    return pending;
}
