/**
 * @file run_queue.c
 * @brief A ring under a lock.
 *
 * `head` and `tail` change under the lock alone. They are atomic since others look at the length without it.
 */
#include "weft/detail/run_queue.h"

#include <pthread.h>
#include <stdbool.h>

enum { LOCKS = 16, LINE = 64 };

static pthread_mutex_t locks[LOCKS] = {[0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER};

static pthread_mutex_t *lock_of(const struct wf_run_queue *queue)
{
    return &locks[(uintptr_t)queue / sizeof *queue % LOCKS];
}

static uint32_t head_of(const struct wf_run_queue *queue)
{
    return (uint32_t)wf_load_relaxed(&queue->head); /* relaxed: as all here, the lock orders it */
}

static void set_head(struct wf_run_queue *queue, uint32_t head)
{
    wf_store_relaxed(&queue->head, (uint64_t)head << 32 | head);
}

static uint32_t length_of(const struct wf_run_queue *queue)
{
    return wf_load_relaxed(&queue->tail) - head_of(queue);
}

/* There is room. */
static void add(struct wf_run_queue *queue, struct wf_task *task)
{
    uint32_t tail = wf_load_relaxed(&queue->tail);
    queue->slots[tail & queue->mask] = task;
    wf_store_relaxed(&queue->tail, tail + 1);
}

/* There is one. */
static struct wf_task *take(struct wf_run_queue *queue)
{
    uint32_t head = head_of(queue);
    set_head(queue, head + 1);
    return queue->slots[head & queue->mask];
}

void wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first)
{
    queue->mask = size - 1;
    set_head(queue, first);
    wf_store_relaxed(&queue->tail, first);
}

uint32_t wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task, struct wf_inject_queue *inject)
{
    struct wf_task_queue batch;
    uint32_t count = 0;
    wf_task_queue_init(&batch);
    pthread_mutex_lock(lock_of(queue));
    if (length_of(queue) < wf_run_queue_size(queue)) {
        add(queue, task);
    } else {
        for (; count < wf_run_queue_size(queue) / 2; count++)
            wf_task_queue_push(&batch, take(queue));
        wf_task_queue_push(&batch, task);
        count++;
    }
    pthread_mutex_unlock(lock_of(queue));
    if (count > 0)
        wf_inject_queue_push(inject, &batch, count);
    return count;
}

struct wf_task *wf_run_queue_pop(struct wf_run_queue *queue)
{
    pthread_mutex_lock(lock_of(queue));
    struct wf_task *task = length_of(queue) > 0 ? take(queue) : NULL;
    pthread_mutex_unlock(lock_of(queue));
    return task;
}

struct wf_task *wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count)
{
    struct wf_task *taken[WF_RUN_QUEUE_SIZE / 2];
    *count = 0;
    /* without the lock: thieves make it shorter only */
    if (length_of(own) > wf_run_queue_size(own) / 2)
        return NULL;
    pthread_mutex_lock(lock_of(from));
    uint32_t ready = length_of(from), half = ready - ready / 2;
    for (uint32_t i = 0; i < half; i++)
        taken[i] = take(from);
    pthread_mutex_unlock(lock_of(from));
    if (half == 0)
        return NULL;
    pthread_mutex_lock(lock_of(own));
    for (uint32_t i = 0; i + 1 < half; i++)
        add(own, taken[i]);
    pthread_mutex_unlock(lock_of(own));
    *count = half;
    return taken[half - 1];
}
