/* must not compile: ASYNC_RETURN below ASYNC_FINALLY, which would go round for ever; clause G.28 */
/* expect: ASYNC_RETURN_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY */
#include "weft/async.h"

struct leaver {
    struct wf_future future;
    int out;
};

ASYNC_FN(leaver)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    ASYNC_RETURN(1);
#endif
ASYNC_FINALLY:
#ifndef CONTROL
    ASYNC_RETURN(1);
#endif
    ASYNC_END;
}

struct wf_future *case_async_return_below_finally(struct leaver *leaver)
{
    return &ASYNC_INIT(leaver, leaver)->future;
}
