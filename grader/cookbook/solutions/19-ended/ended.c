/**
 * @file ended.c
 * @brief A future that waits for another one, and has no use for its output.
 */
#include "weft/ended.h"

static enum wf_poll ended_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_ended *self = (struct wf_ended *)future;
    /* LAB 19.T1 { poll the inner future; its output stays where it is */
    self->out = 0;
    return wf_future_poll(self->inner, cx);
    /* LAB 19.T1 } */
}

static void ended_drop(struct wf_future *future)
{
    struct wf_ended *self = (struct wf_ended *)future;
    /* LAB 19.T2 { the inner future is owned */
    wf_future_drop(self->inner);
    /* LAB 19.T2 } */
}

static void ended_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    const struct wf_ended *self = (const struct wf_ended *)future;
    visit(arg, self->inner);
}

static const struct wf_future_ops ended_ops = {.name = "ended",
                                               .poll = ended_poll,
                                               .drop = ended_drop,
                                               .children = ended_children,
                                               WF_FRAME(struct wf_ended)};

struct wf_ended *wf_ended(struct wf_ended *ended, struct wf_future *inner)
{
    *ended = (struct wf_ended){.future = {.ops = &ended_ops}, .inner = inner};
    return ended;
}
