/**
 * @file kit_tasks.c
 * @brief The kit's scheduler by hand, and a task in whose poll something is done.
 */
#include "kit_tasks.h"

#include "kit_inner.h"
#include "scenario.h"
#include "weft/context.h"
#include "weft/task.h"
#include "weft/task_local.h"

static int bind(struct wf_scheduler *self, struct wf_task *task)
{
    wf_task_queue_push(&((struct kit_tasks *)self)->queue, task);
    return 0;
}

static void schedule(struct wf_scheduler *self, struct wf_task *task)
{
    wf_task_queue_push(&((struct kit_tasks *)self)->queue, task);
}

static void released(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    (void)task;
}

static const struct wf_scheduler_ops stays_ops = {
    .name = "kit", .bind = bind, .schedule = schedule, .released = released};
static const struct wf_scheduler_ops moves_ops = {
    .name = "kit", .bind = bind, .schedule = schedule, .released = released, .migrates = true};

void kit_tasks_init(struct kit_tasks *tasks)
{
    *tasks = (struct kit_tasks){.scheduler = {.ops = &stays_ops}};
    wf_task_queue_init(&tasks->queue);
}

void kit_tasks_may_move(struct kit_tasks *tasks)
{
    tasks->scheduler.ops = &moves_ops;
}

void kit_tasks_run(struct kit_tasks *tasks)
{
    struct wf_context context = {.scheduler = &tasks->scheduler};
    struct wf_task *task;
    wf_context_enter(&context);
    while ((task = wf_task_queue_pop(&tasks->queue)))
        wf_task_run(task, &context);
    wf_context_leave(&context);
}

struct wf_task *kit_new_task(size_t frame_bytes)
{
    struct wf_task *task = wf_task_new(frame_bytes);
    if (!task)
        scenario_broken("no memory for a task");
    return task;
}

void kit_spawn(struct wf_task *task, struct wf_scheduler *scheduler, struct wf_join_handle *handle)
{
    if (wf_task_spawn(task, scheduler, handle) != 0)
        scenario_broken("a scheduler that is open refuses a task");
}

/* Equal by name: a key is its address. */
static const struct wf_task_local keys[] = {{"kit"}, {"kit"}};
enum { KEYS = sizeof keys / sizeof *keys, DEEP = 70 };
static const struct wf_task_local between = {"kit"}; /* so many scopes deep, of another key */
static int newest =
    -1; /* the key in force around what runs, -1: none. The driver's thread alone changes it. */

static bool values_are(int in_force)
{
    bool right = true;
    for (int i = 0; i < KEYS; i++)
        right &= wf_task_local_get(&keys[i]) == (i == in_force ? &newest : NULL);
    return right;
}

bool kit_values_reach(void)
{
    return values_are(newest);
}

bool kit_values_are_away(void)
{
    return values_are(-1);
}

/* A task's future: it does something in its poll, inside of scopes; or in its drop, if it was not polled. */
struct chore {
    struct wf_future future;
    struct wf_future inner;
    void (*what)(void *arg);
    void *arg;
};

static enum wf_poll inner_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct chore *self = WF_CONTAINER_OF(future, struct chore, inner);
    (void)cx;
    self->what(self->arg);
    return WF_READY;
}

static const struct wf_future_ops inner_ops = {
    .name = "chore", .poll = inner_poll, .size = sizeof(struct wf_future)};

/* Those of the last turn stay, so that a pointer into them is no pointer into these. */
static struct around {
    struct wf_local_scope scope, deep[DEEP];
} around[KEYS];

static enum wf_poll chore_poll(struct wf_future *future, struct wf_cx *cx)
{
    static int turns;
    struct chore *self = (struct chore *)future;
    int outer = newest;
    newest = turns++ % KEYS;
    self->inner = (struct wf_future){.ops = &inner_ops};
    struct around *scopes = &around[newest];
    struct wf_future *inside = &self->inner;
    for (int i = 0; i < DEEP; i++)
        inside = &wf_local_scope(&scopes->deep[i], &between, NULL, inside)->future;
    wf_local_scope(&scopes->scope, &keys[newest], &newest, inside);
    enum wf_poll poll = wf_future_poll(&scopes->scope.future, cx);
    newest = outer;
    return poll;
}

static void chore_drop(struct wf_future *future)
{
    struct chore *self = (struct chore *)future;
    self->what(self->arg);
}

static const struct wf_future_ops chore_ops = {
    .name = "task", .poll = chore_poll, .drop = chore_drop, .size = sizeof(struct chore)};

void kit_in_task(int32_t where, void (*what)(void *arg), void *arg)
{
    struct kit_tasks tasks;
    kit_tasks_init(&tasks);
    struct wf_task *task = kit_new_task(sizeof(struct chore));
    *(struct chore *)(void *)wf_task_frame(task) =
        (struct chore){.future = {.ops = &chore_ops}, .what = what, .arg = arg};
    kit_spawn(task, &tasks.scheduler, NULL);
    if (where == IN_CLEAN_UP)
        wf_abort(&(const struct wf_abort_handle){task});
    kit_tasks_run(&tasks);
}
