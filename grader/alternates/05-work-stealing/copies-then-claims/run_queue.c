/**
 * @file run_queue.c
 * @brief A ring from which a thief copies before it claims.
 *
 * A slot from head to tail is not filled again while head stands still: so where a thief's exchange succeeds, all that it copied was
 * there. Where it fails the copies may be of any time, and are thrown away.
 */
#include "weft/detail/run_queue.h"

#include <stdbool.h>

static uint64_t both(uint32_t number)
{
    return (uint64_t)number << 32 | number;
}

static void fill(struct wf_run_queue *queue, uint32_t number, struct wf_task *task)
{
    __atomic_store_n(&queue->slots[number & queue->mask], task, __ATOMIC_RELAXED);
}

static struct wf_task *read_slot(const struct wf_run_queue *queue, uint32_t number)
{
    return __atomic_load_n(&queue->slots[number & queue->mask], __ATOMIC_RELAXED);
}

void wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first)
{
    queue->mask = size - 1;
    wf_store_relaxed(&queue->head, both(first));
    wf_store_relaxed(&queue->tail, first);
}

uint32_t wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task, struct wf_inject_queue *inject)
{
    uint32_t tail = wf_load_relaxed(&queue->tail), size = wf_run_queue_size(queue);
    for (;;) {
        /* acquire: with the release of the exchange by which a thief took what stood in the slot */
        uint64_t head = wf_load_acquire(&queue->head);
        uint32_t first = (uint32_t)head;
        if (tail - first < size) {
            fill(queue, tail, task);
            wf_store_release(&queue->tail, tail + 1); /* publishes the slot, and the task */
            return 0;
        }
        if (!wf_compare_exchange_acq_rel(&queue->head, &head, both(first + size / 2)))
            continue;
        struct wf_task_queue batch;
        wf_task_queue_init(&batch);
        for (uint32_t i = 0; i < size / 2; i++)
            wf_task_queue_push(&batch,
                               read_slot(queue, first + i)); /* its own slots: only this thread fills them */
        wf_task_queue_push(&batch, task);
        wf_inject_queue_push(inject, &batch, size / 2 + 1);
        return size / 2 + 1;
    }
}

struct wf_task *wf_run_queue_pop(struct wf_run_queue *queue)
{
    uint64_t head = wf_load_acquire(&queue->head);
    while ((uint32_t)head != wf_load_relaxed(&queue->tail)) {
        struct wf_task *task = read_slot(queue, (uint32_t)head);
        if (wf_compare_exchange_acq_rel(&queue->head, &head, both((uint32_t)head + 1)))
            return task;
    }
    return NULL;
}

struct wf_task *wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count)
{
    uint32_t tail = wf_load_relaxed(&own->tail);
    *count = 0;
    if (tail - (uint32_t)wf_load_acquire(&own->head) > wf_run_queue_size(own) / 2)
        return NULL;
    for (;;) {
        uint64_t head = wf_load_acquire(&from->head);
        uint32_t first = (uint32_t)head;
        uint32_t ready = wf_load_acquire(&from->tail) - first, half = ready - ready / 2;
        if (half == 0)
            return NULL;
        if (half > wf_run_queue_size(from) / 2)
            continue; /* head and tail are of two times */
        struct wf_task *last = read_slot(from, first + half - 1);
        for (uint32_t i = 0; i + 1 < half; i++)
            fill(own, tail + i, read_slot(from, first + i));
        /* acq_rel: the owner that sees it may fill the slots again */
        if (!wf_compare_exchange_acq_rel(&from->head, &head, both(first + half)))
            continue;
        wf_store_release(&own->tail, tail + half - 1);
        *count = half;
        return last;
    }
}
