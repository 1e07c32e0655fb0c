/* must not compile: an async function without ASYNC_END; clause G.28 */
/* expect: ASYNC_END_is_missing */
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
ASYNC_FINALLY:
    self->out++;
#ifdef CONTROL
    ASYNC_END;
#endif
}

struct wf_future *case_async_without_end(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
