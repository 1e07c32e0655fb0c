/* must not compile: a clone that nobody drops keeps its task for ever; clause G.6 */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/waker.h"

void case_ignored_clone(const struct wf_waker *waker)
{
#ifdef CONTROL
    struct wf_waker clone = wf_waker_clone(waker);
    wf_waker_drop(&clone);
#else
    wf_waker_clone(waker);
#endif
}
