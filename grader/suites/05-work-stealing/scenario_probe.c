/**
 * @file scenario_probe.c
 * @brief Lab 05: tasks that run a program, a list of acts, poll by poll.
 */
#include "scenario.h"
#include "stage.h"

enum next { GO_ON, STAY, LEAVE_PENDING, LEAVE_READY };

/* The frame of a task. */
struct frame {
    struct wf_future future;
    int number;
    int out;
};

struct probe {
    struct program poll;
    int next; /* act of the program */
    int repeated[PROGRAM_MAX];
    int polls;
    bool spawned, over;

    struct wf_waker kept;
    struct wf_join_handle handle;

    bool awaits; /* `child` is what it awaits */
    struct wf_yield yield;
    struct wf_consume consume;
    int64_t consumed;
};

static struct probe probes[PROBES_MAX];
static bool silent; /* the end: what is dropped now is not told */

static struct probe *probe_by_number(int64_t number)
{
    return &probes[scenario_in_range(number, PROBES_MAX)];
}

/* --- the acts of a poll --- */

static enum next poll_yield(struct probe *self, struct wf_cx *cx)
{
    if (!self->awaits)
        wf_yield(&self->yield);
    self->awaits = wf_future_poll(&self->yield.future, cx) == WF_PENDING;
    return self->awaits ? LEAVE_PENDING : GO_ON;
}

static enum next poll_consume(struct probe *self, struct wf_cx *cx, int64_t units)
{
    for (; self->consumed < units; self->consumed++)
        if (wf_future_poll(&wf_consume(&self->consume)->future, cx) == WF_PENDING)
            return LEAVE_PENDING; /* a fresh one takes its place: it holds nothing */
    self->consumed = 0;
    return GO_ON;
}

static enum next repeat(struct probe *self, int64_t to, int64_t times)
{
    if (++self->repeated[self->next] > times) {
        self->repeated[self->next] = 0;
        return GO_ON;
    }
    self->next = (int)to;
    return STAY;
}

static enum next step(struct probe *self, struct wf_cx *cx)
{
    if (self->next >= self->poll.count)
        return LEAVE_READY;
    const struct step_act *act = &self->poll.acts[self->next];
    switch (act->operation) {
    case STEP_pend:
        self->next++;
        return LEAVE_PENDING;
    case STEP_rest:
        return LEAVE_PENDING;
    case STEP_ready:
        return LEAVE_READY;
    case STEP_wake_self:
        wf_waker_wake_by_ref(cx->waker);
        return GO_ON;
    case STEP_spin:
        wf_waker_wake_by_ref(cx->waker);
        return LEAVE_PENDING;
    case STEP_keep:
        wf_waker_store(&self->kept, cx->waker);
        return GO_ON;
    case STEP_yield:
        return poll_yield(self, cx);
    case STEP_give_way:
        wf_give_way(cx->waker);
        return GO_ON;
    case STEP_consume:
        return poll_consume(self, cx, act->arguments[0]);
    case STEP_go_to:
        self->next = (int)act->arguments[0];
        return STAY;
    case STEP_repeat:
        return repeat(self, act->arguments[0], act->arguments[1]);
    default:
        if (!do_anywhere(act))
            scenario_broken("no such act");
        return GO_ON;
    }
}

/* --- tasks --- */

static enum wf_poll frame_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = probe_by_number(((struct frame *)future)->number);
    scenario_event(EVENT_POLLED, self - probes, ++self->polls);
    poll_begins();
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
            self->over = true;
            scenario_event(EVENT_READY, self - probes, 0);
            return WF_READY;
        }
    }
}

static void frame_drop(struct wf_future *future)
{
    struct probe *self = probe_by_number(((struct frame *)future)->number);
    self->over = true;
    if (!silent)
        scenario_event(EVENT_DROPPED, self - probes, 0);
}

static const struct wf_future_ops frame_ops = {
    .name = "probe", .poll = frame_poll, .drop = frame_drop, WF_FRAME(struct frame)};

static void drop_handle(struct probe *probe)
{
    if (probe->handle.future.ops)
        wf_future_drop(&probe->handle.future);
    probe->handle.future.ops = NULL;
}

void set_program(int64_t range, const struct program *program)
{
    for (int64_t number = RANGE_FIRST(range); number <= RANGE_LAST(range); number++) {
        struct probe *probe = probe_by_number(number);
        probe->poll = *program;
        probe->next = probe->polls = 0;
        probe->awaits = false;
        probe->consumed = 0;
        for (int i = 0; i < PROGRAM_MAX; i++)
            probe->repeated[i] = 0;
    }
}

void spawn_tasks(int64_t range)
{
    for (int64_t number = RANGE_FIRST(range); number <= RANGE_LAST(range); number++) {
        struct probe *probe = probe_by_number(number);
        struct wf_task *task = wf_task_new(sizeof(struct frame));
        if (!task)
            scenario_broken("no memory for a task");
        *(struct frame *)(void *)wf_task_frame(task) =
            (struct frame){.future = {.ops = &frame_ops}, .number = (int)number};
        drop_handle(probe); /* of a spawn before this one */
        probe->spawned = true;
        probe->over = false;
        if (wf_task_spawn(task, &world()->scheduler, &probe->handle) != 0)
            scenario_broken("a scheduler that is open refuses a task");
    }
}

void wake_task(int64_t number)
{
    synchronise();
    wf_waker_wake_by_ref(&probe_by_number(number)->kept);
}

void abort_task(int64_t number)
{
    wf_join_handle_abort(&probe_by_number(number)->handle);
}

void abort_all(void)
{
    silent = true;
    for (int64_t number = 0; number < PROBES_MAX; number++)
        if (probes[number].spawned && !probes[number].over)
            abort_task(number);
}

void release_probes(void)
{
    for (int64_t number = 0; number < PROBES_MAX; number++) {
        wf_waker_drop(&probes[number].kept);
        drop_handle(&probes[number]);
        probes[number].spawned = false;
    }
    silent = false;
}
