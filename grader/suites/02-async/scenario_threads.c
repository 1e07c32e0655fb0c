/**
 * @file scenario_threads.c
 * @brief Lab 02: two threads live the same life at once, each with futures of its own. They share nothing, so nothing orders
 *        them, and ThreadSanitizer sees whatever the code under test has of both: a static variable, a static buffer.
 */
#include <string.h>

#include "actors.h"
#include "scenario.h"
#include "steps.h"
#include "weft/async.h"

enum { PENDING_MAX = 8, RESULT = LIFE_OUT / 3 };

/* --- a child: PENDING once, then READY --- */

struct leaf {
    struct wf_future future;
    bool polled;
    int out;
};

static enum wf_poll leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct leaf *self = (struct leaf *)future;
    (void)cx;
    if (!self->polled) {
        self->polled = true;
        return WF_PENDING;
    }
    self->out = RESULT;
    return WF_READY;
}

static const struct wf_future_ops leaf_ops = {.name = "leaf", .poll = leaf_poll, WF_FRAME(struct leaf)};

static struct wf_future *leaf(void *room)
{
    *(struct leaf *)room = (struct leaf){.future = {.ops = &leaf_ops}};
    return room;
}

static void build_leaf(void *frame, void *captured, void *argument)
{
    (void)captured;
    (void)argument;
    leaf(frame);
}

static const struct wf_closure_ops closure_ops = {
    .name = "closure", .kind = WF_CLOSURE_IN_TURN, .frame_bytes = sizeof(struct leaf), .build = build_leaf};

/* --- a life: an async function that awaits one of each --- */

struct life {
    struct wf_future future;
    struct leaf first, second;
    struct wf_and_then and_then;
    struct wf_dyn dyn;
    WF_SLOT(slot, sizeof(struct leaf));
    struct wf_closure closure;
    struct wf_call call;
    int values[2], out;
};

static struct wf_future *next(void *arg, void *out)
{
    (void)out;
    return leaf(&((struct life *)arg)->second);
}

ASYNC_FN(life)
{
    ASYNC_BEGIN;
    AWAIT(wf_and_then(&self->and_then, leaf(&self->first), next, self));
    {
        void *frame = wf_dyn(&self->dyn, self->slot, sizeof self->slot, sizeof(struct leaf), &self->values[0]);
        if (frame)
            leaf(frame);
    }
    AWAIT(&self->dyn);
    wf_closure(&self->closure, &closure_ops, NULL);
    AWAIT(wf_closure_call(&self->call, &self->closure, NULL, NULL, 0, &self->values[1]));
    wf_closure_drop(&self->closure);
    ASYNC_RETURN(self->and_then.out + self->values[0] + self->values[1]);
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- a thread --- */

struct living {
    struct life life;
    char lines[PENDING_MAX][100]; /* where it stands, after each PENDING poll */
    int pending;
};

static void live(void *arg)
{
    static const struct wf_waker nobody;
    struct living *self = arg;
    struct wf_cx cx = {.waker = &nobody};
    ASYNC_INIT(&self->life, life);
    while (self->pending < PENDING_MAX && wf_future_poll(&self->life.future, &cx) == WF_PENDING) {
        wf_async_backtrace(&self->life.future, self->lines[self->pending], sizeof *self->lines);
        self->pending++;
    }
}

static struct step_reply on_two_lives(const struct step_two_lives *step)
{
    static struct living both[2];
    (void)step;
    memset(both, 0, sizeof both);
    actors_at_once(2, live, both, sizeof *both);
    bool same =
        both[0].pending == both[1].pending && memcmp(both[0].lines, both[1].lines, sizeof both[0].lines) == 0;
    return (struct step_reply){both[0].life.out == both[1].life.out ? both[0].life.out : 0, same};
}

STEP_SCENARIO(threads, THREADS_STEPS, NULL, NULL)
