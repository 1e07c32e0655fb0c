/**
 * @file long_poll.h
 * @brief Polls that keep a thread for too long: which task's, and where in it.
 *
 *     struct wf_runtime *runtime = wf_runtime_new(&(struct wf_runtime_config){.long_poll_ns = WF_LONG_POLL_NS});
 *
 * What is told, and when:
 *
 *     while it goes on   by the watch, a thread of its own: the task, since when, and where it stood as the poll began. A poll that
 *                        never ends is told of so, and no more.
 *     when it is over    by the thread that polled: the same, for how long it went on, and where it stands now. The code that
 *                        took so long lies between the two places.
 *
 * No thread walks through frames that another one polls. So before each poll the thread leaves a copy of the task's await chain in a slot,
 * where the watch reads it; that is done only where there is a watch. The chain ends at a future that waits for several.
 *
 * Threads: told: the watch's, and each that polls; several at once. new, drop: one.
 * Source:  Tokio's task dumps and Go's sysmon, which preempts where we tell.
 */
#ifndef WEFT_LONG_POLL_H
#define WEFT_LONG_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

enum {
    WF_LONG_POLL_NS =
        100000000,       /**< a limit that suits a server: 100 ms, as long as a person notices nothing */
    WF_POLL_PLACES = 16, /**< futures of an await chain that are told, from the outermost on */
};

/** One future of an await chain. */
struct wf_poll_place {
    const char *name; /**< static: what it is called */
    uint32_t line;    /**< of the source, or a state of a future written by hand; 0: it has not begun */
};

/** A poll that takes, or took, longer than the limit. */
struct wf_long_poll {
    bool over;              /**< whether the poll has ended */
    uint32_t worker;        /**< the number of the worker that polls; 0 in a runtime of one thread */
    uint64_t ns;            /**< how long it has gone on, at least: since the watch saw it first */
    uint32_t task;          /**< wf_task_id() */
    const char *name;       /**< wf_task_name() */
    const char *spawned_at; /**< "file:line", or NULL: not known */
    uint32_t from_count;    /**< places in `from` */
    uint32_t to_count;      /**< places in `to`; 0: the task is over, or the poll is not */
    const struct wf_poll_place *from; /**< where the task stood as the poll began, outermost first */
    const struct wf_poll_place *to;   /**< where it stands now that the poll is over */
};

/**
 * @brief Print one as a line: "weft: worker 1 has polled task 7 (serve, main.c:20) for 120 ms: serve:33 -> echo:21 -> tcp_read".
 *
 * One that is over ends in "now at serve:40 -> sleep", or in "now over".
 */
void wf_long_poll_print(const struct wf_long_poll *poll, FILE *stream);

/** How a watch is to be. */
struct wf_poll_watch_config {
    uint64_t limit_ns; /**< what takes longer is told */
    uint32_t slots;    /**< threads or workers that poll at once; at least 1 */
    /** Is told. `poll` is borrowed for the call. A hook of a poll that is over runs as a part of the task: it may not block. NULL:
     *  wf_long_poll_print() to standard error. */
    void (*told)(void *arg, const struct wf_long_poll *poll);
    void *arg;               /**< passed on to `told` */
    size_t stack_bytes;      /**< of the watch's thread; 0: the system's default */
    uint64_t (*clock)(void); /**< for tests: monotonic, in nanoseconds; NULL: the real one */
};

/** A watch. Opaque. */
struct wf_poll_watch;

/**
 * @brief Make a watch. Its thread begins with wf_poll_watch_start().
 * @return NULL: no memory.
 *
 * @clause{G.120,0,"A poll that goes on for the limit after a look of the watch is told at its next look, once: worker, task, and the await chain as it began."}
 * @clause{G.121,0,"A poll that was told is told once more when it is over, by the thread that polled, with the await chain where it stands; no other poll is."}
 * @clause{G.122,0,"A poll in wf_block_in_place whose worker another thread may take is not told; what the worker polls meanwhile is."}
 */
WF_MUST_USE struct wf_poll_watch *wf_poll_watch_new(const struct wf_poll_watch_config *config);

/** @brief Start the thread that looks, four times in a limit, and at least each second. @return 0, or a positive code of the system's. */
WF_MUST_USE int wf_poll_watch_start(struct wf_poll_watch *watch);

/** @brief End the thread, if there is one, and give the watch up. Nobody polls in its slots any more. */
void wf_poll_watch_drop(struct wf_poll_watch *watch);

WF_END_DECLS

#endif
