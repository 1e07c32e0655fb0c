/* must not compile: an async function without ASYNC_BEGIN, which returns; clause G.28 */
/* expect: ASYNC_RETURN_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

ASYNC_FN(unit)
{
#ifdef CONTROL
    ASYNC_BEGIN;
#endif
    ASYNC_RETURN(1);
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_return_without_begin(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
