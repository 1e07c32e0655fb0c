/* must not compile: a poll operation that is not given a context; contract in weft/future.h */
/* expect: incompatible (function )?pointer type */
/* error: with -Werror */
#include "weft/future.h"

#ifdef CONTROL
static enum wf_poll frame_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)cx;
#else
static enum wf_poll frame_poll(struct wf_future *future)
{
#endif
    return wf_future_is_done(future) ? WF_READY : WF_PENDING;
}

extern const struct wf_future_ops frame_ops;
const struct wf_future_ops frame_ops = {.name = "frame", .poll = frame_poll};
