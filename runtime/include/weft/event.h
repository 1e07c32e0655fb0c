/**
 * @file event.h
 * @brief The event trace: what futures, tasks and parks did, in order.
 *
 * An event is reported to the hook of the thread's context (context.h). Without a hook an event costs one
 * load and one branch (a call more in a park, which sleeps anyway). The ring is the ready-made hook: it keeps the
 * last events of all threads that share it, and prints them.
 *
 * @clause{G.16,0,"With a hook in the context, each poll (its begin and its result) and each drop of a future is reported, in the order in which they happen."}
 * @clause{G.66,0,"With a hook in the context, each spawn, wake, schedule and end of a task is reported with its number, before it takes effect, by its thread."}
 * @clause{G.17,0,"A ring keeps the newest `capacity` events and counts all; it may be shared by any number of threads."}
 */
#ifndef WEFT_EVENT_H
#define WEFT_EVENT_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

struct wf_future;

/** What happened. */
enum wf_event_kind {
    WF_EVENT_POLL,     /**< a poll begins; value: unused */
    WF_EVENT_POLLED,   /**< it ended; value: enum wf_poll */
    WF_EVENT_DROP,     /**< a future that is not READY is dropped */
    WF_EVENT_PARK,     /**< a thread goes to sleep */
    WF_EVENT_UNPARK,   /**< a thread is told to run; value: unused */
    WF_EVENT_UNPARKED, /**< park returned; value: enum wf_parked */
    WF_EVENT_SPAWN,    /**< a task is handed to its scheduler, which may refuse it: then its drop follows */
    WF_EVENT_WAKE,     /**< a task's waker is woken */
    WF_EVENT_SCHEDULE, /**< a task goes to its scheduler's queue; value: 1: it is polled, and gave way or was woken */
    WF_EVENT_END /**< a task's future is over; value: 1: it was READY, 0: it was dropped */
};

/** One event. */
struct wf_event {
    enum wf_event_kind kind; /**< what happened */
    int value;               /**< what the kind says */
    const char *name;        /**< static: the future's ops name, or what the kind is about */
    const void *subject;     /**< identity only: never followed */
    uint32_t task; /**< the number (wf_task_id()) of the task that the event is about, else of the one being run; 0: none */
    int32_t thread; /**< the kernel's number of the thread in which it happened */
};

/** Told of each event of the threads whose context names it. Embed it first in a structure of one's own. */
struct wf_event_hook {
    /** Called in the thread in which it happened; `event` is borrowed for the call. */
    void (*event)(struct wf_event_hook *hook, const struct wf_event *event);
};

/** @brief Report an event to the hook of this thread's context, if there is one; of the task that runs. */
void wf_event_report(enum wf_event_kind kind, int value, const char *name, const void *subject);

/** @brief The same, of a task that need not be the one that runs: by its number. */
void wf_event_report_task(enum wf_event_kind kind, int value, const char *name, const void *task,
                          uint32_t number);

/** @brief The kind's name: "poll", "polled", ... A static string. */
const char *wf_event_kind_name(enum wf_event_kind kind);

/**
 * The newest events, in storage that the caller provides.
 *
 * Invariant: the event numbered n (from 0) is at events[n % capacity] while total - capacity <= n < total.
 */
struct wf_event_ring {
    struct wf_event_hook hook; /**< first: the ring is a hook */
    pthread_mutex_t lock;      /**< guards what follows */
    struct wf_event *events;   /**< the caller's array */
    size_t capacity;           /**< entries in it */
    uint64_t total;            /**< events so far, also those that were overwritten */
};

/** @brief Build a ring over `events`, the caller's, alive until wf_event_ring_destroy(). Clauses: G.17 */
void wf_event_ring_init(struct wf_event_ring *ring, struct wf_event *events, size_t capacity);
/** @brief Copy the newest events, oldest first, into `out` (room for `room`). @return how many. Clauses: G.17 */
size_t wf_event_ring_copy(struct wf_event_ring *ring, struct wf_event *out, size_t room);
/** @brief Print the newest events, one a line, to `stream`. */
void wf_event_ring_print(struct wf_event_ring *ring, FILE *stream);
/** @brief End a ring. No context may name it any more. */
void wf_event_ring_destroy(struct wf_event_ring *ring);

WF_END_DECLS

#endif
