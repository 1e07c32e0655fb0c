/**
 * @file mocks.h
 * @brief Futures by number, for scenarios in which the judge polls: storage, probes that do as they are told, wakers that count.
 *
 * A lab's table has the steps, with its own numbers and words; each is one call of a function here.
 */
#ifndef WEFT_GRADER_MOCKS_H
#define WEFT_GRADER_MOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "mock_events.h"
#include "step_table.h"
#include "weft/future.h"

enum { MOCK_FUTURES_MAX = 48, MOCK_WAKERS_MAX = 16 };

/** What lies in storage before something is built there, since a constructor must not rely on zeroes; and after it was freed. */
enum { RUBBISH = 0xa5, GONE = 0xdd };

/** Enter a context for the whole scenario. */
void mocks_begin(void);
void mocks_end(void);

/* --- storage: each is one allocation, so AddressSanitizer sees a wrong access beside it --- */

/** Full of rubbish; NULL for a negative size. The caller frees it. */
void *mock_storage(int64_t bytes);
/** For the frame of future `number`, in place of the one before. */
void *mock_frame(int64_t number, size_t bytes);
/** The future lies in a room of somebody else. */
void mock_placed(int64_t number, struct wf_future *future);
/** This memory is being freed: the futures in it are gone. */
void mock_freed(const void *memory, size_t bytes);
/** NULL for -1. */
struct wf_future *mock_future(int64_t number);
/** -1: NULL; -2: none of ours. */
int64_t mock_number(const struct wf_future *future);

/* --- probes --- */

/** A future that is PENDING until it is told otherwise, and tells of each poll and drop. */
struct mock_probe {
    struct wf_future future;
    struct wf_waker kept; /**< of its last pending poll; none, if it has no drop operation */
    int64_t number;
    bool armed; /**< the next poll is READY with this value */
    int64_t value;
    /** What it does beside: after a poll (READY: `value` may be changed), and when it is dropped. NULL: nothing. */
    void (*behave)(struct mock_probe *self, enum wf_poll poll, bool dropped);
    int out;
};

extern const struct wf_future_ops mock_probe_ops;
/** For operations of another kind of probe, whose first member is one. */
enum wf_poll mock_probe_poll(struct wf_future *future, struct wf_cx *cx);
void mock_probe_drop(struct wf_future *future);

/** Build probe `number` in a room. */
struct mock_probe *mock_probe(void *room, int64_t number, const struct wf_future_ops *ops);
/** The next poll of probe `number` is READY with `value`; what `out` says before that is the contrary. */
struct step_reply mock_arm(int64_t number, int64_t value);

/* --- steps --- */

/**
 * The poll; and `out`, where it is an int. Waker `waker` counts its clones and wakes, and tells of each wake. A probe that is polled
 * or dropped meanwhile tells whether that was by wf_future_poll() and wf_future_drop(), which report what they do.
 */
struct step_reply mock_poll(int64_t number, int64_t waker);
struct step_reply mock_drop(int64_t number);
/** The waker's clones that are alive, and how often it was woken. */
struct step_reply mock_waker(int64_t waker);
/** The clones of all wakers that are alive. */
struct step_reply mock_clones(void);

#endif
