/**
 * @file detail/poll_watch.h
 * @brief Where a thread says what it polls, and how a watch looks at it.
 *
 * A slot belongs to a worker, or to a runtime of one thread; the context of the thread that runs it points to the slot (context.h). The
 * slot's state says which poll it is, whether it goes on, and whether it was told:
 *
 *     number * 4                     nothing is polled
 *     number * 4 + POLLING           poll `number` goes on, and the rest of the slot is about it
 *     number * 4 + POLLING + LATE    and it was told
 *
 * The thread writes the rest, then the state. The watch reads the state, then the rest, and sets LATE by a compare and exchange, which
 * fails if the poll is over. Where it succeeds, the end of the poll comes behind it, and so does all that is written to the slot
 * later: what the watch has read is of that one poll. And the thread finds LATE as it ends the poll, and tells as well: so of each
 * poll both are told, or neither.
 */
#ifndef WEFT_DETAIL_POLL_WATCH_H
#define WEFT_DETAIL_POLL_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/long_poll.h"

WF_BEGIN_DECLS

struct wf_context;
struct wf_future;

/** Bits of a slot's state. */
enum wf_poll_slot_state { WF_POLL_POLLING = 1, WF_POLL_LATE = 2, WF_POLL_NUMBER = 4 };

/** A wf_poll_place that the watch may read while the poll goes on. */
struct wf_poll_slot_place {
    WF_ATOMIC(const char *) name; /**< as in a wf_poll_place */
    WF_ATOMIC(uint32_t) line;     /**< as in a wf_poll_place */
};

/** What one thread polls, for the watch. */
struct wf_poll_slot {
    struct wf_poll_watch *watch;     /**< constant */
    WF_ATOMIC(uint64_t) state;       /**< enum wf_poll_slot_state, and the number of the poll */
    WF_ATOMIC(uint32_t) task;        /**< the polling thread's, and so is all down to `places` */
    WF_ATOMIC(uint32_t) count;       /**< places of the chain */
    WF_ATOMIC(const char *) name;    /**< of the task */
    WF_ATOMIC(const char *) spawned; /**< at, or NULL */
    struct wf_poll_slot_place places[WF_POLL_PLACES]; /**< the chain as the poll began */
    uint64_t seen;             /**< the watch's: the state that it saw first at `since` */
    WF_ATOMIC(uint64_t) since; /**< the watch's; read by the thread whose poll is LATE */
};

/** The watch. It must not move. */
struct wf_poll_watch {
    struct wf_poll_watch_config config; /**< constant, with its NULLs filled in */
    bool has_thread;                    /**< the owner's */
    pthread_t thread;                   /**< the owner's */
    pthread_mutex_t lock;               /**< guards `ending` */
    pthread_cond_t ended;               /**< it was set */
    bool ending;                        /**< the thread is to end */
    struct wf_poll_slot slots[];        /**< as many as config.slots */
};

/** @brief A poll begins. @return false: inside of another poll of this slot, to which it belongs: do not end it. */
bool wf_poll_begin(struct wf_poll_slot *slot, const struct wf_future *frame, uint32_t task, const char *name,
                   const char *spawned_at);

/** @brief The same, of the context's task in the context's slot, if it has one. Of task.c. */
bool wf_poll_begin_task(const struct wf_context *context);

/** @brief It is over; tells of it if the watch did. @param frame  to say where it stands. */
void wf_poll_end(struct wf_poll_slot *slot, const struct wf_future *frame);

/** @brief The slot of worker `number`. */
struct wf_poll_slot *wf_poll_watch_slot(struct wf_poll_watch *watch, uint32_t number);

/** @brief One look at all slots; tells of what is late. Threads: one. */
void wf_poll_watch_look(struct wf_poll_watch *watch, uint64_t now_ns);

WF_END_DECLS

#endif
