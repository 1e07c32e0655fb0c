/* must not compile: the child that AWAIT_TO is given has no output to take; clause G.37 */
/* expect: no member named .out */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    AWAIT_TO(self->out, &self->child);
#else
    AWAIT_TO(self->out, &self->child.future);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_to_without_out(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
