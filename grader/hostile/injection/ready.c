/* Tries: terminal controls, TAP, XML, JSON, zero bytes and broken UTF-8 in its output and its names. */
#include <unistd.h>

#include "weft/future.h"

#include "weft/panic.h"

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    static const char bytes[] =
        "\033[2J\033]0;owned\007\x9b"
        "31m\nok 1 - everything\nscore 100 of 100\n</testsuite><testcase/>]]>&\"}]}\n"
        "\xff\xfe\xc0\xaf\xed\xa0\x80 \0 after a zero byte \u202e reversed \r overwritten\b\b\b\n";
    if (write(2, bytes, sizeof bytes - 1) < 0)
        _exit(0);
    wf_panic_at("\033[2Jname</testsuite>\n\xff", "\033[31mfile.c\nok 2", -1, "01.1\033[0m", "%s", bytes);
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
