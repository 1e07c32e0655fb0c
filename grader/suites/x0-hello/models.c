/**
 * @file models.c
 * @brief The warm-up's model.
 */
#include "interleave.h"

#include "weft/exercises/ticket.h"

static struct wf_ticket ticket;
static uint32_t taken[2];

static void *take(void *number)
{
    *(uint32_t *)number = wf_ticket_take(&ticket);
    return NULL;
}

/* For the one step: what reads the number and then writes the next lets the other thread read the same in between. */
MODEL(explore_take, "x0.2",
      "two threads take a number at the same time: two numbers, one after the other; 2 threads")
{
    pthread_t other;
    interleave_name(&ticket.next, "next");
    pthread_create(&other, NULL, take, &taken[1]);
    take(&taken[0]);
    pthread_join(other, NULL);
    if (taken[0] == taken[1])
        interleave_fail("both threads got the number %u", taken[0]);
    assert(taken[0] + 1 == taken[1] || taken[1] + 1 == taken[0]);
}
