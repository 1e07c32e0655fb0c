/**
 * @file scenario_many.c
 * @brief Lab 07: many timers at once, wakers that call back, two threads, and the real clock.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "mocks.h"
#include "stage.h"
#include "weft/current_thread.h"
#include "weft/test_clock.h"
#include "weft/time.h"

/* --- a sleep that counts what its waker is told --- */

struct counted_sleep {
    struct wf_sleep sleep;
    int64_t wakes, clones;
    uint64_t woken_ns; /* at the last wake */
    bool is_bomb;
};

static void flood_goes_off(void);

static void *count_clone(void *data)
{
    see_lock();
    ((struct counted_sleep *)data)->clones++;
    return data;
}

static void count_wake_by_ref(void *data)
{
    struct counted_sleep *self = data;
    see_lock();
    self->wakes++;
    self->woken_ns = wf_now();
    if (self->is_bomb)
        flood_goes_off();
}

static void count_drop(void *data)
{
    see_lock();
    ((struct counted_sleep *)data)->clones--;
}

static void count_wake(void *data)
{
    count_wake_by_ref(data);
    count_drop(data);
}

static const struct wf_waker_ops count_ops = {count_clone, count_wake, count_wake_by_ref, count_drop};

static enum wf_poll poll_counted(struct counted_sleep *self)
{
    const struct wf_waker waker = {&count_ops, self};
    struct wf_cx cx = {.waker = &waker};
    return wf_future_poll(&self->sleep.future, &cx);
}

static struct counted_sleep *new_counted(int64_t count)
{
    struct counted_sleep *sleeps = calloc((size_t)count, sizeof *sleeps);
    if (!sleeps)
        scenario_broken("no memory");
    return sleeps;
}

/* --- a crowd --- */

static struct counted_sleep *crowd;
static int64_t crowd_count;
static uint64_t crowd_begun_ns;

struct step_reply on_crowd(const struct step_crowd *step)
{
    crowd_count = scenario_in_range(step->count, CROWD_MAX + 1);
    crowd = new_counted(crowd_count);
    crowd_begun_ns = wf_now();
    for (int64_t i = 0; i < crowd_count; i++) {
        wf_sleep(&crowd[i].sleep, (uint64_t)(i * 7919 % crowd_count * MS));
        (void)!poll_counted(&crowd[i]);
    }
    for (int64_t i = 0; i < crowd_count; i++) {
        if (i % 10 == 3)
            wf_future_drop(&crowd[i].sleep.future);
        if (i % 10 == 4) {
            wf_sleep_reset(&crowd[i].sleep, wf_add_ns(crowd_begun_ns, (uint64_t)((i + 1) * MS)));
            (void)!poll_counted(&crowd[i]);
        }
    }
    return ANSWERS((int64_t)wf_load_relaxed(&driver()->armed));
}

struct step_reply on_crowd_now(const struct step_crowd_now *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int64_t i = 0; i < crowd_count; i++) {
        uint64_t ms = (uint64_t)(i % 10 == 4 ? i + 1 : i * 7919 % crowd_count);
        reply.a += crowd[i].wakes > 0;
        reply.b += crowd[i].wakes > 1 ||
                   (crowd[i].wakes == 1 && crowd[i].woken_ns < crowd_begun_ns + ms * WF_TICK_NS);
    }
    return reply;
}

struct step_reply on_crowd_end(const struct step_crowd_end *step)
{
    (void)step;
    for (int64_t i = 0; i < crowd_count; i++)
        if (!wf_future_is_dropped(&crowd[i].sleep.future))
            wf_future_drop(&crowd[i].sleep.future);
    free(crowd);
    crowd = NULL;
    return STEP_DONE;
}

/* --- a flood: one waker acts on all the others --- */

static struct counted_sleep *flood, *more;
static int64_t flood_count, flood_what;

static void flood_goes_off(void)
{
    for (int64_t i = 1; i < flood_count; i++) {
        switch (flood_what) {
        case DROPS:
            wf_future_drop(&flood[i].sleep.future);
            break;
        case RESETS:
            wf_sleep_reset(&flood[i].sleep, wf_add_ns(wf_now(), WF_HOURS(1)));
            break;
        case POLLS:
            (void)!poll_counted(&flood[i]);
            break;
        default:
            wf_sleep(&more[i].sleep, WF_MILLISECONDS(1));
            (void)!poll_counted(&more[i]);
            break;
        }
    }
}

