/**
 * @file models_timer.c
 * @brief Models of lab 07's timers: the driver fires on one thread what its owner polls, resets or drops on another.
 *
 * The driver is the whole one, on a clock that a model advances; one model lets it sleep by the engine's clock. A waker is a count of
 * its references. What an owner frees is written over, so a driver that comes late is a race, or a use after free.
 */
#include "interleave.h"

#include <string.h>

#include "weft/context.h"
#include "weft/detail/time_driver.h"
#include "weft/detail/timer.h"
#include "weft/error.h"
#include "weft/test_clock.h"
#include "weft/time.h"

/* --- wakers --- */

struct counted {
    WF_ATOMIC(int) references, wakes;
};

static struct counted first, second;

static void *clone_waker(void *data)
{
    assert(wf_fetch_add_relaxed(&((struct counted *)data)->references, 1) > 0); /* what is gone is not cloned */
    return data;
}

static void wake_by_ref(void *data)
{
    wf_fetch_add_relaxed(&((struct counted *)data)->wakes, 1);
}

static void drop(void *data)
{
    (void)wf_fetch_sub_release(&((struct counted *)data)->references, 1);
}

static void wake(void *data)
{
    wake_by_ref(data);
    drop(data);
}

static const struct wf_waker_ops ops = {clone_waker, wake, wake_by_ref, drop};

static struct wf_waker waker_of(struct counted *counted)
{
    return (struct wf_waker){&ops, counted};
}

/* --- the driver, and the thread that fires --- */

static struct wf_time_driver *driver;
static struct wf_context context; /* the owner's */
static struct wf_timer timer;

static void begin(bool paused)
{
    interleave_thread_name("owner");
    driver = wf_time_driver_new(NULL, paused);
    assert(driver);
    context = (struct wf_context){.time_driver = driver};
    wf_context_enter(&context);
    interleave_name(&driver->lock, "the driver's lock");
    interleave_name(&timer.state, "state");
    wf_store_relaxed(&first.references, 1); /* the owner's */
    wf_store_relaxed(&second.references, 1);
    wf_timer_init(&timer, wf_now() + WF_TICK_NS);
}

static void *fire(void *arg)
{
    (void)arg;
    interleave_thread_name("driver");
    wf_time_driver_advance(driver, WF_TICK_NS);
    return NULL;
}

static void *close_driver(void *arg)
{
    (void)arg;
    interleave_thread_name("driver");
    wf_park_shutdown(&driver->park);
    return NULL;
}

static pthread_t start(void *(*run)(void *arg))
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, NULL) == 0);
    return thread;
}

/* Both threads are through. */
static void end(void)
{
    interleave_expect(
        wf_load_relaxed(&first.references) == 1 && wf_load_relaxed(&second.references) == 1,
        "each waker is given back, or used up by its wake: of each 1 reference is left, the owner's",
        "%d and %d are left", wf_load_relaxed(&first.references), wf_load_relaxed(&second.references));
    interleave_expect(wf_load_relaxed(&driver->armed) == 0, "no timer is in the driver", "one is");
    wf_context_leave(&context);
    wf_park_drop(&driver->park);
}

/* It is armed, with the first waker. */
static void arm(void)
{
    const struct wf_waker waker = waker_of(&first);
    begin(true);
    assert(wf_timer_poll(&timer, &waker) == WF_PENDING);
}

/* It is dropped, and its memory used again, while `run` ends it, on the other thread. */
static void drop_meanwhile(void *(*run)(void *arg))
{
    arm();
    pthread_t thread = start(run);
    wf_timer_drop(&timer);
    memset(&timer, 0, sizeof timer);
    pthread_join(thread, NULL);
    interleave_expect(wf_load_relaxed(&first.wakes) <= 1, "a timer wakes once at most", "%d wakes",
                      wf_load_relaxed(&first.wakes));
    end();
}

