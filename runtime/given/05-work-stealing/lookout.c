/**
 * @file lookout.c
 * @brief One sleeper looks out for the others: so a task that is the only one of its worker need not wake a sleeper.
 *
 * Two tasks that wake each other in turn are, each in its turn, the only task of their worker, which takes it as soon as the poll is over that
 * woke it. A sleeper that is woken for it comes too late, or moves it to another core; and does so again and again. But nobody knows whether
 * that poll will be over soon. So the sleeper is not woken, where one sleeps with a deadline and looks: a task that has waited from
 * one look to the next, behind one and the same poll, is for a worker that sleeps.
 *
 * ## Why no task waits for longer than two looks
 *
 * The worker that makes the task ready pushes it, and then changes `lookouts` by an addition of nothing. A lookout that ends changes
 * `lookouts` too, and then looks at the queues. Both are read-modify-writes of one word, so one of them comes first. If the worker's
 * does, the lookout's last look sees the task. If the lookout's does, the worker sees that nobody looks out, and wakes a sleeper.
 */
#include "weft/detail/worker.h"

#include <stddef.h>

bool wf_lookout_look(struct wf_workers *all)
{
    bool waits = false;
    for (uint32_t i = 0; i < all->count; i++) {
        struct wf_worker *worker = &all->workers[i];
        uint64_t polls =
            wf_load_relaxed(&worker->counts.polls); /* relaxed: a moment more or less does not matter */
        waits |= polls == worker->polls_seen && wf_run_queue_length(&worker->queue) > 0;
        worker->polls_seen = polls;
    }
    return waits;
}

bool wf_lookout_begin(struct wf_workers *all)
{
    if (all->lookout_ns == 0 || !wf_idle_is_any_awake(&all->idle))
        return false;
    /* acquire: the last lookout is done with polls_seen */
    if (wf_exchange_acquire(&all->lookouts, 1))
        return false;
    (void)!wf_lookout_look(all); /* only to remember */
    return true;
}

void wf_lookout_end(struct wf_workers *all)
{
    /* acquire: the pushes of those that saw the lookout. release: polls_seen, to the next one */
    (void)wf_exchange_acq_rel(&all->lookouts, 0);
}

bool wf_lookout_is_there(struct wf_workers *all)
{
    /* release: publishes the push to a lookout that ends later */
    return all->lookout_ns > 0 && wf_fetch_add_release(&all->lookouts, 0) > 0;
}
