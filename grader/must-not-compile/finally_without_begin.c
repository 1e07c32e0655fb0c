/* must not compile: an async function without ASYNC_BEGIN, which awaits nothing; clause G.28 */
/* expect: ASYNC_FINALLY_stands_below_ASYNC_BEGIN */
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
    self->out = 1;
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_finally_without_begin(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
