/* must not compile: an await inside a switch over an enum, which would take its label; clause G.36 */
/* expect: duplicate case value|conversion from .* changes value|overflow converting case value */
#include "weft/async.h"
#include "weft/combine.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    enum wf_order choice;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    if (self->choice == WF_FAIR)
        AWAIT(&self->child);
#else
    switch (self->choice) {
    case WF_FAIR:
        AWAIT(&self->child);
        break;
    case WF_BIASED:
        break;
    }
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_await_in_switch_over_enum(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
