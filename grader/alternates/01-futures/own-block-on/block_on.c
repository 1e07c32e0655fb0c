/**
 * @file block_on.c
 * @brief An executor of one future with a wake-up of its own, which never parks.
 *
 * All that block_on needs of its waker is one fact: was it woken since the last poll began? The fact is a
 * flag under a lock. The thread clears it before it polls; so a wake during the poll or after it stays.
 */
#include "weft/block_on.h"

#include <pthread.h>
#include <stdbool.h>

#include "weft/alloc.h"
#include "weft/context.h"
#include "weft/error.h"
#include "weft/panic.h"

/* Shared by the call and all clones of its waker; freed with the last of them. */
struct wakeup {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken;          /* guarded by lock: since the last poll began */
    unsigned references; /* guarded by lock */
};

static struct wakeup *wakeup_new(void)
{
    struct wakeup *wakeup = wf_alloc(sizeof *wakeup);
    if (!wakeup)
        return NULL;
    *wakeup = (struct wakeup){.references = 1};
    pthread_mutex_init(&wakeup->lock, NULL);
    pthread_cond_init(&wakeup->changed, NULL);
    return wakeup;
}

static void *wakeup_clone(void *data)
{
    struct wakeup *wakeup = data;
    pthread_mutex_lock(&wakeup->lock);
    wakeup->references++;
    pthread_mutex_unlock(&wakeup->lock);
    return wakeup;
}

static void wakeup_drop(void *data)
{
    struct wakeup *wakeup = data;
    pthread_mutex_lock(&wakeup->lock);
    bool last = --wakeup->references == 0;
    pthread_mutex_unlock(&wakeup->lock);
    if (!last)
        return;
    pthread_cond_destroy(&wakeup->changed);
    pthread_mutex_destroy(&wakeup->lock);
    wf_free(wakeup, sizeof *wakeup);
}

static void wakeup_wake_by_ref(void *data)
{
    struct wakeup *wakeup = data;
    pthread_mutex_lock(&wakeup->lock);
    wakeup->woken = true;
    pthread_cond_signal(&wakeup->changed); /* under the lock: the thread waits already, or has not looked yet */
    pthread_mutex_unlock(&wakeup->lock);
}

static void wakeup_wake(void *data)
{
    wakeup_wake_by_ref(data);
    wakeup_drop(data); /* last: it may free the lock */
}

static const struct wf_waker_ops wakeup_ops = {
    .clone = wakeup_clone,
    .wake = wakeup_wake,
    .wake_by_ref = wakeup_wake_by_ref,
    .drop = wakeup_drop,
};

/* Sleep until the waker was woken since the last poll began, and begin the next one. */
static void wait_until_woken(struct wakeup *wakeup)
{
    pthread_mutex_lock(&wakeup->lock);
    while (!wakeup->woken)
        pthread_cond_wait(&wakeup->changed, &wakeup->lock);
    wakeup->woken = false;
    pthread_mutex_unlock(&wakeup->lock);
}

int wf_block_on(struct wf_future *future)
{
    const struct wf_context *outside = wf_context_running();
    if (outside)
        wf_panic("01.24", "block_on(%s) is called inside %s(%s): await it there instead", future->ops->name,
                 outside->runs, wf_context_root_name(outside));

    struct wakeup *wakeup = wakeup_new();
    if (!wakeup)
        return WF_ENOMEM;
    struct wf_waker waker = {&wakeup_ops, wakeup}; /* the first reference is this waker's */
    struct wf_cx cx = {.waker = &waker};
    struct wf_context context = {.runs = "block_on", .root = future, .constrained = true};
    wf_context_enter(&context);
    for (;;) {
        context.budget = WF_BUDGET;
        if (wf_future_poll(future, &cx) == WF_READY)
            break;
        wait_until_woken(wakeup);
    }
    wf_context_leave(&context);
    wf_waker_drop(&waker);
    return 0;
}
