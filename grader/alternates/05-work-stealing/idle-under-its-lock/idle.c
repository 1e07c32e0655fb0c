/**
 * @file idle.c
 * @brief Who sleeps and who searches, under one lock.
 *
 * A thread that made work takes the lock after it wrote the queue; a worker that falls asleep takes it before it reads the queues again.
 * One of them has it first: then either the thread finds the worker asleep, or the worker sees the work.
 */
#include "weft/detail/idle.h"

/* Under the lock, as all here. */
static uint32_t searching(const struct wf_idle *idle)
{
    return wf_load_relaxed(&idle->state) % WF_IDLE_AWAKE;
}

static void change(struct wf_idle *idle, int awake, int search)
{
    uint32_t state = wf_load_relaxed(&idle->state);
    wf_store_relaxed(&idle->state,
                     state + (uint32_t)awake * WF_IDLE_AWAKE + (uint32_t)search * WF_IDLE_SEARCHING);
}

void wf_idle_init(struct wf_idle *idle, uint32_t workers)
{
    *idle = (struct wf_idle){.workers = workers};
    wf_store_relaxed(&idle->state, workers * WF_IDLE_AWAKE);
    pthread_mutex_init(&idle->lock, NULL);
    wf_list_init(&idle->sleepers);
}

void wf_idle_destroy(struct wf_idle *idle)
{
    pthread_mutex_destroy(&idle->lock);
}

struct wf_list *wf_idle_to_wake(struct wf_idle *idle)
{
    pthread_mutex_lock(&idle->lock);
    struct wf_list *chosen = searching(idle) == 0 ? wf_list_pop_front(&idle->sleepers) : NULL;
    if (chosen)
        change(idle, 1, 1);
    pthread_mutex_unlock(&idle->lock);
    return chosen;
}

bool wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool was_searching)
{
    pthread_mutex_lock(&idle->lock);
    change(idle, -1, was_searching ? -1 : 0);
    wf_list_push_front(&idle->sleepers, link);
    bool nobody = searching(idle) == 0;
    pthread_mutex_unlock(&idle->lock);
    return nobody;
}

bool wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link)
{
    pthread_mutex_lock(&idle->lock);
    bool asleep = !wf_list_is_empty(link);
    if (asleep) {
        wf_list_remove(link);
        change(idle, 1, 0);
    }
    pthread_mutex_unlock(&idle->lock);
    return asleep;
}

bool wf_idle_is_asleep(struct wf_idle *idle, struct wf_list *link)
{
    pthread_mutex_lock(&idle->lock);
    bool asleep = !wf_list_is_empty(link);
    pthread_mutex_unlock(&idle->lock);
    return asleep;
}

bool wf_idle_begin_search(struct wf_idle *idle)
{
    pthread_mutex_lock(&idle->lock);
    bool may = 2 * searching(idle) < idle->workers;
    if (may)
        change(idle, 0, 1);
    pthread_mutex_unlock(&idle->lock);
    return may;
}

bool wf_idle_end_search(struct wf_idle *idle)
{
    pthread_mutex_lock(&idle->lock);
    change(idle, 0, -1);
    bool nobody = searching(idle) == 0;
    pthread_mutex_unlock(&idle->lock);
    return nobody;
}