/* For the look at the state under the lock, and for the store of FIRED that comes last. */
MODEL(explore_fire_drop, "07.8", "a timer is dropped, and its memory used again, while it fires; 2 threads")
{
    drop_meanwhile(fire);
}

/* For the first look at the state, which has no lock: what is READY is freed. */
MODEL(explore_fire_ready, "07.8",
      "a timer that fires is polled, and its memory used again if it is READY; 2 threads")
{
    const struct wf_waker waker = waker_of(&first);
    arm();
    pthread_t thread = start(fire);
    bool ready = wf_timer_poll(&timer, &waker) == WF_READY;
    if (ready)
        memset(&timer, 0, sizeof timer);
    pthread_join(thread, NULL);
    interleave_expect(wf_load_relaxed(&first.wakes) == 1, "the timer's waker is woken, once", "%d wakes",
                      wf_load_relaxed(&first.wakes));
    if (!ready)
        wf_timer_drop(&timer);
    end();
}

/* It is polled with another waker while `run` ends it, on the other thread. */
static void poll_meanwhile(void *(*run)(void *arg), int status)
{
    const struct wf_waker old = waker_of(&first), new = waker_of(&second);
    pthread_t thread = start(run);
    bool ready = wf_timer_poll(&timer, &new) == WF_READY;
    pthread_join(thread, NULL);
    int wakes = wf_load_relaxed(&first.wakes) + wf_load_relaxed(&second.wakes);
    interleave_expect(wakes <= 1, "a timer wakes once at most", "%d wakes", wakes);
    interleave_expect(ready || wf_load_relaxed(&second.wakes) == 1,
                      "the poll that was PENDING has its waker woken", "it was not");
    interleave_expect(wf_timer_poll(&timer, &old) == WF_READY, "READY once the timer has fired", "PENDING");
    interleave_expect(wf_timer_status(&timer) == status, "it says why it is over", "its status is %d",
                      wf_timer_status(&timer));
    wf_timer_drop(&timer);
}

/* For the second look at the state, under the lock, once the new waker is cloned. */
MODEL(explore_fire_poll, "07.7", "a timer is polled with another waker while it fires; 2 threads")
{
    arm();
    poll_meanwhile(fire, 0);
    end();
}

/* For the lock that is taken: the driver's of the first poll, not of the runtime around. */
MODEL(explore_fire_poll_elsewhere, "07.7",
      "a timer is polled in another runtime, with another waker, while it fires; 2 threads")
{
    struct wf_time_driver *other = wf_time_driver_new(NULL, true);
    struct wf_context elsewhere = {.time_driver = other};
    assert(other);
    arm();
    wf_context_enter(&elsewhere);
    poll_meanwhile(fire, 0);
    wf_context_leave(&elsewhere);
    wf_park_drop(&other->park);
    end();
}

/* --- two runtimes --- */

static struct wf_time_driver *other_driver;
static struct wf_timer
    other_timer; /* of the other driver; its owner is the first one's thread, and that of `timer` the other */

/* All that an owner does to an armed timer, in a runtime that is not the timer's. */
static void act_elsewhere(struct wf_timer *of, struct counted *counted)
{
    const struct wf_waker new = waker_of(counted);
    assert(wf_timer_poll(of, &new) == WF_PENDING);
    wf_timer_reset(of, wf_now() + UINT64_C(2) * WF_TICK_NS);
    wf_timer_drop(of);
}

static void *act_in_the_other_runtime(void *arg)
{
    (void)arg;
    interleave_thread_name("the other owner");
    struct wf_context elsewhere = {.time_driver = other_driver};
    wf_context_enter(&elsewhere);
    act_elsewhere(&timer, &second);
    wf_context_leave(&elsewhere);
    return NULL;
}

