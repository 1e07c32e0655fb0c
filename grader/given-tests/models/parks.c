/**
 * @file parks.c
 * @brief Models of the given parks: workers that share a driver, its watch, and a paused clock that is held.
 *
 * The driver of the shared park is a thread parker. A sleep that nobody ends is a deadlock, which the engine finds.
 */
#include "interleave.h"

#include <assert.h>
#include <pthread.h>
#include <semaphore.h>

#include "weft/context.h"
#include "weft/detail/shared_park.h"
#include "weft/detail/time_driver.h"
#include "weft/park.h"
#include "weft/time.h"

static pthread_t start(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

/* --- two workers, one driver, no watch --- */

static struct wf_shared_driver shared;
static struct wf_park *driver, *parks[2];
static WF_ATOMIC(bool) told[2];
static int letters[2]; /* plain: written before an unpark, read behind the park that takes its permit */

static void begin(void)
{
    driver = wf_thread_parker_new();
    assert(driver);
    shared = (struct wf_shared_driver){.driver = driver};
    interleave_name(&shared.taken, "taken");
    for (int i = 0; i < 2; i++) {
        parks[i] = wf_shared_park_new(&shared);
        assert(parks[i]);
        letters[i] = 0;
        wf_store_relaxed(&told[i], false);
    }
}

static void end(pthread_t first, pthread_t second)
{
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    for (int i = 0; i < 2; i++)
        wf_park_drop(parks[i]);
    wf_thread_parker_drop(driver);
}

static void *sleep_once(void *number)
{
    int self = *(int *)number;
    interleave_thread_name(self ? "worker 1" : "worker 0");
    assert(wf_park(parks[self], WF_FOREVER) == WF_PARK_WOKEN);
    interleave_expect(letters[self] == self + 1, "the letter that was written before the unpark is there",
                      "it is not");
    return NULL;
}

static int numbers[2] = {0, 1};

MODEL(explore_shared_unparks, "G.76",
      "two workers sleep, in the driver and beside it, and a third thread unparks each; 3 threads")
{
    begin();
    pthread_t first = start(sleep_once, &numbers[0]), second = start(sleep_once, &numbers[1]);
    for (int i = 0; i < 2; i++) {
        letters[i] = i + 1;
        wf_unpark(parks[i]);
    }
    end(first, second);
}

/* Its time may be over while its unpark is on its way to the driver, in which the other one sleeps by then. */
static void *sleep_a_while(void *number)
{
    (void)wf_park(parks[*(int *)number], wf_now() + 1000);
    return NULL;
}

static void *sleep_until_told(void *number)
{
    int self = *(int *)number;
    while (!wf_load_relaxed(&told[self]))
        (void)wf_park(parks[self], WF_FOREVER);
    return NULL;
}

MODEL(explore_shared_late_unpark, "G.76",
      "an unpark of the driver comes late, and ends the sleep of another worker; 3 threads", .timeouts = 1)
{
    begin();
    pthread_t first = start(sleep_a_while, &numbers[0]), second = start(sleep_until_told, &numbers[1]);
    wf_unpark(parks[0]);
    wf_store_relaxed(&told[1], true);
    wf_unpark(parks[1]);
    end(first, second);
}

/* --- a paused clock that is held --- */

static struct wf_time_driver *timed;
static WF_ATOMIC(bool) answered;

static void *clone_nothing(void *data)
{
    return data;
}

static void do_nothing(void *data)
{
    (void)data;
}

static const struct wf_waker_ops nothing = {clone_nothing, do_nothing, do_nothing, do_nothing};

/* As a blocking call that ends: it wakes its task, and then holds the clock no more. */
static void *answer(void *arg)
{
    (void)arg;
    interleave_thread_name("call");
    wf_store_relaxed(&answered, true);
    wf_unpark(&timed->park);
    wf_time_driver_unhold(timed);
    return NULL;
}

MODEL(explore_held_clock, "G.147",
      "a call ends while a runtime parks on a paused clock, with a timer to go on to; 2 threads")
{
    struct wf_timer timer;
    const struct wf_waker none = {&nothing, NULL};
    timed = wf_time_driver_new(NULL, true);
    assert(timed);
    struct wf_context context = {.time_driver = timed};
    wf_context_enter(&context);
    wf_store_relaxed(&answered, false);
    const uint64_t before = wf_now();
    wf_timer_init(&timer, before + WF_MILLISECONDS(1));
    assert(wf_timer_poll(&timer, &none) == WF_PENDING);
    wf_time_driver_hold(timed);
    pthread_t call = start(answer, NULL);
    while (!wf_load_relaxed(&answered)) {
        (void)wf_park(&timed->park, WF_FOREVER);
        interleave_expect(wf_now() == before, "the answer is there before time passes", "some has passed");
    }
    while (wf_timer_poll(&timer, &none) == WF_PENDING)
        (void)wf_park(&timed->park, WF_FOREVER); /* which may begin before the call has let the clock go */
    pthread_join(call, NULL);
    interleave_expect(wf_now() == before + WF_MILLISECONDS(1), "the clock goes on to the timer",
                      "it is elsewhere");
    wf_context_leave(&context);
    wf_park_drop(&timed->park);
}
