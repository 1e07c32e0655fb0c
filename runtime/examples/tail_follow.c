/**
 * @file tail_follow.c
 * @brief tail -f: inotify tells that a file has grown, and what is new is printed.
 *
 * A plain file is always ready, so nobody can wait for it: its reads and writes are blocking calls. What can be waited for is the
 * descriptor of inotify. The file loses its name as soon as both sides have it open.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "weft/async_fd.h"
#include "weft/error.h"
#include "weft/runtime.h"

/* The file, as its writer and its reader have it open, and inotify. */
struct file {
    int writer, reader, inotify;
};

static int make_file(struct file *file)
{
    char path[] = "/tmp/weft-tail-XXXXXX";
    if ((file->writer = mkostemp(path, O_CLOEXEC)) < 0)
        return -errno;
    bool made = (file->reader = open(path, O_RDONLY | O_CLOEXEC)) >= 0 &&
                (file->inotify = inotify_init1(IN_CLOEXEC)) >= 0 &&
                inotify_add_watch(file->inotify, path, IN_MODIFY | IN_CLOSE_WRITE) >= 0;
    int status = made ? 0 : -errno;
    (void)unlink(path);
    return status;
}

/* What another program would do: write lines now and then, and close the file. */
static int write_lines(void *arg)
{
    int fd = *(int *)arg;
    for (int line = 1; line <= 3; line++) {
        usleep(5000);
        dprintf(fd, "line %d begins at byte %d\n", line, (int)lseek(fd, 0, SEEK_CUR));
    }
    return close(fd);
}

/* Copies what is new in the file to standard output. */
static int print_rest(void *arg)
{
    char bytes[256];
    ssize_t length;
    while ((length = read(*(int *)arg, bytes, sizeof bytes)) > 0)
        printf("%.*s", (int)length, bytes);
    return length < 0 ? -errno : 0;
}

/* Reads events, and adds up what they tell. */
static int64_t read_events(int fd, void *arg, bool *drained)
{
    _Alignas(struct inotify_event) char bytes[1024];
    ssize_t length = read(fd, bytes, sizeof bytes);
    (void)drained; /* a read takes whole events, so that it is short says nothing: the next one will be EAGAIN */
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(bytes + at);
        *(uint32_t *)arg |= event->mask;
        at += (ssize_t)(sizeof *event + event->len);
    }
    return length < 0 ? -errno : length;
}

struct async_main {
    struct wf_future future;
    struct wf_main_arguments arguments;
    struct file file;
    uint32_t told; /* the bits of all events so far */
    struct wf_async_fd events;
    struct wf_fd_io io;
    struct wf_join_handle writer, handle;
    int out; /* the exit status */
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->out = make_file(&self->file);
    if (self->out == 0)
        self->out = wf_async_fd_open(&self->events, self->file.inotify, WF_READABLE);
    if (self->out == 0)
        self->out = wf_blocking(&self->writer, write_lines, &self->file.writer);
    while (self->out == 0 && !(self->told & IN_CLOSE_WRITE)) {
        AWAIT(wf_fd_io(&self->io, &self->events, WF_READABLE, read_events, &self->told));
        self->out =
            self->io.out < 0 ? (int)self->io.out : wf_blocking(&self->handle, print_rest, &self->file.reader);
        if (self->out == 0)
            AWAIT_TO(self->out, &self->handle);
    }
    if (self->out != 0)
        break; /* the process ends, and what is open goes with it */
    AWAIT_TO(self->out, &self->writer);
    (void)close(self->file.reader);
    printf("the writer has closed the file\n");
ASYNC_FINALLY:
    wf_async_fd_close(&self->events);
    ASYNC_END;
}
WF_MAIN(async_main)
