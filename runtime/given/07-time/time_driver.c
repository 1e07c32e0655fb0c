/**
 * @file time_driver.c
 * @brief The time driver: it sleeps until the next tick of the wheel, and fires.
 *
 * ## Why no timer is overslept
 *
 * The driver publishes what it sleeps until, under the lock, before it parks inside. A thread that puts an earlier timer in compares with
 * that under the same lock, and unparks the inner park behind it. If the driver is not inside yet, the unpark is kept there as a permit. While
 * the driver is awake the published time is 0, and nothing is earlier: it looks at the wheel before it sleeps again. A time that was left
 * published would do the opposite harm: not to sleep too long, but to be unparked for each timer; and one that is too early hides a
 * timer that comes between it and the truth.
 *
 * ## Firing
 *
 * Under the lock timers leave the wheel, and their wakers go to an array; the state FIRED is the last that is stored in a timer, for its owner
 * may free it from then on. The wakers are woken behind the lock: they may arm, reset and drop timers, those of the same array too.
 */
#include "weft/detail/time_driver.h"

#include "weft/alloc.h"
#include "weft/context.h"
#include "weft/detail/clock.h"
#include "weft/panic.h"
#include "weft/time.h"

#define START_OF_PAUSED_NS UINT64_C(1000000000) /* 1 s: a test may go back from there */

/* --- the clock --- */

uint64_t wf_time_driver_now(const struct wf_time_driver *driver)
{
    /* relaxed: a clock orders nothing, the real one either */
    return driver->is_paused ? wf_load_relaxed(&driver->paused_ns) : wf_clock_ns();
}

uint64_t wf_now(void)
{
    const struct wf_context *context = wf_context_current;
    return context && context->time_driver ? wf_time_driver_now(context->time_driver) : wf_clock_ns();
}

struct wf_time_driver *wf_time_driver_here(void)
{
    const struct wf_context *context = wf_context_current;
    if (!context || !context->time_driver)
        wf_panic("G.143",
                 "a timer is awaited where no time driver is: wf_runtime_new() makes a runtime that has one");
    return context->time_driver;
}

/* When the wheel wants to be looked at. With the lock. */
static uint64_t next_ns(const struct wf_time_driver *self)
{
    return wf_tick_ns(self->start_ns, wf_timer_wheel_next(&self->wheel));
}

/* --- timers, under the lock --- */

void wf_time_driver_lock(struct wf_time_driver *driver)
{
    pthread_mutex_lock(&driver->lock);
}

void wf_time_driver_unlock(struct wf_time_driver *driver)
{
    bool alarm = driver->alarm;
    driver->alarm = false;
    pthread_mutex_unlock(&driver->lock);
    if (alarm)
        wf_unpark(driver->inner);
}

static void count_armed(struct wf_time_driver *self, uint32_t difference)
{
    wf_store_relaxed(&self->armed, wf_load_relaxed(&self->armed) + difference); /* relaxed: under the lock */
}

void wf_time_driver_put(struct wf_time_driver *driver, struct wf_timer *timer)
{
    if (driver->closed) {
        wf_store_relaxed(&timer->state, WF_TIMER_CLOSED); /* relaxed: the owner calls */
        return;
    }
    wf_timer_wheel_insert(&driver->wheel, &timer->entry, wf_tick_from(driver->start_ns, timer->deadline_ns));
    wf_store_relaxed(&timer->state, WF_TIMER_ARMED); /* relaxed: without the lock only the owner reads it */
    count_armed(driver, 1);
    uint64_t next = wf_timer_wheel_next(&driver->wheel);
    wf_store_relaxed(&driver->none_before,
                     next); /* relaxed: a turn that reads an old one fires a little later */
    if (wf_tick_ns(driver->start_ns, next) < driver->sleeps_until)
        driver->alarm = true;
}

void wf_time_driver_take(struct wf_time_driver *driver, struct wf_timer *timer)
{
    wf_timer_wheel_remove(&driver->wheel, &timer->entry);
    wf_store_relaxed(&timer->state, WF_TIMER_IDLE); /* relaxed, as above */
    count_armed(driver, UINT32_MAX);
}

/* --- firing --- */

/* Fire what is due at `tick`, all as `state`; the wakers are called one after the other, in the sequence of the deadlines. Returns
 * whether there was any. The driver is awake, from the first time that it has the lock. */
static bool fire(struct wf_time_driver *self, uint64_t tick, enum wf_timer_state state)
{
    bool any = false;
    struct wf_waker wakers[WF_FIRE_AT_ONCE];
    unsigned count;
    do {
        count = 0;
        pthread_mutex_lock(&self->lock);
        self->sleeps_until = 0;
        for (struct wf_wheel_entry *entry;
             count < WF_FIRE_AT_ONCE && (entry = wf_timer_wheel_pop(&self->wheel, tick));) {
            struct wf_timer *timer = WF_CONTAINER_OF(entry, struct wf_timer, entry);
            wakers[count++] = timer->waker;
            count_armed(self, UINT32_MAX);
            /* release, and last: the owner that reads it may free the timer */
            wf_store_release(&timer->state, state);
        }
        /* relaxed: see wf_time_driver_put() */
        wf_store_relaxed(&self->none_before, wf_timer_wheel_next(&self->wheel));
        pthread_mutex_unlock(&self->lock);
        any = any || count > 0;
        for (unsigned i = 0; i < count; i++)
            wf_waker_wake(&wakers[i]);
    } while (count == WF_FIRE_AT_ONCE);
    return any;
}

