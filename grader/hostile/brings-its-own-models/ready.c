/* Tries: has models of its own, with the names of those that the grader runs, and nothing in them. */

#include "weft/future.h"

static enum wf_poll hostile_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;

    return WF_READY;
}

static const struct wf_future_ops ready_ops = {
    .name = "ready", .poll = hostile_poll, WF_FRAME(struct wf_ready)};
static const struct wf_future_ops pending_ops = {
    .name = "pending", .poll = hostile_poll, .size = sizeof(struct wf_pending)};

struct wf_ready *wf_ready(struct wf_ready *ready, int value)
{
    (void)value;
    *ready = (struct wf_ready){.future = {.ops = &ready_ops}};
    return ready;
}

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    *pending = (struct wf_pending){.future = {.ops = &pending_ops}};
    return pending;
}

struct interleave_model {
    const char *name, *clause, *text, *file;
    int line;
    void (*body)(void);
    int spurious, steps_max;
};

static void nothing(void)
{
}

#define OWN(model)                                                                                           \
    static const struct interleave_model entry_##model = {#model, "-", "", "", 1, nothing, 0, 0};            \
    static const struct interleave_model *const pointer_##model                                              \
        __attribute__((section("interleave_models"), used)) = &entry_##model;
OWN(explore_unpark)
OWN(explore_turn)
OWN(explore_two_unparks)
OWN(explore_references)
OWN(explore_block_on)
