/**
 * @file future.c
 * @brief The slow paths of the life-cycle: what is said of a future that is misused.
 */
#include "weft/future.h"

#include "weft/panic.h"

void wf_future_misused(const struct wf_future *future, const char *attempt)
{
    if (!future->ops)
        wf_panic("G.4", "an empty future is %s: it was never built, or its storage was cleared", attempt);
    bool polled = attempt[0] == 'p';
    if (wf_future_is_done(future))
        wf_panic("G.1", "%s is %s after it was READY", future->ops->name, attempt);
    wf_panic(polled ? "G.2" : "G.3", "%s is %s after it was dropped", future->ops->name, attempt);
}

int wf_future_int_out(struct wf_future *future)
{
    if (future->ops->out_size != sizeof(int))
        wf_panic("G.5", "the output of %s is not an int: it has %u bytes", future->ops->name,
                 future->ops->out_size);
    return *(const int *)wf_future_out(future);
}
