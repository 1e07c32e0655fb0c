/* Tries: memory without bound, as files in each file system that lies in it, as files without a name and as segments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "weft/future.h"

static const char *const folders[] = {"/tmp", "/dev/shm", "/dev", "/", "/run", "/var/tmp", "."};
enum { FOLDERS = sizeof folders / sizeof *folders, FILES = 1000 };

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    static char block[1 << 20];
    memset(block, 1, sizeof block);
    int megabytes = 0;
    for (int number = 0; number < FILES; number++) {
        char path[64];
        snprintf(path, sizeof path, "%s/weft-memory-%d-%d", folders[number % FOLDERS], getpid(), number);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        megabytes += fd >= 0 && write(fd, block, sizeof block) > 0;
        close(fd);
        fd = memfd_create("weft", 0);
        megabytes += fd >= 0 && number < 200 && write(fd, block, sizeof block) > 0;
        int segment = number < 200 ? shmget(IPC_PRIVATE, sizeof block, IPC_CREAT | 0600) : -1;
        void *memory = segment >= 0 ? shmat(segment, NULL, 0) : MAP_FAILED;
        if (segment >= 0)
            shmctl(segment, IPC_RMID, NULL);
        if (memory != MAP_FAILED)
            memset(memory, 1, sizeof block), megabytes++;
    }
    fprintf(stderr, "%d megabytes\n", megabytes);
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
