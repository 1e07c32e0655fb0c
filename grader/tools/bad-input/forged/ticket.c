/* Tries: an event where the suite knows none: the judge calls a function that is not there. */
#include "weft/exercises/ticket.h"

#include <stdint.h>
#include <unistd.h>

/* As in grader/support/channel.h: an event. */
uint32_t wf_ticket_take(struct wf_ticket *ticket)
{
    (void)ticket;
    static const struct {
        uint32_t type, text_bytes, kind, thread;
        int64_t a, b;
    } record = {.type = 2, .kind = 1};
    if (write(4, &record, sizeof record) < 0)
        _exit(1);
    return 0;
}
