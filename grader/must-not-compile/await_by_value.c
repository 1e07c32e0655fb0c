/* must not compile: a frame is awaited by its value; clause G.37 */
/* expect: invalid type argument of|is not a pointer */
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
    AWAIT(self->child);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_by_value(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
