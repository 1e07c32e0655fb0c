/* must not compile: the head is not the first member of the frame; clause G.37 */
/* expect: future must be its first member */
#include "weft/async.h"

struct unit {
#ifdef CONTROL
    struct wf_future future;
    int out;
#else
    int out;
    struct wf_future future;
#endif
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_future_not_first(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
