/**
 * @file by_hand.c
 * @brief A state machine written out by hand: two awaits, one after the other.
 *
 * As an async function this would be three lines: await the first, call `next`, await the second. Written out it
 * shows what the macros of async.h write: a switch on the state, one case for each place where the function can be
 * suspended, and in each case a poll that either returns PENDING or falls into the next state. What lives across a
 * suspension is in the frame; the C stack is gone each time.
 *
 *     state (line)          awaiting      a poll            a drop
 *     WF_LINE_NEW           NULL          begins            drops first
 *     WF_AND_THEN_FIRST     first         polls first       drops first
 *     WF_AND_THEN_SECOND    the second    polls it          drops the second
 */
#include "weft/async.h"
#include "weft/panic.h"

static enum wf_poll and_then_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_and_then *self = (struct wf_and_then *)future;
    /* 02.T1: a switch on the state: begin, poll the first, make the second, poll it. The head of a
     * suspended future says what it waits for */
    LAB_TODO("02.T1");
}

/* wf_future_drop() has marked the head as dropped already: the state must be found in what else it holds. */
static void and_then_drop(struct wf_future *future)
{
    struct wf_and_then *self = (struct wf_and_then *)future;
    /* 02.T1: one future is alive: the one that is awaited, or the first, if nothing was polled
     * yet */
    LAB_TODO("02.T1");
}

/* Before its first poll it awaits nothing, but a tree should show what it owns. */
static void and_then_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, ((const struct wf_and_then *)future)->first);
}

static const struct wf_future_ops and_then_ops = {
    .name = "and_then",
    .poll = and_then_poll,
    .drop = and_then_drop,
    .children = and_then_children,
    WF_FRAME(struct wf_and_then),
};

struct wf_and_then *wf_and_then(struct wf_and_then *and_then, struct wf_future *first,
                                struct wf_future *(*next)(void *arg, void *out), void *arg)
{
    *and_then =
        (struct wf_and_then){.future = {.ops = &and_then_ops}, .first = first, .next = next, .arg = arg};
    return and_then;
}
