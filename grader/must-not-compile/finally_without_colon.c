/* must not compile: ASYNC_FINALLY without its colon; clause G.28 */
/* expect: ASYNC_FINALLY_or_its_colon_is_missing */
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
#else
ASYNC_FINALLY
#endif
    self->out++;
    ASYNC_END;
}

struct wf_future *case_finally_without_colon(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
