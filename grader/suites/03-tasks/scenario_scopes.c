/**
 * @file scenario_scopes.c
 * @brief Lab 03, task-local values: futures in scopes, which report the values that they find in force.
 */
#include "mocks.h"
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
static int values[LOCAL_VALUE_MAX + 1];

static int64_t value_of(int64_t key)
{
    const int *value = wf_task_local_get(&keys[scenario_in_range(key, KEYS_MAX)]);
    return value ? value - values : 0;
}

static void tell(enum scopes_event event, int64_t number)
{
    for (int key = 0; key < KEYS_MAX; key++)
        scenario_event(event, number * KEYS_MAX + key, value_of(key));
    /* a context further in is another stack of scopes, and that is empty */
    struct wf_context further_in = {0};
    wf_context_enter(&further_in);
    for (int key = 0; key < KEYS_MAX; key++)
        if (value_of(key) != 0)
            scenario_event(EVENT_SEEN_FURTHER_IN, number * KEYS_MAX + key, value_of(key));
    wf_context_leave(&further_in);
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

static struct step_reply on_probe(const struct step_probe *step)
{
    struct probe *probe = mock_frame(step->future, sizeof *probe);
    *probe = (struct probe){.future = {.ops = &probe_ops}, .number = step->future};
    return STEP_DONE;
}

static struct step_reply on_scope(const struct step_scope *step)
{
    struct wf_local_scope *scope = mock_frame(step->future, sizeof *scope);
    return (struct step_reply){
        .a = wf_local_scope(scope, &keys[scenario_in_range(step->key, KEYS_MAX)],
                            &values[scenario_in_range(step->value, LOCAL_VALUE_MAX + 1)],
                            mock_future(step->inner)) == scope};
}

static struct step_reply on_both(const struct step_both *step)
{
    struct both *both = mock_frame(step->future, sizeof *both);
    *both = (struct both){.future = {.ops = &both_ops},
                          .inner = {mock_future(step->first), mock_future(step->second)}};
    return STEP_DONE;
}

static ON_STEP(arm, DONE_BY(((struct probe *)mock_future(step->probe))->armed = true));

static struct step_reply poll(int64_t future)
{
    static const struct wf_waker no_waker;
    struct wf_cx cx = {.waker = &no_waker};
    return (struct step_reply){.a = wf_future_poll(mock_future(future), &cx)};
}

static ON_STEP(poll_root, poll(step->future));

static struct step_reply on_poll_outside(const struct step_poll_outside *step)
{
    struct wf_context *inside = wf_context_current;
    wf_context_leave(inside);
    struct step_reply reply = poll(step->future);
    wf_context_enter(inside);
    return reply;
}

static ON_STEP(drop_root, mock_drop(step->future));
static ON_STEP(get, ANSWERS(value_of(step->key)));

static struct step_reply on_get_outside(const struct step_get_outside *step)
{
    struct wf_context *inside = wf_context_current;
    wf_context_leave(inside);
    int64_t value = value_of(step->key);
    wf_context_enter(inside);
    return (struct step_reply){.a = value};
}

STEP_SCENARIO(scopes, SCOPES_STEPS, mocks_begin, mocks_end)
