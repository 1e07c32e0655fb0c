/* must not compile: NULL is awaited; clause G.37 */
/* expect: not a structure or union|dereferencing .void */
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
    AWAIT(NULL);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_of_null(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
