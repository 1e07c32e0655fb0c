/**
 * @file rings.c
 * @brief Two rings driven by hand, on one thread: push, pop, overflow, steal.
 *
 * The tasks here are never run: a ring only hands pointers on. Each has a number, by which it is printed.
 */
#include <stdio.h>

#include "weft/detail/run_queue.h"

enum { TASKS = 2 * WF_RUN_QUEUE_SIZE };

static struct wf_run_queue first, second;
static struct wf_inject_queue inject;
static struct wf_task tasks[TASKS];
static unsigned pushed;

static void push(struct wf_run_queue *ring, unsigned count)
{
    unsigned shed = 0;
    for (unsigned i = 0; i < count; i++, pushed++)
        shed += wf_run_queue_push(ring, &tasks[pushed], &inject);
    printf("push %u: the ring has %u, the inject queue %u\n", count, wf_run_queue_length(ring), shed);
}

static void pop(struct wf_run_queue *ring)
{
    const struct wf_task *task = wf_run_queue_pop(ring);
    if (task)
        printf("pop: task %td; the ring has %u\n", task - tasks, wf_run_queue_length(ring));
    else
        printf("pop: nothing\n");
}

static void steal(struct wf_run_queue *from, struct wf_run_queue *own)
{
    uint32_t count;
    const struct wf_task *task = wf_run_queue_steal(from, own, &count);
    if (task)
        printf("steal: %u, of which task %td is returned; the rings have %u and %u\n", count, task - tasks,
               wf_run_queue_length(from), wf_run_queue_length(own));
    else
        printf("steal: nothing\n");
}

int main(void)
{
    wf_run_queue_init(&first, WF_RUN_QUEUE_SIZE, UINT32_MAX - 2); /* the numbers wrap soon */
    wf_run_queue_init(&second, WF_RUN_QUEUE_SIZE, 0);
    wf_inject_queue_init(&inject);
    pop(&first);
    push(&first, 5);
    pop(&first);
    steal(&first, &second);
    pop(&second);
    steal(&first, &second);
    pop(&first);
    steal(&first, &second);
    push(&first, WF_RUN_QUEUE_SIZE);
    push(&first, 1);
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    (void)wf_inject_queue_pop(&inject, &batch, 1);
    printf("the inject queue begins with task %td\n", wf_task_queue_pop(&batch) - tasks);
    return 0;
}
