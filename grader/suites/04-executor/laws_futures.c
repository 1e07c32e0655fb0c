/**
 * @file laws_futures.c
 * @brief How lab 04's futures are built for the laws.
 */
#include <pthread.h>

#include "futures.h"
#include "kit_subject.h"
#include "kit_tasks.h"
#include "scenario.h"
#include "weft/alloc.h"
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

/* --- a run of a local set, in which there is no task, one that waits, or one that gives way once --- */

enum { NO_TASK, WAITS, GIVES_WAY };

struct local_task {
    struct wf_future future;
    struct kit_object *object;
    bool gave_way;
    int told_in;
};

static struct wf_local_set *set_of(const struct kit_object *object)
{
    return object->extra[0];
}

static int second_runs, tasks_in_second; /* how many there were; the tasks that were polled in the last one */

static bool is_inside(const struct kit_object *object, const struct wf_context *context)
{
    return context && context != object->outside &&
           context->scheduler == wf_local_set_scheduler(set_of(object));
}

static enum wf_poll local_task_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct local_task *self = (struct local_task *)future;
    struct kit_object *object = self->object;
    const struct wf_context *context = wf_context_current;
    tasks_in_second += self->told_in != second_runs;
    self->told_in = second_runs;
    object->seen.surroundings_wrong += !is_inside(object, context) || !context->constrained ||
                                       context->budget != WF_BUDGET || !kit_values_are_away() ||
                                       !wf_task_current() || wf_task_frame(wf_task_current()) != future;
    bool ends = object->shape.form == NO_TASK || self->gave_way;
    if (object->shape.form == GIVES_WAY && !self->gave_way)
        wf_give_way(cx->waker);
    self->gave_way = object->shape.form == GIVES_WAY;
    return ends ? WF_READY : WF_PENDING;
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

/* A set costs one allocation: each fails in turn, then there is a set. What a failure leaves behind is live in the end. */
static struct wf_local_set *new_set(struct kit_object *object)
{
    struct wf_local_set *set = NULL;
    enum { SITES = 1, TRIED = 8 };
    uint32_t site = 0;
    while (!set && site++ < TRIED) {
        wf_alloc_fail_at(site);
        set = wf_local_set_new();
        bool failed = wf_alloc_fail_at(0) == 0;
        kit_returned(object, failed ? NULL : set, set);
    }
    object->seen.returned_wrong += site != SITES + 1;
    return set;
}

static void prepare_local_run(struct kit_object *object)
{
    object->extra[0] = new_set(object);
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

/* A run whose body is PENDING so often that local tasks come to an end that give way once, be they run before the body or after. */
enum { POLLS_OF_SECOND = 3 };
struct second {
    struct wf_local_run run;
    struct wf_future body;
    int polls;
};

static enum wf_poll second_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)cx;
    return ++WF_CONTAINER_OF(future, struct second, body)->polls > POLLS_OF_SECOND ? WF_READY : WF_PENDING;
}

static const struct wf_future_ops second_ops = {
    .name = "second", .poll = second_poll, .size = sizeof(struct wf_future)};

static enum wf_poll poll_second(struct second *second)
{
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    return wf_future_poll(&second->run.future, &cx);
}

static void build_second(struct second *second, struct kit_object *object)
{
    *second = (struct second){.body = {.ops = &second_ops}};
    wf_local_set_run(&second->run, set_of(object), &second->body);
}

/* Another run of the set: tasks that could run when the first one was dropped run in it. */
static int32_t witness_local_run(struct kit_object *object)
{
    struct second second;
    second_runs++;
    tasks_in_second = 0;
    build_second(&second, object);
    while (poll_second(&second) == WF_PENDING)
        ;
    return tasks_in_second;
}

static void local_run_second_inside(struct kit_object *object)
{
    struct second second;
    build_second(&second, object);
    (void)!poll_second(&second);
}

static void local_run_set_dropped_inside(struct kit_object *object)
{
    wf_local_set_drop(set_of(object));
}

static void *drop_set(void *set)
{
    wf_local_set_drop(set);
    return NULL;
}

static void local_run_set_dropped_elsewhere(struct kit_object *object)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, drop_set, set_of(object)) == 0)
        pthread_join(thread, NULL);
}

static enum wf_poll mover_poll(struct wf_future *future, struct wf_cx *cx)
{
    return wf_future_poll(&((struct second *)(void *)(future + 1))->run.future, cx);
}

static const struct wf_future_ops mover_ops = {
    .name = "mover", .poll = mover_poll, .size = sizeof(struct wf_future) + sizeof(struct second)};

/* The kit's scheduler, which says of itself that it moves its tasks. */
static void local_run_in_a_task_that_moves(struct kit_object *object)
{
    static struct kit_tasks tasks;
    static struct wf_scheduler_ops ops;
    kit_tasks_init(&tasks);
    ops = *tasks.scheduler.ops;
    ops.migrates = true;
    tasks.scheduler.ops = &ops;
    struct wf_task *task = wf_task_new(mover_ops.size);
    if (!task)
        scenario_broken("no memory for a task");
    struct wf_future *frame = wf_task_frame(task);
    *frame = (struct wf_future){.ops = &mover_ops};
    build_second((struct second *)(void *)(frame + 1), object);
    if (wf_task_spawn(task, &tasks.scheduler, NULL) != 0)
        scenario_broken("no task");
    kit_tasks_run(&tasks);
}

KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);

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
                                               .surrounds = local_run_surrounds,
                                               .witness = witness_local_run};

KIT_KINDS(LAB_FUTURES);
