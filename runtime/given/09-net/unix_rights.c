/**
 * @file unix_rights.c
 * @brief Descriptors through Unix sockets.
 *
 * Owner: what recvmsg() has put into the process is the frame's from that call on, and the poll in which it was called is READY: then it is
 * the caller's. So no drop meets a frame that owns descriptors.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "weft/error.h"
#include "weft/detail/moved.h"
#include "weft/unix_socket.h"

/* --- send --- */

static enum wf_poll send_fds_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_unix_send_fds *self = (struct wf_unix_send_fds *)future;
    if (self->status != 0) {
        wf_future_drop(&self->io.future);
        self->out = self->status;
        return WF_READY;
    }
    if (wf_future_poll(&self->io.future, cx) == WF_PENDING)
        return WF_PENDING;
    self->out = self->io.out;
    return WF_READY;
}

static void send_fds_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_unix_send_fds *)future)->io.future);
}

static void send_fds_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_unix_send_fds *)future)->io.future);
}

static const struct wf_future_ops send_fds_ops = {.name = "unix_send_fds",
                                                  .poll = send_fds_poll,
                                                  .drop = send_fds_drop,
                                                  .children = send_fds_children,
                                                  .failed = wf_moved_failed,
                                                  WF_FRAME(struct wf_unix_send_fds)};

struct wf_unix_send_fds *wf_unix_send_fds(struct wf_unix_send_fds *send, struct wf_async_fd *socket,
                                          const void *bytes, size_t size, const int *fds, size_t count)
{
    bool is_possible = size > 0 && count <= WF_UNIX_FDS_MAX;
    *send = (struct wf_unix_send_fds){.future = {.ops = &send_fds_ops}, .status = is_possible ? 0 : -EINVAL};
    wf_socket_buffer(wf_socket_send(&send->io, socket, 0), bytes, size);
    if (!is_possible || count == 0)
        return send;
    struct cmsghdr *head = (struct cmsghdr *)&send->control;
    *head = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(count * sizeof *fds), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(head), fds, count * sizeof *fds);
    send->io.message.msg_control = send->control.bytes;
    send->io.message.msg_controllen = CMSG_SPACE(count * sizeof *fds);
    return send;
}

/* --- receive --- */

/* Every descriptor that the kernel has written: one that is passed over is open for ever. */
static void take_fds(struct wf_unix_receive_fds *self)
{
    struct msghdr *message = &self->io.message;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(&self->fds[self->count], CMSG_DATA(head), count * sizeof(int));
        self->count += count;
    }
    self->lost = (message->msg_flags & MSG_CTRUNC) != 0;
}

static enum wf_poll receive_fds_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_unix_receive_fds *self = (struct wf_unix_receive_fds *)future;
    if (wf_future_poll(&self->io.future, cx) == WF_PENDING)
        return WF_PENDING;
    self->out = self->io.out;
    if (self->out >= 0)
        take_fds(self);
    return WF_READY;
}

static void receive_fds_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_unix_receive_fds *)future)->io.future);
}

static void receive_fds_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, &((const struct wf_unix_receive_fds *)future)->io.future);
}

static const struct wf_future_ops receive_fds_ops = {.name = "unix_receive_fds",
                                                     .poll = receive_fds_poll,
                                                     .drop = receive_fds_drop,
                                                     .children = receive_fds_children,
                                                     .failed = wf_moved_failed,
                                                     WF_FRAME(struct wf_unix_receive_fds)};

struct wf_unix_receive_fds *wf_unix_receive_fds(struct wf_unix_receive_fds *receive,
                                                struct wf_async_fd *socket, void *buffer, size_t size,
                                                size_t most)
{
    size_t count = most < WF_UNIX_FDS_MAX ? most : WF_UNIX_FDS_MAX;
    *receive = (struct wf_unix_receive_fds){.future = {.ops = &receive_fds_ops}};
    wf_socket_buffer(wf_socket_receive(&receive->io, socket, MSG_CMSG_CLOEXEC), buffer, size);
    if (count > 0) {
        /* CMSG_LEN, not CMSG_SPACE: into the padding behind an odd number the kernel would put one more */
        receive->io.message.msg_control = receive->control.bytes;
        receive->io.message.msg_controllen = CMSG_LEN(count * sizeof(int));
    }
    return receive;
}

void wf_unix_close_fds(struct wf_unix_receive_fds *receive)
{
    for (size_t i = 0; i < receive->count; i++)
        if (receive->fds[i] >= 0)
            (void)close(receive->fds[i]);
    receive->count = 0;
}
