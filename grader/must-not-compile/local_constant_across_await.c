/* must not compile: a local variable that was set to a constant is used across an await; clause G.39 */
/* expect: may be uninitialized when used here */
/* compilers: clang -O0 */
/* error: with -Werror */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int number;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    self->number = 1;
    AWAIT(&self->child);
    self->out = self->number;
#else
    int number = 1;
    AWAIT(&self->child);
    self->out = number;
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_constant_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
