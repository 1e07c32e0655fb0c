/**
 * @file scenario_futures.c
 * @brief Lab 01, one thread: builds futures, polls and drops them as told, reports what its probes see.
 */
#include <stdlib.h>
#include <string.h>

#include "combinators.h"
#include "scenario.h"

/* A future that does as it is told and tells of each poll and drop. */
struct probe {
    struct wf_future future;
    struct wf_waker kept; /* of its last pending poll */
    int64_t number;
    bool armed; /* the next poll is READY with `value` */
    int value;
    bool done, dropped; /* what its head must say too */
    int out;
};

/* Waker numbers live as long as the process; only clones are counted. */
struct mock_task {
    struct wf_waker waker;
    int clones;
    int wakes;
};

/* One future of the scenario, in storage of its own: a wrong access beside a frame is seen by ASan. */
struct slot {
    struct wf_future *future;
    struct wf_future **branches; /* the array of a combinator */
    int map_key;
};

static struct slot slots[FUTURES_MAX];
static struct mock_task tasks[WAKERS_MAX];

/* --- the task's waker --- */

static void *task_clone(void *data)
{
    ((struct mock_task *)data)->clones++;
    return data;
}

static void task_wake_by_ref(void *data)
{
    struct mock_task *task = data;
    task->wakes++;
    scenario_event(EVENT_WOKEN, task - tasks, 0);
}

static void task_drop(void *data)
{
    ((struct mock_task *)data)->clones--;
}

static void task_wake(void *data)
{
    task_wake_by_ref(data);
    task_drop(data);
}

static const struct wf_waker_ops task_waker_ops = {task_clone, task_wake, task_wake_by_ref, task_drop};

/* --- probes --- */

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    enum wf_poll poll = self->armed ? WF_READY : WF_PENDING;
    scenario_event(EVENT_PROBE_POLLED, self->number, poll);
    self->done = poll == WF_READY;
    if (poll == WF_READY) {
        self->out = self->value;
        wf_waker_drop(&self->kept);
    } else {
        wf_waker_store(&self->kept, cx->waker);
    }
    return poll;
}

static void probe_drop(struct wf_future *future)
{
    struct probe *self = (struct probe *)future;
    scenario_event(EVENT_PROBE_DROPPED, self->number, 0);
    self->dropped = true;
    wf_waker_drop(&self->kept);
}

static const struct wf_future_ops probe_ops = {
    .name = "probe",
    .poll = probe_poll,
    .drop = probe_drop,
    WF_FRAME(struct probe),
};

/* --- storage --- */

static struct slot *slot_at(int64_t number)
{
    return &slots[scenario_in_range(number, FUTURES_MAX)];
}

static struct wf_future *future_at(int64_t number)
{
    return number < 0 ? NULL : slot_at(number)->future;
}

static struct probe *probe_at(int64_t number)
{
    return (struct probe *)slot_at(scenario_in_range(number, PROBES_MAX))->future;
}

/* Storage for a frame, full of rubbish: a constructor must not rely on zeroes. */
static void *new_frame(int64_t number, size_t size)
{
    struct slot *slot = slot_at(number);
    free(slot->future);
    slot->future = malloc(size);
    if (!slot->future)
        scenario_broken("no memory");
    memset(slot->future, 0xa5, size);
    return slot->future;
}

/* --- leaves --- */

static struct step_reply on_probe(const struct step_probe *step)
{
    struct probe *probe = new_frame(step->probe, sizeof *probe);
    *probe = (struct probe){.future = {.ops = &probe_ops}, .number = step->probe};
    return STEP_DONE;
}

/* What is found in `out` too early says the contrary of what it will be. */
static struct step_reply arm(int64_t number, int64_t value)
{
    struct probe *probe = probe_at(number);
    probe->armed = true;
    probe->value = (int)value;
    probe->out = ~(int)value;
    return STEP_DONE;
}

static struct step_reply on_arm(const struct step_arm *step)
{
    return arm(step->probe, step->value);
}

static struct step_reply on_fail(const struct step_fail *step)
{
    return arm(step->probe, step->value);
}

static struct step_reply on_wake_kept(const struct step_wake_kept *step)
{
    wf_waker_wake(&probe_at(step->probe)->kept);
    return STEP_DONE;
}

static struct step_reply on_ready(const struct step_ready *step)
{
    wf_ready(new_frame(READY, sizeof(struct wf_ready)), (int)step->value);
    return STEP_DONE;
}

static struct step_reply on_pending(const struct step_pending *step)
{
    (void)step;
    wf_pending(new_frame(PENDING, sizeof(struct wf_pending)));
    return STEP_DONE;
}

