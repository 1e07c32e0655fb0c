/* must not compile: the frame of an async function has no output; clause G.37 */
/* expect: no member named .out */
#include "weft/async.h"

struct unit {
    struct wf_future future;
#ifdef CONTROL
    int out;
#endif
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_without_out(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
