/**
 * @file idle.c
 * @brief The idle word, with fences.
 *
 * A thread that made work has a fence between its write of the queue and its look at the word; a worker that falls asleep has one
 * between its change of the word and its look at the queues. In the one order of all such fences one comes first: what stands before
 * it is seen by what stands behind the other.
 */
#include "weft/detail/idle.h"

static uint32_t searching(uint32_t state)
{
    return state % WF_IDLE_AWAKE;
}

static uint32_t awake(uint32_t state)
{
    return state / WF_IDLE_AWAKE;
}

void wf_idle_init(struct wf_idle *idle, uint32_t workers)
{
    *idle = (struct wf_idle){.workers = workers};
    wf_store_relaxed(&idle->state, workers * WF_IDLE_AWAKE); /* relaxed: no other thread knows it yet */
    pthread_mutex_init(&idle->lock, NULL);
    wf_list_init(&idle->sleepers);
}

void wf_idle_destroy(struct wf_idle *idle)
{
    pthread_mutex_destroy(&idle->lock);
}

static bool wants_one_more(const struct wf_idle *idle, uint32_t state)
{
    return searching(state) == 0 && awake(state) < idle->workers;
}

struct wf_list *wf_idle_to_wake(struct wf_idle *idle)
{
    struct wf_list *chosen = NULL;
    /* release: publishes the work to a worker that falls asleep later. acquire: this one is seen that fell asleep before. */
    atomic_thread_fence(memory_order_seq_cst);
    if (!wants_one_more(idle, wf_load_relaxed(&idle->state)))
        return NULL;
    pthread_mutex_lock(&idle->lock);
    /* relaxed: who is awake changes under the lock only; a searcher too many is harmless */
    if (wants_one_more(idle, wf_load_relaxed(&idle->state))) {
        chosen = idle->sleepers.next;
        wf_list_remove(chosen);
        /* acq_rel: as all changes of the word, so that none breaks the chain from a thread that made work to the last searcher */
        wf_fetch_add_acq_rel(&idle->state, WF_IDLE_AWAKE + WF_IDLE_SEARCHING);
    }
    pthread_mutex_unlock(&idle->lock);
    return chosen;
}

bool wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool was_searching)
{
    bool last = true;
    pthread_mutex_lock(&idle->lock);
    /* release: what this worker took from the queues, the next one that looks sees taken. acquire: the look at the queues that follows
     * sees the work of each thread that found this worker searching, and so woke nobody. */
    uint32_t before =
        wf_fetch_sub_acq_rel(&idle->state, WF_IDLE_AWAKE + (was_searching ? WF_IDLE_SEARCHING : 0));
    wf_list_push_front(&idle->sleepers, link);
    pthread_mutex_unlock(&idle->lock);
    atomic_thread_fence(memory_order_seq_cst);
    /* also where it did not search itself: the searcher that stood for it may have found work since, and be in a long poll */
    last = searching(before) == was_searching;
    return last;
}

bool wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link)
{
    bool asleep = false;
    pthread_mutex_lock(&idle->lock);
    asleep = !wf_list_is_empty(link);
    if (asleep) {
        wf_list_remove(link);
        wf_fetch_add_acq_rel(&idle->state, (uint32_t)WF_IDLE_AWAKE); /* acq_rel: as above */
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
    /* relaxed: a guess is good enough: one searcher too many costs a little time */
    if (2 * searching(wf_load_relaxed(&idle->state)) >= idle->workers)
        return false;
    wf_fetch_add_acq_rel(&idle->state, (uint32_t)WF_IDLE_SEARCHING); /* acq_rel: as above */
    return true;
}

bool wf_idle_end_search(struct wf_idle *idle)
{
    bool last = searching(wf_fetch_sub_acq_rel(&idle->state, (uint32_t)WF_IDLE_SEARCHING)) == 1;
    atomic_thread_fence(memory_order_seq_cst);
    return last;
}
