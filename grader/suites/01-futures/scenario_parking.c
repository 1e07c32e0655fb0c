/**
 * @file scenario_parking.c
 * @brief Lab 01, several threads: parkers and their wakers.
 */
#include "scenario_parking.h"

#include <stdlib.h>

#include "actors.h"
#include "cond_gap.h"
#include "parcel.h"
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

static struct step_reply on_park(const struct step_park *step)
{
    return (struct step_reply){.a = actor_start(step->thread, job_park, step, sizeof *step)};
}

/* The owner may leave itself a permit. */
static void job_unpark_own(const void *arguments)
{
    const struct step_unpark_own *step = arguments;
    wf_park(parker_at(step->parker), 0); /* so that it has parked there before */
    write_parcel(step->value);
    wf_unpark(parker_at(step->parker));
    park(step->parker, step->deadline);
}

static struct step_reply on_unpark_own(const struct step_unpark_own *step)
{
    return (struct step_reply){.a = actor_start(step->thread, job_unpark_own, step, sizeof *step)};
}

static void job_park_at_gate(const void *arguments)
{
    const struct step_park_at_gate *step = arguments;
    wait_at_gate();
    park(step->parker, FOR_EVER);
}

static struct step_reply on_park_at_gate(const struct step_park_at_gate *step)
{
    return (struct step_reply){.a = actor_start(step->thread, job_park_at_gate, step, sizeof *step)};
}

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

static struct step_reply on_parks_in_a_row(const struct step_parks_in_a_row *step)
{
    return (struct step_reply){.a = actor_start(step->thread, job_parks_in_a_row, step, sizeof *step)};
}

static struct step_reply on_open_gate(const struct step_open_gate *step)
{
    (void)step;
    open_gate();
    return STEP_DONE;
}

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

static struct step_reply on_parker_waker(const struct step_parker_waker *step)
{
    *waker_at(step->waker) = wf_thread_parker_waker(parker_at(step->parker));
    return STEP_DONE;
}

static struct step_reply on_clone_waker(const struct step_clone_waker *step)
{
    *waker_at(step->waker) = wf_waker_clone(waker_at(step->of));
    return STEP_DONE;
}

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

static struct step_reply on_wake(const struct step_wake *step)
{
    wf_waker_wake(waker_at(step->waker));
    return STEP_DONE;
}

static struct step_reply on_wake_by_ref(const struct step_wake_by_ref *step)
{
    wf_waker_wake_by_ref(waker_at(step->waker));
    return STEP_DONE;
}

static struct step_reply on_drop_waker(const struct step_drop_waker *step)
{
    wf_waker_drop(waker_at(step->waker));
    return STEP_DONE;
}

static struct step_reply on_will_wake(const struct step_will_wake *step)
{
    return (struct step_reply){.a = wf_waker_will_wake(waker_at(step->left), waker_at(step->right))};
}

/* --- what is around them --- */

static struct step_reply on_live_bytes(const struct step_live_bytes *step)
{
    (void)step;
    return (struct step_reply){.a = (int64_t)wf_live_bytes()};
}

static struct step_reply on_spurious(const struct step_spurious *step)
{
    cond_gap_spurious((int)step->times);
    return STEP_DONE;
}

static struct step_reply on_wall_clock(const struct step_wall_clock *step)
{
    wall_clock_off(step->clock);
    return STEP_DONE;
}

static struct step_reply on_fail_allocation(const struct step_fail_allocation *step)
{
    wf_alloc_fail_at((uint32_t)step->nth);
    return STEP_DONE;
}

/* --- the scenario --- */

STEP_DISPATCH(perform, PARKING_STEPS)

static void begin(void)
{
}

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

const struct scenario scenario_parking = {"parking", begin, act, actors_join};
