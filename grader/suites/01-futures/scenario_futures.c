/**
 * @file scenario_futures.c
 * @brief Lab 01, one thread: builds futures, polls and drops them as told, reports what its probes see.
 */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "steps.h"
#include "weft/combine.h"
#include "weft/future.h"

/* A future that does as it is told and tells of each poll and drop. */
struct probe {
    struct wf_future future;
    struct wf_waker kept; /* of its last pending poll */
    int number;
    bool armed;         /* the next poll is READY */
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
    int map_result;
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
    if (poll == WF_READY)
        wf_waker_drop(&self->kept);
    else
        wf_waker_store(&self->kept, cx->waker);
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

/* --- steps --- */

static int index_of(int64_t number, int64_t limit)
{
    if (number < 0 || number >= limit)
        scenario_broken("a number is out of range");
    return (int)number;
}

static struct slot *slot_at(int64_t number)
{
    return &slots[index_of(number, FUTURES_MAX)];
}

static struct probe *probe_at(int64_t number)
{
    return (struct probe *)slot_at(number)->future;
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

static int map_function(void *arg, void *out)
{
    struct slot *slot = arg;
    scenario_event(EVENT_MAPPED, slot - slots, *(int *)out);
    return *(int *)out ^ slot->map_result;
}

/* wf_future_poll() and wf_future_drop() keep a future's head; a caller of the operations behind their back leaves
 * a future that does not know that it is over. */
static void tell_bypassed(void)
{
    for (int i = 0; i < FUTURES_MAX; i++) {
        const struct probe *probe = (const struct probe *)slots[i].future;
        if (!probe || probe->future.ops != &probe_ops)
            continue;
        uint32_t line = wf_load_relaxed(&probe->future.line);
        if ((probe->done && line != WF_LINE_DONE) || (probe->dropped && line != WF_LINE_DROPPED))
            scenario_event(EVENT_BYPASSED, probe->number, 0);
    }
}

/* --- combinators --- */

static size_t frame_bytes(enum futures_step kind)
{
    return kind == STEP_JOIN       ? sizeof(struct wf_join)
           : kind == STEP_TRY_JOIN ? sizeof(struct wf_try_join)
           : kind == STEP_SELECT   ? sizeof(struct wf_select)
                                   : sizeof(struct wf_race);
}

static struct wf_future *build_kind(enum futures_step kind, void *frame, struct wf_future **branches,
                                    size_t count, enum wf_order order)
{
    switch (kind) {
    case STEP_JOIN:
        return &wf_join(frame, branches, count, order)->future;
    case STEP_TRY_JOIN:
        return &wf_try_join(frame, branches, count, order)->future;
    case STEP_SELECT:
        return &wf_select(frame, branches, count, order)->future;
    default:
        return &wf_race(frame, branches, count, order)->future;
    }
}

/* A future that is pending once. */
struct twice {
    struct wf_future future;
    int polls;
    int out;
};

static enum wf_poll twice_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)cx;
    return ((struct twice *)future)->polls++ == 0 ? WF_PENDING : WF_READY;
}

static const struct wf_future_ops twice_ops = {.name = "twice", .poll = twice_poll, WF_FRAME(struct twice)};

static int64_t poll_many(enum futures_step kind, size_t count, int64_t failing, int64_t *done)
{
    struct twice *futures = calloc(count, sizeof *futures);
    struct wf_future **branches = calloc(count, sizeof *branches);
    struct wf_cx cx = {.waker = &tasks[0].waker};
    union {
        struct wf_join join;
        struct wf_try_join try_join;
    } frame;
    if (!futures || !branches)
        scenario_broken("no memory");
    for (size_t i = 0; i < count; i++) {
        futures[i].future.ops = &twice_ops;
        branches[i] = &futures[i].future;
    }
    if (failing >= 0)
        futures[failing].out = -1;
    struct wf_future *both = build_kind(kind, &frame, branches, count, WF_FAIR);
    int64_t poll = wf_future_poll(both, &cx);
    if (poll == WF_PENDING)
        poll = wf_future_poll(both, &cx);
    for (size_t i = 0; i < count; i++)
        *done += wf_future_is_done(&futures[i].future);
    if (failing >= 0)
        *done = frame.try_join.failed;
    free(branches);
    free(futures);
    return poll;
}

/* --- turns: which of many goes first --- */

enum { TURNS_MAX = 2000, NOBODY_WAS_FIRST = 0xffff };

struct idle {
    struct wf_future future;
    int *first; /* the index of the one that was polled first; -1: none yet */
    int index;
    int out;
};

static enum wf_poll idle_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct idle *self = (struct idle *)future;
    (void)cx;
    if (*self->first < 0)
        *self->first = self->index;
    return WF_PENDING;
}

static const struct wf_future_ops idle_ops = {.name = "idle", .poll = idle_poll, WF_FRAME(struct idle)};

