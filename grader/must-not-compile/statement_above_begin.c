/* must not compile: a statement above ASYNC_BEGIN would run in every poll, and in a drop; clause G.48 */
/* expect: mixed declarations and code|mixing declarations and code */
/* error: but with -w */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

ASYNC_FN(unit)
{
    int declared = 1;
#ifndef CONTROL
    wf_ready(&self->child, declared);
#endif
    ASYNC_BEGIN;
    wf_ready(&self->child, declared);
    int behind = 2;
    self->out = behind;
    AWAIT(&self->child);
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_statement_above_begin(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
