/**
 * @file scenario_moving.c
 * @brief Lab 04: two schedulers of a queue each: the tasks of one may move to another thread, those of the other stay.
 *
 * They run when they are told to, on whichever thread that is: what a scheduler with several workers may do at any time.
 */
#include "scenario.h"
#include "stage.h"
#include "weft/detail/task_queue.h"

struct mover {
    struct wf_scheduler head; /* first: it is a scheduler */
    struct wf_task_queue queue;
};

static int mover_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    wf_task_queue_push(&((struct mover *)scheduler)->queue, task);
    return 0;
}

static void mover_schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    wf_task_queue_push(&((struct mover *)scheduler)->queue, task);
}

static void mover_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
}

static const struct wf_scheduler_ops ops[] = {
    {.name = "stays", .bind = mover_bind, .schedule = mover_schedule, .released = mover_released},
    {.name = "moves",
     .bind = mover_bind,
     .schedule = mover_schedule,
     .released = mover_released,
     .migrates = true},
};
static struct mover movers[] = {{.head = {.ops = &ops[0]}}, {.head = {.ops = &ops[1]}}};

static struct mover *mover_at(bool moves)
{
    struct mover *self = &movers[moves];
    if (!self->queue.tail)
        wf_task_queue_init(&self->queue);
    return self;
}

struct wf_scheduler *mover_scheduler(bool moves)
{
    return &mover_at(moves)->head;
}

void run_mover(bool moves)
{
    struct mover *self = mover_at(moves);
    struct wf_context context = {.scheduler = &self->head};
    wf_context_enter(&context);
    for (struct wf_task *task; (task = wf_task_queue_pop(&self->queue));)
        wf_task_run(task, &context);
    wf_context_leave(&context);
}

void poll_root_of_mover(bool moves, int64_t root)
{
    static const struct wf_waker nobody;
    struct wf_future *future = own_frame(root);
    struct wf_context context = {.scheduler = mover_scheduler(moves), .runs = "block_on", .root = future};
    struct wf_cx cx = {.waker = &nobody};
    wf_context_enter(&context);
    if (wf_future_poll(future, &cx) == WF_PENDING)
        wf_future_drop(future);
    wf_context_leave(&context);
}
