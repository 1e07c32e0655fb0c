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
#include "weft/panic.h"

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
    /* 05.T3: look at the word by a read-modify-write; under the lock look again, take the first
     * sleeper, and count it as awake and searching */
    LAB_TODO("05.T3");
    return chosen;
}

bool wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool was_searching)
{
    bool last = true;
    /* 05.T3: under the lock, by one change of the word: not awake, and not searching; then it is
     * the first of the sleepers */
    LAB_TODO("05.T3");
    return last;
}

bool wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link)
{
    bool asleep = false;
    /* 05.T3: under the lock: if it is still a sleeper, it is one no more, and counts as awake */
    LAB_TODO("05.T3");
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
    /* 05.T3: refused where at least half of the workers search; else one more does */
    LAB_TODO("05.T3");
}

bool wf_idle_end_search(struct wf_idle *idle)
{
    /* 05.T3: one fewer; was it the last? */
    LAB_TODO("05.T3");
}