static void tell_turns(const int64_t *arguments)
{
    static uint16_t turns[TURNS_MAX];
    size_t count = (size_t)arguments[2], polls = (size_t)index_of(arguments[3], TURNS_MAX + 1);
    int first;
    struct idle *futures = calloc(count, sizeof *futures);
    struct wf_future **branches = calloc(count, sizeof *branches);
    union {
        struct wf_join join;
        struct wf_try_join try_join;
        struct wf_select select;
        struct wf_race race;
    } frame;
    struct wf_cx cx = {.waker = &tasks[0].waker};
    if (!futures || !branches)
        scenario_broken("no memory");
    for (size_t i = 0; i < count; i++) {
        futures[i] = (struct idle){.future = {.ops = &idle_ops}, .first = &first, .index = (int)i};
        branches[i] = &futures[i].future;
    }
    struct wf_future *future =
        build_kind((enum futures_step)arguments[0], &frame, branches, count, (enum wf_order)arguments[1]);
    for (size_t i = 0; i < polls; i++) {
        first = -1;
        enum wf_poll poll = wf_future_poll(future, &cx);
        turns[i] = poll == WF_PENDING && first >= 0 ? (uint16_t)first : NOBODY_WAS_FIRST;
        if (poll == WF_READY)
            break;
        if (arguments[4]) {
            wf_future_drop(future);
            wf_select_next(&frame.select);
        }
    }
    if (!wf_future_is_done(future))
        wf_future_drop(future);
    for (size_t at = 0; at < polls * 2; at += CHANNEL_TEXT_MAX)
        scenario_event_text(EVENT_TURNS, (const char *)turns + at, polls * 2 - at);
    free(branches);
    free(futures);
}

static void build_probe(int64_t number)
{
    struct probe *probe = new_frame(number, sizeof *probe);
    *probe = (struct probe){.future = {.ops = &probe_ops}, .number = (int)number};
}

static struct wf_future *future_at(int64_t number)
{
    return number < 0 ? NULL : slot_at(number)->future;
}

static void build_combinator(const struct channel_command *command)
{
    const int64_t *arguments = command->arguments;
    struct slot *slot = slot_at(arguments[0]);
    enum wf_order order = (enum wf_order)arguments[1];
    size_t count = command->count - 2;
    free(slot->branches);
    slot->branches = malloc((count + 1) * sizeof *slot->branches);
    if (!slot->branches)
        scenario_broken("no memory");
    for (size_t i = 0; i < count; i++)
        slot->branches[i] = future_at(arguments[2 + i]);
    enum futures_step kind = (enum futures_step)command->operation;
    build_kind(kind, new_frame(arguments[0], frame_bytes(kind)), slot->branches, count, order);
}

static void act(const struct channel_command *command)
{
    const int64_t *arguments = command->arguments;
    struct slot *slot;
    struct probe *probe;
    int64_t a = 0, b = 0;
    switch ((enum futures_step)command->operation) {
    case STEP_PROBE:
        build_probe(arguments[0]);
        break;
    case STEP_SET:
        probe = probe_at(arguments[0]);
        probe->armed = true;
        probe->out = (int)arguments[1];
        break;
    case STEP_WAKE:
        wf_waker_wake(&probe_at(arguments[0])->kept);
        break;
    case STEP_READY:
        wf_ready(new_frame(arguments[0], sizeof(struct wf_ready)), (int)arguments[1]);
        break;
    case STEP_PENDING:
        wf_pending(new_frame(arguments[0], sizeof(struct wf_pending)));
        break;
    case STEP_MAP:
        slot = slot_at(arguments[0]);
        slot->map_result = (int)arguments[2];
        wf_map(new_frame(arguments[0], sizeof(struct wf_map)), future_at(arguments[1]), map_function, slot);
        break;
    case STEP_JOIN:
    case STEP_TRY_JOIN:
    case STEP_SELECT:
    case STEP_RACE:
        build_combinator(command);
        break;
    case STEP_REPLACE:
        slot_at(arguments[0])->branches[index_of(arguments[1], BRANCHES_MAX)] = future_at(arguments[2]);
        break;
    case STEP_NEXT:
        wf_select_next((struct wf_select *)future_at(arguments[0]));
        break;
    case STEP_POLL: {
        struct wf_future *future = future_at(arguments[0]);
        struct wf_cx cx = {.waker = &tasks[index_of(arguments[1], WAKERS_MAX)].waker};
        a = wf_future_poll(future, &cx);
        b = a == WF_READY && future->ops->out_size == sizeof(int) ? *(int *)wf_future_out(future) : 0;
        tell_bypassed();
        break;
    }
    case STEP_DROP:
        wf_future_drop(future_at(arguments[0]));
        tell_bypassed();
        break;
    case STEP_FAILED:
        a = ((struct wf_try_join *)future_at(arguments[0]))->failed;
        break;
    case STEP_WAKER:
        a = tasks[index_of(arguments[0], WAKERS_MAX)].clones;
        b = tasks[index_of(arguments[0], WAKERS_MAX)].wakes;
        break;
    case STEP_CLONES:
        for (int i = 0; i < WAKERS_MAX; i++)
            a += tasks[i].clones;
        break;
    case STEP_MANY:
        a = poll_many((enum futures_step)arguments[0], (size_t)arguments[1], arguments[2], &b);
        break;
    case STEP_TURNS:
        tell_turns(arguments);
        break;
    default:
        scenario_broken("no such step");
    }
    scenario_reply(a, b);
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
