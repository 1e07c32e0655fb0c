/**
 * @file ticket.c
 * @brief One number for each call, and never the same twice.
 */
#include "weft/exercises/ticket.h"

uint32_t wf_ticket_take(struct wf_ticket *ticket)
{
    /* LAB x0.T1 { return the number in `next`, and leave the one after it there: see weft/detail/atomic.h */
    /* One step reads and writes, so no other thread can read the same number in between. relaxed: the number says nothing
     * of what its caller has done, so there is nothing to publish. */
    return wf_fetch_add_relaxed(&ticket->next, 1);
    /* LAB x0.T1 } */
}