static int map_function(void *arg, void *out)
{
    struct slot *slot = arg;
    scenario_event(EVENT_MAPPED, slot - slots, *(int *)out);
    return *(int *)out ^ slot->map_key;
}

static struct step_reply on_map(const struct step_map *step)
{
    struct slot *slot = slot_at(MAP);
    slot->map_key = (int)step->key;
    wf_map(new_frame(MAP, sizeof(struct wf_map)), future_at(step->inner), map_function, slot);
    return STEP_DONE;
}

/* --- combinators --- */

size_t combinator_bytes(int64_t kind)
{
    return kind == JOIN       ? sizeof(struct wf_join)
           : kind == TRY_JOIN ? sizeof(struct wf_try_join)
           : kind == SELECT   ? sizeof(struct wf_select)
                              : sizeof(struct wf_race);
}

struct wf_future *build_combinator(int64_t kind, void *frame, struct wf_future **branches, size_t count,
                                   int64_t order)
{
    switch (kind) {
    case JOIN:
        return &wf_join(frame, branches, count, (enum wf_order)order)->future;
    case TRY_JOIN:
        return &wf_try_join(frame, branches, count, (enum wf_order)order)->future;
    case SELECT:
        return &wf_select(frame, branches, count, (enum wf_order)order)->future;
    default:
        return &wf_race(frame, branches, count, (enum wf_order)order)->future;
    }
}

static struct step_reply on_combine(const struct step_combine *step)
{
    struct slot *slot = slot_at(step->future);
    int count = branch_count(step->branches);
    free(slot->branches);
    slot->branches = malloc(((size_t)count + 1) * sizeof *slot->branches);
    if (!slot->branches)
        scenario_broken("no memory");
    for (int i = 0; i < count; i++)
        slot->branches[i] = future_at(branch_at(step->branches, i));
    build_combinator(step->kind, new_frame(step->future, combinator_bytes(step->kind)), slot->branches,
                     (size_t)count, step->order);
    return STEP_DONE;
}

static struct step_reply on_replace(const struct step_replace *step)
{
    slots[SELECT].branches[scenario_in_range(step->index, BRANCHES_MAX)] = future_at(step->probe);
    return STEP_DONE;
}

static struct step_reply on_next(const struct step_next *step)
{
    (void)step;
    wf_select_next((struct wf_select *)slots[SELECT].future);
    return STEP_DONE;
}

static struct step_reply on_failed(const struct step_failed *step)
{
    (void)step;
    return (struct step_reply){.a = ((struct wf_try_join *)slots[TRY_JOIN].future)->failed};
}

/* --- polls and drops --- */

/* wf_future_poll() and wf_future_drop() keep a future's head; a caller of the operations behind their back leaves
 * a future that does not know that it is over. */
static void tell_bypassed(void)
{
    for (int i = 0; i < PROBES_MAX; i++) {
        const struct probe *probe = (const struct probe *)slots[i].future;
        if (!probe)
            continue;
        uint32_t line = wf_load_relaxed(&probe->future.line);
        if ((probe->done && line != WF_LINE_DONE) || (probe->dropped && line != WF_LINE_DROPPED))
            scenario_event(EVENT_BYPASSED, probe->number, 0);
    }
}

static struct step_reply on_poll(const struct step_poll *step)
{
    struct wf_future *future = future_at(step->future);
    struct wf_cx cx = {.waker = &tasks[scenario_in_range(step->waker, WAKERS_MAX)].waker};
    struct step_reply reply = {.a = wf_future_poll(future, &cx)};
    if (reply.a == WF_READY && future->ops->out_size == sizeof(int))
        reply.b = *(int *)wf_future_out(future);
    tell_bypassed();
    return reply;
}

static struct step_reply on_drop(const struct step_drop *step)
{
    wf_future_drop(future_at(step->future));
    tell_bypassed();
    return STEP_DONE;
}

/* --- wakers --- */

static struct step_reply on_waker(const struct step_waker *step)
{
    const struct mock_task *task = &tasks[scenario_in_range(step->waker, WAKERS_MAX)];
    return (struct step_reply){task->clones, task->wakes};
}

static struct step_reply on_clones(const struct step_clones *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int i = 0; i < WAKERS_MAX; i++)
        reply.a += tasks[i].clones;
    return reply;
}

/* --- the scenario --- */

STEP_DISPATCH(perform, FUTURES_STEPS)

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

static void begin(void)
{
    for (int i = 0; i < WAKERS_MAX; i++)
        tasks[i].waker = (struct wf_waker){&task_waker_ops, &tasks[i]};
}

static void end(void)
{
    for (int i = 0; i < FUTURES_MAX; i++) {
        free(slots[i].future);
        free(slots[i].branches);
        slots[i] = (struct slot){0};
    }
}

const struct scenario scenario_futures = {"futures", begin, act, end};
