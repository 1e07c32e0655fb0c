/* Tries: to answer rightly and leave each command in its pipe, which it makes one page long: it looks at the commands with
 * tee(2), so that the judge's next write would wait for ever. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "weft/future.h"

ssize_t __read_chk(int fd, void *bytes, size_t count, size_t room); /* of libc, since read is ours */

ssize_t read(int fd, void *bytes, size_t count)
{
    static int pipes[2], seen;
    static char copy[1 << 16];
    enum { COMMAND = 8 + 32 * 8 };
    if (fd != 3 || count != COMMAND)
        return __read_chk(fd, bytes, count, count);
    if (!pipes[1]) {
        if (pipe(pipes))
            return -1;
        fcntl(3, F_SETPIPE_SZ, 4096);
    }
    for (int there = 0; ioctl(3, FIONREAD, &there) == 0 && there < (seen + 1) * COMMAND;)
        usleep(300);
    ssize_t whole = tee(3, pipes[1], sizeof copy, 0);
    for (ssize_t have = 0; have < whole;)
        have += __read_chk(pipes[0], copy + have, (size_t)(whole - have), sizeof copy);
    memcpy(bytes, copy + seen++ * COMMAND, COMMAND);
    return COMMAND;
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
