/**
 * @file scenario_calls.c
 * @brief Lab 02: calls whose frame has its size at run time, recursion, closures.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "plans.h"
#include "scenario.h"
#include "weft/closure.h"
#include "weft/dyn.h"

/* What a call is given: its slot and the place for its value, each an allocation of its own. */
struct call_room {
    unsigned char *slot;
    void *value;
    void *frame; /* where the method is to be built */
    size_t frame_bytes;
};

static struct call_room rooms[FUTURES_MAX];

static struct call_room *new_room(int64_t call, int64_t slot_bytes, int64_t value_bytes)
{
    struct call_room *room = &rooms[scenario_in_range(call, FUTURES_MAX)];
    free(room->slot);
    free(room->value);
    if (slot_bytes == VAST_SLOT)
        slot_bytes = PROBE_BYTES; /* of what it says that it has, so much is there */
    *room = (struct call_room){.slot = mock_storage(slot_bytes), .value = mock_storage(value_bytes)};
    return room;
}

/* The whole frame is written: a room that is too small is seen by ASan. */
static struct probe *build_in(void *frame, size_t frame_bytes, int64_t probe, enum probe_kind kind)
{
    memset(frame, 0x5a, frame_bytes);
    return place_probe(probe, kind, frame);
}

static struct step_reply on_dyn(const struct step_dyn *step)
{
    struct call_room *room = new_room(step->call, step->slot, step->value);
    struct wf_dyn *dyn = mock_frame(step->call, sizeof *dyn);
    room->frame_bytes = (size_t)step->frame;
    room->frame =
        wf_dyn(dyn, room->slot, step->slot < 0 ? 0 : (size_t)step->slot, room->frame_bytes, room->value);
    unsigned char *frame = room->frame;
    bool is_in_slot = room->slot && frame >= room->slot && frame <= room->slot + step->slot;
    return (struct step_reply){!frame       ? NO_ROOM
                               : is_in_slot ? frame - room->slot
                                            : ROOM_ELSEWHERE,
                               (int64_t)((uintptr_t)frame % alignof(max_align_t))};
}

static struct step_reply on_build(const struct step_build *step)
{
    const struct call_room *room = &rooms[scenario_in_range(step->call, FUTURES_MAX)];
    build_in(room->frame, room->frame_bytes, step->probe, (enum probe_kind)step->kind);
    return STEP_DONE;
}

static struct step_reply on_value(const struct step_value *step)
{
    const void *value = rooms[scenario_in_range(step->call, FUTURES_MAX)].value;
    if (step->kind == PROBE_INT)
        return (struct step_reply){*(const int *)value, *(const int *)value};
    const int64_t *numbers = value;
    return (struct step_reply){numbers[0], numbers[WIDE_WORDS - 1]};
}

/* --- a method that calls itself: by hand, so that it leans on nothing but wf_dyn() --- */

struct recursion {
    struct wf_future future;
    int depth;
    bool called;
    struct wf_future *leaf; /* owned by the one at depth 0 */
    struct wf_dyn call;
    int value;
    int out;
};

static struct recursion *build_recursion(struct recursion *self, int depth, struct wf_future *leaf);

static enum wf_poll recursion_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct recursion *self = (struct recursion *)future;
    if (self->depth == 0) {
        if (wf_future_poll(self->leaf, cx) == WF_PENDING)
            return WF_PENDING;
        self->out = wf_future_int_out(self->leaf);
        return WF_READY;
    }
    if (!self->called) {
        self->called = true;
        struct recursion *frame = wf_dyn(&self->call, NULL, 0, sizeof *frame, &self->value);
        if (frame)
            build_recursion(frame, self->depth - 1, self->leaf);
    }
    if (wf_future_poll(&self->call.future, cx) == WF_PENDING)
        return WF_PENDING;
    /* an error goes up as it is */
    self->out = self->call.out < 0 ? self->call.out : self->value < 0 ? self->value : self->value + 1;
    return WF_READY;
}

static void recursion_drop(struct wf_future *future)
{
    struct recursion *self = (struct recursion *)future;
    if (self->depth == 0)
        wf_future_drop(self->leaf);
    else if (self->called)
        wf_future_drop(&self->call.future);
    scenario_event(EVENT_DEPTH_DROPPED, self->depth, 0);
}

static const struct wf_future_ops recursion_ops = {
    .name = "recursion", .poll = recursion_poll, .drop = recursion_drop, WF_FRAME(struct recursion)};

static struct recursion *build_recursion(struct recursion *self, int depth, struct wf_future *leaf)
{
    *self = (struct recursion){.future = {.ops = &recursion_ops}, .depth = depth, .leaf = leaf};
    return self;
}

static ON_STEP(recursion, DONE_BY(build_recursion(mock_frame(step->future, sizeof(struct recursion)),
                                                  (int)step->depth, mock_future(step->probe))));

/* --- closures --- */

/* What a closure captured. */
struct captured {
    int number;
    enum wf_closure_kind kind;
    int64_t state;
    size_t frame_bytes;
};

/* The argument of a call; gone when the constructor returns. */
struct argument {
    int64_t probe, number;
};

/* One closure, in storage of its own. */
struct closure {
    struct wf_closure_ops *ops;
    struct captured *captured;
    struct wf_closure *closure;
};

static const char *const closure_names[] = {CLOSURE_NAMES(STEP_EDGE_WORD)};
static struct closure closures[CLOSURES_MAX];

