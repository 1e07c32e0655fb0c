/* must not compile: an async function without ASYNC_BEGIN; clause G.28 */
/* expect: AWAIT_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

ASYNC_FN(unit)
{
#ifdef CONTROL
    ASYNC_BEGIN;
#endif
    AWAIT(&self->child);
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_without_begin(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
