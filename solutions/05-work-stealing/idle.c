/**
 * @file idle.c
 * @brief The idle word: who sleeps, who searches.
 *
 * ## Why no work is overlooked
 *
 * A thread that makes work writes the queue, then changes the word. A worker that goes to sleep changes the word, then reads the queues.
 * Both changes are read-modify-writes of one word, so one of them comes first. If the worker's does, the other thread sees that it
 * sleeps, and wakes it. If the other thread's does, the worker's change has read from it, or from one behind it, and acquires:
 * its look at the queues sees the work. A load in place of either change orders nothing: both threads could pass, each with an
 * old view of what the other one did. So wf_idle_to_wake() begins with an addition of nothing.
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
    /* LAB 05.T3 { look at the word by a read-modify-write; under the lock look again, take the first sleeper, and count it as awake and searching */
    /* release: publishes the work to a worker that falls asleep later. acquire: this one is seen that fell asleep before. */
    if (!wants_one_more(idle, wf_fetch_add_acq_rel(&idle->state, 0)))
        return NULL;
    pthread_mutex_lock(&idle->lock);
    /* relaxed: the count of those awake changes under the lock only; a searcher too many is harmless */
    if (wants_one_more(idle, wf_load_relaxed(&idle->state))) {
        chosen = idle->sleepers.next;
        wf_list_remove(chosen);
        /* acq_rel: as all changes of the word, so that none breaks the chain from a thread that made work to the last searcher */
        wf_fetch_add_acq_rel(&idle->state, WF_IDLE_AWAKE + WF_IDLE_SEARCHING);
    }
    pthread_mutex_unlock(&idle->lock);
    /* LAB 05.T3 } */
    return chosen;
}

bool wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool was_searching)
{
    bool last = true;
    /* LAB 05.T3 { under the lock, by one change of the word: not awake, and not searching; then it is the first of the sleepers */
    pthread_mutex_lock(&idle->lock);
    /* release: what this worker took from the queues, the next one that looks sees taken. acquire: the look at the queues that follows
     * sees the work of each thread that found this worker searching, and so woke nobody. */
    uint32_t before =
        wf_fetch_sub_acq_rel(&idle->state, WF_IDLE_AWAKE + (was_searching ? WF_IDLE_SEARCHING : 0));
    wf_list_push_front(&idle->sleepers, link);
    pthread_mutex_unlock(&idle->lock);
    /* also where it did not search itself: the searcher that stood for it may have found work since, and be in a long poll */
    last = searching(before) == was_searching;
    /* LAB 05.T3 } */
    return last;
}

bool wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link)
{
    bool asleep = false;
    /* LAB 05.T3 { under the lock: if it is still a sleeper, it is one no more, and counts as awake */
    pthread_mutex_lock(&idle->lock);
    asleep = !wf_list_is_empty(link);
    if (asleep) {
        wf_list_remove(link);
        wf_fetch_add_acq_rel(&idle->state, (uint32_t)WF_IDLE_AWAKE); /* acq_rel: as above */
    }
    pthread_mutex_unlock(&idle->lock);
    /* LAB 05.T3 } */
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
    /* LAB 05.T3 { refused where at least half of the workers search; else one more does */
    /* relaxed: a guess is good enough: one searcher too many costs a little time */
    if (2 * searching(wf_load_relaxed(&idle->state)) >= idle->workers)
        return false;
    wf_fetch_add_acq_rel(&idle->state, (uint32_t)WF_IDLE_SEARCHING); /* acq_rel: as above */
    return true;
    /* LAB 05.T3 } */
}

bool wf_idle_end_search(struct wf_idle *idle)
{
    /* LAB 05.T3 { one fewer; was it the last? */
    return searching(wf_fetch_sub_acq_rel(&idle->state, (uint32_t)WF_IDLE_SEARCHING)) ==
           1; /* acq_rel: as above */
    /* LAB 05.T3 } */
}
