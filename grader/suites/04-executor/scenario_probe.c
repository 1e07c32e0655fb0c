/**
 * @file scenario_probe.c
 * @brief Lab 04: probes, which run programs when they are polled and when they are dropped.
 */
#include "scenario.h"
#include "stage.h"

enum next { GO_ON, STAY, LEAVE_PENDING, LEAVE_READY };

static struct probe probes[PROBES_MAX];

struct probe *probe_by_number(int64_t number)
{
    return &probes[in_range(number, PROBES_MAX)];
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
    struct parts parts = parts_of(wf_exchange_acq_rel(&self->on_wake, 0));
    if (parts.what)
        do_anywhere(self, parts.what, parts.a, parts.b);
}

static void between_drop(void *data)
{
    (void)data;
}

static const struct wf_waker_ops between_ops = {
    .clone = between_clone, .wake = between_wake, .wake_by_ref = between_wake, .drop = between_drop};

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

/* Build what the instruction awaits. */
static struct wf_future *child_of(struct probe *self, int what, int64_t a, int64_t b)
{
    switch (what) {
    case DO_YIELD:
        return &wf_yield(&self->yield)->future;
    case DO_CONSUME:
        return eater(&self->eater, a, false, false);
    case DO_CONSUME_FREELY: {
        struct wf_future *inner = eater(&self->eater, a, b == 1, false);
        return freely(self, b == 2 ? &wf_unconstrained(&self->inner, inner)->future : inner);
    }
    case DO_REFUND_FREELY:
        return freely(self, eater(&self->eater, a, false, true));
    case DO_RACE:
        self->branches[0] = eater(&self->eater, -1, false, false);
        self->branches[1] = &probe_by_number(a)->handle.future;
        return &wf_select(&self->select, self->branches, 2, WF_BIASED)->future;
    case DO_AWAIT:
        return &probe_by_number(a)->handle.future;
    case DO_RUN_LOCAL:
        return &wf_local_set_run(&self->run, locals[in_range(a, LOCALS_MAX)], own_frame(b))->future;
    case DO_SCOPE:
        return in_scope(self, a, own_frame(b));
    default: /* DO_HOLD */
        return freely(self, own_frame(a));
    }
}

static enum next await(struct probe *self, struct wf_cx *cx, int what, int64_t a, int64_t b)
{
    if (!self->awaits)
        self->child = child_of(self, what, a, b);
    self->awaits = true;
    const struct wf_waker between = {&between_ops, self};
    struct wf_cx through = {.waker = &between};
    if (wf_future_poll(self->child, self->between ? &through : cx) == WF_PENDING) {
        if (what == DO_CONSUME)
            scenario_event(EVENT_CONSUMED, number_of(self), self->eater.eaten);
        return STAY;
    }
    self->awaits = self->between = false;
    if (what == DO_CONSUME || what == DO_CONSUME_FREELY)
        scenario_event(EVENT_CONSUMED, number_of(self), self->eater.eaten);
    else if (what == DO_AWAIT)
        tell_joined(a, WF_READY);
    else if (what == DO_RACE)
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

/* --- programs --- */

static enum next step(struct probe *self, struct wf_cx *cx)
{
    if (self->next >= self->poll.count)
        return LEAVE_READY;
    struct parts parts = parts_of(self->poll.instructions[self->next]);
    switch (parts.what) {
    case DO_PEND:
        self->next++;
        return LEAVE_PENDING;
    case DO_WAIT:
        return atomic_exchange(&self->may_go_on, false) ? GO_ON : LEAVE_PENDING;
    case DO_UNTIL:
        if (atomic_exchange(&self->may_go_on, false))
            return GO_ON;
        self->next = (int)parts.a;
        return STAY;
    case DO_PONG:
        self->next++;
        pong();
        return LEAVE_PENDING;
    case DO_READY:
        return LEAVE_READY;
    case DO_GOTO:
        self->next = (int)parts.a;
        return STAY;
    case DO_REPEAT:
        if (++self->repeated[self->next] > parts.b) {
            self->repeated[self->next] = 0;
            return GO_ON;
        }
        self->next = (int)parts.a;
        return STAY;
    case DO_WAKE_SELF:
        wf_waker_wake_by_ref(cx->waker);
        return GO_ON;
    case DO_BEGIN_YIELD: {
        const struct wf_waker between = {&between_ops, self};
        return begin_yield(self, parts.a ? &between : cx->waker);
    }
    case DO_KEEP:
        keep(self, cx->waker);
        return GO_ON;
    case DO_ASIDE:
        run_aside(self->poll.instructions[++self->next]);
        return GO_ON;
    case DO_AT_UNLOCK:
        run_aside_at_unlock(self->poll.instructions[++self->next], parts.a);
        return GO_ON;
    case DO_ON_WAKE:
        self->between = true;
        wf_store_release(&self->on_wake,
                         self->poll.instructions[++self->next]); /* for the thread that wakes */
        return GO_ON;
    case DO_AT_LOCK:
        run_aside_at_lock(self->poll.instructions[++self->next], parts.a);
        return GO_ON;
    case DO_YIELD:
    case DO_CONSUME:
    case DO_CONSUME_FREELY:
    case DO_REFUND_FREELY:
    case DO_RACE:
    case DO_AWAIT:
    case DO_RUN_LOCAL:
    case DO_HOLD:
    case DO_SCOPE:
        return await(self, cx, parts.what, parts.a, parts.b) == STAY ? LEAVE_PENDING : GO_ON;
    default:
        do_anywhere(self, parts.what, parts.a, parts.b);
        return GO_ON;
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

void set_program(bool drop, int64_t first, int64_t last, const struct program *program)
{
    for (int64_t number = first; number <= last; number++) {
        struct probe *probe = probe_by_number(number);
        *(drop ? &probe->drop : &probe->poll) = *program;
        if (drop)
            continue;
        probe->drop.count = 0;
        probe->next = 0;
        probe->polls = 0;
        probe->quiet = probe->between = false;
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
