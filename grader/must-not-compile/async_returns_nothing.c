/* must not compile: a return without a value goes past ASYNC_FINALLY; clause G.38 */
/* expect: with no value, in function returning non-void|should return a value */
/* error: but with gcc -w */
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
    if (self->child.out < 0)
#ifdef CONTROL
        break;
#else
        return;
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_returns_nothing(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
