/**
 * @file scenario_time.c
 * @brief Lab 07: sleeps, timeouts and ticks on a paused clock, polled by hand.
 */
#include <stdlib.h>

#include "mocks.h"
#include "stage.h"
#include "weft/test_clock.h"
#include "weft/time.h"

/* --- the clock --- */

static struct wf_test_clock clock_of_test;
static struct wf_time_driver *other; /* of another runtime, whose clock began at the same instant; or NULL */
static uint64_t began_ns;
static int64_t calls_under_lock;

struct wf_time_driver *driver(void)
{
    return clock_of_test.context.time_driver;
}

int64_t since_begin(uint64_t instant_ns)
{
    return instant_ns == WF_FOREVER ? -1 : (int64_t)(instant_ns - began_ns);
}

static bool is_locked(struct wf_time_driver *of)
{
    if (of && pthread_mutex_trylock(&of->lock) != 0)
        return true;
    if (of)
        pthread_mutex_unlock(&of->lock);
    return false;
}

void see_lock(void)
{
    if ((is_locked(driver()) || is_locked(other)) && calls_under_lock++ < 3)
        scenario_event(EVENT_UNDER_LOCK, 0, 0);
}

static ON_STEP(now, ANSWERS(since_begin(wf_now())));
static ON_STEP(advance, DONE_BY(wf_test_clock_advance((uint64_t)step->duration)));
static ON_STEP(park, DONE_BY((void)wf_park(&driver()->park, wf_add_ns(wf_now(), (uint64_t)step->duration))));
static ON_STEP(held, (struct step_reply){(int64_t)wf_load_relaxed(&driver()->armed), calls_under_lock});
static ON_STEP(shutdown, DONE_BY(wf_park_shutdown(&driver()->park)));

/* --- places --- */

static struct wf_time_driver *elsewhere(void)
{
    if (!other)
        other = wf_time_driver_new(NULL, true);
    if (!other)
        scenario_broken("no memory for a clock");
    return other;
}

/* The current context is in this place from now on; or there is none until this thread goes elsewhere. */
static void go_to(int64_t place)
{
    static struct wf_context *left;
    struct wf_time_driver *const drivers[] = {driver(), place == OTHER_RUNTIME ? elsewhere() : NULL, NULL,
                                              NULL};
    if (!wf_context_current)
        wf_context_current = left;
    wf_context_current->time_driver = drivers[scenario_in_range(place, 4)];
    if (place == WITHOUT_CONTEXT) {
        left = wf_context_current;
        wf_context_current = NULL;
    }
}

static struct step_reply on_end_elsewhere(const struct step_end_elsewhere *step)
{
    (void)step;
    go_to(OTHER_RUNTIME);
    if (!other->closed)
        wf_park_shutdown(&other->park);
    go_to(THIS_RUNTIME);
    wf_park_drop(&other->park);
    other = NULL;
    return STEP_DONE;
}

static ON_STEP(advance_elsewhere, DONE_BY(wf_time_driver_advance(elsewhere(), (uint64_t)step->duration)));
static ON_STEP(held_elsewhere, ANSWERS((int64_t)wf_load_relaxed(&elsewhere()->armed)));

/* --- wakers: each call looks at the lock --- */

static int64_t meanwhile = -1; /* what the next clone does; -1: nothing */
static ON_STEP(meanwhile, DONE_BY(meanwhile = step->what));

static struct counted {
    struct wf_waker waker;
    int64_t clones, wakes;
} wakers[WAKERS_MAX];

static void *counted_clone(void *data)
{
    see_lock();
    ((struct counted *)data)->clones++;
    int64_t what = meanwhile;
    meanwhile = -1;
    if (what == ADVANCES)
        wf_time_driver_advance(wf_time_driver_here(), WF_HOURS(1));
    if (what == CLOSES)
        wf_park_shutdown(&wf_time_driver_here()->park);
    return data;
}

static void counted_wake_by_ref(void *data)
{
    struct counted *self = data;
    see_lock();
    self->wakes++;
    scenario_event(EVENT_WOKEN, self - wakers, since_begin(wf_time_driver_now(driver())));
}

static void counted_drop(void *data)
{
    see_lock();
    ((struct counted *)data)->clones--;
}

static void counted_wake(void *data)
{
    counted_wake_by_ref(data);
    counted_drop(data);
}

