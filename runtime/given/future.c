/**
 * @file future.c
 * @brief The slow paths of the life-cycle, and of AWAIT: what is said of a future that is misused.
 */
#include "weft/async.h"

#include <stdlib.h>

#include "weft/panic.h"

void wf_future_misused(const struct wf_future *future, const char *attempt)
{
    if (!future->ops)
        wf_panic("G.4", "an empty future is %s: it was never built, or its storage was cleared", attempt);
    bool polled = attempt[0] == 'p';
    uint32_t line = wf_load_relaxed(&future->line);
    if (wf_future_is_done(future))
        wf_panic("G.1", "%s is %s after it was READY", future->ops->name, attempt);
    if (line > WF_LINE_DONE)
        wf_panic("G.2",
                 "%s is %s, and the `line` in its head is %#x, which is rubbish: its constructor "
                 "sets it to WF_LINE_NEW",
                 future->ops->name, attempt, line);
    wf_panic(polled ? "G.2" : "G.3",
             "%s is %s after it was dropped. If nothing dropped it, its constructor left `line` as it was",
             future->ops->name, attempt);
}

/* Where the context has no choices: by a seed of the environment's. */
static uint32_t draw(uint32_t count)
{
    static __thread uint32_t random; /* 0: not seeded */
    if (random == 0) {
        const char *seed = getenv("WF_SPURIOUS_SEED");
        random = ((seed ? (uint32_t)strtoul(seed, NULL, 0) : 1) * 2654435761u) | 1; /* odd: never 0 */
    }
    random ^= random << 13; /* xorshift */
    random ^= random >> 17;
    random ^= random << 5;
    return (random >> 8) % count;
}

bool wf_poll_for_no_reason(const struct wf_future *future, uint32_t one_in)
{
    struct wf_context *context = wf_context_current;
    if (!context || context->root != future)
        return false; /* not what an executor polls: whatever polls this one counts on it */
    if ((context->choices ? wf_choose(one_in) : draw(one_in)) != 0)
        return false;
    context->budget = WF_BUDGET; /* an executor's poll begins with it */
    return true;
}

int wf_future_int_out(struct wf_future *future)
{
    if (future->ops->out_size != sizeof(int))
        wf_panic("G.5", "the output of %s is not an int: it has %u bytes", future->ops->name,
                 future->ops->out_size);
    return *(const int *)wf_future_out(future);
}

bool wf_future_failed(struct wf_future *future)
{
    const struct wf_future_ops *ops = future->ops;
    if (ops->failed)
        return ops->failed(wf_future_out(future));
    return ops->out_size == sizeof(int) && wf_future_int_out(future) < 0;
}

void wf_async_check_child(const struct wf_future *future, const struct wf_future *child)
{
    const char *name = future->ops->name;
    uint32_t line = wf_load_relaxed(&future->line);
    if (!child)
        wf_panic("G.35", "%s awaits NULL at line %u", name, line);
    if (child == future)
        wf_panic("G.35", "%s awaits itself at line %u", name, line);
    /* what is over awaits nothing, and what its head names may be gone */
    for (const struct wf_future *step = child; step; step = step->awaiting) {
        if (step == future)
            wf_panic("G.35", "%s awaits %s at line %u, which waits for it", name, child->ops->name, line);
        if (wf_load_relaxed(&step->line) >= WF_LINE_DROPPED)
            return;
    }
}
