#include "parcel.h"

#include <sched.h>

#include "weft/detail/atomic.h"

/* Written plainly before a wake and read plainly after it: TSan sees it if the wake does not publish it.
 * The other direction, from a read to the next write, is ordered here, and adds nothing to the first. */
static int64_t parcel;
static WF_ATOMIC(int) parcel_reads;

void write_parcel(int64_t value)
{
    /* acquire: pairs with the release in read_parcel(), so that the old value is not overwritten under a read */
    (void)wf_load_acquire(&parcel_reads);
    parcel = value;
}

int64_t read_parcel(void)
{
    int64_t value = parcel;
    atomic_fetch_add_explicit(&parcel_reads, 1, memory_order_release);
    return value;
}

/* A thread can be held until the driver has done something, with relaxed accesses alone: so what it sees of
 * the driver's writes, it sees through the code under test. A lock or a pipe would publish them by itself. */
static WF_ATOMIC(int) gate_open;

void wait_at_gate(void)
{
    while (!wf_load_relaxed(&gate_open))
        sched_yield();
    wf_store_relaxed(&gate_open, 0);
}

void open_gate(void)
{
    wf_store_relaxed(&gate_open, 1);
}
