/**
 * @file idle.c
 * @brief The idle word, changed by compare and exchange alone.
 *
 * An exchange that succeeds is a read-modify-write, also of the word for itself: so one of two threads comes first, as where the word is
 * added to. Acquire and release: a worker that falls asleep sees what was published before an earlier change.
 */
#include "weft/detail/idle.h"

static uint32_t searching(uint32_t state)
{
    return state % WF_IDLE_AWAKE;
}

static bool wants_one_more(const struct wf_idle *idle, uint32_t state)
{
    return searching(state) == 0 && state / WF_IDLE_AWAKE < idle->workers;
}

/* Returns the word as it was. */
static uint32_t change(struct wf_idle *idle, uint32_t difference)
{
    uint32_t state = wf_load_relaxed(&idle->state);
    while (!wf_compare_exchange_acq_rel(&idle->state, &state, state + difference))
        ;
    return state;
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
    struct wf_list *chosen = NULL;
    if (!wants_one_more(idle, change(idle, 0)))
        return NULL;
    pthread_mutex_lock(&idle->lock);
    uint32_t state = wf_load_relaxed(&idle->state);
    while (!chosen && wants_one_more(idle, state))
        if (wf_compare_exchange_acq_rel(&idle->state, &state, state + WF_IDLE_AWAKE + WF_IDLE_SEARCHING))
            chosen = wf_list_pop_front(&idle->sleepers);
    pthread_mutex_unlock(&idle->lock);
    return chosen;
}

bool wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool was_searching)
{
    uint32_t less = WF_IDLE_AWAKE + (was_searching ? WF_IDLE_SEARCHING : 0);
    pthread_mutex_lock(&idle->lock);
    wf_list_push_front(&idle->sleepers, link);
    uint32_t before = change(idle, -less);
    pthread_mutex_unlock(&idle->lock);
    return searching(before) == was_searching;
}

bool wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link)
{
    pthread_mutex_lock(&idle->lock);
    bool asleep = !wf_list_is_empty(link);
    if (asleep) {
        wf_list_remove(link);
        (void)change(idle, WF_IDLE_AWAKE);
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
    uint32_t state = wf_load_relaxed(&idle->state);
    while (2 * searching(state) < idle->workers)
        if (wf_compare_exchange_acq_rel(&idle->state, &state, state + WF_IDLE_SEARCHING))
            return true;
    return false;
}

bool wf_idle_end_search(struct wf_idle *idle)
{
    return searching(change(idle, -(uint32_t)WF_IDLE_SEARCHING)) == 1;
}
