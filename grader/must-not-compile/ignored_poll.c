/* must not compile: the result of a poll is ignored; contract in weft/future.h */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/future.h"

void case_ignored_poll(struct wf_future *future, struct wf_cx *cx)
{
#ifdef CONTROL
    while (wf_future_poll(future, cx) == WF_PENDING)
        ;
#else
    wf_future_poll(future, cx);
#endif
}
