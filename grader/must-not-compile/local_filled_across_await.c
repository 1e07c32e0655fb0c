/* must not compile: a local variable that a function filled is used across an await; clause G.39 */
/* expect: may be uninitialized when used here */
/* compilers: clang -O0 */
/* error: with -Werror */
#include "weft/async.h"

void fill(int *number);

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
    fill(&self->number);
    AWAIT(&self->child);
    self->out = self->number;
#else
    int number;
    fill(&number);
    AWAIT(&self->child);
    self->out = number;
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_filled_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