/* The body of a call, by kind: it reads the state, changes it at each poll, or has taken it over. */
static void behave(struct mock_probe *mock, enum wf_poll poll, bool dropped)
{
    struct probe *self = (struct probe *)mock;
    if (dropped)
        come_to_point(AT_DROP, 0);
    switch (self->captured ? self->captured->kind : WF_CLOSURE_ONCE) {
    case WF_CLOSURE_SHARED:
        mock->value = self->captured->state + self->argument;
        break;
    case WF_CLOSURE_IN_TURN:
        if (!dropped)
            self->captured->state = self->captured->state * 3 + self->argument;
        mock->value = self->captured->state;
        break;
    case WF_CLOSURE_ONCE:
        mock->value = self->state + self->argument;
        if (poll == WF_READY || dropped)
            scenario_event(EVENT_TAKEN_RELEASED, 0, 0);
        break;
    }
}

static void build_body(void *frame, void *captured_state, void *argument)
{
    struct captured *captured = captured_state;
    const struct argument *given = argument;
    scenario_event(EVENT_BUILT, captured->number, given->number);
    /* an argument that was kept is rubbish by now: the event says so, and any probe will do */
    int64_t number = given->probe >= 0 && given->probe < PROBES_MAX ? given->probe : 0;
    struct probe *probe = build_in(frame, captured->frame_bytes, number, PROBE_INT);
    probe->mock.behave = behave;
    probe->argument = given->number;
    probe->state = captured->state;
    if (captured->kind == WF_CLOSURE_ONCE)
        captured->state = INT32_MIN; /* moved out: a second taker gets rubbish */
    else
        probe->captured = captured;
    come_to_point(AT_BUILD, 0);
}

static void drop_captured(void *captured)
{
    int number = ((struct captured *)captured)->number;
    scenario_event(EVENT_CAPTURED_DROPPED, number, closures[number].closure->ops != NULL);
}

/* The closure is a part of what was captured. */
static void drop_all(void *captured)
{
    struct closure *slot = &closures[((struct captured *)captured)->number];
    drop_captured(captured);
    memset(slot->closure, 0x5a, sizeof *slot->closure);
    free(slot->closure);
    slot->closure = NULL;
}

static void free_closure(struct closure *slot)
{
    free(slot->ops);
    free(slot->captured);
    free(slot->closure);
    *slot = (struct closure){0};
}

static struct step_reply on_closure(const struct step_closure *step)
{
    static void (*const drops[])(void *) = {
        [NO_DROP] = NULL, [HAS_DROP] = drop_captured, [FREES_THE_CLOSURE] = drop_all};
    struct closure *slot = &closures[scenario_in_range(step->closure, CLOSURES_MAX)];
    free_closure(slot);
    *slot = (struct closure){mock_storage(sizeof *slot->ops), mock_storage(sizeof *slot->captured),
                             mock_storage(sizeof *slot->closure)};
    enum wf_closure_kind kind = (enum wf_closure_kind)step->kind;
    *slot->captured = (struct captured){
        .number = (int)step->closure, .kind = kind, .state = step->state, .frame_bytes = (size_t)step->frame};
    *slot->ops =
        (struct wf_closure_ops){.name = closure_names[scenario_in_range(step->name, CLOSURE_NAMES_COUNT)],
                                .kind = kind,
                                .frame_bytes = (size_t)step->frame,
                                .build = build_body,
                                .drop = drops[scenario_in_range(step->drop, 3)]};
    return (struct step_reply){.a = wf_closure(slot->closure, slot->ops, slot->captured) == slot->closure};
}

static struct step_reply on_call(const struct step_call *step)
{
    struct call_room *room = new_room(step->call, step->slot, step->value);
    struct argument *argument = mock_storage(sizeof *argument);
    *argument = (struct argument){step->probe, step->argument};
    struct wf_call *frame = mock_frame(step->call, sizeof *frame);
    struct wf_call *call =
        wf_closure_call(frame, closures[scenario_in_range(step->closure, CLOSURES_MAX)].closure, argument,
                        room->slot, step->slot < 0 ? 0 : (size_t)step->slot, room->value);
    memset(argument, 0x5a, sizeof *argument);
    free(argument);
    return (struct step_reply){.a = call == frame};
}

static struct step_reply on_end_body(const struct step_end_body *step)
{
    return on_arm(&(struct step_arm){.probe = step->probe}); /* what it computes is its value */
}

static ON_STEP(closure_drop,
               DONE_BY(wf_closure_drop(closures[scenario_in_range(step->closure, CLOSURES_MAX)].closure)));

static struct step_reply on_awaited(const struct step_awaited *step)
{
    const struct wf_future *future = mock_future(step->future);
    for (int64_t along = step->along; future && along > 0; along--)
        future = future->awaiting;
    return (struct step_reply){.a = mock_number(future)};
}

#define ALL_STEPS(STEP, ARG) COMMON_STEPS(STEP, ARG) CALLS_STEPS(STEP, ARG)
STEP_DISPATCH(perform, ALL_STEPS)

/* --- the scenario --- */

static void in_allocation(void)
{
    come_to_point(AT_ALLOCATION, 0);
}

static void begin(void)
{
    common_begin();
    common_allocating = in_allocation;
    plans_begin(perform, NULL);
}

static void act(const struct channel_command *command)
{
    struct step_reply reply = STEP_DONE;
    if (command->operation == STEP_at) {
        plans_forget(); /* there is one at a time */
        plan_step(command, sizeof(struct step_at) / sizeof(int64_t));
    } else {
        reply = perform(command->operation, command->arguments);
    }
    scenario_reply(reply.a, reply.b);
}

static void end(void)
{
    for (int i = 0; i < FUTURES_MAX; i++) {
        free(rooms[i].slot);
        free(rooms[i].value);
        rooms[i] = (struct call_room){0};
    }
    for (int i = 0; i < CLOSURES_MAX; i++)
        free_closure(&closures[i]);
    mocks_end();
}

const struct scenario scenario_calls = {"calls", begin, act, end};
