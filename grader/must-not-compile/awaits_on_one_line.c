/* must not compile: two awaits on a line: it is their label; clause G.36 */
/* expect: AWAIT_is_a_statement_alone_on_its_line */
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
    AWAIT(&self->child);
    AWAIT(&self->other);
#else
    AWAIT(&self->child); AWAIT(&self->other);
#endif
    ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_awaits_on_one_line(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
