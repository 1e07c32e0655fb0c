/* must not compile: an async function is built in the frame of another one; clause G.37 */
/* expect: not compatible with any (generic )?association */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_init_of_another_frame(struct unit *frame, struct wf_ready *other)
{
#ifdef CONTROL
    (void)other;
    return &ASYNC_INIT(frame, unit)->future;
#else
    (void)frame;
    return &ASYNC_INIT(other, unit)->future;
#endif
}
