/**
 * @file ticker.c
 * @brief Time: five ticks, a peer that is too slow, and one that is quick enough.
 */
#include <stdio.h>

#include "weft/interval.h"
#include "weft/runtime.h"
#include "weft/time.h"

/* A peer that answers after so many milliseconds. */
struct peer {
    struct wf_future future;
    uint64_t ms;
    struct wf_sleep sleep;
    int out;
};

ASYNC_FN(peer)
{
    ASYNC_BEGIN;
    wf_sleep(&self->sleep, WF_MILLISECONDS(self->ms));
    AWAIT(&self->sleep);
    self->out = 42;
ASYNC_FINALLY:
    ASYNC_END;
}

struct async_main {
    struct wf_future future;
    struct wf_main_arguments arguments;
    struct wf_interval interval;
    uint64_t start;
    int ticks;
    union {
        struct wf_interval_tick tick;
        struct wf_timeout limit;
    } wait;
    struct peer peer;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->start = wf_now();
    wf_interval(&self->interval, WF_MILLISECONDS(10), WF_MISSED_SKIP);
    for (self->ticks = 1; self->ticks <= 5; self->ticks++) {
        wf_interval_tick(&self->wait.tick, &self->interval);
        AWAIT(&self->wait.tick);
        printf("tick %d\n", self->ticks);
    }
    printf("at least 40 ms have passed: %s\n", wf_now() >= self->start + WF_MILLISECONDS(40) ? "yes" : "no");

    (void)ASYNC_INIT(&self->peer, peer, .ms = 3600000);
    wf_timeout(&self->wait.limit, WF_MILLISECONDS(50), &self->peer.future);
    AWAIT(&self->wait.limit);
    printf("the slow peer: %s\n", wf_strerror(self->wait.limit.out));

    (void)ASYNC_INIT(&self->peer, peer, .ms = 1);
    wf_timeout(&self->wait.limit, WF_MINUTES(10), &self->peer.future);
    AWAIT(&self->wait.limit);
    printf("the quick peer: %s, %d\n", wf_strerror(self->wait.limit.out), self->peer.out);
ASYNC_FINALLY:
    ASYNC_END;
}
WF_MAIN(async_main)
