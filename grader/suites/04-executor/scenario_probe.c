/**
 * @file scenario_probe.c
 * @brief Lab 04: probes, which run programs when they are polled and when they are dropped.
 */
#include "handover.h"
#include "scenario.h"
#include "stage.h"

enum next { GO_ON, STAY, LEAVE_PENDING, LEAVE_READY };

static struct probe probes[PROBES_MAX];

struct probe *probe_by_number(int64_t number)
{
    return &probes[scenario_in_range(number, PROBES_MAX)];
}

int64_t number_of(const struct probe *probe)
{
    return probe ? probe - probes : -1;
}

/* --- a waker that stands between: its datum is the probe, and it forwards to what the probe kept --- */

static void *between_clone(void *data)
{
    return data;
}

static void between_wake(void *data)
{
    struct probe *self = data;
    wf_waker_wake_by_ref(kept_waker(number_of(self)));
    /* two threads may wake it at once, and one of them shall do it. acq_rel: with all that led to it, on either side */
    const struct step_act *act = wf_exchange_acq_rel(&self->on_wake, NULL);
    if (act && self->on_each_wake)
        wf_store_release(&self->on_wake, act);
    if (act && !do_anywhere(self, act))
        scenario_broken("an act that a waker cannot do");
}

static void between_drop(void *data)
{
    (void)data;
}

static const struct wf_waker_ops between_ops = {
    .clone = between_clone, .wake = between_wake, .wake_by_ref = between_wake, .drop = between_drop};

/* --- and one whose datum is the task's own waker's: only its table tells that it is another --- */

static void alike_wake(void *data)
{
    between_wake(probe_by_number(number_of_task(data)));
}

static const struct wf_waker_ops alike_ops = {
    .clone = between_clone, .wake = alike_wake, .wake_by_ref = alike_wake, .drop = between_drop};

/* --- what is awaited --- */

static enum wf_poll eater_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct eater *self = (struct eater *)future;
    while (self->left < 0 || self->eaten < self->left) {
        if (self->gives_back) {
            if (!wf_budget_spend(cx->waker))
                return WF_PENDING;
            wf_budget_refund();
        } else if (wf_future_poll(&wf_consume(&self->consume)->future, cx) == WF_PENDING) {
            return WF_PENDING; /* a fresh one takes its place: it holds nothing */
        }
        self->eaten++;
        if (self->pauses && self->eaten == self->left / 2) {
            self->pauses = false;
            wf_waker_wake_by_ref(cx->waker);
            return WF_PENDING;
        }
    }
    return WF_READY;
}

static const struct wf_future_ops eater_ops = {.name = "eater", .poll = eater_poll, WF_FRAME(struct eater)};

static struct wf_future *eater(struct eater *eater, int64_t count, bool pauses, bool gives_back)
{
    *eater = (struct eater){
        .future = {.ops = &eater_ops}, .left = count, .pauses = pauses, .gives_back = gives_back};
    return &eater->future;
}

static struct wf_future *freely(struct probe *self, struct wf_future *inner)
{
    return &wf_unconstrained(&self->outer, inner)->future;
}

/* Each builds what its act awaits. */
#define AWAITED(step)                                                                                        \
    static struct wf_future *build_##step(struct probe *self __attribute__((unused)),                        \
                                          const struct step_##step *act __attribute__((unused)))
#define AWAITED_IS(step, future)                                                                             \
    AWAITED(step)                                                                                            \
    {                                                                                                        \
        return future;                                                                                       \
    }

AWAITED_IS(yield, &wf_yield(&self->yield)->future);
AWAITED_IS(consume, eater(&self->eater, act->units, false, false));

AWAITED(consume_freely)
{
    struct wf_future *inner = eater(&self->eater, act->units, act->how == FREELY_PENDING, false);
    return freely(self, act->how == FREELY_TWICE ? &wf_unconstrained(&self->inner, inner)->future : inner);
}

AWAITED_IS(refund_freely, freely(self, eater(&self->eater, act->units, false, true)));

AWAITED(race)
{
    self->branches[0] = eater(&self->eater, -1, false, false);
    self->branches[1] = &probe_by_number(act->task)->handle.future;
    return &wf_select(&self->select, self->branches, 2, WF_BIASED)->future;
}

AWAITED_IS(await, &probe_by_number(act->task)->handle.future);

