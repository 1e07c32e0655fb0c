/**
 * @file common.h
 * @brief What both scenarios of lab 02 have: futures by number, probes, wakers, an allocator that tells.
 */
#ifndef WEFT_SUITE_02_COMMON_H
#define WEFT_SUITE_02_COMMON_H

#include <stdbool.h>
#include <stddef.h>

#include "channel.h"
#include "steps.h"
#include "weft/future.h"

struct captured;

/** A future that does as it is told and tells of each poll and drop. */
struct probe {
    struct wf_future future;
    struct wf_waker kept; /* of its last pending poll */
    int number;
    bool armed; /* the next poll is READY */
    int64_t value;
    /** What it does beside: after a poll (READY: `value` may be changed), and when it is dropped. NULL: nothing. */
    void (*behave)(struct probe *self, enum wf_poll poll, bool dropped);
    struct captured *captured; /* for `behave` */
    int64_t argument, state;   /* for `behave` */
    union {
        int number;
        int64_t wide[WIDE_WORDS];
    } out;
};

/** Called in each allocation, which has not got its memory yet; NULL: nothing is. */
extern void (*common_allocating)(void);

void common_begin(void);
void common_end(void);
/* The steps that both scenarios have. */
COMMON_STEPS(STEP_DECLARE, STEP_NOTHING)

/** NULL for -1. */
struct wf_future *future_at(int64_t number);
/** The number of a future; -1: NULL, -2: not one of ours. */
int64_t number_of(const struct wf_future *future);
/** Storage for the frame with this number, full of rubbish: a constructor must not rely on zeroes. */
void *new_frame(int64_t number, size_t size);
/** Memory full of rubbish, apart from all other; ends the scenario if there is none. NULL for -1. */
void *new_storage(int64_t size);
/** Build a probe in a room that somebody else owns. */
struct probe *place_probe(int64_t number, enum probe_kind kind, void *room);

#endif
