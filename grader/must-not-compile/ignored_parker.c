/* must not compile: a parker that nobody drops; contract in weft/park.h */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/park.h"

void case_ignored_parker(void)
{
#ifdef CONTROL
    struct wf_park *parker = wf_thread_parker_new();
    if (parker)
        wf_thread_parker_drop(parker);
#else
    wf_thread_parker_new();
#endif
}
