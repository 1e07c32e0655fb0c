/* must not compile: an element of a local array is used across an await; clause G.40 */
/* expect: may be used uninitialized */
/* compilers: gcc -O1 */
/* error: with -Werror */
#include "weft/async.h"

struct unit {
    struct wf_future future;
    struct wf_ready child;
    int numbers[4];
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
#ifdef CONTROL
    self->numbers[1] = self->out + 1;
    AWAIT(&self->child);
    self->out = self->numbers[1];
#else
    int numbers[4];
    numbers[1] = self->out + 1;
    AWAIT(&self->child);
    self->out = numbers[1];
#endif
ASYNC_FINALLY:
    ASYNC_END;
}

struct wf_future *case_local_array_across_await(struct unit *frame)
{
    return &ASYNC_INIT(frame, unit)->future;
}
