/**
 * @file ticket.c
 * @brief One number for each call, and never the same twice.
 */
#include "weft/exercises/ticket.h"
#include "weft/panic.h"

uint32_t wf_ticket_take(struct wf_ticket *ticket)
{
    /* x0.T1: return the number in `next`, and leave the one after it there: see
     * weft/detail/atomic.h */
    LAB_TODO("x0.T1");
}
