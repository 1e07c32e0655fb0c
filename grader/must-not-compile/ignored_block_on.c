/* must not compile: block_on may fail for want of memory; contract in weft/block_on.h */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/block_on.h"

int case_ignored_block_on(struct wf_future *future)
{
#ifdef CONTROL
    return wf_block_on(future);
#else
    wf_block_on(future);
    return 0;
#endif
}
