/**
 * @file scenario_parking.c
 * @brief Lab 01, several threads: parkers and their wakers.
 */
#include "scenario_parking.h"

#include <stdlib.h>

#include "actors.h"
#include "cond_gap.h"
#include "handover.h"
#include "scenario.h"
#include "wall_clock.h"
#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/park.h"

static struct wf_park *parkers[PARKERS_MAX];
static struct wf_waker wakers[WAKERS_MAX];

struct wf_waker *waker_at(int64_t number)
{
    return &wakers[scenario_in_range(number, WAKERS_MAX)];
}

static struct wf_park *parker_at(int64_t number)
{
    return parkers[scenario_in_range(number, PARKERS_MAX)];
}

struct step_reply run_on(int64_t thread, void (*job)(const void *arguments), const void *arguments,
                         size_t bytes)
{
    struct step_reply reply = {.a = actor_start(thread, job, arguments, bytes)};
    actor_begin(thread);
    return reply;
}

/* --- parkers --- */

static struct step_reply on_new_parker(const struct step_new_parker *step)
{
    struct wf_park *parker = wf_thread_parker_new();
    parkers[scenario_in_range(step->parker, PARKERS_MAX)] = parker;
    return (struct step_reply){.a = parker != NULL};
}

static struct step_reply on_drop_parker(const struct step_drop_parker *step)
{
    actors_join(); /* the owner parks no more */
    wf_thread_parker_drop(parker_at(step->parker));
    return STEP_DONE;
}

static struct step_reply on_unpark(const struct step_unpark *step)
{
    write_parcel(step->value);
    for (int64_t i = 0; i < step->times; i++)
        wf_unpark(parker_at(step->parker));
    return STEP_DONE;
}

static uint64_t deadline_of(int64_t argument)
{
    switch (argument) {
    case FOR_EVER:
        return WF_FOREVER;
    case BELOW_2_63:
        return ((uint64_t)1 << 63) - 1;
    case AT_2_63:
        return (uint64_t)1 << 63;
    case ABOVE_2_63:
        return ((uint64_t)1 << 63) + 1;
    case BELOW_FOR_EVER:
        return WF_FOREVER - 1;
    case AT_0:
        return 0;
    case AT_1:
        return 1;
    default:
        return wf_clock_ns() + (uint64_t)argument * 1000000u;
    }
}

static void park(int64_t parker, int64_t far)
{
    uint64_t deadline = deadline_of(far);
    enum wf_parked parked = wf_park(parker_at(parker), deadline);
    uint64_t now = wf_clock_ns();
    int64_t seen = parked == WF_PARK_WOKEN ? read_parcel() : 0;
    if (parked == WF_PARK_TIMED_OUT && deadline != WF_FOREVER)
        scenario_event(EVENT_PARK_LATE, (int64_t)(now - deadline), 0);
    scenario_event(EVENT_PARK_DONE, parked, seen);
}

static void job_park(const void *arguments)
{
    const struct step_park *step = arguments;
    park(step->parker, step->deadline);
}

static ON_STEP(park, run_on(step->thread, job_park, step, sizeof *step));

/* The owner may leave itself a permit. */
static void job_unpark_own(const void *arguments)
{
    const struct step_unpark_own *step = arguments;
    wf_park(parker_at(step->parker), 0); /* so that it has parked there before */
    write_parcel(step->value);
    wf_unpark(parker_at(step->parker));
    park(step->parker, step->deadline);
}

static ON_STEP(unpark_own, run_on(step->thread, job_unpark_own, step, sizeof *step));

static void job_park_at_gate(const void *arguments)
{
    const struct step_park_at_gate *step = arguments;
    wait_at_gate(GATE);
    park(step->parker, FOR_EVER);
}

static ON_STEP(park_at_gate, run_on(step->thread, job_park_at_gate, step, sizeof *step));

/* More often than a counter of 16 bits counts. */
static void job_parks_in_a_row(const void *arguments)
{
    const struct step_parks_in_a_row *step = arguments;
    struct wf_park *parker = parker_at(step->parker);
    int64_t woken = 0, timed_out = 0;
    for (int64_t i = 0; i < step->times; i++) {
        wf_unpark(parker);
        woken += wf_park(parker, WF_FOREVER) == WF_PARK_WOKEN;
        timed_out += wf_park(parker, 0) == WF_PARK_TIMED_OUT;
    }
    scenario_event(EVENT_ROW_DONE, woken, timed_out);
}

static ON_STEP(parks_in_a_row, run_on(step->thread, job_parks_in_a_row, step, sizeof *step));
static ON_STEP(open_gate, DONE_BY(open_gate(GATE)));

/* Unpark a thread that has decided to sleep, before it does. */
static struct step_reply on_unpark_in_gap(const struct step_unpark_in_gap *step)
{
    const struct step_park parking = {step->thread, step->parker, step->deadline};
    actors_join();
    cond_gap_arm();
    on_park(&parking);
    cond_gap_entered();
    write_parcel(step->value);
    cond_gap_waking();
    wf_unpark(parker_at(step->parker));
    cond_gap_woken();
    return STEP_DONE;
}

/* --- wakers --- */

static ON_STEP(parker_waker,
               DONE_BY(*waker_at(step->waker) = wf_thread_parker_waker(parker_at(step->parker))));
static ON_STEP(clone_waker, DONE_BY(*waker_at(step->waker) = wf_waker_clone(waker_at(step->of))));

static struct step_reply on_clone_often(const struct step_clone_often *step)
{
    struct wf_waker *clones = calloc((size_t)step->times, sizeof *clones);
    if (!clones)
        scenario_broken("no memory");
    for (int64_t i = 0; i < step->times; i++)
        clones[i] = wf_waker_clone(waker_at(step->of));
    for (int64_t i = 0; i < step->times; i++)
        wf_waker_drop(&clones[i]);
    free(clones);
    return STEP_DONE;
}

static ON_STEP(wake, DONE_BY(wf_waker_wake(waker_at(step->waker))));
static ON_STEP(wake_by_ref, DONE_BY(wf_waker_wake_by_ref(waker_at(step->waker))));
static ON_STEP(drop_waker, DONE_BY(wf_waker_drop(waker_at(step->waker))));
static ON_STEP(will_wake, ANSWERS(wf_waker_will_wake(waker_at(step->left), waker_at(step->right))));

/* --- what is around them --- */

static ON_STEP(live_bytes, ANSWERS((int64_t)wf_live_bytes()));
static ON_STEP(spurious, DONE_BY(cond_gap_spurious((int)step->times)));
static ON_STEP(wall_clock, DONE_BY(wall_clock_off(step->clock)));
static ON_STEP(fail_allocation, DONE_BY(wf_alloc_fail_at((uint32_t)step->nth)));

/* --- the scenario --- */

STEP_SCENARIO(parking, PARKING_STEPS, NULL, actors_join)
