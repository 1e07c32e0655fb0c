/* must not compile: a local variable that is set in a loop is used across the await in it; clause G.39 */
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
    do {
        self->number = self->out + 1;
        AWAIT(&self->child);
    } while (self->number < 3);
#else
    int number;
    do {
        number = self->out + 1;
        AWAIT(&self->child);
    } while (number < 3);
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_in_loop_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
