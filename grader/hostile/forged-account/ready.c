/* Tries: an account of a million bytes, on one line and on many. */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "weft/future.h"

/* As in grader/support/channel.h and grader/interleave/engine/judged.h. */
enum { HELLO = 1, EVENT, REPLY, PANIC, UNWRITTEN, END };
enum { PROGRESS = 1, LINE, TOKEN, HEADLINE, BOUNDS, ROWS, FAILURE };

struct record {
    uint32_t type, text_bytes, kind, thread;
    int64_t a, b;
};

static int64_t records;

static void forge(uint32_t type, uint32_t kind, int64_t a, int64_t b, const char *text)
{
    char bytes[sizeof(struct record) + 480];
    size_t length = text ? strlen(text) : 0;
    const struct record head = {.type = type, .text_bytes = (uint32_t)length, .kind = kind, .a = a, .b = b};
    memcpy(bytes, &head, sizeof head);
    if (text)
        memcpy(bytes + sizeof head, text, length);
    if (write(4, bytes, sizeof head + length) < 0)
        _exit(1);
    records++;
}

/* Plays the engine, before main: whatever the model, this came of it. */
__attribute__((constructor)) static void play(int argc, char **argv)
{
    struct {
        uint32_t operation, count;
        int64_t arguments[16];
    } command;
    if (argc < 2 || strncmp(argv[1], "model:", 6) != 0)
        return;
    forge(HELLO, 0, 0, 0, NULL);
    while (read(3, &command, sizeof command) == (ssize_t)sizeof command && command.operation > 1) {
        static char line[480];
        memset(line, '#', sizeof line - 1);
        forge(EVENT, HEADLINE, 0, 0, "deadlock, found after 7 executions");
        forge(EVENT, FAILURE, 5, 0, "deadlock");
        for (int i = 0; i < 1000; i++)
            forge(EVENT, LINE, 0, 0, line);
        for (int i = 0; i < 20000; i++)
            forge(EVENT, LINE, 0, 0, "score 100 of 100\n");
        forge(REPLY, 0, 1, 7, NULL);
    }
    forge(END, 0, records, 0, NULL);
    if (read(3, &command, sizeof command) < 0)
        _exit(1);
    _exit(0);
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
