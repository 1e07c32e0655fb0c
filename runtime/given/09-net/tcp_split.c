/**
 * @file tcp_split.c
 * @brief The two halves of a stream: borrowed, or owned by two tasks.
 *
 * Owned halves point to one allocation: the stream, and a count of those that are left. The descriptor is open as long as the
 * count is not 0, so a half that uses it on its own thread never sees its number with another file behind it.
 */
#include <errno.h>

#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/tcp.h"

struct wf_tcp_shared {
    struct wf_tcp_stream stream;
    WF_ATOMIC(uint32_t) halves; /* 2 or 1 */
};

static void unreference(struct wf_tcp_shared *shared)
{
    /* acq_rel: the half that closes sees what the other one did on its thread */
    if (shared && wf_fetch_sub_acq_rel(&shared->halves, 1) == 1) {
        wf_tcp_close(&shared->stream);
        wf_free(shared, sizeof *shared);
    }
}

void wf_tcp_split(struct wf_tcp_stream *stream, struct wf_tcp_read_half *read_half,
                  struct wf_tcp_write_half *write_half)
{
    *read_half = (struct wf_tcp_read_half){.stream = stream};
    *write_half = (struct wf_tcp_write_half){.stream = stream};
}

int wf_tcp_into_split(struct wf_tcp_stream *stream, struct wf_tcp_read_half *read_half,
                      struct wf_tcp_write_half *write_half)
{
    *read_half = (struct wf_tcp_read_half){.stream = NULL};
    *write_half = (struct wf_tcp_write_half){.stream = NULL};
    struct wf_tcp_shared *shared = wf_alloc(sizeof *shared);
    if (!shared)
        return WF_ENOMEM;
    shared->stream = *stream; /* it moves: nothing points to it */
    *stream = (struct wf_tcp_stream){.fd = {.fd = -1}};
    wf_store_relaxed(&shared->halves, (uint32_t)2); /* relaxed: nobody else knows it */
    *read_half = (struct wf_tcp_read_half){&shared->stream, shared};
    *write_half = (struct wf_tcp_write_half){&shared->stream, shared};
    return 0;
}

void wf_tcp_read_half_drop(struct wf_tcp_read_half *half)
{
    struct wf_tcp_shared *shared = half->shared;
    *half = (struct wf_tcp_read_half){.stream = NULL};
    unreference(shared);
}

void wf_tcp_write_half_forget(struct wf_tcp_write_half *half)
{
    struct wf_tcp_shared *shared = half->shared;
    *half = (struct wf_tcp_write_half){.stream = NULL};
    unreference(shared);
}

void wf_tcp_write_half_drop(struct wf_tcp_write_half *half)
{
    if (half->shared) /* before the count: behind it the other half may close the stream at any moment */
        (void)wf_tcp_shutdown(half->stream, SHUT_WR);
    wf_tcp_write_half_forget(half);
}

int wf_tcp_reunite(struct wf_tcp_read_half *read_half, struct wf_tcp_write_half *write_half,
                   struct wf_tcp_stream *stream)
{
    struct wf_tcp_shared *shared = read_half->shared;
    if (!shared || shared != write_half->shared)
        return -EINVAL;
    /* Both halves are the caller's, so nobody else counts. What another thread did came here with the half. */
    *stream = shared->stream;
    *read_half = (struct wf_tcp_read_half){.stream = NULL};
    *write_half = (struct wf_tcp_write_half){.stream = NULL};
    wf_free(shared, sizeof *shared);
    return 0;
}
