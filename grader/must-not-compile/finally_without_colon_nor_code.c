/* must not compile: ASYNC_FINALLY without its colon, and nothing below it; clause G.28 */
/* expect: ASYNC_FINALLY_or_its_colon_is_missing */
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
#ifdef CONTROL
ASYNC_FINALLY:
#else
ASYNC_FINALLY
#endif
    ASYNC_END;
}

struct wf_future *case_finally_without_colon_nor_code(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
