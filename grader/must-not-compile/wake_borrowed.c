/* must not compile: the waker of a poll is borrowed: only a clone may be used up; clause G.6 */
/* expect: discards (the )?('const' )?qualifier */
/* error: with -Werror */
#include "weft/future.h"

void case_wake_borrowed(struct wf_cx *cx)
{
#ifdef CONTROL
    struct wf_waker clone = wf_waker_clone(cx->waker);
    wf_waker_wake(&clone);
#else
    wf_waker_wake(cx->waker);
#endif
}
