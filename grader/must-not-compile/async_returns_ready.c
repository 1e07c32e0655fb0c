/* must not compile: the result of a poll is returned past ASYNC_FINALLY; clause G.38 */
/* expect: incompatible (types when returning|result type) */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
    AWAIT(&self->child);
#ifdef CONTROL
    if (self->child.out < 0)
        ASYNC_RETURN(self->child.out);
#else
    if (self->child.out < 0)
        return WF_READY;
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_returns_ready(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
