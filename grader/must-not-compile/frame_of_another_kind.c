/* must not compile: a select is continued in the frame of a join; contract in weft/combine.h */
/* expect: incompatible pointer type */
/* error: with -Werror */
#include "weft/combine.h"

void case_frame_of_another_kind(struct wf_join *join, struct wf_select *select)
{
#ifdef CONTROL
    wf_select_next(select);
    (void)join;
#else
    wf_select_next(join);
    (void)select;
#endif
}
