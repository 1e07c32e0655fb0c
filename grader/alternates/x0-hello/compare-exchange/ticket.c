/* A loop in place of the one step: what was read is written over only if it is still there. */
#include "weft/exercises/ticket.h"

uint32_t wf_ticket_take(struct wf_ticket *ticket)
{
    uint32_t mine = wf_load_relaxed(&ticket->next);
    while (!wf_compare_exchange_release(&ticket->next, &mine, mine + 1))
        ;
    return mine;
}
