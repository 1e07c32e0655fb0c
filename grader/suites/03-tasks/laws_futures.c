/**
 * @file laws_futures.c
 * @brief How lab 03's futures are built for the laws.
 */
#include "futures.h"
#include "kit_subject.h"
#include "kit_tasks.h"
#include "weft/task.h"
#include "weft/task_local.h"

/* --- a scope: alone; of NULL, inside another of its key; inside one of another key with the same name --- */

enum { ALONE, NULL_INSIDE, BESIDE_A_NAMESAKE };

static const struct wf_task_local key = {"key"}, namesake = {"key"};
static int value, other;

static void build_local_scope(struct kit_object *object, void *frame)
{
    struct wf_future *inner = kit_leaf(object, 0);
    int form = object->shape.form;
    if (form == ALONE) {
        wf_local_scope(frame, &key, &value, inner);
        return;
    }
    struct wf_local_scope *scope = kit_new(object, sizeof *scope);
    wf_local_scope(scope, &key, form == NULL_INSIDE ? NULL : &value, inner);
    wf_local_scope(frame, form == NULL_INSIDE ? &key : &namesake, &other, &scope->future);
}

static bool local_scope_surrounds(const struct kit_object *object, bool in_drop)
{
    int form = object->shape.form;
    (void)in_drop; /* the same */
    return wf_task_local_get(&key) == (form == NULL_INSIDE ? NULL : &value) &&
           wf_task_local_get(&namesake) == (form == BESIDE_A_NAMESAKE ? &other : NULL) && kit_values_reach();
}

/* --- a join handle: nothing else keeps the task's memory; or an abort handle does, or a waker --- */

enum { NOTHING_ELSE, ABORT_HANDLE, WAKER };

struct of_task {
    struct kit_tasks tasks;
    struct wf_task *task;
    struct wf_abort_handle abort;
    struct wf_waker waker;
};

static struct of_task *of_task(const struct kit_object *object)
{
    return object->extra[0];
}

static void prepare_join_handle(struct kit_object *object)
{
    struct of_task *of = object->extra[0] = kit_new(object, sizeof *of);
    *of = (struct of_task){.task = kit_new_task(object->leaf_bytes)};
    kit_tasks_init(&of->tasks);
    kit_leaf_in(object, 0, wf_task_frame(of->task));
}

static void build_join_handle(struct kit_object *object, void *frame)
{
    struct of_task *of = of_task(object);
    struct wf_join_handle *handle = frame;
    kit_spawn(of->task, &of->tasks.scheduler, handle);
    handle->value = object->value;
    const struct wf_waker waker = wf_task_waker(of->task);
    if (object->shape.form == ABORT_HANDLE)
        of->abort = wf_join_handle_abort_handle(handle);
    else if (object->shape.form == WAKER)
        of->waker = wf_waker_clone(&waker);
}

static void turn_join_handle(struct kit_object *object)
{
    kit_tasks_run(&of_task(object)->tasks);
}

/* A task that is over may be freed already. */
static void release_join_handle(struct kit_object *object)
{
    struct of_task *of = of_task(object);
    if (!kit_leaf_is_over(object, 0))
        wf_abort(&(const struct wf_abort_handle){of->task});
    kit_tasks_run(&of->tasks);
    wf_abort_handle_drop(&of->abort);
    wf_waker_drop(&of->waker);
}

/* Its task waits, or is over and only a waker keeps it. */
static void join_handle_run_unqueued(struct kit_object *object)
{
    struct wf_context context = {.scheduler = &of_task(object)->tasks.scheduler};
    wf_context_enter(&context);
    wf_task_run(of_task(object)->task, &context);
}

static void join_handle_into_the_wrong_size(struct kit_object *object)
{
    wf_join_into((struct wf_join_handle *)object->future, NULL, (size_t)object->shape.bytes + 1);
}

static void join_handle_into_when_over(struct kit_object *object)
{
    wf_join_into((struct wf_join_handle *)object->future, NULL, (size_t)object->shape.bytes);
}

KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);

static const struct kit_kind local_scope_kind = {.name = "local_scope",
                                                 .frame_bytes = sizeof(struct wf_local_scope),
                                                 .build = build_local_scope,
                                                 .surrounds = local_scope_surrounds};
static const struct kit_kind join_handle_kind = {.name = "join_handle",
                                                 KIT_FRAME(struct wf_join_handle),
                                                 .hands_value = true,
                                                 .prepare = prepare_join_handle,
                                                 .build = build_join_handle,
                                                 .release = release_join_handle,
                                                 .turn = turn_join_handle};

KIT_KINDS(LAB_FUTURES);
