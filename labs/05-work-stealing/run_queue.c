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
#include "weft/panic.h"

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
    /* 05.T1: claim the oldest half by one exchange, which fails if a thief came; then inject it and
     * `task` as one batch */
    LAB_TODO("05.T1");
}

uint32_t wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task, struct wf_inject_queue *inject)
{
    /* 05.T1: room is counted from `steal`. Full: shed half, or inject the task alone where a thief
     * is at work; look again where shed says false */
    LAB_TODO("05.T1");
}

struct wf_task *wf_run_queue_pop(struct wf_run_queue *queue)
{
    /* 05.T1: move `real` by one, and `steal` with it unless a thief is at work */
    LAB_TODO("05.T1");
}

/* Claim the larger half of the tasks, from `*first` on. Returns how many; 0: there is none, or another thief is at work. */
static uint32_t claim(struct wf_run_queue *from, uint32_t *first)
{
    /* 05.T2: read head, then tail; move `real` over the larger half and leave `steal`; a half that
     * is larger than half the size was read too late: look again */
    LAB_TODO("05.T2");
}

/* The slots that were claimed are read: they are the owner's again. Meanwhile the owner may have moved `real`. */
static void give_back(struct wf_run_queue *from)
{
    /* 05.T2: `steal` catches up with `real` */
    LAB_TODO("05.T2");
}

struct wf_task *wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count)
{
    *count = 0;
    /* 05.T2: is there room for half a ring? Claim, copy all but the last behind one's own tail,
     * give the slots back, then publish; the last one is returned */
    LAB_TODO("05.T2");
}
