/* must not compile: what is awaited is no frame; clause G.37 */
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
    AWAIT(&self->child);
#else
    AWAIT(&self->child.out);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_of_no_frame(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
