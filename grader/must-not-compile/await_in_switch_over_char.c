/* must not compile: an await inside a switch over a char, which would take its label; clause G.36 */
/* expect: duplicate case value|overflow (in conversion|converting case value) */
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
    if (self->out == 1)
        AWAIT(&self->child);
#else
    switch ((char)self->out) {
    case 1:
        AWAIT(&self->child);
    }
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_in_switch_over_char(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
