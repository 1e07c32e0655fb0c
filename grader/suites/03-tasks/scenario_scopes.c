/**
 * @file scenario_scopes.c
 * @brief Lab 03, task-local values: futures in scopes, which report the values that they find in force.
 */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "steps.h"
#include "weft/context.h"
#include "weft/task_local.h"

/* Reports each key's value when it is polled and when it is dropped. */
struct probe {
    struct wf_future future;
    int64_t number;
    bool armed;
    int out;
};

/* Polls and drops two futures, one after the other. */
struct both {
    struct wf_future future;
    struct wf_future *inner[2];
    int out;
};

static const struct wf_task_local keys[KEYS_MAX] = {{"key 0"}, {"key 1"}, {"key 2"}, {"key 3"}};
static struct wf_future *futures[FUTURES_MAX];
static int values[LOCAL_VALUE_MAX + 1];
static struct wf_context context;

static int64_t value_of(int64_t key)
{
    const int *value = wf_task_local_get(&keys[scenario_in_range(key, KEYS_MAX)]);
    return value ? value - values : 0;
}

static void tell(enum scopes_event event, int64_t number)
{
    for (int key = 0; key < KEYS_MAX; key++)
        scenario_event(event, number * KEYS_MAX + key, value_of(key));
}

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    (void)cx;
    tell(EVENT_SEEN, self->number);
    return self->armed ? WF_READY : WF_PENDING;
}

static void probe_drop(struct wf_future *future)
{
    tell(EVENT_SEEN_AT_DROP, ((struct probe *)future)->number);
}

static const struct wf_future_ops probe_ops = {
    .name = "probe", .poll = probe_poll, .drop = probe_drop, WF_FRAME(struct probe)};

static enum wf_poll both_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct both *self = (struct both *)future;
    bool ready = true;
    for (int i = 0; i < 2; i++)
        if (!wf_future_is_done(self->inner[i]))
            ready &= wf_future_poll(self->inner[i], cx) == WF_READY;
    return ready ? WF_READY : WF_PENDING;
}

static void both_drop(struct wf_future *future)
{
    struct both *self = (struct both *)future;
    for (int i = 0; i < 2; i++)
        wf_future_drop(self->inner[i]);
}

static const struct wf_future_ops both_ops = {
    .name = "both", .poll = both_poll, .drop = both_drop, WF_FRAME(struct both)};

/* Storage for a frame, full of rubbish. */
static void *new_frame(int64_t number, size_t size)
{
    struct wf_future **slot = &futures[scenario_in_range(number, FUTURES_MAX)];
    free(*slot);
    *slot = malloc(size);
    if (!*slot)
        scenario_broken("no memory");
    memset(*slot, 0xa5, size);
    return *slot;
}

static struct wf_future *future_at(int64_t number)
{
    return futures[scenario_in_range(number, FUTURES_MAX)];
}

static struct step_reply on_probe(const struct step_probe *step)
{
    struct probe *probe = new_frame(step->future, sizeof *probe);
    *probe = (struct probe){.future = {.ops = &probe_ops}, .number = step->future};
    return STEP_DONE;
}

static struct step_reply on_scope(const struct step_scope *step)
{
    struct wf_local_scope *scope = new_frame(step->future, sizeof *scope);
    return (struct step_reply){
        .a = wf_local_scope(scope, &keys[scenario_in_range(step->key, KEYS_MAX)],
                            &values[scenario_in_range(step->value, LOCAL_VALUE_MAX + 1)],
                            future_at(step->inner)) == scope};
}

static struct step_reply on_both(const struct step_both *step)
{
    struct both *both = new_frame(step->future, sizeof *both);
    *both = (struct both){.future = {.ops = &both_ops},
                          .inner = {future_at(step->first), future_at(step->second)}};
    return STEP_DONE;
}

static struct step_reply on_arm(const struct step_arm *step)
{
    ((struct probe *)future_at(step->probe))->armed = true;
    return STEP_DONE;
}

static struct step_reply poll(int64_t future)
{
    static const struct wf_waker no_waker;
    struct wf_cx cx = {.waker = &no_waker};
    return (struct step_reply){.a = wf_future_poll(future_at(future), &cx)};
}

static struct step_reply on_poll_root(const struct step_poll_root *step)
{
    return poll(step->future);
}

static struct step_reply on_poll_outside(const struct step_poll_outside *step)
{
    wf_context_leave(&context);
    struct step_reply reply = poll(step->future);
    wf_context_enter(&context);
    return reply;
}

static struct step_reply on_drop_root(const struct step_drop_root *step)
{
    wf_future_drop(future_at(step->future));
    return STEP_DONE;
}

static struct step_reply on_get(const struct step_get *step)
{
    return (struct step_reply){.a = value_of(step->key)};
}

static struct step_reply on_get_outside(const struct step_get_outside *step)
{
    wf_context_leave(&context);
    int64_t value = value_of(step->key);
    wf_context_enter(&context);
    return (struct step_reply){.a = value};
}

STEP_DISPATCH(perform, SCOPES_STEPS)

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

static void begin(void)
{
    wf_context_enter(&context);
}

static void end(void)
{
    wf_context_leave(&context);
    for (int i = 0; i < FUTURES_MAX; i++)
        free(futures[i]);
}

const struct scenario scenario_scopes = {"scopes", begin, act, end};
