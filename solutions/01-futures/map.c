/**
 * @file map.c
 * @brief A future around a future: the output passes through a function.
 *
 * The smallest combinator, and the pattern of all others: poll what is inside with the cx that came
 * from outside, so that what the inner future waits for wakes the whole task; and pass a drop on.
 */
#include "weft/future.h"

static enum wf_poll map_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_map *self = (struct wf_map *)future;
    /* LAB 01.T2 { poll the inner future with `cx`; once it is READY, its output is at wf_future_out() */
    if (wf_future_poll(self->inner, cx) == WF_PENDING)
        return WF_PENDING;
    self->out = self->function(self->arg, wf_future_out(self->inner));
    return WF_READY;
    /* LAB 01.T2 } */
}

/* Called only while the map is not READY, so the inner future is not either: there is one drop to pass on. */
static void map_drop(struct wf_future *future)
{
    struct wf_map *self = (struct wf_map *)future;
    /* LAB 01.T2 { the map owns the inner future: only the map can drop it */
    wf_future_drop(self->inner);
    /* LAB 01.T2 } */
}

/* The inner future is no fixed member: it is visited, so that trees show it. */
static void map_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    const struct wf_map *self = (const struct wf_map *)future;
    visit(arg, self->inner);
}

static const struct wf_future_ops map_ops = {
    .name = "map",
    .poll = map_poll,
    .drop = map_drop,
    .children = map_children,
    WF_FRAME(struct wf_map),
};

struct wf_map *wf_map(struct wf_map *map, struct wf_future *inner, int (*function)(void *arg, void *out),
                      void *arg)
{
    *map = (struct wf_map){.future = {.ops = &map_ops}, .inner = inner, .function = function, .arg = arg};
    return map;
}
