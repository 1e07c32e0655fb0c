/**
 * @file run_queue.c
 * @brief The ring of a worker: push and pop for its owner, steal for the others.
 *
 * ## Which thread may touch a slot
 *
 * The owner fills a slot and then moves `tail` over it: release, so a thief that acquires `tail` sees the task. A task is taken by
 * the one compare and exchange that moves `real` over its slot: so each is taken once. The owner is done then. A thief has
 * claimed several, and still reads them: `steal` stays behind until it has, and the owner counts its room from `steal`. With
 * that last step the thief releases the slots, and the owner acquires them in push.
 *
 * ## Why a thief reads head before tail
 *
 * Both change meanwhile. The owner moves `head` only over tasks that are below its `tail`, and by a release; so a thief that acquires
 * `head` first reads a `tail` that is at least as new. The difference may be too large, never negative; the exchange fails then.
 */
#include "weft/detail/run_queue.h"

#include <stdbool.h>

static uint64_t pack(uint32_t steal, uint32_t real)
{
    return (uint64_t)steal << 32 | real;
}

static uint32_t steal_of(uint64_t head)
{
    return (uint32_t)(head >> 32);
}

static uint32_t real_of(uint64_t head)
{
    return (uint32_t)head;
}

static struct wf_task **slot(struct wf_run_queue *queue, uint32_t number)
{
    return &queue->slots[number & queue->mask];
}

static uint32_t half(const struct wf_run_queue *queue)
{
    return wf_run_queue_size(queue) / 2;
}

void wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first)
{
    queue->mask = size - 1;
    /* relaxed: no other thread knows the ring yet */
    wf_store_relaxed(&queue->head, pack(first, first));
    wf_store_relaxed(&queue->tail, first);
}

/* The oldest half of a full ring goes to the inject queue, and `task` behind it. False: a thief came first, and there is room. */
static bool shed(struct wf_run_queue *queue, struct wf_task *task, uint32_t real,
                 struct wf_inject_queue *inject)
{
    /* LAB 05.T1 { claim the oldest half by one exchange, which fails if a thief came; then inject it and `task` as one batch */
    uint32_t count = half(queue);
    uint64_t head = pack(real, real);
    /* release: as in pop */
    if (!wf_compare_exchange_release(&queue->head, &head, pack(real + count, real + count)))
        return false;
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    for (uint32_t i = 0; i < count; i++)
        wf_task_queue_push(&batch, *slot(queue, real + i));
    wf_task_queue_push(&batch, task);
    wf_inject_queue_push(inject, &batch, count + 1);
    return true;
    /* LAB 05.T1 } */
}

uint32_t wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task, struct wf_inject_queue *inject)
{
    /* LAB 05.T1 { room is counted from `steal`. Full: shed half, or inject the task alone where a thief is at work; look again where shed says false */
    for (;;) {
        /* acquire: pairs with the thief's last step: it has read the slots below `steal`, which are filled again now */
        uint64_t head = wf_load_acquire(&queue->head);
        uint32_t steal = steal_of(head), real = real_of(head);
        uint32_t tail = wf_load_relaxed(&queue->tail); /* relaxed: only this thread writes it */
        if (tail - steal < wf_run_queue_size(queue)) {
            *slot(queue, tail) = task;
            wf_store_release(&queue->tail, tail + 1); /* publishes the slot, and the task, to a thief */
            return 0;
        }
        if (steal != real) {
            wf_inject_queue_push_one(inject, task);
            return 1;
        }
        if (shed(queue, task, real, inject))
            return half(queue) + 1;
    }
    /* LAB 05.T1 } */
}

struct wf_task *wf_run_queue_pop(struct wf_run_queue *queue)
{
    /* LAB 05.T1 { move `real` by one, and `steal` with it unless a thief is at work */
    uint64_t head =
        wf_load_relaxed(&queue->head); /* relaxed: the slots below `tail` are this thread's own writes */
    for (;;) {
        uint32_t steal = steal_of(head), real = real_of(head);
        if (real == wf_load_relaxed(&queue->tail)) /* relaxed: only this thread writes it */
            return NULL;
        uint64_t next = steal == real ? pack(real + 1, real + 1) : pack(steal, real + 1);
        /* release: a thief that acquires this head reads a tail that is as new */
        if (wf_compare_exchange_release(&queue->head, &head, next))
            return *slot(queue, real);
    }
    /* LAB 05.T1 } */
}

/* Claim the larger half of the tasks, from `*first` on. Returns how many; 0: there is none, or another thief is at work. */
static uint32_t claim(struct wf_run_queue *from, uint32_t *first)
{
    /* LAB 05.T2 { read head, then tail; move `real` over the larger half and leave `steal`; a half that is larger than half the size was read too late: look again */
    uint64_t head = wf_load_acquire(&from->head); /* acquire: pairs with pop; the tail below is as new */
    for (;;) {
        uint32_t steal = steal_of(head), real = real_of(head);
        uint32_t tail = wf_load_acquire(&from->tail); /* acquire: pairs with push: the slots, and the tasks */
        uint32_t ready = tail - real, count = ready - ready / 2;
        if (steal != real || count == 0)
            return 0;
        if (count > half(from)) { /* the tail is of a later time than the head */
            head = wf_load_acquire(&from->head);
            continue;
        }
        /* acquire, where it fails: as above. Nothing is published: the thief has done nothing yet. */
        if (wf_compare_exchange_acquire(&from->head, &head, pack(steal, real + count))) {
            *first = real;
            return count;
        }
    }
    /* LAB 05.T2 } */
}

/* The slots that were claimed are read: they are the owner's again. Meanwhile the owner may have moved `real`. */
static void give_back(struct wf_run_queue *from)
{
    /* LAB 05.T2 { `steal` catches up with `real` */
    uint64_t head = wf_load_relaxed(&from->head); /* relaxed: the exchange decides */
    /* release: pairs with push: the owner writes to these slots once it sees this */
    while (!wf_compare_exchange_release(&from->head, &head, pack(real_of(head), real_of(head))))
        ;
    /* LAB 05.T2 } */
}

struct wf_task *wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count)
{
    *count = 0;
    /* LAB 05.T2 { is there room for half a ring? Claim, copy all but the last behind one's own tail, give the slots back, then publish; the last one is returned */
    uint32_t tail = wf_load_relaxed(&own->tail), first; /* relaxed: this thread owns it */
    /* acquire: as in push: a thief of this ring has read the slots that are filled now */
    if (tail - steal_of(wf_load_acquire(&own->head)) > half(own))
        return NULL;
    uint32_t claimed = claim(from, &first);
    if (claimed == 0)
        return NULL;
    uint32_t kept = claimed - 1;
    for (uint32_t i = 0; i < kept; i++)
        *slot(own, tail + i) = *slot(from, first + i);
    struct wf_task *last = *slot(from, first + kept);
    give_back(from);
    wf_store_release(&own->tail, tail + kept); /* as in push */
    *count = claimed;
    return last;
    /* LAB 05.T2 } */
}
