/**
 * @file scenario_calls.c
 * @brief Lab 02: calls whose frame has its size at run time, recursion, closures.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
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
    struct call_room *room = &rooms[index_of(call, FUTURES_MAX)];
    free(room->slot);
    free(room->value);
    *room = (struct call_room){.slot = new_storage(slot_bytes), .value = new_storage(value_bytes)};
    return room;
}

/* The whole frame is written: a room that is too small is seen by ASan. */
static struct probe *build_in(void *frame, size_t frame_bytes, int64_t probe, enum probe_kind kind)
{
    memset(frame, 0x5a, frame_bytes);
    return place_probe(probe, kind, frame);
}

static int64_t begin_call(const int64_t *arguments, int64_t *misalignment)
{
    int64_t call = arguments[0], frame_bytes = arguments[1], slot_bytes = arguments[2];
    struct call_room *room = new_room(call, slot_bytes, arguments[3]);
    struct wf_dyn *dyn = new_frame(call, sizeof *dyn);
    room->frame_bytes = (size_t)frame_bytes;
    room->frame =
        wf_dyn(dyn, room->slot, slot_bytes < 0 ? 0 : (size_t)slot_bytes, room->frame_bytes, room->value);
    unsigned char *frame = room->frame;
    *misalignment = (int64_t)((uintptr_t)frame % alignof(max_align_t));
    if (!frame)
        return NO_ROOM;
    return room->slot && frame >= room->slot && frame <= room->slot + slot_bytes ? frame - room->slot
                                                                                 : ROOM_ELSEWHERE;
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

static const char *const closure_names[] = CLOSURE_NAMES;
static struct closure closures[CLOSURES_MAX];

/* The body of a call, by kind: it reads the state, changes it at each poll, or has taken it over. */
static void behave(struct probe *self, enum wf_poll poll, bool dropped)
{
    switch (self->captured ? self->captured->kind : WF_CLOSURE_ONCE) {
    case WF_CLOSURE_SHARED:
        self->value = self->captured->state + self->argument;
        break;
    case WF_CLOSURE_IN_TURN:
        if (!dropped)
            self->captured->state = self->captured->state * 3 + self->argument;
        self->value = self->captured->state;
        break;
    case WF_CLOSURE_ONCE:
        self->value = self->state + self->argument;
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
    probe->behave = behave;
    probe->argument = given->number;
    probe->state = captured->state;
    if (captured->kind == WF_CLOSURE_ONCE)
        captured->state = INT32_MIN; /* moved out: whoever takes it again takes rubbish */
    else
        probe->captured = captured;
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

static void build_closure(const int64_t *arguments)
{
    static void (*const drops[])(void *) = {NULL, drop_captured, drop_all};
    struct closure *slot = &closures[index_of(arguments[0], CLOSURES_MAX)];
    free_closure(slot);
    *slot = (struct closure){new_storage(sizeof *slot->ops), new_storage(sizeof *slot->captured),
                             new_storage(sizeof *slot->closure)};
    enum wf_closure_kind kind = (enum wf_closure_kind)arguments[1];
    *slot->captured = (struct captured){
        .number = (int)arguments[0], .kind = kind, .state = arguments[4], .frame_bytes = (size_t)arguments[3]};
    *slot->ops = (struct wf_closure_ops){.name = closure_names[index_of(arguments[2], CLOSURE_NAMES_COUNT)],
                                         .kind = kind,
                                         .frame_bytes = (size_t)arguments[3],
                                         .build = build_body,
                                         .drop = drops[index_of(arguments[5], 3)]};
    wf_closure(slot->closure, slot->ops, slot->captured);
}

static void call_closure(const int64_t *arguments)
{
    int64_t call = arguments[0], slot_bytes = arguments[4];
    struct call_room *room = new_room(call, slot_bytes, arguments[5]);
    struct argument *argument = new_storage(sizeof *argument);
    *argument = (struct argument){arguments[2], arguments[3]};
    wf_closure_call(new_frame(call, sizeof(struct wf_call)),
                    closures[index_of(arguments[1], CLOSURES_MAX)].closure, argument, room->slot,
                    slot_bytes < 0 ? 0 : (size_t)slot_bytes, room->value);
    memset(argument, 0x5a, sizeof *argument);
    free(argument);
}

/* --- steps --- */

static const struct wf_future *awaited(const struct wf_future *future, int64_t steps)
{
    for (; future && steps > 0; steps--)
        future = future->awaiting;
    return future;
}

static void act(const struct channel_command *command)
{
    const int64_t *arguments = command->arguments;
    const struct call_room *room;
    int64_t a = 0, b = 0;
    if (common_act(command))
        return;
    switch ((enum calls_step)command->operation) {
    case STEP_DYN:
        a = begin_call(arguments, &b);
        break;
    case STEP_BUILD:
        room = &rooms[index_of(arguments[0], FUTURES_MAX)];
        build_in(room->frame, room->frame_bytes, arguments[1], (enum probe_kind)arguments[2]);
        break;
    case STEP_VALUE:
        room = &rooms[index_of(arguments[0], FUTURES_MAX)];
        a = arguments[1] == PROBE_INT ? *(int *)room->value : *(int64_t *)room->value;
        b = arguments[1] == PROBE_INT ? a : ((int64_t *)room->value)[WIDE_WORDS - 1];
        break;
    case STEP_RECURSION:
        build_recursion(new_frame(arguments[0], sizeof(struct recursion)), (int)arguments[1],
                        future_at(arguments[2]));
        break;
    case STEP_CLOSURE:
        build_closure(arguments);
        break;
    case STEP_CALL:
        call_closure(arguments);
        break;
    case STEP_AWAITED:
        a = number_of(awaited(future_at(arguments[0]), arguments[1]));
        break;
    case STEP_CLOSURE_DROP:
        wf_closure_drop(closures[index_of(arguments[0], CLOSURES_MAX)].closure);
        break;
    default:
        scenario_broken("no such step");
    }
    scenario_reply(a, b);
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
    common_end();
}

const struct scenario scenario_calls = {"calls", common_begin, act, end};
