/**
 * @file turns.c
 * @brief A set of tasks, driven by hand: no root, no park, two polls a turn.
 *
 * What an executor does with its tasks, laid open: the order of the queue, and what becomes of tasks that yield. They
 * are put aside, and run again after the turn, behind every task that was queued meanwhile.
 */
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/coop.h"
#include "weft/task.h"
#include "weft/task_set.h"

/* Prints, gives way once, prints again. */
struct child {
    struct wf_future future;
    int number; /* an argument */
    struct wf_yield yield;
    int out;
};

ASYNC_FN(child)
{
    ASYNC_BEGIN;
    printf("  %d begins\n", self->number);
    AWAIT(wf_yield(&self->yield));
    printf("  %d ends\n", self->number);
ASYNC_FINALLY:
    ASYNC_END;
}

/* Nothing is injected here, so there is no one to tell. */
static void nobody(struct wf_task_set *set)
{
    (void)set;
}

static const struct wf_task_set_ops by_hand = {.notify = nobody, .free = wf_task_set_destroy};

int main(void)
{
    struct wf_task_set set;
    wf_task_set_init(&set, &by_hand, NULL);
    struct wf_context context = wf_task_set_context(&set);
    wf_context_enter(&context);
    for (int i = 1; i <= 3; i++)
        if (WF_SPAWN(&set.scheduler, NULL, child, .number = i) != 0)
            return 1;
    while (wf_task_set_has_work(&set)) {
        printf("%u polls\n", wf_task_set_run(&set, &context, 2));
        wf_task_set_end_turn(&set);
    }
    wf_context_leave(&context);
    wf_task_set_unreference(&set);
    printf("live bytes: %zu\n", wf_live_bytes());
    return 0;
}
