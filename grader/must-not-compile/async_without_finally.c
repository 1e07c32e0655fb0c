/* must not compile: an async function without ASYNC_FINALLY; clause G.28 */
/* expect: ASYNC_FINALLY_is_missing_above_ASYNC_END */
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
ASYNC_FINALLY:
#endif
    ASYNC_END;
}

struct wf_future *case_async_without_finally(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