struct step_reply on_flood(const struct step_flood *step)
{
    flood_count = scenario_in_range(step->count, FLOOD_MAX + 1);
    flood_what = step->what;
    flood = new_counted(flood_count);
    more = new_counted(flood_count);
    flood[0].is_bomb = true;
    for (int64_t i = 0; i < flood_count; i++) {
        wf_sleep(&flood[i].sleep, WF_MILLISECONDS(1));
        (void)!poll_counted(&flood[i]);
    }
    return STEP_DONE;
}

struct step_reply on_flood_now(const struct step_flood_now *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int64_t i = 0; i < flood_count; i++) {
        reply.a += flood[i].wakes + more[i].wakes;
        reply.b += flood[i].clones + more[i].clones;
    }
    return reply;
}

struct step_reply on_flood_end(const struct step_flood_end *step)
{
    (void)step;
    for (int64_t i = 0; i < flood_count; i++) {
        if (!wf_future_is_dropped(&flood[i].sleep.future))
            wf_future_drop(&flood[i].sleep.future);
        if (more[i].sleep.future.ops)
            wf_future_drop(&more[i].sleep.future);
    }
    free(flood);
    free(more);
    flood = more = NULL;
    return STEP_DONE;
}

/* --- a storm: the driver fires on one thread what another one polls, resets and drops --- */

static WF_ATOMIC(bool) storm_over;
static WF_ATOMIC(int64_t) storm_references;

static void *storm_clone(void *data)
{
    atomic_fetch_add_explicit(&storm_references, 1, memory_order_relaxed);
    return data;
}

static void storm_wake_by_ref(void *data)
{
    (void)data;
}

static void storm_drop(void *data)
{
    (void)data;
    atomic_fetch_sub_explicit(&storm_references, 1, memory_order_relaxed);
}

static const struct wf_waker_ops storm_ops = {storm_clone, storm_drop, storm_wake_by_ref, storm_drop};

static void *move_clock(void *arg)
{
    struct wf_context context = {.time_driver = arg};
    wf_context_enter(&context);
    while (!wf_load_relaxed(&storm_over))
        wf_test_clock_advance(WF_TICK_NS / 4);
    wf_context_leave(&context);
    return NULL;
}

struct step_reply on_storm(const struct step_storm *step)
{
    struct step_reply reply = STEP_DONE;
    static struct wf_waker wakers[2];
    wakers[0] = (struct wf_waker){&storm_ops, &wakers[0]};
    wakers[1] = (struct wf_waker){&storm_ops, &wakers[1]};
    pthread_t thread;
    wf_store_relaxed(&storm_over, false);
    if (pthread_create(&thread, NULL, move_clock, driver()) != 0)
        scenario_broken("no thread");
    for (int64_t round = 0; round < step->rounds; round++) {
        struct wf_sleep *sleep = mock_storage(sizeof *sleep); /* so that a driver that comes late is seen */
        uint64_t deadline = wf_now() + (uint64_t)(round % 3) * WF_TICK_NS / 2;
        wf_sleep_until(sleep, deadline);
        bool ready = false;
        for (int64_t poll = 0; !ready && poll < 2 + round % 5; poll++) {
            struct wf_cx cx = {.waker = &wakers[poll % 2]};
            ready = wf_future_poll(&sleep->future, &cx) == WF_READY;
            if (!ready && round % 4 == 1) {
                deadline = wf_now() + (uint64_t)(poll % 3) * WF_TICK_NS / 2;
                wf_sleep_reset(sleep, deadline);
            }
        }
        reply.a += ready;
        reply.b += ready && wf_now() < deadline;
        wf_future_drop(&sleep->future);
        free(sleep);
    }
    wf_store_relaxed(&storm_over, true);
    pthread_join(thread, NULL);
    if (wf_load_relaxed(&storm_references) != 0)
        reply.b = -wf_load_relaxed(&storm_references);
    return reply;
}

/* --- the real clock --- */

struct step_reply on_real(const struct step_real *step)
{
    struct wf_time_driver *real = wf_time_driver_new(NULL, false);
    struct wf_current_thread *runtime = real ? wf_current_thread_new(&real->park, NULL) : NULL;
    struct wf_context context = {.time_driver = real};
    struct timespec begun, ended;
    struct wf_sleep sleep;
    if (!runtime)
        scenario_broken("no runtime");
    wf_context_enter(&context);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    wf_sleep(&sleep, WF_MILLISECONDS((uint64_t)step->ms));
    wf_current_thread_block_on(runtime, &sleep.future);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    wf_current_thread_drop(runtime);
    wf_context_leave(&context);
    int64_t took = (ended.tv_sec - begun.tv_sec) * INT64_C(1000000000) + (ended.tv_nsec - begun.tv_nsec);
    return (struct step_reply){took - step->ms * MS, sleep.out};
}
