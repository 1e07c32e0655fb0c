/* must not compile: what AWAIT_TO is given is no frame; clause G.37 */
/* expect: not a structure or union */
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
    AWAIT_TO(self->out, &self->child.out);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_to_of_no_frame(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
