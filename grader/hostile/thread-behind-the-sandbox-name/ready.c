/* Tries: a thread that still runs, in a process that calls itself bwrap, so that who counts threads leaves it out. Its
 * answers are right. */
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "weft/future.h"

static void *sleeper(void *arg)
{
    sleep(60);
    return arg;
}

static void leave_behind(void)
{
    static int there;
    pthread_t thread;
    prctl(PR_SET_NAME, "bwrap");
    if (!there++)
        pthread_create(&thread, NULL, sleeper, NULL);
}

static enum wf_poll ready_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    leave_behind();
    return WF_READY;
}

static enum wf_poll pending_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    leave_behind();
    return WF_PENDING;
}

static const struct wf_future_ops ready_ops = {.name = "ready", .poll = ready_poll, WF_FRAME(struct wf_ready)};
static const struct wf_future_ops pending_ops = {
    .name = "pending", .poll = pending_poll, .size = sizeof(struct wf_pending)};

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