AWAITED(run_local)
{
    struct wf_local_set *set = locals[scenario_in_range(act->set, LOCALS_MAX)];
    return &wf_local_set_run(&self->run, set, own_frame(act->body))->future;
}

AWAITED_IS(hold, freely(self, own_frame(act->probe)));
AWAITED_IS(scope, in_scope(self, act, own_frame(act->probe)));

#define BUILD_CASE(step, text, arguments_of_it)                                                              \
    case STEP_##step:                                                                                        \
        return build_##step(self, (const struct step_##step *)(const void *)act->arguments);

/* NULL: the act awaits nothing. */
static struct wf_future *child_of(struct probe *self, const struct step_act *act)
{
    switch (act->operation) {
        AWAIT_ACTS(BUILD_CASE, STEP_NOTHING)
    default:
        return NULL;
    }
}

static enum next await(struct probe *self, struct wf_cx *cx, const struct step_act *act)
{
    if (!self->awaits)
        self->child = child_of(self, act);
    if (!self->child)
        scenario_broken("no such act");
    self->awaits = true;
    const struct wf_waker between = {&between_ops, self};
    struct wf_cx through = {.waker = &between};
    if (wf_future_poll(self->child, self->between ? &through : cx) == WF_PENDING) {
        if (act->operation == STEP_consume)
            scenario_event(EVENT_CONSUMED, number_of(self), self->eater.eaten);
        return LEAVE_PENDING;
    }
    self->awaits = self->between = false;
    if (act->operation == STEP_consume || act->operation == STEP_consume_freely)
        scenario_event(EVENT_CONSUMED, number_of(self), self->eater.eaten);
    else if (act->operation == STEP_await)
        tell_joined(act->arguments[0], WF_READY);
    else if (act->operation == STEP_race)
        wf_future_drop(&self->eater.future); /* select borrows: the loser is still pending */
    return GO_ON;
}

/* One that is PENDING holds nothing: it need not be polled to its end. One that is READY did not give way. */
static enum next begin_yield(struct probe *self, const struct wf_waker *waker)
{
    struct wf_cx cx = {.waker = waker};
    return wf_future_poll(&wf_yield(&self->yield)->future, &cx) == WF_PENDING ? GO_ON : LEAVE_READY;
}

/* --- frames --- */

static enum wf_poll frame_poll(struct wf_future *future, struct wf_cx *cx);
static void frame_drop(struct wf_future *future);

static const struct wf_future_ops frame_ops = {
    .name = "probe", .poll = frame_poll, .drop = frame_drop, WF_FRAME(struct frame)};

int64_t number_of_task(const struct wf_task *task)
{
    return ((const struct frame *)(const void *)task->frame)->number;
}

/* Frames of tasks, not of roots and bodies, that are neither READY nor dropped. relaxed: it is only counted. */
static WF_ATOMIC(int) alive;

static void count_task(const struct frame *frame, int change)
{
    if (frame != &probe_by_number(frame->number)->own)
        wf_fetch_add_relaxed(&alive, change);
}

int tasks_alive(void)
{
    return wf_load_relaxed(&alive);
}

void build_frame(struct frame *frame, int64_t number)
{
    *frame = (struct frame){.future = {.ops = &frame_ops}, .number = (int)number};
    count_task(frame, 1);
}

struct wf_future *own_frame(int64_t number)
{
    struct frame *frame = &probe_by_number(number)->own;
    build_frame(frame, number);
    return &frame->future;
}

/* --- the acts of a poll --- */

#define IN_POLL(step)                                                                                        \
    static enum next poll_##step(struct probe *self __attribute__((unused)),                                 \
                                 struct wf_cx *cx __attribute__((unused)),                                   \
                                 const struct step_##step *act __attribute__((unused)))
#define IN_POLL_IS(step, call, what_follows)                                                                 \
    IN_POLL(step)                                                                                            \
    {                                                                                                        \
        call;                                                                                                \
        return what_follows;                                                                                 \
    }

IN_POLL_IS(pend, self->next++, LEAVE_PENDING);
IN_POLL_IS(rest, , LEAVE_PENDING);
IN_POLL_IS(wait, , atomic_exchange(&self->may_go_on, false) ? GO_ON : LEAVE_PENDING);

IN_POLL(until)
{
    if (atomic_exchange(&self->may_go_on, false))
        return GO_ON;
    self->next = (int)act->to;
    return STAY;
}

