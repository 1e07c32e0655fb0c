/* must not compile: a local with a cleanup attribute lives across an await; clause G.41 */
/* expect: cannot jump from switch statement to this case label */
/* compilers: clang -O0 */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int out;
};

static void count_down(int *number)
{
    --*number;
}

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
    {
        int number __attribute__((cleanup(count_down))) = 1;
        number++;
#ifdef CONTROL
    }
    {
#endif
        AWAIT(&self->child);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_with_cleanup_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
