/* must not compile: a ring is given where its hook is expected; contract in weft/event.h */
/* expect: incompatible pointer type */
/* error: with -Werror */
#include "weft/context.h"

void case_ring_for_hook(struct wf_context *context, struct wf_event_ring *ring)
{
#ifdef CONTROL
    context->event_hook = &ring->hook;
#else
    context->event_hook = ring;
#endif
}
