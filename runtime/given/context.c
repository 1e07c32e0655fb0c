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
        context->poll_slot = context->poll_slot ? context->poll_slot : outer->poll_slot;
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

void wf_give_way(const struct wf_waker *waker)
{
    struct wf_context *context = wf_context_current;
    if (context && context->defer)
        context->defer(context, waker);
    else
        wf_waker_wake_by_ref(waker);
}
