/* must not compile: the result of a spawn is ignored; clause G.29 */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/task.h"

struct child {
    struct wf_future future;
    int out;
};

ASYNC_FN(child)
{
    ASYNC_BEGIN;
ASYNC_FINALLY:
    ASYNC_END;
}

int case_ignored_spawn(struct wf_scheduler *scheduler, struct wf_join_handle *handle)
{
#ifdef CONTROL
    return WF_SPAWN(scheduler, handle, child);
#else
    WF_SPAWN(scheduler, handle, child);
    return 0;
#endif
}
