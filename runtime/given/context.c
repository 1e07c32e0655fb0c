/**
 * @file context.c
 * @brief The thread-local context and how a task gives way.
 */
#include "weft/context.h"

#include "weft/future.h"
#include "weft/panic.h"

__thread struct wf_context *wf_context_current;

void wf_context_enter(struct wf_context *context)
{
    context->outer = wf_context_current;
    if (context->outer) {
        const struct wf_context *outer = context->outer;
        context->event_hook = context->event_hook ? context->event_hook : outer->event_hook;
        context->time_driver = context->time_driver ? context->time_driver : outer->time_driver;
        context->reactor = context->reactor ? context->reactor : outer->reactor;
        context->blocking_pool = context->blocking_pool ? context->blocking_pool : outer->blocking_pool;
        context->resolver = context->resolver ? context->resolver : outer->resolver;
        context->poll_slot = context->poll_slot ? context->poll_slot : outer->poll_slot;
        context->choices = context->choices ? context->choices : outer->choices;
    }
    wf_context_current = context;
}

void wf_context_leave(struct wf_context *context)
{
    if (wf_context_current != context)
        wf_panic("G.19", "%s",
                 wf_context_current
                     ? "a context is left while another is entered inside it: what entered that one, "
                       "such as a block_on, has returned without wf_context_leave"
                     : "a context is left, and the thread is in none");
    wf_context_current = context->outer;
}

const char *wf_context_root_name(const struct wf_context *context)
{
    return context->root ? context->root->ops->name : "";
}

void wf_context_check_outside(const char *clause, const char *what)
{
    const struct wf_context *outside = wf_context_running();
    if (outside)
        wf_panic(clause, "%s is called inside %s(%s): await it there, or do it outside", what, outside->runs,
                 wf_context_root_name(outside));
}

uint32_t wf_choose_by_seed(const struct wf_context *context, uint32_t count)
{
    /* relaxed: each draw gets a number of its own, and orders nothing */
    uint64_t mixed = wf_fetch_add_relaxed(context->choices, UINT64_C(0x9e3779b97f4a7c15));
    /* splitmix64: numbers in a row become bits that have nothing to do with each other */
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    mixed ^= mixed >> 31;
    return (uint32_t)(((mixed >> 32) * count) >> 32);
}

void wf_give_way(const struct wf_waker *waker)
{
    struct wf_context *context = wf_context_current;
    if (context && context->defer)
        context->defer(context, waker);
    else
        wf_waker_wake_by_ref(waker);
}
