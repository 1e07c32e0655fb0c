/* must not compile: a member of a local structure is used across an await; clause G.40 */
/* expect: may be used uninitialized */
/* compilers: gcc -O1 */
/* error: with -Werror */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    struct pair {
        int left;
        int right;
    } pair;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    self->pair.left = self->out + 1;
    AWAIT(&self->child);
    self->out = self->pair.left;
#else
    struct pair pair;
    pair.left = self->out + 1;
    AWAIT(&self->child);
    self->out = pair.left;
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_struct_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
