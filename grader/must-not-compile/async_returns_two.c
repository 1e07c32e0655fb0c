/* must not compile: two values are returned; clause G.33 */
/* expect: expected|unknown type name */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    struct wf_ready other;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    ASYNC_RETURN(self->child.out);
#else
    ASYNC_RETURN(self->child.out, self->other.out);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_async_returns_two(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
