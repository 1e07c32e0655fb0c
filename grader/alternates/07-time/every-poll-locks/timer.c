/**
 * @file timer.c
 * @brief A timer, as its owner sees it, by the lock alone: every call takes it, once a driver is known.
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

/* Under the lock: take it out, where it is armed. The caller drops or wakes what is returned behind the lock. */
static struct wf_waker disarm(struct wf_timer *timer)
{
    struct wf_waker waker = {NULL, NULL};
    if (state_of(timer) == WF_TIMER_ARMED) {
        wf_time_driver_take(timer->driver, timer);
        waker = timer->waker;
        timer->waker = (struct wf_waker){NULL, NULL};
    }
    return waker;
}

static void lock(struct wf_timer *timer)
{
    if (timer->driver)
        wf_time_driver_lock(timer->driver);
}

static void unlock(struct wf_timer *timer)
{
    if (timer->driver)
        wf_time_driver_unlock(timer->driver);
}

enum wf_poll wf_timer_poll(struct wf_timer *timer, const struct wf_waker *waker)
{
    if (is_over(state_of(timer)))
        return WF_READY;
    struct wf_waker clone = wf_waker_clone(waker), old;
    if (!timer->driver)
        timer->driver = wf_time_driver_here();
    bool late = timer->deadline_ns <= wf_time_driver_now(timer->driver);
    lock(timer);
    bool is_idle = state_of(timer) == WF_TIMER_IDLE;
    old = disarm(timer);
    if (is_over(state_of(timer))) {
        late = true;
    } else if (is_idle && late) {
        wf_store_relaxed(&timer->state, WF_TIMER_FIRED);
    } else {
        wf_time_driver_put(timer->driver, timer);
        late = is_over(state_of(timer));
    }
    if (!late || (!is_idle && state_of(timer) == WF_TIMER_ARMED)) {
        late = false;
        timer->waker = clone;
        clone = (struct wf_waker){NULL, NULL};
    }
    unlock(timer);
    wf_waker_drop(&old);
    wf_waker_drop(&clone);
    return late ? WF_READY : WF_PENDING;
}

void wf_timer_drop(struct wf_timer *timer)
{
    struct wf_waker waker = {NULL, NULL};
    if (!is_over(state_of(timer))) { /* the driver may be gone */
        lock(timer);
        waker = disarm(timer);
        unlock(timer);
    }
    wf_store_relaxed(&timer->state, WF_TIMER_IDLE);
    timer->waker = (struct wf_waker){NULL, NULL};
    timer->driver = NULL;
    wf_waker_drop(&waker);
}

void wf_timer_reset(struct wf_timer *timer, uint64_t deadline_ns)
{
    struct wf_waker waker = {NULL, NULL};
    int before = state_of(timer);
    if (!is_over(before) && timer->driver) {
        bool late = deadline_ns <= wf_time_driver_now(timer->driver);
        lock(timer);
        before = state_of(timer);
        waker = disarm(timer);
        timer->deadline_ns = deadline_ns;
        if (before == WF_TIMER_ARMED && !late)
            wf_time_driver_put(timer->driver, timer);
        if (state_of(timer) == WF_TIMER_ARMED) {
            timer->waker = waker;
            waker = (struct wf_waker){NULL, NULL};
        }
        unlock(timer);
    }
    timer->deadline_ns = deadline_ns;
    if (is_over(before))
        wf_store_relaxed(&timer->state, WF_TIMER_IDLE);
    if (state_of(timer) == WF_TIMER_IDLE)
        timer->driver = NULL; /* it may be gone before the next poll */
    wf_waker_wake(&waker);
}

int wf_timer_status(const struct wf_timer *timer)
{
    return state_of(timer) == WF_TIMER_CLOSED ? WF_ECLOSED : 0;
}
