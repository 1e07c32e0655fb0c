/**
 * @file block_on.c
 * @brief block_on counts wakes: a poll remembers how many there were when it began, and sleeps until there is another.
 */
#include "weft/block_on.h"

#include <pthread.h>

#include "weft/alloc.h"
#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/error.h"
#include "weft/panic.h"

/* Shared with the wakers, each of which holds it. */
struct ticker {
    pthread_mutex_t lock;
    pthread_cond_t ticked;
    uint64_t ticks; /* wakes so far; guarded by the lock */
    WF_ATOMIC(int) holders;
};

static void *ticker_clone(void *data)
{
    struct ticker *self = data;
    wf_fetch_add_relaxed(&self->holders, 1); /* the one that is cloned keeps it alive */
    return self;
}

static void ticker_drop(void *data)
{
    struct ticker *self = data;
    /* acq_rel: what all did with it is over, and seen, before the last one frees it */
    if (wf_fetch_sub_acq_rel(&self->holders, 1) > 1)
        return;
    pthread_cond_destroy(&self->ticked);
    pthread_mutex_destroy(&self->lock);
    wf_free(self, sizeof *self);
}

static void ticker_wake_by_ref(void *data)
{
    struct ticker *self = data;
    pthread_mutex_lock(&self->lock);
    self->ticks++;
    pthread_cond_signal(&self->ticked);
    pthread_mutex_unlock(&self->lock);
}

static void ticker_wake(void *data)
{
    ticker_wake_by_ref(data);
    ticker_drop(data);
}

static const struct wf_waker_ops ticker_ops = {
    .clone = ticker_clone,
    .wake = ticker_wake,
    .wake_by_ref = ticker_wake_by_ref,
    .drop = ticker_drop,
};

static uint64_t ticks_of(struct ticker *self)
{
    pthread_mutex_lock(&self->lock);
    uint64_t ticks = self->ticks;
    pthread_mutex_unlock(&self->lock);
    return ticks;
}

static void wait_for_more_than(struct ticker *self, uint64_t ticks)
{
    pthread_mutex_lock(&self->lock);
    while (self->ticks == ticks)
        pthread_cond_wait(&self->ticked, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

int wf_block_on(struct wf_future *future)
{
    /* A task that blocks its thread in a second executor would never be polled by the first. */
    const struct wf_context *outside = wf_context_running();
    if (outside)
        wf_panic("01.24", "block_on(%s) is called inside %s(%s): await it there instead", future->ops->name,
                 outside->runs, outside->root->ops->name);

    struct ticker *ticker = wf_alloc(sizeof *ticker);
    if (!ticker)
        return WF_ENOMEM;
    *ticker = (struct ticker){.holders = 1};
    pthread_mutex_init(&ticker->lock, NULL);
    pthread_cond_init(&ticker->ticked, NULL);
    struct wf_waker waker = {&ticker_ops, ticker};
    struct wf_cx cx = {.waker = &waker};
    struct wf_context context = {.runs = "block_on", .root = future, .constrained = true};
    wf_context_enter(&context);
    for (;;) {
        uint64_t ticks = ticks_of(ticker);
        context.budget = WF_BUDGET; /* each poll has its own */
        if (wf_future_poll(future, &cx) == WF_READY)
            break;
        wait_for_more_than(ticker, ticks);
    }
    wf_context_leave(&context);
    wf_waker_drop(&waker);
    return 0;
}
