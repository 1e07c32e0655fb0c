/**
 * @file interval.c
 * @brief When an interval's next tick is due.
 */
#include "weft/interval.h"

#include "weft/time.h"

uint64_t wf_interval_next(enum wf_missed missed, uint64_t due_ns, uint64_t now_ns, uint64_t period_ns)
{
    /* LAB 07.T5 { on time, or in burst: a period on. Late: delay counts from now, skip goes on from `due_ns` in whole periods. No sum overflows */
    uint64_t late_ns = wf_since_ns(now_ns, due_ns);
    if (missed == WF_MISSED_BURST || late_ns <= WF_INTERVAL_LATE_NS)
        return wf_add_ns(due_ns, period_ns);
    if (missed == WF_MISSED_DELAY)
        return wf_add_ns(now_ns, period_ns);
    return wf_add_ns(now_ns - late_ns % period_ns, period_ns);
    /* LAB 07.T5 } */
}
