#include "weft/async.h"

_Static_assert(WF_AND_THEN_FIRST == 1 && WF_AND_THEN_SECOND == 2, "the lines below");

ASYNC_FN(wf_and_then)
{
    ASYNC_BEGIN;
#line 1
    AWAIT(self->first);
    self->future.awaiting = self->next(self->arg, wf_future_out(self->first));
    if (!self->future.awaiting)
        ASYNC_RETURN(0);
    self->arg = self->future.awaiting;
#line 2
    AWAIT((struct wf_future *)self->arg);
    self->out = wf_future_int_out(self->arg);
ASYNC_FINALLY:
    /* the first: if it was awaited it is over by now, and otherwise nobody has come to it */
    if (wf_future_is_dropped(&self->future) && !wf_future_is_done(self->first) &&
        !wf_future_is_dropped(self->first))
        wf_future_drop(self->first);
    ASYNC_END;
}

struct wf_and_then *wf_and_then(struct wf_and_then *and_then, struct wf_future *first,
                                struct wf_future *(*next)(void *arg, void *out), void *arg)
{
    return ASYNC_INIT(and_then, wf_and_then, .first = first, .next = next, .arg = arg);
}
