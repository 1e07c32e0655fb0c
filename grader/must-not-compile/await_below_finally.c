/* must not compile: an await below ASYNC_FINALLY: a drop cannot wait; clause G.28 */
/* expect: AWAIT_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY */
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
#endif
ASYNC_FINALLY:
#ifndef CONTROL
    AWAIT(&self->child);
#endif
    ASYNC_END;
}

struct wf_future *case_await_below_finally(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
