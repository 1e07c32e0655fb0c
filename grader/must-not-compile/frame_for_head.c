/* must not compile: a frame is given where the head of a frame is expected; contract in weft/future.h */
/* expect: incompatible pointer type */
/* error: with -Werror */
#include "weft/combine.h"

void case_frame_for_head(struct wf_join *join)
{
#ifdef CONTROL
    wf_future_drop(&join->future);
#else
    wf_future_drop(join);
#endif
}
