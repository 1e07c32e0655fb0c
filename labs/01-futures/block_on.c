/**
 * @file block_on.c
 * @brief The smallest executor: one future, one thread.
 *
 * The whole contract between futures and executors is in the loop: poll; if it is pending, sleep until the
 * waker that the poll was given is woken; poll again. A wake between the poll and the sleep is kept by the
 * parker, so it needs no care here.
 */
#include "weft/block_on.h"

#include "weft/context.h"
#include "weft/error.h"
#include "weft/panic.h"
#include "weft/park.h"

int wf_block_on(struct wf_future *future)
{
    /* A task that blocks its thread in a second executor would never be polled by the first. */
    const struct wf_context *outside = wf_context_running();
    if (outside)
        wf_panic("01.24", "block_on(%s) is called inside %s(%s): await it there instead", future->ops->name,
                 outside->runs, wf_context_root_name(outside));

    /* 01.T9: make a parker and a waker of it; enter a context that names the future as the root;
     * poll, park, poll */
    LAB_TODO("01.T9");
}
