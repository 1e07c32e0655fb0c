/**
 * @file inject_queue.c
 * @brief The queue of tasks that come from outside of the workers.
 */
#include "weft/detail/inject_queue.h"

void wf_inject_queue_init(struct wf_inject_queue *queue)
{
    *queue = (struct wf_inject_queue){.length = 0};
    pthread_mutex_init(&queue->lock, NULL);
    wf_task_queue_init(&queue->tasks);
}

void wf_inject_queue_destroy(struct wf_inject_queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
}

void wf_inject_queue_push(struct wf_inject_queue *queue, struct wf_task_queue *batch, uint32_t count)
{
    pthread_mutex_lock(&queue->lock);
    wf_task_queue_append(&queue->tasks, batch);
    queue->pushed += count;
    /* relaxed: a hint. The pusher then notifies a worker, by a read-modify-write that every worker on its way to sleep meets
     * (idle.c): so the look of the last one before it sleeps sees this. */
    wf_store_relaxed(&queue->length, wf_load_relaxed(&queue->length) + count);
    pthread_mutex_unlock(&queue->lock);
}

void wf_inject_queue_push_one(struct wf_inject_queue *queue, struct wf_task *task)
{
    struct wf_task_queue one;
    wf_task_queue_init(&one);
    wf_task_queue_push(&one, task);
    wf_inject_queue_push(queue, &one, 1);
}

uint32_t wf_inject_queue_pop(struct wf_inject_queue *queue, struct wf_task_queue *batch, uint32_t limit)
{
    uint32_t count = 0;
    pthread_mutex_lock(&queue->lock);
    for (struct wf_task *task; count < limit && (task = wf_task_queue_pop(&queue->tasks)); count++)
        wf_task_queue_push(batch, task);
    wf_store_relaxed(&queue->length, wf_load_relaxed(&queue->length) - count); /* relaxed: as above */
    pthread_mutex_unlock(&queue->lock);
    return count;
}

uint64_t wf_inject_queue_pushed(struct wf_inject_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    uint64_t pushed = queue->pushed;
    pthread_mutex_unlock(&queue->lock);
    return pushed;
}
