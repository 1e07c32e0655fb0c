/**
 * @file scenario_block_on.c
 * @brief Lab 01, several threads: block_on, and the futures that it runs.
 */
#include "actors.h"
#include "handover.h"
#include "scenario.h"
#include "scenario_parking.h"
#include "weft/block_on.h"
#include "weft/context.h"

/* Where a future keeps its waker, for another thread to wake. */
struct place {
    pthread_mutex_t lock;
    struct wf_waker kept; /* guarded by lock */
};

static void keep(struct place *place, const struct wf_waker *waker)
{
    keep_waker(&place->kept, &place->lock, waker);
}

static struct wf_waker take(struct place *place)
{
    return take_waker(&place->kept, &place->lock);
}

static void wake(void *place)
{
    struct wf_waker waker = take(place);
    wf_waker_wake(&waker);
}

/* --- the leaf: pending for a number of polls, then READY --- */

struct leaf {
    struct wf_future future;
    enum behaviour behaviour;
    int64_t polls_left;
    int polls;
    int out;
    struct place place;
};

static struct leaf leaf;

/* What a poll that is PENDING does. */
static void behave(struct wf_cx *cx)
{
    struct wf_waker clones[2];
    struct wf_ready inner;
    switch (leaf.behaviour) {
    case KEEPS_WAKER:
    case WAKES_BEFORE_PARK:
        break;
    case WAITS_AT_GATE:
        wait_at_gate(GATE);
        break;
    case NESTS:
        scenario_event(EVENT_BLOCK_ON_DONE, wf_block_on(&wf_ready(&inner, 0)->future),
                       0); /* must not return */
        break;
    case WAKES_TWO_CLONES:
        for (int i = 0; i < 2; i++)
            clones[i] = wf_waker_clone(cx->waker);
        for (int i = 0; i < 2; i++)
            wf_waker_wake(&clones[i]);
        break;
    case WAKES_TWICE:
    case WAKES_IN_POLL:
        clones[0] = wf_waker_clone(cx->waker);
        wf_waker_wake(&clones[0]);
        if (leaf.behaviour == WAKES_TWICE)
            wf_waker_wake_by_ref(cx->waker);
        break;
    }
}

static bool keeps_waker(void)
{
    return leaf.behaviour == KEEPS_WAKER || leaf.behaviour == WAKES_BEFORE_PARK ||
           leaf.behaviour == WAITS_AT_GATE;
}

/* Tells of a poll that does not begin with the whole budget; and takes a part of it, so that the next one shows who fills it. */
static void tell_budget(struct wf_cx *cx)
{
    const struct wf_context *context = wf_context_current;
    int64_t units = context->constrained ? (int64_t)context->budget : NO_BUDGET;
    if (units != WF_BUDGET && (context->constrained || leaf.polls > 0)) /* at first that is a matter of 01.24 */
        scenario_event(EVENT_BUDGET, units, 0);
    for (int unit = 0; unit < 3; unit++)
        (void)!wf_budget_spend(cx->waker);
}

static enum wf_poll leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    tell_budget(cx);
    leaf.polls++;
    int64_t seen = leaf.polls > 1 ? read_parcel() : 0;
    if (leaf.polls_left > 0 && keeps_waker())
        keep(&leaf.place, cx->waker);
    /* after the waker is kept: the judge may use it as soon as it sees this */
    scenario_event(EVENT_LEAF_POLLED, leaf.polls, seen);
    if (leaf.polls_left-- > 0) {
        behave(cx);
        return WF_PENDING;
    }
    struct wf_waker old = take(&leaf.place);
    wf_waker_drop(&old);
    leaf.out = leaf.polls;
    return WF_READY;
}

static const struct wf_future_ops leaf_ops = {.name = "leaf", .poll = leaf_poll, WF_FRAME(struct leaf)};

struct step_reply on_leaf(const struct step_leaf *step)
{
    actors_join();
    leaf = (struct leaf){
        .future = {.ops = &leaf_ops},
        .behaviour = (enum behaviour)step->behaviour,
        .polls_left = step->polls,
        .place = {.lock = PTHREAD_MUTEX_INITIALIZER},
    };
    return STEP_DONE;
}

