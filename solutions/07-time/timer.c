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
    /* LAB 07.T2 { over? Armed with this very waker? Idle and late? Else clone, lock, look once more: over meanwhile? Then swap wakers, and put an idle one in */
    int state = state_of(timer);
    if (is_over(state))
        return WF_READY;
    if (state == WF_TIMER_ARMED && wf_waker_will_wake(&timer->waker, waker))
        return WF_PENDING;
    if (state == WF_TIMER_IDLE) {
        timer->driver = wf_time_driver_here();
        if (timer->deadline_ns <= wf_time_driver_now(timer->driver)) {
            wf_store_relaxed(&timer->state, WF_TIMER_FIRED); /* relaxed: nobody else knows the timer */
            return WF_READY;
        }
    }
    struct wf_waker spare = wf_waker_clone(waker);
    wf_time_driver_lock(timer->driver);
    if (state == WF_TIMER_IDLE)
        wf_time_driver_put(timer->driver, timer);
    bool over = is_over(state_of(timer));
    if (!over) {
        struct wf_waker old = timer->waker;
        timer->waker = spare;
        spare = old;
    }
    wf_time_driver_unlock(timer->driver);
    wf_waker_drop(&spare); /* the old one, or the new one that is not needed; empty at first */
    return over ? WF_READY : WF_PENDING;
    /* LAB 07.T2 } */
}

void wf_timer_drop(struct wf_timer *timer)
{
    /* LAB 07.T2 { only an armed one is in the wheel and owns a waker; it may fire while you wait for the lock */
    if (state_of(timer) == WF_TIMER_ARMED) {
        struct wf_waker waker = {NULL, NULL};
        wf_time_driver_lock(timer->driver);
        if (state_of(timer) == WF_TIMER_ARMED) {
            wf_time_driver_take(timer->driver, timer);
            waker = timer->waker;
        }
        wf_time_driver_unlock(timer->driver);
        wf_waker_drop(&waker);
    }
    timer->waker = (struct wf_waker){NULL, NULL}; /* given back, or the driver's */
    wf_store_relaxed(&timer->state, WF_TIMER_IDLE);
    /* LAB 07.T2 } */
}

void wf_timer_reset(struct wf_timer *timer, uint64_t deadline_ns)
{
    timer->deadline_ns = deadline_ns;
    /* LAB 07.T3 { an armed one moves in the wheel, and keeps its waker; where the new deadline has passed, or the driver is closed, it wakes at once. One that fired, or was closed, is idle again */
    struct wf_waker waker = {NULL, NULL};
    int before = state_of(timer);
    if (before == WF_TIMER_ARMED) {
        bool late = deadline_ns <= wf_time_driver_now(timer->driver);
        wf_time_driver_lock(timer->driver);
        before = state_of(timer); /* it may be over meanwhile */
        if (before == WF_TIMER_ARMED) {
            wf_time_driver_take(timer->driver, timer);
            if (!late)
                wf_time_driver_put(timer->driver, timer);
            if (state_of(timer) != WF_TIMER_ARMED)
                waker = timer->waker; /* late, or the driver is closed: its task has to know */
        }
        wf_time_driver_unlock(timer->driver);
    }
    if (before != WF_TIMER_ARMED)
        wf_store_relaxed(&timer->state, WF_TIMER_IDLE); /* relaxed: nobody else knows the timer */
    if (state_of(timer) != WF_TIMER_ARMED)
        timer->waker = (struct wf_waker){NULL, NULL};
    wf_waker_wake(&waker);
    /* LAB 07.T3 } */
}

int wf_timer_status(const struct wf_timer *timer)
{
    return state_of(timer) == WF_TIMER_CLOSED ? WF_ECLOSED : 0;
}
