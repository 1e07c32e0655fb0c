/**
 * @file told.h
 * @brief For the tests of long polls: a watch whose clock is scripted, looks that the polls themselves make, and what was told.
 */
#ifndef WEFT_GIVEN_TOLD_H
#define WEFT_GIVEN_TOLD_H

#include "jobs.h"
#include "weft/long_poll.h"

enum { LIMIT = 100, TOLD_MAX = 8 };

/** What was told, in order. */
extern struct told {
    struct wf_long_poll poll;
    struct wf_poll_place from[WF_POLL_PLACES], to[WF_POLL_PLACES];
} told[TOLD_MAX];
extern _Atomic int told_count;

/** A hook that keeps it; its argument is &told_count. */
void keep_told(void *arg, const struct wf_long_poll *poll);

/** The watch: its limit is LIMIT, its only slot that of a worker 0, and it has no thread. */
extern struct wf_poll_watch *watch;

void begin_watch(void);
/** Also that no memory is left. */
void end_watch(void);
/** One look, at that time. */
void look(uint64_t now_ns);
/** A root, and what it spawns, in a runtime of one thread that the watch looks at. */
void run_watched(struct wf_future *root);

/** A step of a job: two looks that find its poll late, and READY. */
bool job_looks(struct job *self, struct wf_cx *cx);
/** A root that spawns it, and awaits it. */
bool job_awaits_a_look(struct job *self, struct wf_cx *cx);

#endif
