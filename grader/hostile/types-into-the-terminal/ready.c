/* Tries: a command typed into the shell that the grader was started from: by /dev/tty, and by every terminal's name. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "weft/future.h"

static void type_into(const char *path)
{
    int fd = open(path, O_RDWR);
    if (fd < 0)
        fd = open(path, O_RDONLY);
    for (const char *at = "id >typed-by-the-subject\n"; fd >= 0 && *at; at++)
        if (ioctl(fd, TIOCSTI, at) == 0)
            fprintf(stderr, "typed into %s\n", path);
    const char drawn[] = "\rscore 100 of 100, clauses passed 26 of 26, verdict pass\n";
    if (fd >= 0 && write(fd, drawn, sizeof drawn - 1) > 0)
        fprintf(stderr, "drawn on %s\n", path);
}

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    type_into("/dev/tty");
    type_into("/dev/console");
    for (int number = 0; number < 32; number++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/pts/%d", number);
        type_into(path);
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
