/**
 * @file exercises/ticket.h
 * @brief A counter that gives each caller a number of its own: the contract of the warm-up.
 *
 * The runtime does not use it, and it is not installed. Its handout is labs/x0-hello/README.md.
 */
#ifndef WEFT_EXERCISES_TICKET_H
#define WEFT_EXERCISES_TICKET_H

#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** Numbers that are given out one after the other. A ticket whose bytes are all zero is ready for use. */
struct wf_ticket {
    WF_ATOMIC(uint32_t) next; /**< the number that the next call returns */
};

/**
 * @brief Take the next number.
 * @param ticket borrowed for the time of the call.
 * @return the number. After 4,294,967,295 comes 0 again.
 *
 * @clause{x0.1,40,"The first call on a ticket of zeroes returns 0, and each later call returns the number after the one before."}
 * @clause{x0.2,60,"Any number of threads may take at once: no two calls get the same number, and no number is left out."}
 *
 * Threads: any number, at once. Memory: none is allocated. Cost: O(1), no lock.
 */
uint32_t wf_ticket_take(struct wf_ticket *ticket);

WF_END_DECLS

#endif
