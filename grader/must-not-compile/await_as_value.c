/* must not compile: an await is no expression; clause G.36 */
/* expect: AWAIT_is_a_statement_alone_on_its_line */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    AWAIT(&self->child);
#else
    int done = AWAIT(&self->child);
    (void)done;
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_as_value(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