/* For the one lock that a call takes: two, in the sequence of where the callers are, would wait for each other. */
MODEL(explore_crosswise, "07.8",
      "each of two timers is polled, reset and dropped in the runtime of the other; 2 threads")
{
    const struct wf_waker waker = waker_of(&second);
    other_driver = wf_time_driver_new(NULL, true);
    struct wf_context elsewhere = {.time_driver = other_driver};
    assert(other_driver);
    arm();
    wf_context_enter(&elsewhere);
    wf_timer_init(&other_timer, wf_now() + WF_TICK_NS);
    assert(wf_timer_poll(&other_timer, &waker) == WF_PENDING);
    wf_context_leave(&elsewhere);
    pthread_t thread = start(act_in_the_other_runtime);
    act_elsewhere(&other_timer, &first);
    pthread_join(thread, NULL);
    interleave_expect(wf_load_relaxed(&other_driver->armed) == 0, "no timer is in the other driver", "one is");
    wf_park_drop(&other_driver->park);
    end();
}

/* --- the driver is shut down --- */

/* For the second look as well: what is over need not have fired. */
MODEL(explore_close_poll, "07.10",
      "a timer is polled with another waker while its driver is shut down; 2 threads")
{
    arm();
    poll_meanwhile(close_driver, WF_ECLOSED);
    end();
}

/* For the driver's word that it is closed, which is asked for under the lock. */
MODEL(explore_close_first_poll, "07.10", "a timer is polled first while its driver is shut down; 2 threads")
{
    const struct wf_waker waker = waker_of(&first);
    begin(true);
    pthread_t thread = start(close_driver);
    bool ready = wf_timer_poll(&timer, &waker) == WF_READY;
    pthread_join(thread, NULL);
    interleave_expect(ready || wf_load_relaxed(&first.wakes) == 1,
                      "the poll that was PENDING has its waker woken", "it was not");
    interleave_expect(wf_timer_poll(&timer, &waker) == WF_READY, "READY after the shutdown", "PENDING");
    interleave_expect(wf_timer_status(&timer) == WF_ECLOSED, "it is closed", "its status is %d",
                      wf_timer_status(&timer));
    wf_timer_drop(&timer);
    end();
}

/* Between the driver's word that it is closed and its last look at the wheel it refuses the timer, which nobody else wakes then. */
MODEL(explore_close_reset, "07.10", "a timer is reset to later while its driver is shut down; 2 threads")
{
    const struct wf_waker again = waker_of(&second);
    arm();
    pthread_t thread = start(close_driver);
    wf_timer_reset(&timer, wf_now() + UINT64_C(2) * WF_TICK_NS);
    pthread_join(thread, NULL);
    interleave_expect(wf_load_relaxed(&first.wakes) == 1, "the timer's waker is woken, once", "%d wakes",
                      wf_load_relaxed(&first.wakes));
    interleave_expect(wf_timer_poll(&timer, &again) == WF_READY, "READY after the shutdown", "PENDING");
    interleave_expect(wf_timer_status(&timer) == WF_ECLOSED, "it is closed", "its status is %d",
                      wf_timer_status(&timer));
    wf_timer_drop(&timer);
    end();
}

/* For the look at the state under the lock, as in explore_fire_drop. */
MODEL(explore_close_drop, "07.10",
      "a timer is dropped, and its memory used again, while its driver is shut down; 2 threads")
{
    drop_meanwhile(close_driver);
}

/* For the look at the state under the lock: a timer that has fired meanwhile is not in the wheel, and has no waker. */
MODEL(explore_fire_reset, "07.9", "a timer is reset to later while it fires, then fires; 2 threads")
{
    const struct wf_waker waker = waker_of(&first);
    begin(true);
    assert(wf_timer_poll(&timer, &waker) == WF_PENDING);
    pthread_t thread = start(fire);
    wf_timer_reset(&timer, wf_now() + UINT64_C(2) * WF_TICK_NS);
    pthread_join(thread, NULL);
    int wakes = wf_load_relaxed(&first.wakes);
    assert(wakes <= 1);
    bool pending = wf_timer_poll(&timer, &waker) == WF_PENDING;
    interleave_expect(pending, "PENDING before the new deadline", "READY");
    wf_time_driver_advance(driver, UINT64_C(3) * WF_TICK_NS);
    interleave_expect(wf_load_relaxed(&first.wakes) == wakes + 1, "the new deadline wakes", "it does not");
    interleave_expect(wf_timer_poll(&timer, &waker) == WF_READY, "READY once the timer has fired", "PENDING");
    wf_timer_drop(&timer);
    end();
}

