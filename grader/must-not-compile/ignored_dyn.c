/* must not compile: the room for a method's frame is not looked at; contract in weft/dyn.h */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/dyn.h"

void *case_ignored_dyn(struct wf_dyn *call, size_t frame_bytes)
{
#ifdef CONTROL
    return wf_dyn(call, NULL, 0, frame_bytes, NULL);
#else
    wf_dyn(call, NULL, 0, frame_bytes, NULL);
    return NULL;
#endif
}
