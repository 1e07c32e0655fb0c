/**
 * @file interval.c
 * @brief When an interval's next tick is due.
 */
#include "weft/interval.h"

#include "weft/panic.h"
#include "weft/time.h"

uint64_t wf_interval_next(enum wf_missed missed, uint64_t due_ns, uint64_t now_ns, uint64_t period_ns)
{
    /* 07.T5: on time, or in burst: a period on. Late: delay counts from now, skip goes on from
     * `due_ns` in whole periods. No sum overflows */
    LAB_TODO("07.T5");
}
