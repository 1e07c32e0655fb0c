/**
 * @file slow_peer.c
 * @brief A limit on a read: the peer says nothing until it is asked, and then answers.
 *
 * The read that the limit ends is dropped, and has taken nothing: what comes later is there for the next one.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "weft/async_fd.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/time.h"

struct line {
    char text[32];
};

static int64_t read_line(int fd, void *arg, bool *drained)
{
    struct line *line = arg;
    ssize_t length = read(fd, line->text, sizeof line->text - 1);
    *drained = length > 0 && (size_t)length < sizeof line->text - 1;
    if (length >= 0)
        line->text[length] = '\0';
    return length < 0 ? -errno : length;
}

static int64_t write_line(int fd, void *arg, bool *drained)
{
    struct line *line = arg;
    ssize_t length = send(fd, line->text, sizeof "ping" - 1, MSG_NOSIGNAL);
    (void)drained; /* of four bytes a socket takes all, or none */
    return length < 0 ? -errno : length;
}

/* Waits for a question, and answers it. It owns its descriptor. */
struct peer {
    struct wf_future future;
    int fd;
    struct wf_async_fd socket;
    struct wf_fd_io io;
    struct line line;
    int out;
};

ASYNC_FN(peer)
{
    ASYNC_BEGIN;
    self->out = wf_async_fd_open(&self->socket, self->fd, WF_READABLE | WF_WRITABLE);
    if (self->out != 0) {
        (void)close(self->fd);
        break;
    }
    AWAIT(wf_fd_io(&self->io, &self->socket, WF_READABLE, read_line, &self->line));
    printf("the question: %s\n", self->line.text);
    self->line = (struct line){"pong"};
    AWAIT(wf_fd_io(&self->io, &self->socket, WF_WRITABLE, write_line, &self->line));
ASYNC_FINALLY:
    wf_async_fd_close(&self->socket);
    ASYNC_END;
}

struct async_main {
    struct wf_future future;
    struct wf_main_arguments arguments;
    int fds[2];
    struct wf_async_fd socket;
    struct wf_join_handle handle;
    struct wf_fd_io io;
    struct wf_timeout limit;
    struct line line;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->out = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, self->fds) == 0 ? 0 : -errno;
    if (self->out == 0)
        self->out = wf_async_fd_open(&self->socket, self->fds[0], WF_READABLE | WF_WRITABLE);
    if (self->out == 0)
        self->out = WF_SPAWN(wf_scheduler_current(), &self->handle, peer, .fd = self->fds[1]);
    if (self->out != 0)
        break;

    wf_fd_io(&self->io, &self->socket, WF_READABLE, read_line, &self->line);
    AWAIT(wf_timeout(&self->limit, WF_MILLISECONDS(50), &self->io.future));
    printf("the silent peer: %s\n", wf_strerror(self->limit.out));

    self->line = (struct line){"ping"};
    AWAIT(wf_fd_io(&self->io, &self->socket, WF_WRITABLE, write_line, &self->line));
    wf_fd_io(&self->io, &self->socket, WF_READABLE, read_line, &self->line);
    AWAIT(wf_timeout(&self->limit, WF_MINUTES(10), &self->io.future));
    printf("the answer: %s, %s\n", wf_strerror(self->limit.out), self->line.text);
    AWAIT_TO(self->out, &self->handle);
ASYNC_FINALLY:
    wf_async_fd_close(&self->socket);
    ASYNC_END;
}
WF_MAIN(async_main)