/* It is reset into the past while `run` ends it, on the other thread: that one wakes, or the reset does, not both. */
static void reset_into_the_past(void *(*run)(void *arg))
{
    const struct wf_waker again = waker_of(&second);
    arm();
    pthread_t thread = start(run);
    wf_timer_reset(&timer, 0);
    pthread_join(thread, NULL);
    interleave_expect(wf_load_relaxed(&first.wakes) == 1, "the timer's waker is woken, once", "%d wakes",
                      wf_load_relaxed(&first.wakes));
    interleave_expect(wf_timer_poll(&timer, &again) == WF_READY, "READY: the deadline has passed", "PENDING");
    wf_timer_drop(&timer);
    end();
}

MODEL(explore_fire_reset_late, "07.9", "a timer is reset into the past while it fires; 2 threads")
{
    reset_into_the_past(fire);
}

MODEL(explore_close_reset_late, "07.10",
      "a timer is reset into the past while its driver is shut down; 2 threads")
{
    reset_into_the_past(close_driver);
}

/* --- a driver that sleeps --- */

static struct wf_timer late;

static void *sleep_in_driver(void *arg)
{
    (void)arg;
    interleave_thread_name("driver");
    struct wf_context own = {.time_driver = driver};
    wf_context_enter(&own);
    while (wf_load_relaxed(&first.wakes) == 0)
        (void)wf_park(&driver->park, WF_FOREVER);
    wf_context_leave(&own);
    return NULL;
}

/* One timer is far away, the driver sleeps for it; this one comes to be earlier. */
static void arm_earlier(bool by_reset)
{
    const struct wf_waker waker = waker_of(&first), other = waker_of(&second);
    begin(false);
    /* by a reset on one level: so no slot is opened before. Else behind all early timeouts. */
    wf_timer_init(&late, wf_now() + (by_reset ? UINT64_C(50) : UINT64_C(1000)) * WF_TICK_NS);
    assert(wf_timer_poll(&late, &other) == WF_PENDING);
    wf_timer_init(&timer, wf_now() + UINT64_C(2) * WF_TICK_NS);
    if (by_reset) {
        wf_timer_init(&timer, wf_now() + UINT64_C(60) * WF_TICK_NS);
        (void)!wf_timer_poll(&timer, &waker);
    }
    pthread_t thread = start(sleep_in_driver);
    if (by_reset) {
        wf_timer_reset(&timer, wf_now() + UINT64_C(2) * WF_TICK_NS);
    } else if (wf_timer_poll(&timer, &waker) == WF_READY) {
        wake_by_ref(&first); /* time has passed: nothing was armed */
        wf_unpark(&driver->park);
    }
    pthread_join(thread, NULL);
    interleave_expect(wf_load_relaxed(&second.wakes) == 0, "the later timer has not fired", "it has");
    wf_timer_drop(&timer);
    wf_timer_drop(&late);
    end();
}

/* For the timer that is put into the wheel under the lock, and for the alarm behind it: the driver sleeps for another one, far away. */
MODEL(explore_earlier, "07.7", "a timer is armed that is earlier than what the driver sleeps for; 2 threads")
{
    arm_earlier(false);
}

/* The same for a timer that moves in the wheel. */
MODEL(explore_earlier_reset, "07.9", "a timer is reset to earlier than what the driver sleeps for; 2 threads",
      .timeouts = -1) /* time passes only when both wait: so the reset is not late */
{
    arm_earlier(true);
}
