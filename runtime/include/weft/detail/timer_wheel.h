/**
 * @file detail/timer_wheel.h
 * @brief The timer wheel: entries ordered by the tick at which they are due, with insertion and removal in O(1).
 *
 * A tick is a number that only grows; what one stands for is the user's affair (the time driver: a millisecond).
 *
 * Shape:     level 0 has a slot for each of the next ticks, level 1 one for each 64 ticks, level 2 for each 4096, and so on: a
 *            tick is a number of eight digits to the base of 64, and a level stands for a digit.
 * Invariant: an entry that is not due lies at the level of the highest digit in which its tick differs from `elapsed`, in the
 *            slot of that digit. So every occupied slot stands for a larger digit than `elapsed` has there, and everything on
 *            a level is due before anything on the next one. No slot is ever passed over: `elapsed` stops at the begin of each
 *            occupied one.
 * Memory:    the entries are the caller's; nothing here allocates.
 * Threads:   none of its own; the user's lock guards wheel and entries.
 * Source:    Varghese and Lauck, Hashed and Hierarchical Timing Wheels (1987); Tokio's wheel.
 *
 * @clause{07.1,7,"A pop with `now` returns each entry whose tick is at most `now`, once, and then NULL; it returns no entry whose tick is later."}
 * @clause{07.2,4,"Entries leave a wheel in the sequence of their ticks; those of one tick in the sequence of their insertions; one that comes late counts as due now."}
 * @clause{07.3,6,"An entry that is removed, at any time, does not come out, and changes nothing for the others. Removing one that is in no wheel does nothing."}
 * @clause{07.4,6,"next is never later than the earliest entry, or is now if one is due, and meets each at most once a level. Insertion, removal and next are O(1)."}
 * @clause{07.5,5,"Every tick below WF_TICK_NEVER may be inserted at every time: one that has passed comes out of the next pop, any other when its time comes."}
 */
#ifndef WEFT_DETAIL_TIMER_WHEEL_H
#define WEFT_DETAIL_TIMER_WHEEL_H

#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/list.h"

WF_BEGIN_DECLS

enum {
    WF_WHEEL_LEVELS = 8,     /**< digits of a tick */
    WF_WHEEL_DIGIT_BITS = 6, /**< bits of a digit */
    WF_WHEEL_SLOTS =
        64, /**< values of a digit: as many as a word has bits, so one instruction finds the first occupied slot */
};

/** The tick that does not come: all ticks are below it. In milliseconds more than a uint64_t of nanoseconds holds. */
#define WF_TICK_NEVER (UINT64_C(1) << 48)

/** What is in a wheel, as a member of what is to happen. Its storage stays where it is while it is in there. */
struct wf_wheel_entry {
    struct wf_list link; /**< in a slot or in `due`; unlinked: in no wheel */
    uint64_t tick;       /**< when it is due; constant while it is in a wheel */
};

/** A wheel. It must not move. */
struct wf_timer_wheel {
    uint64_t elapsed;                                      /**< now, as the last pop has left it */
    uint64_t occupied[WF_WHEEL_LEVELS];                    /**< bit n: slot n of the level is not empty */
    struct wf_list slots[WF_WHEEL_LEVELS][WF_WHEEL_SLOTS]; /**< each in the sequence of insertions */
    struct wf_list due;                                    /**< its tick has come: the next pops return it */
};

/** @brief Make an empty wheel, at tick 0. */
void wf_timer_wheel_init(struct wf_timer_wheel *wheel);

/** @brief Make an entry that is in no wheel. */
static inline void wf_wheel_entry_init(struct wf_wheel_entry *entry)
{
    wf_list_init(&entry->link);
}

/**
 * @brief Put an entry in, which is in no wheel.
 *
 * Clauses: 07.1 07.2 07.5
 * Cost:    O(1).
 */
void wf_timer_wheel_insert(struct wf_timer_wheel *wheel, struct wf_wheel_entry *entry, uint64_t tick);

/**
 * @brief Take an entry out, wherever in the wheel it is. If it is in none, nothing happens.
 *
 * Clauses: 07.3
 * Cost:    O(1).
 */
void wf_timer_wheel_remove(struct wf_timer_wheel *wheel, struct wf_wheel_entry *entry);

/**
 * @brief When to pop next: at this tick something comes out, or goes down to another level.
 * @return WF_TICK_NEVER: the wheel is empty. `elapsed`: something is due.
 *
 * Clauses: 07.4
 * Cost:    O(levels).
 */
WF_MUST_USE uint64_t wf_timer_wheel_next(const struct wf_timer_wheel *wheel);

/**
 * @brief Take the next entry out that is due.
 * @param now  the tick that it is, below WF_TICK_NEVER; if that is before `elapsed`, it is taken for `elapsed`: a clock that steps back.
 * @return NULL: none is. It is `now` from then on, unless that was before.
 *
 * Between two pops with one `now` entries may be inserted and removed.
 *
 * Clauses: 07.1 07.2 07.4 07.5
 * Cost:    each entry is moved at most once a level in its life; O(1) else.
 */
WF_MUST_USE struct wf_wheel_entry *wf_timer_wheel_pop(struct wf_timer_wheel *wheel, uint64_t now);

WF_END_DECLS

#endif
