#include "handover.h"

#include <sched.h>
#include <semaphore.h>

#include "scenario.h"
#include "weft/detail/atomic.h"

/* --- gates --- */

static WF_ATOMIC(int) open_gates[GATES_MAX];

void wait_at_gate(int64_t gate)
{
    WF_ATOMIC(int) *open = &open_gates[scenario_in_range(gate, GATES_MAX)];
    while (!wf_load_relaxed(open))
        sched_yield();
    wf_store_relaxed(open, 0);
}

void open_gate(int64_t gate)
{
    wf_store_relaxed(&open_gates[scenario_in_range(gate, GATES_MAX)], 1);
}

/* --- the parcel: the other direction, from a read to the next write, is ordered here, and adds nothing to the first --- */

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

/* --- wakers --- */

static struct wf_waker exchange(struct wf_waker *kept, pthread_mutex_t *lock, struct wf_waker waker)
{
    pthread_mutex_lock(lock);
    struct wf_waker old = *kept;
    *kept = waker;
    pthread_mutex_unlock(lock);
    return old;
}

void keep_waker(struct wf_waker *kept, pthread_mutex_t *lock, const struct wf_waker *waker)
{
    struct wf_waker old = exchange(kept, lock, wf_waker_clone(waker));
    wf_waker_drop(&old);
}

struct wf_waker take_waker(struct wf_waker *kept, pthread_mutex_t *lock)
{
    return exchange(kept, lock, (struct wf_waker){0});
}

struct wf_waker clone_kept_waker(const struct wf_waker *kept, pthread_mutex_t *lock)
{
    pthread_mutex_lock(lock);
    struct wf_waker clone = wf_waker_clone(kept);
    pthread_mutex_unlock(lock);
    return clone;
}

/* --- rallies --- */

static sem_t polled;

void rally_begin(void)
{
    sem_init(&polled, 0, 0);
}

void rally_return(void)
{
    (void)read_parcel();
    sem_post(&polled);
}

void rally(int64_t rounds, int64_t spin, void (*wake)(void *arg), void *arg)
{
    for (int64_t round = 0; round < rounds; round++) {
        while (sem_wait(&polled) != 0)
            ;
        write_parcel(round);
        for (volatile int64_t i = 0; i < spin * (round % 7); i++)
            ;
        wake(arg);
    }
}