struct step_reply on_wake_leaf(const struct step_wake_leaf *step)
{
    write_parcel(step->value);
    struct wf_waker kept = take(&leaf.place);
    struct step_reply reply = {.a = kept.ops != NULL};
    wf_waker_wake(&kept);
    return reply;
}

ON_STEP(take_waker, DONE_BY(*waker_at(step->waker) = clone_kept_waker(&leaf.place.kept, &leaf.place.lock)));

/* --- block_on of it --- */

/* Of the events of the runtime only the begin of a park matters here: it wakes the leaf in the gap between its poll and the
 * sleep, once for each poll. */
static void on_event(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    if (event->kind != WF_EVENT_PARK || leaf.behaviour != WAKES_BEFORE_PARK)
        return; /* telling of it takes a lock, which would publish what the wake should */
    scenario_event(EVENT_PARK_BEGINS, 0, 0);
    wake(&leaf.place);
}

static struct wf_event_hook event_hook = {on_event};

static void job_block_on(const void *arguments)
{
    const struct step_block_on *step = arguments;
    struct wf_context context = {.event_hook = &event_hook};
    wf_context_enter(&context);
    int status = wf_block_on(&leaf.future);
    scenario_event(EVENT_BLOCK_ON_DONE, status, leaf.out);
    if (step->again) {
        struct wf_ready ready;
        status = wf_block_on(&wf_ready(&ready, 1)->future);
        scenario_event(EVENT_BLOCK_ON_DONE, status, ready.out);
    }
    wf_context_leave(&context);
}

ON_STEP(block_on, run_on(step->thread, job_block_on, step, sizeof *step));

/* --- several block_on at once: each thread has a future of its own --- */

struct lone {
    struct wf_future future;
    struct place place;
    WF_ATOMIC(bool) open; /* released by who wakes */
    int out;
};

static struct lone lones[ACTORS_MAX];

static enum wf_poll lone_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct lone *self = (struct lone *)future;
    keep(&self->place, cx->waker);
    if (!wf_load_acquire(&self->open)) /* after the waker is kept: whatever opens it wakes after that */
        return WF_PENDING;
    struct wf_waker kept = take(&self->place);
    wf_waker_drop(&kept);
    return WF_READY;
}

static const struct wf_future_ops lone_ops = {.name = "lone", .poll = lone_poll, WF_FRAME(struct lone)};

static void job_lone(const void *arguments)
{
    const struct step_lone_block_on *step = arguments;
    int status = wf_block_on(&lones[step->thread].future);
    scenario_event(EVENT_BLOCK_ON_DONE, status, 0);
}

struct step_reply on_lone_block_on(const struct step_lone_block_on *step)
{
    lones[scenario_in_range(step->thread, ACTORS_MAX)] =
        (struct lone){.future = {.ops = &lone_ops}, .place = {.lock = PTHREAD_MUTEX_INITIALIZER}};
    return run_on(step->thread, job_lone, step, sizeof *step);
}

struct step_reply on_lone_wake(const struct step_lone_wake *step)
{
    struct lone *lone = &lones[scenario_in_range(step->thread, ACTORS_MAX)];
    wf_store_release(&lone->open, true);
    wake(&lone->place);
    return STEP_DONE;
}

/* --- a storm: one thread blocks on a leaf, this one wakes it as fast as it comes back --- */

static struct storm {
    struct wf_future future;
    struct place place;
    int64_t rounds_left;
    int out;
} storm;

static enum wf_poll storm_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    if (storm.rounds_left-- == 0)
        return WF_READY;
    keep(&storm.place, cx->waker);
    rally_return();
    return WF_PENDING;
}

static const struct wf_future_ops storm_ops = {.name = "storm", .poll = storm_poll, WF_FRAME(struct storm)};

static void job_storm(const void *arguments)
{
    (void)arguments;
    int status = wf_block_on(&storm.future);
    scenario_event(EVENT_BLOCK_ON_DONE, status, 0);
}

struct step_reply on_storm(const struct step_storm *step)
{
    actors_join();
    storm = (struct storm){.future = {.ops = &storm_ops},
                           .rounds_left = step->rounds,
                           .place = {.lock = PTHREAD_MUTEX_INITIALIZER}};
    rally_begin();
    run_on(step->thread, job_storm, step, sizeof *step);
    rally(step->rounds, step->spin, wake, &storm.place);
    return STEP_DONE;
}
