/**
 * @file root.c
 * @brief The root of a runtime of several threads: it runs on the thread that called, which is no worker.
 *
 * The thread sleeps on a parker of its own. What the root spawns, and whom it wakes, goes to the workers by the inject queue.
 */
#include <stdbool.h>

#include "weft/detail/worker.h"
#include "weft/error.h"
#include "weft/multi_thread.h"
#include "weft/park.h"
#include "weft/scheduler.h"

/* The root gives way: there is nothing else to run on this thread, so it is polled again at once. */
static void defer_root(struct wf_context *context, const struct wf_waker *waker)
{
    (void)context;
    wf_waker_wake_by_ref(waker);
}

int wf_multi_thread_block_on(struct wf_multi_thread *runtime, struct wf_future *root)
{
    wf_context_check_outside("G.72", "block_on");
    struct wf_park *parker = wf_thread_parker_new();
    if (!parker)
        return WF_ENOMEM;
    struct wf_worker_context here = {
        .context = {
            .scheduler = wf_scheduler_reference(wf_multi_thread_scheduler(runtime)),
            .defer = defer_root,
            .runs = "block_on",
            .root = root,
            .constrained = true,
        }};
    struct wf_waker waker = wf_thread_parker_waker(parker);
    struct wf_cx cx = {.waker = &waker};
    wf_context_enter(&here.context);
    for (;;) {
        here.context.budget = WF_BUDGET;
        if (wf_future_poll(root, &cx) == WF_READY)
            break;
        (void)wf_park(parker, WF_FOREVER);
    }
    wf_context_leave(&here.context);
    wf_waker_drop(&waker);
    wf_thread_parker_drop(parker);
    wf_scheduler_unreference(here.context.scheduler);
    return 0;
}