static const struct wf_waker_ops counted_ops = {counted_clone, counted_wake, counted_wake_by_ref,
                                                counted_drop};

/* OWN_CLONES: each clone is an object of its own. The first one is the test's, and is no clone that could be given back. */
static struct own_clone {
    struct counted *of;
} first_of_all = {&wakers[OWN_CLONES]};

static void *own_clone_clone(void *data)
{
    struct own_clone *clone = mock_storage(sizeof *clone);
    clone->of = counted_clone(((struct own_clone *)data)->of);
    return clone;
}

static void own_clone_wake_by_ref(void *data)
{
    counted_wake_by_ref(((struct own_clone *)data)->of);
}

static void own_clone_drop(void *data)
{
    if (data == &first_of_all)
        return;
    counted_drop(((struct own_clone *)data)->of);
    free(data);
}

static void own_clone_wake(void *data)
{
    own_clone_wake_by_ref(data);
    own_clone_drop(data);
}

static const struct wf_waker_ops own_clone_ops = {own_clone_clone, own_clone_wake, own_clone_wake_by_ref,
                                                  own_clone_drop};

static struct counted *waker_at(int64_t number)
{
    return &wakers[scenario_in_range(number, WAKERS_MAX)];
}

static ON_STEP(waker, (struct step_reply){waker_at(step->waker)->clones, waker_at(step->waker)->wakes});

static struct step_reply on_clones(const struct step_clones *step)
{
    struct step_reply reply = mock_clones();
    (void)step;
    for (int i = 0; i < WAKERS_MAX; i++)
        reply.a += wakers[i].clones;
    return reply;
}

/* --- futures --- */

static struct wf_interval interval;

static uint64_t later(int64_t duration)
{
    return wf_add_ns(wf_now(), (uint64_t)duration);
}

#define FRAME(step, type) mock_frame((step)->future, sizeof(struct type))
static ON_STEP(sleep, DONE_BY(wf_sleep(FRAME(step, wf_sleep), (uint64_t)step->duration)));
static ON_STEP(sleep_until, DONE_BY(wf_sleep_until(FRAME(step, wf_sleep), later(step->duration))));
static ON_STEP(sleep_since, DONE_BY(wf_sleep_until(FRAME(step, wf_sleep), wf_now() - (uint64_t)step->ago)));

static struct step_reply reset_in(int64_t place, int64_t future, uint64_t deadline_ns)
{
    go_to(place);
    wf_sleep_reset((struct wf_sleep *)mock_future(future), deadline_ns);
    go_to(THIS_RUNTIME);
    return STEP_DONE;
}

static ON_STEP(reset, reset_in(step->place, step->future, later(step->duration)));
static ON_STEP(reset_since, reset_in(step->place, step->future, wf_now() - (uint64_t)step->ago));
static ON_STEP(timeout,
               DONE_BY(wf_timeout(FRAME(step, wf_timeout), (uint64_t)step->duration, mock_future(PROBE))));
static ON_STEP(timeout_at,
               DONE_BY(wf_timeout_at(FRAME(step, wf_timeout), later(step->duration), mock_future(PROBE))));
static ON_STEP(timeout_since, DONE_BY(wf_timeout_at(FRAME(step, wf_timeout), wf_now() - (uint64_t)step->ago,
                                                    mock_future(PROBE))));
static ON_STEP(interval,
               DONE_BY(wf_interval(&interval, (uint64_t)step->period, (enum wf_missed)step->missed)));
static ON_STEP(tick, DONE_BY(wf_interval_tick(FRAME(step, wf_interval_tick), &interval)));
static ON_STEP(due, ANSWERS(since_begin(interval.due_ns)));
static ON_STEP(next_due,
               ANSWERS((int64_t)wf_interval_next((enum wf_missed)step->missed, (uint64_t)step->due,
                                                 wf_add_ns((uint64_t)step->due, (uint64_t)step->late),
                                                 (uint64_t)step->period)));

static int64_t timers_seen; /* in the driver, when the inner future was polled last */
static ON_STEP(seen, ANSWERS(timers_seen));

static uint64_t inner_takes; /* so long does its next poll take */
static ON_STEP(inner_takes, DONE_BY(inner_takes = (uint64_t)step->duration));

