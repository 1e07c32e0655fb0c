/**
 * @file task_local.c
 * @brief Values in force while a future is polled: a stack of scopes in the thread's context.
 *
 * A scope puts itself on the stack when its poll begins and takes itself off when that ends. So between polls, when other
 * tasks run on this thread, it is not there; and nested scopes lie on the stack in the order of their nesting.
 */
#include "weft/task_local.h"

#include "weft/context.h"
#include "weft/panic.h"

static struct wf_context *context_of(const struct wf_local_scope *self)
{
    if (!wf_context_current)
        wf_panic("03.16", "the scope of %s is polled outside of any runtime", self->key->name);
    return wf_context_current;
}

static enum wf_poll local_scope_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_local_scope *self = (struct wf_local_scope *)future;
    struct wf_context *context = context_of(self);
    /* 03.T6: the scope is the innermost one while the inner future is polled, and not after it */
    LAB_TODO("03.T6");
}

static void local_scope_drop(struct wf_future *future)
{
    struct wf_local_scope *self = (struct wf_local_scope *)future;
    struct wf_context outside = {0}; /* a future may be dropped where nothing runs */
    bool alone = !wf_context_current;
    if (alone)
        wf_context_enter(&outside);
    struct wf_context *context = wf_context_current;
    /* 03.T6: the same while the inner future is dropped: its clean-up may ask for the value */
    LAB_TODO("03.T6");
    if (alone)
        wf_context_leave(&outside);
}

static void local_scope_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    visit(arg, ((const struct wf_local_scope *)future)->inner);
}

static const struct wf_future_ops local_scope_ops = {
    .name = "local_scope",
    .poll = local_scope_poll,
    .drop = local_scope_drop,
    .children = local_scope_children,
    .size = sizeof(struct wf_local_scope),
};

struct wf_local_scope *wf_local_scope(struct wf_local_scope *scope, const struct wf_task_local *key,
                                      void *value, struct wf_future *inner)
{
    *scope = (struct wf_local_scope){
        .future = {.ops = &local_scope_ops}, .inner = inner, .key = key, .value = value};
    return scope;
}

void *wf_task_local_get(const struct wf_task_local *key)
{
    /* 03.T6: look from the innermost scope outwards */
    LAB_TODO("03.T6");
}
