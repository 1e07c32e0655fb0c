/* must not compile: branches are an array of pointers, not of frames; contract in weft/combine.h */
/* expect: incompatible pointer type */
/* error: with -Werror */
#include "weft/combine.h"

void case_branches_by_value(struct wf_join *join, struct wf_future *frames, struct wf_future *branches[])
{
#ifdef CONTROL
    wf_join(join, branches, 2, WF_FAIR);
    (void)frames;
#else
    wf_join(join, frames, 2, WF_FAIR);
    (void)branches;
#endif
}
