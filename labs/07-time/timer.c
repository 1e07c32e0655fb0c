/**
 * @file timer.c
 * @brief A timer, as its owner sees it: poll, reset, drop, each at any moment of the driver's firing.
 *
 * Two parties touch a timer that is armed: its owner, and the driver that fires it. The one that holds the driver's lock and finds it ARMED
 * decides: the owner takes it out of the wheel, and the driver will not find it; or the driver takes waker and entry, stores FIRED as
 * the last thing that it does with the timer, and wakes behind the lock. So an owner that reads FIRED needs no lock.
 *
 * Clones and drops of wakers are a user's code, which may come back here: both stand outside of the lock.
 */
#include "weft/detail/timer.h"

#include "weft/detail/time_driver.h"
#include "weft/error.h"
#include "weft/panic.h"

/* acquire: pairs with the driver's store of FIRED or CLOSED: it is done with the timer, and its waker is not the timer's any more. */
static int state_of(const struct wf_timer *timer)
{
    return wf_load_acquire(&timer->state);
}

static bool is_over(int state)
{
    return state == WF_TIMER_FIRED || state == WF_TIMER_CLOSED;
}

enum wf_poll wf_timer_poll(struct wf_timer *timer, const struct wf_waker *waker)
{
    /* 07.T2: over? Armed with this very waker? Idle and late? Else clone, lock, look once more:
     * over meanwhile? Then swap wakers, and put an idle one in */
    LAB_TODO("07.T2");
}

void wf_timer_drop(struct wf_timer *timer)
{
    /* 07.T2: only an armed one is in the wheel and owns a waker; it may fire while you wait for the
     * lock */
    LAB_TODO("07.T2");
}

void wf_timer_reset(struct wf_timer *timer, uint64_t deadline_ns)
{
    timer->deadline_ns = deadline_ns;
    /* 07.T3: an armed one moves in the wheel, and keeps its waker; where the new deadline has
     * passed, or the driver is closed, it wakes at once. One that fired, or was closed, is idle
     * again */
    LAB_TODO("07.T3");
}

int wf_timer_status(const struct wf_timer *timer)
{
    return state_of(timer) == WF_TIMER_CLOSED ? WF_ECLOSED : 0;
}
