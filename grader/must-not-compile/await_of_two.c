/* must not compile: two children are given to an AWAIT; clause G.36 */
/* expect: expected|_Generic */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    struct wf_ready other;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    AWAIT(&self->child);
#else
    AWAIT(&self->child, &self->other);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_of_two(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