/* The inner future is a leaf: it takes a unit, so it cannot be READY without one. */
static enum wf_poll leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    timers_seen = (int64_t)wf_load_relaxed(&driver()->armed);
    uint64_t takes = inner_takes;
    inner_takes = 0;
    if (takes > 0)
        wf_test_clock_advance(takes);
    if (wf_leaf_begin(cx->waker) == WF_EAGAIN) {
        bool armed = ((struct mock_probe *)future)->armed;
        ((struct mock_probe *)future)->armed = false;
        enum wf_poll poll = mock_probe_poll(future, cx);
        ((struct mock_probe *)future)->armed = armed;
        return poll;
    }
    return mock_probe_poll(future, cx);
}

static const struct wf_future_ops leaf_ops = {
    .name = "leaf", .poll = leaf_poll, .drop = mock_probe_drop, WF_FRAME(struct mock_probe)};

static ON_STEP(probe, DONE_BY(mock_probe(mock_frame(PROBE, sizeof(struct mock_probe)), PROBE, &leaf_ops)));
static ON_STEP(arm, mock_arm(PROBE, step->value));

/* --- polls and drops --- */

static uint32_t units_left;
static WF_ATOMIC(bool) canceled;

static struct step_reply on_poll(const struct step_poll *step)
{
    struct wf_future *future = mock_future(step->future);
    struct wf_cx cx = {.waker = &waker_at(step->waker)->waker};
    bool is_dry = step->surrounding == NO_UNIT || step->surrounding == CANCELED_DRY;
    bool is_canceled = step->surrounding == CANCELED || step->surrounding == CANCELED_DRY;
    struct wf_context context = {.constrained = step->surrounding != FREELY, .budget = is_dry ? 0 : 1};
    wf_store_relaxed(&canceled, is_canceled);
    context.canceled = is_canceled ? &canceled : NULL;
    go_to(step->place);
    if (step->place != WITHOUT_CONTEXT)
        wf_context_enter(&context);
    enum wf_poll poll = wf_future_poll(future, &cx);
    units_left = context.budget;
    if (step->place != WITHOUT_CONTEXT)
        wf_context_leave(&context);
    go_to(THIS_RUNTIME);
    int64_t out = 0;
    if (poll == WF_READY)
        out = future->ops->out_size == sizeof(int) ? *(int *)wf_future_out(future)
                                                   : since_begin(*(uint64_t *)wf_future_out(future));
    return (struct step_reply){poll, out};
}

static ON_STEP(units, ANSWERS(units_left));

static struct step_reply on_drop(const struct step_drop *step)
{
    go_to(step->place);
    struct step_reply reply = mock_drop(step->future);
    go_to(THIS_RUNTIME);
    return reply;
}

/* --- a timer without a future around it --- */

static struct wf_timer timer;

static struct step_reply on_timer(const struct step_timer *step)
{
    timer = (struct wf_timer){.deadline_ns = later(step->duration)};
    if (step->made == BY_INIT)
        wf_timer_init(&timer, later(step->duration));
    return STEP_DONE;
}

static struct step_reply on_timer_poll(const struct step_timer_poll *step)
{
    go_to(step->place);
    enum wf_poll poll = wf_timer_poll(&timer, &waker_at(step->waker)->waker);
    go_to(THIS_RUNTIME);
    return (struct step_reply){poll, wf_timer_status(&timer)};
}

static struct step_reply on_timer_drop(const struct step_timer_drop *step)
{
    go_to(step->place);
    wf_timer_drop(&timer);
    go_to(THIS_RUNTIME);
    return STEP_DONE;
}

/* --- the scenario --- */

static void begin(void)
{
    wf_test_clock_begin(&clock_of_test);
    mocks_begin(); /* within: so its events are seen */
    began_ns = wf_now();
    for (int i = 0; i < WAKERS_MAX; i++)
        wakers[i] = (struct counted){.waker = {&counted_ops, &wakers[i]}};
    wakers[OWN_CLONES].waker = (struct wf_waker){&own_clone_ops, &first_of_all};
    wakers[NO_WAKER].waker = (struct wf_waker){NULL, NULL};
}

static void end(void)
{
    mocks_end();
    if (other)
        wf_park_drop(&other->park);
    other = NULL;
    wf_test_clock_end(&clock_of_test);
}

STEP_SCENARIO(time, TIME_STEPS, begin, end)
