/**
 * @file coop.c
 * @brief How a task lets others run: yield, consume; and unconstrained, which lets it go on.
 */
#include "weft/coop.h"

#include "weft/context.h"
#include "weft/panic.h"

static enum wf_poll yield_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_yield *self = (struct wf_yield *)future;
    /* 04.T2: the first poll gives way, the second is READY */
    LAB_TODO("04.T2");
}

static const struct wf_future_ops yield_ops = {
    .name = "yield",
    .poll = yield_poll,
    .size = sizeof(struct wf_yield),
};

struct wf_yield *wf_yield(struct wf_yield *yield)
{
    *yield = (struct wf_yield){.future = {.ops = &yield_ops}};
    return yield;
}

static enum wf_poll consume_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    /* 04.T3: READY with a unit of the budget; without one PENDING */
    LAB_TODO("04.T3");
}

static const struct wf_future_ops consume_ops = {
    .name = "consume",
    .poll = consume_poll,
    .size = sizeof(struct wf_consume),
};

struct wf_consume *wf_consume(struct wf_consume *consume)
{
    *consume = (struct wf_consume){.future = {.ops = &consume_ops}};
    return consume;
}

static enum wf_poll unconstrained_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_unconstrained *self = (struct wf_unconstrained *)future;
    /* 04.T3: the context is not constrained while the inner future is polled, and afterwards as
     * before */
    LAB_TODO("04.T3");
}

static void unconstrained_drop(struct wf_future *future)
{
    wf_future_drop(((struct wf_unconstrained *)future)->inner);
}

static void unconstrained_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, ((const struct wf_unconstrained *)future)->inner);
}

static const struct wf_future_ops unconstrained_ops = {
    .name = "unconstrained",
    .poll = unconstrained_poll,
    .drop = unconstrained_drop,
    .children = unconstrained_children,
    .size = sizeof(struct wf_unconstrained),
};

struct wf_unconstrained *wf_unconstrained(struct wf_unconstrained *unconstrained, struct wf_future *inner)
{
    *unconstrained = (struct wf_unconstrained){.future = {.ops = &unconstrained_ops}, .inner = inner};
    return unconstrained;
}
