/* must not compile: the variable of a for loop counts across an await; clause G.39 */
/* expect: may be used uninitialized|may be uninitialized when used here */
/* compilers: gcc -O1, clang -O0 */
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
    for (self->number = 0; self->number < 3; self->number++)
        AWAIT(&self->child);
#else
    for (int number = 0; number < 3; number++)
        AWAIT(&self->child);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_of_for_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
