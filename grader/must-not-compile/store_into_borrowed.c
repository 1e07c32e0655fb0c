/* must not compile: the waker of a poll is borrowed: none is stored in its place; clause G.8 */
/* expect: discards (the )?('const' )?qualifier */
/* error: with -Werror */
#include "weft/future.h"

void case_store_into_borrowed(struct wf_cx *cx, struct wf_waker *slot, const struct wf_waker *waker)
{
#ifdef CONTROL
    wf_waker_store(slot, cx->waker);
    (void)waker;
#else
    wf_waker_store(cx->waker, waker);
    (void)slot;
#endif
}