IN_POLL_IS(ready, , LEAVE_READY);
IN_POLL_IS(wake_self, wf_waker_wake_by_ref(cx->waker), GO_ON);
IN_POLL_IS(spin, wf_waker_wake_by_ref(cx->waker), LEAVE_PENDING);
IN_POLL_IS(keep, keep(self, cx->waker), GO_ON);

IN_POLL(begin_yield)
{
    const struct wf_waker between = {&between_ops, self};
    const struct wf_waker alike = {&alike_ops, cx->waker->data};
    return begin_yield(self, act->behind == WAKER_BETWEEN ? &between
                             : act->behind == WAKER_ALIKE ? &alike
                                                          : cx->waker);
}

IN_POLL(pong)
{
    self->next++;
    rally_return();
    return LEAVE_PENDING;
}

IN_POLL_IS(go_to, self->next = (int)act->to, STAY);

IN_POLL(repeat)
{
    if (++self->repeated[self->next] > act->times) {
        self->repeated[self->next] = 0;
        return GO_ON;
    }
    self->next = (int)act->to;
    return STAY;
}

/* The act behind the one at hand, which rides in it. */
static const struct step_act *rider(struct probe *self)
{
    return &self->poll.acts[++self->next];
}

IN_POLL_IS(at_lock, run_aside_at_lock(rider(self), act->nth), GO_ON);
IN_POLL_IS(at_unlock, run_aside_at_unlock(rider(self), act->nth), GO_ON);

IN_POLL(on_wake)
{
    self->between = true;
    self->on_each_wake = act->how_often == EACH_TIME;
    wf_store_release(&self->on_wake, rider(self)); /* for the thread that wakes */
    return GO_ON;
}

IN_POLL_IS(aside, run_aside(rider(self)), GO_ON);

#define POLL_CASE(step, text, arguments_of_it)                                                               \
    case STEP_##step:                                                                                        \
        return poll_##step(self, cx, (const struct step_##step *)(const void *)act->arguments);

static enum next step(struct probe *self, struct wf_cx *cx)
{
    if (self->next >= self->poll.count)
        return LEAVE_READY;
    const struct step_act *act = &self->poll.acts[self->next];
    switch (act->operation) {
        POLL_ACTS(POLL_CASE, STEP_NOTHING)
        ASIDE(POLL_CASE, STEP_NOTHING)
    default:
        return do_anywhere(self, act) ? GO_ON : await(self, cx, act);
    }
}

static enum wf_poll frame_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = probe_by_number(((struct frame *)future)->number);
    self->polls++;
    if (!self->quiet)
        scenario_event(EVENT_POLLED, number_of(self), self->polls);
    for (;;) {
        switch (step(self, cx)) {
        case GO_ON:
            self->next++;
            break;
        case STAY:
            break;
        case LEAVE_PENDING:
            return WF_PENDING;
        case LEAVE_READY:
            count_task((struct frame *)future, -1);
            scenario_event(EVENT_READY, number_of(self), 0);
            return WF_READY;
        }
    }
}

static void frame_drop(struct wf_future *future)
{
    struct probe *self = probe_by_number(((struct frame *)future)->number);
    count_task((struct frame *)future, -1);
    scenario_event(EVENT_DROPPED, number_of(self), 0);
    if (self->awaits) {
        self->awaits = false;
        wf_future_drop(self->child);
        if (self->child == &self->select.future)
            wf_future_drop(&self->eater.future);
    }
    run_for(self, &self->drop);
}

void set_program(bool drop, int64_t range, const struct program *program)
{
    for (int64_t number = RANGE_FIRST(range); number <= RANGE_LAST(range); number++) {
        struct probe *probe = probe_by_number(number);
        *(drop ? &probe->drop : &probe->poll) = *program;
        if (drop)
            continue;
        probe->drop.count = 0;
        probe->next = 0;
        probe->polls = 0;
        probe->quiet = probe->between = false;
        wf_store_relaxed(&probe->on_wake, NULL); /* the driver's step comes before any wake that counts */
        atomic_store(&probe->may_go_on, false);
        for (int i = 0; i < PROGRAM_MAX; i++)
            probe->repeated[i] = 0;
    }
}

void release_probes(void)
{
    synchronise();
    for (int64_t number = 0; number < PROBES_MAX; number++) {
        wf_waker_drop(&probes[number].kept);
        release_handles(&probes[number]);
    }
}
