/**
 * @file detail/idle.h
 * @brief Which workers sleep, and how many look for work: when to wake one more.
 *
 * A worker is awake or asleep; one that is awake may be searching: it has no work of its own and looks for others'. One word
 * counts both. Work that appears wakes a sleeper only if nobody searches: the searcher will find it, and then wakes the next.
 *
 * Two rules keep work from being overlooked:
 *
 * - **The last searcher that finds work, and sees more, wakes another worker**: what came meanwhile has woken nobody.
 * - **A worker that goes to sleep and leaves nobody searching looks at every queue once more**: what came meanwhile has woken nobody.
 *
 * Invariant: the word says how many workers are awake (those that are not in `sleepers`) and how many of them search.
 * Threads:   any; a worker speaks for itself in all calls but wf_idle_to_wake().
 * Source:    Tokio's idle.rs; Go's spinning Ms.
 *
 * @clause{05.8,10,"No work is overlooked: where work is published before wf_idle_to_wake, and a worker falls asleep when no other searches, a worker is woken, or its next look sees the work."}
 */
#ifndef WEFT_DETAIL_IDLE_H
#define WEFT_DETAIL_IDLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/list.h"

WF_BEGIN_DECLS

/** The word counts in units: those that search in its lower half, those that are awake in its upper half. */
enum {
    WF_IDLE_SEARCHING = 1,    /**< one worker that searches */
    WF_IDLE_AWAKE = 1 << 16,  /**< one worker that is awake */
    WF_WORKERS_MAX = 1 << 10, /**< so many workers a runtime has at most */
};

/** The word, and the list of sleepers. */
struct wf_idle {
    WF_ATOMIC(uint32_t)
    state;                   /**< WF_IDLE_SEARCHING and WF_IDLE_AWAKE, which changes under the lock only */
    uint32_t workers;        /**< how many there are */
    pthread_mutex_t lock;    /**< guards what follows */
    struct wf_list sleepers; /**< through the link of each; the last that fell asleep is first */
};

/** @brief All are awake, and nobody searches. */
void wf_idle_init(struct wf_idle *idle, uint32_t workers);
/** @brief Release what wf_idle_init() made. */
void wf_idle_destroy(struct wf_idle *idle);

/**
 * @brief Work has appeared: which worker is to be woken for it?
 * @return the link of a worker, which is awake and searching from now on: the caller unparks it. NULL: none is to be woken.
 *
 * The caller has published the work before the call.
 *
 * @clause{05.6,5,"wf_idle_to_wake chooses the worker that fell asleep last, if one sleeps and nobody searches; else none. The chosen one counts as awake and searching from then on."}
 */
WF_MUST_USE struct wf_list *wf_idle_to_wake(struct wf_idle *idle);

/**
 * @brief A worker goes to sleep.
 * @param link       of the worker, in no list.
 * @param searching  it counts as searching until now.
 * @return true: nobody searches now, so this worker looks at every queue again.
 *
 * @clause{05.7,4,"begin_search counts the worker in, or is false where half of all search, or more. end_search and fall_asleep count a searcher out, and say whether nobody searches now."}
 */
WF_MUST_USE bool wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool searching);

/** @brief A worker wakes by itself: it is awake, and does not search. @return false: it was woken already, and counts as searching. */
WF_MUST_USE bool wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link);

/** @brief Whether no thread has woken the worker. Threads: its own, or any under the lock. */
WF_MUST_USE bool wf_idle_is_asleep(struct wf_idle *idle, struct wf_list *link);

/** @brief Whether some worker is awake: a guess. Threads: any. */
static inline bool wf_idle_is_any_awake(const struct wf_idle *idle)
{
    return wf_load_relaxed(&idle->state) / WF_IDLE_AWAKE > 0; /* relaxed: a guess */
}

/** @brief A worker without work asks to search. @return false: enough search; it goes to sleep. Clauses: 05.7 */
WF_MUST_USE bool wf_idle_begin_search(struct wf_idle *idle);

/** @brief A searcher has found work. @return true: nobody searches now, so it wakes another worker if it sees more. Clauses: 05.7 */
WF_MUST_USE bool wf_idle_end_search(struct wf_idle *idle);

WF_END_DECLS

#endif
