/**
 * @file kit_where.c
 * @brief From where an object is polled and dropped: outside of everything, in a runtime, inside of another one like it.
 */
#include <pthread.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/block_on.h"
#include "weft/context.h"

/* One poll or drop. It is a future itself, for what runs futures. */
struct errand {
    struct wf_future future;
    struct kit_object *of;
    int waker;     /* -1: drop it */
    int32_t units; /* -1: the budget of what stands around */
    int polls;     /* of the errand */
    int out;
};

static void run_errand(void *arg)
{
    const struct errand *errand = arg;
    struct wf_context own = {.constrained = true, .budget = (uint32_t)errand->units};
    if (errand->units >= 0)
        wf_context_enter(&own);
    if (errand->waker < 0)
        kit_drop(errand->of);
    else
        kit_poll(errand->of, errand->waker);
    if (errand->units >= 0)
        wf_context_leave(&own);
}

static void *errand_thread(void *errand)
{
    struct wf_context context = kit_around();
    wf_context_enter(&context);
    run_errand(errand);
    wf_context_leave(&context);
    return NULL;
}

/* Once, since it is the number that matters: no count of references in 16 bits holds so many. */
static void hold_many(const struct wf_waker *waker)
{
    enum { MANY = 70000 };
    static struct wf_waker clones[MANY];
    static bool were_held;
    if (were_held)
        return;
    were_held = true;
    for (int i = 0; i < MANY; i++)
        clones[i] = wf_waker_clone(waker);
    for (int i = 0; i < MANY; i++)
        wf_waker_drop(&clones[i]);
}

/* The first poll spends all that there is: the second has a budget of its own again. */
static enum wf_poll errand_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct errand *self = (struct errand *)future;
    const struct wf_context *context = wf_context_current;
    self->of->seen.budget_wrong += !context || !context->constrained || context->budget != WF_BUDGET;
    if (self->polls++ == 0) {
        hold_many(cx->waker);
        for (int unit = 0; unit < WF_BUDGET && wf_budget_spend(cx->waker); unit++)
            continue;
        wf_waker_wake_by_ref(cx->waker);
        return WF_PENDING;
    }
    run_errand(future);
    return WF_READY;
}

/* With and without an output. A negative one is the future's affair, and not that of what runs it. */
static const struct wf_future_ops errand_ops[] = {
    {.name = "errand", .poll = errand_poll, .size = sizeof(struct errand)},
    {.name = "errand", .poll = errand_poll, WF_FRAME(struct errand)},
};

/* In the poll of a leaf of another one that is as the object, with few leaves, but one at least. */
static void run_in_another(struct errand *errand)
{
    static struct kit_object another;
    struct kit_object *of = errand->of;
    struct wf_context context = {.constrained = false};
    struct kit_shape shape = of->shape;
    shape.count = shape.count < 1 ? 1 : shape.count > 3 ? 3 : shape.count;
    if (of->kind->stays_empty)
        shape.form = 0;
    wf_context_enter(&context);
    kit_build(&another, &shape, NULL, of->inner->rubbish);
    another.inner->inside = run_errand;
    another.inner->inside_arg = errand;
    kit_poll(&another, 0);
    of->seen.twin_wrong += another.inner->inside || another.seen.poll != WF_PENDING;
    kit_release(&another);
    of->seen.twin_wrong += another.seen.clones != 0 || another.seen.damage > 0;
    wf_context_leave(&context);
}

static void on_event(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    (void)event;
    if (kit_current)
        kit_place(AT_HOOK, kit_current);
}

/* Not the full budget: a future that fills it up again gives itself away. */
enum { SOME_BUDGET = WF_BUDGET - 7 };

void kit_go(struct kit_object *of, int waker, int32_t units)
{
    static struct wf_event_hook hook = {on_event};
    struct errand errand = {
        .future = {.ops = &errand_ops[waker < 0]}, .of = of, .waker = waker, .units = units, .out = WF_ECLOSED};
    struct wf_context context = {.constrained = kit_varied.where == IN_BUDGET, .budget = SOME_BUDGET};
    pthread_t thread;
    int32_t where = kit_varied.where;
    if (where == DROPPED_OUTSIDE)
        where = waker < 0 ? NO_CONTEXT : IN_CONTEXT;
    if (kit_varied.place == AT_HOOK) {
        context.event_hook = &hook;
        where = IN_CONTEXT; /* which has the hook */
    }
    switch (where) {
    case IN_CONTEXT:
    case IN_BUDGET:
        wf_context_enter(&context);
        run_errand(&errand);
        wf_context_leave(&context);
        break;
    case OTHER_THREAD:
        if (pthread_create(&thread, NULL, errand_thread, &errand) != 0)
            scenario_broken("no thread");
        pthread_join(thread, NULL);
        break;
    case IN_BLOCK_ON:
        of->seen.block_on_wrong += wf_block_on(&errand.future) != 0;
        break;
    case IN_ANOTHER:
        run_in_another(&errand);
        break;
    case IN_TASK:
    case IN_CLEAN_UP:
        kit_in_task(where, run_errand, &errand);
        break;
    case IN_ROOT:
    case IN_RUNTIME:
    case IN_LOCAL_TASK:
    case IN_SHUTDOWN:
        kit_in_runtime(where, run_errand, &errand);
        break;
    case IN_CALL:
        kit_in_call(run_errand, &errand);
        break;
    default:
        run_errand(&errand);
    }
}
