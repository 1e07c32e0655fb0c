/* must not compile: a waker that nobody drops keeps its parker for ever; contract in weft/park.h */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/park.h"

void case_ignored_parker_waker(struct wf_park *parker)
{
#ifdef CONTROL
    struct wf_waker waker = wf_thread_parker_waker(parker);
    wf_waker_drop(&waker);
#else
    wf_thread_parker_waker(parker);
#endif
}