/* What the clock shows, as a tick; without a look at the clock, where there is no timer. */
static uint64_t tick_now(const struct wf_time_driver *self)
{
    return wf_load_relaxed(&self->none_before) == WF_TICK_NEVER
               ? 0
               : wf_tick_at(self->start_ns, wf_time_driver_now(self));
}

/* --- the park --- */

/* Until when to park inside; published, for threads that put timers in. */
static uint64_t begin_sleep(struct wf_time_driver *self, uint64_t deadline_ns)
{
    pthread_mutex_lock(&self->lock);
    uint64_t next = next_ns(self);
    uint64_t until = next < deadline_ns ? next : deadline_ns;
    self->sleeps_until = until;
    pthread_mutex_unlock(&self->lock);
    return until;
}

static enum wf_parked turn(struct wf_time_driver *self)
{
    enum wf_parked parked = wf_park(self->inner, 0);
    uint64_t tick = tick_now(self);
    /* relaxed: see wf_time_driver_put(). Where nothing can be due no lock is taken. */
    bool fired = tick >= wf_load_relaxed(&self->none_before) && fire(self, tick, WF_TIMER_FIRED);
    return fired ? WF_PARK_WOKEN : parked;
}

/* The clock stands still, and nothing can run: on to the next timer, or to the caller's deadline. */
static enum wf_parked park_paused(struct wf_time_driver *self, uint64_t deadline_ns)
{
    for (;;) {
        /* Before the turn: a call that ends wakes first, and then holds no more. If it held just now, its wake is looked for by
         * another turn. acquire: pairs with the end of the hold. */
        bool held = wf_load_acquire(&self->holds) > 0;
        enum wf_parked parked = turn(self);
        if (parked == WF_PARK_WOKEN)
            return parked;
        uint64_t now = wf_time_driver_now(self);
        if (deadline_ns <= now)
            return WF_PARK_TIMED_OUT;
        pthread_mutex_lock(&self->lock);
        uint64_t next = next_ns(self);
        bool sleeps = held || (next == WF_FOREVER && deadline_ns == WF_FOREVER);
        self->sleeps_until = sleeps ? WF_FOREVER : 0; /* a thread that arms a timer meanwhile ends the sleep */
        pthread_mutex_unlock(&self->lock);
        if (sleeps) {
            parked = wf_park(self->inner, WF_FOREVER);
            return fire(self, tick_now(self), WF_TIMER_FIRED) ? WF_PARK_WOKEN : parked;
        }
        if (next > deadline_ns)
            next = deadline_ns;
        if (next > now)
            wf_store_relaxed(&self->paused_ns, next);
    }
}

static enum wf_parked driver_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct wf_time_driver *self = (struct wf_time_driver *)park;
    if (deadline_ns == 0)
        return turn(self);
    if (self->is_paused)
        return park_paused(self, deadline_ns);
    for (;;) {
        uint64_t until = begin_sleep(self, deadline_ns);
        enum wf_parked parked = wf_park(self->inner, until);
        if (fire(self, tick_now(self), WF_TIMER_FIRED) || parked == WF_PARK_WOKEN)
            return WF_PARK_WOKEN;
        if (until == deadline_ns)
            return WF_PARK_TIMED_OUT;
        /* nothing was due: a slot was opened only, or its timers are gone */
    }
}

static void driver_unpark(struct wf_park *park)
{
    wf_unpark(((struct wf_time_driver *)park)->inner);
}

static void driver_shutdown(struct wf_park *park)
{
    struct wf_time_driver *self = (struct wf_time_driver *)park;
    pthread_mutex_lock(&self->lock);
    self->closed = true;
    pthread_mutex_unlock(&self->lock);
    (void)fire(self, WF_TICK_NEVER - 1, WF_TIMER_CLOSED);
    wf_park_shutdown(self->inner);
}

static void driver_drop(struct wf_park *park)
{
    struct wf_time_driver *self = (struct wf_time_driver *)park;
    wf_park_drop(self->inner);
    pthread_mutex_destroy(&self->lock);
    wf_free(self, sizeof *self);
}

static const struct wf_park_ops driver_ops = {
    .name = "time driver",
    .park = driver_park,
    .unpark = driver_unpark,
    .shutdown = driver_shutdown,
    .drop = driver_drop,
};

struct wf_time_driver *wf_time_driver_new(struct wf_park *inner, bool paused)
{
    struct wf_time_driver *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct wf_time_driver){
        .park = {&driver_ops},
        .inner = inner ? inner : wf_thread_parker_new(),
        .start_ns = paused ? START_OF_PAUSED_NS : wf_clock_ns(),
        .is_paused = paused,
        .paused_ns = START_OF_PAUSED_NS,
        .none_before = WF_TICK_NEVER,
    };
    if (!self->inner) {
        wf_free(self, sizeof *self);
        return NULL;
    }
    pthread_mutex_init(&self->lock, NULL);
    wf_timer_wheel_init(&self->wheel);
    return self;
}

/* --- a paused clock --- */

void wf_time_driver_advance(struct wf_time_driver *driver, uint64_t ns)
{
    uint64_t now = wf_add_ns(wf_time_driver_now(driver), ns);
    wf_store_relaxed(&driver->paused_ns, now);
    (void)fire(driver, wf_tick_at(driver->start_ns, now), WF_TIMER_FIRED);
}

void wf_time_driver_hold(struct wf_time_driver *driver)
{
    wf_fetch_add_relaxed(&driver->holds,
                         1); /* relaxed: on the parking thread, or in a call that is held already */
}

void wf_time_driver_unhold(struct wf_time_driver *driver)
{
    /* release: what the call did is over before the clock goes on. */
    if (wf_fetch_sub_release(&driver->holds, 1) == 1)
        wf_unpark(driver->inner); /* it may sleep in there, and the clock can go on */
}
