/**
 * @file laws_futures.c
 * @brief How lab 04's futures are built for the laws, in the order of futures.h.
 */
#include "kit_subject.h"
#include "kit_tasks.h"
#include "scenario.h"
#include "weft/coop.h"
#include "weft/local_set.h"
#include "weft/task.h"

static void build_yield(struct kit_object *object, void *frame)
{
    (void)object;
    wf_yield(frame);
}

static void build_consume(struct kit_object *object, void *frame)
{
    (void)object;
    wf_consume(frame);
}

/* --- unconstrained: so many deep, and one more --- */

static void build_unconstrained(struct kit_object *object, void *frame)
{
    struct wf_future *inner = kit_leaf(object, 0);
    for (int i = 0; i < object->shape.form; i++) {
        struct wf_unconstrained *between = kit_new(object, sizeof *between);
        inner = &wf_unconstrained(between, inner)->future;
    }
    wf_unconstrained(frame, inner);
}

static bool unconstrained_surrounds(const struct kit_object *object, bool in_drop)
{
    (void)object;
    return in_drop || !wf_context_current || !wf_context_current->constrained;
}

/* --- a run of a local set, in which there is no task, one that waits, or one that is READY at once --- */

enum { NO_TASK, WAITS, READY_AT_ONCE };

struct local_task {
    struct wf_future future;
    struct kit_object *object;
};

static struct wf_local_set *set_of(const struct kit_object *object)
{
    return object->extra[0];
}

static bool is_inside(const struct kit_object *object, const struct wf_context *context)
{
    return context && context != object->outside &&
           context->scheduler == wf_local_set_scheduler(set_of(object));
}

static enum wf_poll local_task_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct kit_object *object = ((struct local_task *)future)->object;
    const struct wf_context *context = wf_context_current;
    (void)cx;
    object->seen.surroundings_wrong += !is_inside(object, context) || !context->constrained ||
                                       context->budget != WF_BUDGET || !kit_values_are_away() ||
                                       !wf_task_current() || wf_task_frame(wf_task_current()) != future;
    return object->shape.form == WAITS ? WF_PENDING : WF_READY;
}

static const struct wf_future_ops local_task_ops = {
    .name = "local_task", .poll = local_task_poll, .size = sizeof(struct local_task)};

/* On no thread of the set's: the task that runs the set is woken. */
static void spawn_local_task(struct kit_object *object)
{
    struct wf_task *task = kit_new_task(sizeof(struct local_task));
    *(struct local_task *)(void *)wf_task_frame(task) =
        (struct local_task){.future = {.ops = &local_task_ops}, .object = object};
    kit_spawn(task, wf_local_set_scheduler(set_of(object)), NULL);
}

static void prepare_local_run(struct kit_object *object)
{
    object->extra[0] = wf_local_set_new();
    if (!object->extra[0])
        scenario_broken("no memory for a local set");
    if (object->shape.form != NO_TASK)
        spawn_local_task(object);
}

static void build_local_run(struct kit_object *object, void *frame)
{
    wf_local_set_run(frame, set_of(object), kit_leaf(object, 0));
}

/* The body's budget is its own; it has one unless a context outside says that there is none. It is inside a runtime, also where
 * the run is polled by hand: the run is what a panic names. */
static bool local_run_surrounds(const struct kit_object *object, bool in_drop)
{
    const struct wf_context *inside = wf_context_current, *outside = object->outside;
    if (in_drop)
        return true;
    bool constrained = !outside || outside->constrained;
    return is_inside(object, inside) && wf_context_running() == inside && inside->runs &&
           !wf_task_current() && inside->constrained == constrained &&
           (!constrained || inside->budget == WF_BUDGET) && kit_values_reach();
}

static void release_local_run(struct kit_object *object)
{
    wf_local_set_drop(set_of(object));
}

static const struct kit_kind yield_kind = {
    .name = "yield", .frame_bytes = sizeof(struct wf_yield), .build = build_yield};
static const struct kit_kind consume_kind = {
    .name = "consume", .frame_bytes = sizeof(struct wf_consume), .build = build_consume};
static const struct kit_kind unconstrained_kind = {.name = "unconstrained",
                                                   .frame_bytes = sizeof(struct wf_unconstrained),
                                                   .build = build_unconstrained,
                                                   .surrounds = unconstrained_surrounds};
static const struct kit_kind local_run_kind = {.name = "local_run",
                                               .frame_bytes = sizeof(struct wf_local_run),
                                               .prepare = prepare_local_run,
                                               .build = build_local_run,
                                               .release = release_local_run,
                                               .kick = spawn_local_task,
                                               .surrounds = local_run_surrounds};

const struct kit_kind *const kit_kinds[] = {&yield_kind, &consume_kind, &unconstrained_kind, &local_run_kind,
                                            NULL};
