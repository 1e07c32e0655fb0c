/**
 * @file scenario_moving.c
 * @brief Lab 04: two schedulers of a queue each: the tasks of one may move to another thread, those of the other stay.
 *
 * They run when they are told to, on whichever thread that is: what a scheduler with several workers may do at any time.
 */
#include "kit_tasks.h"
#include "stage.h"

static struct kit_tasks movers[2];

static struct kit_tasks *mover_at(bool moves)
{
    struct kit_tasks *self = &movers[moves];
    if (self->scheduler.ops)
        return self;
    kit_tasks_init(self);
    if (moves)
        kit_tasks_may_move(self);
    return self;
}

struct wf_scheduler *mover_scheduler(bool moves)
{
    return &mover_at(moves)->scheduler;
}

void run_mover(bool moves)
{
    kit_tasks_run(mover_at(moves));
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
