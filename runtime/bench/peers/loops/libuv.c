/**
 * @file libuv.c
 * @brief libuv's loop, with a poll handle for each reader: as near to a descriptor's readiness as it comes.
 */
#include <uv.h>

#include "pipes.h"

static struct pipes *all;

static void on_readable(uv_poll_t *handle, int status, int events)
{
    (void)events;
    must(status == 0, uv_strerror(status));
    if (answer(all, handle->data))
        uv_stop(handle->loop);
}

void run(struct pipes *pipes)
{
    static uv_poll_t handles[WAYS_MAX];
    uv_loop_t *loop = uv_default_loop();
    all = pipes;
    for (unsigned i = 0; i < pipes->count; i++) {
        must(uv_poll_init(loop, &handles[i], pipes->ways[i].reader) == 0, "uv_poll_init");
        handles[i].data = &pipes->ways[i];
        must(uv_poll_start(&handles[i], UV_READABLE, on_readable) == 0, "uv_poll_start");
    }
    (void)uv_run(loop, UV_RUN_DEFAULT);
}
